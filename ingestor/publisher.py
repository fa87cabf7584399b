"""When the daemon publishes: after something changed, and not for every poll of a busy minute."""

from __future__ import annotations

import asyncio

from ingestor.config import Settings
from ingestor.errors import StoreError
from ingestor.log import Logger
from ingestor.metrics import Metrics
from ingestor.polled import Report
from ingestor.publish import site


class Publisher:
    """Remembers whether there is something to publish; at first there may be."""

    def __init__(self, log: Logger, metrics: Metrics) -> None:
        self._log = log
        self._metrics = metrics
        self._pending = True

    def polled(self, report: Report) -> None:
        """Take note of what a poll changed."""
        self._pending |= bool(report.new or report.updated)

    def touched(self) -> None:
        """Take note that anything else may have changed: the configuration, a ruling."""
        self._pending = True

    async def publish(self, settings: Settings) -> None:
        """Write the feeds if need be; what hinders it is logged, and tried again."""
        public = settings.publish
        if public.dir is None or not self._pending:
            return
        self._pending = False
        try:
            done = await asyncio.to_thread(site.publish, settings.database, public, public.dir)
        except (OSError, StoreError) as error:
            self._pending = True
            self._metrics.published(done=False)
            self._log.error("feeds not published", reason=str(error))
        else:
            self._metrics.published(done=True)
            self._log.info("published", written=done.written, removed=done.removed)
