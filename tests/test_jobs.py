from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from ingestor.jobs import Every, catch_up

NOW = datetime.now(UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
async def scheduler() -> AsyncIOScheduler:
    """A tick each second and a job each night, both planned at `NOW`; started, but paused."""
    made = AsyncIOScheduler(timezone=UTC)
    made.start(paused=True)
    made.add_job(print, Every(1), id="tick", next_run_time=NOW)
    made.add_job(print, "cron", hour=NOW.hour, minute=NOW.minute, id="night")
    return made


@pytest.mark.parametrize("back", [timedelta(hours=1), 3 * DAY, 3650 * DAY], ids=str)
async def test_a_clock_set_back_puts_off_no_job(
    scheduler: AsyncIOScheduler, back: timedelta
) -> None:
    now = NOW - back
    catch_up(scheduler, now)
    assert scheduler.get_job("tick").next_run_time <= now + SECOND
    assert scheduler.get_job("night").next_run_time <= now + DAY


@pytest.mark.parametrize("on", [timedelta(0), SECOND, 3 * DAY], ids=str)
async def test_a_clock_that_goes_on_changes_no_plan(
    scheduler: AsyncIOScheduler, on: timedelta
) -> None:
    before = [job.next_run_time for job in scheduler.get_jobs()]
    catch_up(scheduler, NOW + on)
    assert [job.next_run_time for job in scheduler.get_jobs()] == before


@pytest.mark.parametrize("on", [timedelta(seconds=3), 30 * DAY, 3650 * DAY], ids=str)
async def test_a_clock_set_forward_lets_a_job_run_once(
    scheduler: AsyncIOScheduler, on: timedelta
) -> None:
    tick = scheduler.get_job("tick")
    assert tick._get_run_times(NOW + on) == [NOW]
    assert tick.trigger.get_next_fire_time(NOW, NOW + on) == NOW + on + SECOND


async def test_a_scheduler_that_slept_for_ten_years_goes_on_in_time() -> None:
    ran = asyncio.Event()

    async def tick() -> None:
        ran.set()

    made = AsyncIOScheduler(timezone=UTC, job_defaults={"misfire_grace_time": None})
    made.add_job(tick, Every(1), id="tick", next_run_time=NOW - 3650 * DAY)
    made.start()
    async with asyncio.timeout(5):
        await ran.wait()
    assert made.get_job("tick").next_run_time > NOW
    made.shutdown()


async def test_a_job_in_time_keeps_its_rhythm(scheduler: AsyncIOScheduler) -> None:
    trigger = scheduler.get_job("tick").trigger
    assert trigger.get_next_fire_time(NOW, NOW + SECOND / 2) == NOW + SECOND
