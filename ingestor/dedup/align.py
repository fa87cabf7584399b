"""How far two articles say the same, sentence by sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestor import simhash

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COSINES = np.cos(np.pi * np.arange(simhash.VECTOR_BITS + 1) / simhash.VECTOR_BITS)
ALIKE = 0.35  # of 100 reports in six known languages the sentences of 93 are no more alike
_HEAD_SLACK = 1  # sentences: a translation may split one in two


def similarities(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Estimate the cosine of every sentence of one article with every one of the other.

    Args:
        left: Shape (n, 8), fingerprints of 512 bits.
        right: Shape (m, 8).

    Returns:
        Shape (n, m), -1..1.
    """
    ours, theirs = np.ascontiguousarray(left.T), np.ascontiguousarray(right.T)
    bits = np.bitwise_count(ours[:, :, None] ^ theirs[:, None, :])
    cosines: NDArray[np.float64] = _COSINES.take(np.add.reduce(bits, axis=0, dtype=np.intp))
    return cosines


def agreement(cosines: NDArray[np.float64], spare: float = 0.0) -> float:
    """Average, over the sentences of each side, the cosine with their best partner.

    The smaller of both directions counts: it asks that neither article says what the other does
    not. The larger would only ask that one contains the other.

    Args:
        cosines: As `similarities` gives them.
        spare: Share of a side's sentences, the worst ones, that need no partner.
    """
    rows, columns = np.maximum.reduce(cosines, axis=1), np.maximum.reduce(cosines, axis=0)
    return min(_mean_of_best(rows, spare), _mean_of_best(columns, spare))


def _mean_of_best(best: NDArray[np.float64], spare: float) -> float:
    if left_out := int(len(best) * spare):
        best = np.partition(best, left_out)[left_out:]
    return float(np.add.reduce(best)) / len(best)


def best_agreement(cosines: NDArray[np.float64], spare: float = 0.0) -> float:
    """Give the agreement of both, or of the shorter with as much of the longer's beginning.

    News is shortened from the end: a teaser, or a first third, is the report's beginning. The
    larger of the two counts.
    """
    whole = agreement(cosines, spare)
    length = min(cosines.shape) + _HEAD_SLACK
    if length >= max(cosines.shape):
        return whole
    return max(whole, agreement(cosines[:length, :length], spare))


def alike(sentences: NDArray[np.uint64]) -> float:
    """Average the cosine between the different sentences of one article.

    Args:
        sentences: Shape (n, 8), n at least 2.
    """
    count = len(sentences)
    return float(similarities(sentences, sentences).sum() - count) / (count * (count - 1))


def beyond_chance(agreement: float, own: float) -> float:
    """Discount an agreement of two articles that any two of their language would have.

    Where an encoder hardly knows a language, all of its sentences lie close together. How close,
    the sentences of one article tell; up to ALIKE that is usual.

    Args:
        agreement: Of two articles in one language, -1..1.
        own: How much alike the sentences within each of them are, at most 1.
    """
    if own <= ALIKE or own >= 1:
        return agreement
    return ALIKE + (agreement - own) / (1 - own) * (1 - ALIKE)


def partners(cosines: NDArray[np.float64]) -> tuple[tuple[int, int, float], ...]:
    """Give the best partner of every left sentence: its index, the partner's, their cosine."""
    best = cosines.argmax(axis=1)
    return tuple((i, int(j), float(cosines[i, j])) for i, j in enumerate(best))


def mutual(cosines: NDArray[np.float64], least: float) -> list[tuple[int, int]]:
    """Give the pairs of sentences that are each other's best partner, and as near as `least`."""
    rows, columns = cosines.argmax(axis=1), cosines.argmax(axis=0)
    left = np.arange(len(rows))
    kept = (columns[rows] == left) & (cosines[left, rows] >= least)
    return list(zip(left[kept].tolist(), rows[kept].tolist(), strict=True))
