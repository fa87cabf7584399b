"""What a configured address gives when it is asked: a feed, or a page that names one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ingestor import urls
from ingestor.errors import FeedError, FetchError
from ingestor.fetch import robots
from ingestor.fetch.client import Client
from ingestor.fetch.robots import Robots
from ingestor.models import Feed, Fetched, ParsedFeed
from ingestor.parse import parse
from ingestor.parse.decode import decode
from ingestor.parse.discovery import feed_links


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an address gave.

    Attributes:
        feed: Its name in the configuration.
        url: As configured.
        outcome: ``feed``; ``site`` for a page that names feeds; else the kind of the failure.
        reason: Of a failure, a sentence; of a site none of whose feeds is one, why.
        format: Of the feed, which for a ``site`` is the first one that it names and that is one.
        redirected_to: What answered, if that is another address.
        moved: Whether all redirects on the way are for good.
        robots: What robots.txt says of the address, in a word.
        robots_reason: Why it is unreadable.
        named: The feeds that a ``site`` names, in its order.
        proposed: The address to configure instead, if there is a better one.
    """

    feed: str
    url: str
    outcome: str
    reason: str = ""
    format: str = ""
    title: str = ""
    entries: int = 0
    redirected_to: str = ""
    moved: bool = False
    etag: str = ""
    last_modified: str = ""
    robots: str = ""
    robots_reason: str = ""
    named: tuple[str, ...] = ()
    proposed: str = ""

    @property
    def sound(self) -> bool:
        """Whether there is a feed, at this address or at the one that is proposed."""
        return self.outcome == "feed" or bool(self.proposed)


class Inquiry:
    """Asks addresses, each once and without conditions, and each origin for its robots.txt once."""

    def __init__(self, client: Client, clock: Callable[[], datetime], token: str) -> None:
        """Ask nothing yet.

        Args:
            client: Spaces and guards the requests.
            clock: Now.
            token: Our name in a robots.txt.
        """
        self._client = client
        self._clock = clock
        self._token = token
        self._robots: dict[str, asyncio.Task[Robots]] = {}

    async def ask(self, feed: Feed) -> Answer:
        """Ask an address, and the feed that it names if it is a site's.

        Args:
            feed: As configured.
        """
        answer = Answer(feed=feed.name, url=feed.url, outcome="feed")
        try:
            fetched = await self._client.whole(feed)
        except FeedError as error:
            return replace(answer, outcome=error.kind, reason=error.reason)
        if not feed.url.startswith("file:"):
            answer = await self._permitted(answer)
        try:
            return _described(answer, fetched, parse(feed.url, fetched, now=self._clock()))
        except FeedError as error:
            answer = replace(answer, outcome=error.kind, reason=error.reason)
        if answer.outcome != "not_a_feed":
            return answer
        named = feed_links(decode(fetched.body, fetched.content_type, trust=True).text, fetched.url)
        return await self._followed(feed, replace(answer, named=named)) if named else answer

    async def _followed(self, feed: Feed, answer: Answer) -> Answer:
        """Ask the feeds that a site names, until one is a feed."""
        answer, reasons = replace(answer, outcome="site"), []
        for address in answer.named:
            try:
                fetched = await self._client.whole(replace(feed, url=address))
                found = _described(answer, fetched, parse(address, fetched, now=self._clock()))
            except FeedError as error:
                reasons.append(f"{address}: {error.reason}")
                continue
            return replace(found, reason="", redirected_to="", moved=False, proposed=address)
        return replace(answer, reason=f"it names no feed that answers: {'; '.join(reasons)}")

    async def _permitted(self, answer: Answer) -> Answer:
        """Add what robots.txt says of a feed: told, not obeyed, for it is offered to programs."""
        origin = urls.origin(answer.url)
        if origin not in self._robots:
            self._robots[origin] = asyncio.create_task(self._file(origin))
        found = await self._robots[origin]
        refusal = robots.judge(found, answer.url, self._token).refusal
        if refusal is None:
            return replace(answer, robots="allowed" if found.outcome == "rules" else "none")
        if refusal.kind == "robots":
            return replace(answer, robots="forbidden")
        return replace(answer, robots="unreadable", robots_reason=found.reason)

    async def _file(self, origin: str) -> Robots:
        try:
            fetched = await self._client.robots(f"{origin}/robots.txt")
        except FetchError as error:
            return robots.unanswered(origin, error, self._clock())
        return robots.answered(origin, fetched, self._clock())


def _described(answer: Answer, fetched: Fetched, parsed: ParsedFeed) -> Answer:
    moved_away = fetched.url != answer.url and urls.feed_key(fetched.url) != urls.feed_key(
        answer.url
    )
    return replace(
        answer,
        format=parsed.format,
        title=parsed.title,
        entries=len(parsed.entries),
        redirected_to=fetched.url if moved_away else "",
        moved=bool(fetched.moved_to),
        etag=fetched.validators.etag,
        last_modified=fetched.validators.last_modified,
    )
