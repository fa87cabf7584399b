"""Bytes to text, before any parser sees them.

feedparser decodes a whole feed as windows-1252 for one bad byte ("HÃ¤user"). We decide instead,
in this order: byte order mark; valid UTF-8; UTF-8 with a few broken bytes; the charsets that HTTP
and the XML declaration name; a guess. Sources: RFC 7303 §3, XML 1.0 appendix F, WHATWG Encoding.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from charset_normalizer import from_bytes

from ingestor.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS: Final = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED: Final = (  # how "<" looks in them
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
# What the web means by these names. Source: WHATWG Encoding §4.2.
_MEANT: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
# Python also has codecs that are no charsets (zlib, punycode), which nobody outside may choose.
_CHARSET: Final = re.compile(
    r"(ascii|utf-(8|16|32)|iso|cp\d|koi8|big5|gb|hz|shift_jis|euc|mac-|tis|johab|ptcp|kz1048)"
)
_SEVEN_BIT: Final = re.compile(r"(iso2022|hz)")  # valid UTF-8 to look at, but not meant as such
_HTTP_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_XML_CHARSET: Final = re.compile(rb"\s*<\?xml[^>]{1,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_DECLARATION: Final = re.compile(r"\A\s*<\?xml\b[^>]*>")
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff]")
_MARKUP: Final = re.compile(rb"<[^<>]*>")
_USUAL: Final = ("cp1252", "cp1251")
_SAMPLE: Final = 32 * 1024  # bytes to guess from


class Text(NamedTuple):
    """A decoded document without its XML declaration, and what was wrong with its bytes."""

    text: str
    warnings: tuple[str, ...] = ()


def _codec(label: str) -> str:
    """Return the name of the codec that a charset label means, or empty if there is none."""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    return _MEANT.get(name, name) if _CHARSET.match(name) else ""


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    """Yield the codecs that the sender names, HTTP's before the document's."""
    if match := _HTTP_CHARSET.search(content_type):
        yield _codec(match[1])
    if inner := _XML_CHARSET.match(body):
        yield _codec(inner[1].decode("ascii", "replace"))


def _strict(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _mostly_utf8(body: bytes) -> Text | None:
    """Read UTF-8 that a few bytes are missing from or were put into.

    More than 99 % of the bytes must decode, and more of the characters beyond ASCII must be whole
    than broken: German in Latin-1 is 99 % ASCII, too.
    """
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond = len(text) - len(text.encode("ascii", "ignore")) - broken
    if broken * 100 >= len(body) or broken >= beyond:
        return None
    return Text(text, (f"{broken} bytes are not UTF-8 and were replaced",))


def _likeliest(sample: bytes) -> str:
    """Ask charset-normalizer; where a usual code page reads as well as its choice, take that.

    A dozen code pages look alike to it in Western or Cyrillic text; most are rare on the web.
    """
    matches = from_bytes(sample)
    if (best := matches.best()) is None:
        return "cp1252"
    equal = {
        m.encoding for m in matches if m.chaos <= best.chaos and m.coherence > best.coherence - 0.15
    }
    usual = next((codec for codec in _USUAL if codec in equal), best.encoding)
    return _codec(usual) or "cp1252"


def _guess(body: bytes) -> Text:
    """Judge by the words around the first bytes that are not ASCII; tags would dilute them."""
    first = next(_BEYOND_ASCII.finditer(body)).start()
    sample = _MARKUP.sub(b" ", body[max(0, first - 64) : first + _SAMPLE])
    codec = _likeliest(sample)
    return Text(body.decode(codec, "replace"), (f"the charset was guessed: {codec}",))


def _marked(body: bytes) -> str | None:
    """Decode by the byte order mark, or by the form of the first "<"."""
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    for form, codec in _UNMARKED:
        if body.startswith(form):
            return body.decode(codec, "replace")
    return None


def _decode(body: bytes, content_type: str, *, trust: bool) -> Text:
    if (marked := _marked(body)) is not None:
        return Text(marked)
    declared = [codec for codec in _declared(body, content_type) if codec]
    whole = _strict(body, "utf-8")
    if whole is not None and not any(_SEVEN_BIT.match(codec) for codec in declared):
        return Text(whole)
    repaired = _mostly_utf8(body)
    if repaired is not None and not (trust and declared):
        return repaired
    for codec in declared:
        if (text := _strict(body, codec)) is not None:
            return Text(text)
    if repaired is not None:
        return repaired
    return Text(whole) if whole is not None else _guess(body)


def decode(body: bytes, content_type: str = "", *, trust: bool = False) -> Text:
    """Decode a document, whatever it is written in.

    Args:
        body: The whole document.
        content_type: The HTTP header, which may name a charset.
        trust: Whether a named charset goes before UTF-8 with a few broken bytes, as for pages,
            which mix the two; feeds more often name a wrong one.

    Returns:
        The text, with leading space, the XML declaration, and characters that XML forbids taken
        out. A parser that gets it as UTF-8 has nothing left to guess.
    """
    text, warnings = _decode(body, content_type, trust=trust)
    text, illegal = _ILLEGAL.subn("", text.lstrip("\ufeff"))
    if illegal:
        warnings += (f"{counted(illegal, 'control character')} removed",)
    return Text(_DECLARATION.sub("", text, count=1).lstrip(), warnings)
