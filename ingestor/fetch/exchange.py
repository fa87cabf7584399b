"""One request: whether it may be sent, what it says, what a 304 to it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ingestor.fetch import headers
from ingestor.fetch.failure import Failure
from ingestor.models import Fetched, NotModified

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from datetime import datetime

    import aiohttp

    from ingestor.fetch.redirect import Journey
    from ingestor.models import FetchResult, Permit


T = TypeVar("T")


async def named(url: str, answer: Awaitable[T]) -> T:
    """Wait for an answer; a failure gets the name of the feed.

    Raises:
        FetchError: there is none.
    """
    try:
        return await answer
    except Failure as failure:
        raise failure.of(url) from failure.__cause__


def silenced(host: str, until: datetime) -> Failure:
    """Say that a host is not to be asked yet."""
    reason = f"{host} asked for silence until {until:%Y-%m-%d %H:%M} UTC"
    return Failure("silenced", reason, host=host, retry_at=until)


async def permitted(address: str, permit: Permit) -> None:
    """Go on only if a permit lets the address be asked for.

    Raises:
        Failure: robots or robots_unreachable.
    """
    if (refusal := await permit(address)) is not None:
        raise Failure(refusal.kind, refusal.reason, retry_at=refusal.retry_at)


def wishes(journey: Journey) -> dict[str, str]:
    """Ask "has it changed?" with the server's own words. Source: RFC 9110 §13.1."""
    wishes = {"Accept": accept} if (accept := journey.errand.accept) else {}
    if journey.validators.etag:
        wishes["If-None-Match"] = journey.validators.etag
    if journey.validators.last_modified:
        wishes["If-Modified-Since"] = journey.validators.last_modified
    return wishes


def not_modified(journey: Journey, response: aiohttp.ClientResponse, now: datetime) -> NotModified:
    """Take in a 304."""
    return NotModified(
        url=journey.address,
        moved_to=journey.moved_to,
        validators=headers.validators(response.headers),
        fresh_for=headers.fresh_for(headers.flatten(response.headers.items()), now),
    )


def fresh(answer: FetchResult) -> Fetched:
    """Give the answer to a question without conditions.

    Raises:
        Failure: protocol, if it says that nothing has changed.
    """
    if isinstance(answer, Fetched):
        return answer
    raise Failure("protocol", "status 304 (not modified), although nothing was asked", status=304)
