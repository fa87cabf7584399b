"""The schema, in numbered steps: each file of `schema/` is one migration, applied once and whole.

A released file is never edited; a change is a new file. sqlite-utils keeps the record of what was
applied in the table ``_sqlite_migrations``, in the same transaction as the change itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib.resources import files

from sqlite_utils import Database, Migrations

from ingestor.errors import StoreError


def statements(script: str) -> Iterator[str]:
    """Split a script into its statements; a trigger, with the semicolons inside, is one.

    `Connection.executescript` would do, but it commits first, and so tears a migration apart.
    """
    lines: list[str] = []
    for line in script.splitlines(keepends=True):
        lines.append(line)
        statement = "".join(lines)
        if ";" in line and sqlite3.complete_statement(statement):
            yield statement
            lines.clear()


def migrations() -> Migrations:
    """All the steps, in the order of their numbers."""
    steps = Migrations("ingestor")
    for file in sorted((files(__package__) / "schema").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            _add(steps, file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))
    return steps


def _add(steps: Migrations, name: str, script: str) -> None:
    def apply(db: Database) -> None:
        for statement in statements(script):
            db.conn.execute(statement)

    steps(name=name)(apply)


def pending(db: Database) -> tuple[str, ...]:
    """The steps that this database lacks.

    Raises:
        StoreError: a newer version of the program wrote it.
    """
    steps = migrations()
    todo = tuple(step.name for step in steps.pending(db))
    applied = [step.name for step in steps.applied(db)]
    known = {step.name for step in migrations().pending(Database(memory=True))}
    if unknown := [name for name in applied if name not in known]:
        raise StoreError(f"the database is of a newer version: it has {', '.join(unknown)}")
    return todo


def migrate(db: Database) -> None:
    """Bring a database, empty or of any earlier version, to the present schema."""
    if pending(db):
        migrations().apply(db)


def version(db: Database) -> str:
    """The name of the latest step that was applied, empty for none."""
    applied = migrations().applied(db)
    return applied[-1].name if applied else ""
