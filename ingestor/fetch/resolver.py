"""Names to addresses, each in a thread of its own.

asyncio looks names up in the threads that everything else shares, six on two cores: a handful of
slow name servers would stop the whole process (cpython#112169). A pool of our own would only be
larger: the system's resolver cannot be cancelled, so names whose deadline has passed would still
hold its threads. A thread costs less than the question it waits for, and being a daemon thread it
does not hold up the end of the process either.
"""

from __future__ import annotations

import asyncio
import socket
import threading

from aiohttp.abc import AbstractResolver, ResolveResult

_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
_Found = list[tuple[socket.AddressFamily, str]]


class ThreadResolver(AbstractResolver):
    """The system's resolver, which no slow name can occupy."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look one name up.

        Raises:
            OSError: There is no such name, or no answer (`socket.gaierror`).
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Found] = loop.create_future()

        def tell(found: _Found | OSError) -> None:
            if answer.done():  # nobody waits any more
                return
            if isinstance(found, OSError):
                answer.set_exception(found)
            else:
                answer.set_result(found)

        def ask() -> None:
            found = _lookup(host, port, family)
            if not loop.is_closed():
                loop.call_soon_threadsafe(tell, found)

        threading.Thread(target=ask, name=f"dns {host}", daemon=True).start()
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=kind, proto=0, flags=_NUMERIC
            )
            for kind, address in await answer
        ]

    async def close(self) -> None:
        """Nothing is held."""


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
