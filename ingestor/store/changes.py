"""What changed since the last look, for those who follow along."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from ingestor.store.operation import reading
from ingestor.store.overview import StoryRow
from ingestor.store.rows import array, moment, values


@reading
def version(db: sqlite3.Connection) -> int:
    """A number that differs once another connection has written; reading it costs next to nothing.

    Source: https://sqlite.org/pragma.html#pragma_data_version
    """
    (number,) = db.execute("PRAGMA data_version").fetchone()
    return int(number)


@reading
def last(db: sqlite3.Connection) -> int:
    """The number of the last change, which whoever knows everything up to now has read."""
    (number,) = db.execute("SELECT last FROM _changes").fetchone()
    return int(number)


@reading
def changed(db: sqlite3.Connection, after: int) -> tuple[StoryRow, ...]:
    """The stories that came or changed after the change of a number; the latest last.

    They got or lost an article, one of theirs was edited or given the text of its page, another
    became the one to read, or something was ruled about them or revoked.
    """
    return values(
        StoryRow,
        db,
        "SELECT * FROM stories_overview WHERE id IN (SELECT id FROM stories WHERE change > ?)"
        " ORDER BY updated_at, id",
        (after,),
    )


def numbered(db: sqlite3.Connection) -> int:
    """Number a change of one story or of several within one transaction."""
    ((number,),) = db.execute("UPDATE _changes SET last = last + 1 RETURNING last").fetchall()
    return int(number)


def note(db: sqlite3.Connection, story_ids: Iterable[int], now: datetime) -> None:
    """Note that stories changed."""
    db.execute(
        "UPDATE stories SET changed_at = max(changed_at, ?), change = ?"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (moment(now), numbered(db), array(story_ids)),
    )


def note_stories_of(db: sqlite3.Connection, article_ids: Iterable[int], now: datetime) -> None:
    """Note that the stories of articles changed."""
    stories = db.execute(
        "SELECT story_id FROM articles WHERE id IN (SELECT value FROM json_each(?))",
        (array(article_ids),),
    )
    note(db, {story for (story,) in stories}, now)
