"""What evaluating asks beside `queries.grouping`: what holds the stories together."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from ingestor.store.operation import reading


@reading
def article_ids(db: sqlite3.Connection) -> Mapping[str, int]:
    """The article behind each key of `grouping`."""
    rows = db.execute(
        "SELECT CASE link WHEN '' THEN guid ELSE link END, article_id"
        " FROM sightings WHERE article_id IS NOT NULL"
    )
    return dict(rows.fetchall())


@reading
def links(db: sqlite3.Connection) -> tuple[tuple[int, int, float], ...]:
    """The judgements that hold stories together: article, other article of its story, score."""
    rows = db.execute(
        "SELECT article_id, other_article_id, score FROM matches"
        " JOIN articles AS one ON one.id = article_id"
        " JOIN articles AS other ON other.id = other_article_id"
        " WHERE one.story_id = other.story_id"
    )
    return tuple(rows.fetchall())
