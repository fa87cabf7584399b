"""When a feed brings news: learned from its entries, and the wait that follows from it.

For a given number of polls, the mean delay from publication to poll is least where the polls are as
dense as the square root of the rate of publication (the delay at a moment is half a wait, so that
the sum of rate / density is to be least while the sum of the densities is given: Lagrange). The
*median* asks for a little more at the busy hours: `EXPONENT` was measured on ten months of three
news feeds (``make bench-rhythm``). A density of one poll an `interval` belongs to one entry an
`interval`; from there ``wait = interval^(1/3) · gap^(2/3)``, where `gap` is the time from one entry
to the next, at this hour of the day and week.
"""

from __future__ import annotations

import json
import math
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

HALF_LIFE = timedelta(days=60)  # what a feed did two months ago counts half
EXPONENT = 2 / 3
MEMORY = timedelta(days=14)  # entries this old, found at the first poll, tell of the rhythm

_PARTS = 12  # of an hour: many desks publish on the hour and the half hour
_STEP = 3600 // _PARTS  # seconds
# A feed of which nothing is known: half an entry in half an hour, soon outweighed.
_PRIOR_ENTRIES, _PRIOR_SECONDS = 0.5, 1800.0
# Entries in each hour of a feed that is not known to prefer any; twice that for days and parts.
_EVEN = 0.5
_LEAST_SECONDS = 86400.0
_MEAN_LIFE = HALF_LIFE.total_seconds() / math.log(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How many entries came when, older ones counting less.

    Attributes:
        entries: In all.
        seconds: How long was looked, older time counting less as well.
        hours: Entries in each hour of the day, UTC.
        days: Entries on each day of the week, Monday first.
        parts: Entries in each five minutes of an hour.
        at: The moment as of which the weights are.
    """

    entries: float
    seconds: float
    hours: tuple[float, ...]
    days: tuple[float, ...]
    parts: tuple[float, ...]
    at: datetime


def begin(published: Iterable[datetime], now: datetime) -> Rhythm:
    """Learn from the entries that a feed shows at its first poll."""
    recent = [moment for moment in published if now - MEMORY < moment <= now]
    seconds = max(_LEAST_SECONDS, (now - min(recent)).total_seconds()) if recent else 0.0
    empty = Rhythm(
        entries=0.0,
        seconds=seconds,
        hours=(0.0,) * 24,
        days=(0.0,) * 7,
        parts=(0.0,) * _PARTS,
        at=now,
    )
    return learn(empty, recent, now)


def learn(rhythm: Rhythm, published: Iterable[datetime], now: datetime) -> Rhythm:
    """Add entries to what is known."""
    moments = [moment.astimezone(UTC) for moment in published]
    kept = _fade(rhythm, now)
    return Rhythm(
        entries=rhythm.entries * kept + len(moments),
        seconds=_seconds(rhythm, kept),
        hours=_add(rhythm.hours, kept, [moment.hour for moment in moments]),
        days=_add(rhythm.days, kept, [moment.weekday() for moment in moments]),
        parts=_add(rhythm.parts, kept, [moment.minute * _PARTS // 60 for moment in moments]),
        at=max(now, rhythm.at),
    )


def per_day(rhythm: Rhythm, now: datetime) -> float:
    """Estimate how many entries a day the feed brings, on average."""
    kept = _fade(rhythm, now)
    entries = rhythm.entries * kept + _PRIOR_ENTRIES
    return 86400 * entries / (_seconds(rhythm, kept) + _PRIOR_SECONDS)


def wait(
    rhythm: Rhythm, often: float, now: datetime, interval: timedelta, longest: timedelta
) -> timedelta:
    """Tell how long to wait from now on.

    Args:
        rhythm: Of the feed.
        often: How many entries a day it brings, as `per_day` estimates.
        now: The present.
        interval: The shortest wait, and the gap between entries for which it is meant.
        longest: The longest wait.
    """
    shortest, limit = interval.total_seconds(), longest.total_seconds()
    density = (often / 86400 * shortest) ** EXPONENT / shortest
    hourly, parts = _Hourly(rhythm), _shape(rhythm.parts, 2 * _EVEN)
    sums = (0.0, *accumulate(parts))  # of polls from the full hour to each part, at an even pace
    start = now.timestamp()
    hour, place = int(start // 3600), start % 3600 / _STEP
    gone = sums[int(place)] + parts[int(place)] * (place % 1)
    due = 0.0  # polls that would have been right since `start`
    while hour * 3600 - start < limit:
        here = density * hourly.at(hour) * _STEP
        more = here * (sums[-1] - gone)
        if due + more >= 1:
            reached = gone + (1 - due) / here
            part = bisect(sums, reached, hi=_PARTS) - 1
            place = part + (reached - sums[part]) / parts[part]
            wanted = hour * 3600 + place * _STEP - start
            return timedelta(seconds=max(shortest, min(wanted, limit)))
        due, gone = due + more, 0.0
        hour += 1
    return timedelta(seconds=max(shortest, limit))


def dumps(rhythm: Rhythm) -> str:
    """Write as JSON, for a person to read in the database."""
    return json.dumps(
        {
            "entries": round(rhythm.entries, 3),
            "seconds": round(rhythm.seconds),
            "hours": [round(weight, 3) for weight in rhythm.hours],
            "days": [round(weight, 3) for weight in rhythm.days],
            "parts": [round(weight, 3) for weight in rhythm.parts],
            "at": rhythm.at.timestamp(),
        },
        separators=(",", ":"),
    )


def loads(text: str) -> Rhythm:
    """Read what `dumps` wrote."""
    fields = json.loads(text)
    return Rhythm(
        entries=fields["entries"],
        seconds=fields["seconds"],
        hours=tuple(fields["hours"]),
        days=tuple(fields["days"]),
        parts=tuple(fields["parts"]),
        at=datetime.fromtimestamp(fields["at"], UTC),
    )


def _fade(rhythm: Rhythm, now: datetime) -> float:
    """What an entry still counts; a clock that was set back makes nothing count more."""
    return float(0.5 ** max(0.0, (now - rhythm.at) / HALF_LIFE))


def _seconds(rhythm: Rhythm, kept: float) -> float:
    """The time looked at, with the time since then: the integral of the fading weight."""
    return rhythm.seconds * kept + (1 - kept) * _MEAN_LIFE


def _add(weights: Sequence[float], kept: float, places: Sequence[int]) -> tuple[float, ...]:
    return tuple(weight * kept + places.count(n) for n, weight in enumerate(weights))


def _shape(weights: Sequence[float], even: float) -> tuple[float, ...]:
    """How much denser than the average to poll at each place, where little is known: alike."""
    average = (sum(weights) + even * len(weights)) / len(weights)
    return tuple([((weight + even) / average) ** EXPONENT for weight in weights])


class _Hourly:
    """How much denser than the average to poll in each hour of the week."""

    def __init__(self, rhythm: Rhythm) -> None:
        self._hours, self._days = rhythm.hours, rhythm.days
        self._average = (_EVEN + sum(rhythm.hours) / 24) * (2 * _EVEN + sum(rhythm.days) / 7)

    def at(self, hour: int) -> float:
        """Tell it for an hour, counted since 1970, a Thursday."""
        place = hour % 24
        # An hour shares with its neighbours: nobody publishes by the clock's hours alone.
        around = self._hours[place - 1] + self._hours[place - 23]
        smooth = (2 * self._hours[place] + around) / 4
        day = self._days[(hour // 24 + 3) % 7]
        return float(((smooth + _EVEN) * (day + 2 * _EVEN) / self._average) ** EXPONENT)
