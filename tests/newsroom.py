"""A newsroom to test the line in: feeds in memory, a database in a file, a clock that obeys.

Fetching is a seam of the design, so feeds are documents here; every later stage is the real one,
run in this thread.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from ingestor.config import DedupSettings, FetchSettings, Settings
from ingestor.errors import FeedError
from ingestor.ledger import Ledger
from ingestor.models import Feed, Fetched, FetchResult, Validators
from ingestor.pipeline import Line, poll
from ingestor.polled import Polled, Report

P = ParamSpec("P")
T = TypeVar("T")

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ALPHA = Feed(url="https://alpha.example/rss", name="Alpha", language="en")
BETA = Feed(url="https://beta.example/rss", name="Beta", language="en")
GAMMA = Feed(url="https://gamma.example/rss", name="Gamma", language="en")
FEEDS = (ALPHA, BETA, GAMMA)

_NOUNS = (
    "minister harbour bridge railway teacher hospital farmer orchestra museum river budget forest "
    "engineer court school market island village tunnel theatre library glacier airport parliament"
)
_VERBS = "opened closed visited repaired defended criticised sold bought praised measured"


def story(number: int) -> str:
    """Six English sentences that resemble those of no other number."""
    pick = random.Random(number)
    nouns, verbs = _NOUNS.split(), _VERBS.split()
    return " ".join(
        f"The {pick.choice(nouns)} near the {pick.choice(nouns)} {pick.choice(verbs)} "
        f"{pick.randrange(1000, 9999)} {pick.choice(nouns)}s and a {pick.choice(nouns)}."
        for _ in range(6)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a feed; without a link, guid and site make one."""

    guid: str
    title: str = "A report"
    text: str = ""
    link: str | None = None
    published: datetime | None = None
    source: str = ""

    def xml(self, site: str) -> str:
        link = f"https://{site}/{self.guid}" if self.link is None else self.link
        cited = f"<p>Source: {escape(self.source)}</p>" if self.source else ""
        date = f"<pubDate>{format_datetime(self.published)}</pubDate>" if self.published else ""
        return (
            f"<item><guid>{escape(self.guid)}</guid><link>{escape(link)}</link>"
            f"<title>{escape(self.title)}</title>{date}"
            f"<description>{escape(f'<p>{self.text}</p>{cited}')}</description></item>"
        )


def item(number: int, **changes: Any) -> Item:
    """One report, whatever it is about, for each number."""
    return replace(Item(guid=str(number), title=f"Report {number}", text=story(number)), **changes)


def document(site: str, *items: Item) -> bytes:
    """An RSS feed of a site."""
    body = "".join(entry.xml(site) for entry in items)
    return f'<rss version="2.0"><channel><title>{site}</title>{body}</channel></rss>'.encode()


def site_of(feed: Feed) -> str:
    return feed.url.split("/")[2]


def body(feed: Feed, *items: Item) -> Fetched:
    """What the feed answers, under an ETag of its content."""
    content = document(site_of(feed), *items)
    return Fetched(url=feed.url, body=content, validators=Validators(etag=etag(content)))


def etag(content: bytes) -> str:
    return f'"{zlib.crc32(content):x}"'


class Clock:
    """Tells the time it was told."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@dataclass(slots=True)
class Press:
    """What every feed answers, as a `Fetch`; and what was asked."""

    answers: dict[str, FetchResult | FeedError] = field(default_factory=dict)
    asked: list[tuple[str, Validators]] = field(default_factory=list)

    async def __call__(self, feed: Feed, validators: Validators) -> FetchResult:
        self.asked.append((feed.url, validators))
        answer = self.answers[feed.url]
        if isinstance(answer, FeedError):
            raise answer
        return answer


class Newsroom:
    """A line over a ledger of its own.

    Attributes:
        calls: The names of the functions that were given to workers.
    """

    def __init__(
        self, directory: Path, feeds: Sequence[Feed] = FEEDS, encoder: str = "none"
    ) -> None:
        self.clock = Clock()
        self.press = Press()
        self.calls: list[str] = []
        self.settings = Settings(
            path=directory / "ingestor.toml",
            database=directory / "news.db",
            feeds=tuple(feeds),
            fetch=FetchSettings(per_host_interval=0),
            dedup=DedupSettings(encoder=encoder),
        )
        self.ledger = Ledger.open(self.settings, self.clock())
        self.ledger.sync(self.settings, self.clock())
        self.line = Line(
            fetch=self.press,
            work=self._work,
            write=self._write,
            record=self._record,
            clock=self.clock,
            settings=self.settings,
        )

    def switch(self, encoder: str) -> None:
        """Restart it with another encoder."""
        self.settings = replace(self.settings, dedup=DedupSettings(encoder=encoder))
        self.line = replace(self.line, settings=self.settings)
        self.ledger.sync(self.settings, self.clock())
        self.calls.clear()

    async def _work(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self.calls.append(fn.__name__)
        return fn(*args, **kwargs)

    async def _write(
        self, function: Callable[Concatenate[Ledger, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return function(self.ledger, *args, **kwargs)

    async def _record(self, polled: Polled, now: datetime, /) -> Report:
        (told,) = self.ledger.record([(polled, now)])
        return told

    async def poll(self, feed: Feed) -> Report:
        return await poll(self.line, feed, self.ledger.states()[feed.url])

    async def answer(self, feed: Feed, answer: FetchResult | FeedError) -> Report:
        """Poll a feed that answers this; an hour passes first."""
        self.clock.advance(HOUR)
        self.press.answers[feed.url] = answer
        return await self.poll(feed)

    async def publish(self, feed: Feed, *items: Item) -> Report:
        """Poll a feed that shows these items and no other; an hour passes first."""
        return await self.answer(feed, body(feed, *items))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.ledger.store.db.conn.execute(sql).fetchall()

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])

    def stories(self) -> list[set[str]]:
        """The addresses of the articles of every story, without their scheme."""
        found: dict[int, set[str]] = {}
        for story_id, url in self.rows("SELECT story_id, url FROM articles ORDER BY story_id, id"):
            found.setdefault(story_id, set()).add(url.removeprefix("https://"))
        return list(found.values())

    def canonical(self) -> list[str]:
        """The addresses that stand for the stories."""
        return [
            url.removeprefix("https://")
            for (url,) in self.rows(
                "SELECT url FROM stories JOIN articles ON articles.id = canonical_article_id"
                " ORDER BY stories.id"
            )
        ]


@contextmanager
def newsroom(
    directory: Path, feeds: Sequence[Feed] = FEEDS, encoder: str = "none"
) -> Iterator[Newsroom]:
    """Open a newsroom, and close its database after the block."""
    room = Newsroom(directory, feeds, encoder)
    try:
        yield room
    finally:
        room.ledger.close()


@contextmanager
def full_disk(room: Newsroom) -> Iterator[None]:
    """Let the database grow by no page within the block."""
    connection = room.ledger.store.db.conn
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (limit,) = connection.execute("PRAGMA max_page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA max_page_count = {limit}")
