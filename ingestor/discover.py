"""What a configured address gives when it is asked: a feed, or a page that names one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ingestor import urls
from ingestor.errors import FeedError, FetchError
from ingestor.fetch import robots
from ingestor.fetch.client import Client
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
        reason: Of a failure, a sentence.
        format: Of the feed, which for a ``site`` is the first one that it names and that is one.
        redirected_to: What answered, if that is another address.
        moved: Whether all redirects on the way are for good.
        robots: What robots.txt says of the address, in a word or a sentence.
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
    named: tuple[str, ...] = ()
    proposed: str = ""

    @property
    def sound(self) -> bool:
        """Whether there is a feed, at this address or at the one that is proposed."""
        return self.outcome == "feed" or bool(self.proposed)


async def ask(client: Client, feed: Feed, clock: Callable[[], datetime], token: str) -> Answer:
    """Ask an address once, without conditions, and the feed that it names if it is a site's.

    Args:
        client: Spaces and guards the requests.
        feed: As configured.
        clock: Now.
        token: Our name in a robots.txt.
    """
    answer = Answer(feed=feed.name, url=feed.url, outcome="feed")
    try:
        fetched = await client.whole(feed)
    except FeedError as error:
        return replace(answer, outcome=error.kind, reason=error.reason)
    if not feed.url.startswith("file:"):
        answer = replace(answer, robots=await _robots(client, feed.url, clock, token))
    try:
        return _described(answer, fetched, parse(feed.url, fetched, now=clock()))
    except FeedError as error:
        answer = replace(answer, outcome=error.kind, reason=error.reason)
    if answer.outcome != "not_a_feed":
        return answer
    named = feed_links(decode(fetched.body, fetched.content_type, trust=True).text, fetched.url)
    return await _followed(client, feed, replace(answer, named=named), clock)


async def _followed(
    client: Client, feed: Feed, answer: Answer, clock: Callable[[], datetime]
) -> Answer:
    """Ask the feeds that a site names, until one is a feed."""
    for address in answer.named:
        try:
            fetched = await client.whole(replace(feed, url=address))
            found = _described(answer, fetched, parse(address, fetched, now=clock()))
        except FeedError:
            continue
        return replace(found, outcome="site", redirected_to="", moved=False, proposed=address)
    return answer


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


async def _robots(client: Client, url: str, clock: Callable[[], datetime], token: str) -> str:
    """What robots.txt says of a feed: told, not obeyed, for a feed is offered to programs."""
    origin, now = urls.origin(url), clock()
    try:
        found = robots.answered(origin, await client.robots(f"{origin}/robots.txt"), now)
    except FetchError as error:
        found = robots.unanswered(origin, error, now)
    refusal = robots.judge(found, url, token).refusal
    if refusal is None:
        return "allowed" if found.outcome == "rules" else "none"
    return "forbidden" if refusal.kind == "robots" else "unreadable"
