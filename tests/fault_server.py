"""A web server that misbehaves on purpose: raw sockets on loopback, one path for each fault.

::

    async with FaultServer() as server:
        server.url("/ok")                     # http://127.0.0.1:PORT/ok
        server.url("/ok", "a.test")           # by a name, which Names(a=["127.0.0.1"]) resolves
        server.requests                       # what was asked, in order
        server.route("/mine", reply(200, b"…"))
        server.restore("/ok")                 # to what it was before `route`

It knows no HTTP but what it sends, so that it can send what no server should.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import time
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp.abc import AbstractResolver, ResolveResult

from tests.fault_documents import DOCUMENTS

FEED = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Loopback</title><link>http://example.test/</link>
<item><guid>1</guid><title>One</title><link>http://example.test/1</link></item>
</channel></rss>
"""
ETAG = 'W/"v1"'
MODIFIED = "Mon, 23 Nov 2026 10:00:00 GMT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sent; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    connection: int


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]
Headers = dict[str, str]


def head(status: int, headers: Headers | None = None, reason: str = "X") -> bytes:
    """Write a status line and headers."""
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")


def reply(status: int, body: bytes = b"", headers: Headers | None = None) -> Handler:
    """Answer soundly, with a Content-Length."""
    return raw(head(status, {"Content-Length": str(len(body)), **(headers or {})}) + body)


def raw(data: bytes, *, close: bool = False) -> Handler:
    """Answer with these bytes, sound or not."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        if close:
            writer.close()

    return answer


def redirect(location: str, status: int = 302, body: bytes = b"") -> Handler:
    """Send the client elsewhere."""
    return reply(status, body, {"Location": location})


def packed(body: bytes, coding: str = "gzip") -> Handler:
    """Answer with a body that is already coded."""
    return reply(200, body, {"Content-Encoding": coding})


def drip(first: bytes, piece: bytes, pause: float = 0.05) -> Handler:
    """Send something, then a piece at a time, for ever."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


async def conditional(request: Request, writer: asyncio.StreamWriter) -> None:
    """A model server: 304 to the ETag it gave, else the feed."""
    headers = {"ETag": ETAG, "Last-Modified": MODIFIED, "Content-Type": "application/rss+xml"}
    if request.headers.get("if-none-match") == ETAG:
        writer.write(head(304, {**headers, "Cache-Control": "max-age=600"}))
    else:
        writer.write(head(200, {**headers, "Content-Length": str(len(FEED))}) + FEED)


async def not_modified_with_body(request: Request, writer: asyncio.StreamWriter) -> None:
    """Break RFC 9110 §15.4.5, as some servers do."""
    status = 304 if "if-none-match" in request.headers else 200
    headers = {"ETag": ETAG, "Content-Length": str(len(FEED)), "Connection": "close"}
    writer.write(head(status, headers) + FEED)
    writer.close()


async def growing(request: Request, writer: asyncio.StreamWriter) -> None:
    """Redirect to an ever longer address."""
    writer.write(head(302, {"Location": request.path + "x", "Content-Length": "0"}))


async def silent(_: Request, writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    while not writer.is_closing():
        await asyncio.sleep(0.05)


async def reset(_: Request, writer: asyncio.StreamWriter) -> None:
    """Break off within the body, by a TCP reset."""
    linger = socket.SO_LINGER, (1).to_bytes(4, "little") + bytes(4)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, *linger)
    writer.write(head(200, {"Content-Length": "9999"}) + FEED)
    await writer.drain()
    writer.transport.abort()


async def changing_etag(_: Request, writer: asyncio.StreamWriter) -> None:
    """Give the same body under an ETag that never comes twice, as some server farms do."""
    etag = f'"{time.monotonic_ns()}"'
    writer.write(head(200, {"ETag": etag, "Content-Length": str(len(FEED))}) + FEED)


def bomb(megabytes: int) -> bytes:
    """Pack zeros, a thousand to one."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1024 * 1024)
    return b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()


GZIP = gzip.compress(FEED, mtime=0)
DEFLATE_BARE = zlib.compress(FEED, wbits=-15)
BOMB = bomb(64)


def faults() -> dict[str, Handler]:
    """Every path that is served without being asked for."""
    length = {"Content-Length": str(len(FEED))}
    whole = head(200, length) + FEED
    chunked = head(200, {"Transfer-Encoding": "chunked"})
    return {
        **{f"/{name}": reply(200, body) for name, body in DOCUMENTS.items()},
        # sound
        "/ok": conditional,
        "/plain": reply(200, FEED),
        "/gzip": packed(GZIP),
        "/two-members": packed(GZIP + gzip.compress(b"<!-- more -->")),
        "/gzip-padded": packed(GZIP + bytes(16)),
        "/deflate": packed(zlib.compress(FEED), "deflate"),
        "/deflate-bare": packed(DEFLATE_BARE, "deflate"),
        "/chunked": raw(
            head(200, {"Transfer-Encoding": "chunked"})
            + b"%x\r\n%s\r\n0\r\n\r\n" % (len(FEED), FEED)
        ),
        "/long-header": reply(200, FEED, {"Content-Security-Policy": "x" * 20_000}),
        "/500-headers": reply(200, FEED, {f"X-{n}": "y" * 50 for n in range(500)}),
        "/early-hints": raw(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + whole),
        "/continue": raw(b"HTTP/1.1 100 Continue\r\n\r\n" + whole),
        "/http-1.0": raw(b"HTTP/1.0 200 OK\r\n\r\n" + FEED, close=True),
        "/bare-lf": raw(whole.replace(b"\r\n", b"\n"), close=True),
        "/folded": raw(whole.replace(b"\r\n", b"\r\nX-A: b\r\n c\r\n", 1)),
        "/latin-1-header": raw(whole.replace(b" X\r\n", b" \xd6l\r\nX-A: \xfc\r\n", 1)),
        "/bad-cookie": raw(whole.replace(b"\r\n", b"\r\nSet-Cookie: \xff=\x01;;=\r\n", 1)),
        # slow, endless, large
        "/silent": silent,
        "/slow-headers": drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        "/slow-body": drip(head(200, {"Content-Length": "100000"}), b"a"),
        "/infinite": drip(head(200), bytes(65536), pause=0),
        "/lying-length": drip(head(200, {"Content-Length": "99999999999"}), bytes(1000)),
        "/bomb": packed(BOMB),
        "/bomb-in-bomb": packed(gzip.compress(BOMB), "gzip, gzip"),
        "/endless-nothing": drip(
            head(200, {"Content-Encoding": "gzip"}) + GZIP[:10], b"\0\0\0\xff\xff" * 9999, pause=0
        ),
        "/endless-continue": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", pause=0),
        "/endless-extension": drip(chunked, b"1;" + b"a" * 60_000 + b"\r\na\r\n", pause=0),
        "/endless-trailer": drip(chunked + b"0\r\n", b"X-A: " + b"a" * 6000 + b"\r\n", pause=0),
        "/endless-headers": drip(b"HTTP/1.1 200 OK\r\n", b"X: " + b"a" * 6000 + b"\r\n", pause=0),
        "/redirect-bomb": reply(302, BOMB, {"Location": "/plain", "Content-Encoding": "gzip"}),
        # cut, damaged, not HTTP
        "/short": raw(head(200, {"Content-Length": "9999"}) + FEED, close=True),
        "/bad-chunk": raw(
            head(200, {"Transfer-Encoding": "chunked"}) + b"zz\r\nnonsense\r\n", close=True
        ),
        "/truncated-gzip": packed(GZIP[:-12]),
        "/truncated-deflate": packed(DEFLATE_BARE[:-6], "deflate"),
        "/not-gzip": packed(FEED),
        "/brotli": packed(b"\x0b\x02\x80feed\x03", "br"),
        "/unknown-coding": packed(FEED, "rot13"),
        "/garbage": raw(b"\x00\x01\x02 this is not HTTP\r\n\r\n", close=True),
        "/hang-up": raw(b"", close=True),
        "/reset": reset,
        "/no-head": raw(FEED, close=True),
        "/http-2": raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", close=True),
        "/http-9.9": raw(b"HTTP/9.9 200 OK\r\n\r\n", close=True),
        "/icy": raw(b"ICY 200 OK\r\n\r\n" + FEED, close=True),
        "/length-of-words": raw(head(200, {"Content-Length": "many"}) + FEED, close=True),
        "/negative-length": raw(head(200, {"Content-Length": "-5"}) + FEED, close=True),
        "/length-and-chunks": raw(
            head(200, {**length, "Transfer-Encoding": "chunked"}) + b"0\r\n\r\n", close=True
        ),
        "/coded-transfer": raw(
            head(200, {"Transfer-Encoding": "gzip, chunked"})
            + b"%x\r\n%s\r\n0\r\n\r\n" % (len(GZIP), GZIP)
        ),
        "/switch": raw(head(101, {"Upgrade": "x", "Connection": "upgrade"}), close=True),
        "/many-headers": reply(200, FEED, {f"X-{n}": "y" for n in range(50_000)}),
        "/huge-header": reply(200, FEED, {"X-Huge": "y" * 200_000}),
        "/two-lengths": raw(head(200, {**length, "content-length": "5"}) + FEED, close=True),
        "/space-in-name": raw(head(200, {**length, "Bad Name": "x"}) + FEED, close=True),
        # redirects
        "/moved": redirect("/ok", 301),
        "/moved-308": redirect("/ok", 308),
        "/found": redirect("/ok", 302),
        "/moved-then-found": redirect("/found", 301),
        "/loop": redirect("/loop-back"),
        "/loop-back": redirect("/loop"),
        "/grow": growing,
        "/no-location": reply(302),
        "/bad-location": redirect("http://[::1"),
        "/no-port": redirect("http://a.example:99999/"),
        "/port-of-words": redirect("http://a.example:port/"),
        "/percent-port": redirect("//:%zz"),
        "/empty-xn": redirect("http://xn--../"),
        "/wrong-xn": redirect("https://xn--zz-/"),
        "/control-xn": redirect("http://xn--a/"),
        "/two-brackets": redirect("xn--https://[[::1]é@"),
        "/latin-1-location": redirect("/caf\udce9"),
        "/to-file": redirect("file:///etc/passwd"),
        "/to-data": redirect("data:text/xml,<rss/>"),
        "/to-port-25": redirect("http://127.0.0.1:25/"),
        "/to-nul": redirect("/\0x"),
        "/to-no-name": redirect("https://a..b/"),
        "/to-login": redirect("//user:secret@127.0.0.1:1/"),
        "/to-mapped": redirect("http://[::ffff:127.0.0.2]/"),
        "/to-nat64": redirect("http://[64:ff9b::7f00:1]/"),
        "/to-zone": redirect("http://[fe80::1%25lo]/"),
        "/to-private": redirect("http://10.0.0.1/"),
        "/to-cgnat": redirect("http://100.64.0.1/"),
        "/to-ftp": redirect("ftp://example.test/feed"),
        "/to-javascript": redirect("javascript:alert(1)"),
        "/to-metadata": redirect("http://169.254.169.254/latest/meta-data/"),
        # statuses
        "/same-body": changing_etag,
        "/500": reply(500, b"oops"),
        "/502": reply(502, b"oops"),
        "/403": reply(403, b"no"),
        "/401": reply(401, b"", {"WWW-Authenticate": 'Basic realm="x"'}),
        "/206": reply(206, FEED[:50], {"Content-Range": f"bytes 0-49/{len(FEED)}"}),
        "/600": reply(600),
        "/304": raw(head(304, {"ETag": ETAG})),
        "/304-with-body": not_modified_with_body,
        "/404": reply(404, b"no"),
        "/410": reply(410),
        "/429": reply(429, b"", {"Retry-After": "120"}),
        "/429-bare": reply(429),
        "/503": reply(503),
        "/503-later": reply(503, b"", {"Retry-After": "3600"}),
        "/204": raw(head(204)),
        "/challenge": reply(403, b"<html>", {"cf-mitigated": "challenge"}),
        "/waf": reply(405, b"", {"x-amzn-waf-action": "captcha"}),
        "/html": reply(200, b"<html><title>Hi</title>", {"Content-Type": "text/html"}),
    }


class Names(AbstractResolver):
    """Resolves ``*.test`` from a script: the last answer of a name stays.

    An answer is addresses parted by blanks, ``later`` (ask again) or ``never``.
    """

    def __init__(self, **answers: list[str]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self._answers.get(host.removesuffix(".test"))
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if answers == ["later"]:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        if answers == ["never"]:
            await asyncio.Event().wait()
        addresses = (answers.pop(0) if len(answers) > 1 else answers[0]).split()
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


class FaultServer:
    """Serves `faults()`, and what `route` adds, until it is left.

    Attributes:
        requests: Everything that was asked, in order.
        connections: How many were accepted.
    """

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.host = host
        self.port = 0
        self.requests: list[Request] = []
        self.connections = 0
        self._tls = tls
        self._faults = faults()
        self._routes = dict(self._faults)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def paths(self) -> frozenset[str]:
        """Everything that is served without being asked for."""
        return frozenset(self._faults)

    def route(self, path: str, handler: Handler) -> str:
        """Serve one path; returns its URL."""
        self._routes[path] = handler
        return self.url(path)

    def restore(self, path: str) -> None:
        """Serve again what is served without being asked for."""
        self._routes[path] = self._faults[path]

    def url(self, path: str, host: str = "") -> str:
        """Name a path of this server, perhaps under another host name."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host or self.host}:{self.port}{path}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._serve(self.connections, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(
        self, connection: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            try:
                while not writer.is_closing():
                    request = _parse(await reader.readuntil(b"\r\n\r\n"), connection)
                    self.requests.append(request)
                    handler = self._routes.get(request.path.partition("?")[0])
                    if handler is None and request.path.startswith("/grow"):
                        handler = growing
                    await (handler or reply(404))(request, writer)
                    await writer.drain()
            finally:
                writer.close()


def _parse(text: bytes, connection: int) -> Request:
    first, *lines = text.decode("latin-1").split("\r\n")[:-2]
    method, path, _ = first.split(" ", 2)
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
    return Request(method=method, path=path, headers=headers, connection=connection)
