"""When a feed is due: arithmetic on values, no clock, no state.

The rules, in the order in which they win:

1. Never earlier than the feed's interval; jitter only ever adds to it.
2. A server's ``Retry-After`` is kept to, up to `MAX_RETRY_AFTER`.
3. A hard failure (410 Gone, a refused address) is tried again after `HARD_BACKOFF`; but a feed
   whose configured address itself answered 410 is muted (`feeds.gone_at`), and at an adopted
   address (`ingestor.moves`) no failure is hard.
4. Another failure waits one interval more for each in a row, at most the longest interval:
   feeds in use do answer 404 for a day and come back.
5. A success waits for the longest of the interval, what the server and the feed ask for
   (``max-age``, ``ttl``), and what the feed's own rhythm makes sensible at this hour
   (`ingestor.rhythm`). None of these goes beyond the longest interval.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from ingestor import rhythm as rhythms
from ingestor.config import ScheduleSettings
from ingestor.rhythm import Rhythm

MAX_RETRY_AFTER = timedelta(days=31)
HARD_BACKOFF = timedelta(days=7)
JITTER = 0.1  # of the wait
MAX_JITTER = timedelta(minutes=10)
CLOCK_TOLERANCE = timedelta(minutes=1)  # a last poll further ahead: the clock was set back

LONGEST_REST_HOURS = 24  # for skipHours and skipDays

_ZERO = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """A poll that was answered.

    Attributes:
        fresh_for: What ``Cache-Control`` or ``Expires`` promise. Source: RFC 9111 §4.2.1.
        ttl: The longest wait that the feed itself asks for.
        rhythm: When the feed brings news, this poll included; None if that is not known.
    """

    fresh_for: timedelta | None = None
    ttl: timedelta | None = None
    rhythm: Rhythm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A poll that failed.

    Attributes:
        count: Failures in a row, this one included; at least 1.
        kind: One word, as in `FeedError.kind`.
        hard: Whether trying again soon is pointless.
        retry_at: The earliest moment at which the server wants to hear from us.
    """

    count: int = 1
    kind: str = "error"
    hard: bool = False
    retry_at: datetime | None = None


Outcome = Success | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The next poll, and why then.

    Attributes:
        at: The moment, in UTC.
        reason: One line for ``ingestor polls``.
        rhythm: The adaptive part of the wait; None after a failure, which says nothing of it.
    """

    at: datetime
    reason: str
    rhythm: timedelta | None = None


def next_poll(
    feed_key: str,
    outcome: Outcome,
    now: datetime,
    settings: ScheduleSettings,
    interval: timedelta | None = None,
) -> Plan:
    """Decide when a feed is polled next.

    Args:
        feed_key: Identity of the feed; the same key always gets the same jitter.
        outcome: What the poll that just ended brought.
        now: When it ended.
        settings: The schedule of all feeds.
        interval: The feed's own interval, if it has one. Longer than ``max_interval`` it wins.
    """
    shortest = interval or settings.interval
    longest = max(shortest, settings.max_interval)
    if isinstance(outcome, Failure):
        rhythm = None
        wait, reason = _after_failure(outcome, now, shortest, longest)
    else:
        rhythm, why = _rhythm(outcome.rhythm if settings.adaptive else None, now, shortest, longest)
        wait, reason = _after_success(outcome, (rhythm, why), shortest, longest)
    return Plan(at=_later(now, wait + jitter(feed_key, wait)), reason=reason, rhythm=rhythm)


def awake(at: datetime, skip_hours: Collection[int], skip_days: Collection[int]) -> datetime:
    """Put a poll off until the feed no longer rests, at most `LONGEST_REST_HOURS`.

    Args:
        at: The moment that was planned.
        skip_hours: Of the day, in UTC, 0 to 23.
        skip_days: Of the week, Monday is 0.

    Source: RSS 2.0, ``skipHours`` and ``skipDays``.
    """
    if not (skip_hours or skip_days):
        return at
    hour = timedelta(hours=1, minutes=-at.minute, seconds=-at.second)  # to the next full one
    waits = (timedelta(), *(hour + timedelta(hours=n) for n in range(LONGEST_REST_HOURS)))
    moments = (_later(at, wait) for wait in waits)
    return next(
        (m for m in moments if m.hour not in skip_hours and m.weekday() not in skip_days),
        _later(at, timedelta(hours=LONGEST_REST_HOURS)),
    )


def spread(feed_key: str, now: datetime, interval: timedelta) -> datetime:
    """Place the first poll of a feed within one interval, so that many do not start at once."""
    return _later(now, interval * _fraction(feed_key))


def jitter(feed_key: str, wait: timedelta) -> timedelta:
    """Add up to a tenth of the wait, ten minutes at most; always the same for one feed.

    It keeps feeds that were polled together from staying together.
    """
    return min(wait * JITTER, MAX_JITTER) * _fraction(feed_key)


def _rhythm(
    rhythm: Rhythm | None, now: datetime, shortest: timedelta, longest: timedelta
) -> tuple[timedelta, str]:
    """The wait that a feed's rhythm makes sensible, and the reason."""
    if rhythm is None:
        return shortest, "the interval"
    often = rhythms.per_day(rhythm, now)
    return rhythms.wait(rhythm, often, now, shortest, longest), f"about {often:.3g} entries a day"


def _after_success(
    success: Success, rhythm: tuple[timedelta, str], shortest: timedelta, longest: timedelta
) -> tuple[timedelta, str]:
    waits = [(shortest, "the interval"), rhythm]
    if success.fresh_for is not None:
        waits.append((min(success.fresh_for, longest), "the server says it stays fresh"))
    if success.ttl is not None:
        waits.append((min(success.ttl, longest), "the feed asks for it"))
    return _longest(waits)


def _after_failure(
    failure: Failure, now: datetime, shortest: timedelta, longest: timedelta
) -> tuple[timedelta, str]:
    steps = min(max(failure.count, 0), longest // shortest) + 1 if shortest else 1
    backoff = _clamp(shortest * steps, shortest, longest)
    asked = failure.retry_at - now if failure.retry_at else _ZERO
    return _longest(
        (
            (backoff, f"{failure.kind}, {failure.count} in a row"),
            (HARD_BACKOFF if failure.hard else _ZERO, f"{failure.kind}, which will hardly pass"),
            (_clamp(asked, _ZERO, MAX_RETRY_AFTER), f"{failure.kind}, the server said Retry-After"),
        )
    )


def _longest(waits: Iterable[tuple[timedelta, str]]) -> tuple[timedelta, str]:
    """Choose the longest wait; among equals the first, whose reason is the simplest."""
    return max(waits, key=lambda pair: pair[0])


def _clamp(value: timedelta, low: timedelta, high: timedelta) -> timedelta:
    return max(low, min(value, high))


def _later(now: datetime, wait: timedelta) -> datetime:
    """Add, and stay within the calendar when a clock stands at its end."""
    try:
        return now + wait
    except OverflowError:
        return datetime.max.replace(tzinfo=now.tzinfo)


def _fraction(feed_key: str) -> float:
    """Map a key to 0 ≤ x < 1, evenly and the same in every process (`hash` is neither)."""
    digest = blake2b(feed_key.encode("utf-8", "surrogatepass"), digest_size=6).digest()
    return int.from_bytes(digest, "big") / (1 << 48)
