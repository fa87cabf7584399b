"""What each piece of evidence that two articles are one report is worth, and how much is needed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ingestor.dedup.shared import Shared

if TYPE_CHECKING:
    from ingestor.dedup.lineup import Lineup

_E5 = "simhash512-e5-"
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


_READ_IN_PART = InOrder(-7.78, -1.43, 2.82, 1.34, 1.12, -2.72, 0.95, 1.25, -0.94, 0.87, -1.83)
_UNREAD = InOrder(-5.47, 2.27, 3.92, 0.96, 1.0, -2.76, 1.02, 1.18, -1.01, 1.1, -1.98)


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
    hopeless_odds: float = -8.0
    cited_odds: float = -5.0
    unknown_names: float = 0.6


USUAL = Thresholds()
# No two articles could name more alike; what is missing speaks against them, whatever the weights.
BEST = Shared(
    numbers=frozenset(map(str, range(_MAX_COUNT))),
    clashing_numbers=frozenset(),
    missing_numbers=0,
    names=frozenset(),
    names_share=1.0,
    days=frozenset(),
    missing_days=0,
    countries=frozenset(),
    missing_countries=0,
)


def usual_odds(encoder: str, limits: Thresholds) -> float:
    """Give the smallest log odds of two articles that do not cite each other."""
    return limits.odds_e5 if encoder.startswith(_E5) else limits.odds


def least_aligned(
    shared: Shared, limits: Thresholds, *, encoder: str, same_language: bool
) -> float:
    """Give the agreement of sentences that is needed beside what two articles name.

    But less is, where they cite each other, or their sentences agree in their order.

    Args:
        shared: What both name; `BEST` for what is needed whatever they name.
        limits: The thresholds.
        encoder: What the vectors of both were made with, as `Evidence.encoder` names it.
        same_language: Whether the two are in one.
    """
    weights = _weights(encoder, limits, same_language=same_language)
    others = terms(shared, 0.0, limits, encoder=encoder, same_language=same_language)
    missing = usual_odds(encoder, limits) - sum(others.values())
    return min(missing / weights.aligned, limits.copy_entire)


def terms(
    shared: Shared,
    aligned: float | None,
    limits: Thresholds,
    *,
    encoder: str,
    same_language: bool,
) -> dict[str, float]:
    """Weigh each piece of evidence; nothing if the sentences cannot be compared.

    Args:
        shared: What two articles name alike.
        aligned: The agreement of their sentences, if they can be compared.
        limits: The thresholds.
        encoder: As for `least_aligned`.
        same_language: Likewise.
    """
    if aligned is None:
        return {}
    weights = _weights(encoder, limits, same_language=same_language)
    values = features(shared, aligned, limits.unknown_names)
    return {
        name: weight * value for (name, value), weight in zip(values.items(), weights, strict=True)
    }


def terms_in_order(
    shared: Shared, lined_up: Lineup | None, limits: Thresholds, *, read_in_part: bool
) -> dict[str, float]:
    """Weigh the evidence for two articles of which one is in a language nobody has vectors for.

    Args:
        shared: What both name.
        lined_up: Their sentences in order; None as long as nothing is lined up.
        limits: The thresholds.
        read_in_part: Whether there are vectors nevertheless.
    """
    weights = limits.read_in_part if read_in_part else limits.unread
    values = features_in_order(shared, lined_up)
    return {
        name: weight * value for (name, value), weight in zip(values.items(), weights, strict=True)
    }


def features_in_order(shared: Shared, lined_up: Lineup | None) -> dict[str, float]:
    """Give what `InOrder` weighs, in its order; as long as nothing is lined up, its score is 0."""
    longer = sum(len(number) > _SHORT_NUMBER for number in shared.numbers)
    return {
        "constant": 1.0,
        "in order": lined_up.score / 10 if lined_up else 0.0,
        "share in order": lined_up.share if lined_up else 0.0,
        "shared numbers": _log(len(shared.numbers) - longer),
        "shared long numbers": _log(longer),
        "missing numbers": _log(shared.missing_numbers),
        "names": _log(sum(len(name) >= _LONG_NAME for name in shared.names)),
        "countries": _log(len(shared.countries)),
        "missing countries": _log(shared.missing_countries),
        "days": _log(len(shared.days)),
        "missing days": _log(shared.missing_days),
    }


def features(shared: Shared, aligned: float, unknown_names: float) -> dict[str, float]:
    """Give what `Weights` weighs, in their order."""
    return {
        "constant": 1.0,
        "aligned": aligned,
        "shared numbers": _log(len(shared.numbers)),
        "missing numbers": _log(shared.missing_numbers),
        "missing days": _log(shared.missing_days),
        "missing countries": _log(shared.missing_countries),
        "names": unknown_names if shared.names_share is None else shared.names_share,
    }


def _weights(encoder: str, limits: Thresholds, *, same_language: bool) -> Weights:
    if encoder.startswith(_E5):
        return limits.rewording_e5 if same_language else limits.translation_e5
    return limits.rewording if same_language else limits.translation


def _log(count: int) -> float:
    """Let each further one count for less, and from some number on for nothing."""
    return math.log2(1 + min(count, _MAX_COUNT))
