"""Between rows and values: how moments are written, and how a row becomes a dataclass."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Literal, TypeVar

T = TypeVar("T")

_NAMED = re.compile(r":([a-z_]+)")


def moment(at: datetime) -> str:
    """Write a moment as ISO 8601 in UTC, to the second: fixed width, so that it sorts as text."""
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    # At half the cost of `isoformat`, which finds out the offset to write it.
    return f"{at.year:04}-{at.month:02}-{at.day:02}T{at.hour:02}:{at.minute:02}:{at.second:02}Z"


def moment_or_none(at: datetime | None) -> str | None:
    """Write a moment that may be missing."""
    return None if at is None else moment(at)


def parse_moment(text: str) -> datetime:
    """Read what `moment` wrote."""
    return datetime.fromisoformat(text)


def parse_moment_or_none(text: str | None) -> datetime | None:
    """Read a moment that may be missing."""
    return None if text is None else datetime.fromisoformat(text)


def array(items: Iterable[object]) -> str:
    """Pack values for ``IN (SELECT value FROM json_each(?))``: no limit on how many."""
    return json.dumps(list(items))


def next_id(db: sqlite3.Connection, table: Literal["articles", "stories"]) -> int:
    """The id that a table whose ids are never used twice would give to its next row.

    Within a transaction it and all above it are free to be taken. A repaired file may have lost
    what was noted of the ids used before; then, as to SQLite itself, those that are there count.
    """
    ((last,),) = db.execute(
        """
        SELECT max(ifnull((SELECT seq FROM sqlite_sequence WHERE name = :table), 0), ifnull(iif(
            :table = 'articles', (SELECT max(id) FROM articles), (SELECT max(id) FROM stories)), 0))
        """,
        {"table": table},
    )
    return int(last) + 1


def records(
    db: sqlite3.Connection, sql: str, parameters: Mapping[str, object] | tuple[object, ...] = ()
) -> Iterator[dict[str, Any]]:
    """Run a query; give each row by column name, with every ``*_at`` column as `datetime`."""
    cursor = db.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        yield {
            name: parse_moment(value) if value is not None and name.endswith("_at") else value
            for name, value in zip(names, row, strict=True)
        }


def for_each(
    sql: str,
) -> Callable[[sqlite3.Connection, Iterable[Mapping[str, object]]], None]:
    """Make a function that runs a statement for each of many rows of named parameters.

    They are bound by place: to look each one up by its name is a quarter of the time.
    """
    names = tuple(dict.fromkeys(_NAMED.findall(sql)))
    placed = _NAMED.sub(lambda name: f"?{names.index(name[1]) + 1}", sql)
    in_place = itemgetter(*names)

    def run(db: sqlite3.Connection, rows: Iterable[Mapping[str, object]]) -> None:
        db.executemany(placed, map(in_place, rows))

    return run


def values(
    kind: type[T],
    db: sqlite3.Connection,
    sql: str,
    parameters: Mapping[str, object] | tuple[object, ...] = (),
) -> tuple[T, ...]:
    """Run a query whose columns are the fields of `kind`."""
    return tuple(kind(**record) for record in records(db, sql, parameters))
