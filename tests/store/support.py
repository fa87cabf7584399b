"""Articles and stores to test with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingestor.models import Article, Entry, Feed, Fingerprint, Removal, Source
from ingestor.store.store import Store
from ingestor.store.values import Outcome, PollRecord

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
DAY = timedelta(days=1)
FEEDS = (
    Feed(url="https://a.example/rss", name="Alpha", priority=1),
    Feed(url="https://b.example/rss", name="Beta", language="vi"),
)


def opened(tmp_path: Path, feeds: Sequence[Feed] = FEEDS) -> Store:
    """A new store that knows two feeds, of ids 1 and 2."""
    store = Store.open(tmp_path / "news.db", busy_seconds=0.05)
    with store.transaction():
        store.sync_feeds(feeds, {}, NOW)
    return store


def article(
    guid: str = "1",
    *,
    title: str = "A ministry publishes its budget",
    text: str = "The ministry has published its budget.\n\nIt is 3 % larger.",
    url: str | None = None,
    sources: tuple[Source, ...] = (),
    published: datetime | None = NOW - timedelta(hours=1),
    language: str = "en",
) -> Article:
    """One article; its address follows from its guid, its hashes from its text."""
    link = f"https://a.example/{guid}" if url is None else url
    digest = hashlib.sha256(f"{title}\n{text}".encode("utf-8", "replace")).hexdigest()
    return Article(
        entry=Entry(guid=guid, link=link, title=title, html=f"<p>{text}</p>", published=published),
        canonical_url=link,
        title=title,
        text=text,
        language=language,
        content_hash=digest,
        text_hash=digest,
        removals=(Removal(rule="credit_bracketed", text="(Photo: N. N.)", position=1),),
        sources=sources,
        fingerprints=(
            Fingerprint(algorithm="simhash64-words-2", part="text", value=bytes(8)),
            Fingerprint(algorithm="simhash512-use-4/0", part="text", value=bytes(64)),
            Fingerprint(algorithm="simhash512-use-4/0", part="sentences", value=bytes(128)),
        ),
    )


def add(store: Store, new: Article, *, feed: int = 1, story: int | None = None) -> int:
    """Store one article as a poll does, in a transaction of its own."""
    with store.transaction():
        article_id = put(store, new, feed=feed)
        if story is not None:
            store.join_story(article_id, story, NOW)
        store.sight(feed, [(article_id, new)], NOW)
    return article_id


def put(store: Store, new: Article, *, feed: int = 1, now: datetime = NOW) -> int:
    """Add one article within a transaction."""
    ((article_id, _),) = store.add_articles(feed, [new], now)
    return article_id


def poll(outcome: Outcome = "fetched", at: datetime = NOW, *, new: int = 0) -> PollRecord:
    """A poll that ended in a given way."""
    reason = "connection refused" if outcome == "failed" else ""
    return PollRecord(
        started_at=at,
        seconds=0.25,
        outcome=outcome,
        next_poll_at=at + timedelta(minutes=15),
        reason=reason,
        new=new,
    )


def scalar(store: Store, sql: str) -> object:
    """The one value of a query."""
    ((value,),) = store.db.conn.execute(sql).fetchall()
    return value
