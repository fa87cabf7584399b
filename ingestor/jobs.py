"""Jobs at their times, though the clock on the wall may be set."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger


class Every:
    """A trigger each so many seconds, for which what was missed is missed.

    APScheduler 3 lists every run between the last one and the present before it coalesces them. A
    clock set forward by a month would make that two and a half million moments of a tick, in which
    the loop stands still, were it its own `IntervalTrigger`.
    """

    def __init__(self, seconds: float) -> None:
        """Begin as many seconds from now."""
        self.interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The next moment of the series, or of one that begins now if that has passed."""
        due = (previous_fire_time or now) + self.interval
        return due if due > now else now + self.interval


BaseTrigger.register(Every)  # what a scheduler asks of a trigger; the base itself has no types


def daily(at: time) -> CronTrigger:
    """A trigger at a time of each day, UTC."""
    return CronTrigger(hour=at.hour, minute=at.minute, timezone=UTC)


def catch_up(scheduler: BaseScheduler, now: datetime) -> None:
    """Plan anew what a clock that was set back has put off.

    APScheduler 3 plans the next run as a moment of the wall clock. Set back by an hour, it would
    let no job run for an hour, not even the tick that polls.

    Args:
        scheduler: With its jobs.
        now: The present, by the wall clock.
    """
    for job in scheduler.get_jobs():
        if isinstance(job.trigger, Every):
            if job.next_run_time > now + job.trigger.interval:
                job.modify(next_run_time=now)
        elif (due := job.trigger.get_next_fire_time(None, now)) and job.next_run_time > due:
            job.modify(next_run_time=due)
