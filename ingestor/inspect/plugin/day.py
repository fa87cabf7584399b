"""The page of a day: how much was told, in which languages, by whom, and how often again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ingestor.inspect.plugin import charts
from ingestor.inspect.plugin.charts import Column
from ingestor.inspect.plugin.front import as_day, midnight
from ingestor.inspect.plugin.site import Ask, Context, count, on
from ingestor.store import browse, daily
from ingestor.store.store import Store

TREND = 30  # days
OUTLETS = 25  # that are listed
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def read(store: Store, ask: Ask) -> Context | None:
    """Count a day, by default the last one with news."""
    latest = (browse.latest(store) or _NEVER).date()
    day = as_day(ask.path["day"]) if "day" in ask.path else latest
    if day is None:
        return None
    found = daily.day(store, midnight(day))
    until = max(day, min(latest, day + timedelta(days=TREND // 2)))
    trend = daily.articles_by_day(store, until - timedelta(days=TREND - 1), until)
    widest = browse.headlines_of(store, [number for number, many in found.widest if many > 1])
    return {
        "day": day,
        "counts": found,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < latest else None,
        "hours": charts.bars(
            [_hour(hour, first, again) for hour, (first, again) in enumerate(found.hours)],
            f"Articles by hour: {count(found.stories, 'first report')},"
            f" {count(found.articles - found.stories, 'repetition')}",
        ),
        "trend": charts.bars(
            [
                Column(
                    label=f"{on(each)}: {count(number, 'article')}",
                    lower=number,
                    tick=f"{each.day} {each:%b}" if (until - each).days % 7 == 0 else "",
                    marked=each == day,
                )
                for each, number in trend.items()
            ],
            f"Articles a day over {TREND} days, at most {max(trend.values()):,}",
        ),
        "widest": widest,
        "share": charts.share,
        "most_of_language": max((t.articles for t in found.languages), default=0),
        "most_of_outlet": max((t.articles for t in found.outlets), default=0),
        "listed": found.outlets[:OUTLETS],
    }


def _hour(hour: int, first: int, again: int) -> Column:
    return Column(
        label=f"{hour:02}:00 to {hour:02}:59: {first} first, {again} again",
        lower=first,
        upper=again,
        tick=f"{hour:02}" if hour % 6 == 0 else "",
    )
