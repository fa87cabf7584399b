"""Byte n-grams → languages: py3langid's model and answers, computed by numpy.

The library walks its automaton byte by byte in Python, each step waiting for a memory access. But
no n-gram is longer than `ORDER`, so where the automaton stands depends on the last `ORDER` bytes
alone: all positions of a text can be walked at the same time, in `ORDER` steps, of which the first
two are one look into a table. A property test holds the answers equal.

Source: Lui and Baldwin, "langid.py: an off-the-shelf language identification tool", ACL 2012;
Aho and Corasick, "Efficient string matching", CACM 18(6), 1975.
"""

from __future__ import annotations

import io
import lzma
import math
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZipFile

import numpy as np
from numpy.lib import format as npy
from py3langid.langid import MODEL_DIR, MODEL_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

ORDER: Final = 6  # bytes of the longest n-gram of the model
_BEFORE: Final = b"\xff" * (ORDER - 1)  # what stands in no text: the automaton stays at its start
_EDGE: Final = np.array([True])


class Model:
    """A naive Bayes classifier over byte n-grams."""

    def __init__(self, tables: Mapping[str, NDArray[Any]], aliases: Mapping[str, str]) -> None:
        """Take over the tables of a model.

        Args:
            tables: Of py3langid's file, by their names in it.
            aliases: Codes to replace; the probabilities of equal ones add up.
        """
        names = [aliases.get(name, name) for name in tables["classes"].tolist()]
        places = {name: place for place, name in enumerate(dict.fromkeys(names))}
        self._languages = tuple(places)
        self._places = np.array([places[name] for name in names])  # of a class
        # Feature × class, logarithms. They come in 16 bits, which costs more to unpack each time.
        self._weights = tables["ptc"].astype(np.float32)
        self._prior = tables["pc"].astype(np.float32)
        self._next = tables["nextmove"]  # row of a state × byte → state
        self._row = tables["nextmove_row"].astype(np.intp) << 8
        octets = np.arange(256)
        self._after_two = self._next[self._row[self._next[octets], None] + octets].ravel()
        self._feature = tables["out_feat"].astype(np.int32)  # of a state; -1: none

    def probabilities(self, text: str) -> Mapping[str, float]:
        """Say for each language how likely the text is in it; together they are 1."""
        octets = _encode(text)
        scores = self._scores(octets) / np.float32(math.sqrt(len(octets) or 1))
        odds = np.exp(scores - scores.max())
        sums = np.bincount(self._places, weights=odds / odds.sum())
        return dict(zip(self._languages, sums.tolist(), strict=True))

    def _scores(self, octets: bytes) -> NDArray[np.float32]:
        """Log odds of each class; all 0 if nothing is known of any byte."""
        found = self._feature.take(self._states(octets))
        found = found[found >= 0]
        if not found.size:
            return np.zeros_like(self._prior)
        found.sort()
        edges = np.flatnonzero(np.concatenate((_EDGE, found[1:] != found[:-1], _EDGE)))
        features = found.take(edges[:-1])
        seen = np.log1p(edges[1:] - edges[:-1], dtype=np.float32)
        known: NDArray[np.float32] = seen @ self._weights.take(features, axis=0)
        return np.add(self._prior, known, dtype=np.float32)

    def _states(self, octets: bytes) -> NDArray[np.uint32]:
        """Where the automaton stands after each byte."""
        read = np.frombuffer(_BEFORE + octets, dtype=np.uint8).astype(np.intp)
        count = len(octets)
        states: NDArray[np.uint32] = self._after_two.take((read[:count] << 8) | read[1 : count + 1])
        for step in range(2, ORDER):
            states = self._next.take(self._row.take(states) + read[step : step + count])
        return states


def _encode(text: str) -> bytes:
    """Bytes as the model was trained on."""
    lowered = text.lower() if text.isupper() else text
    return unicodedata.normalize("NFC", lowered).encode("utf-8", "surrogatepass")


def load(aliases: Mapping[str, str]) -> Model:
    """Read the model that comes with py3langid; that takes as long as a thousand articles.

    The library unpacks it by way of a file, and of lists of each table; in one piece it takes half
    of the time, and lets other threads run meanwhile.
    """
    unpacked = lzma.decompress((MODEL_DIR / MODEL_FILE).read_bytes())
    with ZipFile(io.BytesIO(unpacked)) as archive:
        tables = {Path(name).stem: _table(archive.read(name)) for name in archive.namelist()}
    return Model(tables, aliases)


def _table(file: bytes) -> NDArray[Any]:
    """Read an array where its file lies; `numpy.load` copies it piece by piece."""
    content = io.BytesIO(file)
    npy.read_magic(content)
    shape, _, dtype = npy.read_array_header_1_0(content)
    return np.frombuffer(file, dtype, offset=content.tell()).reshape(shape)
