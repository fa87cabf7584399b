"""What every encoder is to us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ingestor.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Encoder(Protocol):
    """Sentences to vectors, such that translations of each other lie close together.

    Attributes:
        name: Identifies model and version; part of the id of what is made with it.
        dimension: Length of a vector.
        languages: Codes it was trained for; empty if it makes no statement. Others are encoded too.
        centred: Whether the mean of the language is to be subtracted from its vectors.
    """

    name: str
    dimension: int
    languages: frozenset[str]
    centred: bool

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Give one unit vector a row.

        Raises:
            EncoderError: the model returned something that is no vector.
        """
        ...


def checked(vectors: Any, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Bring what a model returned to unit length, or refuse it.

    Raises:
        EncoderError: another shape than expected, a value that is not finite, or a zero vector.
    """
    found = np.asarray(vectors, dtype=np.float32)
    if found.shape != shape:
        raise EncoderError(f"the encoder returned the shape {found.shape} instead of {shape}")
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise EncoderError("the encoder returned a vector that has no direction")
    return np.asarray(found / lengths, dtype=np.float32)
