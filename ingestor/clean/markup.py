"""HTML → blocks of plain text, each with the role that the markup gave it.

Only text leaves this module, so nothing needs to be sanitised: what is dropped (scripts, embeds,
forms, images) is what a reader does not read. libxml2 does the parsing, in linear time; the two
things that it does badly, deep nests and tags with thousands of attributes, are cut before.
"""

from __future__ import annotations

import html as entities
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any, Literal

from lxml import etree

from ingestor.clean.tables import Tables

Role = Literal["paragraph", "heading", "item", "caption", "quote", "cell"]

MAX_CHARS = 262_144
"""Longest markup that is read; the rest is cut off. In characters."""

MAX_DEPTH = 200
"""Deepest nest that is read as such. Beyond it, every tag is a mere break: libxml2 loses all
text below level 2,048, and no article is written that way."""

MAX_TAG = 4_000
"""Longest tag whose attributes are read, in characters: libxml2 compares each with all others."""

LINKED_SHARE = 0.8
"""A block is linked if at least this share of its characters is."""

_ROLES: dict[str, Role] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("li", "dt", "dd"), "item"),
    **dict.fromkeys(("figcaption", "caption"), "caption"),
    **dict.fromkeys(("td", "th"), "cell"),
    "blockquote": "quote",
}
_BLOCKS = frozenset(_ROLES) | frozenset((
    "address", "article", "aside", "body", "center", "details", "div", "dl", "fieldset",
    "figure", "footer", "header", "hr", "html", "main", "nav", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
))  # fmt: skip
_UNREAD = frozenset((
    "applet", "audio", "button", "canvas", "embed", "head", "iframe", "input", "math",
    "noembed", "noframes", "noscript", "object", "script", "select", "style", "svg",
    "template", "textarea", "title", "video",
))  # fmt: skip
# Tags that HTML closes by itself do not nest, whatever a prescan thinks.
_FLAT = frozenset((
    "area", "base", "br", "col", "dd", "dt", "hr", "img", "input", "li", "link", "meta",
    "option", "p", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
))  # fmt: skip

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_WHOLE_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_LONG_TAG = re.compile(rf"<([a-zA-Z][a-zA-Z0-9]*)[^<>]{{{MAX_TAG},}}>")
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|<!\[CDATA\[")
_ESCAPED = re.compile(
    r"&lt;/?(?:p|br|div|span|a|img|b|i|em|strong|ul|ol|li|h[1-6]|figure|blockquote)\b"
    r"[^<>]{0,500}?&gt;",
    re.IGNORECASE,
)
_HAS_BREAKS = re.compile(
    r"<(?:p|br|div|li|h[1-6]|td|blockquote|section|article|pre)\b", re.IGNORECASE
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

# Controls, soft hyphen, zero-width space and BOM, direction marks, interlinear and tag characters.
# ZWNJ and ZWJ (U+200C, U+200D) stay: Persian and the Indic scripts spell with them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_WORD = re.compile(r"\w+")
_STOPS = frozenset(".!?:;…。！？：；।॥؟۔።։។|]】")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph of text, on one line.

    Attributes:
        link_share: How many of its characters lie inside of links, 0 to 1.
        links: The ``href`` of those links, verbatim and in order.
    """

    text: str
    role: Role = "paragraph"
    link_share: float = 0.0
    links: tuple[str, ...] = ()

    @property
    def linked(self) -> bool:
        """Whether it leads elsewhere, and says nothing itself."""
        return self.link_share >= LINKED_SHARE


def normalise(text: str) -> str:
    """Put text on one line: visible characters only, single spaces, NFC (Unicode UAX #15)."""
    if text.isprintable() and "  " not in text:  # nothing to take out, and no space but the common
        text = text.strip()
    else:
        text = " ".join(_INVISIBLE.sub("", text).split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def essence(text: str) -> str:
    """The letters and digits of a text, for comparing what is the same but for its typing."""
    return "".join(_WORD.findall(text)).casefold()


def blocks(markup: str) -> tuple[Block, ...]:
    """Read the blocks of an HTML fragment, or the lines of a plain text, in their order.

    Args:
        markup: Hostile HTML of any length; what exceeds `MAX_CHARS` is not read.
    """
    markup = _unescape(markup[:MAX_CHARS].replace("\x00", ""))
    if not _MARKUP.search(markup):
        lines = (normalise(entities.unescape(line)) for line in markup.splitlines())
        return tuple(Block(text=line) for line in lines if line)
    root = _tree(_bounded(markup))
    if root is None:
        return ()
    return read(root)


def _unescape(markup: str) -> str:
    """Undo one escape too many: no tag is real, but some are there as text."""
    if not _WHOLE_TAG.search(markup) and _ESCAPED.search(markup):
        return entities.unescape(markup)
    return markup


def _bounded(markup: str) -> str:
    """Cut what costs more than linear time, and make line breaks real where nothing else breaks."""
    if len(markup) > MAX_TAG:
        markup = _LONG_TAG.sub(r"<\1>", markup)
    if markup.count("<") > MAX_DEPTH and _depth(markup) > MAX_DEPTH:
        markup = _WHOLE_TAG.sub("<br><br>", _SCRIPT.sub("", markup))
    elif not _HAS_BREAKS.search(markup):
        markup = markup.replace("\n", "<br>")
    return markup


def _depth(markup: str) -> int:
    """Count how deep tags nest at most, if nobody repairs them."""
    deepest = depth = 0
    for close, name in _TAG.findall(markup):
        if name.lower() in _FLAT:
            continue
        depth = max(depth - 1, 0) if close else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _tree(markup: str) -> Any:  # lxml is not typed
    parser = etree.HTMLParser(
        recover=True, remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    # Bytes, because libxml2 would obey a <meta charset> against a string that we decoded already.
    data = markup.encode("utf-8", "replace")
    parser.feed(b'<html><head><meta charset="utf-8"></head><body>' + data)
    return parser.close()


def _unread(element: Any) -> bool:
    if element.tag in _UNREAD:
        return True
    names = element.keys()
    if not names:
        return False
    return "hidden" in names or ("style" in names and bool(_HIDDEN.search(element.get("style"))))


class _Reader:
    """Collects blocks while a tree is walked; iterative, so that no depth can exhaust a stack."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._roles: list[Role] = ["paragraph"]
        self._anchors = 0
        self._tables = Tables()
        self._begin(after_break=False)

    def _begin(self, *, after_break: bool) -> None:
        """Begin a block; `after_break` says that a single line break stands before it."""
        self._pieces: list[str] = []
        self._links: list[str] = []
        self._linked_chars = 0
        self._after_break = after_break

    def open(self, element: Any, tag: Any) -> None:
        """Enter an element, before its text."""
        if tag in _BLOCKS:
            self.end_block()
            self._roles.append(_ROLES.get(tag, self._roles[-1]))
            self._tables.open(tag, len(self.blocks))
        elif tag == "br":
            self.end_block(soft=bool(self._pieces))
        elif tag == "a":
            self._anchors += 1
            if href := element.get("href"):
                self._links.append(href)
        if text := element.text:
            self.add(text)

    def close(self, tag: Any) -> None:
        """Leave an element that was entered, before the text that follows it."""
        if tag in _BLOCKS:
            self.end_block()
            self._roles.pop()
            for index in self._tables.close(tag, len(self.blocks)):
                if self.blocks[index].role == "cell":
                    self.blocks[index] = replace(self.blocks[index], role=self._roles[-1])
        elif tag == "a":
            self._anchors -= 1

    def add(self, text: str) -> None:
        """Take text of the block that is open."""
        if not self._pieces and text.isspace():
            return
        self._pieces.append(text)
        if self._anchors:
            self._linked_chars += len(text.strip())

    def end_block(self, *, soft: bool = False) -> None:
        """Finish the block; `soft` says that a single line break does it."""
        if not self._pieces and not self._links:
            self._after_break = soft  # most: one element closes where the next one opens
            return
        text = normalise("".join(self._pieces))
        if text:
            block = Block(
                text=text,
                role=self._roles[-1],
                link_share=min(self._linked_chars / len(text), 1.0),
                links=tuple(self._links),
            )
            if self._after_break and self.blocks and _runs_on(self.blocks[-1].text, text):
                block = _join(self.blocks.pop(), block)
            self.blocks.append(block)
        self._begin(after_break=soft)


def _runs_on(line: str, following: str) -> bool:
    """Whether a line break stands inside of a sentence."""
    return line[-1] not in _STOPS and following[0].islower()


def _join(first: Block, second: Block) -> Block:
    return replace(
        first,
        text=f"{first.text} {second.text}",
        link_share=min(first.link_share, second.link_share),
        links=first.links + second.links,
    )


def read(root: Any) -> tuple[Block, ...]:
    """Read the blocks of a tree, in their order and in linear time."""
    reader = _Reader()
    walk = etree.iterwalk(root, events=("start", "end"))
    skipped = None
    for event, element in walk:
        if event == "start":
            if _unread(element):
                skipped = element  # its end is the next event
                walk.skip_subtree()
            else:
                reader.open(element, element.tag)
        else:
            if element is not skipped:
                reader.close(element.tag)
            if tail := element.tail:
                reader.add(tail)
    reader.end_block()
    return tuple(reader.blocks)
