"""One feed, one answer: a conditional GET that no server can make slow, large, or go astray."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Self

import aiohttp

from ingestor.fetch import decode, file, headers, robots
from ingestor.fetch.exchange import fresh, named, not_modified, permitted, silenced, wishes
from ingestor.fetch.failure import Failure, explain
from ingestor.fetch.guard import guarded, leads_inside
from ingestor.fetch.polite import Hosts
from ingestor.fetch.redirect import REDIRECTS, Errand, Journey, Redirect
from ingestor.fetch.refusal import refused
from ingestor.fetch.resolver import ThreadResolver
from ingestor.models import Fetched, Validators

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from datetime import datetime

    from aiohttp.abc import AbstractResolver

    from ingestor.config import FetchSettings
    from ingestor.models import Feed, FetchResult, Network, Permit

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.1"
PAGE_TYPES = frozenset({"", "text/html", "application/xhtml+xml", "text/plain", "text/xml",
                        "application/xml"})  # fmt: skip
LONGEST_LINE = 64 * 1024
"""Bytes of one header line; some sites send a Content-Security-Policy of 20 KB."""
MOST_HEADERS = 1000
"""Lines of one head; the library's 128 is less than some sites behind three proxies send."""


class Client:
    """The network, as the rest of the project sees it.

    Connections are kept alive, and shared by feeds that have the same permissions only: one that
    was opened under another feed's `allow_networks` never passed this feed's guard.

    Args:
        settings: Limits and identity.
        clock: Now, aware, in UTC; for Retry-After and Expires.
        resolver: Names to addresses; by default the system's, in threads of our own.
        tls: How to verify servers; by default against the system's authorities.
        hosts: Whose turn it is, as an earlier client left it; by default nobody is owed anything.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        clock: Callable[[], datetime],
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
        hosts: Hosts | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._resolver = resolver or ThreadResolver()
        self._tls = tls
        self._hosts = Hosts(settings.per_host_interval) if hosts is None else hosts
        self._free = asyncio.Semaphore(settings.max_concurrent)
        self._errand = Errand(limit=settings.max_bytes)
        self._allowed = frozenset(settings.allow_networks)
        self._sessions: dict[frozenset[Network], aiohttp.ClientSession] = {}
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Begin; connections are made when they are needed."""
        return self

    def renewed(self, settings: FetchSettings) -> Client:
        """Make a client with other settings that keeps the silence which hosts have asked for."""
        return Client(
            settings,
            clock=self._clock,
            resolver=self._resolver,
            tls=self._tls,
            hosts=self._hosts.paced(settings.per_host_interval),
        )

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        self._sessions.clear()
        await self._open.aclose()

    async def get(self, feed: Feed, validators: Validators) -> FetchResult:
        """Poll one feed.

        Args:
            feed: http(s) or ``file:``.
            validators: What its last good answer gave, verbatim; empty asks unconditionally.

        Raises:
            FetchError: Nothing new was learnt; its kinds are listed in `failure.py`.
        """
        if feed.url.startswith("file:"):
            answer = file.read(feed.url, validators, self._settings.max_bytes)
        else:
            answer = self._travel(feed.url, validators, self._errand, feed.allow_networks)
        return await named(feed.url, answer)

    async def whole(self, feed: Feed) -> Fetched:
        """Get what there is at the address of a feed, whatever was got of it before.

        Raises:
            FetchError: As for a poll.
        """
        return fresh(await self.get(feed, Validators()))

    async def page(self, url: str, permit: Permit | None = None) -> Fetched:
        """Get a page that a feed links to: http(s) only, and with no feed's own permissions.

        Args:
            url: Chosen by whoever wrote the feed.
            permit: Asked before each request, that to the target of a redirect too.

        Raises:
            FetchError: As for a feed.
        """
        errand = Errand(
            limit=self._settings.max_bytes, accept=ACCEPT_PAGE, types=PAGE_TYPES, permit=permit
        )
        return await self._once(url, errand)

    async def document(self, url: str) -> Fetched:
        """Get whatever there is at an address, for a person who asks.

        Raises:
            FetchError: As for a feed.
        """
        return await self._once(url, Errand(limit=self._settings.max_bytes, accept=ACCEPT_PAGE))

    async def robots(self, url: str) -> Fetched:
        """Get a robots.txt, of which the beginning will do if it is large.

        Raises:
            FetchError: As for a feed.
        """
        return await self._once(url, Errand(limit=robots.MAX_BYTES, cut=True, accept="text/plain"))

    async def _once(self, url: str, errand: Errand) -> Fetched:
        return fresh(await named(url, self._travel(url, Validators(), errand)))

    async def _travel(
        self,
        url: str,
        validators: Validators,
        errand: Errand,
        extra: tuple[Network, ...] = (),
    ) -> FetchResult:
        """Follow redirects until something answers, with one turn for each host on the way."""
        allowed = self._allowed.union(extra) if extra else self._allowed
        session = self._session(allowed)
        journey = Journey(url, validators, self._settings.timeout, errand)
        try:
            answer = await self._arrival(session, journey)
            if not journey.conditional:
                answer = fresh(answer)
            return await self._judged(answer, journey, allowed) if answer.moved_to else answer
        except Failure as failure:
            failure.redirected = journey.redirected
            raise

    async def _arrival(self, session: aiohttp.ClientSession, journey: Journey) -> FetchResult:
        while True:
            host, lane = journey.host, journey.lane
            if (permit := journey.errand.permit) is not None:
                await permitted(journey.address, permit)
            async with self._hosts.turn(host) as silent_until:
                if silent_until is not None:
                    raise silenced(host, silent_until)
                while journey.lane == lane:
                    answer = await self._request(session, journey)
                    if not isinstance(answer, Redirect):
                        return answer
                    journey.follow(answer)

    async def _judged(
        self, answer: FetchResult, journey: Journey, allowed: frozenset[Network]
    ) -> FetchResult:
        """Take back that a feed has moved if it moved inside; only permission leads there."""
        if not allowed or journey.start.host == journey.url.host:
            return answer
        inside = [await leads_inside(url, self._resolver) for url in (journey.start, journey.url)]
        return replace(answer, moved_to="") if inside == [False, True] else answer

    async def _request(
        self, session: aiohttp.ClientSession, journey: Journey
    ) -> FetchResult | Redirect:
        """Send one request; the time it takes is taken off the journey's."""
        async with self._free:
            loop = asyncio.get_running_loop()
            start = loop.time()
            try:
                async with asyncio.timeout(journey.seconds):
                    return await self._exchange(session, journey)
            except (aiohttp.ClientError, OSError, ValueError) as error:
                failure = explain(error, self._settings.timeout)
                if failure.kind != "protocol" or not journey.conditional:
                    raise failure from error
            finally:
                journey.seconds -= loop.time() - start
        # The library rejects a 304 that has a body and does not say that it was a 304. Without
        # conditions there is no 304, so such a server is still read.
        journey.validators = Validators()
        return await self._request(session, journey)

    async def _exchange(
        self, session: aiohttp.ClientSession, journey: Journey
    ) -> FetchResult | Redirect:
        """Send the request and read the answer: of a redirect only its head."""
        async with session.get(
            journey.url, headers=wishes(journey), allow_redirects=False
        ) as response:
            now = self._clock()
            if response.status == 304:
                return not_modified(journey, response, now)
            if response.status in REDIRECTS:
                location = response.headers.get("Location", "")
                return Redirect(status=response.status, location=location)
            if response.status not in {200, 203}:
                raise self._refused(journey.host, response, now)
            return await self._fetched(journey, response, now)

    async def _fetched(
        self, journey: Journey, response: aiohttp.ClientResponse, now: datetime
    ) -> Fetched:
        errand = journey.errand
        if (response.content_length or 0) > errand.limit and not errand.cut:
            raise decode.too_large(errand.limit)
        flat = headers.flatten(response.headers.items())
        kind = flat.get("content-type", "").partition(";")[0].strip().lower()
        if errand.types and kind not in errand.types:
            raise Failure("not_a_page", f"no web page but {kind[:60]}")
        if flat.get("transfer-encoding", "chunked").strip().lower() not in {"chunked", "identity"}:
            raise Failure("encoding", "the transfer is coded, which was not asked for")
        coding = flat.get("content-encoding", "")
        try:
            body, wire = await decode.decoded(
                response.content.iter_any(), coding, errand.limit, cut=errand.cut
            )
        except (aiohttp.ClientError, OSError) as error:
            raise Failure("truncated", "the connection broke within the body") from error
        return Fetched(
            url=journey.address,
            body=body,
            status=response.status,
            content_type=flat.get("content-type", ""),
            moved_to=journey.moved_to,
            headers=flat,
            validators=headers.validators(response.headers),
            wire_bytes=wire,
            fresh_for=headers.fresh_for(flat, now),
        )

    def _refused(self, host: str, response: aiohttp.ClientResponse, now: datetime) -> Failure:
        """Read an answer that is no success, and keep the silence it asks for, host-wide."""
        failure = refused(response.status, headers.flatten(response.headers.items()), now)
        if failure.retry_at is not None:
            seconds = (failure.retry_at - now).total_seconds()
            self._hosts.silence(host, seconds, failure.retry_at)
            failure.host = host
        return failure

    def _session(self, allowed: frozenset[Network]) -> aiohttp.ClientSession:
        """Find or open the pool of connections of one set of permissions."""
        if (session := self._sessions.get(allowed)) is None:
            self._sessions[allowed] = session = self._open_session(allowed)
            self._open.push_async_callback(session.close)
        return session

    def _open_session(self, allowed: frozenset[Network]) -> aiohttp.ClientSession:
        settings = self._settings
        connector = aiohttp.TCPConnector(
            limit=0,  # the semaphore counts, over all pools
            resolver=self._resolver,
            ssl=self._tls or True,
            socket_factory=guarded(allowed),
            keepalive_timeout=settings.per_host_interval + 2,  # until the host's next turn
        )
        return aiohttp.ClientSession(
            connector=connector,
            headers={
                "User-Agent": settings.user_agent,
                "Accept": ACCEPT,
                "Accept-Encoding": decode.ACCEPTED,
            },
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),  # ours is over the chain
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
            max_headers=MOST_HEADERS,
        )
