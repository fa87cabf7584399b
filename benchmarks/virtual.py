"""Time that passes only when nothing is left to be done: a month in minutes, by the same code."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    pass

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

EPOCH = datetime(2026, 3, 2, tzinfo=UTC)
_LEAST = 1e-6  # seconds: more than a float loses at the end of a year


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer once all else is done.

    It stands still while a thread is at work (`run_in_executor`), as if that took no time.
    """

    def __init__(self) -> None:
        """Begin at zero."""
        self._seconds = 0.0
        self._threads = 0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        """Seconds since the beginning."""
        return self._seconds

    def skip(self, seconds: float) -> bool:
        """Let time pass, unless a thread is at work."""
        if not self._threads:
            self._seconds += max(seconds, _LEAST)
        return not self._threads

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Count the threads at work."""
        future: asyncio.Future[T] = super().run_in_executor(executor, func, *args)
        self._threads += 1
        future.add_done_callback(self._returned)
        return future

    def _returned(self, _: object) -> None:
        self._threads -= 1


class _Jumping(selectors.DefaultSelector):
    """Instead of waiting for a timer it lets time jump there."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        return super().select(0 if self._loop.skip(timeout) else None)


class Clock:
    """The time of day as the machine believes it to be.

    Attributes:
        slept: Seconds that the machine slept: they pass for the world, not for the loop.
        error: Seconds by which it is ahead of the world.
    """

    def __init__(self, loop: VirtualLoop) -> None:
        """Begin at `EPOCH`."""
        self._loop = loop
        self.slept = 0.0
        self.error = 0.0

    def world(self) -> float:
        """Seconds since the beginning, as the world counts them."""
        return self._loop.time() + self.slept

    def __call__(self) -> datetime:
        """What the machine takes for now."""
        return EPOCH + timedelta(seconds=self.world() + self.error)
