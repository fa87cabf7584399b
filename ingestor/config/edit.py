"""Changing a configuration file for its owner, who keeps every comment and blank of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import tomlkit
from tomlkit.items import AbstractTable, Array

from ingestor.config.file import parse_toml, read_text
from ingestor.config.reader import check
from ingestor.config.settings import Settings
from ingestor.files import mode_of, write
from ingestor.models import Feed
from ingestor.urls import feed_key

BACKUP = ".bak"


def feed_keys(path: Path) -> frozenset[str]:
    """Which feeds a file names, by `feed_key`; none if there is no such file.

    Raises:
        ConfigError: it cannot be read.
    """
    if not path.exists():
        return frozenset()
    raw = parse_toml(path, read_text(path)).get("feeds", [])
    tables = raw if isinstance(raw, list) else []
    urls = (table.get("url") for table in tables if isinstance(table, dict))
    return frozenset(feed_key(url) for url in urls if isinstance(url, str))


def with_feeds(text: str, feeds: Sequence[Feed]) -> str:
    """The text of a configuration that has these feeds too, after all that it says already.

    Args:
        text: Valid TOML.
        feeds: Those to add; of their settings url, name, language and tags.
    """
    document = tomlkit.parse(text)
    if isinstance(listed := document.get("feeds"), Array):  # feeds = [{ url = … }, …]
        for feed in feeds:
            listed.append(_table(feed, tomlkit.inline_table()))
        return tomlkit.dumps(document)
    # Tables may always follow at the end, and what stands before is not touched at all.
    newline = "\r\n" if "\r\n" in text else "\n"
    parts = [text.rstrip() + newline if text.strip() else ""]
    parts += ["[[feeds]]\n" + _table(feed, tomlkit.table()).as_string() for feed in feeds]
    return newline.join(part.replace("\r\n", "\n").replace("\n", newline) for part in parts)


def with_urls(text: str, urls: Mapping[str, str]) -> str:
    """The text of a configuration in which feeds have other addresses, and nothing else changed.

    Args:
        text: Valid TOML.
        urls: The new address by the old one, in any spelling.
    """
    document = tomlkit.parse(text)
    wanted = {feed_key(old): new for old, new in urls.items()}
    for table in document.get("feeds", ()):
        new = wanted.get(feed_key(str(table.get("url", ""))))
        if new is not None:
            table["url"] = new
    return tomlkit.dumps(document)


def save(path: Path, text: str) -> tuple[Settings, Path | None]:
    """Check a new text and put it in the place of the old one, of which a copy is kept.

    Returns:
        What the file says now, and where the old one is kept, if there was one.

    Raises:
        ConfigError: the new text is wrong; nothing is written.
        OSError: it cannot be written; the old file is whole.
    """
    settings = check(path, text)
    backup = None
    if path.exists():
        backup = path.with_name(path.name + BACKUP)
        write(backup, path.read_bytes(), mode=mode_of(path))  # it may hold passwords
    write(path, text.encode())
    return settings, backup


def _table(feed: Feed, table: AbstractTable) -> AbstractTable:
    table["url"] = feed.url
    for name in ("name", "language"):
        if value := getattr(feed, name):
            table[name] = value
    if feed.tags:
        table["tags"] = list(feed.tags)
    return table
