"""What the daemon fingerprints again: by itself a little at a time, at full speed when asked.

One run at a time. What is left to do shows in the database, so a run may be cut off and begun anew
at any moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict

from ingestor.engine import Engine
from ingestor.errors import EncoderError, IngestorError, StoreBusy, StoreFull, UsageError
from ingestor.log import Logger
from ingestor.refingerprint import Progress, Stage, learn, reassess, refingerprint

LONGEST_REST = 5.0  # seconds


class Renewal:
    """The runs of one daemon."""

    def __init__(
        self,
        engine: Engine,
        log: Logger,
        changed: Callable[[], None],
        broken: Callable[[BaseException], None],
    ) -> None:
        """Nothing runs yet.

        Args:
            engine: Open.
            log: Where the outcome of a run goes.
            changed: Told when stories may have changed.
            broken: Told of an error that is a bug.
        """
        self._engine = engine
        self._log = log
        self._changed = changed
        self._broken = broken
        self._learning = asyncio.Lock()
        self._ordering = asyncio.Lock()  # one order at a time: each may end the run of another
        self._task: asyncio.Task[None] | None = None
        self._beside = 0
        self._judge = False
        self._stages: dict[Stage, Progress] = {}
        self._error: IngestorError | None = None

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._task is not None and not self._task.done()

    async def learn(self) -> None:
        """Learn languages that have enough articles by now."""
        try:
            async with self._learning:
                learned = await learn(self._engine.line)
        except (EncoderError, StoreBusy, StoreFull) as error:
            self._log.error("no language learned", reason=str(error))
        else:
            for language in learned:
                self._log.info("language learned", language=language)

    def begin(self) -> None:
        """Look in the background for what is outdated: one worker at most, half of the time."""
        if not self.running:
            self._start(beside=0)

    async def order(self, arguments: Mapping[str, object]) -> Mapping[str, object]:
        """Do what the command asks: begin at full speed, or tell how far it is.

        Raises:
            UsageError: the command was configured with another encoder than this daemon.
        """
        ours = self._engine.line.settings.dedup.encoder
        if (theirs := arguments.get("encoder")) != ours:
            raise UsageError(
                f"the daemon works with the encoder {ours!r} until it is restarted; the"
                f" configuration now says {theirs!r}"
            )
        if arguments.get("begin"):
            async with self._ordering:
                if not (self.running and self._beside):
                    await self.stop()
                    self._start(beside=self._engine.workers)
                self._judge |= bool(arguments.get("judge"))
        return self._told()

    async def stop(self) -> None:
        """Cut a run off; what it has stored stays."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _start(self, *, beside: int) -> None:
        self._beside, self._judge, self._stages, self._error = beside, False, {}, None
        self._task = asyncio.create_task(self._run(), name="refingerprint")
        self._task.add_done_callback(self._finished)

    async def _run(self) -> None:
        await self.learn()  # else what is made now would soon be outdated
        line = self._engine.line
        try:
            await self._go_through(refingerprint(line, beside=max(1, self._beside)))
            if self._judge:
                await self._go_through(reassess(line))
                self._changed()
        except (EncoderError, StoreBusy, StoreFull) as error:
            self._error = error
            self._log.error("not all fingerprinted again", reason=str(error))
        for stage, progress in self._stages.items():
            if progress.changed or progress.failed:
                self._log.info(_EVENTS[stage], **_figures(progress))

    async def _go_through(self, steps: AsyncIterator[Progress]) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        async for progress in steps:
            self._stages[progress.stage] = progress
            if not self._beside:
                await asyncio.sleep(min(clock() - began, LONGEST_REST))
            began = clock()

    def _finished(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)

    def _told(self) -> Mapping[str, object]:
        return {
            "running": self.running,
            "stages": [asdict(progress) for progress in self._stages.values()],
            "error": None if self._error is None else str(self._error),
            "exit_status": 0 if self._error is None else self._error.exit_status,
        }


_EVENTS: Mapping[Stage, str] = {"fingerprints": "fingerprinted again", "stories": "judged again"}


def _figures(progress: Progress) -> Mapping[str, object]:
    found: dict[str, object] = {"articles": progress.changed, "of": progress.total}
    if progress.failed:
        found |= {"failed": progress.failed, "reason": progress.reason}
    return found
