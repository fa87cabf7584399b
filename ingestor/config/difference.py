"""What changed between two configurations, for a log that a person reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import time, timedelta

from ingestor.config.settings import Settings
from ingestor.config.types import format_duration
from ingestor.models import Feed
from ingestor.urls import feed_key


def difference(old: Settings, new: Settings) -> tuple[str, ...]:
    """List what a reload changes: settings first, then feeds; empty if nothing.

    Returns:
        Lines such as ``schedule.interval: 15m → 1h`` and ``feed added: Example (https://…)``.
    """
    return (*_settings(old, new, ""), *_feeds(old.feeds, new.feeds))


def _settings(old: object, new: object, prefix: str) -> Iterator[str]:
    """Compare two values of one dataclass, into their nested dataclasses."""
    if not (is_dataclass(old) and is_dataclass(new)):
        raise TypeError("only dataclasses have settings")
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after or field.name == "feeds":
            continue
        if is_dataclass(before):
            yield from _settings(before, after, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}: {_show(before)} → {_show(after)}"


def _feeds(old: tuple[Feed, ...], new: tuple[Feed, ...]) -> Iterator[str]:
    before = {feed_key(feed.url): feed for feed in old}
    after = {feed_key(feed.url): feed for feed in new}
    for key, feed in before.items():
        if key not in after:
            yield f"feed removed: {feed.name} ({feed.url})"
    for key, feed in after.items():
        if key not in before:
            yield f"feed added: {feed.name} ({feed.url})"
        else:
            yield from _settings(before[key], feed, f"feed {feed.name} ({feed.url}): ")


def _show(value: object) -> str:
    """Write a value as the file would, `None` as a dash."""
    match value:
        case None:
            return "–"
        case bool():
            return str(value).lower()
        case timedelta():
            return format_duration(value)
        case time():
            return f"{value:%H:%M}"
        case tuple():
            return "[" + ", ".join(_show(item) for item in value) + "]"
    return str(value)
