"""Retention, backups and the write-ahead log."""

from __future__ import annotations

import itertools
import json
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from ingestor.errors import StoreError
from ingestor.models import Match
from ingestor.store import queries, state, upkeep
from ingestor.store.store import Store
from ingestor.store.values import Outcome, Pruned
from ingestor.store.wanted import PageRecord
from tests.store.support import DAY, NOW, add, article, opened, poll, put, scalar


def test_pruned_articles_leave_tombstones_and_do_not_come_back(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        article_id = add(store, article())
        with store.transaction():
            pruned = upkeep.prune(store, NOW + DAY, NOW + 2 * DAY)
        assert (len(pruned.article_ids), pruned.stories, pruned.tombstones) == (1, 1, 0)
        assert store.known(1, ["1"])["1"].article_id is None
        assert store.known(1, ["1"])["1"].content_hash == article().content_hash
        for table in ("removals", "sources", "fingerprints", "originals", "stories", "articles"):
            assert scalar(store, f"SELECT count(*) FROM {table}") == 0
        assert scalar(store, "SELECT count(*) FROM articles_fts('ministry')") == 0
        assert add(store, article("2")) > article_id, "an article's number is never given again"
        assert upkeep.integrity(store) == ()


def test_a_tombstone_goes_once_the_feed_shows_another_document(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        add(store, article())
        last = NOW + 9 * DAY
        outcomes: tuple[Outcome, ...] = ("not_modified", "unchanged", "failed", "fetched")
        for outcome in outcomes:
            with store.transaction():
                store.finish_polls([(1, poll(outcome, last))])
                pruned = upkeep.prune(store, last - DAY, last)
            assert pruned.tombstones == (outcome == "fetched"), outcome


def test_a_story_with_a_young_article_stays_whole(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        old = add(store, article())
        with store.transaction():
            young = put(store, article("2"), feed=2, now=NOW + 9 * DAY)
            store.join_story(young, 1, NOW + 9 * DAY)
            store.add_match(young, Match(article_id=old, relation="copy", score=1.0), NOW)
            assert upkeep.prune(store, NOW + 8 * DAY, NOW + 9 * DAY).article_ids == ()
        assert len(store.members(1)) == 2


def test_a_limit_in_the_future_deletes_nothing(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        add(store, article())
        with store.transaction():
            assert upkeep.prune(store, NOW + DAY, NOW).article_ids == ()
        assert state.counts(store).articles == 1


def test_a_step_takes_the_oldest_stories_whole(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        ids = [add(store, article(str(number))) for number in range(5)]
        with store.transaction():
            store.join_story(ids[4], 1, NOW)
        steps: list[Pruned] = []
        while not steps or not steps[-1].finished:
            with store.transaction():
                steps.append(upkeep.prune(store, NOW + DAY, NOW + 2 * DAY, most=2))
            assert upkeep.integrity(store) == ()
        found = [(set(step.article_ids), step.stories) for step in steps]
        assert found == [({ids[0], ids[4], ids[1]}, 2), ({ids[2], ids[3]}, 2), (set(), 0)]


def test_tombstones_are_looked_for_once_no_more_articles_are_to_go(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        for number in range(5):
            add(store, article(str(number)))
        statements: list[str] = []
        store.db.conn.set_trace_callback(statements.append)
        with store.transaction():
            while not upkeep.prune(store, NOW + DAY, NOW + 2 * DAY, most=2).finished:
                pass
        store.db.conn.set_trace_callback(None)
        assert sum("DELETE FROM sightings" in sql for sql in statements) == 1


@pytest.mark.parametrize("most", [1, 2, 100])
def test_polls_and_pages_are_forgotten_after_ninety_days(tmp_path: Path, most: int) -> None:
    with closing(opened(tmp_path)) as store:
        article_id = add(store, article())
        with store.transaction():
            store.want_pages(1, {article_id: "a.example"}, NOW)
            (wanted,) = store.wanted_pages([article_id])
            for day in range(4):
                at = NOW + day * DAY
                store.finish_polls([(1, poll(at=at))])
                store.finish_page(wanted, PageRecord(started_at=at, seconds=1, outcome="kept"))
        finished = False
        while not finished:
            with store.transaction():
                finished = upkeep.forget_logs(store, NOW + 2 * DAY + upkeep.LOGS_KEPT, most)
        left = [NOW + 3 * DAY, NOW + 2 * DAY]
        assert [row.started_at for row in queries.polls(store, 1)] == left
        assert store.pages_asked(1, NOW - DAY) == tuple(reversed(left))


def test_a_backup_during_writes_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "copies" / "news.db"
    with closing(opened(tmp_path)) as store:
        for number in range(200):
            add(store, article(str(number)))
        copying = threading.Thread(target=upkeep.backup, args=(store.path, target))
        copying.start()
        number = 200
        while copying.is_alive() or number < 210:
            add(store, article(str(number)))
            number += 1
        copying.join()
    assert [file.name for file in target.parent.iterdir()] == ["news.db"]
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    with closing(Store.open(target)) as restored:
        assert upkeep.integrity(restored) == ()
        assert 200 <= state.counts(restored).articles <= number


def test_a_backup_replaces_the_older_one_and_tells_its_size(tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_bytes(b"older")
    with closing(opened(tmp_path)) as store:
        size = upkeep.backup(store.path, target)
    assert target.stat().st_size == size > 4096


def test_a_backup_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "copy.db").mkdir()
    with closing(opened(tmp_path)) as store, pytest.raises(StoreError, match=r"copy\.db"):
        upkeep.backup(store.path, tmp_path / "copy.db")
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize("looks", [0, 1], ids=["while it is copied", "while it is checked"])
def test_a_backup_that_is_given_up_leaves_nothing(tmp_path: Path, looks: int) -> None:
    answers = itertools.chain([False] * looks, itertools.repeat(True))
    target = tmp_path / "copies" / "news.db"
    with closing(opened(tmp_path)) as store, pytest.raises(StoreError, match="given up"):
        upkeep.backup(store.path, target, lambda: next(answers))
    assert list(target.parent.iterdir()) == []


def test_a_backup_of_many_pages_is_one_moment_although_others_write(tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    with closing(opened(tmp_path)) as store:
        with store.transaction():
            store.db.execute("CREATE TABLE filling (block BLOB)")
            store.db.execute(
                "INSERT INTO filling SELECT zeroblob(4000) FROM json_each(?)",
                (json.dumps([0] * 3 * upkeep.COPIED_AT_ONCE),),
            )
        looks = itertools.count()

        def write_meanwhile() -> bool:
            add(store, article(str(next(looks))))
            return False

        upkeep.backup(store.path, target, write_meanwhile)
    with closing(Store.open(target, readonly=True)) as copy:
        assert state.counts(copy).articles == 0
    assert next(looks) < 20, "it began anew"


def test_a_backup_deletes_the_drafts_of_those_that_were_killed(tmp_path: Path) -> None:
    target = tmp_path / "copies" / "news.db"
    target.parent.mkdir()
    for name in (".news.db.123.part", ".news.db.123.part-journal", ".old.db.123.part"):
        (target.parent / name).write_bytes(b"half")
    with closing(opened(tmp_path)) as store:
        upkeep.backup(store.path, target)
    assert {file.name for file in target.parent.iterdir()} == {"news.db", ".old.db.123.part"}


def test_the_write_ahead_log_is_cut_unless_a_reader_needs_it(tmp_path: Path) -> None:
    log = tmp_path / "news.db-wal"
    with closing(opened(tmp_path)) as store:
        add(store, article())
        with closing(Store.open(store.path, readonly=True)) as reader:
            reader.db.conn.execute("BEGIN")
            assert state.counts(reader).articles == 1
            add(store, article("2"))
            assert not upkeep.checkpoint(store)
            reader.db.conn.execute("COMMIT")
        assert log.stat().st_size > 0
        assert upkeep.checkpoint(store)
        assert log.stat().st_size == 0


def test_optimize_leaves_no_transaction(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        add(store, article())
        upkeep.optimize(store)
        assert not store.db.conn.in_transaction
        assert store.feed_states()[0].next_poll_at <= NOW + timedelta()
