"""The front page: stories by day, the latest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from ingestor.inspect.plugin.site import Ask, Context
from ingestor.store import browse, daily
from ingestor.store.browse import Choice, Headline, Place
from ingestor.store.store import Store

PER_PAGE = 40
_FIRST, _LAST = date(1900, 1, 1), date(9000, 1, 1)  # with room for days before and after
AILING = ("failing", "broken", "gone", "silent")  # words of the view feed_health


def read(store: Store, ask: Ask) -> Context:
    """List the stories that the filters choose."""
    day = as_day(ask.query.get("day", ""))
    since = midnight(day) if day else None
    choice = Choice(
        language=ask.query.get("language") or None,
        feed_id=ask.number("outlet"),
        since=since,
        until=since and since + timedelta(days=1),
    )
    after = _place(ask.query.get("after", ""))
    found = browse.headlines(store, choice, after=after, limit=PER_PAGE + 1)
    more = found[PER_PAGE - 1].place if len(found) > PER_PAGE else None
    latest = browse.latest(store) if after is None and choice == Choice() else None
    return {
        "days": _by_day(found[:PER_PAGE]),
        "languages": browse.languages(store),
        "outlets": browse.outlets(store),
        "choice": choice,
        "day": day,
        "latest": latest and latest.date(),
        "glance": latest and daily.glance(store, midnight(latest.date())),
        **(_feeds(daily.health(store)) if latest else {}),
        "filtered": choice != Choice(),
        "later": after is not None,
        "more": more and f"{more.dated_at:%Y-%m-%dT%H:%M:%SZ}.{more.article_id}",
    }


def _feeds(health: Mapping[str, int]) -> Mapping[str, int]:
    return {
        "feeds": sum(health.values()),
        "ailing": sum(health.get(word, 0) for word in AILING),
    }


def _by_day(found: Iterable[Headline]) -> list[tuple[date, list[Headline]]]:
    return [
        (day, list(group))
        for day, group in groupby(found, key=lambda h: h.place.dated_at.date() if h.place else None)
        if day
    ]


def as_day(text: str) -> date | None:
    """Read a date of the query; None if it is none, or out of the way of any article."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST <= day < _LAST else None


def midnight(day: date) -> datetime:
    """The moment at which a day begins in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _place(text: str) -> Place | None:
    """Read where to go on from; the beginning if it is no such place."""
    moment, _, number = text.partition(".")
    try:
        dated_at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if dated_at.tzinfo is None or not number.isdecimal() or len(number) > 18:
        return None
    if not _FIRST <= dated_at.date() < _LAST:
        return None
    return Place(dated_at=dated_at, article_id=int(number))
