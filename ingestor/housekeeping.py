"""What is done to the database besides polling: forget, back up, tidy.

All functions run in the database's one thread, on its `Ledger`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ingestor.config import StoreSettings
from ingestor.ledger import Ledger
from ingestor.store import upkeep
from ingestor.store.values import Pruned


def nightly(ledger: Ledger, settings: StoreSettings, now: datetime) -> tuple[str, ...]:
    """The housekeeping of one night; a sentence for each thing done."""
    done = []
    if settings.retention is not None:
        pruned = prune(ledger, now - settings.retention, now)
        done.append(f"{pruned.articles} articles forgotten")
    if settings.backup_dir is not None:
        target = settings.backup_dir / f"{ledger.store.path.stem}-{now:%Y-%m-%d}.db"
        done.append(f"backup {backup(ledger, target, settings.backup_keep)}")
    upkeep.optimize(ledger.store)
    upkeep.checkpoint(ledger.store)
    return (*done, "statistics refreshed, write-ahead log truncated")


def prune(ledger: Ledger, before: datetime, now: datetime) -> Pruned:
    """Forget articles first seen before a moment; their guids stay known while feeds show them."""
    with ledger.store.transaction():
        pruned = upkeep.prune(ledger.store, before, now)
    ledger.read_window(now)
    return pruned


def backup(ledger: Ledger, target: Path, keep: int) -> Path:
    """Write a verified copy and delete the oldest ones beyond `keep`."""
    upkeep.backup(ledger.store, target)
    copies = sorted(target.parent.glob(f"{ledger.store.path.stem}-????-??-??.db"))
    for old in copies[:-keep]:
        old.unlink()
    return target
