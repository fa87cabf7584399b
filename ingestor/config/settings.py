"""Every setting, its type and its default: the one place where they are stated.

Plain frozen values. `ingestor.config.load` fills them from a file and checks their ranges; a test
makes its own. The manual's tables are written from the docstrings here (`make reference`).
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
from ingestor.models import Feed, Fulltext


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How we behave towards servers.

    Attributes:
        allow_networks: CIDR blocks of private addresses that any feed may contact, and any page
            that a feed links to: for a feed of your own network, name it in the feed's table. All
            other private, loopback and link-local addresses are refused.
        per_host_interval: Seconds between two requests to one host; 0 for no wait.
        timeout: Seconds for one request, redirects and body included.
        max_bytes: Largest body in bytes, counted after decompression.
        max_concurrent: Requests under way at once, over all hosts.
        user_agent: The name we give; add an address at which you can be reached.
    """

    allow_networks: tuple[NetworkText, ...] = ()
    per_host_interval: Seconds = 5.0
    timeout: PositiveSeconds = 30.0
    max_bytes: Bytes = 10 * 1024 * 1024
    max_concurrent: Count = 100
    user_agent: HeaderText = f"ingestor/{__version__} (+news feed reader)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """How often we ask.

    Attributes:
        interval: The shortest time between two polls of a feed that has none of its own; another
            one counts from each feed's next poll on.
        max_interval: The longest wait that adaptation, ``max-age`` or ``ttl`` can cause.
        adaptive: Whether the wait follows from how often, and at which hours, the feed brings
            news.
    """

    interval: Duration = timedelta(minutes=15)
    max_interval: Duration = timedelta(days=1)
    adaptive: Switch = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanSettings:
    """What becomes of an entry.

    Attributes:
        fulltext: Whether to read the linked page: if the feed has only a teaser, always, or never.
            More in cleaning.md.
        fulltext_per_day: Linked pages that are asked for in 24 hours, for one feed; others wait.
        max_entries: Entries taken from one feed document, the first ones.
        rules: Files of your own cleaning rules and words, relative to this file (cleaning.md).
    """

    fulltext: Fulltext = "auto"
    fulltext_per_day: Count = 200
    max_entries: Count = 1000
    rules: tuple[FilePath, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DedupSettings:
    """How copies and translations are recognised.

    Attributes:
        encoder: ``use``, ``e5`` (install ``ingestor[e5]``), ``onnx:<model>`` (install
            ``ingestor[onnx]``), or ``none``, which recognises no translations. Another one takes a
            restart; what is stored is then fingerprinted again in the background.
        window: How far back an article is compared.
    """

    encoder: EncoderName = "use"
    window: Duration = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """How long things are kept, and where a second time.

    Attributes:
        retention: Age at which articles are forgotten.
        backup_dir: Directory of the daily backup; empty for none.
        backup_keep: How many backups are kept.
        backup_at: Time of day, UTC, of backup and housekeeping.
    """

    retention: Retention = None
    backup_dir: OptionalPath = None
    backup_keep: Count = 7
    backup_at: Clock = time(3, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishSettings:
    """The feeds that we publish for others.

    Attributes:
        dir: Directory of the Atom and JSON feeds that are written after each change; empty for
            none.
        title: What these feeds call themselves.
        base_url: Where the directory is served. The ids of all entries are made from its host: set
            it before others subscribe.
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
        listen: Address and port at which Prometheus reads ``/metrics``, of this machine alone, such
            as ``127.0.0.1:9464``; empty for none.
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
