"""Text → words, in any script: where they begin and end, found for a whole text at a time.

A word is a run of letters, digits and the marks that combine with them: Python's own class of word
characters leaves the marks out, which would tear the words of Devanagari apart. Scripts that put
no spaces between words are cut into overlapping runs of three characters.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRAM: Final = 3
"""Characters of a word in scripts without spaces."""

# Thai and Lao, Myanmar, Khmer, kana, Han and its extensions.
_UNSPACED_SCRIPTS: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
    "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_LETTERS: Final = re.compile(r"[^\W_]+")
_SPACED, _UNSPACED = 1, 2  # kinds of code points; 0 is what parts words


class Tokens(NamedTuple):
    """The words of a text in their order.

    Attributes:
        lowered: The text, in NFC and lower case.
        codes: Its code points.
        starts, ends: Of each word, as places in both.
    """

    lowered: str
    codes: NDArray[np.uint32]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]


def cut(text: str) -> Tokens:
    """Find the words of a text."""
    lowered = unicodedata.normalize("NFC", text).lower()
    framed = f" {lowered} ".encode("utf-32-le", "surrogatepass")  # so each word has two edges
    codes = np.frombuffer(framed, dtype="<u4")
    kinds = _kinds().take(codes, mode="clip")
    edges = np.flatnonzero(kinds[1:] != kinds[:-1])
    codes, kinds, starts, ends = codes[1:-1], kinds[1:-1], edges[:-1], edges[1:]
    kind = kinds.take(starts)
    unspaced = kind == _UNSPACED
    if not unspaced.any():
        spaced = kind == _SPACED
        return Tokens(lowered, codes, starts[spaced], ends[spaced])
    whole = (kind == _SPACED) | (unspaced & (ends - starts < GRAM))
    grams = _all_unspaced(kinds)
    starts = np.concatenate((starts[whole], grams))
    ends = np.concatenate((ends[whole], grams + GRAM))
    order = np.argsort(starts)
    return Tokens(lowered, codes, starts[order], ends[order])


def words(text: str) -> list[str]:
    """Cut a text into lower-case words; unspaced scripts into overlapping runs of 3 characters."""
    lowered, _, starts, ends = cut(text)
    return [lowered[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]


def _all_unspaced(kinds: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Where a character and the two after it are of unspaced scripts."""
    unspaced = kinds == _UNSPACED
    return np.flatnonzero(unspaced[:-2] & unspaced[1:-1] & unspaced[2:])


@functools.cache
def _kinds() -> NDArray[np.uint8]:
    """What each code point is; the last entry stands for all above the planes of letters."""
    planes = "".join(map(chr, range(0x4_0000)))
    kinds = np.zeros(len(planes) + 1, dtype=np.uint8)
    kinds[[place for place in range(0x300, 0x1_0000) if _combines(planes[place])]] = _SPACED
    for pattern, kind in ((_LETTERS, _SPACED), (_UNSPACED_SCRIPTS, _UNSPACED)):
        for run in pattern.finditer(planes):
            kinds[run.start() : run.end()] = kind
    return kinds


def _combines(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Mc"}
