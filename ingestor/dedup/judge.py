"""Are two articles one report: the judgement, and what it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestor.dedup.measure import Comparison, in_order, may_be_copy, measure
from ingestor.dedup.signature import asked_encoder
from ingestor.dedup.weigh import USUAL, Thresholds, terms, terms_in_order, usual_odds
from ingestor.models import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ingestor.dedup.signature import Signature
    from ingestor.models import Relation

_SURE = 0.9999  # the score of what is no copy is less than 1
ENOUGH_CONFIRMED = 2  # sentences with the same numbers, beside which a misread day does not count
TOO_WEAK = "the evidence is too weak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found about one pair.

    Attributes:
        relation: None if it is not one report.
        score: What sentences and anchors come to, also where a rule forbids that it is one.
        terms: What each piece of evidence adds to the log odds; empty if they were not weighed.
        in_order: Whether it rests on sentences in their order.
    """

    relation: Relation | None
    score: float
    reason: str
    found: Comparison
    terms: Mapping[str, float]
    in_order: bool = False

    @property
    def evidence(self) -> dict[str, object]:
        """All that it rests on, ready for JSON; made when it is asked for, which few are."""
        odds = {name: round(value, 2) for name, value in self.terms.items()}
        return _evidence(self.found, self.reason) | {"odds": odds}


def judge(
    probe: Signature, candidates: Iterable[Signature], limits: Thresholds = USUAL
) -> tuple[Match, ...]:
    """Judge an article against each candidate.

    Returns:
        Those that are the same report, best first.
    """
    if not asked_encoder(probe.fingerprints):  # nothing to weigh: most need not be compared
        candidates = (o for o in candidates if may_be_copy(probe, o, limits.copy_words))
    verdicts = ((other.article_id, compare(probe, other, limits)) for other in candidates)
    matches = (
        Match(article_id=i, relation=v.relation, score=v.score, evidence=v.evidence)
        for i, v in verdicts
        if v.relation is not None
    )
    return tuple(sorted(matches, key=lambda match: (-match.score, match.article_id)))


def compare(probe: Signature, other: Signature, limits: Thresholds = USUAL) -> Verdict:
    """Judge one pair; the order of the two does not matter to the verdict."""
    found = measure(probe, other, limits.min_sentences)
    if found.unread and sum(_in_order(found, limits).values()) >= limits.hopeless_odds:
        found = in_order(found, probe, other)
    weighed = terms(
        found.shared,
        found.aligned,
        limits,
        encoder=found.encoder,
        same_language=found.same_language,
    )
    odds = sum(weighed.values()) if weighed else -math.inf
    relation, reason = _decide(found, odds, limits)
    by_order = found.unread and reason == TOO_WEAK
    if by_order:
        weighed = _in_order(found, limits)
        odds = sum(weighed.values())
        if found.lined_up is not None and odds >= limits.in_order_odds:
            relation, reason = "translation", "sentences agree in their order, and anchors"
    score = 1.0 if relation == "copy" else min(_SURE, 1 / (1 + math.exp(min(-odds, 700))))
    return Verdict(
        relation=relation,
        score=round(score, 4),
        reason=reason,
        found=found,
        terms=weighed,
        in_order=by_order,
    )


def _in_order(found: Comparison, limits: Thresholds) -> dict[str, float]:
    return terms_in_order(
        found.shared, found.lined_up, limits, read_in_part=found.aligned is not None
    )


def _decide(found: Comparison, odds: float, limits: Thresholds) -> tuple[Relation | None, str]:
    """Name the relation, or what speaks against it."""
    if found.same_text:
        return "copy", "same text"
    against = _objection(found, odds, limits)
    if against:
        return None, against
    if _is_verbatim(found, limits):
        return "copy", "near verbatim"
    if found.cites:
        return "cites", "names it, or the same, as its source"
    return ("rewording" if found.same_language else "translation"), "sentences and anchors agree"


def _objection(found: Comparison, odds: float, limits: Thresholds) -> str:
    """Say why two articles are not one report; empty if nothing speaks against it."""
    if found.words is None and found.aligned is None:
        return "too short to judge"
    if found.other_company:
        return "about another company"
    if _is_verbatim(found, limits):
        return ""
    if against := _contradiction(found):
        return against
    return "" if odds >= _needed(found, limits) else TOO_WEAK


def _contradiction(found: Comparison) -> str:
    """Say what speaks against it that two articles, not one to the word, are one report.

    Of one site and language, editions of a series are the rule and copies the exception: there only
    a near-verbatim text with the very same numbers is one. Its other languages are translations.
    """
    if found.contradicted > min(found.confirmed, 1) and found.contradicted >= found.confirmed:
        return "sentences that say the same tell other numbers"
    if found.other_days and found.confirmed < ENOUGH_CONFIRMED:
        return "about other days"
    if found.same_site and found.same_language:
        return "same site, and not verbatim"
    return ""


def _needed(found: Comparison, limits: Thresholds) -> float:
    """Give the smallest log odds at which sentences and anchors agree.

    Languages that the encoder does not know may lie near each other whatever is told in them: no
    agreement of vectors is enough, unless one names the other as its source.
    """
    if found.cites:
        return limits.cited_odds
    return math.inf if found.unread else usual_odds(found.encoder, limits)


def _is_verbatim(found: Comparison, limits: Thresholds) -> bool:
    """Tell whether two texts are one but for a few words, and for no number at all."""
    if not found.same_language or found.shared.clashing_numbers:
        return False
    if found.entire is not None and found.entire >= limits.copy_entire:
        return True
    return found.words is not None and found.words <= limits.copy_words


def _evidence(found: Comparison, reason: str) -> dict[str, object]:
    """Write what was measured, ready for JSON."""
    return {
        "reason": reason,
        "distance_words": found.words,
        "aligned": None if found.aligned is None else round(found.aligned, 4),
        "entire": None if found.entire is None else round(found.entire, 4),
        "shared_numbers": sorted(found.shared.numbers),
        "clashing_numbers": sorted(found.shared.clashing_numbers),
        "shared_names": sorted(found.shared.names),
        "shared_days": sorted(found.shared.days),
        "missing_days": found.shared.missing_days,
        "confirmed_sentences": found.confirmed,
        "contradicted_sentences": found.contradicted,
        "shared_countries": sorted(found.shared.countries),
        "in_order": None if found.lined_up is None else round(found.lined_up.score, 2),
        "sentences_in_order": 0 if found.lined_up is None else len(found.lined_up.pairs),
        "days_apart": round(found.days_apart, 3),
        "same_site": found.same_site,
    }
