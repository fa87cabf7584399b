"""The configuration that a command is given to work with, and the feeds of it.

Apart from `app`, which the list of commands is made from, without the imports of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingestor.config import Settings, find, load
from ingestor.errors import UsageError
from ingestor.models import Feed
from ingestor.urls import feed_key


def settings_of(config_path: Path | None) -> Settings:
    """The configuration that a command works with.

    Raises:
        ConfigError: there is none, or it is wrong.
    """
    return load(find(config_path))


def feeds_of(settings: Settings, names: Sequence[str]) -> tuple[Feed, ...]:
    """The feeds that were named, by their name or URL; all if none is.

    Raises:
        UsageError: there is none of such a name.
    """
    if not names:
        return settings.feeds
    found: dict[str, Feed] = {}
    for name in names:
        feeds = [f for f in settings.feeds if name == f.name or feed_key(name) == feed_key(f.url)]
        if not feeds:
            known = ", ".join(feed.name for feed in settings.feeds)
            raise UsageError(f"no feed {name!r} in {settings.path}; there are: {known}")
        found |= {feed.url: feed for feed in feeds}
    return tuple(found.values())
