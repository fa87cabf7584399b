"""Polls that end together, ready to be recorded; as a program: record them, and die in between.

::

    python -m tests.group DIRECTORY STATEMENT

records one poll, says ``stored`` and then records the others as one group, but kills itself before
the group's STATEMENT-th one, counted from 1; at 0 it says how many there are.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ingestor.ledger import Ledger
from ingestor.models import Feed
from ingestor.pipeline import poll
from ingestor.polled import Polled, Report
from tests.newsroom import Newsroom, body, item, newsroom

FEEDS = tuple(
    Feed(url=f"https://feed{number}.example/rss", name=f"Feed {number}", language="en")
    for number in range(6)
)
ITEMS = 3
Ended = tuple[Polled, datetime]


class Unrecorded(Exception):
    """Ends a poll where it would have been recorded."""


async def ended(room: Newsroom, feeds: Sequence[Feed] = FEEDS, first: int = 0) -> list[Ended]:
    """Poll feeds that show `ITEMS` reports of their own, up to the point where it is recorded."""
    found: list[Ended] = []

    async def keep(polled: Polled, now: datetime, /) -> Report:
        found.append((polled, now))
        raise Unrecorded

    line = replace(room.line, record=keep)
    for number, feed in enumerate(feeds):
        start = first + 100 * number
        room.press.answers[feed.url] = body(feed, *map(item, range(start, start + ITEMS)))
        with suppress(Unrecorded):
            await poll(line, feed, room.ledger.states()[feed.url])
    return found


def main(directory: Path, fatal: int) -> None:
    """Record one poll, then a group."""
    with newsroom(directory, FEEDS) as room:
        settings = room.settings
        one, *group = asyncio.run(ended(room))
    with closing(Ledger.open(settings, one[1])) as ledger:
        ledger.record([one])
        sys.stdout.write("stored\n")
        sys.stdout.flush()
        count = 0

        def watch(_: str) -> None:
            nonlocal count
            count += 1
            if count == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

        ledger.store.db.conn.set_trace_callback(watch)
        ledger.record(group)
        ledger.store.db.conn.set_trace_callback(None)
        sys.stdout.write(f"{count}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
