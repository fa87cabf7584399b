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
import signal
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import UTC
from functools import partial
from typing import Literal

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from ingestor import batches, by_hand, control, housekeeping, orders
from ingestor.cleaner import Cleaner
from ingestor.clock import wall_clock
from ingestor.config import Settings, difference, load
from ingestor.engine import Engine
from ingestor.errors import ConfigError, StoreBusy, StoreError, StoreFull
from ingestor.jobs import Every, catch_up, daily
from ingestor.ledger import Ledger
from ingestor.log import Logger, get_logger
from ingestor.metrics import Metrics, shown
from ingestor.publisher import Publisher
from ingestor.renewal import Renewal
from ingestor.rounds import Rounds
from ingestor.sdnotify import Notifier
from ingestor.store.database import sqlite_version, sqlite_warning

TICK = 1.0  # seconds between two looks for due feeds
RECLEAN_EVERY = 60.0  # seconds between two looks for articles that are to be cleaned again
LEARN_EVERY = 60.0  # seconds between two looks for languages to learn
STALL = 60.0  # seconds without a finished tick after which the watchdog is no longer fed
PUBLISH_EVERY = 10.0  # seconds between two looks whether there is something to publish

Word = Literal["stop", "reload", "broken"]


class Daemon:
    """What goes on around an `Engine` while the process runs.

    Attributes:
        metrics: What it did so far.
        rounds: What it polls.
        renewal: What it learns and fingerprints again.
        cleaner: What it cleans again.
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
        self._words: asyncio.Queue[Word] = asyncio.Queue()
        self._failure: BaseException | None = None
        self._stopping = threading.Event()  # an event that a backup looks at, in its thread
        self._jobs: set[asyncio.Task[None]] = set()
        self.metrics = Metrics(engine.line.settings, engine.line.clock)
        self._publisher = Publisher(log, self.metrics)
        self.rounds = Rounds(engine, log, monotonic, self.metrics, self._publisher, self._fail)
        self.renewal = Renewal(engine, log, self._publisher.touched, self._fail)
        self.cleaner = Cleaner(engine, log, self._publisher.touched)
        self._scheduler = self._planned()

    # --- the main loop ---------------------------------------------------------------------

    async def run(self) -> None:
        """Work until a SIGTERM or SIGINT; then end what must be ended and return.

        Raises:
            BaseException: whatever broke a job or a poll and was no feed's fault.
        """
        self._listen()
        self._scheduler.start()
        self.renewal.begin()
        feeder = asyncio.create_task(self._feed_watchdog(self._scheduler), name="watchdog")
        self._notifier.ready(str(self.rounds))
        settings = self._engine.line.settings
        self._log.info(
            "ready",
            feeds=len(settings.feeds),
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
            self._stopping.set()
            self._scheduler.pause()  # no new tick; shutdown() comes last, it cancels with noise
            feeder.cancel()
            await self._cut_off_jobs()
            await self.renewal.stop()
            await self.rounds.drain()
            self._scheduler.shutdown(wait=False)
        if self._failure is not None:
            raise self._failure
        self._log.info("stopped", by=word)

    def _planned(self) -> AsyncIOScheduler:
        """The tick and the housekeeping; a late job runs once, late, and never beside itself."""
        scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        scheduler.add_listener(self._job_failed, EVENT_JOB_ERROR)
        run, now = partial(partial, self._run_job), wall_clock()
        scheduler.add_job(run(self.rounds.tick), Every(TICK), id="tick", next_run_time=now)
        scheduler.add_job(run(self.renewal.learn), Every(LEARN_EVERY), id="learn")
        scheduler.add_job(run(self.cleaner.reclean), Every(RECLEAN_EVERY), id="reclean")
        scheduler.add_job(run(self.publish), Every(PUBLISH_EVERY), id="publish", next_run_time=now)
        nightly = daily(self._engine.line.settings.store.backup_at)
        scheduler.add_job(run(self.keep_house), nightly, id="housekeeping")
        return scheduler

    async def _run_job(self, job: Callable[[], Coroutine[None, None, None]]) -> None:
        """Run a job of the scheduler; that we cut it off is no error of its own."""
        task = asyncio.create_task(job())
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        try:
            await task
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise

    async def _cut_off_jobs(self) -> None:
        """Cancel what jobs wait for; what they have stored stays."""
        jobs = tuple(self._jobs)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

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

    # --- housekeeping ----------------------------------------------------------------------

    async def keep_house(self) -> None:
        """Back up beside the writer, then forget what is too old and tidy up."""
        await self._back_up()
        try:
            forgotten = await housekeeping.keep(self._engine.line)
        except (StoreBusy, StoreFull) as error:
            self._log.error("house not kept, tomorrow again", reason=str(error))
        else:
            self._log.info("house kept", articles_forgotten=forgotten)
        self.renewal.begin()  # where an encoder failed for a while, words alone are compared

    async def _back_up(self) -> None:
        """Write the copy of the day in a thread of its own, which gives it up when we stop."""
        line = self._engine.line
        database, settings = line.settings.database, line.settings.store
        given_up = self._stopping.is_set
        try:
            copy = await asyncio.to_thread(
                housekeeping.backup, database, settings, line.clock(), given_up
            )
        except StoreError as error:
            self._log.error("no backup", reason=str(error))
        except asyncio.CancelledError:
            if settings.backup_dir is not None:
                self._log.warning("no backup", reason="it was under way when the daemon stopped")
            raise
        else:
            if copy is not None:
                self._log.info("backup", file=str(copy))

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
        if request.command == by_hand.COMMAND:
            return by_hand.told(await self.rounds.poll_now(by_hand.asked(request.arguments)))
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
        self._notifier.ready(str(self.rounds))

    async def _take_over(self, old: Settings, new: Settings) -> None:
        kept = replace(
            new, database=old.database, dedup=old.dedup, metrics=old.metrics, log=old.log
        )
        if kept != new:
            self._log.warning("database, [dedup], [metrics] and [log] change with the next restart")
        await self._engine.reload(kept)
        self._publisher.touched()
        self.rounds.take_over(kept)
        if kept.store.backup_at != old.store.backup_at:
            self._scheduler.reschedule_job("housekeeping", trigger=daily(kept.store.backup_at))
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
            if self._monotonic() - self.rounds.ticked < STALL:
                self._notifier.watchdog()
                self._notifier.status(str(self.rounds))
            await asyncio.sleep(self._notifier.watchdog_interval)

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
