"""The daemon: poll what is due, keep house, obey signals, tell systemd the truth.

One APScheduler job ticks and asks the database which feeds are due; cron jobs keep house. A job or
a poll that fails for a reason that is not a feed's ends the process: systemd restarts it, and
nothing is lost, since every poll is one transaction and `next_poll_at` lives in the database.

Handlers of signals and of the scheduler only put a word into a queue, which one coroutine reads.
(A scheduler that is shut down from its own listener may re-enter its loop, and an exception raised
in a signal handler may be swallowed by whatever it interrupts.)
"""

from __future__ import annotations

import asyncio
import math
import signal
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC
from itertools import islice
from typing import Literal

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from ingestor import batches, control, housekeeping, orders, urls
from ingestor.cleaner import Cleaner
from ingestor.clock import wall_clock
from ingestor.config import Settings, difference, load
from ingestor.engine import Engine
from ingestor.errors import ConfigError, StoreBusy, StoreError, StoreFull
from ingestor.jobs import catch_up
from ingestor.ledger import Ledger
from ingestor.linked import PageReport
from ingestor.log import Logger, get_logger
from ingestor.metrics import Metrics, shown
from ingestor.models import Feed
from ingestor.pipeline import poll
from ingestor.polled import Report
from ingestor.publisher import Publisher
from ingestor.reader import Desk
from ingestor.renewal import Renewal
from ingestor.sdnotify import Notifier
from ingestor.store.database import sqlite_version, sqlite_warning
from ingestor.store.values import FeedState

TICK = 1.0  # seconds between two looks for due feeds
LEAST_PACE = 10  # polls that may begin in one tick, however few feeds there are
LONGEST_TICK = 10.0  # seconds since the last tick that count for how many may begin
LOOK_AHEAD = 2000  # due feeds looked at in one tick, to find some of every host
RECLEAN_EVERY = 60.0  # seconds between two looks for articles that are to be cleaned again
LEARN_EVERY = 60.0  # seconds between two looks for languages to learn
STALL = 60.0  # seconds without a finished tick after which the watchdog is no longer fed
PUBLISH_EVERY = 10.0  # seconds between two looks whether there is something to publish
PAUSE = 30.0  # seconds without new polls after the disk was full or the database locked

Word = Literal["stop", "reload", "broken"]


class Daemon:
    """What goes on around an `Engine` while the process runs.

    Attributes:
        metrics: What it did so far.
        renewal: What it learns and fingerprints again.
    """

    def __init__(
        self,
        engine: Engine,
        log: Logger,
        notifier: Notifier,
        monotonic: Callable[[], float],
    ) -> None:
        """Nothing runs yet.

        Args:
            engine: Open; the daemon does not close it.
            log: Where events go.
            notifier: systemd, or nobody.
            monotonic: Seconds that never jump.
        """
        self._engine = engine
        self._log = log
        self._notifier = notifier
        self._monotonic = monotonic
        self._feeds = _by_url(engine.line.settings)
        self._often = _often(engine.line.settings)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._ids: set[int] = set()
        self._ticked = monotonic()
        self._resume_at = self._ticked
        self._words: asyncio.Queue[Word] = asyncio.Queue()
        self._failure: BaseException | None = None
        self.metrics = Metrics(engine.line.settings, engine.line.clock)
        self._publisher = Publisher(log, self.metrics)
        self._desk = Desk()
        self.renewal = Renewal(engine, log, self._publisher.touched, self._fail)
        self.cleaner = Cleaner(engine, log, self._publisher.touched)

    # --- the main loop ---------------------------------------------------------------------

    async def run(self) -> None:
        """Work until a SIGTERM or SIGINT; then end what must be ended and return.

        Raises:
            BaseException: whatever broke a job or a poll and was no feed's fault.
        """
        scheduler = self._scheduler()
        self._listen()
        scheduler.start()
        self.renewal.begin()
        feeder = asyncio.create_task(self._feed_watchdog(scheduler), name="watchdog")
        self._notifier.ready(self._summary())
        settings = self._engine.line.settings
        self._log.info(
            "ready",
            feeds=len(self._feeds),
            database=str(settings.database),
            encoder=settings.dedup.encoder,
            sqlite=sqlite_version(),
        )
        if warning := sqlite_warning():
            self._log.warning("old SQLite library", reason=warning)
        try:
            while (word := await self._words.get()) == "reload":
                await self._reload()
        finally:
            self._notifier.stopping()
            scheduler.pause()  # no new tick; shutdown() cancels what runs, so it comes last
            feeder.cancel()
            await self.renewal.stop()
            await self._drain()
            scheduler.shutdown(wait=False)
        if self._failure is not None:
            raise self._failure
        self._log.info("stopped", by=word)

    def _scheduler(self) -> AsyncIOScheduler:
        """The tick and the housekeeping; a late job runs once, late, and never beside itself."""
        scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        scheduler.add_listener(self._job_failed, EVENT_JOB_ERROR)
        scheduler.add_job(
            self.tick, "interval", seconds=TICK, id="tick", next_run_time=wall_clock()
        )
        scheduler.add_job(self.renewal.learn, "interval", seconds=LEARN_EVERY, id="learn")
        scheduler.add_job(self.cleaner.reclean, "interval", seconds=RECLEAN_EVERY, id="reclean")
        scheduler.add_job(
            self.publish,
            "interval",
            seconds=PUBLISH_EVERY,
            id="publish",
            next_run_time=wall_clock(),
        )
        at = self._engine.line.settings.store.backup_at
        scheduler.add_job(
            self.keep_house, "cron", hour=at.hour, minute=at.minute, id="housekeeping"
        )
        return scheduler

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, number)
        loop.add_signal_handler(signal.SIGHUP, self._words.put_nowait, "reload")

    def _stop(self, number: signal.Signals) -> None:
        """The first signal ends in order, a second one at once: the default action is to die."""
        loop = asyncio.get_running_loop()
        for other in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(other)
            signal.signal(other, signal.SIG_DFL)
        self._log.info("stopping", signal=number.name)
        self._words.put_nowait("stop")

    async def _drain(self) -> None:
        """Abort fetches, which lose nothing; a transaction under way ends in its own thread."""
        tasks = tuple(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._desk.close()

    # --- polling ---------------------------------------------------------------------------

    async def tick(self) -> None:
        """Start polls of due feeds, at most one for a host that wants spacing."""
        line, now = self._engine.line, self._monotonic()
        room = line.settings.fetch.max_concurrent - len(self._under_way)
        if room > 0 and now >= self._resume_at:
            due = await line.write(Ledger.due, line.clock(), LOOK_AHEAD, frozenset(self._ids))
            for state in islice(filter(self._may_start, due), min(room, self._pace(now))):
                self._start(state)
            # Feeds go first: their pages get at most half of what may be under way.
            most = line.settings.fetch.max_concurrent
            left = min(max(most // 2, 1), most - len(self._under_way))
            await self._desk.start(line, left, self._page_finished)
        self._ticked = self._monotonic()

    def _pace(self, now: float) -> int:
        """How many polls may begin in this tick, so that a standstill is not followed by a burst.

        Twice as many as if each feed were always polled as often as it may be: what is overdue is
        caught up within half an interval, and nothing that is due in time ever waits.
        """
        since = min(max(now - self._ticked, 0.0), LONGEST_TICK)
        return max(LEAST_PACE, math.ceil(2 * since * self._often))

    def _may_start(self, state: FeedState) -> bool:
        return state.url in self._feeds and self._lane(state) not in self._under_way

    def _lane(self, state: FeedState) -> str:
        """What may have one poll at a time: a host that wants spacing, else the feed itself."""
        spaced = self._engine.line.settings.fetch.per_host_interval > 0
        return (urls.host(state.moved.adopted or state.url) if spaced else "") or state.url

    def _start(self, state: FeedState) -> None:
        feed, lane = self._feeds[state.url], self._lane(state)
        task = asyncio.create_task(self._poll(feed, state), name=f"poll {feed.url}")
        self._under_way[lane] = task
        self._ids.add(state.id)
        task.add_done_callback(lambda done: self._finished(lane, state.id, done))

    async def _poll(self, feed: Feed, state: FeedState) -> None:
        try:
            with self.metrics.polling():
                report = await poll(self._engine.line, feed, state)
            _log_report(self._log, report)
            self.metrics.polled(report)
            self._publisher.polled(report)
        except (StoreBusy, StoreFull) as error:
            self._pause(error)

    def _pause(self, error: StoreError) -> None:
        """Begin nothing for a while: what hinders us may pass, and what was not stored is due."""
        self._resume_at = self._monotonic() + PAUSE
        self._log.error("the database refuses writes, polling pauses", reason=str(error))

    def _finished(self, lane: str, feed_id: int, task: asyncio.Task[None]) -> None:
        self._under_way.pop(lane, None)
        self._ids.discard(feed_id)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    def _page_finished(self, task: asyncio.Task[PageReport]) -> None:
        if task.cancelled():
            return
        match task.exception():
            case None:
                report = task.result()
                _log_page(self._log, report)
                self.metrics.page_read(report)
                if report.outcome == "used":
                    self._publisher.touched()
            case StoreBusy() | StoreFull() as error:
                self._pause(error)
            case BaseException() as error:
                self._fail(error)

    # --- housekeeping ----------------------------------------------------------------------

    async def keep_house(self) -> None:
        """Back up beside the writer, then forget what is too old and tidy up."""
        line = self._engine.line
        database, settings = line.settings.database, line.settings.store
        try:
            copy = await asyncio.to_thread(housekeeping.backup, database, settings, line.clock())
        except StoreError as error:
            self._log.error("no backup", reason=str(error))
        else:
            if copy is not None:
                self._log.info("backup", file=str(copy))
        try:
            pruned = await line.write(housekeeping.tidy, settings, line.clock())
        except (StoreBusy, StoreFull) as error:
            self._log.error("house not kept, tomorrow again", reason=str(error))
        else:
            self._log.info("house kept", articles_forgotten=pruned.articles)
        self.renewal.begin()  # where an encoder failed for a while, words alone are compared

    async def publish(self) -> None:
        """Write the feeds for others, if anything changed."""
        await self._publisher.publish(self._engine.line.settings)

    async def answer(self, request: control.Request) -> Mapping[str, object]:
        """Do what a command asks that must not write beside us.

        Raises:
            UsageError: nobody here knows the command, or its arguments are wrong.
        """
        line = self._engine.line
        if request.command == "refingerprint":
            return await self.renewal.order(request.arguments)
        self._publisher.touched()
        if step := batches.STEPS.get(request.command):
            return await step(line, request.arguments)
        return await line.write(orders.carry_out, request.command, request.arguments, line.clock())

    # --- reload ----------------------------------------------------------------------------

    async def _reload(self) -> None:
        """Take over the changed configuration, or keep the old one whole and say why."""
        self._notifier.reloading()
        old = self._engine.line.settings
        try:
            await self._take_over(old, await asyncio.to_thread(load, old.path))
        except ConfigError as error:
            for problem in error.problems:
                self._log.error("configuration not reloaded", problem=problem)
        except (StoreBusy, StoreFull) as error:
            self._log.error("configuration not reloaded", problem=str(error))
        self._notifier.ready(self._summary())

    async def _take_over(self, old: Settings, new: Settings) -> None:
        kept = replace(
            new, database=old.database, dedup=old.dedup, metrics=old.metrics, log=old.log
        )
        if kept != new:
            self._log.warning("database, [dedup], [metrics] and [log] change with the next restart")
        await self._engine.reload(kept)
        self._publisher.touched()
        self._feeds, self._often = _by_url(kept), _often(kept)
        for line in difference(old, kept) or ("nothing changed",):
            self._log.info("configuration reloaded", change=line)

    # --- health ----------------------------------------------------------------------------

    async def _feed_watchdog(self, scheduler: AsyncIOScheduler) -> None:
        """Tell systemd that we are well, only as long as loop, database and tick all move.

        The loop moves if this coroutine runs, the database thread if it answers. Its own pauses
        are no matter of the wall clock, so it is here that a clock that was set back is noticed.
        """
        while True:
            catch_up(scheduler, wall_clock())
            await self._engine.line.write(Ledger.ping)
            if self._monotonic() - self._ticked < STALL:
                self._notifier.watchdog()
                self._notifier.status(self._summary())
            await asyncio.sleep(self._notifier.watchdog_interval)

    def _summary(self) -> str:
        return f"{len(self._feeds)} feeds, {len(self._under_way)} polls under way"

    def _job_failed(self, event: JobExecutionEvent) -> None:
        self._fail(event.exception)

    def _fail(self, error: BaseException) -> None:
        """Remember the first error that is not a feed's, and end."""
        self._failure = self._failure or error
        self._words.put_nowait("broken")


async def serve(settings: Settings, notifier: Notifier, workers: int) -> None:
    """Open everything, run the daemon and its control socket, close everything.

    Raises:
        StoreError: the database cannot be opened, or broke.
    """
    loop = asyncio.get_running_loop()
    async with Engine(settings, wall_clock, workers=workers) as engine:
        daemon = Daemon(engine, get_logger(), notifier, loop.time)
        engine.line = daemon.metrics.watched(engine.line)
        with shown(daemon.metrics, settings.metrics.listen, get_logger()):
            async with control.serve(settings.database, daemon.answer):
                await daemon.run()


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
