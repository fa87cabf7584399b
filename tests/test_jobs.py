from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from ingestor.jobs import catch_up

NOW = datetime.now(UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
async def scheduler() -> AsyncIOScheduler:
    """A tick each second and a job each night, both planned at `NOW`; started, but paused."""
    made = AsyncIOScheduler(timezone=UTC)
    made.start(paused=True)
    made.add_job(print, "interval", seconds=1, id="tick", next_run_time=NOW)
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
