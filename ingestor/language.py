"""Text → language: py3langid's model on the text, the feed's claim where that leaves doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from ingestor import ngrams

READ = 600
"""Characters of the text that are looked at: title and lead. More changes no answer, but costs."""

ENOUGH = 24
"""UTF-8 bytes below which a text names no language; bytes, since one ideograph says much."""

CERTAIN = 0.9
"""Probability from which the text alone decides, whatever the feed claims."""

LIKELY = 0.5
"""Probability from which the text decides if the feed claims nothing."""

POSSIBLE = 0.02
"""Probability from which a claim is believed against a likelier language."""

# One written language under several codes. Sources: BCP 47 registry, CLDR languageAlias.
_ALIASES: Mapping[str, str] = {
    "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "tl": "fil", "nb": "no",
    "sh": "sr", "cmn": "zh", "yue": "zh", "wuu": "zh", "arb": "ar", "arz": "ar", "ary": "ar",
    "prs": "fa", "pes": "fa", "ekk": "et", "lvs": "lv", "uzs": "uz", "swh": "sw", "zsm": "ms",
    "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "rus": "ru",
    "por": "pt", "ita": "it", "nld": "nl", "dut": "nl", "zho": "zh", "chi": "zh", "jpn": "ja",
}  # fmt: skip
# Neighbours that a few sentences do not part: together they decide, the claim picks among them.
_NEIGHBOURS = (
    frozenset({"sr", "hr", "bs"}),
    frozenset({"id", "ms"}),
    frozenset({"no", "nn", "da"}),
)
# Where a claim picks a member although the text says another one for certain. Danish is not
# here: it is near to Norwegian, but long text tells them apart.
_ONE_BY_CLAIM = (frozenset({"sr", "hr", "bs"}), frozenset({"id", "ms"}))

_NO_LANGUAGE = frozenset({"und", "zxx", "mul", "mis"})
_TAG = re.compile(r"\A\s*([a-zA-Z]{2,3})(?:[-_].*)?\s*\Z", re.DOTALL)
_URL = re.compile(r"https?://\S+")
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def primary(claim: str) -> str:
    """Reduce a language tag to its primary subtag: ``DE_at`` → ``de``; empty if it is none.

    Source: BCP 47 (RFC 5646) §2.2.1.
    """
    match = _TAG.match(claim)
    if not match:
        return ""
    code = match[1].lower()
    return "" if code in _NO_LANGUAGE else _ALIASES.get(code, code)


def detect(text: str, *, claim: str = "") -> str:
    """Name the language of a cleaned text.

    Args:
        text: Title and report; only the beginning is read.
        claim: What the feed, or the user, says it is, as a BCP 47 tag or something like it.

    Returns:
        A primary BCP 47 subtag, or empty where neither text nor claim can tell.
    """
    claimed = primary(claim)
    sample = _URL.sub(" ", text[: 2 * READ])[:READ]
    if len(sample.encode("utf-8", "replace")) < ENOUGH or not any(map(str.isalpha, sample)):
        return claimed
    scores = _model().probabilities(sample)
    best = max(scores, key=scores.__getitem__)
    if claimed and _believed(claimed, scores, best):
        return claimed
    if best in _NO_LANGUAGE or scores[best] + _near(best, scores) < LIKELY:
        return ""
    return "sr" if best in {"hr", "bs"} and _CYRILLIC.search(sample) else best


def _believed(claimed: str, scores: Mapping[str, float], best: str) -> bool:
    """Whether the claim stands beside what the text looks like."""
    if best == claimed or best in _NO_LANGUAGE:
        return True
    if any({claimed, best} <= group for group in _ONE_BY_CLAIM):
        return True
    if scores[best] >= CERTAIN:
        return False
    return claimed not in scores or scores[claimed] >= POSSIBLE


def _near(best: str, scores: Mapping[str, float]) -> float:
    """The probability of the other languages that are hard to tell from the best one."""
    group: frozenset[str] = next((g for g in _NEIGHBOURS if best in g), frozenset())
    return sum(scores.get(code, 0.0) for code in group - {best})


@cache  # the model is part of py3langid: reading it again would give the same
def _model() -> ngrams.Model:
    return ngrams.load(_ALIASES)
