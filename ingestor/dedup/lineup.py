"""Whether two articles tell the same in the same order, in whatever languages they are.

Where an encoder does not know a language, no single cosine tells a translation. But a translation
keeps the order of the sentences, about their lengths, and in each its numbers and names; and what a
cosine is worth shows in comparison with those of all other pairs of sentences of the two. Each of
these is weak, and along a whole article they add up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ingestor.dedup.anchors import Anchors

_SKIPPED = 1.0  # cost of a sentence without a partner
_LENGTH, _LEAST_LENGTH = 2.0, -3.0  # for each unit of the logarithm of two lengths' ratio
_UNREAD = 0.5  # in place of the cosine where there is none
_NUMBER = (0.0, 0.5, 1.25, 2.0)  # a shared one of no, one, two, three and more digits
_MISSING_NUMBER, _NUMBERS = 0.35, (-1.0, 3.0)
_NAME, _MOST_NAMES = 0.5, 4
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
    """Align the sentences of two articles in their order.

    Args:
        left: Of n sentences, at least one.
        right: Of m sentences, likewise.
        cosines: Shape (n, m), or None where they cannot be told.

    Source: Smith and Waterman, J. Mol. Biol. 147, 1981; for the lengths Gale and Church, "A program
    for aligning sentences in bilingual corpora", 1993.
    """
    cells = _lengths(left, right) + (_UNREAD if cosines is None else _standing(cosines))
    _add_numbers(cells, left, right)
    _add_names(cells, left, right)
    sums = _sums(cells)
    score = float(sums.max())
    shorter = min(len(left.lengths), len(right.lengths))
    return Lineup(score=score, share=score / math.sqrt(shorter), pairs=_path(sums, cells))


def _standing(cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each cosine stands out of its row and its column, in standard deviations."""
    rows, columns = cosines.mean(axis=1, keepdims=True), cosines.mean(axis=0, keepdims=True)
    found: NDArray[np.float64] = cosines - rows - columns + cosines.mean()
    spread = float(np.sqrt((found * found).mean()))
    return found / spread if spread > _EQUAL else np.zeros_like(found)


def _lengths(left: Anchors, right: Anchors) -> NDArray[np.float64]:
    ours, theirs = np.array(left.lengths, dtype=float), np.array(right.lengths, dtype=float)
    ratio = np.log(ours / ours.sum())[:, None] - np.log(theirs / theirs.sum())[None, :]
    found: NDArray[np.float64] = np.maximum(-_LENGTH * np.abs(ratio), _LEAST_LENGTH)
    return found


def _add_numbers(cells: NDArray[np.float64], left: Anchors, right: Anchors) -> None:
    ours, theirs = (np.array(list(map(len, side.told))) for side in (left, right))
    fewer = np.minimum(ours[:, None], theirs[None, :])
    worth = -_MISSING_NUMBER * fewer
    for number, rows, columns in _shared(left.told, right.told):
        worth[np.ix_(rows, columns)] += _NUMBER[min(len(number), 3)] + _MISSING_NUMBER
    cells += np.clip(worth, *_NUMBERS) * (fewer > 0)


def _add_names(cells: NDArray[np.float64], left: Anchors, right: Anchors) -> None:
    shared = np.zeros(cells.shape)
    for text, rows, columns in _shared(left.named, right.named):
        if text in left.names or text in right.names:  # else nobody knows that it is a name
            shared[np.ix_(rows, columns)] += 1
    cells += _NAME * np.minimum(shared, _MOST_NAMES)


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


def _sums(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """The best score of an alignment that ends before each cell; shape (n + 1, m + 1)."""
    count, width = cells.shape
    sums = np.zeros((count + 1, width + 1))
    skipped = _SKIPPED * np.arange(width)
    for i in range(count):
        row = np.maximum(np.maximum(sums[i, :-1] + cells[i], sums[i, 1:] - _SKIPPED), 0.0)
        sums[i + 1, 1:] = np.maximum.accumulate(row + skipped) - skipped
    return sums


def _path(sums: NDArray[np.float64], cells: NDArray[np.float64]) -> tuple[tuple[int, int], ...]:
    i, j = (int(at) for at in np.unravel_index(int(sums.argmax()), sums.shape))
    found = []
    while i and j and sums[i, j] > _EQUAL:
        if abs(sums[i, j] - sums[i - 1, j - 1] - cells[i - 1, j - 1]) < _EQUAL:
            i, j = i - 1, j - 1
            found.append((i, j))
        elif abs(sums[i, j] - sums[i - 1, j] + _SKIPPED) < _EQUAL:
            i -= 1
        else:
            j -= 1
    return tuple(reversed(found))
