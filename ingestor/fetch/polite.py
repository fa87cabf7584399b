"""Whose turn it is: one request at a time to a host, a pause, and silence if it asks for it."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

_FIRST_SWEEP = 1024


@dataclass(slots=True)
class _Host:
    """What we owe one host; times are monotonic seconds."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    ready: float = 0.0
    silent: float = 0.0
    until: datetime | None = None


class Hosts:
    """The hosts that were contacted lately.

    Args:
        interval: Seconds from the end of one request to a host until the next; 0 takes off both
            the pause and the limit of one at a time, for servers that are one's own. A
            Retry-After is kept even then.
        monotonic: A clock that nobody sets, in seconds.
        sleep: Waits for some of these seconds.
    """

    def __init__(
        self,
        interval: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval = interval
        self._monotonic = monotonic
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._sweep_at = _FIRST_SWEEP

    def __len__(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    def paced(self, interval: float) -> Hosts:
        """The same hosts, with what they are owed, at another interval."""
        other = Hosts(interval, monotonic=self._monotonic, sleep=self._sleep)
        other._hosts = dict(self._hosts)
        return other

    def turn(self, name: str) -> AbstractAsyncContextManager[datetime | None]:
        """Wait for our turn with a host and hold it.

        Returns:
            A context that gives None; or the moment until which the host asked for silence, and
            then nothing may be sent.
        """
        host = self._host(name)
        return self._spaced(host) if self._interval > 0 else nullcontext(self._silence(host))

    @asynccontextmanager
    async def _spaced(self, host: _Host) -> AsyncIterator[datetime | None]:
        async with host.lock:
            if (until := self._silence(host)) is not None:
                yield until
                return
            if (pause := host.ready - self._monotonic()) > 0:
                await self._sleep(pause)
            try:
                yield None
            finally:
                host.ready = self._monotonic() + self._interval

    def silence(self, name: str, seconds: float, until: datetime) -> None:
        """Note a Retry-After.

        Args:
            name: The host that sent it.
            seconds: How long it lasts from now; what is waited for.
            until: The same as a moment; what is told to people.
        """
        host = self._host(name)
        end = self._monotonic() + seconds
        if end > host.silent:
            host.silent, host.until = end, until

    def _silence(self, host: _Host) -> datetime | None:
        return host.until if host.silent > self._monotonic() else None

    def _host(self, name: str) -> _Host:
        """Find or begin a host; now and then forget those that we owe nothing."""
        if len(self._hosts) >= self._sweep_at:
            now = self._monotonic()
            self._hosts = {
                key: host
                for key, host in self._hosts.items()
                if host.lock.locked() or max(host.ready, host.silent) > now
            }
            self._sweep_at = max(_FIRST_SWEEP, 2 * len(self._hosts))
        if (host := self._hosts.get(name)) is None:
            host = self._hosts[name] = _Host()
        return host
