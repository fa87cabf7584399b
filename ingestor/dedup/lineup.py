"""Whether two articles tell the same in the same order, in whatever languages they are.

Where an encoder does not know a language, no single cosine tells a translation. But a translation
keeps the order of the sentences, about their lengths, and in each its numbers and names; and what a
cosine is worth shows in comparison with those of all other pairs of sentences of the two. Each of
these is weak, and along a whole article they add up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingestor.dedup.anchors import Anchors

_SKIPPED = 1.0  # cost of a sentence without a partner
_LENGTH, _LEAST_LENGTH = 2.0, -3.0  # for each unit of the logarithm of two lengths' ratio
_UNREAD = 0.5  # of a pair, in place of what its cosine is worth where there is none
_NUMBER = (0.0, 0.5, 1.25, 2.0)  # a shared one of no, one, two, three and more digits
_MISSING_NUMBER, _NUMBERS = 0.35, (-1.0, 3.0)
_NAME, _MOST_NAMES = 0.5, 4
_JOINED = 1.0  # cost of a sentence that is two on the other side
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineup:
    """The best alignment that keeps the order.

    Attributes:
        score: The sum over its pairs of sentences, less what was skipped; 0 and more.
        share: The score by the root of the number of sentences of the shorter article.
        pairs: Of indices of sentences, from the first to the last.
    """

    score: float
    share: float
    pairs: tuple[tuple[int, int], ...]


def line_up(left: Anchors, right: Anchors, cosines: NDArray[np.float64] | None) -> Lineup:
    """Align the sentences of two articles in their order: one with one, or with two that follow.

    Args:
        left: Of n sentences, at least one.
        right: Of m sentences, likewise.
        cosines: Shape (n, m), or None where they cannot be told.

    Source: Smith and Waterman, J. Mol. Biol. 147, 1981; for the lengths, and for sentences that one
    side joins, Gale and Church, "A program for aligning sentences in bilingual corpora", 1993.
    """
    ours, theirs = _Side.of(left), _Side.of(right)
    names = left.names | right.names
    near, rows, columns = _near(cosines)
    cells = _Cells(
        one=_cells(ours, theirs, near, names),
        left=_cells(ours.joined(), theirs, rows, names) - _JOINED,
        right=_cells(ours, theirs.joined(), columns, names) - _JOINED,
    )
    sums = _sums(cells)
    score = float(sums.max())
    shorter = min(len(ours), len(theirs))
    return Lineup(score=score, share=score / math.sqrt(shorter), pairs=_path(sums, cells))


class _Side(NamedTuple):
    """The sentences of one article, or each with the next one."""

    shares: NDArray[np.float64]  # of the length of the article
    told: Sequence[frozenset[str]]
    named: Sequence[frozenset[str]]

    @classmethod
    def of(cls, article: Anchors) -> _Side:
        lengths = np.array(article.lengths, dtype=float)
        return cls(lengths / lengths.sum(), article.told, article.named)

    def __len__(self) -> int:
        return len(self.shares)

    def joined(self) -> _Side:
        """Join each sentence with the one that follows."""
        return _Side(
            self.shares[:-1] + self.shares[1:],
            [one | other for one, other in pairwise(self.told)],
            [one | other for one, other in pairwise(self.named)],
        )


class _Cells(NamedTuple):
    """What pairs are worth.

    Attributes:
        one: Of a sentence with one, shape (n, m).
        left: Of two that follow each other with one, shape (n - 1, m).
        right: Of one with two, shape (n, m - 1).
    """

    one: NDArray[np.float64]
    left: NDArray[np.float64]
    right: NDArray[np.float64]


_Near = NDArray[np.float64] | float


def _near(cosines: NDArray[np.float64] | None) -> tuple[_Near, _Near, _Near]:
    """How near sentences are: pair by pair, and those of either side with the next one."""
    if cosines is None:
        return _UNREAD, _UNREAD, _UNREAD
    near = _standing(cosines)
    return near, near[:-1] + near[1:], near[:, :-1] + near[:, 1:]


def _cells(ours: _Side, theirs: _Side, near: _Near, names: frozenset[str]) -> NDArray[np.float64]:
    ratio = np.log(ours.shares)[:, None] - np.log(theirs.shares)[None, :]
    cells: NDArray[np.float64] = near + np.maximum(-_LENGTH * np.abs(ratio), _LEAST_LENGTH)
    cells += _numbers(ours.told, theirs.told)
    cells += _names(ours.named, theirs.named, names)
    return cells


def _standing(cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each cosine stands out of its row and its column, in standard deviations."""
    rows, columns = cosines.mean(axis=1, keepdims=True), cosines.mean(axis=0, keepdims=True)
    found: NDArray[np.float64] = cosines - rows - columns + cosines.mean()
    spread = float(np.sqrt((found * found).mean()))
    return found / spread if spread > _EQUAL else np.zeros_like(found)


def _shared(
    left: Sequence[frozenset[str]], right: Sequence[frozenset[str]]
) -> Iterator[tuple[str, list[int], list[int]]]:
    """Yield what sentences of both sides have, with the places of those that do."""
    for text in sorted(frozenset().union(*left) & frozenset().union(*right)):
        yield (
            text,
            [i for i, found in enumerate(left) if text in found],
            [j for j, found in enumerate(right) if text in found],
        )


def _numbers(
    ours: Sequence[frozenset[str]], theirs: Sequence[frozenset[str]]
) -> NDArray[np.float64]:
    counts = (np.array(list(map(len, side))) for side in (ours, theirs))
    fewer = np.minimum.outer(*counts)
    worth = -_MISSING_NUMBER * fewer
    for number, rows, columns in _shared(ours, theirs):
        worth[np.ix_(rows, columns)] += _NUMBER[min(len(number), 3)] + _MISSING_NUMBER
    found: NDArray[np.float64] = np.clip(worth, *_NUMBERS) * (fewer > 0)
    return found


def _names(
    ours: Sequence[frozenset[str]], theirs: Sequence[frozenset[str]], names: frozenset[str]
) -> NDArray[np.float64]:
    shared = np.zeros((len(ours), len(theirs)))
    for text, rows, columns in _shared(ours, theirs):
        if text in names:  # else nobody knows that it is a name
            shared[np.ix_(rows, columns)] += 1
    found: NDArray[np.float64] = _NAME * np.minimum(shared, _MOST_NAMES)
    return found


def _sums(cells: _Cells) -> NDArray[np.float64]:
    """The best score of an alignment that ends before each cell; shape (n + 1, m + 1)."""
    count, width = cells.one.shape
    sums = np.zeros((count + 1, width + 1))
    skipped = _SKIPPED * np.arange(width)
    for i in range(count):
        row = np.maximum(np.maximum(sums[i, :-1] + cells.one[i], sums[i, 1:] - _SKIPPED), 0.0)
        row[1:] = np.maximum(row[1:], sums[i, :-2] + cells.right[i])
        if i:
            row = np.maximum(row, sums[i - 1, :-1] + cells.left[i - 1])
        sums[i + 1, 1:] = np.maximum.accumulate(row + skipped) - skipped
    return sums


def _path(sums: NDArray[np.float64], cells: _Cells) -> tuple[tuple[int, int], ...]:
    """Walk back from the best score; of a joined sentence each part is a pair."""
    i, j = (int(at) for at in np.unravel_index(int(sums.argmax()), sums.shape))
    found: list[tuple[int, int]] = []

    def came(rows: int, columns: int, worth: float) -> bool:
        return abs(float(sums[i, j] - sums[i - rows, j - columns]) - worth) < _EQUAL

    while i and j and sums[i, j] > _EQUAL:
        if came(1, 1, cells.one[i - 1, j - 1]):
            i, j = i - 1, j - 1
            found.append((i, j))
        elif i > 1 and came(2, 1, cells.left[i - 2, j - 1]):
            i, j = i - 2, j - 1
            found += [(i + 1, j), (i, j)]
        elif j > 1 and came(1, 2, cells.right[i - 1, j - 2]):
            i, j = i - 1, j - 2
            found += [(i, j + 1), (i, j)]
        elif came(1, 0, -_SKIPPED):
            i -= 1
        else:
            j -= 1
    return tuple(reversed(found))
