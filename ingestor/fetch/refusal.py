"""Answers that are no success, and what they mean for us."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from ingestor.fetch.failure import Failure
from ingestor.fetch.headers import retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_CHALLENGES: Final = (  # header, what it says, who says it; from the vendors' own documentation
    ("cf-mitigated", "challenge", "Cloudflare"),
    ("x-amzn-waf-action", "challenge", "AWS WAF"),
    ("x-amzn-waf-action", "captcha", "AWS WAF"),
    ("x-vercel-mitigated", "challenge", "Vercel"),
    ("x-dd-b", "", "DataDome"),
    ("x-datadome", "protected", "DataDome"),
    ("x-sucuri-block", "", "Sucuri"),
)


def refused(status: int, headers: Mapping[str, str], now: datetime) -> Failure:
    """Say what a status other than success means for us.

    Args:
        status: Neither 200, 203, 304, nor a redirect.
        headers: Lower-cased names.
        now: What a Retry-After counts from.
    """
    retry_at = retry_after(headers, now) if status in {429, 503} else None
    said = f"status {status}{_phrase(status)}"
    if who := challenger(headers):
        reason = f"{said}: {who} wants to see a human (a challenge page)"
        return Failure("challenge", reason, status=status, retry_at=retry_at)
    if status == 410:
        return Failure("gone", f"{said}: the feed is gone for good", status=status)
    if status == 429 or retry_at is not None:
        when = f"until {retry_at:%Y-%m-%d %H:%M} UTC" if retry_at else "for a time it does not name"
        reason = f"{said}: the server asks for silence {when}"
        return Failure("too_many_requests", reason, status=status, retry_at=retry_at)
    return Failure("http", said, status=status)


def challenger(headers: Mapping[str, str]) -> str:
    """Name who put a challenge where the answer should be, if somebody says that he did."""
    for name, word, who in _CHALLENGES:
        if name in headers and word in headers[name].lower():
            return who
    return ""


def _phrase(status: int) -> str:
    """Put a registered status in words; the server's own phrase may be anything."""
    return f" ({HTTPStatus(status).phrase})" if status in HTTPStatus._value2member_map_ else ""
