"""The daemon's part in polling: which polls and pages begin in a tick, and what becomes of them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping

from ingestor.config import Settings
from ingestor.engine import Engine
from ingestor.errors import StoreBusy, StoreError, StoreFull, UsageError
from ingestor.ledger import Ledger
from ingestor.linked import PageReport
from ingestor.log import Logger
from ingestor.metrics import Metrics
from ingestor.models import Feed
from ingestor.pipeline import poll
from ingestor.polled import Report
from ingestor.publisher import Publisher
from ingestor.reader import Desk
from ingestor.store.values import FeedState
from ingestor.wording import counted

LEAST_PACE = 10  # polls that may begin in one tick, however few feeds there are
LONGEST_TICK = 10.0  # seconds since the last tick that count for how many may begin
PAUSE = 30.0  # seconds without new polls after the disk was full or the database locked


class Rounds:
    """Polls what is due, and reads the pages that polls want, as much side by side as is allowed.

    Attributes:
        ticked: When the last tick ended, by the clock that never jumps.
    """

    def __init__(
        self,
        engine: Engine,
        log: Logger,
        monotonic: Callable[[], float],
        metrics: Metrics,
        publisher: Publisher,
        fail: Callable[[BaseException], None],
    ) -> None:
        """Nothing is under way yet.

        Args:
            engine: Open.
            log: Where events go.
            monotonic: Seconds that never jump.
            metrics: Told of each poll and page.
            publisher: Told when there may be something to publish.
            fail: Told of an error that is no feed's fault.
        """
        self._engine = engine
        self._log = log
        self._monotonic = monotonic
        self._metrics = metrics
        self._publisher = publisher
        self._fail = fail
        self._under_way: dict[int, asyncio.Task[Report]] = {}
        self._desk = Desk()
        self.ticked = monotonic()
        self._resume_at = self.ticked
        self.take_over(engine.line.settings)

    def take_over(self, settings: Settings) -> None:
        """Poll the feeds of this configuration from the next tick on."""
        self._feeds = _by_url(settings)
        self._often = _often(settings)

    def __str__(self) -> str:
        """What is there to do, in a few words."""
        feeds, polls = counted(len(self._feeds), "feed"), counted(len(self._under_way), "poll")
        return f"{feeds}, {polls} under way"

    async def tick(self) -> None:
        """Start polls of due feeds, at most one for a host that wants spacing."""
        line, now = self._engine.line, self._monotonic()
        room = line.settings.fetch.max_concurrent - len(self._under_way)
        if room > 0 and now >= self._resume_at:
            most = min(room, self._pace(now))
            for state in await line.write(Ledger.due, line.clock(), most, tuple(self._under_way)):
                feed = self._feeds.get(state.url)  # None: the ledger heard of it just before us
                if feed and state.id not in self._under_way:  # a person may have asked meanwhile
                    self._start(feed, state)
            # Feeds go first: their pages get at most half of what may be under way.
            most = line.settings.fetch.max_concurrent
            left = min(max(most // 2, 1), most - len(self._under_way))
            await self._desk.start(line, left, self._page_finished)
        self.ticked = self._monotonic()

    def _pace(self, now: float) -> int:
        """How many polls may begin in this tick, so that a standstill is not followed by a burst.

        Twice as many as if each feed were always polled as often as it may be: what is overdue is
        caught up within half an interval, and nothing that is due in time ever waits.
        """
        since = min(max(now - self.ticked, 0.0), LONGEST_TICK)
        return max(LEAST_PACE, math.ceil(2 * since * self._often))

    async def poll_now(self, url: str) -> Report:
        """Poll a feed because a person asks for it; if it is being polled, wait for that.

        Raises:
            UsageError: it is none of the feeds that are polled.
            StoreError: the database cannot be written; nothing of the poll is stored.
        """
        if (feed := self._feeds.get(url)) is None:
            raise UsageError(f"the daemon does not know the feed {url}: reload it first")
        state = await self._engine.line.write(Ledger.state, url)
        task = self._under_way.get(state.id) or self._start(feed, state, by_hand=True)
        return await asyncio.shield(task)  # who asked may go, the poll goes on

    def _start(
        self, feed: Feed, state: FeedState, *, by_hand: bool = False
    ) -> asyncio.Task[Report]:
        polling = self._poll(feed, state, by_hand=by_hand)
        task = asyncio.create_task(polling, name=f"poll {feed.url}")
        self._under_way[state.id] = task
        task.add_done_callback(lambda done: self._finished(state.id, done))
        return task

    async def _poll(self, feed: Feed, state: FeedState, *, by_hand: bool) -> Report:
        with self._metrics.polling():
            report = await poll(self._engine.line, feed, state, by_hand=by_hand)
        _log_report(self._log, report)
        self._metrics.polled(report)
        self._publisher.polled(report)
        return report

    def _pause(self, error: StoreError) -> None:
        """Begin nothing for a while: what hinders us may pass, and what was not stored is due."""
        self._resume_at = self._monotonic() + PAUSE
        self._log.error("the database refuses writes, polling pauses", reason=str(error))

    def _finished(self, feed_id: int, task: asyncio.Task[Report]) -> None:
        self._under_way.pop(feed_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._hindered(error)

    def _hindered(self, error: BaseException) -> None:
        """What stopped a poll or a page is either a matter of time, or ours."""
        if isinstance(error, (StoreBusy, StoreFull)):
            self._pause(error)
        else:
            self._fail(error)

    def _page_finished(self, task: asyncio.Task[PageReport]) -> None:
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            self._hindered(error)
            return
        report = task.result()
        _log_page(self._log, report)
        self._metrics.page_read(report)
        if report.outcome == "used":
            self._publisher.touched()

    async def drain(self) -> None:
        """Abort fetches, which lose nothing; a transaction under way ends in its own thread."""
        tasks = tuple(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._desk.close()


def _often(settings: Settings) -> float:
    """Polls a second if each feed were polled as often as it may be."""
    general = settings.schedule.interval
    return sum(1 / (feed.interval or general).total_seconds() for feed in settings.feeds)


def _by_url(settings: Settings) -> Mapping[str, Feed]:
    return {feed.url: feed for feed in settings.feeds}


def _log_report(log: Logger, report: Report) -> None:
    """One line for a poll that changed something, nothing above debug for one that did not."""
    words = {"feed": report.feed.url, "outcome": report.outcome}
    if report.outcome == "failed":
        log.warning("poll failed", **words, kind=report.kind, reason=report.reason)
    elif report.new or report.updated:
        log.info("polled", **words, new=report.new, updated=report.updated)
    else:
        log.debug("polled", **words)
    for warning in report.warnings:
        log.debug("feed is faulty", feed=report.feed.url, fault=warning)


def _log_page(log: Logger, report: PageReport) -> None:
    """One line for a page that was not read, nothing above debug for one that was."""
    words = {"page": report.url, "article": report.article_id, "outcome": report.outcome}
    if report.outcome in {"used", "kept"}:
        log.debug("page read", **words)
    else:
        log.info("page not read", **words, kind=report.kind, reason=report.reason)
