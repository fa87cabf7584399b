"""The database that a command looks into."""

from __future__ import annotations

from pathlib import Path

from ingestor.errors import UsageError
from ingestor.store.store import Store


def open_readonly(database: Path) -> Store:
    """The database, for looking only; the daemon is not disturbed.

    Raises:
        UsageError: there is none yet.
    """
    if not database.exists():
        raise UsageError(f"no database at {database}: run `ingestor poll` first")
    return Store.open(database, readonly=True)
