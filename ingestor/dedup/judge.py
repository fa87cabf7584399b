"""Are two articles one report: the judgement, and what it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ingestor.dedup.measure import Comparison, in_order, may_be_copy, measure
from ingestor.dedup.signature import asked_encoder
from ingestor.models import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ingestor.dedup.signature import Signature
    from ingestor.models import Relation

_E5 = "simhash512-e5-"
_SURE = 0.9999  # the score of what is no copy is less than 1
_TOO_WEAK = "the evidence is too weak"
_SHORT_NUMBER = 3  # digits
_LONG_NAME = 4  # consonants
_MAX_COUNT = 15  # of numbers: more of them add no certainty


class Weights(NamedTuple):
    """What each piece of evidence adds to the log odds that two articles are one report.

    Fitted by logistic regression; docs/dedup.md names the pairs. Counts enter by log2(1 + n).

    Attributes:
        constant: Where nothing is known.
        aligned: For each unit of the agreement of sentences, -1..1.
        shared: For numbers of both.
        missing: For numbers of the article that has fewer, which the other does not have.
        days: For days of the article that names fewer, which the other does not name.
        countries: For countries, likewise.
        names: For the share of names of the article that has fewer, 0..1.
    """

    constant: float
    aligned: float
    shared: float
    missing: float
    days: float
    countries: float
    names: float


_REWORDING = Weights(
    constant=-14.5, aligned=19.8, shared=1.0, missing=-2.0, days=0.0, countries=0.0, names=2.1
)
_TRANSLATION = Weights(
    constant=-16.0, aligned=28.5, shared=1.4, missing=-1.7, days=0.0, countries=0.0, names=1.6
)
_REWORDING_E5 = Weights(
    constant=-14.8, aligned=20.9, shared=1.0, missing=-1.6, days=-0.9, countries=-0.3, names=2.3
)
_TRANSLATION_E5 = Weights(
    constant=-16.3, aligned=34.7, shared=1.7, missing=-2.45, days=-1.5, countries=-1.0, names=2.7
)


class InOrder(NamedTuple):
    """What the evidence adds for two articles of which one is in a language nobody has vectors for.

    Fitted like `Weights`. Counts enter by log2(1 + n).

    Attributes:
        constant: Where nothing is known.
        score, share: Of the sentences lined up in their order; of the score each ten.
        numbers, long_numbers: Shared ones, of two or three digits, and of more.
        missing: Numbers of the article that has fewer, which the other does not have.
        names: Shared ones of four consonants and more.
        countries, missing_countries, days, missing_days: Likewise.
    """

    constant: float
    score: float
    share: float
    numbers: float
    long_numbers: float
    missing: float
    names: float
    countries: float
    missing_countries: float
    days: float
    missing_days: float


_READ_IN_PART = InOrder(-6.82, 0.58, 1.68, 1.34, 1.23, -2.63, 0.85, 1.84, -1.1, 1.59, -1.71)
_UNREAD = InOrder(-5.59, 3.25, 3.46, 0.71, 0.8, -2.78, 0.79, 1.88, -0.97, 1.73, -1.94)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where the judge draws its lines; docs/dedup.md has the measurement behind each.

    Attributes:
        copy_words: Largest distance of 64 bits at which words alone make a copy.
        copy_entire: Smallest agreement of all sentences that is a near-verbatim copy.
        min_sentences: Fewer, on either side, are too short to be judged by meaning.
        rewording, translation: How evidence is weighed within and across languages.
        odds: Smallest log odds of a rewording or translation.
        rewording_e5, translation_e5, odds_e5: The same with the encoder `e5`, whose centred vectors
            lie farther apart.
        read_in_part, unread: How evidence is weighed where the encoder does not know both
            languages: with vectors nevertheless, and without.
        in_order_odds: Smallest log odds of such a translation.
        hopeless_odds: Below this sum of the rest, sentences are not lined up.
        cited_odds: The same where one names the other, or both the same, as the source.
        unknown_names: The share of names to assume where one side shows none.
    """

    copy_words: int = 4
    copy_entire: float = 0.93
    min_sentences: int = 3
    rewording: Weights = _REWORDING
    translation: Weights = _TRANSLATION
    odds: float = 0.5
    rewording_e5: Weights = _REWORDING_E5
    translation_e5: Weights = _TRANSLATION_E5
    odds_e5: float = 0.0
    read_in_part: InOrder = _READ_IN_PART
    unread: InOrder = _UNREAD
    in_order_odds: float = 5.0
    hopeless_odds: float = -7.0
    cited_odds: float = -5.0
    unknown_names: float = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found about one pair.

    Attributes:
        relation: None if it is not one report.
        terms: What each piece of evidence adds to the log odds; empty if they were not weighed.
        in_order: Whether it rests on sentences lined up in their order.
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
    probe: Signature, candidates: Iterable[Signature], limits: Thresholds | None = None
) -> tuple[Match, ...]:
    """Judge an article against each candidate.

    Returns:
        Those that are the same report, best first.
    """
    limits = limits or Thresholds()
    if not asked_encoder(probe.fingerprints):  # nothing to weigh: most need not be compared
        candidates = (o for o in candidates if may_be_copy(probe, o, limits.copy_words))
    verdicts = ((other.article_id, compare(probe, other, limits)) for other in candidates)
    matches = (
        Match(article_id=i, relation=v.relation, score=v.score, evidence=v.evidence)
        for i, v in verdicts
        if v.relation is not None
    )
    return tuple(sorted(matches, key=lambda match: (-match.score, match.article_id)))


def compare(probe: Signature, other: Signature, limits: Thresholds | None = None) -> Verdict:
    """Judge one pair; the order of the two does not matter to the verdict."""
    limits = limits or Thresholds()
    found = measure(probe, other, limits.min_sentences)
    if found.unread and sum(_terms_in_order(found, limits).values()) >= limits.hopeless_odds:
        found = in_order(found, probe, other)
    terms = _terms(found, limits)
    odds = sum(terms.values()) if terms else -math.inf
    relation, reason = _decide(found, odds, limits)
    rests_on_order = False
    if relation is None and reason == _TOO_WEAK and found.lined_up is not None:
        weighed = _terms_in_order(found, limits)
        rests_on_order = sum(weighed.values()) >= limits.in_order_odds
        if rests_on_order:
            terms, odds = weighed, sum(weighed.values())
            relation, reason = "translation", "sentences agree in their order, and anchors"
    score = 1.0 if relation == "copy" else min(_SURE, 1 / (1 + math.exp(min(-odds, 700))))
    return Verdict(
        relation=relation,
        score=round(score, 4),
        reason=reason,
        found=found,
        terms=terms,
        in_order=rests_on_order,
    )


def _terms(found: Comparison, limits: Thresholds) -> dict[str, float]:
    """Weigh each piece of evidence; empty if the sentences cannot be compared."""
    if found.encoder.startswith(_E5):
        weights = limits.rewording_e5 if found.same_language else limits.translation_e5
    else:
        weights = limits.rewording if found.same_language else limits.translation
    return {
        name: weight * value
        for (name, value), weight in zip(
            features(found, limits.unknown_names).items(), weights, strict=False
        )
    }


def _terms_in_order(found: Comparison, limits: Thresholds) -> dict[str, float]:
    weights = limits.unread if found.aligned is None else limits.read_in_part
    values = features_in_order(found)
    return {
        name: weight * value for (name, value), weight in zip(values.items(), weights, strict=True)
    }


def features_in_order(found: Comparison) -> dict[str, float]:
    """Give what `InOrder` weighs, in its order; as long as nothing is lined up, its score is 0."""
    longer = sum(len(number) > _SHORT_NUMBER for number in found.shared_numbers)
    return {
        "constant": 1.0,
        "in order": found.lined_up.score / 10 if found.lined_up else 0.0,
        "share in order": found.lined_up.share if found.lined_up else 0.0,
        "shared numbers": _log(len(found.shared_numbers) - longer),
        "shared long numbers": _log(longer),
        "missing numbers": _log(found.missing_numbers),
        "names": _log(sum(len(name) >= _LONG_NAME for name in found.shared_names)),
        "countries": _log(len(found.shared_countries)),
        "missing countries": _log(found.missing_countries),
        "days": _log(len(found.shared_days)),
        "missing days": _log(found.missing_days),
    }


def features(found: Comparison, unknown_names: float) -> dict[str, float]:
    """Give what `Weights` weighs, in their order; empty if the sentences cannot be compared."""
    if found.aligned is None:
        return {}
    return {
        "constant": 1.0,
        "aligned": found.aligned,
        "shared numbers": _log(len(found.shared_numbers)),
        "missing numbers": _log(found.missing_numbers),
        "missing days": _log(found.missing_days),
        "missing countries": _log(found.missing_countries),
        "names": unknown_names if found.names_share is None else found.names_share,
    }


def _log(count: int) -> float:
    """Let each further one count for less, and from some number on for nothing."""
    return math.log2(1 + min(count, _MAX_COUNT))


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
    """Say why two articles are not one report; empty if nothing speaks against it.

    Of one site, editions of a series are the rule and copies the exception: there only a
    near-verbatim text with the very same numbers is one.
    """
    if found.words is None and found.aligned is None:
        return "too short to judge"
    if found.other_company:
        return "about another company"
    if _is_verbatim(found, limits):
        return ""
    if found.contradicted > min(found.confirmed, 1) and found.contradicted >= found.confirmed:
        return "sentences that say the same tell other numbers"
    if found.same_site:
        return "same site, and not verbatim"
    usual = limits.odds_e5 if found.encoder.startswith(_E5) else limits.odds
    needed = limits.cited_odds if found.cites else usual
    return "" if odds >= needed else _TOO_WEAK


def _is_verbatim(found: Comparison, limits: Thresholds) -> bool:
    """Tell whether two texts are one but for a few words, and for no number at all."""
    if not found.same_language or found.clashing_numbers:
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
        "shared_numbers": sorted(found.shared_numbers),
        "clashing_numbers": sorted(found.clashing_numbers),
        "shared_names": sorted(found.shared_names),
        "shared_days": sorted(found.shared_days),
        "missing_days": found.missing_days,
        "confirmed_sentences": found.confirmed,
        "contradicted_sentences": found.contradicted,
        "shared_countries": sorted(found.shared_countries),
        "in_order": None if found.lined_up is None else round(found.lined_up.score, 2),
        "sentences_in_order": 0 if found.lined_up is None else len(found.lined_up.pairs),
        "days_apart": round(found.days_apart, 3),
        "same_site": found.same_site,
    }
