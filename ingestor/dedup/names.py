"""Names by their consonants: Pezeshkian, Peseschkian and Пезешкиан are one.

Letters of other scripts are romanised by their Unicode names: ``CYRILLIC SMALL LETTER PE`` is a p,
``ARABIC LETTER SHEEN`` an sh. That needs no table for a script; vowels do not count anyway.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING

from ingestor import simhash

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_CONSONANTS = 3  # fewer are shared by chance
_VOWELS = frozenset("aeiouyhwj")  # with the half-vowels, which spellings drop and add
_SILENT = frozenset(
    {
        "ALEF",
        "AIN",
        "WAW",
        "YEH",
        "HAMZA",
        "HEH",
        "SIGN",
        "YOD",
        "VAV",
        "AYIN",
        "HARD",
        "SOFT",
        "MARK",
    }
)
_MERGED = (  # one sound, many spellings; applied in this order
    *(("schtsch", "s"), ("shch", "s"), ("tsch", "s"), ("sch", "s"), ("tch", "s"), ("dzh", "s")),
    *(("dsch", "s"), ("ch", "s"), ("sh", "s"), ("zh", "s"), ("ph", "f"), ("th", "t"), ("kh", "k")),
    *(("ts", "s"), ("tz", "s"), ("ck", "k"), ("x", "ks"), ("q", "k"), ("z", "s"), ("c", "k")),
    *(("v", "f"), ("w", "f"), ("g", "k"), ("b", "p"), ("d", "t"), ("l", "r")),
)
# The capital first, then what must not stand before it: so the engine skips other letters at once.
_NAME = re.compile(r"[A-ZÀ-ÞĀ-ŽА-ЯЁΑ-Ω](?<![.!?:…»”\"]\s.)(?<!^.)(?<!\n.)(?<!\w.)[^\W\d_]{2,}")
_CASELESS = re.compile(r"[\u0590-\u06ff\u0900-\u0d7f\u30a0-\u30ff\uac00-\ud7a3]")


@functools.lru_cache(maxsize=4096)
def _latin(character: str) -> str:
    """Romanise one letter, roughly: the consonants of its name's last word."""
    if character.isascii():
        return character
    base = unicodedata.normalize("NFD", character)[0]
    if base.isascii():
        return base
    kana = "\u30a0" <= base <= "\u30ff"  # here the mark is another consonant, not another vowel
    words = unicodedata.name(character if kana else base, "").split(" WITH ")[0].split()
    if not words or words[-1] in _SILENT:
        return ""
    return re.sub(r"^[AEIOU]+(?=[^AEIOU])|[AEIOU]+.*$", "", words[-1]).lower()


def skeleton(word: str) -> str:
    """Give the consonants of a word, alike for every common spelling and script."""
    latin = "".join(map(_latin, word.lower()))
    for spelling, sound in _MERGED:
        latin = latin.replace(spelling, sound)
    kept = "".join(c for c in latin if c.isalpha() and c not in _VOWELS)
    return re.sub(r"(.)\1+", r"\1", kept)


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
    """Yield skeletons of all words in scripts that know no capitals.

    Args:
        text: As NFC or NFKC leaves it.
    """
    if text.isascii() or not _CASELESS.search(text):
        return iter(())  # most texts: cutting them into words would be for nothing
    return filter(None, map(_telling, filter(_CASELESS.match, simhash.words(text))))
