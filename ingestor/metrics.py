"""Figures for Prometheus: what this process did, and what the database holds at each look.

No label takes its values from feeds: all are words of this program, and a handful each. Names
follow https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ingestor import __version__
from ingestor.config import Settings
from ingestor.config.types import split_address
from ingestor.errors import StoreError
from ingestor.linked import PageReport
from ingestor.log import Logger
from ingestor.models import Relation
from ingestor.pipeline import Line, Record, Work, Write
from ingestor.polled import Outcome, Report
from ingestor.store import state
from ingestor.store.overview import Status
from ingestor.store.store import Store
from ingestor.store.wanted import PageOutcome

HEALTH = ("ok", "waiting", "failing", "broken", "silent", "gone", "duplicate")
SECONDS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60)


class Metrics:
    """The figures of one process.

    Attributes:
        registry: Holds all of them, and nothing of other parts of the process.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        """Begin at zero.

        Args:
            settings: Says where the database is.
            clock: Tells the time, aware, in UTC.
        """
        self.registry = CollectorRegistry()
        self._polls = self._counter("polls", "Polls by outcome.", "outcome")
        self._failures = self._counter("poll_failures", "Failed polls by kind of failure.", "kind")
        self._articles = self._counter("articles_polled", "Articles polls brought.", "change")
        self._pages = self._counter("pages", "Linked pages by what became of them.", "outcome")
        self._publications = self._counter("publications", "Feeds published.", "outcome")
        self._poll_seconds = self._histogram("poll_seconds", "Duration of a poll.")
        self._step_seconds = self._histogram(
            "step_seconds", "Duration of one call, waiting for its turn included.", "step"
        )
        self._queue = Gauge(
            "ingestor_queue_depth", "Calls under way or waiting.", ["step"], registry=self.registry
        )
        info = Info("ingestor", "This program.", registry=self.registry)
        info.info({"version": __version__, "encoder": settings.dedup.encoder.partition(":")[0]})
        self._begin_at_zero()
        ProcessCollector(registry=self.registry)
        self.registry.register(_Database(settings.database, clock))

    def watched(self, line: Line) -> Line:
        """The same line, whose workers and database are measured."""
        return replace(
            line,
            work=cast("Work", self._measured("worker", line.work)),
            write=cast("Write", self._measured("database", line.write)),
            record=cast("Record", self._measured("database", line.record)),
        )

    @contextmanager
    def polling(self) -> Iterator[None]:
        """Measure a poll."""
        with self._queue.labels("poll").track_inprogress(), self._poll_seconds.time():
            yield

    def polled(self, report: Report) -> None:
        """Count a poll and what it brought."""
        self._polls.labels(report.outcome).inc()
        if report.kind:
            self._failures.labels(report.kind).inc()
        self._articles.labels("new").inc(report.new)
        self._articles.labels("updated").inc(report.updated)

    def page_read(self, report: PageReport) -> None:
        """Count a linked page."""
        self._pages.labels(report.outcome).inc()

    def published(self, *, done: bool) -> None:
        """Count an attempt to publish."""
        self._publications.labels("done" if done else "failed").inc()

    @contextmanager
    def served(self, listen: str) -> Iterator[str]:
        """Answer at an address of this machine inside the block; give the URL.

        Raises:
            OSError: the address is taken.
        """
        host, port = split_address(listen)
        server, thread = start_http_server(port, host, self.registry)
        try:
            shown = f"[{host}]" if ":" in host else host
            yield f"http://{shown}:{server.server_port}/metrics"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _begin_at_zero(self) -> None:
        """Show every series from the start: a first failure is a rise from 0, not from nothing."""
        for outcome in get_args(Outcome):
            self._polls.labels(outcome)
        for page in get_args(PageOutcome):
            self._pages.labels(page)
        for change in ("new", "updated"):
            self._articles.labels(change)
        for outcome in ("done", "failed"):
            self._publications.labels(outcome)
        for step in ("poll", "worker", "database"):
            self._queue.labels(step)

    def _measured(
        self, step: str, call: Callable[..., Awaitable[Any]]
    ) -> Callable[..., Awaitable[Any]]:
        waiting, seconds = self._queue.labels(step), self._step_seconds.labels(step)

        async def measured(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
            with waiting.track_inprogress(), seconds.time():
                return await call(function, *args, **kwargs)

        return measured

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"ingestor_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(f"ingestor_{name}", text, labels, buckets=SECONDS, registry=self.registry)


@contextmanager
def shown(metrics: Metrics, listen: str, log: Logger) -> Iterator[None]:
    """Serve the figures inside the block, if that is wanted and possible."""
    with ExitStack() as stack:
        if listen:
            try:
                log.info("metrics", url=stack.enter_context(metrics.served(listen)))
            except OSError as error:
                log.error("no metrics", listen=listen, reason=error.strerror)
        yield


class _Database(Collector):
    """What the database holds, read at each look by a connection of its own."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Every gauge; where the database cannot be read only that it is so."""
        begun = time.perf_counter()
        try:
            with closing(Store.open(self._path, readonly=True, busy_seconds=1)) as store:
                found = state.status(store, self._clock())
        except StoreError:
            yield _gauge("database_up", "Whether the database can be read.", 0)
            return
        yield _gauge("database_up", "Whether the database can be read.", 1)
        yield from _gauges(found)
        took = time.perf_counter() - begun
        yield _gauge("database_look_seconds", "Duration of reading these figures.", took)


def _gauges(found: Status) -> Iterator[Metric]:
    counts = found.counts
    yield _gauge("articles", "Articles in the database.", counts.articles)
    yield _gauge("stories", "Stories in the database.", counts.stories)
    yield _gauge("revisions", "Earlier versions of edited articles.", counts.revisions)
    yield _gauge("database_bytes", "Size of the database file.", found.bytes)
    yield _gauge("feeds_due", "Feeds whose time to be polled has come.", found.feeds_due)
    yield _gauge("pages_waiting", "Linked pages that are still to be read.", found.pages_waiting)
    yield _by("matches", "Pairs judged alike.", "relation", get_args(Relation), found.relations)
    yield _by("feeds", "Active feeds by health.", "health", HEALTH, found.health)
    moments = (
        ("last_poll", "When a feed was last polled.", found.last_poll_at),
        ("last_success", "When a feed last answered.", found.last_success_at),
    )
    for name, text, moment in moments:
        if moment is not None:
            yield _gauge(f"{name}_timestamp_seconds", text, moment.timestamp())


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"ingestor_{name}", text, value)


def _by(
    name: str, text: str, label: str, words: tuple[str, ...], found: Mapping[str, int]
) -> Metric:
    """One series for each word, also for those that nothing is counted under."""
    family = GaugeMetricFamily(f"ingestor_{name}", text, labels=[label])
    for word, number in (dict.fromkeys(words, 0) | dict(found)).items():
        family.add_metric([word], number)
    return family
