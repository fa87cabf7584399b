"""Versions side by side: for each sentence of the first, its counterpart in the others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ingestor import fingerprint
from ingestor.dedup.align import similarities
from ingestor.dedup.signature import Signature, unpack
from ingestor.store.values import ArticleText

if TYPE_CHECKING:
    from numpy.typing import NDArray

MARGIN = 0.02
"""How much nearer than to the average sentence a counterpart must be, in cosine."""

NUMBERS = 0.3
"""What the same numbers on both sides, which no translation changes, count for, in cosine."""

SURE = 0.45
"""From this cosine on, two sentences of a language that the encoder knows mean the same."""

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A sentence of a version, in a row of its counterpart.

    Attributes:
        text: Empty if there is no counterpart.
        cosine: How near it is to the sentence at the head of its row; None for that one itself.
    """

    text: str
    language: str
    cosine: float | None = None

    @property
    def strength(self) -> str:
        """How sure the counterpart is, in one of three words."""
        if self.cosine is None:
            return "alone"
        return "strong" if self.cosine >= 0.6 else "fair" if self.sure else "weak"

    @property
    def sure(self) -> bool:
        """Whether the cosine says anything: below, place and numbers paired the sentences."""
        return self.cosine is not None and self.cosine >= SURE


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A sentence of the first version and its counterparts, in the order of the versions."""

    cells: tuple[Cell, ...]
    added: bool = False  # a sentence that the first version lacks


def rows(texts: Mapping[int, ArticleText], signatures: Sequence[Signature]) -> tuple[Row, ...]:
    """Align every version with the first.

    Args:
        texts: Of all the versions.
        signatures: Of the versions, in the order in which they stand; the first is the head.

    Returns:
        The head's sentences in their order; between them, where it stands, what only another
        version says.
    """
    columns = [_column(texts, signatures[0], s) for s in signatures]
    found = []
    for i, text in enumerate(columns[0].sentences):
        cells = [Cell(text=text, language=columns[0].language)]
        cells += [column.counterpart(i) for column in columns[1:]]
        found.append(Row(cells=tuple(cells)))
        found += _added(columns, i)
    return (*_added(columns, -1), *found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """The sentences of a version.

    Attributes:
        partners: Index in the head to index here, and their cosine; both grow together.
        after: Index in the head (-1: before it) to what stands behind it here, and only here.
    """

    sentences: Sequence[str]
    language: str
    partners: Mapping[int, tuple[int, float]]
    after: Mapping[int, Sequence[str]]

    def counterpart(self, i: int) -> Cell:
        """The cell beside a sentence of the head."""
        if i not in self.partners:
            return Cell(text="", language=self.language)
        j, cosine = self.partners[i]
        return Cell(text=self.sentences[j], language=self.language, cosine=cosine)


def _column(texts: Mapping[int, ArticleText], head: Signature, own: Signature) -> _Column:
    sentences = _sentences(texts[own.article_id])
    partners: dict[int, tuple[int, float]] = {}
    after: defaultdict[int, list[str]] = defaultdict(list)
    if own is not head:
        path = _path((_sentences(texts[head.article_id]), head), (sentences, own))
        partners = {i: (j, cosine) for i, j, cosine in path}
        known = {j: i for i, j, _ in path}
        place = -1
        for j, text in enumerate(sentences):
            place = known.get(j, place)
            if j not in known:
                after[place].append(text)
    return _Column(
        sentences=sentences,
        language=texts[own.article_id].language,
        partners=partners,
        after=after,
    )


def _sentences(article: ArticleText) -> Sequence[str]:
    return fingerprint.sentences(article.title, article.text)


def _added(columns: Sequence[_Column], place: int) -> list[Row]:
    """Rows for what only one of the versions says at a place."""
    found = []
    for number, column in enumerate(columns):
        for text in column.after.get(place, ()):
            cells = [Cell(text="", language=other.language) for other in columns]
            cells[number] = Cell(text=text, language=column.language)
            found.append(Row(cells=tuple(cells), added=True))
    return found


def _path(
    left: tuple[Sequence[str], Signature], right: tuple[Sequence[str], Signature]
) -> Sequence[tuple[int, int, float]]:
    """Pair the sentences of two articles in their order, so that they agree most in all.

    Translators keep the order of sentences and the numbers, which tell the counterpart where a
    cosine alone does not: in a language that the encoder knows badly, all are low. So a cosine
    counts by how far it lies above the average of both its sentences.
    Source: Needleman and Wunsch 1970.

    Returns:
        Index in the left, index in the right, their cosine; none where they are not comparable.
    """
    ours, theirs = unpack(left[1].fingerprints), unpack(right[1].fingerprints)
    shape = len(ours.sentences), len(theirs.sentences)
    if not all(shape) or shape != (len(left[0]), len(right[0])) or ours.encoder != theirs.encoder:
        return ()
    cosines = similarities(ours.sentences, theirs.sentences)
    averages = (cosines.mean(axis=0)[None, :] + cosines.mean(axis=1)[:, None]) / 2
    gains = cosines - averages - MARGIN + NUMBERS * _common_numbers(left[0], right[0])
    best = np.zeros((shape[0] + 1, shape[1] + 1))
    for i, j in np.ndindex(shape):
        best[i + 1, j + 1] = max(best[i, j + 1], best[i + 1, j], best[i, j] + gains[i, j])
    return _traced(best, cosines)


def _common_numbers(left: Sequence[str], right: Sequence[str]) -> NDArray[np.float64]:
    """The share of numbers that each two sentences have in common, 0..1."""
    ours, theirs = (
        [set(map(int, _NUMBER.findall(s[:400]))) for s in side] for side in (left, right)
    )
    return np.array([[len(a & b) / max(1, len(a | b)) for b in theirs] for a in ours])


def _traced(
    best: NDArray[np.float64], cosines: NDArray[np.float64]
) -> Sequence[tuple[int, int, float]]:
    """Walk back from the end of both along the sums that were best."""
    found = []
    i, j = cosines.shape
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            found.append((i, j, float(cosines[i, j])))
    return found[::-1]
