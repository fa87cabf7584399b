"""The mean vector of a language, which says what language a sentence is in, not what it means.

Subtracting it leaves the meaning. It is learned once from the first articles of a language, then
frozen under a version: fingerprints are comparable only if later ones are made the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ingestor.encoders.sentences import MAX_SENTENCES, split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ingestor.encoders.base import Encoder

LEARN_FROM = 10  # articles; of 5 the mean is already nearly as good


@dataclass(frozen=True, slots=True, kw_only=True)
class Centroid:
    """The mean of one language.

    Attributes:
        language: Its code; empty for the one that stands in where nothing is learned yet.
        version: 0 if not learned, from 1 on counted up with each new learning.
        vector: float32, little-endian; empty bytes subtract nothing.
    """

    language: str = ""
    version: int = 0
    vector: bytes = b""

    @property
    def label(self) -> str:
        """Name language and version, as the id of an algorithm carries them."""
        return f"{self.language}-{self.version}" if self.version else "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Centroids:
    """All that is learned so far for one encoder; at most one item for each language."""

    encoder: str = "none"
    items: tuple[Centroid, ...] = ()

    def of(self, language: str) -> Centroid:
        """Give the centroid of a language, or the one that subtracts nothing."""
        return next((item for item in self.items if item.language == language), Centroid())


def centre(vectors: NDArray[np.float32], centroid: Centroid) -> NDArray[np.float32]:
    """Subtract the centroid and bring each row back to unit length.

    A vector equal to the centroid has no meaning of its own and becomes zero.
    """
    if not centroid.vector:
        return vectors
    moved = vectors - np.frombuffer(centroid.vector, dtype="<f4")
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    unit: NDArray[np.float32] = np.divide(moved, lengths, out=moved, where=lengths > 0)
    return unit


def learn(texts: Sequence[str], language: str, encoder: Encoder) -> Centroid | None:
    """Learn the centroid of a language from its first articles.

    Returns:
        Version 1, or None while there are fewer than LEARN_FROM texts or no sentence in them, and
        for an encoder whose vectors need no centring.
    """
    if not encoder.centred:
        return None
    sentences = [s for text in texts[:LEARN_FROM] for s in split(text)[:MAX_SENTENCES]]
    if len(texts) < LEARN_FROM or not sentences:
        return None
    mean = encoder.encode(sentences).mean(axis=0)
    return Centroid(language=language, version=1, vector=mean.astype("<f4").tobytes())
