"""Long work on what is stored, in steps: by the daemon while it runs, else by this process.

A step ends within seconds and is whole, so that polls go on meanwhile, an interruption loses
nothing, and who waits sees how far it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from types import MappingProxyType

from ingestor import control, reclean
from ingestor.clock import wall_clock
from ingestor.config import Settings
from ingestor.engine import Engine
from ingestor.errors import LockedError
from ingestor.lock import Lock
from ingestor.pipeline import Line

Answer = Mapping[str, object]
"""What a step came to, as JSON knows it; ``finished`` says whether it was the last."""


async def _reclean(line: Line, arguments: Answer) -> Answer:
    if arguments.get("all"):
        await line.write(reclean.mark_all)
    return asdict(await reclean.step(line))


STEPS: Mapping[str, Callable[[Line, Answer], Coroutine[None, None, Answer]]] = MappingProxyType(
    {"reclean": _reclean}
)


def work_through(
    settings: Settings, command: str, workers: int, **first: object
) -> Iterator[Answer]:
    """Take step after step until nothing is left; give what each of them came to.

    Args:
        settings: The configuration.
        command: One of `STEPS`.
        workers: Number of worker processes, if no daemon does it.
        **first: Arguments of the first step.

    Raises:
        LockedError: another process works on the database, and it is no daemon.
        IngestorError: what ended a step; those before it are stored.
    """
    with ExitStack() as stack:
        step = _stepper(stack, settings, command, workers)
        answer = step(first)
        yield answer
        while not answer["finished"]:
            answer = step({})
            yield answer


def _stepper(
    stack: ExitStack, settings: Settings, command: str, workers: int
) -> Callable[[Answer], Answer]:
    """Find who takes the steps: this process for as long as the stack is open, or the daemon."""
    try:
        stack.enter_context(Lock(settings.database))
    except LockedError:
        if not control.is_served(settings.database):
            raise
        return lambda arguments: control.ask(settings.database, command, **arguments)
    runner = stack.enter_context(asyncio.Runner())
    engine = Engine(settings, wall_clock, workers=workers)
    runner.run(engine.__aenter__())
    stack.callback(lambda: runner.run(engine.__aexit__()))
    return lambda arguments: runner.run(STEPS[command](engine.line, arguments))
