"""Servers of ten thousand feeds, without a network, and what they hold against whoever asks.

Each feed publishes at random, more by day than by night, at a rate of its own. What it answers
depends on its kind, of which there is a share of each that real lists have. The servers keep
account: who asks too early, side by side, within a silence they asked for, or not at all any more.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Literal
from urllib.parse import urlsplit

from multidict import CIMultiDict
from yarl import URL

from benchmarks.virtual import Clock

HOUR, DAY = 3600.0, 86400.0
Kind = Literal[
    "plain", "fresh", "ttl", "bare", "liar", "limits", "outages", "lost", "gone", "slow", "moves"
]
SHARES: Mapping[Kind, int] = {  # in a hundred
    "plain": 76,
    "fresh": 4,  # Cache-Control: max-age of two hours
    "ttl": 2,  # <ttl> of three hours
    "bare": 4,  # no validators: always 200
    "liar": 1,  # 304 for ever
    "limits": 3,  # now and then 429 with a Retry-After
    "outages": 3,  # every few days 503 with a Retry-After, for hours
    "lost": 2,  # 404 for two days
    "gone": 1,  # 410 from some day on
    "slow": 2,  # now and then no answer at all
    "moves": 2,  # 301 from some day on
}
MEDIAN_PER_DAY, SPREAD = 0.5, 1.3  # entries of a feed: log-normal, the mean is 1.2
SHOWN = 10  # entries in a document
BIG_HOSTS = (400, 200, 100, 100, 50, 50, 50, 50)  # feeds of the largest; others have one to five


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is expected of whoever asks; seconds.

    Attributes:
        interval: The shortest time between two polls of a feed.
        spacing: From the end of a request to the next one to that host.
        longest: The longest time between two polls of a feed.
    """

    interval: float
    spacing: float
    longest: float


@dataclass(slots=True, eq=False)
class Source:
    """One feed, as its server knows it; times are the world's seconds.

    Attributes:
        turns: When its kind begins to show.
        asked: The last request for it, None before the first.
        wait: How long its last answer asked to wait.
        silenced: For how long in all its host had asked for silence by then.
        excused: Whether the next request may be early, or late: the asker's clock was wrong.
    """

    url: str
    kind: Kind
    rate: float
    turns: float
    published: int = 0
    newest: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=SHOWN))
    upcoming: float = 0.0
    asked: float | None = None
    wait: float = 0.0
    silenced: float = 0.0
    excused: bool = True
    gone: bool = False

    def publish_until(self, now: float, chance: random.Random) -> None:
        """Publish what was to be published by now."""
        while self.upcoming <= now:
            if chance.random() < _daylight(self.upcoming):
                self.published += 1
                self.newest.append((self.published, self.upcoming))
            self.upcoming += chance.expovariate(2 * self.rate / DAY)

    def body(self) -> bytes:
        """What a stand-in for the parser reads: the waiting time, then number and time a line."""
        ttl = 3 * HOUR if self.kind == "ttl" else 0
        lines = [f"{ttl:.0f}", *(f"{number} {at:.0f}" for number, at in self.newest)]
        return "\n".join(lines).encode()


@dataclass(slots=True, eq=False)
class Host:
    """What one host remembers of whoever asks.

    Attributes:
        silenced: For how long in all it has asked for silence.
    """

    under_way: int = 0
    ended: float = -DAY
    silent_until: float = -DAY
    silenced: float = 0.0
    leads_to: str = ""


class Answer:
    """One exchange, as far as the client looks at it."""

    def __init__(self, web: Web, url: str, headers: Mapping[str, str]) -> None:
        self._web, self._url, self._asks = web, url, headers
        self._host = web.host(url)
        self.status = 0
        self.headers: CIMultiDict[str] = CIMultiDict()
        self.content_length: int | None = None
        self.content = self
        self._body = b""

    async def __aenter__(self) -> Answer:
        self._web.begin(self._host, self._url)
        try:
            self.status, headers, self._body, seconds = self._web.answer(
                self._host, self._url, self._asks
            )
            self.headers.extend(headers)
            await asyncio.sleep(seconds)
        except BaseException:
            self._web.end(self._host)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._web.end(self._host)

    async def iter_any(self) -> AsyncIterator[bytes]:
        """The body, in one piece."""
        yield self._body


Reply = tuple[int, dict[str, str], bytes, float]


class Web:
    """All servers; stands where the client has its connections.

    Attributes:
        faults: What was done wrong, and how often.
        statuses: Answers by status since the last look.
        minutes: Requests in each minute of the world since the last look.
    """

    def __init__(self, clock: Clock, rules: Rules, feeds: int, seed: int) -> None:
        """Found the servers."""
        self._clock, self._rules = clock, rules
        self._chance = random.Random(seed)
        self.sources = {source.url: source for source in self._found(feeds)}
        self.hosts: dict[str, Host] = {}
        self.faults: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.minutes: Counter[int] = Counter()

    def _found(self, feeds: int) -> Iterator[Source]:
        chance = self._chance
        kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
        sizes = iter(BIG_HOSTS)
        number, hosts = 0, count(1)
        while number < feeds:
            host = next(hosts)
            size = next(sizes, 0) * feeds // 10_000 or chance.randint(1, 5)
            for _ in range(min(size, feeds - number)):
                number += 1
                yield Source(
                    url=f"http://host{host}.test/{number}",
                    kind=chance.choice(kinds),
                    rate=MEDIAN_PER_DAY * math.exp(chance.gauss(0, SPREAD)),
                    turns=chance.uniform(DAY, 25 * DAY),
                )

    def get(self, url: URL, *, headers: Mapping[str, str], allow_redirects: bool) -> Answer:
        """Ask, as `aiohttp.ClientSession.get`."""
        assert not allow_redirects
        return Answer(self, str(url), headers)

    async def close(self) -> None:
        """Nothing is held."""

    def excuse(self) -> None:
        """The asker slept, or has a wrong clock: each feed may be asked late or early once."""
        for source in self.sources.values():
            source.excused = True

    def starved(self) -> int:
        """Feeds that should have been asked again by now."""
        return sum(
            not (source.gone or source.excused)
            and self._waited_too_long(source, self.host(source.url))
            for source in self.sources.values()
        )

    def _waited_too_long(self, source: Source, host: Host) -> bool:
        """Tell whether it was asked longer ago than it may be, and its host was silent."""
        longest = self._rules.longest + host.silenced - source.silenced
        return self._clock.world() - (source.asked or 0) > longest

    def host(self, url: str) -> Host:
        """The host of an address."""
        return self.hosts.setdefault(urlsplit(url).hostname or "", Host())

    # --- keeping account -----------------------------------------------------------------

    def begin(self, host: Host, url: str) -> None:
        """A request comes in."""
        now, rules = self._clock.world(), self._rules
        host.under_way += 1
        self.minutes[int(now // 60)] += 1
        hop, host.leads_to = host.leads_to == url, ""
        self.faults["side by side"] += host.under_way > 1
        self.faults["within the pause"] += not hop and now - host.ended < rules.spacing - 0.01
        self.faults["within a silence"] += now < host.silent_until - 1
        source = self.sources[_home(url)]
        if hop:
            return
        if source.asked is not None and not source.excused:
            gap = now - source.asked
            self.faults["early"] += gap < max(rules.interval, source.wait) - 1
            self.faults["late"] += self._waited_too_long(source, host)
        self.faults["after gone"] += source.gone
        source.asked, source.wait, source.excused = now, 0.0, False
        source.silenced = host.silenced

    def end(self, host: Host) -> None:
        """The connection is free again."""
        host.under_way -= 1
        host.ended = self._clock.world()

    def answer(self, host: Host, url: str, asks: Mapping[str, str]) -> Reply:
        """Decide on an answer, and how long it takes."""
        source = self.sources[_home(url)]
        now = self._clock.world()
        source.publish_until(now, self._chance)
        status, headers, body = self._trouble(host, source, url, now) or _document(source, asks)
        if status in {200, 304}:
            source.wait = {"fresh": 2 * HOUR, "ttl": 3 * HOUR}.get(source.kind, 0.0)
        self.statuses[status] += 1
        quick = min(self._chance.lognormvariate(-1.5, 0.8), 20)
        return status, headers, body, DAY if status == 0 else quick

    def _trouble(
        self, host: Host, source: Source, url: str, now: float
    ) -> tuple[int, dict[str, str], bytes] | None:
        """What the kind of a feed answers instead of its document, if anything."""
        chance, since = self._chance, now - source.turns
        trouble: tuple[int, dict[str, str], bytes] | None = None
        match source.kind:
            case "limits" if chance.random() < 0.02:
                trouble = self._silence(host, 429, chance.choice((120.0, 1800.0, 6 * HOUR)), now)
            case "outages" if since > 0 and since % (5 * DAY) < 4 * HOUR:
                trouble = self._silence(host, 503, 1800.0, now)
            case "lost" if 0 < since < 2 * DAY:
                trouble = 404, {}, b""
            case "gone" if since > 0:
                source.gone = True
                trouble = 410, {}, b""
            case "slow" if chance.random() < 0.1:
                trouble = 0, {}, b""
            case "moves" if since > 0 and url == source.url:
                host.leads_to = url.replace(".test/", ".test/new")
                trouble = 301, {"Location": host.leads_to}, b""
        return trouble

    def _silence(
        self, host: Host, status: int, seconds: float, now: float
    ) -> tuple[int, dict[str, str], bytes]:
        until = max(host.silent_until, now + seconds)
        host.silenced += until - max(host.silent_until, now)
        host.silent_until = until
        return status, {"Retry-After": f"{seconds:.0f}"}, b""


def _document(source: Source, asks: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    etag = f'"{source.published}"'
    headers = {"Cache-Control": f"max-age={2 * HOUR:.0f}"} if source.kind == "fresh" else {}
    if source.kind != "bare":
        headers["ETag"] = etag
    known = asks.get("If-None-Match")
    if known is not None and (known == etag or source.kind == "liar"):
        return 304, headers, b""
    return 200, headers, source.body()


def _home(url: str) -> str:
    """The address by which a feed is configured, wherever it has moved to."""
    return url.replace(".test/new", ".test/")


def _daylight(at: float) -> float:
    """The chance that what could be published is: little by night."""
    return 0.5 - 0.45 * math.cos(at / DAY * 2 * math.pi)
