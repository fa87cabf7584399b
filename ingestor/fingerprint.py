"""Article to fingerprints: one of its words, one of its meaning, one of each sentence's meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestor import simhash
from ingestor.encoders.centroids import centre
from ingestor.encoders.sentences import MAX_SENTENCES, split
from ingestor.models import Fingerprint

if TYPE_CHECKING:
    from ingestor.encoders.base import Encoder
    from ingestor.encoders.centroids import Centroid, Centroids

WORDS = "simhash64-words-1"


def vector_algorithm(encoder: str, centroid: Centroid) -> str:
    """Name what the bits of a vector fingerprint depend on.

    What stands before the slash must be equal for two fingerprints to be comparable; so a slash in
    the encoder's name, as in ``onnx:owner/model``, is escaped.
    """
    return f"simhash512-{encoder.replace('/', '%2F')}-1/{centroid.label}"


def sentences(title: str, text: str) -> tuple[str, ...]:
    """Give what is encoded of an article: the title, then the first sentences, without repeats."""
    body = text.removeprefix(title).lstrip() if title else text
    return tuple(dict.fromkeys(split(f"{title}\n{body}")))[:MAX_SENTENCES]


def fingerprints(
    title: str, text: str, language: str, *, encoder: Encoder | None, centroids: Centroids
) -> tuple[Fingerprint, ...]:
    """Make every fingerprint of an article; none of a kind for which it is too short.

    Args:
        title: Plain text on one line; may be empty.
        text: The cleaned text.
        language: Chooses the centroid; empty if unknown.
        encoder: None compares words alone.
        centroids: What is learned so far for this encoder.

    Raises:
        EncoderError: the encoder failed.
    """
    made: list[Fingerprint] = []
    words = simhash.of_text(text)
    if words is not None:
        value = words.to_bytes(simhash.WORD_BITS // 8)
        made.append(Fingerprint(algorithm=WORDS, part="text", value=value))
    chosen = sentences(title, text) if encoder else ()
    if encoder and chosen:
        centroid = centroids.of(language)
        algorithm = vector_algorithm(encoder.name, centroid)
        vectors = centre(encoder.encode(chosen), centroid)
        rows = simhash.of_vectors(np.vstack([vectors.mean(axis=0), vectors]))
        made.append(Fingerprint(algorithm=algorithm, part="text", value=rows[0].tobytes()))
        made.append(Fingerprint(algorithm=algorithm, part="sentences", value=rows[1:].tobytes()))
    return tuple(made)
