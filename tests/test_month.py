"""Days of polling on a clock that jumps: what is owed to servers is kept whatever happens."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

from yarl import URL

from benchmarks.bench_month import Month, early
from benchmarks.simulated_web import DAY, HOUR, Rules, Web
from benchmarks.virtual import Clock, VirtualLoop

RULES = Rules(interval=900, spacing=5, longest=DAY)


def test_days_of_polling_with_every_trouble_break_no_rule(tmp_path: Path) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        month = Month(cast("VirtualLoop", runner.get_loop()), tmp_path, feeds=60)
        runner.run(month.live(4, {1: "stop", 2: "sleep", 3: "back"}))
    assert [name for name, times in month.web.faults.items() if times] == []
    assert month.web.starved() == 0
    assert early(month.settings.database) == 0
    assert [day.polls > 60 for day in month.days] == [True] * 4
    assert sum(day.new for day in month.days) > 60


async def ask(web: Web, url: str) -> int:
    async with web.get(URL(url), headers={}, allow_redirects=False) as answer:
        return answer.status


def test_the_servers_notice_what_is_done_wrong() -> None:
    async def rude() -> None:
        plain = next(source.url for source in web.sources.values() if source.kind == "plain")
        await ask(web, plain)
        await ask(web, plain)  # at once: early, and within the pause
        await asyncio.sleep(3 * DAY)
        await asyncio.gather(ask(web, plain), ask(web, plain))  # late, and side by side
        web.hosts[URL(plain).host or ""].silent_until = clock.world() + HOUR
        await asyncio.sleep(HOUR / 2)
        await ask(web, plain)  # within a silence

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        clock = Clock(cast("VirtualLoop", runner.get_loop()))
        web = Web(clock, RULES, 20, seed=1)
        runner.run(rude())
    assert {name for name, times in web.faults.items() if times} == {
        "early", "late", "side by side", "within the pause", "within a silence"
    }  # fmt: skip
