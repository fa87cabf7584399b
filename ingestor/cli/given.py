"""What commands are given to work with: the configuration, and the database that it names.

Apart from `app`, which the list of commands is made from, without their imports.
"""

from __future__ import annotations

from pathlib import Path

from ingestor.config import Settings, find, load
from ingestor.errors import UsageError
from ingestor.store.store import Store


def settings_of(config_path: Path | None) -> Settings:
    """The configuration that a command works with.

    Raises:
        ConfigError: there is none, or it is wrong.
    """
    return load(find(config_path))


def open_readonly(database: Path) -> Store:
    """The database, for looking only; the daemon is not disturbed.

    Raises:
        UsageError: there is none yet.
    """
    if not database.exists():
        raise UsageError(f"no database at {database}: run `ingestor poll` first")
    return Store.open(database, readonly=True)
