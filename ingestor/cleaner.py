"""The daemon's part in cleaning again: some of it at a time, in the background."""

from __future__ import annotations

from collections.abc import Callable

from ingestor.engine import Engine
from ingestor.errors import StoreBusy, StoreFull
from ingestor.log import Logger
from ingestor.reclean import keep_up
from ingestor.worker import WorkerFailed

AT_ONCE = 500  # articles, so that polling has the workers and the database most of the time


class Cleaner:
    """Learns what sites repeat, and cleans again what is not up to date."""

    def __init__(self, engine: Engine, log: Logger, changed: Callable[[], None]) -> None:
        """Do nothing yet.

        Args:
            engine: Open.
            log: Where events go.
            changed: Told when texts or stories may have changed.
        """
        self._engine = engine
        self._log = log
        self._changed = changed

    async def reclean(self) -> None:
        """Do some of it; what hinders it is logged, and tried again."""
        try:
            kept = await keep_up(self._engine.line, AT_ONCE)
        except (StoreBusy, StoreFull, WorkerFailed) as error:
            self._log.error("nothing cleaned again", reason=str(error))
            return
        for one in kept.switched:
            self._log.info(
                "boilerplate", site=one.site, taken_out=one.taken_out, text=one.sample[:200]
            )
        if kept.done:
            self._changed()
            self._log.info(
                "cleaned again", articles=kept.done, changed=kept.changed, left=kept.left
            )
