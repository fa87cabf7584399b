"""The machines together: real HTTP, real worker processes, the database's own thread."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from ingestor.config import DedupSettings, FetchSettings, Settings
from ingestor.engine import Engine, LedgerThread
from ingestor.errors import ConfigError, StoreCorrupt
from ingestor.ledger import Ledger
from ingestor.models import Feed, Validators
from ingestor.pipeline import poll_all
from tests.fault_server import ETAG, FaultServer, reply
from tests.newsroom import Clock, document, item

LOOPBACK = (ip_network("127.0.0.0/8"),)


def settings_for(directory: Path, *urls: str, agent: str = "test/1") -> Settings:
    return Settings(
        path=directory / "ingestor.toml",
        database=directory / "news.db",
        feeds=tuple(Feed(url=url, name=url.rpartition("/")[2]) for url in urls),
        fetch=FetchSettings(
            allow_networks=LOOPBACK,
            per_host_interval=0,
            timeout=5,
            user_agent=agent,
        ),
        dedup=DedupSettings(encoder="none"),
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Engine]:
    async with Engine(settings, Clock(), workers=1) as engine:
        yield engine


async def test_feeds_are_fetched_worked_on_and_stored_whatever_others_do(tmp_path: Path) -> None:
    async with FaultServer() as server:
        server.route("/copy", reply(200, document("b.example", item(1), item(2))))
        server.route("/news", reply(200, document("a.example", item(1))))
        paths = ["/ok", "/404", "/news", "/html", "/short", "/copy", "/hang-up"]
        settings = settings_for(tmp_path, *map(server.url, paths))
        async with running(settings) as engine:
            reports = await poll_all(engine.line, settings.feeds, lambda _: None)
            outcomes = {report.feed.name: report.outcome for report in reports}
            assert outcomes == {
                path[1:]: "fetched" if path in {"/ok", "/news", "/copy"} else "failed"
                for path in paths
            }
            again = await poll_all(engine.line, settings.feeds[:1], lambda _: None)
            assert again[0].outcome == "not_modified"
            assert server.requests[-1].headers["if-none-match"] == ETAG
            stories = await engine.line.write(
                lambda ledger: ledger.store.db.conn.execute(
                    "SELECT count(*), count(DISTINCT story_id) FROM articles"
                ).fetchone()
            )
            assert stories == (4, 3)


async def test_a_changed_configuration_is_taken_over(tmp_path: Path) -> None:
    async with FaultServer() as server:
        old = settings_for(tmp_path, server.url("/plain"))
        new = settings_for(tmp_path, server.url("/gzip"), agent="test/2")
        async with running(old) as engine:
            line = engine.line
            await engine.reload(new)
            assert engine.line.settings is new
            assert set(await engine.line.write(Ledger.states)) == {server.url("/gzip")}
            await poll_all(engine.line, new.feeds, lambda _: None)
            assert line.settings is old  # a poll under way goes on with what it began with
            await line.fetch(old.feeds[0], Validators())
        agents = [request.headers["user-agent"] for request in server.requests]
        assert agents == ["test/2", "test/1"]


async def test_what_is_garbage_when_an_engine_begins_is_not_kept_by_it(tmp_path: Path) -> None:
    class Ring:
        def __init__(self) -> None:
            self.itself = self

    ring = Ring()
    gone = weakref.ref(ring)
    gc.collect()  # old enough to be looked at by full collections only
    del ring
    async with running(settings_for(tmp_path)):
        assert gone() is None


async def test_what_an_engine_held_can_be_collected_after_it(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)):
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0


async def test_the_database_has_one_thread_of_its_own(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as engine:
        names = await asyncio.gather(
            *(engine.line.write(lambda _: threading.current_thread().name) for _ in range(20))
        )
    assert len(set(names)) == 1
    assert names[0] != threading.current_thread().name


async def test_what_the_database_has_begun_it_ends_though_nobody_waits(tmp_path: Path) -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work(_: Ledger) -> None:
        begun.set()
        go_on.wait()
        done.set()

    async with running(settings_for(tmp_path)) as engine:
        task = asyncio.create_task(engine.line.write(work))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()
        await engine.line.write(Ledger.ping)
        assert done.is_set()


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        pytest.param(b"not a database at all" * 99, StoreCorrupt, id="no database"),
        pytest.param(None, ConfigError, id="no such encoder"),
    ],
)
async def test_what_cannot_be_opened_is_named_and_left_as_it_is(
    tmp_path: Path, broken: bytes | None, error: type[Exception]
) -> None:
    settings = settings_for(tmp_path)
    if broken is None:
        settings = replace(settings, dedup=DedupSettings(encoder="onnx:nobody/nothing"))
    else:
        settings.database.write_bytes(broken)
    threads = threading.active_count()
    with pytest.raises(error):
        async with running(settings):
            pass
    assert threading.active_count() == threads
    if broken is not None:
        assert settings.database.read_bytes() == broken


async def test_a_ledger_that_is_not_open_says_so(tmp_path: Path) -> None:
    thread = LedgerThread()
    with pytest.raises(RuntimeError, match="not open"):
        await thread.run(Ledger.ping)
    await thread.close()
