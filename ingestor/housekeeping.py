"""What is done to the database besides polling: forget, back up, tidy.

What is too old is forgotten in steps, each of which is whole and ends within a second, so that
polls go on meanwhile, the watchdog is fed, and an interruption loses nothing. `backup` may run in
any thread, `keep` on the loop; the other functions run in the database's one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from glob import escape
from pathlib import Path

from ingestor.config import StoreSettings
from ingestor.errors import StoreError
from ingestor.ledger import Ledger
from ingestor.pipeline import Line
from ingestor.store import upkeep
from ingestor.store.values import Pruned


async def keep(line: Line) -> int:
    """Forget what is too old, step after step, then tidy up; give how many articles went.

    Raises:
        StoreError: the database cannot be written; the steps before are stored.
    """
    now, retention = line.clock(), line.settings.store.retention
    before = None if retention is None else now - retention
    articles, finished = 0, False
    while not finished:  # others write between two steps
        step = await line.write(prune, before, now)
        articles, finished = articles + len(step.article_ids), step.finished
    await line.write(tidy, now)
    return articles


def prune(ledger: Ledger, before: datetime | None, now: datetime) -> Pruned:
    """Forget some of what is too old; what is left is for the next step.

    Args:
        ledger: The ledger.
        before: Articles that were first seen before go; their guids stay known while feeds show
            them. None keeps all. The logs have an age of their own.
        now: The present.
    """
    store = ledger.store
    with store.transaction():
        pruned = Pruned() if before is None else upkeep.prune(store, before, now)
        finished = upkeep.forget_logs(store, now)
    ledger.stories.forget(pruned.article_ids)
    return replace(pruned, finished=pruned.finished and finished)


def tidy(ledger: Ledger, now: datetime) -> None:
    """Refresh statistics, truncate the write-ahead log, give back memory."""
    with ledger.store.transaction():
        upkeep.forget_robots(ledger.store, now)
    upkeep.optimize(ledger.store)
    upkeep.checkpoint(ledger.store)
    ledger.stories.read_window(now)  # the days that left the window take their memory along


def backup(
    database: Path,
    settings: StoreSettings,
    now: datetime,
    given_up: Callable[[], bool] = lambda: False,
) -> Path | None:
    """Write the verified copy of the day and delete the oldest ones; None if none is wanted.

    Raises:
        StoreError: the copy cannot be written, fails its check, or was given up, and the older ones
            stay; or it is there and an older one cannot be deleted.
    """
    if settings.backup_dir is None:
        return None
    names = f"{escape(database.stem)}-????-??-??.db"
    upkeep.sweep(settings.backup_dir, names)
    target = settings.backup_dir / f"{database.stem}-{now:%Y-%m-%d}.db"
    upkeep.backup(database, target, given_up)
    _delete(sorted(settings.backup_dir.glob(names))[: -settings.backup_keep])
    return target


def _delete(copies: Sequence[Path]) -> None:
    """Delete all that can be; then say of the others that they cannot."""
    problems = []
    for old in copies:
        try:
            old.unlink()
        except OSError as error:
            problems.append(f"{old}: cannot be deleted: {error.strerror}")
    if problems:
        raise StoreError("; ".join(problems))
