"""Linked pages in the ledger: which are due, and what one that was read changes.

The functions run in the database's one thread, on its `Ledger`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from ingestor.config import CleanSettings
from ingestor.errors import FeedError
from ingestor.fetch.robots import Robots
from ingestor.fulltext import GIVE_UP, HOST_WIDE, LATER, next_try
from ingestor.ledger import Ledger
from ingestor.models import Fetched
from ingestor.reread import Reading
from ingestor.store.wanted import PageOutcome, PageRecord, Wanted

DAY = timedelta(days=1)
GIVEN_UP_AT_ONCE = 1000  # pages in one transaction, some hundredths of a second
_UNASKED = frozenset({"robots", "robots_unreachable", "silenced", "refused_address", "scheme"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one try to read a page found out, before anything of it is stored.

    Attributes:
        came_to: What the page gave, or why it gave nothing.
        fetched: The page itself, if it came.
        delay: The pause until the next page that the site asks for.
    """

    wanted: Wanted
    started_at: datetime
    came_to: Reading | FeedError
    fetched: Fetched | None = None
    delay: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReport:
    """What became of a page, for the log, the metrics and the progress bar."""

    url: str
    article_id: int
    outcome: PageOutcome
    kind: str = ""
    reason: str = ""


def due(
    ledger: Ledger,
    now: datetime,
    settings: CleanSettings,
    room: int,
    under_way: Sequence[Wanted] = (),
    feeds: Collection[int] | None = None,
) -> tuple[Wanted, ...]:
    """The pages to read now, one of a host; those over the cap of their feed wait for tomorrow.

    Args:
        ledger: The ledger.
        now: What is to be asked for later is left out.
        settings: For the cap.
        room: At most so many: far more may wait, and are not looked at.
        under_way: What is being read.
        feeds: Only pages of these; None is all.
    """
    store, cap = ledger.store, settings.fulltext_per_day
    asked = cache(lambda feed_id: store.pages_asked(feed_id, now - DAY))
    taken = Counter(wanted.feed_id for wanted in under_way)
    ready: list[int] = []
    over: set[int] = set()
    for page in store.queued_pages(now, busy={wanted.host for wanted in under_way}, feeds=feeds):
        if len(ready) == room:
            break
        if len(asked(page.feed_id)) + taken[page.feed_id] < cap:
            taken[page.feed_id] += 1
            ready.append(page.article_id)
        elif len(asked(page.feed_id)) >= cap:
            over.add(page.feed_id)
    for feed_id in over:
        _cap(ledger, feed_id, asked(feed_id)[-cap] + DAY, now)
    return store.wanted_pages(ready) if ready else ()


def _cap(ledger: Ledger, feed_id: int, until: datetime, now: datetime) -> None:
    """Let a feed's pages wait, and give up those that will have waited for too long by then."""
    reason = "its feed has had its pages of the day, for two days"
    record = PageRecord(started_at=now, seconds=0.0, outcome="skipped", kind="cap", reason=reason)
    with ledger.store.transaction():
        for page in ledger.store.overdue_pages(feed_id, until - GIVE_UP, GIVEN_UP_AT_ONCE):
            ledger.store.finish_page(page, record)
        ledger.store.postpone_feed(feed_id, until)


def record(ledger: Ledger, tried: Tried, now: datetime) -> PageReport:
    """Store what a page brought, and judge its article anew, all in one transaction.

    An article that was edited or forgotten meanwhile stays as it is.

    Raises:
        StoreError: nothing is stored.
    """
    wanted, store = tried.wanted, ledger.store
    known = _record(tried, now)
    with ledger.changing():
        if store.still_wanted(wanted):
            store.finish_page(wanted, known)
            if known.next_at is not None and known.kind in HOST_WIDE:
                store.postpone_host(wanted.host, known.next_at)
            elif tried.delay:
                store.postpone_host(wanted.host, now + tried.delay)
            found = tried.came_to
            if not isinstance(found, FeedError) and found.article is not None:
                used = found.outcome == "used"
                ledger.retell(wanted.article_id, found.article, page=used, now=now)
    return PageReport(
        url=wanted.entry.link,
        article_id=wanted.article_id,
        outcome=known.outcome,
        kind=known.kind,
        reason=known.reason,
    )


def _record(tried: Tried, now: datetime) -> PageRecord:
    fetched, found = tried.fetched, tried.came_to
    record = PageRecord(
        started_at=tried.started_at,
        seconds=(now - tried.started_at).total_seconds(),
        outcome="failed",
        kind=found.kind,
        reason=found.reason,
        status=fetched.status if fetched else 0,
        bytes=fetched.wire_bytes if fetched else 0,
        url=fetched.url if fetched else "",
    )
    if isinstance(found, FeedError):
        return _failed(record, found, tried.wanted, now)
    return replace(record, outcome=found.outcome, characters=found.characters)


def _failed(record: PageRecord, error: FeedError, wanted: Wanted, now: datetime) -> PageRecord:
    """Say what an error came to, and when the page is tried again."""
    tries = wanted.tries + (error.kind not in LATER)
    again = next_try(error.kind, error.status, tries, now, error.retry_at)
    if again is not None and again > wanted.wanted_at + GIVE_UP:
        again = None
    outcome: PageOutcome = "skipped" if error.kind in _UNASKED else "failed"
    return replace(record, outcome=outcome, status=error.status, tries=tries, next_at=again)


def waiting(ledger: Ledger, feeds: Collection[int], now: datetime) -> int:
    """How many pages of some feeds are due."""
    return ledger.store.count_pages(feeds, now)


def robots(ledger: Ledger, origin: str, now: datetime) -> Robots | None:
    """What is known of a site's robots.txt; None if it is to be asked for."""
    return ledger.store.robots(origin, now)


def keep_robots(ledger: Ledger, found: Robots) -> None:
    """Keep what a site's robots.txt says."""
    with ledger.store.transaction():
        ledger.store.keep_robots(found)
