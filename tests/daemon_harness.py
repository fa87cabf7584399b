"""The real process under test, and the world around it: a site, a service manager, a database.

Nothing here sleeps or guesses: a test waits for what it wants to see in a `Record`, which the
process's log, the manager's socket and the site fill.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Generic, TypeVar

from tests.fault_server import Request, head

T = TypeVar("T")
PATIENCE = 30.0  # seconds after which something awaited is held to be missing

CONFIG = """
database = "news.db"
[fetch]
allow_networks = ["127.0.0.0/8"]
per_host_interval = 0.0
[schedule]
interval = "1s"
max_interval = "1s"
[clean]
fulltext = "never"
[dedup]
encoder = "none"
[log]
format = "json"
level = "debug"
"""


class Record(Generic[T]):
    """What has happened so far, in order, and a way to wait for what is still to come."""

    def __init__(self) -> None:
        self.events: list[T] = []
        self._more = asyncio.Event()

    def add(self, event: T) -> None:
        self.events.append(event)
        self._more.set()
        self._more = asyncio.Event()

    async def until(self, wanted: Callable[[T], bool], times: int = 1) -> T:
        """Wait until something was seen this often, from the beginning on; give the last."""
        try:
            async with asyncio.timeout(PATIENCE):
                while len(found := [e for e in self.events if wanted(e)]) < times:
                    await self._more.wait()
        except TimeoutError:
            seen = "\n".join(map(str, self.events[-30:]))
            raise AssertionError(f"not seen within {PATIENCE:g} s; there was:\n{seen}") from None
        return found[times - 1]


# --- the site ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One report of a feed; its link identifies it, in whatever feed it stands."""

    link: str
    title: str
    text: str

    def xml(self) -> str:
        return (
            f"<item><guid>{self.link}</guid><link>{self.link}</link>"
            f"<title>{escape(self.title)}</title>"
            f"<description>{escape(f'<p>{self.text}</p>')}</description></item>"
        )


@dataclass(slots=True)
class Newsfeed:
    """An RSS feed that keeps all it ever published, under an ETag that counts its editions.

    Attributes:
        answered: The status of every answer, written in whole.
    """

    items: list[Item] = field(default_factory=list)
    edition: int = 0
    answered: Record[int] = field(default_factory=Record)

    def publish(self, *items: Item) -> None:
        """Add items, or replace those of the same link."""
        links = {item.link for item in items}
        self.items = [item for item in self.items if item.link not in links] + list(items)
        self.edition += 1

    @property
    def etag(self) -> str:
        return f'"{self.edition}-{len(self.items)}"'

    def body(self) -> bytes:
        items = "".join(item.xml() for item in self.items)
        return f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode()

    def response(self, request: Request) -> tuple[int, bytes]:
        """What to answer: the status, and all bytes."""
        if request.headers.get("if-none-match") == self.etag:
            return 304, head(304, {"ETag": self.etag})
        body = self.body()
        return 200, head(200, {"ETag": self.etag, "Content-Length": str(len(body))}) + body

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        status, answer = self.response(request)
        writer.write(answer)
        await writer.drain()
        self.answered.add(status)


def item(number: int, text: str = "") -> Item:
    """A report that resembles no other one."""
    words = " ".join(f"{word}{number}" for word in ("alpha", "beta", "gamma", "delta", "epsilon"))
    link = f"http://news.example/{number}"
    return Item(link=link, title=f"Report {number}", text=text or f"It says {words}.")


# --- the service manager -----------------------------------------------------------------


class Manager(asyncio.DatagramProtocol):
    """What systemd hears on its notify socket, one mapping a message."""

    def __init__(self) -> None:
        self.heard: Record[Mapping[str, str]] = Record()

    def datagram_received(self, data: bytes, _: object) -> None:
        self.heard.add(dict(line.split("=", 1) for line in data.decode().splitlines()))

    async def hears(self, assignment: str, times: int = 1) -> Mapping[str, str]:
        key, value = assignment.split("=", 1)
        return await self.heard.until(lambda message: message.get(key) == value, times)


@asynccontextmanager
async def manager(directory: Path) -> AsyncIterator[Manager]:
    """Listen on ``directory/notify``."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(directory / "notify"))
        listener.setblocking(False)
        transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
            Manager, sock=listener
        )
        try:
            yield protocol
        finally:
            transport.close()


# --- the process -------------------------------------------------------------------------


def write_config(directory: Path, urls: Sequence[str], extra: str = "") -> Path:
    """Write a configuration that polls these feeds every second."""
    feeds = "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls)
    path = directory / "ingestor.toml"
    path.write_text(CONFIG + extra + feeds, encoding="utf-8")
    return path


class Process:
    """``ingestor run``, with what it logs.

    Attributes:
        log: The events of standard error, one mapping a line.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.log: Record[dict[str, Any]] = Record()
        self._process = process
        self._reading = asyncio.create_task(self._read())

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    async def logs(self, event: str, times: int = 1, **fields: object) -> dict[str, Any]:
        """Wait for a line of the log."""
        wanted = {"event": event, **fields}
        return await self.log.until(lambda line: wanted.items() <= line.items(), times)

    async def ends(self, seconds: float = PATIENCE) -> int:
        """Wait until it and its workers, who share its standard error, are gone."""
        async with asyncio.timeout(seconds):
            await self._reading
            return await self._process.wait()

    async def kill(self) -> None:
        """End it as a power cut would, if it still runs."""
        if self._process.returncode is None:
            self._process.kill()
        await self.ends()

    async def _read(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            text = line.decode()
            self.log.add(json.loads(text) if text.startswith("{") else {"event": text})


@asynccontextmanager
async def started(config: Path, **environ: str) -> AsyncIterator[Process]:
    """Start the daemon; at the end of the block it is killed if it still runs."""
    command = [sys.executable, "-m", "ingestor", "run", "-c", str(config)]
    if (config.parent / "notify").exists():
        environ["NOTIFY_SOCKET"] = str(config.parent / "notify")
    process = Process(
        await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | environ,
            limit=1 << 24,
        )
    )
    try:
        yield process
    finally:
        await process.kill()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str


async def command(*arguments: str | Path) -> Ended:
    """Run a command of ``ingestor`` to its end, while the loop goes on."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ingestor", *map(str, arguments)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(status=process.returncode, out=out.decode(), err=err.decode())


# --- the database ------------------------------------------------------------------------


def rows(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """Ask the database as it lies there, without repairing or checkpointing it."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold the write lock, as a person in the ``sqlite3`` shell may."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
