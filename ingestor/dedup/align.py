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


def agreement(cosines: NDArray[np.float64]) -> tuple[float, float]:
    """Average, over the sentences of each side, the cosine with their best partner.

    Returns:
        The smaller and the larger of both directions: the smaller asks that neither says anything
        that the other does not, the larger only that one is contained in the other.
    """
    directions = (float(cosines.max(axis=1).mean()), float(cosines.max(axis=0).mean()))
    return min(directions), max(directions)


def head_agreement(cosines: NDArray[np.float64]) -> float:
    """Give the agreement of the shorter article with as much of the beginning of the longer.

    News is shortened from the end: a teaser, or a first third, is the report's beginning.
    """
    n, m = cosines.shape
    length = min(n, m) + _HEAD_SLACK
    return agreement(cosines[:length, :length])[0]


def partners(cosines: NDArray[np.float64]) -> tuple[tuple[int, int, float], ...]:
    """Give the best partner of every left sentence: its index, the partner's, their cosine."""
    best = cosines.argmax(axis=1)
    return tuple((i, int(j), float(cosines[i, j])) for i, j in enumerate(best))
