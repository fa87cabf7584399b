"""How far two articles say the same, sentence by sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ingestor import simhash

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    return float(min(_mean_of_best(rows, spare), _mean_of_best(columns, spare)))


def _mean_of_best(best: NDArray[np.float64], spare: float) -> Any:
    """Average along the first axis."""
    if left_out := int(len(best) * spare):
        best = np.partition(best, left_out, axis=0)[left_out:]
    return np.add.reduce(best, axis=0) / len(best)


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


def at_most(
    sentences: NDArray[np.uint64], others: Sequence[NDArray[np.uint64]], spare: float = 0.0
) -> NDArray[np.float64]:
    """Bound what `best_agreement` of an article with others may be, at a fraction of its cost.

    The shorter of two articles has to find a partner for each of its sentences in the other, or in
    the other's beginning, where none is nearer.

    Args:
        sentences: Shape (n, 8), at least one.
        others: Of each of the k others likewise, at least one other.
        spare: As for `agreement`.

    Returns:
        Shape (k,), -1..1, but for an error of rounding.
    """
    sizes = np.array([len(other) for other in others])
    starts = np.cumsum(sizes) - sizes
    theirs = np.ascontiguousarray(np.concatenate(others).T)
    far = np.zeros((len(sentences), theirs.shape[1]), dtype=np.uint16)
    for our_bits, their_bits in zip(sentences.T, theirs, strict=True):
        far += np.bitwise_count(our_bits[:, None] ^ their_bits)
    rows = _COSINES.take(np.minimum.reduceat(far, starts, axis=1))
    columns = _COSINES.take(np.minimum.reduce(far, axis=0))
    found: NDArray[np.float64] = _mean_of_best(rows, spare)
    for k in np.flatnonzero(sizes < len(sentences)):
        found[k] = _mean_of_best(columns[starts[k] : starts[k] + sizes[k]], spare)
    return found


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
