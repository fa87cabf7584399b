"""Housekeeping: forget what is old, copy what is there, keep the file small and quick."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from datetime import datetime, timedelta
from glob import escape
from pathlib import Path

from ingestor.errors import StoreCorrupt, StoreError
from ingestor.store.articles import delete_articles
from ingestor.store.database import connect, interruptible, sqlite_errors
from ingestor.store.operation import reading, writing
from ingestor.store.rows import moment
from ingestor.store.values import Pruned

LOGS_KEPT = timedelta(days=90)  # `polls` and `page_fetches`, which grow whether or not news comes
ROBOTS_KEPT = timedelta(days=30)
PRUNED_AT_ONCE = 250  # articles in one transaction, 2 ms each: polls wait for half a second
ROWS_AT_ONCE = 10_000  # of a table that nothing hangs on: a tenth of a second
COPIED_AT_ONCE = 2048  # pages, 8 MB, between two looks whether the copy is still wanted
ENOUGH_FOR_STATISTICS = 10_000  # articles: a plan made for a few would scan the thousands to come


@writing
def prune(
    db: sqlite3.Connection, before: datetime, now: datetime, most: int = PRUNED_AT_ONCE
) -> Pruned:
    """Forget some of the stories whose articles were all first seen before a moment.

    Each is forgotten whole, the oldest first; what is left is for the next call. A sighting
    outlives its article as a tombstone, lest the feed bring the article back, for as long as the
    guid stood in the feed's last document or was seen since `before`. A feed that says "not
    modified" still shows that document.

    Args:
        db: The store.
        before: What is older is forgotten.
        now: Nothing is deleted if `before` is not in the past: the clock or a setting is wrong.
        most: About how many articles may go.
    """
    if before >= now:
        return Pruned()
    limit = moment(before)
    old = _outdated(db, limit, most)
    delete_articles(db, tuple(old))
    more = len(old) >= most
    # Last of all, for all sightings are looked through: half a second for a million.
    tombstones = 0 if more else _forget_tombstones(db, limit)
    return Pruned(
        article_ids=tuple(old),
        stories=len(set(old.values())),
        tombstones=tombstones,
        finished=not more and tombstones < ROWS_AT_ONCE,
    )


def _outdated(db: sqlite3.Connection, limit: str, most: int) -> Mapping[int, int]:
    """The articles of the stories that the oldest articles are of, each with its story."""
    rows = db.execute(
        """
        SELECT id, story_id FROM articles WHERE story_id IN (
            SELECT story_id FROM articles WHERE first_seen_at < :limit AND NOT EXISTS (
                SELECT 1 FROM articles AS young
                WHERE young.story_id = articles.story_id AND young.first_seen_at >= :limit)
            ORDER BY first_seen_at LIMIT :most)
        """,
        {"limit": limit, "most": most},
    )
    return dict(rows.fetchall())


def _forget_tombstones(db: sqlite3.Connection, limit: str) -> int:
    return db.execute(
        """
        DELETE FROM sightings WHERE (feed_id, guid) IN (
            SELECT feed_id, guid FROM sightings
            WHERE article_id IS NULL AND last_seen_at < ? AND last_seen_at < (
                SELECT ifnull(last_document_at, '') FROM feeds WHERE feeds.id = feed_id)
            LIMIT ?)
        """,
        (limit, ROWS_AT_ONCE),
    ).rowcount


@writing
def forget_logs(db: sqlite3.Connection, now: datetime, most: int = ROWS_AT_ONCE) -> bool:
    """Forget some of the polls and tries to read a page that are older than LOGS_KEPT.

    The latest try of all stays, so that no number is given again: who follows counts by them.

    Args:
        db: The store.
        now: The present.
        most: How many of each may go.

    Returns:
        Whether none is left that is too old.
    """
    limit = {"limit": moment(now - LOGS_KEPT), "most": most}
    polls = db.execute(
        "DELETE FROM polls WHERE id IN (SELECT id FROM polls WHERE started_at < :limit"
        " ORDER BY started_at LIMIT :most)",
        limit,
    ).rowcount
    pages = db.execute(
        "DELETE FROM page_fetches WHERE id IN (SELECT id FROM page_fetches"
        " WHERE started_at < :limit ORDER BY started_at LIMIT :most)",
        limit,
    ).rowcount
    return max(polls, pages) < most


@writing
def forget_robots(db: sqlite3.Connection, now: datetime) -> int:
    """Forget what sites allowed whose pages nobody has wanted since; give how many there were."""
    return db.execute(
        "DELETE FROM robots WHERE expires_at < ?", (moment(now - ROBOTS_KEPT),)
    ).rowcount


@reading
def optimize(db: sqlite3.Connection) -> None:
    """Refresh the statistics of the query planner, and merge some of the search index."""
    (articles,) = db.execute("SELECT count(*) FROM articles").fetchone()
    if articles >= ENOUGH_FOR_STATISTICS:
        db.execute("PRAGMA analysis_limit = 400")
        db.execute("PRAGMA optimize")
    db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('merge', 1000)")


@reading
def checkpoint(db: sqlite3.Connection) -> bool:
    """Move the write-ahead log into the database and cut it to nothing.

    Returns:
        Whether it was cut; False while a reader still needs it. We do not wait for readers.
    """
    (wait,) = db.execute("PRAGMA busy_timeout").fetchone()
    db.execute("PRAGMA busy_timeout = 0")
    try:
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        db.execute(f"PRAGMA busy_timeout = {wait:d}")
    return not busy


@reading
def integrity(db: sqlite3.Connection) -> tuple[str, ...]:
    """Read every page and reference; give what is wrong, at most 100 lines."""
    found = [line for (line,) in db.execute("PRAGMA integrity_check") if line != "ok"]
    found += [
        f"row {row} of {table} refers to a missing row of {parent}"
        for table, row, parent, _ in db.execute("PRAGMA foreign_key_check")
    ]
    return tuple(found[:100])


def backup(source: Path, target: Path, given_up: Callable[[], bool] = lambda: False) -> int:
    """Copy the database while it is in use; `target` appears whole and verified, or not at all.

    The copy is one consistent moment, taken through a connection of its own, so that it may run
    in any thread, and needs no write-ahead log beside it. An older copy at `target` is replaced.

    Args:
        source: The database.
        target: The copy.
        given_up: Asked many times a second whether nobody wants it any more.

    Returns:
        The size of the copy, in bytes.

    Raises:
        StoreCorrupt: the copy fails its check, because the original is damaged.
        StoreError: `target` cannot be written, or was given up.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent, escape(target.name))
        _copy(source, draft, given_up)
        _sync(draft)
        draft.replace(target)
        _sync(target.parent)
        return target.stat().st_size
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror}") from error
    finally:
        _discard(draft)


def sweep(directory: Path, names: str) -> None:
    """Delete what backups left that were killed.

    Args:
        directory: Where they wrote.
        names: A pattern for the names of the copies that they were to make.
    """
    for draft in directory.glob(f".{names}.*.part"):
        _discard(draft)


def _discard(draft: Path) -> None:
    with suppress(OSError):  # what kept us from writing it keeps us from deleting it too
        draft.with_name(f"{draft.name}-journal").unlink(missing_ok=True)
        draft.unlink(missing_ok=True)


def _copy(source: Path, target: Path, given_up: Callable[[], bool]) -> None:
    def go_on(*_: object) -> None:
        if given_up():
            raise StoreError(f"{source}: its copy was given up")

    with (
        sqlite_errors(source),
        closing(connect(source, readonly=True)) as original,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        original.conn.execute("BEGIN")  # one read transaction: no write makes the copy begin anew
        original.conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        original.conn.backup(copy, pages=COPIED_AT_ONCE, progress=go_on)
        copy.execute("PRAGMA journal_mode = DELETE")
        try:
            with interruptible(copy, given_up):
                (finding,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        finally:
            go_on()  # it may have interrupted the check
    if finding != "ok":
        raise StoreCorrupt(f"{source}: its copy fails the check ({finding})")


def _sync(path: Path) -> None:
    """Have the disk write a file, or the entries of a directory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
