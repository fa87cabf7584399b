"""How far two articles say the same, sentence by sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestor import simhash

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEAD_SLACK = 1  # sentences: a translation may split one in two


def similarities(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Estimate the cosine of every sentence of one article with every one of the other.

    Args:
        left: Shape (n, 8), fingerprints of 512 bits.
        right: Shape (m, 8).

    Returns:
        Shape (n, m), -1..1.
    """
    differing = np.bitwise_count(left[:, None, :] ^ right[None, :, :]).sum(axis=2)
    cosines: NDArray[np.float64] = np.cos(np.pi * differing / simhash.VECTOR_BITS)
    return cosines


def agreement(cosines: NDArray[np.float64], spare: float = 0.0) -> float:
    """Average, over the sentences of each side, the cosine with their best partner.

    The smaller of both directions counts: it asks that neither article says what the other does
    not. The larger would only ask that one contains the other.

    Args:
        cosines: As `similarities` gives them.
        spare: Share of a side's sentences, the worst ones, that need no partner.
    """
    return min(_mean_of_best(cosines.max(axis=1), spare), _mean_of_best(cosines.max(axis=0), spare))


def _mean_of_best(best: NDArray[np.float64], spare: float) -> float:
    return float(np.sort(best)[int(len(best) * spare) :].mean())


def head_agreement(cosines: NDArray[np.float64], spare: float = 0.0) -> float:
    """Give the agreement of the shorter article with as much of the beginning of the longer.

    News is shortened from the end: a teaser, or a first third, is the report's beginning.
    """
    n, m = cosines.shape
    length = min(n, m) + _HEAD_SLACK
    return agreement(cosines[:length, :length], spare)


def partners(cosines: NDArray[np.float64]) -> tuple[tuple[int, int, float], ...]:
    """Give the best partner of every left sentence: its index, the partner's, their cosine."""
    best = cosines.argmax(axis=1)
    return tuple((i, int(j), float(cosines[i, j])) for i, j in enumerate(best))
