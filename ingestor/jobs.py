"""Jobs at their times, though the clock on the wall may be set."""

from __future__ import annotations

from datetime import datetime

from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.interval import IntervalTrigger


def catch_up(scheduler: BaseScheduler, now: datetime) -> None:
    """Plan anew what a clock that was set back has put off.

    APScheduler 3 plans the next run as a moment of the wall clock. Set back by an hour, it would
    let no job run for an hour, not even the tick that polls.

    Args:
        scheduler: With its jobs.
        now: The present, by the wall clock.
    """
    for job in scheduler.get_jobs():
        if isinstance(job.trigger, IntervalTrigger):
            if job.next_run_time > now + job.trigger.interval:
                job.modify(next_run_time=now)
        elif (due := job.trigger.get_next_fire_time(None, now)) and job.next_run_time > due:
            job.modify(next_run_time=due)
