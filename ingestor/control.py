"""Hand a command to the running daemon, so that there are never two writers.

A Unix socket beside the database, for its owner alone. One connection carries one request and one
answer, a line of JSON each::

    {"command": "prune", "arguments": {"before": "2026-01-01T00:00:00+00:00"}}
    {"answer": {"articles": 12, "stories": 3, "finished": true}}
    {"error": "…", "exit_status": 64}                                 if it cannot be done
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestor.errors import IngestorError, LockedError, UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

MAX_LINE = 1 << 20  # bytes of a request or an answer
HEAR_SECONDS = 10.0  # in which a client must have sent its request
ANSWER_SECONDS = 600.0  # in which the daemon must have done what was asked, or a step of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asks for: a command and its arguments, as JSON has them."""

    command: str
    arguments: Mapping[str, object]


def socket_path(database: Path) -> Path:
    """Name the control socket of a database, by whatever link that is named."""
    return Path(f"{os.path.realpath(database)}.sock")


def is_served(database: Path) -> bool:
    """Whether a daemon listens on a database, or did when it was killed."""
    return socket_path(database).exists()


@asynccontextmanager
async def serve(
    database: Path, handler: Callable[[Request], Awaitable[Mapping[str, object]]]
) -> AsyncIterator[None]:
    """Answer requests inside the block; only for whoever holds the lock on the database.

    Args:
        database: The socket lies beside it. One that a killed process left behind is replaced.
        handler: Does what a request asks. An `IngestorError` that it raises goes to the client.

    Raises:
        OSError: the socket cannot be made.
    """
    path = socket_path(database)
    path.unlink(missing_ok=True)
    under_way: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_converse(reader, writer, handler))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    server = await asyncio.start_unix_server(connected, sock=_bound(path), limit=MAX_LINE)
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


def ask(database: Path, command: str, **arguments: object) -> Mapping[str, object]:
    """Ask the daemon that runs on a database; blocks until it has answered.

    Raises:
        LockedError: no daemon listens there, or it does not answer.
        IngestorError: what the daemon says against it, with the exit status it chose.
    """
    return asyncio.run(call(database, command, **arguments))


async def call(database: Path, command: str, **arguments: object) -> Mapping[str, object]:
    """The same for who asks several things at once."""
    path = socket_path(database)
    request = json.dumps({"command": command, "arguments": arguments}).encode() + b"\n"
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            line = await _exchange(path, request)
    except TimeoutError as error:
        raise LockedError(f"{path}: the daemon did not answer in time") from error
    except OSError as error:
        raise LockedError(f"{path}: the daemon cannot be asked: {error.strerror}") from error
    return _read_answer(path, line)


async def _exchange(path: Path, request: bytes) -> bytes:
    """Send a line, and give the one that comes back; a part of it if the daemon hangs up."""
    with _short(path) as address:
        reader, writer = await asyncio.open_unix_connection(address, limit=MAX_LINE)
    try:
        with suppress(ConnectionError):  # it may answer before it has read all
            writer.write(request)
            await writer.drain()
        return await reader.readline()
    finally:
        writer.close()


def _read_answer(path: Path, line: bytes) -> Mapping[str, object]:
    if not line.endswith(b"\n"):
        raise LockedError(f"{path}: the daemon hung up before it had answered")
    answer = json.loads(line)
    if "error" in answer:
        error = IngestorError(answer["error"])
        error.exit_status = answer["exit_status"]
        raise error
    result: Mapping[str, object] = answer["answer"]
    return result


async def _converse(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    handler: Callable[[Request], Awaitable[Mapping[str, object]]],
) -> None:
    """Hear one request and answer it; a client that has gone misses the answer."""
    try:
        try:
            reply: Mapping[str, object] = {"answer": await handler(await _hear(reader))}
        except IngestorError as error:
            reply = {"error": str(error), "exit_status": error.exit_status}
        writer.write(json.dumps(reply).encode() + b"\n")
        with suppress(ConnectionError):
            await writer.drain()
    finally:
        writer.close()


async def _hear(reader: asyncio.StreamReader) -> Request:
    """Read one request.

    Raises:
        UsageError: it is too long, too slow, or not a request.
    """
    try:
        async with asyncio.timeout(HEAR_SECONDS):
            line = await reader.readuntil(b"\n")
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
        raise UsageError("the request did not arrive") from error
    except asyncio.LimitOverrunError as error:
        raise UsageError(f"the request is longer than {MAX_LINE} bytes") from error
    try:
        match json.loads(line):
            case {"command": str(command), "arguments": dict(arguments)}:
                return Request(command=command, arguments=arguments)
    except (ValueError, RecursionError) as error:
        raise UsageError("the request is not JSON") from error
    raise UsageError("the request names no command and arguments")


def _bound(path: Path) -> socket.socket:
    """Make a socket file that only its owner may use from the first moment on."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listener.fileno(), 0o600)  # Linux makes the file with the mode of the socket
        with _short(path) as address:
            listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """Name a socket through its open directory: the kernel takes 107 bytes of path, no more."""
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)
