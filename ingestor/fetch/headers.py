"""What response headers say, read strictly: a header that breaks its grammar says nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from ingestor.models import Validators

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_RETRY_AFTER = timedelta(days=1)
"""Servers ask for 88 hours by mistake; after a day one request does no harm."""

_SECONDS = re.compile(r"[0-9]{1,9}")  # int() would also take "+5", "1_000" and Arabic digits
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NEVER_FRESH = re.compile(r"\bno-(?:cache|store)\b", re.IGNORECASE)
_MAX_AGE = re.compile(r"max-age\s*=\s*\"?([0-9]{1,9})\"?", re.IGNORECASE)


def flatten(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join repeated headers, lower-case their names, and make every value valid text.

    Source: RFC 9110 §5.3 (joining by a comma and a space).
    """
    flat: dict[str, str] = {}
    for name, value in items:
        key, text = name.lower(), value if value.isascii() else _text(value)
        flat[key] = f"{flat[key]}, {text}" if key in flat else text
    return flat


def validators(headers: Mapping[str, str]) -> Validators:
    """Take the validators verbatim: quotes, ``W/`` and all. Source: RFC 9110 §8.8.

    Args:
        headers: As received. A value that is not UTF-8, or holds control characters, could not be
            sent back, so it is left out.
    """
    return Validators(
        etag=_sendable(headers.get("etag", "")),
        last_modified=_sendable(headers.get("last-modified", "")),
    )


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Read the moment before which the server does not want to hear from us.

    Args:
        headers: Lower-cased names.
        now: Aware, UTC; what a delay counts from.

    Returns:
        Between `now` and `now` + MAX_RETRY_AFTER; None if there is no such header, or it is
        neither of the two forms.

    Source: RFC 9110 §10.2.3. A date is read relative to the server's own ``Date``: its clock,
    or ours, may be wrong, the distance between its two dates is not.
    """
    text = headers.get("retry-after", "").strip(" \t")
    if _SECONDS.fullmatch(text):
        delay = timedelta(seconds=int(text))
    elif moment := http_date(text):
        delay = moment - (http_date(headers.get("date", "")) or now)
    else:
        return None
    return now + min(max(delay, timedelta(0)), MAX_RETRY_AFTER)


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Read for how long the answer will not change.

    Args:
        headers: Lower-cased names.
        now: Aware, UTC; stands in for a missing ``Date``.

    Returns:
        Zero or more, less the ``Age`` it already has; None where nothing is promised.

    Source: RFC 9111 §4.2.1, §5.2.2 (``max-age`` wins over ``Expires``) and §5.3 (a bad
    ``Expires`` is in the past). ``s-maxage`` is not for us: we are no shared cache.
    """
    control = headers.get("cache-control", "")
    if _NEVER_FRESH.search(control):
        return None
    if found := _MAX_AGE.search(control):
        age = _SECONDS.fullmatch(headers.get("age", "").strip())
        left = int(found[1]) - (int(age[0]) if age else 0)
        return timedelta(seconds=max(left, 0))
    if "expires" not in headers:
        return None
    expires = http_date(headers["expires"])
    if expires is None:
        return timedelta(0)
    return max(expires - (http_date(headers.get("date", "")) or now), timedelta(0))


def http_date(text: str) -> datetime | None:
    """Read an HTTP date in any of its three forms; no zone means UTC.

    Source: RFC 9110 §5.6.7.
    """
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:  # year 1 or 9999, and a zone that leads out of it
        return None


def _text(value: str) -> str:
    """Replace the bytes that were not UTF-8."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _sendable(value: str) -> str:
    sound = value.isascii() or _text(value) == value
    return value if sound and not _CONTROL.search(value) else ""
