"""Days in words: ``3. März``, ``March 3``, ``3 марта`` and ``3月3日`` are one day of the year.

Names of months and days of the week, and the order of day and month, are those of CLDR.
"""

from __future__ import annotations

import functools
import re
from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Any

from ingestor.dedup.lexicon import ENDING, MARKED, UNSPACED, Lexicon, fold
from ingestor.dedup.places import locale_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from babel import Locale

_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# Patterns begin with their digit, not with what must not stand before it: the engine skips to it.
_DAY = r"([0-9](?<![\d.,:].)\d?)(?!\d)"
_DAYS = re.compile(_DAY)
_ORDINAL = r"(?:\.|[-’']?[^\W\d_]{1,3}(?=[\s.])|[ºª°])?"  # 3., 3rd, 1er, 3-го
_LEAP_YEAR = 366  # days
_STEM = 4  # letters: a shorter name of a month has no endings
_FIGURES = re.compile(r"[0-9]\d{0,3}([./-])\d{1,2}\1\d{1,4}(?![./-]?\d)")
_SHAPES = bytes.maketrans(b"123456789.-", b"000000000//")
_COUNTS_BY_DAYS = frozenset({"el"})  # written small, a day of the week is a number there
_SLASHED_MONTH_FIRST = frozenset({"en", "fil"})


def dates(text: str, language: str) -> Iterator[str]:
    """Yield the days that a text names: ``3-17`` for 17 March, ``Tue`` for a day of the week.

    Args:
        text: As `lexicon.fold` gives it, with ASCII digits.
        language: A primary BCP 47 subtag; of one that CLDR does not know only figures are read.
    """
    yield from _in_figures(text, language)
    calendar = _calendar(language)
    if calendar is not None:
        yield from calendar.find(text)


def days_of_year(days: Iterable[str]) -> frozenset[str]:
    """Those of some days that are of the year, not of the week."""
    return frozenset(day for day in days if day[0].isdigit())


def are_near(one: str, other: str) -> bool:
    """Whether two days of the year are the same, or one follows on the other."""
    apart = abs(_number_of(one) - _number_of(other))
    return min(apart, _LEAP_YEAR - apart) <= 1


@functools.lru_cache(maxsize=512)  # there are no more days
def _number_of(day: str) -> int:
    month, number = map(int, day.split("-"))
    return date(2000, month, min(number, monthrange(2000, month)[1])).toordinal()


def may_date(text: str) -> bool:
    """Whether ASCII digits may name a day in a text: their shape is searched for in no time."""
    shape = text.encode("utf-8", "surrogatepass").translate(_SHAPES)
    return b"0/0/0" in shape or b"0/00/0" in shape


def _in_figures(text: str, language: str) -> Iterator[str]:
    for match in _FIGURES.finditer(text) if may_date(text) else ():
        first, month, last = match.group().split(match[1])
        day = last if len(first) == 4 else first
        if int(month) > 12 or (match[1] == "/" and language in _SLASHED_MONTH_FIRST):
            day, month = month, day
        if len(first + last) in (5, 6) or (len(first) <= 2 and len(last) == 2):
            yield from _day(month, day)


def _day(month: str | int, day: str) -> Iterator[str]:
    if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
        yield f"{int(month)}-{int(day)}"


class _Calendar:
    """How one language writes days."""

    def __init__(self, locale: Locale) -> None:
        months = {fold(name).lower(): number for number, name in _names(locale.months["format"])}
        self._known = {_stem(name): number for name, number in months.items()} | months
        self._stems = {_stem(name) for name in months}
        pattern = str(locale.datetime_skeletons.get("MMMMd", "d MMMM"))
        name = "|".join(map(_form, sorted(months, key=len, reverse=True)))
        joint = "|".join({"of", *re.findall(r"d[\W\d_]*'?(\w+)'?[\W\d_]*MMMM", pattern)})
        self._day_first = re.compile(rf"{_DAY}{_ORDINAL}[\s-]*(?:(?:{joint})[’']?\s*)?({name})")
        self._month_first = None
        if pattern.find("M") < pattern.find("d"):
            self._month_first = re.compile(rf"({name})\.?\s*{_DAY}(?![.,:]\d)")
        days = [(name, _WEEK[day]) for day, name in _names(locale.days["format"])]
        if locale.language in _COUNTS_BY_DAYS:
            self._week = Lexicon(days, ())
        else:
            self._week = Lexicon((), days)

    def find(self, text: str) -> Iterator[str]:
        """Yield what stands in a text: days in words, then days of the week."""
        lowered = text.lower()
        if _DAYS.search(lowered):
            yield from self._in_words(lowered)
        yield from self._week.find(text)

    def _in_words(self, lowered: str) -> Iterator[str]:
        named = [stem for stem in self._stems if stem in lowered]
        if not named:
            return  # most texts
        for match in self._day_first.finditer(lowered):
            yield from _day(self._number(match[2]), match[1])
        if self._month_first:
            for match in _beginning(named, self._month_first, lowered):
                yield from _day(self._number(match[1]), match[2])

    def _number(self, name: str) -> int:
        """The month that a form stands for, perhaps with an ending; 0 if none is known."""
        starts = (name[:length] for length in range(len(name), 0, -1))
        return next((self._known[start] for start in starts if start in self._known), 0)


def _beginning(
    words: Iterable[str], pattern: re.Pattern[str], text: str
) -> Iterator[re.Match[str]]:
    """Find what a pattern matches that begins with one of these words, at a tenth of the cost."""
    starts = [found.start() for word in words for found in re.finditer(re.escape(word), text)]
    end = 0
    for start in sorted(starts):
        if start >= end and (match := pattern.match(text, start)):
            yield match
            end = match.end()


def _names(widths: Any) -> Iterator[tuple[int, str]]:
    """Yield numbers and names; in some scripts the short ones are written out in news, too.

    Only those of the context ``format``: what babel 2.18 gives for another one depends on which
    languages it was asked for before.
    """
    yield from widths["wide"].items()
    for number, name in widths["abbreviated"].items():
        if UNSPACED.search(name) and len(name) > 1:
            yield number, name


def _stem(name: str) -> str:
    stem = ENDING.sub("", name)
    return stem if len(stem) >= _STEM and stem[-1].isalpha() else name


def _form(name: str) -> str:
    """A pattern of a month: with endings, and not a part of another number or word."""
    stem = _stem(name)
    if UNSPACED.search(name):
        return r"(?<!\d)" + re.escape(name)
    more = rf"(?:[^\W\d_]|{MARKED}){{0,5}}" if len(stem) >= _STEM and not name[0].isdigit() else ""
    end = r"(?!\d)" if name[-1].isdigit() else r"(?![^\W\d_])"
    start = r"(?<!\d)" if name[0].isdigit() else ""
    return f"{start}{re.escape(stem)}{more}{end if not name[0].isdigit() else ''}"


@functools.lru_cache(maxsize=128)
def _calendar(language: str) -> _Calendar | None:
    locale = locale_of(language)
    return None if locale is None else _Calendar(locale)
