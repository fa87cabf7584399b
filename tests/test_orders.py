"""Commands that write go to whoever holds the database, those that take long step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from ingestor import control, orders
from ingestor.ledger import Ledger
from ingestor.lock import Lock
from ingestor.store import upkeep
from tests.newsroom import DAY, Newsroom, newsroom
from tests.store.support import article

MANY = 2 * upkeep.PRUNED_AT_ONCE + 1


def add_many(ledger: Ledger, now: datetime) -> None:
    with ledger.store.transaction():
        ledger.store.add_articles(1, [article(str(number)) for number in range(MANY)], now)


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    """A newsroom with many articles, two days later; its database is closed."""
    with newsroom(tmp_path) as opened:
        add_many(opened.ledger, opened.clock())
    opened.clock.advance(2 * DAY)
    return opened


def prune(room: Newsroom) -> list[Mapping[str, object]]:
    before = (room.clock() - DAY).isoformat()
    return list(orders.place_in_steps(room.settings, "prune", room.clock(), before=before))


def told(steps: list[Mapping[str, object]]) -> tuple[int, list[object]]:
    """How many articles went, and which step said that it was the last."""
    return sum(int(str(step["articles"])) for step in steps), [step["finished"] for step in steps]


def test_what_takes_long_is_done_here_in_steps_if_no_daemon_runs(room: Newsroom) -> None:
    assert told(prune(room)) == (MANY, [False, False, True])


async def test_the_daemon_is_asked_for_step_after_step(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        add_many(room.ledger, room.clock())
        room.clock.advance(2 * DAY)

        async def answer(request: control.Request) -> Mapping[str, object]:
            return orders.carry_out(room.ledger, request.command, request.arguments, room.clock())

        with Lock(room.settings.database):
            async with control.serve(room.settings.database, answer):
                assert told(await asyncio.to_thread(prune, room)) == (MANY, [False, False, True])


def test_where_it_is_interrupted_it_goes_on(room: Newsroom) -> None:
    before = (room.clock() - DAY).isoformat()
    steps = orders.place_in_steps(room.settings, "prune", room.clock(), before=before)
    first = next(steps)
    del steps  # closes it
    rest = prune(room)
    assert told([first, *rest]) == (MANY, [False, False, True])
