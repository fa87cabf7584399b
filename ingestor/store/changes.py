"""What changed since the last look, for those who follow along."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass

from ingestor.store.operation import reading
from ingestor.store.overview import StoryRow
from ingestor.store.rows import array, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a reader has read: the last row of each table whose rows change a story.

    Of articles and stories no id is used twice. Of the others the last row may be deleted and its
    id used again, by what came later; so of that row the moment is kept, and every ruling.

    Attributes:
        revised_at, asked_at: Of the last revision and of the last page, as they are stored.
        rulings: All that hold, with their ids and moments.
    """

    article: int = 0
    story: int = 0
    revision: int = 0
    revised_at: str = ""
    page: int = 0
    asked_at: str = ""
    rulings: frozenset[tuple[object, ...]] = frozenset()


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
    return _mark(db)


def _mark(db: sqlite3.Connection) -> Mark:
    article, story = db.execute(
        "SELECT (SELECT ifnull(max(id), 0) FROM articles), (SELECT ifnull(max(id), 0) FROM stories)"
    ).fetchone()
    revision, revised_at = db.execute(
        "SELECT id, replaced_at FROM revisions UNION ALL SELECT 0, '' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    page, asked_at = db.execute(
        "SELECT id, started_at FROM page_fetches UNION ALL SELECT 0, '' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    rulings = db.execute("SELECT article_id, other_article_id, kind, ruled_at, id FROM rulings")
    return Mark(
        article=article,
        story=story,
        revision=revision,
        revised_at=revised_at,
        page=page,
        asked_at=asked_at,
        rulings=frozenset(rulings),
    )


@reading
def changed(db: sqlite3.Connection, after: Mark) -> tuple[StoryRow, ...]:
    """The stories that came, or got an article, edit, page or ruling since; the latest last.

    So did those of which a ruling was revoked.
    """
    found = db.execute(_CHANGED, {**asdict(after), "ruled": array(_ruled(db, after))})
    return values(
        StoryRow,
        db,
        "SELECT * FROM stories_overview WHERE id IN (SELECT value FROM json_each(?))"
        " ORDER BY updated_at, id",
        (array(story for (story,) in found),),
    )


def _ruled(db: sqlite3.Connection, after: Mark) -> frozenset[object]:
    """The articles of which something was ruled or revoked since."""
    differing = after.rulings ^ _mark(db).rulings
    return frozenset(article for one, other, *_ in differing for article in (one, other) if article)


# Where the last row is not the one that it was, what came later may have ids below it. Only then
# are all rows looked at: the left side of the CROSS JOIN is empty else.
_CHANGED = """
    SELECT story_id FROM articles WHERE id > :article
    UNION
    SELECT id FROM stories WHERE id > :story
    UNION
    SELECT story_id FROM revisions JOIN articles ON articles.id = article_id
    WHERE revisions.id > :revision
    UNION
    SELECT story_id FROM (SELECT 1 WHERE NOT EXISTS (
        SELECT 1 FROM revisions WHERE id = :revision AND replaced_at = :revised_at))
    CROSS JOIN revisions JOIN articles ON articles.id = article_id
    WHERE replaced_at >= :revised_at
    UNION
    SELECT story_id FROM page_fetches JOIN articles ON articles.id = article_id
    WHERE page_fetches.id > :page AND outcome = 'used'
    UNION
    SELECT story_id FROM (SELECT 1 WHERE NOT EXISTS (
        SELECT 1 FROM page_fetches WHERE id = :page AND started_at = :asked_at))
    CROSS JOIN page_fetches JOIN articles ON articles.id = article_id
    WHERE outcome = 'used'
      -- Dated by its beginning, a page that ended later may be the earlier one.
      AND started_at >= strftime('%Y-%m-%dT%H:%M:%SZ', :asked_at, '-1 hour')
    UNION
    SELECT story_id FROM articles WHERE id IN (SELECT value FROM json_each(:ruled))
"""
