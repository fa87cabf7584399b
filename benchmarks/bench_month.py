"""A month of polling in minutes: 10,000 feeds on a clock that jumps from one event to the next.

What runs is the daemon's own: its tick, the query for due feeds, the client with the turns of its
hosts, redirects, deadlines and silences, the schedule's arithmetic, group commit, ledger and store,
and the nightly housekeeping. Three things are stood in for: connections (the servers of
`simulated_web` answer in memory), parsing and preparing (the servers say what the parser would have
found; that work is measured elsewhere), and the tick comes every ten seconds instead of each.

In the second and third week the daemon is started anew, once at once and once after six hours; the
machine sleeps for eight hours; its clock is set back by an hour, and forward again. The servers
keep account of every request. The floors: nobody is asked too early, or within the pause or the
silence that its host is owed, restarts and jumps or not; no host has two requests at once; no feed
waits for longer than the longest interval; none is asked after it was gone; no minute of the first
day has more than twice its share of the first polls; memory does not grow after the fifth day.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from benchmarks.simulated_web import DAY, HOUR, Rules, Web
from benchmarks.stand_in import Silent, Simulated, work
from benchmarks.virtual import Clock, VirtualLoop
from ingestor.config import CleanSettings, DedupSettings, FetchSettings, Settings
from ingestor.daemon import Daemon
from ingestor.engine import Engine
from ingestor.fetch.polite import Hosts
from ingestor.ledger import Ledger
from ingestor.models import Feed
from ingestor.schedule import MAX_JITTER
from ingestor.sdnotify import Notifier

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from ingestor.log import Logger


Event = Literal["restart", "stop", "sleep", "back", "forward"]
EVENTS: Mapping[Event, str] = {
    "restart": "started anew",
    "stop": "stopped for 6 h",
    "sleep": "slept for 8 h",
    "back": "clock set back 1 h",
    "forward": "clock set forward 1 h",
}
WHEN: Mapping[int, Event] = {8: "restart", 10: "stop", 12: "sleep", 14: "back", 16: "forward"}
TICK = 10.0  # seconds
SEED = 7
GRACE = HOUR  # by which a feed may be late: others come first after a standstill
FLOOR_GROWTH = 48 * 2**20  # bytes after the fifth day: the window of recent articles fills until
# the fourteenth, 144 bytes each
EARLY_POLLS = """
    SELECT count(*) FROM (
        SELECT started_at, lag(next_poll_at) OVER feed AS planned, lag(started_at) OVER feed AS last
        FROM polls WINDOW feed AS (PARTITION BY feed_id ORDER BY id)
    ) WHERE started_at < planned AND started_at > last
"""


# --- the month -----------------------------------------------------------------------------


@dataclass(slots=True)
class Day:
    """What one day came to, for the table."""

    number: int
    polls: int
    new: int
    failed: int
    busiest: int
    seconds: float
    memory: int

    def row(self, statuses: Mapping[int, int]) -> str:
        """A line of the table."""
        told = "  ".join(f"{statuses.get(status, 0):6}" for status in STATUSES)
        return (
            f"{self.number:3}  {self.polls:7}  {self.new:7}  {told}  {self.failed:6}"
            f"  {self.busiest:7}  {self.seconds:6.1f}  {self.memory / 2**20:5.0f} "
        )


STATUSES = (304, 200, 301, 404, 410, 429, 503, 0)
HEAD = (
    "day    polls      new  "
    + "  ".join(f"{status or 'none':>6}" for status in STATUSES)
    + "  failed  minute*   CPU s     MB"
)


class Month:
    """The daemon, its machine's clock, and the world."""

    def __init__(self, loop: VirtualLoop, folder: Path, feeds: int) -> None:
        """Nothing runs yet."""
        self._loop, self._clock = loop, Clock(loop)
        fetch = FetchSettings()
        longest = timedelta(days=1) + MAX_JITTER
        rules = Rules(
            interval=15 * 60,
            spacing=fetch.per_host_interval,
            longest=longest.total_seconds() + GRACE,
        )
        self.web = Web(self._clock, rules, feeds, SEED)
        self.settings = Settings(
            database=folder / "news.db",
            feeds=tuple(Feed(url=url, name=url) for url in self.web.sources),
            fetch=fetch,
            clean=CleanSettings(fulltext="never"),
            dedup=DedupSettings(encoder="none"),
        )
        self.days: list[Day] = []
        self._polls, self._used = 0, time.process_time()

    async def live(self, days: int, events: Mapping[int, Event]) -> None:
        """Let so many days pass; an event comes at the end of its day, counted from 1."""
        number = 0
        while number < days:
            stopped = 0.0
            async with self._daemon() as (daemon, engine):
                while number < days and not stopped:
                    number += 1
                    await self._day(daemon, engine, number)
                    stopped = self._happen(events.get(number))
            del daemon, engine
            _end_of_process()
            await asyncio.sleep(stopped)

    def _happen(self, event: Event | None) -> float:
        """Let something happen to the machine; for how many seconds is the daemon stopped?"""
        if event is None:
            self._tell("")
            return 0.0
        self._tell(f"then {EVENTS[event]}")
        if event != "restart":
            self.web.excuse()
        match event:
            case "sleep":
                self._clock.slept += 8 * HOUR
            case "back":
                self._clock.error -= HOUR
            case "forward":
                self._clock.error += HOUR
        return {"restart": 10.0, "stop": 6 * HOUR}.get(event, 0.0)

    @asynccontextmanager
    async def _daemon(self) -> AsyncIterator[tuple[Daemon, Engine]]:
        hosts = Hosts(self.settings.fetch.per_host_interval, monotonic=self._loop.time)
        async with Engine(self.settings, self._clock, workers=1) as engine:
            client = Simulated(self.settings.fetch, clock=self._clock, hosts=hosts)
            client.web = self.web
            engine.line = replace(engine.line, fetch=client.get, work=work, web=None)
            log = cast("Logger", Silent())
            yield Daemon(engine, log, Notifier(), self._loop.time), engine
            await asyncio.sleep(60)  # whatever is under way ends by itself

    async def _day(self, daemon: Daemon, engine: Engine, number: int) -> None:
        while self._clock.world() < number * DAY:
            await daemon.rounds.tick()
            await asyncio.sleep(TICK)
        await daemon.keep_house()
        await self._note(engine, number)

    async def _note(self, engine: Engine, number: int) -> None:
        polls, new, failed = await engine.line.write(_counted, self._polls)
        used = time.process_time()
        self.days.append(
            Day(
                number=number,
                polls=polls,
                new=new,
                failed=failed,
                busiest=max(self.web.minutes.values(), default=0),
                seconds=used - self._used,
                memory=_resident(),
            )
        )
        self._polls, self._used = self._polls + polls, used

    def _tell(self, note: str) -> None:
        print(self.days[-1].row(self.web.statuses), note, flush=True)
        self.web.statuses.clear()
        self.web.minutes.clear()

    def faults(self, first_minutes: int) -> Iterator[str]:
        """What was not as it should be."""
        yield from (f"{name}: {times} times" for name, times in self.web.faults.items() if times)
        if starved := self.web.starved():
            yield f"{starved} feeds were not asked for longer than they may wait"
        day = min(5, len(self.days)) - 1
        growth = self.days[-1].memory - self.days[day].memory
        if growth > FLOOR_GROWTH:
            yield f"memory grew by {growth / 2**20:.0f} MB after day {day + 1}"
        if first_minutes > (most := 2 * len(self.web.sources) / 15):
            yield f"{first_minutes} requests in a minute of the first day, floor {most:.0f}"


def _counted(ledger: Ledger, since: int) -> tuple[int, int, int]:
    """Polls, new articles and failures since the poll with an id."""
    counts = ledger.store.db.conn.execute(
        "SELECT count(*), ifnull(sum(new), 0), ifnull(sum(outcome = 'failed'), 0)"
        " FROM polls WHERE id > ?",
        (since,),
    ).fetchone()
    return cast("tuple[int, int, int]", counts)


def _end_of_process() -> None:
    """Give back what a daemon held, as the end of its process would."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def early(database: Path) -> int:
    """Count polls before the moment that the feed's poll before had planned, by our own clock.

    One that lies before the other is none: the clock was set back in between.
    """
    with sqlite3.connect(database) as connection:
        return int(connection.execute(EARLY_POLLS).fetchone()[0])


def main() -> int:
    """Live through a month, print a line a day; the exit status says whether the floors hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-month-") as folder:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            loop = cast("VirtualLoop", runner.get_loop())
            month = Month(loop, Path(folder), arguments.feeds)
            hosts = {url.split("/")[2] for url in month.web.sources}
            print(f"{arguments.feeds:,} feeds on {len(hosts):,} hosts")
            print(HEAD)
            runner.run(month.live(arguments.days, WHEN))
        return _told(month, early(month.settings.database))


def _told(month: Month, unplanned: int) -> int:
    faults = list(month.faults(month.days[0].busiest))
    if unplanned:
        faults.append(f"{unplanned} polls before the moment that the one before had planned")
    print("* requests in the busiest minute")
    polls = sum(day.polls for day in month.days)
    seconds = sum(day.seconds for day in month.days)
    print(
        f"{polls:,} polls, {seconds / 60:.1f} minutes of CPU, {seconds / polls * 1e6:.0f} µs a poll"
    )
    for fault in faults:
        print(f"FLOOR: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
