"""When a feed would like to be asked, and who would tell of news: its own words, made sane."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from ingestor import urls
from ingestor.parse.text import clean_str

_PERIODS: Final = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=7)
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BEFORE_ITEMS: Final = 64 * 1024  # characters in which a channel speaks of itself
_ITEM: Final = re.compile(r"<item\b", re.IGNORECASE)
_SKIP_HOURS: Final = re.compile(r"<skipHours\b[^>]*>(.{0,2000}?)</skipHours", re.S | re.I)
_SKIP_DAYS: Final = re.compile(r"<skipDays\b[^>]*>(.{0,2000}?)</skipDays", re.S | re.I)
_HOUR: Final = re.compile(r"<hour>\s*([0-9]{1,2})\s*</hour", re.IGNORECASE)
_DAY: Final = re.compile(r"<day>\s*([a-z]{6,9})\s*</day", re.IGNORECASE)
_LINK_HUB: Final = re.compile(r"<([^<>]{1,2000})>[^<]{0,500}?;\s*rel\s*=\s*\"?hub\b", re.IGNORECASE)


def ttl(minutes: object, period: object, often: object) -> timedelta | None:
    """Return the longest wait that a channel asks for, if it lies between a minute and a week.

    Args:
        minutes: RSS 2.0 ``ttl``.
        period: ``sy:updatePeriod``.
        often: ``sy:updateFrequency``: how often in it.

    Sources: RSS 2.0; RDF Site Summary 1.0, module Syndication.
    """
    waits = []
    if 0 < (wait := _number(minutes)) < 1e6:
        waits.append(timedelta(minutes=wait))
    span = _PERIODS.get(clean_str(period).strip().lower())
    if span and 0 < (times := _number(often or "1")) < 1e6:
        waits.append(span / times)
    return max((w for w in waits if _SHORTEST <= w <= _LONGEST), default=None)


def skipped(text: str) -> tuple[frozenset[int], frozenset[int]]:
    """Return the hours (0 to 23, UTC) and days (Monday is 0) in which a channel rests.

    feedparser keeps only the last hour of each list. Source: RSS 2.0 ``skipHours``, ``skipDays``;
    RSS 0.91 counted hours from 1 to 24.
    """
    first = _ITEM.search(text, 0, _BEFORE_ITEMS)
    channel = text[: first.start() if first else _BEFORE_ITEMS]
    hours, days = _SKIP_HOURS.search(channel), _SKIP_DAYS.search(channel)
    numbers = (int(n) % 24 for n in _HOUR.findall(hours[1]) if int(n) <= 24) if hours else ()
    names = (name.lower() for name in _DAY.findall(days[1])) if days else ()
    return frozenset(numbers), frozenset(_WEEK.index(name) for name in names if name in _WEEK)


def hub(declared: str, link_header: str, base: str) -> str:
    """Return the WebSub hub that a feed or its server names. Source: WebSub §4 (discovery)."""
    named = _LINK_HUB.search(link_header)
    return urls.resolve(base, named[1] if named else declared)


def _number(value: object) -> float:
    """Read a number as feeds write it; 0 for what is none."""
    try:
        return float(clean_str(value, 20))
    except ValueError:
        return 0.0
