"""What other programs read: stories with their text, and what each table is for."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ingestor.store.operation import reading
from ingestor.store.rows import array, moment_or_none, parse_moment_or_none, records, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An article that carries the report of a story beside the one that is shown."""

    id: int
    url: str
    title: str
    outlet: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An article with its text, and what it belongs to.

    Attributes:
        dated_at: When it was published; when it was first seen, if that is earlier or unknown.
        edited_at: When the article itself came, or was last edited.
        changed_at: When its story last changed: an article came, left or was edited, or a person
            ruled.
        also_in: The other articles of the story, the earliest first.
    """

    id: int
    story_id: int
    url: str
    title: str
    text: str
    language: str
    outlet: str
    dated_at: datetime
    edited_at: datetime
    changed_at: datetime
    also_in: tuple[Carrier, ...]


@reading
def born(db: sqlite3.Connection) -> datetime | None:
    """When the first feed was added; None in an empty database."""
    (text,) = db.execute("SELECT min(added_at) FROM feeds").fetchone()
    return parse_moment_or_none(text)


@reading
def languages(db: sqlite3.Connection) -> tuple[str, ...]:
    """The languages that articles are in: as many short looks into an index as there are."""
    rows = db.execute(
        """
        WITH RECURSIVE found (language) AS (
            SELECT min(language) FROM articles WHERE language > ''
            UNION ALL
            SELECT (SELECT min(language) FROM articles WHERE language > found.language)
            FROM found WHERE found.language IS NOT NULL
        )
        SELECT language FROM found WHERE language IS NOT NULL
        """
    )
    return tuple(language for (language,) in rows)


@reading
def latest(
    db: sqlite3.Connection, *, limit: int, since: datetime | None = None
) -> tuple[Told, ...]:
    """Stories by their canonical articles, the one that an article joined last first.

    Args:
        db: The store.
        limit: At most so many.
        since: Only those that an article joined since then.
    """
    rows = db.execute(
        "SELECT canonical_article_id FROM stories WHERE updated_at >= :since"
        " ORDER BY updated_at DESC, id DESC LIMIT :limit",
        {"since": moment_or_none(since) or "", "limit": limit},
    )
    return _told(db, [article for (article,) in rows])


@reading
def latest_in(
    db: sqlite3.Connection, language: str, *, limit: int, since: datetime | None = None
) -> tuple[Told, ...]:
    """Stories that have an article in a language, told in it, the one with its newest first.

    Each is told by its canonical article if that is in the language, else by the earliest one
    that is. Of a story that floods the language the newest articles alone are looked at.
    """
    rows = db.execute(
        """
        WITH
            recent AS MATERIALIZED (
                SELECT id, story_id FROM articles
                WHERE language = :language AND first_seen_at >= :since
                ORDER BY id DESC LIMIT 20 * :limit
            ),
            chosen AS MATERIALIZED (
                SELECT story_id, max(id) AS newest FROM recent
                GROUP BY story_id ORDER BY newest DESC LIMIT :limit
            )
        SELECT (
            SELECT articles.id FROM articles JOIN stories ON stories.id = articles.story_id
            WHERE articles.story_id = chosen.story_id AND +language = :language
            ORDER BY articles.id = canonical_article_id DESC, dated_at, articles.id LIMIT 1
        )
        FROM chosen ORDER BY newest DESC
        """,
        {"language": language, "since": moment_or_none(since) or "", "limit": limit},
    )
    return _told(db, [article for (article,) in rows])


@reading
def versions(db: sqlite3.Connection, story_id: int, *, limit: int) -> tuple[Told, ...]:
    """The articles of a story, the canonical one first, then the earliest."""
    rows = db.execute(
        """
        SELECT articles.id FROM articles JOIN stories ON stories.id = story_id
        WHERE story_id = :story
        ORDER BY articles.id = canonical_article_id DESC, dated_at, articles.id LIMIT :limit
        """,
        {"story": story_id, "limit": limit},
    )
    return _told(db, [article for (article,) in rows])


def _told(db: sqlite3.Connection, article_ids: Sequence[int]) -> tuple[Told, ...]:
    found = records(
        db,
        """
        SELECT articles.id, story_id, articles.url, articles.title, text, articles.language,
               feeds.name AS outlet, dated_at,
               max(articles.first_seen_at, ifnull((
                   SELECT max(replaced_at) FROM revisions WHERE article_id = articles.id
               ), '')) AS edited_at,
               stories.changed_at
        FROM json_each(?) AS wanted
        JOIN articles ON articles.id = wanted.value
        JOIN stories ON stories.id = story_id
        JOIN feeds ON feeds.id = feed_id
        ORDER BY wanted.key
        """,
        (array(article_ids),),
    )
    carriers: dict[int, tuple[Carrier, ...]] = {}
    told = []
    for row in found:
        if (story := row["story_id"]) not in carriers:
            carriers[story] = _carriers(db, story)
        told.append(Told(also_in=tuple(c for c in carriers[story] if c.id != row["id"]), **row))
    return tuple(told)


def _carriers(db: sqlite3.Connection, story_id: int) -> tuple[Carrier, ...]:
    return values(
        Carrier,
        db,
        """
        SELECT articles.id, articles.url, articles.title, feeds.name AS outlet, articles.language
        FROM articles JOIN feeds ON feeds.id = feed_id
        WHERE story_id = ? ORDER BY dated_at, articles.id LIMIT 200
        """,
        (story_id,),
    )


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
def site_urls(db: sqlite3.Connection) -> Mapping[str, str]:
    """The page that each feed says it is the feed of, by the address of the feed."""
    return dict(db.execute("SELECT url, site_url FROM feeds WHERE site_url <> ''").fetchall())


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A table or view that people look at: its SQL with the comments, and its columns."""

    sql: str
    columns: tuple[str, ...]


@reading
def definitions(db: sqlite3.Connection) -> Mapping[str, Definition]:
    """Every table and view that people look at, by name."""
    found = db.execute(
        """
        SELECT name, sql FROM sqlite_master
        WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_*'
          AND name NOT GLOB 'articles_fts*'
        ORDER BY type, name
        """
    ).fetchall()
    columns = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1"
    return {
        name: Definition(sql=sql, columns=tuple(c for (c,) in db.execute(columns, (name,))))
        for name, sql in found
    }
