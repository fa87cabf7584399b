"""Names by their consonants: Pezeshkian, Peseschkian, Пезешкиан and पेज़ेशकियन are one.

Letters of other scripts are romanised one by one; what that does to their vowels does not count.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from itertools import chain, groupby
from typing import TYPE_CHECKING

from anyascii import anyascii

from ingestor import tokens
from ingestor.dedup.scripts import leads, may_hold

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_CONSONANTS = 3  # fewer are shared by chance
MAX_CONSONANTS = 5  # what follows is often an ending, and spelled in more ways than the beginning
_HALF_VOWELS = frozenset(
    "\u05d5\u0648\u06c6\u06c7\u06c8\u06cb"
)  # of Hebrew and Arabic: o, u, v and w
# Indian signs of a nasal: n or m, before what follows.
_NASALS = frozenset(
    "\u0901\u0902\u0981\u0982\u0a01\u0a02\u0a70\u0a81\u0a82\u0b01\u0b02\u0c01\u0c02\u0c82\u0d01\u0d02\u0d82"
)
_MERGED = (  # one sound, many spellings; applied in this order
    *(("schtsch", "s"), ("shch", "s"), ("tsch", "s"), ("sch", "s"), ("tch", "s"), ("dzh", "s")),
    *(("dsch", "s"), ("ch", "s"), ("sh", "s"), ("zh", "s"), ("ph", "p"), ("th", "t"), ("kh", "k")),
    *(("ts", "s"), ("tz", "s"), ("ck", "k"), ("x", "ks")),
)
# Then letter by letter; all others are vowels or half-vowels, which spellings drop and add.
_CONSONANTS = str.maketrans("qzcvwfgbdlkmnprst", "kskpppkptrkmnprst")
_SOUNDS = dict.fromkeys(range(128)) | _CONSONANTS
# Scripts that know no capitals and part words: from Hebrew to Arabic, of India, Georgian, Ethiopic.
_SPACED = re.compile("[\u0590-\u08ff\u0900-\u0dff\u10d0-\u10ff\u1200-\u137f\uac00-\ud7a3]")
_CASELESS = re.compile(f"{_SPACED.pattern[:-1]}\u30a1-\u30fa]")
_CASELESS_LEADS = leads(
    chain(map(chr, chain(range(0x590, 0xE00), range(0x10D0, 0x1380), range(0xAC00, 0xD7A4))), "ァ")
)
KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]{3,}")  # what Japanese writes foreign names in


def _capitals() -> str:
    """All capital letters of the alphabets that have small ones, as a class of characters."""
    letters = map(chr, chain(range(0x590), range(0x1E00, 0x2000), range(0x2C60, 0x2C80)))
    return "".join(c for c in letters if unicodedata.category(c) in {"Lu", "Lt"})


# The capital first, then what must not stand before it: so the engine skips other letters at once.
_NAME = re.compile(rf"[{_capitals()}](?<![.!?:…»”\"։؟。]\s.)(?<!^.)(?<!\n.)(?<!\w.)[^\W\d_]{{2,}}")


@functools.lru_cache(maxsize=4096)
def _latin(character: str) -> str:
    """Romanise one letter, roughly."""
    if character in _NASALS:
        return "n"
    return "" if character in _HALF_VOWELS else anyascii(character).lower()


def skeleton(word: str) -> str:
    """Give the first consonants of a word, alike for every common spelling and script."""
    latin = word.lower()
    if not latin.isascii():
        latin = "".join(map(_latin, latin))
    for spelling, sound in _MERGED:
        latin = latin.replace(spelling, sound)
    sounds = groupby(latin.translate(_SOUNDS))  # doubled ones count once
    return "".join([sound for sound, _ in sounds][:MAX_CONSONANTS])


@functools.lru_cache(maxsize=65536)
def _telling(word: str) -> str:
    """The skeleton of a word; empty if it is too short to tell anything."""
    found = skeleton(word)
    return found if len(found) >= MIN_CONSONANTS else ""


def names_of(text: str, language: str) -> Iterator[str]:
    """Yield skeletons of the capitalised words that do not begin a sentence."""
    del language
    return filter(None, map(_telling, _NAME.findall(text)))


def words_of(text: str) -> Iterator[str]:
    """Yield skeletons of all words in scripts that know no capitals, in Japanese of foreign ones.

    Args:
        text: As NFC or NFKC leaves it.
    """
    if not (may_hold(text, _CASELESS_LEADS) and _CASELESS.search(text)):
        return iter(())  # most texts: cutting them into words would be for nothing
    words = tokens.words(text) if _SPACED.search(text) else ()
    found = chain(filter(_SPACED.match, words), KATAKANA.findall(text))
    return filter(None, map(_telling, found))
