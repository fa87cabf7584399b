"""Names to addresses, in threads of our own.

asyncio looks names up in the threads that everything else shares, six on two cores: a handful of
slow name servers would stop the whole process. Source: cpython#112169.
"""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class ThreadResolver(AbstractResolver):
    """The system's resolver, with so many threads.

    Args:
        threads: How many names may be looked up at once.
    """

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, "dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look one name up.

        Raises:
            OSError: There is no such name, or no answer (`socket.gaierror`).
        """
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, _lookup, host, port, family
        )
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=kind, proto=0, flags=_NUMERIC
            )
            for kind, address in found
        ]

    async def close(self) -> None:
        """Let go of the threads; one that still waits for a name server ends on its own."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _lookup(
    host: str, port: int, family: socket.AddressFamily
) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(
            host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
    except UnicodeError as error:  # a label over 63 bytes: no such name can exist
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from error
    return [(kind, str(address[0])) for kind, _, _, _, address in found]
