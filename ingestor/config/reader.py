"""From a TOML file to `Settings`, or to the list of everything that is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_type_hints
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingestor.config.file import parse_toml, read_text
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
from ingestor.config.types import Duration, FilePath, NetworkText, Tag
from ingestor.errors import ConfigError
from ingestor.models import Feed, Fulltext
from ingestor.positions import KeyPath, key_lines
from ingestor.urls import feed_key


class FeedTable(BaseModel):
    """One ``[[feeds]]``, as written.

    Attributes:
        url: ``https:``, ``http:``, or ``file:`` for a file of this machine
            (``file:feeds/local.xml``).
        name: What it is called in tables and logs; by default its host.
        interval: The shortest time between two polls of this feed; by default
            ``schedule.interval``.
        priority: Among equal articles, that of the feed with the higher number leads the story.
        language: Language of the feed (BCP 47), a hint for short articles.
        allow_networks: Private networks that this feed, and only it, may contact.
        tags: What you file it under, a slash between levels (``Agencies/Asia``): the folders of
            ``ingestor opml``.
        fulltext: Read the pages that this feed links to: ``auto``, ``always`` or ``never``; by
            default ``clean.fulltext``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: str
    name: str = ""
    interval: Duration | None = None
    priority: Annotated[int, Field(strict=True, ge=-1000, le=1000)] = 0
    language: Annotated[str, Field(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*)?$")] = ""
    allow_networks: tuple[NetworkText, ...] = ()
    tags: tuple[Tag, ...] = ()
    fulltext: Fulltext | None = None


class Document(BaseModel):
    """The whole file, as written; unknown keys are refused in every table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    database: FilePath = Path("news.db")
    fetch: FetchSettings = FetchSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    clean: CleanSettings = CleanSettings()
    dedup: DedupSettings = DedupSettings()
    store: StoreSettings = StoreSettings()
    publish: PublishSettings = PublishSettings()
    metrics: MetricsSettings = MetricsSettings()
    log: LogSettings = LogSettings()
    feeds: tuple[FeedTable, ...] = ()


class _Problem(NamedTuple):
    key: KeyPath
    message: str


def load(path: Path) -> Settings:
    """Read and check a configuration.

    Raises:
        ConfigError: it cannot be read or used; carries every problem, with line and key.
    """
    return check(path, read_text(path))


def check(path: Path, text: str) -> Settings:
    """Check the text of a configuration that is, or is to become, the file at `path`.

    Raises:
        ConfigError: it cannot be used; carries every problem, with line and key.
    """
    raw = parse_toml(path, text)
    try:
        document = Document.model_validate(raw)
    except ValidationError as error:
        problems = [_explain(e["loc"], e["type"], e["msg"]) for e in error.errors()]
        problems += _feed_urls(_urls_in(raw, path.parent.absolute()), key_lines(text))
        raise ConfigError(_located(path, text, problems)) from error
    feeds = tuple(_feed(table, path.parent.absolute()) for table in document.feeds)
    urls = [feed.url for feed in feeds]
    problems = [*_contradictions(document), *_feed_urls(urls, key_lines(text))]
    if problems:
        raise ConfigError(_located(path, text, problems))
    return _settings(path.absolute(), document, feeds)


# --- from the file to values -------------------------------------------------------------


def _settings(path: Path, document: Document, feeds: tuple[Feed, ...]) -> Settings:
    base, backup, public = path.parent, document.store.backup_dir, document.publish.dir
    return Settings(
        path=path,
        database=base / document.database,
        feeds=feeds,
        fetch=document.fetch,
        schedule=document.schedule,
        clean=replace(document.clean, rules=tuple(base / p for p in document.clean.rules)),
        dedup=replace(document.dedup, encoder=_model_path(document.dedup.encoder, base)),
        store=replace(document.store, backup_dir=base / backup if backup else None),
        publish=replace(document.publish, dir=base / public if public else None),
        metrics=document.metrics,
        log=document.log,
    )


def _model_path(encoder: str, base: Path) -> str:
    """Make the path in ``onnx:./folder`` absolute; anything else is a name, and stays."""
    kind, _, model = encoder.partition(":")
    if not model.startswith(("./", "../", "~/")):
        return encoder
    return f"{kind}:{os.path.normpath(base.absolute() / Path(model).expanduser())}"


def _feed(table: FeedTable, base: Path) -> Feed:
    """Make paths of ``file:`` URLs absolute and give the nameless their host's name."""
    url, name = _resolved(table.url, base), table.name.strip()
    if not name and url_fault(url) is None:
        parts = urlsplit(url)
        name = (parts.hostname or "").removeprefix("www.") or Path(unquote(parts.path)).name
    return Feed(
        url=url,
        name=name,
        interval=table.interval,
        priority=table.priority,
        language=table.language,
        allow_networks=table.allow_networks,
        tags=table.tags,
        fulltext=table.fulltext,
    )


def _resolved(url: str, base: Path) -> str:
    """A URL without blanks around it; that of a file, made absolute."""
    url = url.strip()
    if url.lower().startswith("file:") and url_fault(url) is None:
        return (base / unquote(urlsplit(url).path)).as_uri()
    return url


def _urls_in(raw: Mapping[str, Any], base: Path) -> list[str | None]:
    """The feeds' URLs in a document that is faulty elsewhere; None where there is no text."""
    tables = raw.get("feeds")
    if not isinstance(tables, list):
        return []
    urls = [table.get("url") if isinstance(table, dict) else None for table in tables]
    return [_resolved(url, base) if isinstance(url, str) else None for url in urls]


# --- what can be wrong although every value has its type ---------------------------------


def _contradictions(document: Document) -> Iterator[_Problem]:
    if not document.feeds:
        yield _Problem(("feeds",), "at least one [[feeds]] table is needed")
    if document.schedule.interval > document.schedule.max_interval:
        yield _Problem(("schedule", "interval"), "is longer than schedule.max_interval")


def url_fault(url: str) -> str | None:
    """Say why a URL cannot be a feed's, if so."""
    if not url or not url.isprintable() or " " in url:
        return "should be a URL without spaces or control characters"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"is not a URL: {error}"
    if parts.scheme == "file":
        is_local = host in {None, "localhost"} and parts.path and "\0" not in unquote(parts.path)
        return None if is_local else "should name a file of this machine, as in file:feed.xml"
    if parts.scheme not in {"http", "https"} or not host:
        return "should begin with https://, http:// or file:"
    return None


def _feed_urls(urls: Iterable[str | None], lines: Mapping[KeyPath, int]) -> Iterator[_Problem]:
    """Find URLs that are none, and those that name the feed of an earlier one."""
    seen: dict[str, int] = {}
    for index, url in enumerate(urls):
        if url is None:
            continue
        key: KeyPath = ("feeds", index, "url")
        if fault := url_fault(url):
            yield _Problem(key, fault)
            continue
        first = seen.setdefault(feed_key(url), index)
        if first != index:
            line = lines[("feeds", first, "url")]
            yield _Problem(key, f"the same feed as feeds[{first}] on line {line}")


# --- in words ----------------------------------------------------------------------------


def _explain(key: KeyPath, kind: str, message: str) -> _Problem:
    """Put one finding of pydantic into our words."""
    if kind in {"extra_forbidden", "unexpected_keyword_argument"}:
        near = get_close_matches(str(key[-1]), _known_names(key[:-1]), n=1)
        return _Problem(key, "unknown setting" + (f"; did you mean {near[0]}?" if near else ""))
    if kind == "missing":
        return _Problem(key, "is missing")
    if kind in {"dataclass_type", "model_type"}:
        return _Problem(key, "should be a table")
    if kind == "tuple_type":
        hint = "tables, each under [[feeds]]" if key == ("feeds",) else "strings"
        return _Problem(key, f"should be a list of {hint}")
    if kind == "string_pattern_mismatch":
        return _Problem(key, 'should be a language tag such as "de" or "pt-BR"')
    message = message.removeprefix("Value error, ").replace("Input should", "should")
    return _Problem(key, message)


def _known_names(table: KeyPath) -> Collection[str]:
    match table:
        case ():
            return list(Document.model_fields)
        case ("feeds", int()):
            return list(FeedTable.model_fields)
        case (str(section),) if section in Document.model_fields:
            return list(get_type_hints(Document.model_fields[section].annotation))
    return []


def _located(path: Path, text: str, problems: Collection[_Problem]) -> list[str]:
    """Write each problem as ``file:line: key: message``, in the order of the file."""
    lines = key_lines(text)

    def line(key: KeyPath) -> int:
        """Where the key stands; what is missing is looked for in its table."""
        while key and key not in lines:
            key = key[:-1]
        return lines.get(key, 1)

    placed = sorted((line(p.key), _spell(p.key), p.message) for p in problems)
    return [f"{path}:{number}: {key}: {message}" for number, key, message in placed]


def _spell(key: KeyPath) -> str:
    """Write ``("feeds", 2, "url")`` as ``feeds[2].url``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in key)
    return "".join(steps).removeprefix(".")
