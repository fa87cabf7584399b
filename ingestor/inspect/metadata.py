"""Datasette metadata for the database: what each table, view and column holds, and recipes.

The descriptions are the comments of the schema itself, which SQLite keeps with each definition:
they are written once, and can be read in the `sqlite3` shell (`.schema`) as well.
Source: https://docs.datasette.io/en/stable/metadata.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_OPENING = re.compile(r"CREATE (?:VIRTUAL )?(?:TABLE|VIEW)[^\n]*?--[ ]*(?P<words>.+)")
_COLUMN = re.compile(
    r"[ ]{4}(?P<name>[a-z_]+)[ ]+(?:TEXT|INTEGER|REAL|BLOB)\b[^\n]*?--[ ]*(?P<words>.+)"
)
_MORE = re.compile(r"[ ]{12,}--[ ]*(?P<words>.+)")

QUERIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "search": (
            "Full text search",
            """
            SELECT articles.id, articles.title, articles.language, articles.url
            FROM articles_fts(:words) JOIN articles ON articles.id = articles_fts.rowid
            ORDER BY rank LIMIT 50
            """,
        ),
        "story": (
            "All articles of one story",
            """
            SELECT articles.id, feeds.name AS outlet, articles.language, published_at,
                   articles.title, articles.url
            FROM articles JOIN feeds ON feeds.id = feed_id
            WHERE story_id = :story ORDER BY dated_at
            """,
        ),
        "who_was_first": (
            "How often an outlet was the first with a story that others told too",
            """
            SELECT feeds.name AS outlet, count(*) AS stories
            FROM stories JOIN articles ON articles.id = (
                SELECT id FROM articles AS a WHERE a.story_id = stories.id ORDER BY dated_at LIMIT 1
            ) JOIN feeds ON feeds.id = articles.feed_id
            WHERE stories.articles > 1 GROUP BY outlet ORDER BY stories DESC
            """,
        ),
    }
)


def metadata(name: str, definitions: Mapping[str, str]) -> Mapping[str, object]:
    """What Datasette is told about the database.

    Args:
        name: The database as Datasette calls it: the file name without its suffix.
        definitions: The SQL of each table and view, with its comments.
    """
    return {
        "title": "Ingestor: one report, however many portals carry it",
        "description": "Times are UTC. Tables and views are described where you open them.",
        "databases": {
            name: {
                "tables": {table: describe(sql) for table, sql in definitions.items()},
                "queries": {
                    query: {"title": title, "sql": sql} for query, (title, sql) in QUERIES.items()
                },
            }
        },
    }


def describe(sql: str) -> Mapping[str, object]:
    """The description of one table or view and of its columns, from the comments beside them."""
    opening, *lines = sql.splitlines()
    found = _OPENING.match(opening)
    columns: dict[str, str] = {}
    column = ""
    for line in lines:
        if begun := _COLUMN.match(line):
            column = begun["name"]
            columns[column] = begun["words"]
        elif column and (more := _MORE.match(line)):
            columns[column] += " " + more["words"]
        else:
            column = ""
    return {"description": found["words"] if found else "", "columns": columns}
