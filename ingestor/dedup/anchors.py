"""Anchors: what a translation keeps: numbers, days, names by their consonants, countries.

They decide what vectors cannot: two quarterly results, two days' market reports and two weather
forecasts mean the same, and are different reports.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from ingestor.dedup.calendar import dates, days_of_year, may_date
from ingestor.dedup.lexicon import fold
from ingestor.dedup.names import names_of, words_of
from ingestor.dedup.places import countries
from ingestor.dedup.scales import written_out
from ingestor.dedup.scripts import leads, may_hold
from ingestor.fingerprint import sentences
from ingestor.models import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ALGORITHM = "anchors-5"
OF_WHOLE = f"{ALGORITHM}/whole"  # without those of each sentence, which count beside vectors alone
MAX_KEPT = 300  # of each kind: a table of results is recognised by its first numbers
_SPACES = "\u0020\u00a0\u2009\u202f"
# The pattern begins with its digit, not with a choice: so the engine skips what is none at once.
# All digits are ASCII by then, and to look for these takes half as long as for any.
_NUMBER = re.compile(
    rf"[0-9](?:\d{{0,2}}(?:[{_SPACES}]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d*(?:[.,٫٬'’]\d+)*)",
)
_DATE = re.compile(
    r"\b(\d{1,2})([./-])\d{1,2}\2((?:19|20)\d\d)\b|\b((?:19|20)\d\d)[./-]\d{1,2}[./-](\d{1,2})\b"
)
_DIGIT = re.compile(r"\d")
_OTHERS = re.compile(r"\D")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_FOREIGN_LEADS = leads("٠۰߀०၀꘠０𐒠")  # one of each: a test holds that these are all
_MONTH = re.compile(r"\b\d{1,2}\s?[月월]")  # words elsewhere: keeping it would only seem to clash
_TICKER = re.compile(
    r"<([A-Z][A-Z0-9.]{0,6})>|\((?:NYSE|NASDAQ|AMEX|LSE|TSX|ASX)\s?:\s?([A-Z.]{1,6})\)"
)
_BUDDHIST_YEAR = re.compile(r"\b2[45]\d\d\b")


_KINDS = ("numbers", "names", "words", "tickers", "countries", "dates", "subjects")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """What is found in one article.

    Attributes:
        numbers: Significant digits alone, at least two: ``1.5 million``, ``1 500 000`` and
            ``150万`` are all ``15``.
        names: Consonant skeletons of what is written like a name.
        tickers: Symbols of the companies that it is about: those in the title, else in the text.
        words: Skeletons of every word, where the script has no capitals; a name may be any of them.
        countries: ISO 3166 codes of those that it names, or whose nationality.
        dates: Days of the year, ``3-17``, and of the week, ``Tue``.
        subjects: Symbols in its title.
        told: The numbers of each encoded sentence, those of one digit among them, days not.
        named: Its names, and its words where the script has no capitals, of each encoded sentence.
        lengths: Characters of each encoded sentence.
    """

    numbers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    tickers: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    told: tuple[frozenset[str], ...] = ()
    named: tuple[frozenset[str], ...] = ()
    lengths: tuple[int, ...] = ()


def anchors_of(title: str, text: str, language: str, *, by_sentence: bool = True) -> Anchors:
    """Find the anchors of an article; if they are asked for, also those of each sentence."""
    whole = unicodedata.normalize("NFKC", f"{title}\n{text}")
    plain = _common_digits(whole, language)
    bare = fold(plain)
    named = _capped(dates(bare, language))
    names, words = _capped(names_of(whole, language)), _capped(words_of(whole))
    found = Anchors(
        numbers=_capped(_numbers(plain, least=2)),
        names=names,
        words=words,
        tickers=_capped(_tickers(title)) or _capped(_tickers(text)),
        countries=_capped(countries(bare, language)),
        dates=named,
        subjects=_capped(_tickers(title)),
    )
    return _by_sentence(found, sentences(title, text), language) if by_sentence else found


def days_of(text: str, language: str) -> frozenset[str]:
    """The days of the year that a text names, those of the week left out."""
    bare = fold(_common_digits(unicodedata.normalize("NFKC", text), language))
    return days_of_year(dates(bare, language))


def _by_sentence(found: Anchors, read: Sequence[str], language: str) -> Anchors:
    """Add the anchors of each sentence to those of an article."""
    days = {day.rpartition("-")[2] for day in found.dates}
    lines = unicodedata.normalize("NFKC", "\n".join(read))  # at once: sentences have no newlines
    plain = _common_digits(lines, language).split("\n") if read else []
    return replace(
        found,
        told=tuple(
            _told(line) - days if _DIGIT.search(one) else frozenset()
            for one, line in zip(read, plain, strict=True)
        ),
        named=tuple(_named(line, language, found) for line in lines.split("\n")) if read else (),
        lengths=tuple(map(len, read)),
    )


def _named(line: str, language: str, found: Anchors) -> frozenset[str]:
    """Those of an article's names, and of its words without capitals, that stand in a sentence."""
    words = words_of(line) if found.words else ()
    return frozenset(chain(names_of(line, language), words)) & (found.names | found.words)


def _told(line: str) -> frozenset[str]:
    return _capped(_numbers(line, least=1))


def numbers(text: str, language: str = "") -> Iterator[str]:
    """Yield the numbers of a text by their significant digits, in any script and notation.

    Neither the decimal sign nor the magnitude survives translation reliably; the digits do.
    Numbers of one significant digit are left out: they become words, and are shared by chance.
    """
    return _numbers(_common_digits(text, language), least=2)


def _common_digits(text: str, language: str) -> str:
    """Write digits, Buddhist years and numbers in parts as most of the world does."""
    plain = _with_our_digits(text)
    if language == "th":
        plain = _BUDDHIST_YEAR.sub(lambda m: str(int(m.group()) - 543), plain)
    return written_out(plain, language)


def _with_our_digits(text: str) -> str:
    if not may_hold(text, _FOREIGN_LEADS):
        return text
    return _FOREIGN_DIGIT.sub(lambda m: str(unicodedata.decimal(m.group())), text)


def _numbers(plain: str, least: int) -> Iterator[str]:
    for number in _NUMBER.findall(_undated(plain)):
        digits = _significant(number)
        if len(digits) >= least:
            yield digits


def _undated(plain: str) -> str:
    """Write dates as a day and a year, and leave out months in Chinese, Japanese and Korean."""
    if may_date(plain):
        plain = _DATE.sub(lambda m: f" {m[1] or m[5]} | {m[3] or m[4]} ", plain)
    if "月" in plain or "월" in plain:  # the pattern is slow where it finds nothing
        plain = _MONTH.sub(" ", plain)
    return plain


def _significant(number: str) -> str:
    return (number if number.isdecimal() else _OTHERS.sub("", number)).strip("0")


def as_written(text: str, language: str) -> Mapping[str, Sequence[str]]:
    """Find the numbers of a text as it writes them, by their significant digits.

    Numbers that words part are given as one where the text has none with these digits.
    """
    whole = unicodedata.normalize("NFKC", text)
    found: dict[str, dict[str, None]] = {}
    for number in _NUMBER.findall(_undated(_with_our_digits(whole))):
        found.setdefault(_significant(number), {})[number] = None
    for number in _NUMBER.findall(_undated(_common_digits(whole, language))):
        found.setdefault(_significant(number), {number: None})
    return {digits: tuple(numbers) for digits, numbers in found.items()}


def _tickers(text: str) -> Iterator[str]:
    """Yield the stock symbols written as such: ``<IBM>`` or ``(NYSE: IBM)``."""
    if "<" not in text and "(" not in text:
        return iter(())
    return (match[1] or match[2] for match in _TICKER.finditer(text))


def _capped(found: Iterator[str]) -> frozenset[str]:
    """Keep the first MAX_KEPT different ones."""
    return frozenset(list(dict.fromkeys(found))[:MAX_KEPT])


def to_fingerprint(anchors: Anchors, *, by_sentence: bool = True) -> Fingerprint:
    """Write anchors as compact JSON, to be stored beside the other fingerprints.

    Args:
        anchors: Of one article.
        by_sentence: Whether those of its sentences were asked for.
    """
    kinds = [sorted(getattr(anchors, kind)) for kind in _KINDS]
    if not by_sentence:
        return _written(OF_WHOLE, kinds)
    place = {text: n for n, text in enumerate(_vocabulary(anchors.names, anchors.words))}
    named = [sorted(place[text] for text in texts) for texts in anchors.named]
    told = [sorted(told) for told in anchors.told]
    return _written(ALGORITHM, [*kinds, told, named, anchors.lengths])


def _written(algorithm: str, content: Sequence[object]) -> Fingerprint:
    value = json.dumps(content, separators=(",", ":"))
    return Fingerprint(algorithm=algorithm, part="anchors", value=value.encode())


@lru_cache(maxsize=512)  # an article meets many others, and most of them the next one again
def from_fingerprint(fingerprint: Fingerprint, *, by_sentence: bool = True) -> Anchors:
    """Read what `to_fingerprint` wrote, or another version of it that knew less.

    Args:
        fingerprint: Of one article.
        by_sentence: Whether those of its sentences are asked for: they take half of the time.
    """
    read = json.loads(fingerprint.value)
    kinds: dict[str, Any] = dict(zip(_KINDS, map(frozenset, read), strict=False))
    if not by_sentence:
        return Anchors(**kinds)
    rest: list[Any] = [*read[len(_KINDS) :], [], [], []]
    told, named, lengths = rest[:3]
    texts = _vocabulary(kinds["names"], kinds["words"]) if named else []
    return Anchors(
        **kinds,
        told=tuple(map(frozenset, told)),
        named=tuple(frozenset([texts[n] for n in places]) for places in named),
        lengths=tuple(lengths),
    )


def _vocabulary(names: frozenset[str], words: frozenset[str]) -> list[str]:
    """What the names of a sentence are written as places in."""
    return sorted(names | words)
