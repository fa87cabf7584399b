"""How many feeds one process can poll: unchanged ones and new ones, beside a bare HTTP loop.

10,000 feeds under 200 host names, which a resolver of our own leads to loopback addresses, are
served by a process that knows nothing but two answers: 304 to whoever names the ETag, else a feed
of one short item. Four rounds over the same URLs, 64 requests at a time:

- *first*: the whole way of a poll into an empty database, parsing and preparing in a worker;
- *unchanged*: the whole way again, which is a 304 and a row in `polls`;
- *client*: the client alone asks conditionally, with its guard, deadline and turns;
- *bare*: aiohttp alone asks the same conditionally and reads the answer. Nothing can be faster, so
  it is the limit.

The last three take turns, `SLICE` feeds at a time, so that whatever else the machine does hinders
all of them alike. CPU is that of this process, the workers' apart.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import TypeVar

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from ingestor.config import DedupSettings, FetchSettings, Settings
from ingestor.engine import Engine
from ingestor.fetch.client import Client
from ingestor.ledger import Ledger
from ingestor.models import Feed, Validators
from ingestor.pipeline import poll

T = TypeVar("T")

HOSTS = 200
ADDRESSES = 20
SIDE_BY_SIDE = 64
SLICE = 1000
ETAG = '"1"'
FLOOR_RATE = 0.5  # of the bare loop's, for unchanged polls with all that belongs to them
FLOOR_MEMORY = 300  # MB, workers apart
ROOT = Path(__file__).parents[1]

NOT_MODIFIED = f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\n\r\n".encode()
DOCUMENT = """<rss version="2.0"><channel><title>Feed {0}</title><link>http://feed{0}.test/</link>
<item><guid>{0}</guid><title>Report {0}</title><link>http://feed{0}.test/{0}</link>
<description>Minister {0} opened bridge {0}.</description></item></channel></rss>"""


# --- the server ----------------------------------------------------------------------------


class Answers(asyncio.Protocol):
    """One connection: as little HTTP as a server can know, so that it is not what is measured."""

    connections = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        Answers.connections += 1
        self._transport = transport
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        *requests, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for request in requests:
            self._transport.write(_answer(request))  # type: ignore[attr-defined]  # it is a Transport


def _answer(request: bytes) -> bytes:
    if b"\nIf-None-Match:" in request:
        return NOT_MODIFIED
    path = request.split(b" ", 2)[1].decode()
    told = path == "/connections"
    body = (str(Answers.connections) if told else DOCUMENT.format(path.strip("/"))).encode()
    head = f"HTTP/1.1 200 OK\r\nETag: {ETAG}\r\nContent-Type: application/rss+xml\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def serve() -> None:
    """Serve until killed; the port stands on the first line of standard output."""
    loop = asyncio.get_running_loop()
    first = await loop.create_server(Answers, "127.0.0.1", 0, backlog=512)
    port = first.sockets[0].getsockname()[1]
    for last in range(2, ADDRESSES + 1):
        await loop.create_server(Answers, f"127.0.0.{last}", port, backlog=512)
    print(port, flush=True)
    await first.serve_forever()


@contextmanager
def server() -> Iterator[int]:
    """Run the server in a process of its own; gives its port."""
    command = [sys.executable, "-m", "benchmarks.bench_fetch", "--serve"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("no pipe")
            yield int(process.stdout.readline())
        finally:
            process.kill()


class Names(AbstractResolver):
    """Leads ``host7.test`` to 127.0.0.8, and so on round the addresses."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Take the address from the number in the name."""
        number = int(host.removeprefix("host").removesuffix(".test"))
        return [
            ResolveResult(
                hostname=host,
                host=f"127.0.0.{number % ADDRESSES + 1}",
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


# --- the rounds ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round took.

    Attributes:
        seconds: Of the wall.
        cpu: User and system seconds of this process.
        outcomes: How many ended how.
        sockets: The most that were open at once, files included.
    """

    seconds: float
    cpu: float
    outcomes: Counter[str]
    sockets: int

    def __add__(self, other: Round) -> Round:
        return Round(
            seconds=self.seconds + other.seconds,
            cpu=self.cpu + other.cpu,
            outcomes=self.outcomes + other.outcomes,
            sockets=max(self.sockets, other.sockets),
        )

    def row(self, name: str) -> str:
        """A line of the table."""
        count = self.outcomes.total()
        return (
            f"{name:10} {count / self.seconds:9,.0f} polls/s {self.cpu / count * 1e6:7.0f} µs CPU"
            f" {self.sockets:5} sockets   {dict(self.outcomes)}"
        )


async def measured(items: Sequence[T], one: Callable[[T], Awaitable[str]]) -> Round:
    """Do something with each item, `SIDE_BY_SIDE` at a time."""
    outcomes: Counter[str] = Counter()
    waiting = enumerate(items)  # of all runners: a look at the sockets costs as much as a request
    most = 0

    async def runner() -> None:
        nonlocal most
        for number, item in waiting:
            outcomes[await one(item)] += 1
            if number % 200 == 199:
                most = max(most, len(os.listdir("/proc/self/fd")))  # noqa: PTH208  names suffice

    start, cpu = time.monotonic(), time.process_time()
    async with asyncio.TaskGroup() as group:
        for _ in range(SIDE_BY_SIDE):
            group.create_task(runner())
    return Round(
        seconds=time.monotonic() - start,
        cpu=time.process_time() - cpu,
        outcomes=outcomes,
        sockets=most,
    )


async def rounds(settings: Settings) -> dict[str, Round]:
    """All rounds, in one process."""
    connector = aiohttp.TCPConnector(limit=SIDE_BY_SIDE, resolver=Names())
    async with (
        Engine(settings, _now, workers=1) as engine,
        Client(settings.fetch, clock=_now, resolver=Names()) as client,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        line = replace(engine.line, fetch=client.get)

        async def whole(feed: Feed) -> str:
            report = await poll(line, feed, states[feed.url])
            return f"{report.outcome} {report.reason}".strip()

        async def ask(feed: Feed) -> str:
            return type(await client.get(feed, Validators(etag=ETAG))).__name__

        async def bare(feed: Feed) -> str:
            async with session.get(feed.url, headers={"If-None-Match": ETAG}) as response:
                await response.read()
                return str(response.status)

        states = await line.write(Ledger.states)
        results = {"first": await measured(settings.feeds, whole)}
        states = await line.write(Ledger.states)
        ways = {"unchanged": whole, "client": ask, "bare": bare}
        for start in range(0, len(settings.feeds), SLICE):
            for name, way in ways.items():
                part = await measured(settings.feeds[start : start + SLICE], way)
                results[name] = results[name] + part if name in results else part
    return results


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> int:
    """Measure, print, and compare with the floors; the exit status says whether they hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--serve", action="store_true", help="be the server")
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve())
        return 0
    with server() as port, tempfile.TemporaryDirectory(prefix="bench-fetch-") as folder:
        feeds = tuple(
            Feed(url=f"http://host{number % HOSTS}.test:{port}/{number}", name=str(number))
            for number in range(arguments.feeds)
        )
        settings = Settings(
            database=Path(folder) / "news.db",
            feeds=feeds,
            fetch=FetchSettings(
                allow_networks=(ip_network("127.0.0.0/8"),),
                per_host_interval=0,
                max_concurrent=SIDE_BY_SIDE,
            ),
            dedup=DedupSettings(encoder="none"),
        )
        return _told(asyncio.run(rounds(settings)))


def _told(results: dict[str, Round]) -> int:
    for name, run in results.items():
        print(run.row(name))
    limit = results["bare"].seconds
    client, whole = (limit / results[name].seconds for name in ("client", "unchanged"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sound = all(len(run.outcomes) == 1 for run in results.values())
    print(f"client alone: {client:.2f} of the bare loop's rate")
    print(f"unchanged polls: {whole:.2f} of the bare loop's rate (floor {FLOOR_RATE})")
    print(f"peak memory beside the workers: {memory:.0f} MB (floor {FLOOR_MEMORY})")
    return 0 if sound and whole >= FLOOR_RATE and memory <= FLOOR_MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
