"""Read linked pages: after the polls, politely, and never in their way.

    wanted (ledger) → robots.txt → page → reread (worker) → ledger: store and judge anew

What is wanted waits in the database, so a restart loses nothing; what a page comes to lands in one
transaction. A page that fails is a value here, so that it cannot stop the others.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from ingestor import linked, urls
from ingestor.errors import FeedError, FetchError, WorkerError
from ingestor.fetch import robots
from ingestor.ledger import Ledger
from ingestor.linked import PageReport, Tried
from ingestor.models import Fetched, Refusal
from ingestor.pipeline import Line, Web, encoded
from ingestor.prepare import Recipe
from ingestor.reread import Reading, reread
from ingestor.store.wanted import Wanted
from ingestor.worker import WorkerFailed

_REFUSED = frozenset({"refused_address", "scheme"})


async def read(line: Line, web: Web, wanted: Wanted) -> PageReport:
    """Read one page; whatever becomes of it lands in one transaction.

    Raises:
        StoreError: the database cannot be written; nothing of this page is stored.
    """
    started_at, gate, fetched = line.clock(), Gate(line, web), None
    came_to: Reading | FeedError
    try:
        fetched = await web.page(wanted.entry.link, gate.permit)
        came_to = await _reread(line, wanted, fetched)
    except FeedError as error:
        came_to = error
    tried = Tried(
        wanted=wanted, started_at=started_at, came_to=came_to, fetched=fetched, delay=gate.delay
    )
    return await line.write(linked.record, tried, line.clock())


async def _reread(line: Line, wanted: Wanted, fetched: Fetched) -> Reading:
    """Have a worker read it, and its text be fingerprinted."""
    centroids, learned = await line.write(Ledger.knowledge, {urls.site(fetched.url)})
    recipe = Recipe(
        encoder=line.settings.dedup.encoder,
        centroids=centroids,
        claim=wanted.claim,
        base_url=fetched.url,
        rules=line.rules,
        learned=learned,
    )
    try:
        reading = await line.work(reread, wanted, fetched, recipe, line.clock())
    except WorkerFailed as failure:
        # Also for a fault of ours: a daemon that ended over a page would meet it at each start.
        raise WorkerError(wanted.entry.link, f"worker_{failure.kind}", failure.reason) from failure
    if reading.article is None:
        return reading
    (article,), _ = await encoded(line, (reading.article,), recipe)
    return replace(reading, article=article)


class Gate:
    """What the robots.txt of the sites on the way to one page let us do.

    Attributes:
        delay: The longest pause that they ask for.
    """

    def __init__(self, line: Line, web: Web) -> None:
        self.delay = timedelta()
        self._line = line
        self._web = web
        self._token = robots.product_token(line.settings.fetch.user_agent)

    async def permit(self, url: str) -> Refusal | None:
        """Say why an address must not be asked for, if so."""
        try:
            rules = await self._rules(urls.origin(url))
            word = await self._line.work(robots.judge, rules, url, self._token)
        except WorkerFailed as failure:
            reason = f"its robots.txt cannot be understood: {failure.reason}"
            return Refusal(kind="robots", reason=reason)
        self.delay = max(self.delay, word.delay)
        return word.refusal

    async def _rules(self, origin: str) -> robots.Robots:
        now = self._line.clock()
        known = await self._line.write(linked.robots, origin, now)
        if known is not None:
            return known
        try:
            fetched = await self._web.robots(f"{origin}/robots.txt")
            found = robots.answered(origin, fetched, now)
        except FetchError as error:
            if error.kind in _REFUSED and not error.redirected:
                return robots.unknown(origin, now)
            found = robots.unanswered(origin, error, now)
        await self._line.write(linked.keep_robots, found)
        return found


class Desk:
    """The pages that are being read, one of a host at a time."""

    def __init__(self) -> None:
        self._under_way: dict[asyncio.Task[PageReport], Wanted] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._under_way)

    async def start(
        self,
        line: Line,
        room: int,
        done: Callable[[asyncio.Task[PageReport]], None],
        feeds: Collection[int] | None = None,
    ) -> int:
        """Begin to read what is due.

        Args:
            line: What it runs on.
            room: How many may be under way at once.
            done: Called with each task that ended.
            feeds: Only pages of these; None is all.

        Returns:
            How many were begun.
        """
        room -= len(self._under_way)
        if line.web is None or room <= 0:
            return 0
        busy = tuple(self._under_way.values())
        clean = line.settings.clean
        found = await line.write(linked.due, line.clock(), clean, room, busy, feeds)
        for wanted in found:
            task = asyncio.create_task(read(line, line.web, wanted), name=f"page {wanted.host}")
            self._under_way[task] = wanted
            task.add_done_callback(self._under_way.pop)
            task.add_done_callback(done)
        return len(found)

    async def wait(self) -> None:
        """Wait until a page was read; if none is under way, not at all."""
        if self._under_way:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        """Abort what is under way; it stays wanted."""
        tasks = tuple(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What reading pages for a while came to; `left` counts those that are due still."""

    read: tuple[PageReport, ...] = ()
    left: int = 0


async def read_all(
    line: Line,
    feeds: Collection[int],
    advance: Callable[[PageReport], None],
    seconds: float = math.inf,
) -> Pages:
    """Read the pages of some feeds that are due, side by side.

    Args:
        line: What it runs on.
        feeds: Their ids.
        advance: Told of each page that was read.
        seconds: After which no further page is begun.

    Raises:
        StoreError: the database cannot be written; pages that were read before are stored.
    """
    desk, ended = Desk(), list[asyncio.Task[PageReport]]()
    reports: list[PageReport] = []
    until = asyncio.get_running_loop().time() + seconds

    async def begin() -> int:
        in_time = asyncio.get_running_loop().time() < until
        room = line.settings.fetch.max_concurrent if in_time else 0
        return await desk.start(line, room, ended.append, feeds)

    try:
        while await begin() or len(desk):
            await desk.wait()
            while ended:
                reports.append(ended.pop().result())
                advance(reports[-1])
    finally:
        await desk.close()
    left = await line.write(linked.waiting, feeds, line.clock())
    return Pages(read=tuple(reports), left=left)
