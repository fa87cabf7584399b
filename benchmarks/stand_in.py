"""What stands in the month's daemon for connections, for worker processes and for the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from benchmarks.simulated_web import Web
from benchmarks.virtual import EPOCH
from ingestor.fetch.client import Client
from ingestor.models import Article, Entry, Fetched, Network, ParsedFeed
from ingestor.parse import parse
from ingestor.prepare import content_hash, prepare

if TYPE_CHECKING:
    import aiohttp

P = ParamSpec("P")
T = TypeVar("T")


class Simulated(Client):
    """The client, whose connections lead to servers in memory."""

    web: Web

    def _session(self, allowed: frozenset[Network]) -> aiohttp.ClientSession:
        return cast("aiohttp.ClientSession", self.web)


class Silent:
    """A log that nobody reads."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Do in no time what a worker process would do with a document of `simulated_web`."""
    known: Mapping[object, Callable[..., object]] = {parse: _parsed, prepare: _prepared}
    return cast("T", known[fn](*args, **kwargs))


def _parsed(feed_url: str, fetched: Fetched, **_: object) -> ParsedFeed:
    ttl, *lines = fetched.body.decode().split("\n")
    entries = []
    for line in lines:
        number, at = line.split()
        link = f"{feed_url}/{number}"
        published = EPOCH + timedelta(seconds=int(at))
        entries.append(Entry(guid=number, link=link, title=f"Report {number}", published=published))
    wait = timedelta(seconds=int(ttl)) or None
    return ParsedFeed(format="rss20", title=feed_url, entries=tuple(entries), ttl=wait)


def _prepared(entries: Sequence[Entry], _: object) -> tuple[Article, ...]:
    return tuple(
        Article(
            entry=entry,
            canonical_url=entry.link,
            title=entry.title,
            text=f"{entry.title} of {entry.link}.",
            language="en",
            content_hash=content_hash(entry),
            text_hash="",
        )
        for entry in entries
    )
