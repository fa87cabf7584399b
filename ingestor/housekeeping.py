"""What is done to the database besides polling: forget, back up, tidy.

`backup` may run in any thread; the other functions run in the database's one thread, on its
`Ledger`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ingestor.config import StoreSettings
from ingestor.ledger import Ledger
from ingestor.store import upkeep
from ingestor.store.values import Pruned


def tidy(ledger: Ledger, settings: StoreSettings, now: datetime) -> Pruned:
    """Forget what is too old, refresh statistics, truncate the write-ahead log."""
    keep = settings.retention
    pruned = prune(ledger, now - keep, now) if keep is not None else Pruned()
    with ledger.store.transaction():
        upkeep.forget_robots(ledger.store, now)
    upkeep.optimize(ledger.store)
    upkeep.checkpoint(ledger.store)
    ledger.stories.read_window(now)  # the days that left the window take their memory along
    return pruned


def prune(ledger: Ledger, before: datetime, now: datetime) -> Pruned:
    """Forget articles first seen before a moment; their guids stay known while feeds show them."""
    with ledger.store.transaction():
        pruned = upkeep.prune(ledger.store, before, now)
    ledger.stories.read_window(now)
    return pruned


def backup(database: Path, settings: StoreSettings, now: datetime) -> Path | None:
    """Write the verified copy of the day and delete the oldest ones; None if none is wanted.

    Raises:
        StoreError: the copy cannot be written, or fails its check; the older ones stay.
    """
    if settings.backup_dir is None:
        return None
    target = settings.backup_dir / f"{database.stem}-{now:%Y-%m-%d}.db"
    upkeep.backup(database, target)
    copies = sorted(settings.backup_dir.glob(f"{database.stem}-????-??-??.db"))
    for old in copies[: -settings.backup_keep]:
        old.unlink()
    return target
