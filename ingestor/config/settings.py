"""Every setting, its type and its default: the one place where they are stated.

Plain frozen values. `ingestor.config.load` fills them from a file and checks their ranges; a test
makes its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Literal

from ingestor import __version__
from ingestor.config.types import (
    BaseUrl,
    Bytes,
    Clock,
    Count,
    Duration,
    EncoderName,
    FilePath,
    HeaderText,
    Limit,
    Listen,
    NetworkText,
    OptionalPath,
    PositiveSeconds,
    Retention,
    Seconds,
    Switch,
    Title,
)
from ingestor.models import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How we behave towards servers.

    Attributes:
        allow_networks: Private addresses that any feed may contact; all others are refused.
        per_host_interval: Seconds between two requests to one host; 0 for no wait.
        timeout: Seconds for one request, redirects and body included.
        max_bytes: Largest body in bytes, counted after decompression.
        max_concurrent: Requests under way at once, over all hosts.
        user_agent: What we call ourselves.
    """

    allow_networks: tuple[NetworkText, ...] = ()
    per_host_interval: Seconds = 5.0
    timeout: PositiveSeconds = 30.0
    max_bytes: Bytes = 10 * 1024 * 1024
    max_concurrent: Count = 64
    user_agent: HeaderText = f"ingestor/{__version__} (+news feed reader)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """How often we ask.

    Attributes:
        interval: The shortest time between two polls of a feed that has none of its own.
        max_interval: The longest, whatever feed, server or our own adaptation would like.
        adaptive: Whether a feed is asked when its own rhythm makes news likely.
    """

    interval: Duration = timedelta(minutes=15)
    max_interval: Duration = timedelta(days=1)
    adaptive: Switch = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanSettings:
    """What becomes of an entry.

    Attributes:
        fulltext: Whether to read the linked page: if the feed has only a teaser, always, or never.
        max_entries: Entries taken from one feed document, the first ones.
        rules: Files of the user's own cleaning rules.
    """

    fulltext: Literal["auto", "always", "never"] = "auto"
    max_entries: Count = 1000
    rules: tuple[FilePath, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DedupSettings:
    """How copies and translations are recognised.

    Attributes:
        encoder: ``use``, ``e5``, ``onnx:<model>``, or ``none`` for same-language copies only.
        window: How far back an article is compared.
    """

    encoder: EncoderName = "use"
    window: Duration = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """How long things are kept, and where a second time.

    Attributes:
        retention: Age at which articles are forgotten; None keeps them for ever.
        backup_dir: Where a daily backup goes; None makes none.
        backup_keep: How many backups are kept.
        backup_at: Time of day (UTC) of the backup and the other housekeeping.
    """

    retention: Retention = None
    backup_dir: OptionalPath = None
    backup_keep: Count = 7
    backup_at: Clock = time(3, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishSettings:
    """The feeds that we publish for others.

    Attributes:
        dir: Where they are written after each change; None writes none.
        title: What they call themselves.
        base_url: Where the directory is served; the ids of all entries are made from its host.
        limit: Entries of one feed, and feeds of single stories, the latest ones.
    """

    dir: OptionalPath = None
    title: Title = "News"
    base_url: BaseUrl = "http://localhost/"
    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    """How the daemon is watched.

    Attributes:
        listen: Address and port of this machine at which Prometheus reads; empty for none.
    """

    listen: Listen = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What the log looks like.

    Attributes:
        format: ``auto`` is ``console`` on a terminal and ``json`` elsewhere.
        level: The least severe event that is written.
    """

    format: Literal["auto", "console", "json"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A whole configuration. All paths are absolute once it was read from a file.

    Attributes:
        path: The file that it was read from.
        database: The SQLite file.
        feeds: In the order of the file.
    """

    path: Path = Path("config/ingestor.toml")
    database: Path = Path("news.db")
    feeds: tuple[Feed, ...] = ()
    fetch: FetchSettings = FetchSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    clean: CleanSettings = CleanSettings()
    dedup: DedupSettings = DedupSettings()
    store: StoreSettings = StoreSettings()
    publish: PublishSettings = PublishSettings()
    metrics: MetricsSettings = MetricsSettings()
    log: LogSettings = LogSettings()
