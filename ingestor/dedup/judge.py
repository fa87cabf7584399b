"""Are two articles one report: the judgement, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestor import simhash
from ingestor.dedup.align import agreement, partners, similarities
from ingestor.dedup.signature import unpack
from ingestor.models import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ingestor.dedup.signature import Evidence, Signature
    from ingestor.models import Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where the judge draws its lines; docs/dedup.md has the measurement behind each.

    Attributes:
        copy_words: Largest distance of 64 bits at which words alone make a copy.
        copy_aligned: Smallest agreement of sentences that is a near-verbatim copy.
        aligned: Smallest agreement that is a rewording or translation, without any anchor.
        anchored: The same where `anchors` or more are shared.
        anchors: How many shared numbers and names lower the bar.
        numbers: Smallest share of numbers in common; fewer are another report.
        few_numbers: With fewer numbers than this on one side their absence says nothing.
        min_sentences: Fewer, on either side, are too short to be judged by meaning.
        cited: Smallest agreement with an article that is named as the source.
    """

    copy_words: int = 6
    copy_aligned: float = 0.93
    aligned: float = 0.56
    anchored: float = 0.42
    anchors: int = 3
    numbers: float = 0.34
    few_numbers: int = 3
    min_sentences: int = 3
    cited: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found about one pair; `relation` is None if it is not one report."""

    relation: Relation | None
    score: float
    reason: str
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything measured about one pair.

    Attributes:
        words: Distance of the words, 0..64; None if one side has too few.
        aligned: Agreement of the sentences, the smaller direction; None if not comparable.
        contained: The larger direction.
        shared_numbers, shared_names: Anchors of both.
        number_overlap: Shared numbers by those of the side that has fewer; None if it has few.
    """

    words: int | None
    aligned: float | None
    contained: float | None
    shared_numbers: frozenset[str]
    clashing_numbers: frozenset[str]
    number_overlap: float | None
    shared_names: frozenset[str]
    days_apart: float
    same_language: bool
    same_site: bool
    cites: bool
    same_text: bool


def judge(
    probe: Signature, candidates: Iterable[Signature], limits: Thresholds | None = None
) -> tuple[Match, ...]:
    """Judge an article against each candidate.

    Returns:
        Those that are the same report, best first.
    """
    found: list[Match] = []
    for other in candidates:
        verdict = compare(probe, other, limits)
        if verdict.relation is not None:
            found.append(
                Match(
                    article_id=other.article_id,
                    relation=verdict.relation,
                    score=verdict.score,
                    evidence=verdict.evidence,
                )
            )
    return tuple(sorted(found, key=lambda match: (-match.score, match.article_id)))


def align(probe: Signature, other: Signature) -> tuple[tuple[int, int, float], ...]:
    """Give, for each sentence of the probe, its best partner's index and their cosine."""
    left, right = unpack(probe.fingerprints), unpack(other.fingerprints)
    if not (_comparable(left, right)):
        return ()
    return partners(similarities(left.sentences, right.sentences))


def compare(probe: Signature, other: Signature, limits: Thresholds | None = None) -> Verdict:
    """Judge one pair; the order of the two does not matter to the verdict."""
    limits = limits or Thresholds()
    found = measure(probe, other, limits)
    relation, reason = _decide(found, limits)
    score = 1.0 if found.same_text else max(0.0, found.aligned or _word_score(found.words))
    return Verdict(
        relation=relation, score=round(score, 4), reason=reason, evidence=_evidence(found, reason)
    )


def measure(probe: Signature, other: Signature, limits: Thresholds) -> Comparison:
    """Compare two articles in every respect, without judging."""
    left, right = unpack(probe.fingerprints), unpack(other.fingerprints)
    aligned = contained = None
    shortest = min(len(left.sentences), len(right.sentences))
    if _comparable(left, right) and shortest >= limits.min_sentences:
        aligned, contained = agreement(similarities(left.sentences, right.sentences))
    ours, theirs = left.anchors.numbers, right.anchors.numbers
    shared = ours & theirs
    fewest = min(len(ours), len(theirs))
    return Comparison(
        words=_word_distance(left, right),
        aligned=aligned,
        contained=contained,
        shared_numbers=shared,
        clashing_numbers=(ours ^ theirs) if ours and theirs else frozenset(),
        number_overlap=len(shared) / fewest if fewest >= limits.few_numbers else None,
        shared_names=_shared_names(left, right),
        days_apart=abs((probe.published - other.published).total_seconds()) / 86400,
        same_language=probe.language == other.language,
        same_site=_same_site(probe, other),
        cites=_cites(probe, other) or _cites(other, probe),
        same_text=bool(probe.text_hash) and probe.text_hash == other.text_hash,
    )


def _decide(found: Comparison, limits: Thresholds) -> tuple[Relation | None, str]:
    """Apply the rules in order; the first that holds decides, and is the reason."""
    if found.same_text:
        return "copy", "same text"
    if found.words is None and found.aligned is None:
        return None, "too short to judge"
    clash = found.number_overlap is not None and found.number_overlap < limits.numbers
    if clash:
        return None, "other numbers"
    verbatim = _is_verbatim(found, limits)
    if found.same_site:
        same = verbatim and not found.clashing_numbers
        return ("copy", "near verbatim") if same else (None, "same site, not verbatim")
    if found.cites and (found.aligned or 0.0) >= limits.cited:
        return "cites", "names it as its source"
    if verbatim:
        return "copy", "near verbatim"
    if found.aligned is None:
        return None, "words differ"
    anchored = len(found.shared_numbers) + len(found.shared_names) >= limits.anchors
    if found.aligned < (limits.anchored if anchored else limits.aligned):
        return None, "sentences do not agree"
    return ("rewording" if found.same_language else "translation"), "sentences agree"


def _is_verbatim(found: Comparison, limits: Thresholds) -> bool:
    """Tell whether two texts are one, but for a few words."""
    if found.aligned is not None:
        return found.same_language and found.aligned >= limits.copy_aligned
    return found.words is not None and found.words <= limits.copy_words


def _comparable(left: Evidence, right: Evidence) -> bool:
    return bool(left.encoder) and left.encoder == right.encoder


def _word_distance(left: Evidence, right: Evidence) -> int | None:
    if left.words is None or right.words is None:
        return None
    return simhash.distance(left.words, right.words)


def _word_score(words: int | None) -> float:
    return 0.0 if words is None else simhash.cosine(words, simhash.WORD_BITS)


def _shared_names(left: Evidence, right: Evidence) -> frozenset[str]:
    """Find the names of one side among those of the other, or among words without capitals."""
    ours, theirs = left.anchors, right.anchors
    return (ours.names & (theirs.names | theirs.words)) | (ours.words & theirs.names)


def _same_site(probe: Signature, other: Signature) -> bool:
    return probe.feed == other.feed or (bool(probe.site) and probe.site == other.site)


def _cites(one: Signature, other: Signature) -> bool:
    """Tell whether one names the other, or what the other names, as its source."""
    return other.canonical_url in one.cited_urls or bool(one.cited_urls & other.cited_urls)


def _evidence(found: Comparison, reason: str) -> dict[str, object]:
    """Write what was measured, ready for JSON."""
    return {
        "reason": reason,
        "distance_words": found.words,
        "aligned": None if found.aligned is None else round(found.aligned, 4),
        "contained": None if found.contained is None else round(found.contained, 4),
        "shared_numbers": sorted(found.shared_numbers),
        "clashing_numbers": sorted(found.clashing_numbers),
        "shared_names": sorted(found.shared_names),
        "days_apart": round(found.days_apart, 3),
        "same_site": found.same_site,
    }
