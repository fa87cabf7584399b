"""Feed health: who ails and why, how much each brings, how its latest polls ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ingestor.inspect.plugin import charts
from ingestor.inspect.plugin.site import Ask, Context
from ingestor.store import browse, daily
from ingestor.store.store import Store

PER_PAGE = 60
DAYS = 30
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def read(store: Store, ask: Ask) -> Context:
    """List feeds, the ailing ones first."""
    skip = min(ask.number("skip") or 0, 10**6)
    health = ask.query.get("health") or None
    found = daily.feed_page(store, health=health, skip=skip, limit=PER_PAGE + 1)
    shown = found[:PER_PAGE]
    ids = [feed.id for feed in shown]
    until = (browse.latest(store) or _NEVER).date()
    counts = daily.articles_by_feed(store, ids, until - timedelta(days=DAYS - 1), until)
    outcomes = daily.outcomes(store, ids)
    return {
        "feeds": [
            (
                feed,
                charts.spark(
                    counts.get(feed.id, ()),
                    f"{sum(counts.get(feed.id, ()))} articles in {DAYS} days",
                ),
                charts.strip(outcomes.get(feed.id, ()), daily.POLLS),
            )
            for feed in shown
        ],
        "health": daily.health(store),
        "chosen": health,
        "next": skip + PER_PAGE if len(found) > PER_PAGE else None,
        "skip": skip,
        "polls": daily.POLLS,
        "period": DAYS,
    }
