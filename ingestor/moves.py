"""Where a feed is asked: a permanent redirect is believed once it was repeated, and can be undone.

A 301 is meant for good, but is also what a misconfigured server, a captive portal or a lapsed
domain sends for a day. So the configured address goes on being asked until `CONFIRMATIONS` polls
over `CONFIRMED_OVER` have led to the same place. Then that place is *adopted*: asked without the
detour. The configured address stays the feed's name, and is asked again

- at every unconditional poll (`FeedState.full_due`): a redirect that was withdrawn ends it,
- at the poll that follows a failure at the adopted address, a hard one (410) as well,
- by ``ingestor poll FEED``.

Only the configured address can say that the feed is gone for good (`Polled.gone`).

Source: RFC 9110 §15.4.2, §15.4.9.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

CONFIRMATIONS = 5  # polls
CONFIRMED_OVER = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What is known of a feed's permanent redirects.

    Attributes:
        to: Where they lead, else empty.
        since: When the first of an unbroken row led there.
        polls: How many polls in that row.
        adopted: Asked in place of the configured address, else empty.
    """

    to: str = ""
    since: datetime | None = None
    polls: int = 0
    adopted: str = ""


STAYED = Moved()


def answered(moved: Moved, asked: str, to: str, now: datetime) -> Moved:
    """Take in a poll that was answered.

    Args:
        moved: What was known before.
        asked: The address that was asked.
        to: Where permanent redirects led from it, else empty.
        now: When it was asked.
    """
    if not to:
        return moved if asked == moved.adopted else STAYED
    if to != moved.to or moved.since is None:
        return replace(moved, to=to, since=now, polls=1)
    polls = moved.polls + 1
    confirmed = polls >= CONFIRMATIONS and now - moved.since >= CONFIRMED_OVER
    return replace(moved, polls=polls, adopted=to if confirmed else moved.adopted)


def failed(moved: Moved, asked: str) -> Moved:
    """Take in a poll that failed: an adopted address that fails is adopted no longer."""
    return STAYED if asked == moved.adopted else moved
