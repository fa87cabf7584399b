"""What people ask: reads for the command line and for exports, none of which blocks the writer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from ingestor.store.operation import reading
from ingestor.store.overview import FeedRow, PageRow, PollRow, RulingRow, StoryRow
from ingestor.store.rows import array, moment_or_none, records, values
from ingestor.store.values import (
    ArticleDetail,
    ArticleRow,
    MatchRow,
    RemovalRow,
    RevisionRow,
    SightingRow,
    SourceRow,
    StoryDetail,
)


@reading
def stories(
    db: sqlite3.Connection,
    *,
    since: datetime | None = None,
    limit: int = 50,
    language: str | None = None,
    several: bool = False,
) -> tuple[StoryRow, ...]:
    """List stories, the one with the latest article first.

    Args:
        db: The store.
        since: Only those that an article joined since then.
        limit: At most so many.
        language: Only those with an article in this language.
        several: Only those that several articles tell.
    """
    return values(
        StoryRow,
        db,
        """
        SELECT * FROM stories_overview AS story
        WHERE updated_at >= ifnull(:since, '') AND articles > :several
          AND (:language IS NULL OR EXISTS (
              SELECT 1 FROM articles WHERE story_id = story.id AND articles.language = :language))
        ORDER BY updated_at DESC, id DESC LIMIT :limit
        """,
        {
            "since": moment_or_none(since),
            "several": int(several),
            "language": language,
            "limit": limit,
        },
    )


@reading
def story(db: sqlite3.Connection, story_id: int) -> StoryDetail | None:
    """A story with its articles and the judgements between them; None if there is none."""
    members = values(
        ArticleRow,
        db,
        """
        SELECT articles.id, story_id, articles.title, articles.url, feeds.name AS outlet,
               articles.language, published_at, articles.first_seen_at,
               articles.id = canonical_article_id AS canonical
        FROM articles JOIN feeds ON feeds.id = feed_id JOIN stories ON stories.id = story_id
        WHERE story_id = ? ORDER BY canonical DESC, dated_at, articles.id
        """,
        (story_id,),
    )
    matches = _matches(db, _MATCHES_IN_STORY, story_id)
    for row in records(
        db,
        "SELECT id, canonical_article_id, first_seen_at, updated_at FROM stories WHERE id = ?",
        (story_id,),
    ):
        return StoryDetail(articles=members, matches=matches, **row)
    return None


@reading
def article(db: sqlite3.Connection, article_id: int) -> ArticleDetail | None:
    """An article with all that is known of it; None if there is none."""
    for row in records(
        db,
        """
        SELECT articles.id, story_id, articles.url, canonical_url, articles.title, text,
               articles.language, author, published_at, updated_at, first_seen_at,
               text_from, feeds.name AS outlet
        FROM articles JOIN feeds ON feeds.id = feed_id WHERE articles.id = ?
        """,
        (article_id,),
    ):
        one = (article_id,)
        return ArticleDetail(
            sources=values(SourceRow, db, _SOURCES, one),
            removals=values(RemovalRow, db, _REMOVALS, one),
            sightings=values(SightingRow, db, _SIGHTINGS, one),
            revisions=values(RevisionRow, db, _REVISIONS, one),
            matches=_matches(db, _MATCHES_OF_ARTICLE, article_id),
            **row,
        )
    return None


_SOURCES = """
    SELECT kind, name, url, position, cited_article_id FROM sources WHERE article_id = ? ORDER BY id
"""
_REMOVALS = "SELECT rule, field, position, text FROM removals WHERE article_id = ? ORDER BY id"
_SIGHTINGS = """
    SELECT feeds.name AS feed, guid, link, first_seen_at, last_seen_at
    FROM sightings JOIN feeds ON feeds.id = feed_id
    WHERE article_id = ? ORDER BY first_seen_at, feed_id, guid
"""
_REVISIONS = """
    SELECT number, title, text, published_at, replaced_at FROM revisions
    WHERE article_id = ? ORDER BY number
"""


@reading
def grouping(db: sqlite3.Connection) -> Mapping[str, str]:
    """The story of each article by its link as the feed gives it, or by its guid if it has none.

    What is scored against labels.
    """
    rows = db.execute(
        "SELECT CASE link WHEN '' THEN guid ELSE link END, story_id"
        " FROM sightings JOIN articles ON articles.id = article_id"
    )
    return {key: str(story_id) for key, story_id in rows}


@reading
def feed_rows(db: sqlite3.Connection) -> tuple[FeedRow, ...]:
    """All feeds and how they do, by name."""
    return values(FeedRow, db, "SELECT * FROM feed_health ORDER BY name, id")


@reading
def polls(
    db: sqlite3.Connection, feed_id: int | None = None, limit: int = 20
) -> tuple[PollRow, ...]:
    """The latest polls, of one feed or of all, the newest first."""
    latest = db.execute(
        _LATEST_POLLS if feed_id is None else _LATEST_POLLS_OF_FEED,
        {"feed_id": feed_id, "limit": limit},
    )
    return values(
        PollRow,
        db,
        """
        SELECT feeds.name AS feed, started_at, seconds, outcome, status, kind, reason, bytes,
               entries, new, updated, polls.etag, polls.last_modified,
               polls.next_poll_at, plan
        FROM polls JOIN feeds ON feeds.id = feed_id
        WHERE polls.id IN (SELECT value FROM json_each(?))
        ORDER BY started_at DESC, polls.id DESC
        """,
        (array(poll_id for (poll_id,) in latest),),
    )


_LATEST_POLLS = "SELECT id FROM polls ORDER BY started_at DESC, id DESC LIMIT :limit"
_LATEST_POLLS_OF_FEED = """
    SELECT id FROM polls WHERE feed_id = :feed_id ORDER BY started_at DESC, id DESC LIMIT :limit
"""


@reading
def pages(
    db: sqlite3.Connection, outlet: str | None = None, *, missing: bool = False, limit: int = 20
) -> tuple[PageRow, ...]:
    """What became of the pages that articles link to, the latest article first.

    Args:
        db: The store.
        outlet: Only those of feeds of this name.
        missing: Only those whose text is not, or not yet, that of the page.
        limit: At most so many.
    """
    return values(
        PageRow,
        db,
        "SELECT * FROM full_texts WHERE (:outlet IS NULL OR outlet = :outlet)"
        " AND (NOT :missing OR state <> 'page') LIMIT :limit",
        {"outlet": outlet, "missing": missing, "limit": limit},
    )


@reading
def ruling_rows(db: sqlite3.Connection) -> tuple[RulingRow, ...]:
    """What people ruled, the latest first."""
    return values(
        RulingRow,
        db,
        """
        SELECT kind, article_id, other_article_id, articles.title,
               ifnull(others.title, '') AS other_title, ruled_at
        FROM rulings JOIN articles ON articles.id = article_id
             LEFT JOIN articles AS others ON others.id = other_article_id
        ORDER BY rulings.id DESC
        """,
    )


# Who repeats whom goes by when they were published, not by which of them came first.
_MATCHES = """
    SELECT iif((one.dated_at, one.id) < (other.dated_at, other.id), other.id, one.id) AS article_id,
           iif((one.dated_at, one.id) < (other.dated_at, other.id), one.id, other.id)
               AS other_article_id,
           relation, score, evidence, decided_at
    FROM matches JOIN articles AS one ON one.id = matches.article_id
         JOIN articles AS other ON other.id = matches.other_article_id
"""
_MATCHES_IN_STORY = (
    f"{_MATCHES} WHERE one.story_id = :id AND other.story_id = :id ORDER BY matches.id"
)
_MATCHES_OF_ARTICLE = f"""
    {_MATCHES} WHERE matches.article_id = :id OR matches.other_article_id = :id ORDER BY matches.id
"""


def _matches(db: sqlite3.Connection, sql: str, number: int) -> tuple[MatchRow, ...]:
    rows = records(db, sql, {"id": number})
    return tuple(MatchRow(**{**row, "evidence": json.loads(row["evidence"])}) for row in rows)
