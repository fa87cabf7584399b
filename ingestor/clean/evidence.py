"""Whether a block that recurs on a site is the site's: what its articles are evidence of. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

NEEDED = 6
"""Different articles that a block must have been seen in. Measured: see docs/cleaning.md."""

NEEDED_PROSE, SHARE_PROSE = 10, 1 / 3
"""The same for what reads like a sentence or a fact of a report, and the least share of the site's
articles: "The investigation goes on." closes many a report, but never every third."""

_LITTLE = 3  # letters
_WORD = re.compile(r"[^\W\d_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """An article in which a block was seen.

    Attributes:
        blocks: Keys of its blocks: of those that may be boilerplate, and of the longest.
    """

    title: str
    blocks: frozenset[int]


def different(witnesses: Sequence[Witness], key: int, enough: int) -> int:
    """Count articles that are about different things, each different from all that were counted.

    Two are the same report, or editions of one series, if their titles share half of the words,
    or if one has no block that the other lacks. An article without a title is no evidence.

    Args:
        witnesses: In any order.
        key: The block that they have in common.
        enough: Where counting ends.
    """
    counted: list[tuple[frozenset[str], frozenset[int]]] = []
    for witness in sorted(witnesses, key=lambda w: (w.title, sorted(w.blocks))):
        words, rest = _words(witness.title), witness.blocks - {key}
        if words and not any(_alike(words, w) or rest <= r or r <= rest for w, r in counted):
            counted.append((words, rest))
            if len(counted) >= enough:
                break
    return len(counted)


def _words(title: str) -> frozenset[str]:
    """The words of a title; in scripts without spaces between words, pairs of characters.

    Short ones say little where all letters are ASCII: "of the" is in every other title.
    """
    found: set[str] = set()
    for word in _WORD.findall(unicodedata.normalize("NFKC", title).casefold()):
        if _UNSPACED.match(word):
            found.update(word[i : i + 2] for i in range(max(len(word) - 1, 1)))
        elif len(word) > 1:
            found.add(word)
    telling = {word for word in found if len(word) > _LITTLE or not word.isascii()}
    return frozenset(telling or found)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    shared, fewer = len(one & other), min(len(one), len(other))
    return shared == fewer or (shared > 1 and shared * 2 >= fewer)


def is_boilerplate(key: int, articles: int, apart: int, of_all: int) -> bool:
    """Decide whether a block is boilerplate of a site.

    Args:
        key: Of the block.
        articles: In how many articles it was seen.
        apart: How many of them are about different things, as `different` counted up to `NEEDED`.
        of_all: How many articles the site brought from the first of them to the last.
    """
    if apart < NEEDED:
        return False
    return key > 0 or (articles >= NEEDED_PROSE and articles >= of_all * SHARE_PROSE)
