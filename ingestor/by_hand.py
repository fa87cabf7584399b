"""Polls that a person asks for while the daemon runs: it polls, and tells what each came to."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ingestor import control, urls
from ingestor.config import Settings
from ingestor.errors import IngestorError, UsageError
from ingestor.models import Feed
from ingestor.polled import Report

COMMAND = "poll"


async def poll_all(
    settings: Settings, feeds: Sequence[Feed], advance: Callable[[Report], None]
) -> tuple[Report | IngestorError, ...]:
    """Have the daemon poll feeds, as many side by side as it may; `advance` is told of each.

    Of a host that wants spacing one feed is asked for at a time: an answer may only take so long,
    and of a hundred feeds of one host the last would have its turn too late.

    Returns:
        The reports in the order of the feeds; in place of one, why the daemon could not give it.
    """
    room = asyncio.Semaphore(settings.fetch.max_concurrent)
    spaced = settings.fetch.per_host_interval > 0
    turns = defaultdict[str, asyncio.Lock](asyncio.Lock)

    async def one(feed: Feed) -> Report | IngestorError:
        host = urls.host(feed.url) if spaced else ""
        async with turns[host or feed.url], room:
            try:
                answer = await control.call(settings.database, COMMAND, feed=feed.url)
            except IngestorError as error:
                return error
        report = heard(feed, answer)
        advance(report)
        return report

    return tuple(await asyncio.gather(*map(one, feeds)))


def asked(arguments: Mapping[str, object]) -> str:
    """The URL of the feed that is to be polled.

    Raises:
        UsageError: none is named.
    """
    match arguments.get("feed"):
        case str(url):
            return url
    raise UsageError("feed must be a URL")


def told(report: Report) -> Mapping[str, object]:
    """A report as JSON knows it."""
    return report._asdict() | {
        "feed": report.feed.url,
        "next_poll_at": report.next_poll_at.isoformat(),
    }


def heard(feed: Feed, answer: Mapping[str, Any]) -> Report:
    """The report that was told."""
    return Report(
        **dict(answer)
        | {
            "feed": feed,
            "next_poll_at": datetime.fromisoformat(answer["next_poll_at"]),
            "warnings": tuple(answer["warnings"]),
        }
    )
