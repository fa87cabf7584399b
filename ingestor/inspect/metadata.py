"""Datasette metadata for the database: what each table, view and column holds, and recipes.

The descriptions are the comments of the schema itself, which SQLite keeps with each definition:
they are written once, and can be read in the `sqlite3` shell (`.schema`) as well.
Source: https://docs.datasette.io/en/stable/metadata.html
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ingestor.inspect.recipes import queries
from ingestor.store.export import Definition

_OPENING = re.compile(r"CREATE (?:VIRTUAL )?(?:TABLE|VIEW)[^\n]*?--[ ]*(?P<words>.+)")
_COLUMN = re.compile(
    r"[ ]{4}(?P<name>[a-z_]+)[ ]+(?:TEXT|INTEGER|REAL|BLOB)\b[^\n]*?--[ ]*(?P<words>.+)"
)
_MORE = re.compile(r"[ ]{12,}--[ ]*(?P<words>.+)")

_INDEX = "articles_fts"
_HIDDEN = ("_sqlite_migrations", "sqlite_sequence")  # SQLite's and the migrations' own
_LABELS = {"articles": "title", "feeds": "name"}
_FACETS = {
    "articles": ["language", "feed_id"],
    "matches": ["relation"],
    "sources": ["kind"],
    "removals": ["rule", "field"],
    "polls": ["outcome"],
    "feeds": ["language", "active"],
    "feed_health": ["health"],
    "duplicates": ["relation", "one_story"],
    "page_fetches": ["outcome", "kind"],
    "full_texts": ["state", "kind"],
}
_NEWEST_FIRST = {
    "articles": "dated_at",
    "stories": "updated_at",
    "polls": "started_at",
    "page_fetches": "started_at",
}


def metadata(name: str, definitions: Mapping[str, Definition]) -> Mapping[str, object]:
    """What Datasette is told about the database.

    Args:
        name: The database as Datasette calls it: the file name without its suffix.
        definitions: Of each table and view.
    """
    tables = {table: _table(table, found) for table, found in definitions.items()}
    return {
        "title": "Ingestor: one report, however many portals carry it",
        "description": "Times are UTC. Tables and views are described where you open them.",
        "databases": {
            name: {
                "tables": tables | {_INDEX: _index()} | {key: {"hidden": True} for key in _HIDDEN},
                "queries": queries(),
            }
        },
    }


def _table(table: str, definition: Definition) -> Mapping[str, object]:
    options: dict[str, object] = dict(describe(table, definition))
    if table in _LABELS:
        options["label_column"] = _LABELS[table]
    if table in _FACETS:
        options["facets"] = _FACETS[table]
    if table in _NEWEST_FIRST:
        options["sort_desc"] = _NEWEST_FIRST[table]
    return options


def _index() -> Mapping[str, object]:
    return {
        "description": "full text search over articles; accents do not matter",
        "columns": {column: _glossary()[f"{_INDEX}.{column}"] for column in ("title", "text")},
    }


def describe(table: str, definition: Definition) -> Mapping[str, object]:
    """The description of one table or view and of its columns.

    Args:
        table: Its name.
        definition: Its comments go before what `columns.toml` says of columns of that name in any
            table, and behind what it says of the very column.
    """
    opening, *lines = definition.sql.splitlines()
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
    glossary = _glossary()
    return {
        "description": found["words"] if found else "",
        "columns": {
            name: glossary.get(f"{table}.{name}") or columns.get(name) or glossary.get(name, "")
            for name in definition.columns
        },
    }


@cache  # of a file in the package
def _glossary() -> Mapping[str, str]:
    file = files(__package__) / "columns.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
