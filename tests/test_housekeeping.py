"""Forgetting, copies of the database, tidying up."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingestor import housekeeping
from ingestor.config import DedupSettings, Settings, StoreSettings
from ingestor.engine import Engine
from ingestor.errors import StoreBusy, StoreError
from ingestor.ledger import Ledger
from ingestor.store import state, upkeep
from ingestor.store.values import Pruned
from tests.newsroom import ALPHA, BETA, DAY, GAMMA, Clock, Newsroom, item, newsroom
from tests.store.support import article


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path) as opened:
        yield opened


async def two_ages(room: Newsroom) -> None:
    """One article of ten days ago, one of today."""
    await room.publish(ALPHA, item(1))
    room.clock.advance(10 * DAY)
    await room.publish(BETA, item(2))


@pytest.mark.parametrize(
    ("retention", "left"),
    [
        pytest.param(None, ["Report 1", "Report 2"], id="for ever"),
        pytest.param(30 * DAY, ["Report 1", "Report 2"], id="longer than they are old"),
        pytest.param(5 * DAY, ["Report 2"], id="five days"),
    ],
)
async def test_articles_are_kept_for_the_retention(
    room: Newsroom, retention: timedelta | None, left: list[str]
) -> None:
    await two_ages(room)
    line = replace(
        room.line, settings=replace(room.settings, store=StoreSettings(retention=retention))
    )
    assert await housekeeping.keep(line) == 2 - len(left)
    assert [title for (title,) in room.rows("SELECT title FROM articles ORDER BY id")] == left


async def test_what_is_forgotten_is_compared_with_nothing(room: Newsroom) -> None:
    await two_ages(room)
    housekeeping.prune(room.ledger, room.clock() - DAY, room.clock())
    await room.publish(GAMMA, item(1), item(2))
    assert room.stories() == [{"beta.example/2", "gamma.example/2"}, {"gamma.example/1"}]
    assert room.rows("PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("retention", [None, DAY], ids=["for ever", "a day"])
async def test_polls_are_kept_for_ninety_days_whatever_the_retention(
    room: Newsroom, retention: timedelta | None
) -> None:
    settings = replace(room.settings, store=StoreSettings(retention=retention))
    for days, kept in ((0, 2), (70, 2), (30, 0)):
        if not days:
            await two_ages(room)
        room.clock.advance(days * DAY)
        await housekeeping.keep(replace(room.line, settings=settings))
        assert room.count("polls") == kept


def add_many(ledger: Ledger, many: int, now: datetime) -> None:
    with ledger.store.transaction():
        ledger.store.add_articles(1, [article(str(number)) for number in range(many)], now)


async def test_others_write_while_much_is_forgotten(tmp_path: Path) -> None:
    many = 3 * upkeep.PRUNED_AT_ONCE
    clock = Clock()
    settings = Settings(
        path=tmp_path / "ingestor.toml",
        database=tmp_path / "news.db",
        feeds=(ALPHA,),
        dedup=DedupSettings(encoder="none"),
        store=StoreSettings(retention=DAY),
    )
    async with Engine(settings, clock, workers=1) as engine:
        write = engine.line.write
        await write(add_many, many, clock())
        clock.advance(2 * DAY)
        keeping = asyncio.create_task(housekeeping.keep(engine.line))
        left = [many]
        while not keeping.done():
            left.append(await write(lambda ledger: state.counts(ledger.store).articles))
    assert keeping.result() == many
    assert len(set(left)) > 3, "seen between the steps"
    assert left == sorted(left, reverse=True)


async def test_a_step_that_is_not_stored_changes_no_comparison(room: Newsroom) -> None:
    await two_ages(room)
    room.ledger.store.db.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(room.settings.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            housekeeping.prune(room.ledger, room.clock() - DAY, room.clock())
    await room.publish(GAMMA, item(1))
    assert {"alpha.example/1", "gamma.example/1"} in room.stories()


async def test_a_clock_that_runs_ahead_forgets_nothing_of_the_future(room: Newsroom) -> None:
    await two_ages(room)
    assert housekeeping.prune(room.ledger, room.clock() + DAY, room.clock()) == Pruned()
    assert room.count("articles") == 2


async def test_the_log_beside_the_database_is_cut(room: Newsroom) -> None:
    await two_ages(room)
    log = room.settings.database.with_name("news.db-wal")
    assert log.stat().st_size > 0
    housekeeping.tidy(room.ledger, room.clock())
    assert log.stat().st_size == 0


def test_no_directory_no_backup(room: Newsroom) -> None:
    assert housekeeping.backup(room.settings.database, StoreSettings(), room.clock()) is None


async def test_a_backup_of_every_day_is_made_and_the_last_ones_kept(
    room: Newsroom, tmp_path: Path
) -> None:
    directory = tmp_path / "copies"
    settings = StoreSettings(backup_dir=directory, backup_keep=3)
    await room.publish(ALPHA, item(1))
    for _ in range(5):
        housekeeping.backup(room.settings.database, settings, room.clock())
        room.clock.advance(DAY)
    again = housekeeping.backup(room.settings.database, settings, room.clock() - DAY)
    copies = sorted(file.name for file in directory.iterdir())
    assert copies == [f"news-2026-11-{day}.db" for day in (25, 26, 27)]
    assert again == directory / copies[-1]
    with closing(sqlite3.connect(again)) as copy:
        assert copy.execute("SELECT title FROM articles").fetchall() == [("Report 1",)]


def test_other_files_beside_the_backups_are_left_alone(room: Newsroom, tmp_path: Path) -> None:
    directory = tmp_path / "copies"
    directory.mkdir()
    strangers = {"news-old.db", "other-2026-01-01.db", "notes.txt"}
    for name in strangers:
        (directory / name).touch()
    settings = StoreSettings(backup_dir=directory, backup_keep=1)
    for _ in range(2):
        room.clock.advance(DAY)
        housekeeping.backup(room.settings.database, settings, room.clock())
    assert {file.name for file in directory.iterdir()} == {*strangers, "news-2026-11-25.db"}


def test_a_failed_backup_deletes_no_older_one(room: Newsroom, tmp_path: Path) -> None:
    directory = tmp_path / "copies"
    settings = StoreSettings(backup_dir=directory, backup_keep=1)
    old = housekeeping.backup(room.settings.database, settings, room.clock())
    with pytest.raises(StoreError):
        housekeeping.backup(tmp_path / "missing.db", settings, room.clock() + DAY)
    nowhere = replace(settings, backup_dir=room.settings.database / "below a file")
    with pytest.raises(StoreError):
        housekeeping.backup(room.settings.database, nowhere, room.clock() + DAY)
    assert list(directory.iterdir()) == [old]


def test_what_killed_backups_of_other_days_left_is_deleted(room: Newsroom, tmp_path: Path) -> None:
    directory = tmp_path / "copies"
    directory.mkdir()
    (directory / ".news-2026-11-20.db.123.part").touch()
    (directory / ".news-2026-11-20.db.123.part-journal").touch()
    made = housekeeping.backup(
        room.settings.database, StoreSettings(backup_dir=directory), room.clock()
    )
    assert list(directory.iterdir()) == [made]


def test_an_older_copy_that_cannot_be_deleted_is_named_and_the_others_go(
    room: Newsroom, tmp_path: Path
) -> None:
    directory = tmp_path / "copies"
    (directory / "news-2026-01-01.db").mkdir(parents=True)
    (directory / "news-2026-01-02.db").touch()
    settings = StoreSettings(backup_dir=directory, backup_keep=1)
    with pytest.raises(StoreError, match=r"news-2026-01-01\.db: cannot be deleted: Is a directory"):
        housekeeping.backup(room.settings.database, settings, room.clock())
    assert {file.name for file in directory.iterdir()} == {
        "news-2026-01-01.db",
        "news-2026-11-23.db",
    }
