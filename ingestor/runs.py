"""Runs of letters, or of letters and digits: what words are made of, in any script.

Most marks between them are ASCII even where the letters are not. So these are turned to spaces in
bytes, at a nanosecond each, and only what then is no run yet is cut by a pattern.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_ASCII: Final = range(128)
_HIGH: Final = bytes(range(128, 256))  # of characters beyond ASCII


def _spaced(keep: Callable[[str], bool]) -> bytes:
    """A table that turns each ASCII character into a space unless it is kept."""
    return bytes(byte if keep(chr(byte)) else ord(" ") for byte in _ASCII) + _HIGH


_LETTERS: Final = _spaced(str.isalpha), str.isalpha, re.compile(r"[^\W\d_]+")
_LETTERS_AND_DIGITS: Final = _spaced(str.isalnum), str.isalnum, re.compile(r"[^\W_]+")


def letters(text: str) -> list[str]:
    r"""Find all that ``[^\W\d_]+`` matches, at half the cost."""
    return _runs(text, *_LETTERS)


def letters_and_digits(text: str) -> list[str]:
    r"""Find all that ``[^\W_]+`` matches, at two thirds of the cost."""
    return _runs(text, *_LETTERS_AND_DIGITS)


def _runs(
    text: str, table: bytes, is_run: Callable[[str], bool], pattern: re.Pattern[str]
) -> list[str]:
    spaced = text.encode("utf-8", "surrogatepass").translate(table)
    parts = spaced.decode("utf-8", "surrogatepass").split()
    if is_run("".join(parts)):
        return parts
    found: list[str] = []
    for part in parts:
        if is_run(part):
            found.append(part)
        else:
            found += pattern.findall(part)
    return found
