"""Names to addresses, each in a thread of its own.

asyncio looks names up in the threads that everything else shares, six on two cores: a handful of
slow name servers would stop the whole process (cpython#112169). A small pool of our own would stop
no later: the system's resolver cannot be cancelled, so names whose deadline has passed still hold
its threads. A thread costs less than the question it waits for, and being a daemon thread it does
not hold up the end of the process either. There may be `MOST_LOOKUPS` of them, for a system counts
its threads as well, and one that is refused another cannot do anything else either.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from contextlib import suppress

from aiohttp.abc import AbstractResolver, ResolveResult

MOST_LOOKUPS = 128
"""Threads at a time; half of the tasks that the systemd unit allows for everything."""
PATIENCE = 5.0
"""Seconds that a name waits for a thread; the system's resolver asks again after as many."""

_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
_Found = list[tuple[socket.AddressFamily, str]]


class ThreadResolver(AbstractResolver):
    """The system's resolver, which no slow name can occupy.

    Args:
        most: Lookups that may be alive at once, those that nobody waits for any more included.
        patience: Seconds that another waits for one of them to end.
    """

    def __init__(self, most: int = MOST_LOOKUPS, patience: float = PATIENCE) -> None:
        self._free = asyncio.Semaphore(most)
        self._patience = patience

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look one name up.

        Raises:
            OSError: There is no such name, or no answer (`socket.gaierror`), or no thread to ask in
                (`BlockingIOError`).
        """
        # Whoever asks has a deadline, but the HTTP library lets this go on after it.
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError as error:
            raise _unasked() from error
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=kind, proto=0, flags=_NUMERIC
            )
            for kind, address in await self._asked(host, port, family)
        ]

    def _asked(self, host: str, port: int, family: socket.AddressFamily) -> asyncio.Future[_Found]:
        """Start a lookup; its place is free again when its thread ends, awaited or not."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Found] = loop.create_future()

        def tell(found: _Found | OSError) -> None:
            self._free.release()
            if answer.done():  # nobody waits any more
                return
            if isinstance(found, OSError):
                answer.set_exception(found)
            else:
                answer.set_result(found)

        def ask() -> None:
            found = _lookup(host, port, family)
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(tell, found)

        try:
            threading.Thread(target=ask, name=f"dns {host}", daemon=True).start()
        except RuntimeError:  # the system's limit, or the service's
            tell(_unasked())
        return answer

    async def close(self) -> None:
        """Nothing is held."""


def _unasked() -> OSError:
    return BlockingIOError(errno.EAGAIN, "no thread is free to look the name up")


def _lookup(host: str, port: int, family: socket.AddressFamily) -> _Found | OSError:
    try:
        found = socket.getaddrinfo(
            host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
    except UnicodeError:  # a label over 63 bytes: no such name can exist
        return socket.gaierror(socket.EAI_NONAME, "not a host name")
    except OSError as error:
        return error
    return [(kind, str(address[0])) for kind, _, _, _, address in found]
