"""How late news is stored, for a given number of requests: our rhythm beside other rules.

::

    python -m benchmarks.bench_rhythm

Replays when the entries of three feeds were published in ten months (``feeds-polls`` below the
folder named by INGESTOR_CORPORA, by default ``../shared/corpora``). A rule decides, poll after
poll, when to ask again; the delay of an entry is the time from its publication to the next poll.

Each other rule runs with its project's own constants, then ours and a fixed interval are set to the
same number of requests over all feeds. Exit status 1 if ours is later than any of them in the
median or the mean.

Sources of the rules: miniflux ``entry_frequency`` (a week divided by the entries of a week, 5 min
to 24 h), CommaFeed's empirical interval (half of the mean gap, slower after silence, 5 min to 4 h),
Media Cloud's rss-fetcher (a longer interval if more than 67 % of a poll was known, a shorter one
below 33 %, 10 min to 24 h).
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import tarfile
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console
from rich.table import Table

from ingestor import rhythm

DAY = 86400.0
SHOWN = 20  # entries in a feed document
LATE = timedelta(hours=26)  # an entry dated earlier than this before it came is no measure of delay
TIMES = re.compile(r"_(\d{4}-\d\d-\d\dT\d{6})([pm])(\d{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """When the entries of one feed were published, as Unix times in order."""

    name: str
    published: tuple[float, ...]
    start: float
    end: float


# Decides, poll after poll of one feed, how many seconds to wait: from the time of the poll and the
# publication times of the entries that it found.
Rule = Callable[[float, Sequence[float]], float]


# --- the rules ---------------------------------------------------------------------------


def fixed(seconds: float) -> Callable[[], Rule]:
    """Always the same."""
    return lambda: lambda now, new: seconds


def ours(interval: float) -> Callable[[], Rule]:
    """The rhythm of the feed."""

    def make() -> Rule:
        known: rhythm.Rhythm | None = None

        def rule(now: float, new: Sequence[float]) -> float:
            nonlocal known
            at, published = _moment(now), [_moment(entry) for entry in new]
            if known is None:
                known = rhythm.begin(published, at)
            elif published:
                known = rhythm.learn(known, published, at)
            span = timedelta(seconds=interval)
            waited = rhythm.wait(known, rhythm.per_day(known, at), at, span, timedelta(days=1))
            return max(300.0, waited.total_seconds())

        return rule

    return make


def miniflux(factor: float) -> Callable[[], Rule]:
    """A week divided by what came in a week."""

    def make() -> Rule:
        entries: list[float] = []

        def rule(now: float, new: Sequence[float]) -> float:
            entries.extend(new)
            week = sum(1 for entry in entries if entry > now - 7 * DAY)
            return min(DAY, max(300.0, 7 * DAY / (week * factor))) if week else DAY

        return rule

    return make


def commafeed(factor: float) -> Callable[[], Rule]:
    """Half of the mean gap between the entries in the document; slower after long silence."""

    def make() -> Rule:
        shown: list[float] = []

        def rule(now: float, new: Sequence[float]) -> float:
            shown[:] = sorted((*shown, *new))[-SHOWN:]
            if len(shown) < 2:
                return 4 * 3600.0
            silence = (now - shown[-1]) / DAY
            slower = 1 if silence < 7 else 2 if silence < 14 else 4
            gap = (shown[-1] - shown[0]) / (len(shown) - 1)
            return min(4 * 3600.0, max(300.0, gap / 2 * slower * factor))

        return rule

    return make


def mediacloud() -> Rule:
    """Longer if most of a poll was known, shorter if little was."""
    interval = 6 * 3600.0

    def rule(_now: float, new: Sequence[float]) -> float:
        nonlocal interval
        known = 1 - min(len(new), SHOWN) / SHOWN
        if known > 0.67:
            interval *= 1.25
        elif known < 0.33:
            interval /= 1.25
        interval = min(DAY, max(600.0, interval))
        return interval

    return rule


# --- the replay --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How many polls a day and feed there were, and the delays of the entries in minutes."""

    polls: float
    delays: tuple[float, ...]

    @property
    def median(self) -> float:
        """The delay that half of the entries exceed."""
        return statistics.median(self.delays)

    @property
    def mean(self) -> float:
        """The average delay."""
        return statistics.fmean(self.delays)

    @property
    def late(self) -> float:
        """The delay that one entry in ten exceeds."""
        return statistics.quantiles(self.delays, n=10)[-1]


def replay(make: Callable[[], Rule], histories: Sequence[History]) -> Result:
    """Poll each feed by a rule of its own."""
    polls, delays = 0, []
    for history in histories:
        rule, now = make(), history.start
        done = bisect_right(history.published, now)
        new: Sequence[float] = history.published[max(0, done - SHOWN) : done]
        while now < history.end:
            now += rule(now, new)
            polls += 1
            upto = bisect_right(history.published, now)
            new = history.published[done:upto]
            delays += [(now - entry) / 60 for entry in new]
            done = upto
    days = sum(history.end - history.start for history in histories) / DAY
    return Result(polls=polls / days, delays=tuple(delays))


def matched(
    family: Callable[[float], Callable[[], Rule]], polls: float, histories: Sequence[History]
) -> Result:
    """The rule of a family, whose waits grow with its parameter, that asks as often as wanted."""
    low, high = 1e-3, 1e7
    result = replay(family(high), histories)
    for _ in range(24):
        middle = (low * high) ** 0.5
        result = replay(family(middle), histories)
        if abs(result.polls / polls - 1) < 0.002:
            break
        low, high = (middle, high) if result.polls > polls else (low, middle)
    return result


# --- the data ----------------------------------------------------------------------------


def corpora() -> Path:
    """Give the folder of the corpora."""
    default = Path(__file__).resolve().parents[2] / "shared/corpora"
    return Path(os.environ.get("INGESTOR_CORPORA", default))


def read(path: Path) -> History:
    """Read when a feed's entries were published, where the feed tells it credibly."""
    seen: set[str] = set()
    published: list[float] = []
    polled: list[datetime] = []
    for at, document in _snapshots(path):
        for guid, date in _entries(document):
            fresh = guid not in seen
            seen.add(guid)
            if fresh and date and date <= at and (not polled or date > polled[-1] - LATE):
                published.append(date.timestamp())
        polled.append(at)
    return History(
        name=path.name.removesuffix(".tar.xz"),
        published=tuple(sorted(published)),
        start=polled[0].timestamp(),
        end=polled[-1].timestamp(),
    )


def _snapshots(path: Path) -> list[tuple[datetime, bytes]]:
    found = []
    with tarfile.open(path) as archive:
        for member in archive:
            named, file = TIMES.search(member.name), archive.extractfile(member)
            if named and file:
                sign = "+" if named[2] == "p" else "-"
                at = datetime.strptime(f"{named[1]}{sign}{named[3]}", "%Y-%m-%dT%H%M%S%z")
                found.append((at.astimezone(UTC), file.read()))
    return sorted(found, key=lambda pair: pair[0])


def _entries(document: bytes) -> list[tuple[str, datetime | None]]:
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError:
        return []  # two of the snapshots are broken
    return [
        (
            item.findtext("guid") or item.findtext("link") or "",
            parsedate_to_datetime(date) if (date := item.findtext("pubDate")) else None,
        )
        for item in root.iter("item")
    ]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


# --- the report --------------------------------------------------------------------------


def main() -> int:
    """Compare, and print a table."""
    folder = corpora() / "feeds-polls"
    if not folder.is_dir():
        print(f"skipped: no poll histories at {folder}")
        return 0
    histories = [read(path) for path in sorted(folder.glob("*.tar.xz"))]
    lines = ", ".join(f"{h.name} {len(h.published)}" for h in histories)
    print(f"entries published: {lines}")
    rivals: list[tuple[str, Result]] = [
        ("miniflux, factor 1", replay(miniflux(1), histories)),
        ("CommaFeed", replay(commafeed(1), histories)),
        ("Media Cloud", replay(lambda: mediacloud(), histories)),  # noqa: PLW0108 - a rule a feed
    ]
    for often in (12.0, 24.0, 48.0):
        name = f"miniflux, {often:.0f} polls a day"
        rivals.append((name, matched(lambda p: miniflux(1 / p), often, histories)))
        name = f"CommaFeed, {often:.0f} polls a day"
        rivals.append((name, matched(commafeed, often, histories)))
    table = Table("rule", "polls/day", "median min", "mean min", "p90 min", title="Delay")
    good = True
    for name, result in rivals:
        same = matched(fixed, result.polls, histories)
        best = matched(ours, result.polls, histories)
        for label, row in ((name, result), ("  fixed interval", same), ("  ours", best)):
            figures = (row.polls, row.median, row.mean, row.late)
            table.add_row(label, *(f"{figure:.1f}" for figure in figures))
        table.add_section()
        for row in (result, same):
            good = good and best.median <= row.median and best.mean <= row.mean
    Console().print(table)
    print("ours is first everywhere" if good else "FLOOR: ours is later than another rule")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
