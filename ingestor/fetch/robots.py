"""What a site's robots.txt lets us read: asked for once a day, and obeyed before each page.

Source: RFC 9309. Where it leaves a choice: a 429 counts as "not now", like a 5xx; a Crawl-delay,
which is no part of it, is kept to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from protego import Protego

from ingestor.models import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from ingestor.errors import FetchError
    from ingestor.models import Fetched

MAX_BYTES = 500 * 1024
"""What of a robots.txt is read, the minimum that RFC 9309 §2.5 asks for."""

LONGEST = timedelta(days=1)
"""How long rules are believed at most. Source: RFC 9309 §2.4."""

SHORTEST = timedelta(hours=1)
"""How long they are believed at least, whatever Cache-Control says."""

UNREACHABLE_FOR = timedelta(hours=1)
"""How long after a failure the file is asked for again."""

MAX_DELAY = timedelta(hours=1)
"""Longest Crawl-delay that is kept to."""

_TOKEN = re.compile(r"[A-Za-z_-]+")
_LET_ALL = frozenset({"redirect"})  # more than five redirects: RFC 9309 §2.3.1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """The robots.txt of an origin, or what came in its place.

    Attributes:
        origin: Scheme, host and port, such as ``https://example.org``.
        outcome: ``rules``; ``allow`` where there are none; ``deny`` where nobody can tell.
        reason: Why it is not ``rules``, else empty.
        status: The HTTP status, 0 when there was none.
    """

    origin: str
    fetched_at: datetime
    expires_at: datetime
    outcome: Literal["rules", "allow", "deny"]
    reason: str = ""
    status: int = 0
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a robots.txt says of one address.

    Attributes:
        refusal: Why it must not be asked for; None lets it be asked for.
        delay: The pause between two pages that the site asks for.
    """

    refusal: Refusal | None = None
    delay: timedelta = timedelta()


def product_token(user_agent: str) -> str:
    """Our name in a robots.txt: the first word of the User-Agent. Source: RFC 9309 §2.2.1."""
    match = _TOKEN.match(user_agent)
    return match[0] if match else "ingestor"


def answered(origin: str, fetched: Fetched, now: datetime) -> Robots:
    """Take in a file."""
    lifetime = LONGEST if fetched.fresh_for is None else fetched.fresh_for
    return Robots(
        origin=origin,
        fetched_at=now,
        expires_at=now + min(max(lifetime, SHORTEST), LONGEST),
        outcome="rules",
        status=fetched.status,
        body=fetched.body.decode("utf-8-sig", "replace").replace("\0", ""),
    )


def unanswered(origin: str, error: FetchError, now: datetime) -> Robots:
    """Take in that no file came: a clear "there is none" lets all be read, a failure nothing."""
    missing = 200 <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR
    allow = error.kind in _LET_ALL or (missing and error.kind != "too_many_requests")
    wait = LONGEST if allow else UNREACHABLE_FOR
    return Robots(
        origin=origin,
        fetched_at=now,
        expires_at=max(now + wait, error.retry_at or now),
        outcome="allow" if allow else "deny",
        status=error.status,
        reason=error.reason,
    )


def unknown(origin: str, now: datetime) -> Robots:
    """Take it that there is no file, for now."""
    return Robots(origin=origin, fetched_at=now, expires_at=now, outcome="allow")


def judge(robots: Robots, url: str, token: str) -> Word:
    """Say whether an address may be asked for; CPU work on hostile text."""
    match robots.outcome:
        case "allow":
            return Word()
        case "deny":
            return Word(
                refusal=Refusal(
                    kind="robots_unreachable",
                    reason=f"{robots.origin}/robots.txt cannot be read: {robots.reason}",
                    retry_at=robots.expires_at,
                )
            )
    rules = Protego.parse(robots.body)
    if not rules.can_fetch(url, token):
        reason = f"{robots.origin}/robots.txt does not let {token} read it"
        return Word(refusal=Refusal(kind="robots", reason=reason))
    delay = min(max(rules.crawl_delay(token) or 0.0, 0.0), MAX_DELAY.total_seconds())
    return Word(delay=timedelta(seconds=delay))
