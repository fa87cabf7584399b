"""Anchors: what a translation keeps as it is: numbers, and names by their consonants.

They decide what vectors cannot: two quarterly results, two days' market reports and two weather
forecasts mean the same, and are different reports.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestor.dedup.names import names_of, words_of
from ingestor.models import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

ALGORITHM = "anchors-1"
MAX_KEPT = 300  # of each kind: a table of results is recognised by its first numbers
_SPACES = "\u0020\u00a0\u2009\u202f"
# The pattern begins with its digit, not with a choice: so the engine skips what is none at once.
_NUMBER = re.compile(
    rf"\d(?:\d{{0,2}}(?:[{_SPACES}]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d*(?:[.,٫٬'’]\d+)*)",
)
_DATE = re.compile(
    r"\b(\d{1,2})([./-])\d{1,2}\2((?:19|20)\d\d)\b|\b((?:19|20)\d\d)[./-]\d{1,2}[./-](\d{1,2})\b"
)
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_MONTH = re.compile(r"\b\d{1,2}\s?[月월]")  # words elsewhere: keeping it would only seem to clash
_MYRIADS = re.compile(r"(?:(\d+)[億亿억])?(\d+)[万萬만](\d{1,4})?(?![\d.])|(\d+)[億亿억]")
_EAST_ASIAN = re.compile("[月월億亿억万萬만]")
_TICKER = re.compile(
    r"<([A-Z][A-Z0-9.]{0,6})>|\((?:NYSE|NASDAQ|AMEX|LSE|TSX|ASX)\s?:\s?([A-Z.]{1,6})\)"
)
_BUDDHIST_YEAR = re.compile(r"\b2[45]\d\d\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """What is found in one article.

    Attributes:
        numbers: Significant digits alone, at least two: ``1.5 million``, ``1 500 000`` and
            ``150万`` are all ``15``.
        names: Consonant skeletons of what is written like a name.
        tickers: Symbols of the companies that it is about: those in the title, else in the text.
        words: Skeletons of every word, where the script has no capitals; a name may be any of them.
    """

    numbers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    tickers: frozenset[str] = frozenset()


def anchors_of(title: str, text: str, language: str) -> Anchors:
    """Find the anchors of an article."""
    whole = unicodedata.normalize("NFKC", f"{title}\n{text}")
    return Anchors(
        numbers=_capped(numbers(whole, language)),
        names=_capped(names_of(whole, language)),
        words=_capped(words_of(whole)),
        tickers=_capped(_tickers(title)) or _capped(_tickers(text)),
    )


def numbers(text: str, language: str = "") -> Iterator[str]:
    """Yield the numbers of a text by their significant digits, in any script and notation.

    Neither the decimal sign nor the magnitude survives translation reliably; the digits do.
    Numbers of one significant digit are left out: they become words, and are shared by chance.
    """
    plain = _FOREIGN_DIGIT.sub(lambda m: str(unicodedata.decimal(m.group())), text)
    if language == "th":
        plain = _BUDDHIST_YEAR.sub(lambda m: str(int(m.group()) - 543), plain)
    plain = _DATE.sub(lambda m: f" {m[1] or m[5]} | {m[3] or m[4]} ", plain)
    if _EAST_ASIAN.search(plain):  # cheap; both patterns are slow where they find nothing
        plain = _MYRIADS.sub(_myriads, _MONTH.sub(" ", plain))
    for match in _NUMBER.finditer(plain):
        digits = re.sub(r"\D", "", match.group()).strip("0")
        if len(digits) >= 2:
            yield digits


def _tickers(text: str) -> Iterator[str]:
    """Yield the stock symbols written as such: ``<IBM>`` or ``(NYSE: IBM)``."""
    return (match[1] or match[2] for match in _TICKER.finditer(text))


def _myriads(match: re.Match[str]) -> str:
    """Write out a number grouped by ten thousands, as in ``3億5000万`` or ``1만2천``."""
    upper, middle, lower, alone = match.groups()
    if alone:
        return str(int(alone) * 10**8)
    return str(int(upper or 0) * 10**8 + int(middle) * 10**4 + int(lower or 0))


def _capped(found: Iterator[str]) -> frozenset[str]:
    """Keep the first MAX_KEPT different ones."""
    return frozenset(list(dict.fromkeys(found))[:MAX_KEPT])


def to_fingerprint(anchors: Anchors) -> Fingerprint:
    """Write anchors as compact JSON, to be stored beside the other fingerprints."""
    kinds = (anchors.numbers, anchors.names, anchors.words, anchors.tickers)
    value = json.dumps([sorted(kind) for kind in kinds], separators=(",", ":"))
    return Fingerprint(algorithm=ALGORITHM, part="anchors", value=value.encode())


def from_fingerprint(fingerprint: Fingerprint) -> Anchors:
    """Read what `to_fingerprint` wrote."""
    numbers, names, words, tickers = map(frozenset, json.loads(fingerprint.value))
    return Anchors(numbers=numbers, names=names, words=words, tickers=tickers)
