"""Names and numbers as a text writes them; the judge keeps only consonants and digits."""

from __future__ import annotations

import unicodedata
from itertools import chain
from typing import TYPE_CHECKING

from ingestor.dedup.lexicon import WORD, is_small
from ingestor.dedup.names import KATAKANA, MIN_CONSONANTS, skeleton

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST = 12  # names of one judgement
NUMBERS = ("shared_numbers", "clashing_numbers")
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
    return tuple(spellings(skeletons, text, other).values())[:MOST]


def spellings(skeletons: object, text: str, other: str) -> dict[str, str]:
    """Find the words as `spelled` does, each by its consonants."""
    wanted = {name for name in _texts(skeletons) if len(name) >= MIN_CONSONANTS}
    there = set(map(_folded, _words(other))) if wanted else set()
    found: dict[str, str] = {}
    for word in dict.fromkeys(_words(text) if wanted else ()):
        # Where there are capitals, a name has one.
        name = "" if is_small(word) else skeleton(word[:_LONGEST])
        if name not in wanted:
            continue
        if name not in found or (_folded(found[name]) not in there and _folded(word) in there):
            found[name] = word[:_LONGEST]
    return found


def numbers(
    evidence: Mapping[str, object],
    ours: Mapping[str, Sequence[str]],
    theirs: Mapping[str, Sequence[str]],
) -> dict[str, tuple[str, ...]]:
    """Write the numbers of a judgement as the two texts do.

    Args:
        evidence: Of the judgement; what is no list of significant digits gives nothing.
        ours: The numbers of one text, as `anchors.as_written` finds them.
        theirs: Of the other; what both write alike is the number.

    Returns:
        Those of both and those of one alone, by the key of the evidence and in its order; the
        digits themselves where no text has them.
    """
    return {
        key: tuple(_number(digits, ours, theirs) for digits in _texts(evidence.get(key)))
        for key in NUMBERS
    }


def _number(
    digits: str, ours: Mapping[str, Sequence[str]], theirs: Mapping[str, Sequence[str]]
) -> str:
    one, other = ours.get(digits, ()), theirs.get(digits, ())
    alike = [text for text in one if text in other]
    return [*alike, *one, *other, digits][0][:_LONGEST]


def _texts(evidence: object) -> list[str]:
    return [one for one in evidence if isinstance(one, str)] if isinstance(evidence, list) else []


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text, as names are looked for in them."""
    return chain(WORD.findall(text[:_TEXT]), KATAKANA.findall(text[:_TEXT]))


def _folded(word: str) -> str:
    """A word without case and accents."""
    plain = unicodedata.normalize("NFD", word[:_LONGEST].lower())
    return "".join(c for c in plain if not unicodedata.combining(c))
