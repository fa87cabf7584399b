"""Dates that can be true: feeds also publish years 1, 1699 and 9999, and next year's news."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from time import struct_time

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(hours=24)  # a clock that is wrong, or a zone that is

# Eight digits are a date, fourteen a date and a time; 1700000000 is neither, but read as 1699.
_BARE_NUMBER: Final = re.compile(r"\s*[+-]?(?!\d{8}\s*$|\d{14}\s*$)[\d.]+\s*")


def sane(moment: datetime | None, now: datetime) -> datetime | None:
    """Return the moment in UTC if an article can be of it: from 1990 to a day from `now`."""
    if moment is None:
        return None
    try:
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        return None
    return moment if EARLIEST <= moment <= now + AHEAD else None


def from_struct(parsed: struct_time | None, raw: str, now: datetime) -> datetime | None:
    """Check what feedparser made of a date.

    Args:
        parsed: In UTC, as feedparser gives it; None if it could not be read.
        raw: The same as written in the feed.
        now: The moment of fetching.
    """
    if parsed is None or _BARE_NUMBER.fullmatch(raw):
        return None
    year, month, day, hour, minute, second = parsed[:6]
    try:
        return sane(datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC), now)
    except ValueError:
        return None


def from_iso(raw: str, now: datetime) -> datetime | None:
    """Read a date of a JSON Feed; one without a zone is taken as UTC. Source: RFC 3339."""
    try:
        return sane(datetime.fromisoformat(raw.strip()), now)
    except ValueError:
        return None
