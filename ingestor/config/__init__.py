"""The configuration: one TOML file, read once, checked whole, frozen.

The only part of the program that knows TOML or pydantic. Nobody reads a file or the environment
for settings later.
"""

from __future__ import annotations

from ingestor.config.difference import difference
from ingestor.config.file import find, read_text
from ingestor.config.reader import load
from ingestor.config.settings import (
    CleanSettings,
    DedupSettings,
    FetchSettings,
    LogSettings,
    MetricsSettings,
    PublishSettings,
    ScheduleSettings,
    Settings,
    StoreSettings,
)

__all__ = [
    "CleanSettings",
    "DedupSettings",
    "FetchSettings",
    "LogSettings",
    "MetricsSettings",
    "PublishSettings",
    "ScheduleSettings",
    "Settings",
    "StoreSettings",
    "difference",
    "find",
    "load",
    "read_text",
]
