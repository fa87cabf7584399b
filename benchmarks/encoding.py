"""What worker processes do for benchmarks; a module of its own, so that they can import it."""

from __future__ import annotations

from collections.abc import Sequence

from ingestor.encoders import load


def bare(name: str, sentences: Sequence[str]) -> int:
    """Encode, and nothing else; give the number of vectors."""
    encoder = load(name)
    return len(encoder.encode(sentences)) if encoder and sentences else 0
