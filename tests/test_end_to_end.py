"""The daemon as a process: real signals, a real service manager's socket, a site on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from ingestor.errors import UsageError
from ingestor.lock import Lock
from tests.daemon_harness import (
    Manager,
    Newsfeed,
    Process,
    command,
    item,
    locked,
    manager,
    rows,
    started,
    write_config,
)
from tests.fault_server import FaultServer, Request, reply, silent

SECONDS_TO_STOP = 5.0
WATCHDOG = {"WATCHDOG_USEC": "200000"}  # a sign of life every 0.1 s


@dataclass(slots=True)
class World:
    """One daemon, polling one feed with one item every second."""

    directory: Path
    server: FaultServer
    site: Newsfeed
    systemd: Manager
    config: Path
    daemon: Process

    @property
    def database(self) -> Path:
        return self.directory / "news.db"

    def configure(self, *paths: str, extra: str = "") -> None:
        write_config(self.directory, [self.server.url(path) for path in paths], extra)

    async def broken_reload(self, times: int = 1) -> None:
        """Let the loop do something that needs no database, and wait until it is done."""
        self.config.write_text("database = 7", encoding="utf-8")
        self.daemon.send(signal.SIGHUP)
        await self.systemd.hears("RELOADING=1", times)
        await self.systemd.hears("READY=1", 1 + times)

    async def poll_into_locked_database(self) -> None:
        """Give a poll something to write, and make sure that it waits for the lock."""
        answers = len(self.site.answered.events)
        await self.site.answered.until(lambda _: True, answers + 1)
        await self.broken_reload()


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    site = Newsfeed()
    site.publish(item(1))
    async with FaultServer() as server, manager(tmp_path) as systemd:
        config = write_config(tmp_path, [server.route("/feed", site)])
        async with started(config, **WATCHDOG) as daemon:
            await systemd.hears("READY=1")
            await daemon.logs("polled", new=1)
            yield World(tmp_path, server, site, systemd, config, daemon)


# --- polling -----------------------------------------------------------------------------


async def test_what_a_feed_publishes_is_stored_and_what_it_repeats_is_not(world: World) -> None:
    await world.site.answered.until(lambda status: status == 304)
    world.site.publish(item(2), item(3))
    await world.daemon.logs("polled", new=2)
    world.site.publish(item(3, "This is what happened later that day."))
    await world.daemon.logs("polled", new=0, updated=1)
    assert rows(world.database, "SELECT title FROM articles ORDER BY id") == [
        ("Report 1",),
        ("Report 2",),
        ("Report 3",),
    ]
    assert rows(world.database, "SELECT number, text FROM revisions") == [
        (1, item(3).text),
    ]


async def test_one_broken_feed_does_not_stop_the_others(world: World) -> None:
    world.server.route("/down", reply(500))
    world.server.route("/page", reply(200, b"<html><title>Hello</title></html>"))
    world.configure("/down", "/page", "/feed")
    world.daemon.send(signal.SIGHUP)
    await world.daemon.logs("poll failed", feed=world.server.url("/down"), kind="http")
    await world.daemon.logs("poll failed", feed=world.server.url("/page"), kind="not_a_feed")
    world.site.publish(item(2))
    await world.daemon.logs("polled", new=1, times=2)


async def test_a_reader_is_not_blocked_and_sees_a_whole_story(world: World) -> None:
    shown = await command("stories", "--json", "-c", world.config)
    assert shown.status == 0, shown.err
    assert '"title": "Report 1"' in shown.out


# --- cleaning again ----------------------------------------------------------------------


async def test_commands_have_the_daemon_clean_stored_articles_again(world: World) -> None:
    nouns = ("bridge", "theatre", "school", "harbour", "museum", "library")
    world.site.publish(
        *(
            replace(item(n, f"The {noun} is new.</p><p>Harbour Daily"), title=f"A {noun} opens")
            for n, noun in enumerate(nouns, 2)
        )
    )
    await world.daemon.logs("polled", new=len(nouns))
    done = await command("reclean", "--all", "-c", world.config)
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines() == [
        "127.0.0.1: taken out from now on: Harbour Daily",
        "7 articles cleaned again, 6 of them came out otherwise",
    ]
    assert (await command("boilerplate", "off", "1", "-c", world.config)).status == 0
    done = await command("reclean", "-c", world.config)
    assert done.out == "6 articles cleaned again, 6 of them came out otherwise\n"
    assert rows(world.database, "SELECT count(*) FROM removals") == [(0,)]


# --- service manager ---------------------------------------------------------------------


async def test_the_manager_hears_the_whole_life(world: World) -> None:
    await world.systemd.hears("WATCHDOG=1", times=3)
    world.daemon.send(signal.SIGTERM)
    assert await world.daemon.ends(SECONDS_TO_STOP) == 0
    words = [
        message["STATUS"] if set(message) == {"STATUS"} else next(iter(message))
        for message in world.systemd.heard.events
    ]
    assert words[0] == "READY"
    assert words[-1] == "STOPPING"
    assert any(word.startswith("1 feed, ") for word in words)


async def test_the_watchdog_is_not_fed_while_the_database_is_stuck(world: World) -> None:
    await world.systemd.hears("WATCHDOG=1")
    with locked(world.database):
        await world.poll_into_locked_database()
        fed = len([m for m in world.systemd.heard.events if "WATCHDOG" in m])
        for time in range(2, 12):  # the loop is alive, and answers
            await world.broken_reload(time)
        assert len([m for m in world.systemd.heard.events if "WATCHDOG" in m]) <= fed + 1
    await world.systemd.hears("WATCHDOG=1", times=fed + 2)


# --- SIGHUP ------------------------------------------------------------------------------


async def test_reload_takes_over_a_new_feed_and_says_so(world: World) -> None:
    other = Newsfeed()
    other.publish(item(7))
    world.server.route("/other", other)
    world.configure("/feed", "/other")
    world.daemon.send(signal.SIGHUP)
    reloading = await world.systemd.hears("RELOADING=1")
    assert reloading["MONOTONIC_USEC"].isdecimal()
    await world.systemd.hears("READY=1", times=2)
    await world.daemon.logs("polled", feed=world.server.url("/other"), new=1)
    changes = [e["change"] for e in world.daemon.log.events if "change" in e]
    assert any(world.server.url("/other") in change for change in changes), changes


async def test_reload_rests_a_feed_that_is_gone_and_keeps_its_articles(world: World) -> None:
    other = Newsfeed()
    world.server.route("/other", other)
    world.configure("/other")
    world.daemon.send(signal.SIGHUP)
    await other.answered.until(lambda _: True)
    assert rows(world.database, "SELECT url, active FROM feeds ORDER BY id") == [
        (world.server.url("/feed"), 0),
        (world.server.url("/other"), 1),
    ]
    assert rows(world.database, "SELECT count(*) FROM articles") == [(1,)]


async def test_a_broken_file_changes_nothing_and_every_problem_is_logged(world: World) -> None:
    world.configure("/feed", extra="[store]\nretention = 5\nbackup_keep = 0\n")
    world.daemon.send(signal.SIGHUP)
    await world.systemd.hears("READY=1", times=2)
    await world.daemon.logs("configuration not reloaded", times=2)
    problems = [e["problem"] for e in world.daemon.log.events if "problem" in e]
    assert [p.split(": ")[1] for p in problems] == ["store.retention", "store.backup_keep"]
    world.site.publish(item(2))
    await world.daemon.logs("polled", new=1, times=2)


# --- SIGTERM -----------------------------------------------------------------------------


async def test_sigterm_ends_in_seconds_although_a_server_never_answers(world: World) -> None:
    asked = asyncio.Event()

    async def hang(request: Request, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await silent(request, writer)

    world.server.route("/silent", hang)
    world.configure("/feed", "/silent")
    world.daemon.send(signal.SIGHUP)
    await asked.wait()
    world.daemon.send(signal.SIGTERM)
    assert await world.daemon.ends(SECONDS_TO_STOP) == 0
    await world.daemon.logs("stopped")


async def test_sigterm_lets_a_transaction_finish(world: World) -> None:
    with locked(world.database):
        await world.poll_into_locked_database()
        polls = rows(world.database, "SELECT count(*) FROM polls")[0][0]
        world.daemon.send(signal.SIGTERM)
        await world.systemd.hears("STOPPING=1")
    assert await world.daemon.ends(SECONDS_TO_STOP) == 0
    assert rows(world.database, "SELECT count(*) FROM polls") == [(polls + 1,)]


async def test_a_second_sigterm_ends_at_once(world: World) -> None:
    with locked(world.database):
        await world.poll_into_locked_database()
        world.daemon.send(signal.SIGTERM)
        await world.systemd.hears("STOPPING=1")
        world.daemon.send(signal.SIGTERM)
        assert await world.daemon.ends(SECONDS_TO_STOP) == -signal.SIGTERM
    assert rows(world.database, "PRAGMA integrity_check") == [("ok",)]


# --- other processes ---------------------------------------------------------------------


async def test_a_second_daemon_is_refused_and_the_first_goes_on(world: World) -> None:
    refused = await command("run", "-c", world.config)
    assert refused.status == 75
    assert "another ingestor works on this database" in refused.err
    world.site.publish(item(2))
    await world.daemon.logs("polled", new=1, times=2)


@pytest.mark.parametrize("words", [["poll"], ["prune", "--before", "0m", "--yes"]], ids=" ".join)
async def test_what_would_write_beside_a_process_that_is_no_daemon_is_refused(
    tmp_path: Path, words: Sequence[str]
) -> None:
    config = write_config(tmp_path, ["http://127.0.0.1:9/feed"])
    assert (await command("poll", "-c", config)).status == 0
    with Lock(tmp_path / "news.db"):
        refused = await command(*words, "-c", config)
    assert refused.status == 75
    assert f"another ingestor works on this database (process {os.getpid()})" in refused.err


async def test_a_poll_by_hand_is_done_by_the_daemon_also_of_a_feed_that_it_muted(
    world: World,
) -> None:
    back = Newsfeed()
    back.publish(item(7))
    url = world.server.route("/back", reply(410))
    world.configure("/feed", "/back")
    world.daemon.send(signal.SIGHUP)
    await world.daemon.logs("poll failed", feed=url, kind="gone")
    world.server.route("/back", back)
    polled = await command("poll", "--json", "-c", world.config, url)
    assert (polled.status, polled.err) == (0, "")
    report = json.loads(polled.out)
    assert report["feed"]["url"] == url
    assert (report["outcome"], report["new"]) == ("fetched", 1)
    back.publish(item(8))
    await world.daemon.logs("polled", feed=url, new=1, times=2)  # it is polled again from now on


async def test_a_poll_by_hand_of_a_feed_that_is_not_reloaded_yet_is_refused_alone(
    world: World,
) -> None:
    world.server.route("/new", Newsfeed())
    world.configure("/feed", "/new")
    polled = await command("poll", "-c", world.config)
    assert polled.status == UsageError.exit_status
    assert "does not know the feed" in polled.err
    assert world.server.url("/new") in polled.err
    assert "Traceback" not in polled.err
    assert "not modified" in polled.out


async def test_prune_is_done_by_the_daemon_and_what_it_forgot_stays_away(world: World) -> None:
    await world.site.answered.until(lambda status: status == 304)  # a second has passed
    pruned = await command("prune", "--before", "0m", "--yes", "-c", world.config)
    assert (pruned.status, pruned.out) == (0, "1 article and 1 story forgotten\n"), pruned.err
    world.site.publish(item(2))
    await world.daemon.logs("polled", new=1, times=2)
    assert rows(world.database, "SELECT title FROM articles") == [("Report 2",)]


@pytest.mark.parametrize(
    ("config", "database", "status", "words"),
    [
        pytest.param("feeds = 1", b"", 78, "ingestor.toml:1: feeds: ", id="wrong configuration"),
        pytest.param(None, b"", 78, "No such file", id="no configuration"),
        pytest.param(
            '[[feeds]]\nurl = "http://127.0.0.1/"',
            b"x" * 4096,
            74,
            "news.db: the file is no SQLite database",
            id="not a database",
        ),
    ],
)
async def test_what_cannot_work_ends_with_a_line_and_a_status(
    tmp_path: Path, config: str | None, database: bytes, status: int, words: str
) -> None:
    path = tmp_path / "ingestor.toml"
    if config is not None:
        path.write_text(config, encoding="utf-8")
    if database:
        (tmp_path / "news.db").write_bytes(database)
    ended = await command("run", "-c", path)
    assert ended.status == status
    assert words in ended.err
    assert "Traceback" not in ended.err
