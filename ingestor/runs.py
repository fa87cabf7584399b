"""Runs of letters: what words are made of, in any script.

Most marks between them are ASCII even where the letters are not. So these are turned to spaces in
bytes, at a nanosecond each, and only what then is no run yet is cut by a pattern.
"""

from __future__ import annotations

import re
from typing import Final

_LETTERS: Final = re.compile(r"[^\W\d_]+")
_SPACED: Final = bytes(
    byte if byte > 0x7F or chr(byte).isalpha() else ord(" ") for byte in range(256)
)
PUNCTUATION: Final = re.compile(rb"\xe2\x80[\x80-\xbf]")
"""U+2000 to U+203F in UTF-8: dashes, quotes and other marks, no letter or digit among them."""


def letters(text: str) -> list[str]:
    r"""Find all that ``[^\W\d_]+`` matches, at half the cost."""
    spaced = text.encode("utf-8", "surrogatepass").translate(_SPACED)
    if not text.isascii():
        spaced = PUNCTUATION.sub(b" ", spaced)
    parts = spaced.decode("utf-8", "surrogatepass").split()
    if text.isascii() or "".join(parts).isalpha():
        return parts
    found: list[str] = []
    for part in parts:
        if part.isalpha():
            found.append(part)
        else:
            found += _LETTERS.findall(part)
    return found
