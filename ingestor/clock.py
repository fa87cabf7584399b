"""The wall clock: the only place that reads it; everything else is given the time."""

from datetime import UTC, datetime


def wall_clock() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)
