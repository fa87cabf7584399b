"""Strings from outside, made harmless. Whatever these return, SQLite and a terminal accept."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Final

TITLE_CHARS: Final = 500
HTML_BYTES: Final = 256 * 1024  # nh3 needs 3.5 s for 250 KB of nested <div>, 125 s for 1 MB

# C0 but for tab and newline, DEL and C1, bidirectional overrides and isolates (CVE-2021-42574),
# the byte order mark, lone surrogates, noncharacters.
_UNWANTED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_HIDDEN: Final = re.compile(r"<(script|style)\b[^>]*>.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|</?[A-Za-z][^<>]*(?:>|\Z)|<!\[CDATA\[|\]\]>", re.DOTALL
)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_BLANK_LINE: Final = re.compile(r"\n[ \t]*\n\s*")


def clean_str(value: object, limit: int | None = None) -> str:
    """Return a string without what is never text, cut to `limit`; empty if it is no string."""
    if not isinstance(value, str):
        return ""
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    return _UNWANTED.sub("", value)[:limit]


def language_tag(value: object) -> str:
    """Return a language tag in the form of BCP 47, or empty if it cannot be one."""
    tag = clean_str(value, 36).strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


def plain(value: object, limit: int = TITLE_CHARS) -> str:
    """Return a title or name as plain text on one line.

    Titles come as HTML, escaped once or (``AT&amp;amp;T``) twice, and feeds do not say which. So
    entities are resolved at most twice, and tags go last, which also takes those that were escaped.
    The input is cut first: no expression here may see a megabyte.
    """
    text = clean_str(value, limit * 8)
    for _ in range(2):
        if "&" not in text:
            break
        text = unescape(text)
    if "<" in text:
        text = _TAG.sub(" " if "<br" in text.lower() else "", _HIDDEN.sub(" ", text))
    return " ".join(_UNWANTED.sub("", text).split())[:limit].rstrip()


def paragraphs(text: str) -> str:
    """Turn plain text into HTML: a blank line parts paragraphs, a newline is a line break."""
    blocks = (b.strip() for b in _BLANK_LINE.split(text))
    return "".join(f"<p>{escape(b, quote=False).replace(chr(10), '<br>')}</p>" for b in blocks if b)


def cap_html(html: str) -> str:
    """Cut HTML to `HTML_BYTES` of UTF-8, before a tag that the cut would split."""
    if len(html) * 4 <= HTML_BYTES:
        return html
    raw = html.encode("utf-8", "replace")
    if len(raw) <= HTML_BYTES:
        return html
    cut = raw[:HTML_BYTES].decode("utf-8", "ignore")
    opened = cut.rfind("<")
    return cut[:opened] if opened > cut.rfind(">") else cut
