"""Polls that end together land in one transaction, and each is there whole or not at all."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ingestor.engine import GROUP_ARTICLES, LedgerThread
from ingestor.errors import StoreBusy, StoreFull
from ingestor.ledger import Ledger
from ingestor.polled import Report
from tests.group import FEEDS, ITEMS, Ended, ended
from tests.newsroom import Newsroom, newsroom

ROOT = Path(__file__).parents[1]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path, FEEDS) as opened:
        yield opened


@asynccontextmanager
async def busy(room: Newsroom) -> AsyncIterator[tuple[LedgerThread, threading.Event]]:
    """A thread that is busy until told to go on, so that whatever comes meanwhile has to wait."""
    thread, go_on = LedgerThread(), threading.Event()
    await thread.open(room.settings, room.clock())
    hold = asyncio.create_task(thread.run(lambda _: go_on.wait()))
    await asyncio.sleep(0)
    try:
        yield thread, go_on
    finally:
        go_on.set()
        await hold
        await thread.close()


async def recorded(
    thread: LedgerThread, polls: Sequence[Ended], go_on: threading.Event
) -> list[Report | BaseException]:
    """Let polls end together; give what became of each."""
    tasks = [asyncio.ensure_future(thread.record(*poll)) for poll in polls]
    await asyncio.sleep(0)
    go_on.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


def stored(room: Newsroom) -> dict[str, tuple[int, int, bool]]:
    """Of each feed that has any of it: its articles, its polls, and whether it has validators."""
    rows = room.rows(
        """
        SELECT url, (SELECT count(*) FROM articles WHERE feed_id = feeds.id),
               (SELECT count(*) FROM polls WHERE feed_id = feeds.id), etag <> ''
        FROM feeds ORDER BY id
        """
    )
    return {url: (a, p, bool(etag)) for url, a, p, etag in rows if (a, p, etag) != (0, 0, 0)}


WHOLE = (ITEMS, 1, True)


@dataclass(slots=True)
class Statements:
    """What the ledger's connection executes, from when the thread comes to it."""

    seen: list[str] = field(default_factory=list)

    def __call__(self, ledger: Ledger) -> None:
        ledger.store.db.conn.set_trace_callback(self.seen.append)


async def test_polls_that_end_together_are_one_transaction(room: Newsroom) -> None:
    polls, statements = await ended(room), Statements()
    async with busy(room) as (thread, go_on):
        watch = asyncio.ensure_future(thread.run(statements))
        told = await recorded(thread, polls, go_on)
        await watch
    assert [report.new for report in told if isinstance(report, Report)] == [ITEMS] * len(FEEDS)
    assert stored(room) == dict.fromkeys([feed.url for feed in FEEDS], WHOLE)
    assert statements.seen.count("COMMIT") == 1


async def test_a_poll_that_cannot_be_stored_is_the_only_one_that_is_not(room: Newsroom) -> None:
    polls = await ended(room)
    polled, now = polls[3]
    polls[3] = (polled._replace(state=replace(polled.state, id=99)), now)  # there is no such feed
    async with busy(room) as (thread, go_on):
        told = await recorded(thread, polls, go_on)
    assert isinstance(told[3], sqlite3.IntegrityError)
    assert [type(report) for report in told].count(Report) == 5
    others = [feed.url for feed in FEEDS if feed != polled.feed]
    assert stored(room) == dict.fromkeys(others, WHOLE)


async def test_a_poll_that_the_disk_is_too_full_for_does_not_stop_smaller_ones(
    room: Newsroom,
) -> None:
    polls = await ended(room)
    polled, now = polls[0]
    huge = replace(polled.articles[0], text="a word " * 200_000)
    polls[0] = (polled._replace(articles=(huge, *polled.articles[1:])), now)

    def limit(ledger: Ledger) -> None:
        (pages,) = ledger.store.db.conn.execute("PRAGMA page_count").fetchone()
        ledger.store.db.conn.execute(f"PRAGMA max_page_count = {pages + 100}")

    async with busy(room) as (thread, go_on):
        limited = asyncio.ensure_future(thread.run(limit))
        told = await recorded(thread, polls, go_on)
        await limited
    assert isinstance(told[0], StoreFull)
    assert stored(room) == dict.fromkeys([feed.url for feed in FEEDS[1:]], WHOLE)


async def test_a_lock_hinders_all_and_is_waited_for_once(room: Newsroom) -> None:
    polls, statements = await ended(room), Statements()

    def impatient(ledger: Ledger) -> None:
        ledger.store.db.conn.execute("PRAGMA busy_timeout = 0")
        statements(ledger)

    async with busy(room) as (thread, go_on):
        ready = asyncio.ensure_future(thread.run(impatient))
        await asyncio.sleep(0)
        with closing(sqlite3.connect(room.settings.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            told = await recorded(thread, polls, go_on)
        await ready
    assert [type(error) for error in told] == [StoreBusy] * len(FEEDS)
    assert statements.seen == ["BEGIN IMMEDIATE"]
    assert stored(room) == {}


async def test_one_report_in_two_feeds_that_end_together_is_one_story(room: Newsroom) -> None:
    alpha = await ended(room, FEEDS[:1])
    beta = await ended(room, FEEDS[1:2])
    async with busy(room) as (thread, go_on):
        await recorded(thread, alpha + beta, go_on)
    assert [len(urls) for urls in room.stories()] == [2] * ITEMS


async def test_a_poll_that_nobody_waits_for_is_left_out(room: Newsroom) -> None:
    polls = await ended(room)
    async with busy(room) as (thread, go_on):
        given_up = asyncio.ensure_future(thread.record(*polls[0]))
        await asyncio.sleep(0)
        given_up.cancel()
        await recorded(thread, polls[1:], go_on)
    assert stored(room) == dict.fromkeys([feed.url for feed in FEEDS[1:]], WHOLE)


async def test_what_brought_much_is_not_kept_waiting_for_more(room: Newsroom) -> None:
    polls = await ended(room)
    many = [
        (polled._replace(articles=polled.articles * (GROUP_ARTICLES // ITEMS + 1)), now)
        for polled, now in polls
    ]
    statements = Statements()
    async with busy(room) as (thread, go_on):
        watch = asyncio.ensure_future(thread.run(statements))
        await recorded(thread, many, go_on)
        await watch
    assert statements.seen.count("COMMIT") == len(FEEDS)


# --- killed in between -------------------------------------------------------------------


def record_and_die(directory: Path, statement: int) -> subprocess.CompletedProcess[str]:
    directory.mkdir()
    command = [sys.executable, "-m", "tests.group", str(directory), str(statement)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_kill_within_a_group_leaves_each_poll_whole_and_what_was_stored_there(
    tmp_path: Path,
) -> None:
    survivor = record_and_die(tmp_path / "survivor", 0)
    assert survivor.returncode == 0, survivor.stderr
    statements = int(survivor.stdout.split()[-1])
    for part in (0.05, 0.35, 0.7, 1.0):
        home = tmp_path / str(part)
        died = record_and_die(home, max(2, int(statements * part)))
        assert (died.returncode, died.stdout) == (-signal.SIGKILL, "stored\n"), died.stderr
        with newsroom(home, FEEDS) as room:
            assert room.rows("PRAGMA integrity_check") == [("ok",)]
            assert stored(room) == {FEEDS[0].url: WHOLE}
