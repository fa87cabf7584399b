"""Open the machines that the pipeline runs on, and close them in the right order.

One thread owns the database for as long as the engine runs; worker processes own the CPU work; one
HTTP client owns the network.
"""

from __future__ import annotations

import asyncio
import gc
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Concatenate, NamedTuple, ParamSpec, Self, TypeVar

from ingestor import encoders, urls
from ingestor.clean import rulebook
from ingestor.config import Settings
from ingestor.errors import StoreBusy
from ingestor.fetch.client import Client
from ingestor.ledger import Ledger
from ingestor.pipeline import Line
from ingestor.polled import Polled, Report
from ingestor.worker import PRELOAD, Workers

P = ParamSpec("P")
T = TypeVar("T")

GROUP_ARTICLES = 50  # brought by polls that are recorded together: tenths of a second


class _Ended(NamedTuple):
    """A poll that waits to be recorded."""

    polled: Polled
    now: datetime
    done: asyncio.Future[Report]


class LedgerThread:
    """The one thread in which the database is read and written.

    Polls are recorded by *group commit*: those that end while the thread is busy wait for each
    other, and land in one transaction. So a poll that brought nothing costs two rows, and neither a
    commit nor a way to the thread and back; the busier it is, the less each one costs. A poll that
    cannot be stored is the only one that is not, for the others are then recorded alone.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._ledger: Ledger | None = None
        self._ended: deque[_Ended] = deque()
        self._recording: asyncio.Task[None] | None = None

    async def open(self, settings: Settings, now: datetime) -> None:
        """Open the database and migrate it.

        Raises:
            StoreError: it cannot be opened; the file is as it was.
        """
        self._ledger = await self._call(partial(Ledger.open, settings, now))

    async def run(
        self, function: Callable[Concatenate[Ledger, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function on the ledger; once begun it ends, even if the caller is cancelled."""
        if self._ledger is None:
            raise RuntimeError("the ledger is not open")
        return await self._call(partial(function, self._ledger, *args, **kwargs))

    async def record(self, polled: Polled, now: datetime, /) -> Report:
        """Store a poll, together with others that have ended meanwhile.

        Raises:
            StoreError: nothing of it is stored.
        """
        done: asyncio.Future[Report] = asyncio.get_running_loop().create_future()
        self._ended.append(_Ended(polled, now, done))
        if self._recording is None:
            self._recording = asyncio.create_task(self._record_all(), name="record")
        return await done

    async def close(self) -> None:
        """Finish what is queued, then close the database."""
        if self._recording is not None:
            await self._recording
        if self._ledger is not None:
            await self._call(self._ledger.close)
        self._thread.shutdown()

    async def _record_all(self) -> None:
        """Record group after group until no poll waits."""
        while self._ended:
            await self._record(_next_group(self._ended))
        self._recording = None

    async def _record(self, group: Sequence[_Ended]) -> None:
        """Record polls in one transaction; if that fails each in one of its own."""
        polls = [(ended.polled, ended.now) for ended in group]
        (told,) = await asyncio.gather(self.run(Ledger.record, polls), return_exceptions=True)
        if isinstance(told, BaseException) and len(group) > 1 and not isinstance(told, StoreBusy):
            for ended in group:
                await self._record([ended])
            return
        for number, ended in enumerate(group):
            if ended.done.done():
                continue  # nobody waits any more
            if isinstance(told, BaseException):
                ended.done.set_exception(told)
            else:
                ended.done.set_result(told[number])

    async def _call(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)


def _next_group(waiting: deque[_Ended]) -> list[_Ended]:
    """Take the polls that are recorded next, of those that somebody still waits for.

    What brought many articles takes its time, in which nobody can read: such a poll ends a group.
    """
    group: list[_Ended] = []
    articles = 0
    while waiting and articles < GROUP_ARTICLES:
        ended = waiting.popleft()
        if not ended.done.cancelled():
            group.append(ended)
            articles += len(ended.polled.articles)
    return group


class Engine:
    """The machines, as an asynchronous context: ready inside, all closed after it.

    Attributes:
        line: What the pipeline runs on; a reload replaces it, polls under way keep the old one.
        workers: Number of worker processes.
    """

    line: Line
    workers: int

    def __init__(self, settings: Settings, clock: Callable[[], datetime], *, workers: int) -> None:
        """Name the parts; nothing is opened yet.

        Args:
            settings: The whole configuration.
            clock: Tells the time, aware, in UTC.
            workers: Number of worker processes.
        """
        self._settings = settings
        self._clock = clock
        self.workers = workers
        self._workers = Workers(workers, preload=PRELOAD)
        self._ledger = LedgerThread()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open everything.

        Raises:
            ConfigError: the encoder is not installed, or a file of rules is wrong.
            StoreError: the database cannot be opened.
        """
        encoders.find(self._settings.dedup.encoder)
        rules = rulebook.read(self._settings.clean.rules)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._ledger.close)
            await self._ledger.open(self._settings, self._clock())
            await self._ledger.run(Ledger.sync, self._settings, self._clock())
            await stack.enter_async_context(self._workers)
            if await self._ledger.run(Ledger.has_new_feeds):  # so there will be much to parse
                await self._workers.expect()
                urls.prepare()  # while they are made ready
            client = Client(self._settings.fetch, clock=self._clock)
            self._client = await stack.enter_async_context(client)
            self.line = Line(
                fetch=client.get,
                work=self._workers.run,
                write=self._ledger.run,
                record=self._ledger.record,
                clock=self._clock,
                settings=self._settings,
                rules=rules,
                web=client,
            )
            self._stack = stack.pop_all()
        _spare_the_collector()
        return self

    async def __aexit__(self, *_: object) -> None:
        gc.unfreeze()
        await self._stack.aclose()

    async def reload(self, settings: Settings) -> None:
        """Take over another configuration of the same database and encoder.

        A replaced client stays open to the end, for the polls that still use it.

        Raises:
            ConfigError: a file of rules is wrong; nothing is changed then.
        """
        rules = await asyncio.to_thread(rulebook.read, settings.clean.rules)
        await self._ledger.run(Ledger.sync, settings, self._clock())
        if settings.fetch != self.line.settings.fetch:
            client = self._client.renewed(settings.fetch)
            self._client = await self._stack.enter_async_context(client)
            self.line = replace(self.line, fetch=client.get, web=client)
        self.line = replace(self.line, settings=settings, rules=rules)


def _spare_the_collector() -> None:
    """Let the garbage collector pass over what stays, and look less often at what is freed anyway.

    Of the values of a poll only a few of the HTTP client's are cycles. To look for these after each
    700 values, as is the default, takes a tenth of the time of an unchanged poll. What is garbage
    by now goes first: frozen it would stay for as long as the engine.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
