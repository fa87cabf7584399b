"""A web server for the benchmark: feeds with validators, and a count of its answers.

::

    python -m benchmarks.server FOLDER ADDRESSES DELAY

FOLDER holds the feeds, ADDRESSES is the number of loopback addresses (127.0.0.1 and on), DELAY the
answer time in seconds. The port stands on the first line of standard output. ``GET /counts``
answers with the counts since the last such request, as JSON. Source: RFC 9110 §13 (conditional
requests), RFC 9112 (the wire).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from benchmarks.corpus import NEWEST

MODIFIED = format_datetime(NEWEST, usegmt=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A feed and its validator."""

    etag: str
    body: bytes

    @classmethod
    def of(cls, body: bytes) -> Page:
        """Name a body by its hash."""
        return cls(etag=f'"{hashlib.sha256(body).hexdigest()[:16]}"', body=body)


class Site:
    """The pages, and the record of what was asked since the last look."""

    def __init__(self, pages: dict[str, Page]) -> None:
        self._pages = pages
        self._counts: Counter[str] = Counter()
        self._first = 0.0
        self._last = 0.0

    def answer(self, target: str, headers: dict[str, str]) -> bytes:
        """Answer one request."""
        if target == "/counts":
            return _response("200 OK", self._take(), "Content-Type: application/json\r\n")
        self._last = time.monotonic()
        self._first = self._first or self._last
        page = self._pages.get(target)
        if page is None:
            self._counts["404"] += 1
            return _response("404 Not Found", b"", "")
        validators = f"ETag: {page.etag}\r\nLast-Modified: {MODIFIED}\r\n"
        if _unchanged(page, headers):
            self._counts["304"] += 1
            return f"HTTP/1.1 304 Not Modified\r\n{validators}\r\n".encode()
        self._counts["200"] += 1
        return _response("200 OK", page.body, "Content-Type: application/xml\r\n" + validators)

    def _take(self) -> bytes:
        """Give the counts, and the moments (monotonic seconds) of the first and last request."""
        told = {"counts": self._counts, "first": self._first, "last": self._last}
        self._counts, self._first, self._last = Counter(), 0.0, 0.0
        return json.dumps(told).encode()


def _unchanged(page: Page, headers: dict[str, str]) -> bool:
    """Whether the client has this very page; If-None-Match decides alone where it is given."""
    if known := headers.get("if-none-match"):
        return page.etag in known
    since = headers.get("if-modified-since")
    return since is not None and parsedate_to_datetime(since) >= NEWEST


def _response(status: str, body: bytes, headers: str) -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _serve(
    site: Site, delay: float, reader: asyncio.StreamReader, out: asyncio.StreamWriter
) -> None:
    """Answer one connection until it is closed."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            request, *lines = head.rstrip().split("\r\n")
            target = request.split(" ")[1]
            pairs = (line.partition(":") for line in lines)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            answer = site.answer(target, headers)
            if delay and target != "/counts":
                await asyncio.sleep(delay)
            out.write(answer)
            await out.drain()
            if headers.get("connection", "").lower() == "close":
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has what it wanted
    finally:
        out.close()


async def main(folder: Path, addresses: int, delay: float) -> None:
    """Serve until killed."""
    site = Site({f"/{path.name}": Page.of(path.read_bytes()) for path in folder.glob("*.xml")})

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _serve(site, delay, reader, writer)

    first = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=512)
    port = first.sockets[0].getsockname()[1]
    for last in range(2, addresses + 1):
        await asyncio.start_server(connected, f"127.0.0.{last}", port, backlog=512)
    print(port, flush=True)
    await first.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
