"""What other programs read: stories with their text, and what each table is for."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ingestor.store.operation import reading
from ingestor.store.rows import moment, records


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An article that carries the report of a story beside the canonical one."""

    url: str
    outlet: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryText:
    """A story with the text of its canonical article.

    Attributes:
        dated_at: When it was published; when it was first seen, if that is earlier or unknown.
        changed_at: When an article last joined, or the canonical one was last edited.
        also_in: The other articles, in the order of their ids.
    """

    id: int
    url: str
    title: str
    text: str
    language: str
    outlet: str
    dated_at: datetime
    changed_at: datetime
    also_in: tuple[Carrier, ...]


@reading
def story_texts(
    db: sqlite3.Connection, *, since: datetime, language: str | None = None, limit: int = 500
) -> tuple[StoryText, ...]:
    """Stories with their texts, the one with the latest article first.

    Args:
        db: The store.
        since: Only those that an article joined since then.
        language: Only those whose canonical article is in this language.
        limit: At most so many.
    """
    found = records(
        db,
        """
        SELECT stories.id, articles.url, articles.title, text, articles.language,
               feeds.name AS outlet, dated_at,
               max(stories.updated_at, ifnull((
                   SELECT max(replaced_at) FROM revisions WHERE article_id = articles.id
               ), '')) AS changed_at
        FROM stories
        JOIN articles ON articles.id = canonical_article_id
        JOIN feeds ON feeds.id = feed_id
        WHERE stories.updated_at >= :since
          AND (:language IS NULL OR articles.language = :language)
        ORDER BY stories.updated_at DESC, stories.id DESC LIMIT :limit
        """,
        {"since": moment(since), "language": language, "limit": limit},
    )
    return tuple(StoryText(also_in=_carriers(db, row["id"]), **row) for row in found)


def _carriers(db: sqlite3.Connection, story_id: int) -> tuple[Carrier, ...]:
    rows = records(
        db,
        """
        SELECT articles.url, feeds.name AS outlet, articles.language
        FROM articles JOIN feeds ON feeds.id = feed_id JOIN stories ON stories.id = story_id
        WHERE story_id = ? AND articles.id <> canonical_article_id ORDER BY articles.id
        """,
        (story_id,),
    )
    return tuple(Carrier(**row) for row in rows)


@reading
def removals_by_rule(db: sqlite3.Connection) -> Mapping[str, int]:
    """How many pieces each rule of cleaning took out, the busiest rule first."""
    return dict(db.execute("SELECT rule, removals FROM removals_by_rule").fetchall())


@reading
def matches_by_relation(db: sqlite3.Connection) -> Mapping[str, int]:
    """How many pairs of articles were judged alike, and in which way."""
    sql = "SELECT relation, count(*) FROM matches GROUP BY relation ORDER BY 2 DESC, 1"
    return dict(db.execute(sql).fetchall())


@reading
def definitions(db: sqlite3.Connection) -> Mapping[str, str]:
    """The SQL of every table and view that people look at, with the comments it was made with."""
    return dict(
        db.execute(
            """
            SELECT name, sql FROM sqlite_master
            WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_*'
              AND name NOT GLOB 'articles_fts*'
            ORDER BY type, name
            """
        ).fetchall()
    )
