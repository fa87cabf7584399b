"""Compare two articles in every respect, without judging."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestor import simhash
from ingestor.dedup.align import (
    ALIKE,
    agreement,
    alike,
    best_agreement,
    beyond_chance,
    similarities,
)
from ingestor.dedup.signature import unpack

if TYPE_CHECKING:
    from ingestor.dedup.anchors import Anchors
    from ingestor.dedup.signature import Evidence, Signature

SPARE = 0.2  # of the sentences: a stray teaser or a lost line speaks against no translation


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything measured about one pair.

    Attributes:
        words: Distance of the words, 0..64; None if one side has too few.
        entire: Agreement of all sentences, -1..1; None if there is too little to compare.
        aligned: The same, but with SPARE sentences forgiven, or with the beginning of the longer
            article where this is more.
        clashing_numbers: Those that only one side has.
        missing_numbers: How many of the side that has fewer are not on the other.
        names_share: Shared names by those of the side that has fewer, 0..1; None if it has none.
        other_company: Whether both name ticker symbols, and none in common.
        encoder: Names what the vectors of both were made with; empty if they differ.
        cites: Whether one names the other, or both the same, as the source.
    """

    words: int | None
    entire: float | None
    aligned: float | None
    shared_numbers: frozenset[str]
    clashing_numbers: frozenset[str]
    missing_numbers: int
    shared_names: frozenset[str]
    names_share: float | None
    other_company: bool
    days_apart: float
    same_language: bool
    same_site: bool
    cites: bool
    same_text: bool
    encoder: str


def measure(probe: Signature, other: Signature, min_sentences: int) -> Comparison:
    """Compare two articles.

    Args:
        probe: One of them.
        other: The other; the result does not depend on which is which.
        min_sentences: Of fewer sentences on either side the agreement is not computed.
    """
    left, right = unpack(probe.fingerprints), unpack(other.fingerprints)
    ours, theirs = left.anchors, right.anchors
    shortest = min(len(left.sentences), len(right.sentences))
    same_language = probe.language == other.language
    entire, aligned = None, None
    if shortest >= min_sentences and comparable(left, right):
        entire, aligned = _aligned(left, right, same_language=same_language)
    names = _shared_names(ours, theirs)
    shared = ours.numbers & theirs.numbers
    return Comparison(
        words=_word_distance(left, right),
        entire=entire,
        aligned=aligned,
        shared_numbers=shared,
        clashing_numbers=ours.numbers ^ theirs.numbers,
        missing_numbers=min(len(ours.numbers), len(theirs.numbers)) - len(shared),
        shared_names=names,
        names_share=_share(len(names), min(len(ours.names), len(theirs.names))),
        other_company=bool(ours.tickers and theirs.tickers and not ours.tickers & theirs.tickers),
        days_apart=abs((probe.published - other.published).total_seconds()) / 86400,
        same_language=same_language,
        same_site=_same_site(probe, other),
        cites=_cites(probe, other) or _cites(other, probe),
        same_text=bool(probe.text_hash) and probe.text_hash == other.text_hash,
        encoder=left.encoder if comparable(left, right) else "",
    )


def comparable(left: Evidence, right: Evidence) -> bool:
    """Tell whether the vectors of two articles were made in the same way."""
    return bool(left.encoder) and left.encoder == right.encoder


def _aligned(left: Evidence, right: Evidence, *, same_language: bool) -> tuple[float, float]:
    cosines = similarities(left.sentences, right.sentences)
    entire, aligned = agreement(cosines), best_agreement(cosines, SPARE)
    if not same_language or aligned <= ALIKE:
        return entire, aligned
    own = max(alike(left.sentences), alike(right.sentences))
    return beyond_chance(entire, own), beyond_chance(aligned, own)


def _word_distance(left: Evidence, right: Evidence) -> int | None:
    if left.words is None or right.words is None:
        return None
    return simhash.distance(left.words, right.words)


def _shared_names(ours: Anchors, theirs: Anchors) -> frozenset[str]:
    """Find the names of one side among those of the other, or among words without capitals."""
    return (ours.names & (theirs.names | theirs.words)) | (ours.words & theirs.names)


def _share(part: int, whole: int) -> float | None:
    return min(1.0, part / whole) if whole else None


def _same_site(probe: Signature, other: Signature) -> bool:
    return probe.feed == other.feed or (bool(probe.site) and probe.site == other.site)


def _cites(one: Signature, other: Signature) -> bool:
    """Tell whether one names the other, or what the other names too, as its source."""
    return other.canonical_url in one.cited_urls or bool(one.cited_urls & other.cited_urls)
