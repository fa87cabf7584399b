"""The database that a command looks into."""

from __future__ import annotations

from pathlib import Path

from ingestor.errors import StoreError
from ingestor.store.store import Store


def open_readonly(database: Path) -> Store:
    """The database, for looking only; the daemon is not disturbed.

    Raises:
        StoreError: there is none yet, or it cannot be opened.
    """
    if not database.exists():
        raise StoreError(f"no database at {database}: run `ingestor poll` first")
    return Store.open(database, readonly=True)
