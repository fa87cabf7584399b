"""Compare two articles in every respect, without judging."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from ingestor import simhash
from ingestor.dedup.align import (
    ALIKE,
    agreement,
    alike,
    best_agreement,
    beyond_chance,
    mutual,
    partners,
    similarities,
)
from ingestor.dedup.anchors import days_of
from ingestor.dedup.calendar import are_near, days_of_year
from ingestor.dedup.lineup import Lineup, line_up
from ingestor.dedup.shared import Shared, shared_by
from ingestor.dedup.signature import unpack, words_of
from ingestor.encoders import reads

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from ingestor.dedup.anchors import Anchors
    from ingestor.dedup.signature import Evidence, Signature

SAME = 0.5  # cosine from which two sentences say the same
_YEAR = re.compile(r"(?:19|20)\d\d")
SPARE = 0.2  # of the sentences: a stray teaser or a lost line speaks against no translation


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything measured about one pair.

    Attributes:
        words: Distance of the words, 0..64; None if one side has too few, or old ones.
        entire: Agreement of all sentences, -1..1; None if there is too little to compare.
        aligned: The same, but with SPARE sentences forgiven, or with the beginning of the longer
            article where this is more.
        shared: What both name.
        confirmed: Sentences that say the same, and tell numbers of which at least half are shared.
        contradicted: Those that say the same, and tell other numbers.
        other_company: Whether both name ticker symbols, and none in common; or their titles do, and
            not the same ones.
        other_days: Whether both titles name days of the year, and none in common; or both articles
            do, and no two of them are next to each other: time zones part them by one.
        unread: Whether these are two languages, and the encoder does not know both.
        lined_up: The sentences in their order, where they were lined up.
        encoder: Names what the vectors of both were made with; empty if they differ.
        cites: Whether one names the other, or both the same, as the source.
    """

    words: int | None
    entire: float | None
    aligned: float | None
    shared: Shared
    confirmed: int
    contradicted: int
    other_company: bool
    other_days: bool
    days_apart: float
    same_language: bool
    same_site: bool
    cites: bool
    same_text: bool
    unread: bool
    encoder: str
    lined_up: Lineup | None = None


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
    cosines = _cosines(left, right) if shortest >= min_sentences else None
    entire, aligned, confirmed, contradicted = None, None, 0, 0
    if cosines is not None:
        entire, aligned = _aligned(left, right, cosines, same_language=same_language)
        confirmed, contradicted = _told_alike(left, right, cosines)
    return Comparison(
        words=_word_distance(left, right),
        entire=entire,
        aligned=aligned,
        shared=shared_by(ours, theirs),
        confirmed=confirmed,
        contradicted=contradicted,
        other_company=_other_company(ours, theirs),
        other_days=_other_days(probe, other, ours, theirs),
        days_apart=abs((probe.published - other.published).total_seconds()) / 86400,
        same_language=same_language,
        same_site=_same_site(probe, other),
        cites=_cites(probe, other) or _cites(other, probe),
        same_text=bool(probe.text_hash) and probe.text_hash == other.text_hash,
        unread=_unread(probe, other, left, right, min_sentences),
        encoder=left.encoder if comparable(left, right) else "",
    )


def may_be_copy(probe: Signature, other: Signature, copy_words: int) -> bool:
    """Tell, at little cost, whether what words alone can show of two articles may be a copy.

    Args:
        probe: One of them.
        other: The other.
        copy_words: Largest distance of the words of a copy.
    """
    if probe.text_hash and probe.text_hash == other.text_hash:
        return True
    ours, theirs = words_of(probe.fingerprints), words_of(other.fingerprints)
    return (
        probe.language == other.language
        and bool(ours and theirs)
        and simhash.distance(int.from_bytes(ours), int.from_bytes(theirs)) <= copy_words
    )


def in_order(found: Comparison, probe: Signature, other: Signature) -> Comparison:
    """Line the sentences of two articles up; what speaks more against them counts.

    Args:
        found: What `measure` found of the two.
        probe: One of them.
        other: The other.
    """
    left, right = unpack(probe.fingerprints), unpack(other.fingerprints)
    cosines = _cosines(left, right) if found.aligned is not None else None
    lined_up = line_up(left.anchors, right.anchors, cosines)
    confirmed, contradicted = _told_in(lined_up.pairs, left.anchors, right.anchors)
    if contradicted - confirmed < found.contradicted - found.confirmed:
        confirmed, contradicted = found.confirmed, found.contradicted
    return replace(found, lined_up=lined_up, confirmed=confirmed, contradicted=contradicted)


def comparable(left: Evidence, right: Evidence) -> bool:
    """Tell whether the vectors of two articles were made in the same way."""
    return bool(left.encoder) and left.encoder == right.encoder


def align(
    probe: Signature, other: Signature, in_order: Lineup | None = None
) -> tuple[tuple[int, int, float | None], ...]:
    """Give pairs of sentences, each by its place in either article, and their cosine.

    Args:
        probe: Each of its sentences is paired with its best partner.
        other: Where the partners are; none where the vectors of the two cannot be compared.
        in_order: Pairs to give instead; their cosines are None without comparable vectors.
    """
    cosines = _cosines(unpack(probe.fingerprints), unpack(other.fingerprints))
    if in_order is None:
        return () if cosines is None else partners(cosines)
    return tuple(
        (i, j, None if cosines is None else float(cosines[i, j])) for i, j in in_order.pairs
    )


def _aligned(
    left: Evidence, right: Evidence, cosines: NDArray[np.float64], *, same_language: bool
) -> tuple[float, float]:
    entire, aligned = agreement(cosines), best_agreement(cosines, SPARE)
    if not same_language or aligned <= ALIKE:
        return entire, aligned
    own = max(_alike_within(left), _alike_within(right))
    return beyond_chance(entire, own), beyond_chance(aligned, own)


@lru_cache(maxsize=512)  # as many as are kept unpacked
def _alike_within(evidence: Evidence) -> float:
    return alike(evidence.sentences)


def _cosines(left: Evidence, right: Evidence) -> NDArray[np.float64] | None:
    return similarities(left.sentences, right.sentences) if comparable(left, right) else None


def _told_alike(left: Evidence, right: Evidence, cosines: NDArray[np.float64]) -> tuple[int, int]:
    """Count the sentences with numbers that say the same: with the same numbers, and with others.

    Of two reports of one form, as quarterly results are, each sentence has its partner; and each
    partner has its own numbers.
    """
    ours, theirs = left.anchors.told, right.anchors.told
    if cosines.shape != (len(ours), len(theirs)):
        return 0, 0  # one of them was fingerprinted under other rules
    return _told_in(mutual(cosines, SAME), left.anchors, right.anchors)


def _told_in(pairs: Iterable[tuple[int, int]], left: Anchors, right: Anchors) -> tuple[int, int]:
    """Count the pairs of sentences that tell the same numbers, and those that tell others.

    Years are none of them: they say when, and two reports of one form have them in common.
    """
    told = [(_figures(left.told[i]), _figures(right.told[j])) for i, j in pairs]
    right_ones = [
        2 * len(ours & theirs) >= min(len(ours), len(theirs))
        for ours, theirs in told
        if ours and theirs
    ]
    return sum(right_ones), len(right_ones) - sum(right_ones)


@lru_cache(maxsize=1 << 14)  # sentences, of as many articles as are kept unpacked
def _figures(told: frozenset[str]) -> frozenset[str]:
    return frozenset(number for number in told if not _YEAR.fullmatch(number))


def _unread(
    probe: Signature, other: Signature, left: Evidence, right: Evidence, min_sentences: int
) -> bool:
    """Tell whether two articles in two languages can only be compared in the order they keep."""
    if probe.language == other.language or not left.asked or left.asked != right.asked:
        return False
    shapes = [
        (len(side.anchors.lengths), len(side.sentences) or len(side.anchors.lengths))
        for side in (left, right)
    ]
    if any(count != encoded or count < min_sentences for count, encoded in shapes):
        return False  # too short, or fingerprinted under other rules
    return not (
        left.encoder
        and right.encoder
        and reads(left.asked, probe.language)
        and reads(right.asked, other.language)
    )


def _other_company(ours: Anchors, theirs: Anchors) -> bool:
    if ours.subjects and theirs.subjects:
        return ours.subjects != theirs.subjects
    return bool(ours.tickers and theirs.tickers and not ours.tickers & theirs.tickers)


def _other_days(probe: Signature, other: Signature, ours: Anchors, theirs: Anchors) -> bool:
    left, right = days_of_year(ours.dates), days_of_year(theirs.dates)
    if not left or not right:
        return False
    titles = _title_days(probe.title, probe.language), _title_days(other.title, other.language)
    if all(titles) and titles[0].isdisjoint(titles[1]):
        return True
    return not any(are_near(*pair) for pair in product(left, right))


@lru_cache(maxsize=512)
def _title_days(title: str, language: str) -> frozenset[str]:
    return days_of(title, language)


def _word_distance(left: Evidence, right: Evidence) -> int | None:
    if left.words is None or right.words is None:
        return None
    return simhash.distance(left.words, right.words)


def _same_site(probe: Signature, other: Signature) -> bool:
    return probe.feed == other.feed or (bool(probe.site) and probe.site == other.site)


def _cites(one: Signature, other: Signature) -> bool:
    """Tell whether one names the other, or what the other names too, as its source."""
    return other.canonical_url in one.cited_urls or bool(one.cited_urls & other.cited_urls)
