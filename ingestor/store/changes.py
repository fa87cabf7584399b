"""What changed since the last look, for those who follow along."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass

from ingestor.store.operation import reading
from ingestor.store.overview import StoryRow
from ingestor.store.rows import array, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a reader has read: the last row of each table whose rows change a story."""

    article: int = 0
    revision: int = 0
    ruling: int = 0
    page: int = 0


@reading
def version(db: sqlite3.Connection) -> int:
    """A number that differs once another connection has written; reading it costs next to nothing.

    Source: https://sqlite.org/pragma.html#pragma_data_version
    """
    (number,) = db.execute("PRAGMA data_version").fetchone()
    return int(number)


@reading
def mark(db: sqlite3.Connection) -> Mark:
    """The place that a reader has come to who knows everything up to now."""
    (found,) = values(
        Mark,
        db,
        """
        SELECT (SELECT ifnull(max(id), 0) FROM articles) AS article,
               (SELECT ifnull(max(id), 0) FROM revisions) AS revision,
               (SELECT ifnull(max(id), 0) FROM rulings) AS ruling,
               (SELECT ifnull(max(id), 0) FROM page_fetches) AS page
        """,
    )
    return found


@reading
def changed(db: sqlite3.Connection, after: Mark) -> tuple[StoryRow, ...]:
    """The stories that got an article, edit, page or ruling since; the latest last."""
    found = db.execute(
        """
        SELECT story_id FROM articles WHERE id > :article
        UNION
        SELECT story_id FROM revisions JOIN articles ON articles.id = article_id
        WHERE revisions.id > :revision
        UNION
        SELECT story_id FROM rulings
        JOIN articles ON articles.id IN (rulings.article_id, other_article_id)
        WHERE rulings.id > :ruling
        UNION
        SELECT story_id FROM page_fetches JOIN articles ON articles.id = article_id
        WHERE page_fetches.id > :page AND outcome = 'used'
        """,
        asdict(after),
    )
    return values(
        StoryRow,
        db,
        "SELECT * FROM stories_overview WHERE id IN (SELECT value FROM json_each(?))"
        " ORDER BY updated_at, id",
        (array(story for (story,) in found),),
    )
