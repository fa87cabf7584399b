"""Shared names as a text spells them; the judge keeps only their consonants."""

from __future__ import annotations

import unicodedata
from itertools import chain
from typing import TYPE_CHECKING

from ingestor.dedup.lexicon import WORD, is_small
from ingestor.dedup.names import KATAKANA, MIN_CONSONANTS, skeleton

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 12  # names of one judgement
_LONGEST = 60  # characters of a word
_TEXT = 20_000  # characters that are looked through


def spelled(skeletons: object, text: str, other: str) -> tuple[str, ...]:
    """Find the words of a text that have these consonants.

    Args:
        skeletons: As the evidence of a judgement names them; anything else gives nothing.
        text: Of the article whose spelling is wanted.
        other: Of the article that it was judged with: of two words with the same consonants, the
            one that is there too is the name.

    Returns:
        Words in the order of the text, at most `MOST`; names that are not in the text are left out.
    """
    if not isinstance(skeletons, list):
        return ()
    wanted = {name for name in skeletons if isinstance(name, str) and len(name) >= MIN_CONSONANTS}
    there = set(map(_folded, _words(other))) if wanted else set()
    found: dict[str, str] = {}
    for word in dict.fromkeys(_words(text) if wanted else ()):
        # Where there are capitals, a name has one.
        name = "" if is_small(word) else skeleton(word[:_LONGEST])
        if name not in wanted:
            continue
        if name not in found or (_folded(found[name]) not in there and _folded(word) in there):
            found[name] = word[:_LONGEST]
    return tuple(found.values())[:MOST]


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text, as names are looked for in them."""
    return chain(WORD.findall(text[:_TEXT]), KATAKANA.findall(text[:_TEXT]))


def _folded(word: str) -> str:
    """A word without case and accents."""
    plain = unicodedata.normalize("NFD", word[:_LONGEST].lower())
    return "".join(c for c in plain if not unicodedata.combining(c))
