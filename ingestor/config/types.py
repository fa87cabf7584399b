"""How single settings are written in TOML: durations, networks, times of day, bounded numbers.

The annotations here carry pydantic's validators. They act only when a file is read: a test that
writes ``FetchSettings(per_host_interval=0)`` gets exactly what it says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from ingestor.models import Network

SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(days=3650)

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(?:\d{1,6}[smhdw]\s*)+", re.ASCII)
_PART = re.compile(r"(\d+)([smhdw])", re.ASCII)
_ENCODER = re.compile(r"use|e5|none|onnx:\S.*")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def parse_duration(value: object) -> timedelta:
    """Read a duration such as ``15m``, ``14d`` or ``1d 12h``.

    Raises:
        ValueError: it is not written so, shorter than a second, or longer than ten years.
    """
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise ValueError('should be a duration such as "30s", "15m", "2h", "14d" or "1d 12h"')
    total = sum((timedelta(**{_UNITS[u]: int(n)}) for n, u in _PART.findall(value)), timedelta())
    if not SHORTEST <= total <= LONGEST:
        raise ValueError("should be between 1s and 3650d")
    return total


def format_duration(value: timedelta) -> str:
    """Write a duration in the form that `parse_duration` reads; parts of a second are dropped."""
    seconds = int(value.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def _retention(value: object) -> timedelta | None:
    return None if value == "forever" else parse_duration(value)


def _network(value: object) -> Network:
    if not isinstance(value, str):
        raise ValueError('should be a network such as "192.168.1.0/24"')
    return ip_network(value)


def _clock(value: object) -> time:
    if isinstance(value, time) and value.tzinfo is None:
        return value  # TOML has times of day of its own: 03:30:00
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('should be a time of day such as "03:30"')
    return time(int(match[1]), int(match[2]))


def _path(value: object) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("should be the path of a file or directory")
    return Path(value)


def _optional_path(value: object) -> Path | None:
    return None if value == "" else _path(value)


def _encoder(value: str) -> str:
    if not _ENCODER.fullmatch(value):
        raise ValueError('should be "use", "e5", "none" or "onnx:<model>"')
    return value


def _header(value: str) -> str:
    if not value.strip() or not (value.isascii() and value.isprintable()):
        raise ValueError("should be printable ASCII, for it is sent as an HTTP header")
    return value


def _base_url(value: str) -> str:
    """Read where files are served; the host must do as the authority of a tag (RFC 4151)."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError as error:
        raise ValueError(f"is not a URL: {error}") from error
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        raise ValueError('should be an address such as "https://news.example.org/feeds/"')
    if parts.query or parts.fragment or not value.isprintable() or " " in value:
        raise ValueError("should have no query, fragment or blank")
    return value if value.endswith("/") else f"{value}/"


def _title(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise ValueError("should be printable text on one line")
    return value


def split_address(value: str) -> tuple[str, int]:
    """Read ``127.0.0.1:9464`` or ``[::1]:9464``.

    Raises:
        ValueError: it is no address with a port, or not one of this machine alone.
    """
    parts = urlsplit(f"//{value}")
    if (
        parts.netloc != value
        or parts.port is None
        or not ip_address(parts.hostname or "").is_loopback
    ):
        raise ValueError("no address of this machine")
    return parts.hostname or "", parts.port


def _listen(value: str) -> str:
    try:
        if value:
            split_address(value)
    except ValueError as error:
        hint = 'should be an address of this machine alone with a port: "127.0.0.1:9464"'
        raise ValueError(hint) from error
    return value


def _tag(value: str) -> str:
    if value != value.strip(" /") or not _title(value):
        raise ValueError('should be a word or a path of words, such as "News/World"')
    return value


@dataclass(frozen=True, slots=True)
class Form:
    """How a value is written, in a few words, for the manual; validation does not see it."""

    words: str


Duration = Annotated[timedelta, BeforeValidator(parse_duration), Form("duration")]
Retention = Annotated[
    timedelta | None, BeforeValidator(_retention), Form('duration or ``"forever"``')
]
NetworkText = Annotated[Network, BeforeValidator(_network), Form("network")]
Clock = Annotated[time, BeforeValidator(_clock), Form("time of day")]
FilePath = Annotated[Path, BeforeValidator(_path), Form("path")]
OptionalPath = Annotated[Path | None, BeforeValidator(_optional_path), Form("path")]
EncoderName = Annotated[str, AfterValidator(_encoder), Form("name")]
BaseUrl = Annotated[str, AfterValidator(_base_url), Form("address")]
Title = Annotated[str, AfterValidator(_title), Form("text")]
HeaderText = Annotated[str, AfterValidator(_header), Form("printable ASCII")]
Seconds = Annotated[float, Field(strict=True, ge=0, le=3600, allow_inf_nan=False)]
PositiveSeconds = Annotated[float, Field(strict=True, ge=0.1, le=3600, allow_inf_nan=False)]
Bytes = Annotated[int, Field(strict=True, ge=1024, le=1 << 30)]
Count = Annotated[int, Field(strict=True, ge=1, le=100_000)]
Tag = Annotated[str, AfterValidator(_tag), Form("text")]
Listen = Annotated[str, AfterValidator(_listen), Form("address and port")]
Limit = Annotated[int, Field(strict=True, ge=1, le=1000)]
Switch = Annotated[bool, Field(strict=True)]
