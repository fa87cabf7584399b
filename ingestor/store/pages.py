"""Linked pages: which are to be read, what came of it, and what their sites allow."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from ingestor.fetch.robots import Robots
from ingestor.models import Entry
from ingestor.store.rows import array, moment, moment_or_none, records, values
from ingestor.store.wanted import PageRecord, Queued, Wanted


def want_pages(
    db: sqlite3.Connection, feed_id: int, hosts: Mapping[int, str], now: datetime
) -> None:
    """Put the pages of articles in the queue; one that is there already begins anew.

    Args:
        db: The connection.
        feed_id: The feed that links to them.
        hosts: Where they lie, each by the id of its article.
        now: From when on they are to be read.
    """
    wanted = moment(now)
    db.executemany(
        "INSERT INTO page_queue (article_id, feed_id, host, wanted_at, next_at)"
        " VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (article_id) DO UPDATE SET feed_id = excluded.feed_id, host = excluded.host,"
        " wanted_at = excluded.wanted_at, next_at = excluded.next_at, tries = 0",
        [(article_id, feed_id, host, wanted, wanted) for article_id, host in hosts.items()],
    )


def drop_pages(db: sqlite3.Connection, reading: Iterable[str]) -> None:
    """Want no page any more of feeds other than these (URLs)."""
    db.execute(
        "DELETE FROM page_queue WHERE feed_id NOT IN ("
        " SELECT id FROM feeds WHERE active = 1 AND url IN (SELECT value FROM json_each(?)))",
        (array(reading),),
    )


def queued_pages(
    db: sqlite3.Connection,
    now: datetime,
    *,
    busy: Collection[str] = (),
    feeds: Collection[int] | None = None,
) -> tuple[Queued, ...]:
    """The pages whose turn it is: of each host the one that waits longest, the longest first.

    Args:
        db: The connection.
        now: What is to be asked for later is left out.
        busy: Hosts of which a page is being read.
        feeds: Only pages of these; None is all.
    """
    return values(
        Queued,
        db,
        """
        WITH RECURSIVE hosts (host) AS (  -- one look at the index for each
            SELECT min(host) FROM page_queue
            UNION ALL
            SELECT (SELECT min(host) FROM page_queue WHERE host > hosts.host) FROM hosts
            WHERE hosts.host IS NOT NULL
        )
        SELECT article_id, feed_id, host, wanted_at, tries FROM page_queue
        WHERE article_id IN (
            SELECT (SELECT article_id FROM page_queue
                    WHERE host = hosts.host AND next_at <= :now
                      AND (:feeds IS NULL OR feed_id IN (SELECT value FROM json_each(:feeds)))
                    ORDER BY next_at, article_id LIMIT 1)
            FROM hosts WHERE host NOT IN (SELECT value FROM json_each(:busy))
        )
        ORDER BY next_at, article_id
        """,
        {
            "now": moment(now),
            "busy": array(busy),
            "feeds": None if feeds is None else array(feeds),
        },
    )


def overdue_pages(
    db: sqlite3.Connection, feed_id: int, before: datetime, limit: int
) -> tuple[Queued, ...]:
    """The pages of a feed that are wanted since before a moment, the longest wanted first."""
    return values(
        Queued,
        db,
        "SELECT article_id, feed_id, host, wanted_at, tries FROM page_queue"
        " WHERE feed_id = ? AND wanted_at < ? ORDER BY wanted_at, article_id LIMIT ?",
        (feed_id, moment(before), limit),
    )


def wanted_pages(db: sqlite3.Connection, article_ids: Iterable[int]) -> tuple[Wanted, ...]:
    """Queued pages with their articles, the one that waits longest first."""
    found = records(
        db,
        """
        SELECT page_queue.*, feeds.language AS claim, articles.url,
               articles.title, text, articles.language, author, published_at, content_hash, html,
               (SELECT guid FROM sightings WHERE feed_id = page_queue.feed_id
                AND article_id = articles.id ORDER BY guid LIMIT 1) AS guid,
               via.url AS via_url, via.name AS via_name
        FROM page_queue JOIN articles ON articles.id = page_queue.article_id
        JOIN feeds ON feeds.id = page_queue.feed_id
        LEFT JOIN sources AS via ON via.id = (
            SELECT min(id) FROM sources WHERE article_id = articles.id AND kind = 'via')
        LEFT JOIN originals ON originals.article_id = articles.id
        WHERE page_queue.article_id IN (SELECT value FROM json_each(?))
        ORDER BY page_queue.next_at, articles.id
        """,
        (array(article_ids),),
    )
    return tuple(map(_wanted, found))


def count_pages(db: sqlite3.Connection, feeds: Collection[int], now: datetime) -> int:
    """How many pages of some feeds could be read now."""
    ((count,),) = db.execute(
        "SELECT count(*) FROM page_queue WHERE next_at <= ?"
        " AND feed_id IN (SELECT value FROM json_each(?))",
        (moment(now), array(feeds)),
    )
    return int(count)


def pages_asked(db: sqlite3.Connection, feed_id: int, since: datetime) -> tuple[datetime, ...]:
    """When pages were asked for, for a feed, since a moment; the first one first."""
    rows = records(
        db,
        "SELECT started_at FROM page_fetches WHERE feed_id = ? AND started_at > ?"
        " AND outcome <> 'skipped' ORDER BY started_at",
        (feed_id, moment(since)),
    )
    return tuple(row["started_at"] for row in rows)


def pages_fuller(
    db: sqlite3.Connection, feed_id: int, since: datetime, limit: int
) -> tuple[bool, ...]:
    """Whether the pages that were read for a feed gave more than it did, the latest first."""
    rows = db.execute(
        "SELECT outcome = 'used' FROM page_fetches WHERE feed_id = ? AND started_at > ?"
        " AND outcome IN ('used', 'kept') ORDER BY started_at DESC, id DESC LIMIT ?",
        (feed_id, moment(since), limit),
    )
    return tuple(bool(fuller) for (fuller,) in rows)


def postpone_feed(db: sqlite3.Connection, feed_id: int, until: datetime) -> None:
    """Let all the pages of a feed wait."""
    db.execute(
        "UPDATE page_queue SET next_at = :at WHERE feed_id = :feed AND next_at < :at",
        {"feed": feed_id, "at": moment(until)},
    )


def postpone_host(db: sqlite3.Connection, host: str, until: datetime) -> None:
    """Let all the pages of a host wait."""
    db.execute(
        "UPDATE page_queue SET next_at = :at WHERE host = :host AND next_at < :at",
        {"host": host, "at": moment(until)},
    )


def finish_page(db: sqlite3.Connection, page: Queued, record: PageRecord) -> None:
    """Write down how a try went, and whether there is another."""
    db.execute(
        "INSERT INTO page_fetches (article_id, feed_id, started_at, seconds, outcome, status, kind,"
        " reason, bytes, url, characters, next_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            page.article_id,
            page.feed_id,
            moment(record.started_at),
            round(record.seconds, 3),
            record.outcome,
            record.status,
            record.kind,
            record.reason,
            record.bytes,
            record.url,
            record.characters,
            moment_or_none(record.next_at),
        ),
    )
    if record.next_at is None:
        db.execute("DELETE FROM page_queue WHERE article_id = ?", (page.article_id,))
    else:
        db.execute(
            "UPDATE page_queue SET tries = ?, next_at = ? WHERE article_id = ?",
            (record.tries, moment(record.next_at), page.article_id),
        )


def still_wanted(db: sqlite3.Connection, wanted: Wanted) -> bool:
    """Whether an article is as it was when its page was asked for, and its page still awaited."""
    row = db.execute(
        "SELECT 1 FROM page_queue JOIN articles ON articles.id = article_id"
        " WHERE article_id = ? AND content_hash = ? AND wanted_at = ?",
        (wanted.article_id, wanted.content_hash, moment(wanted.wanted_at)),
    ).fetchone()
    return row is not None


def lengths(db: sqlite3.Connection, feed_id: int, limit: int) -> tuple[int, ...]:
    """How many characters a feed's latest articles had; 0 where their page had to be read."""
    rows = db.execute(
        "SELECT CASE text_from WHEN 'feed' THEN length(text) ELSE 0 END FROM articles"
        " WHERE feed_id = ? ORDER BY dated_at DESC LIMIT ?",
        (feed_id, limit),
    )
    return tuple(length for (length,) in rows)


def robots(db: sqlite3.Connection, origin: str, now: datetime) -> Robots | None:
    """What is known of a site's robots.txt; None if it is to be asked for (again)."""
    found = values(
        Robots,
        db,
        "SELECT * FROM robots WHERE origin = ? AND expires_at > ? AND fetched_at <= ?",
        (origin, moment(now), moment(now)),
    )
    return found[0] if found else None


def keep_robots(db: sqlite3.Connection, found: Robots) -> None:
    """Keep what a site's robots.txt says."""
    db.execute(
        "INSERT OR REPLACE INTO robots"
        " (origin, fetched_at, expires_at, outcome, status, reason, body) VALUES (?,?,?,?,?,?,?)",
        (
            found.origin,
            moment(found.fetched_at),
            moment(found.expires_at),
            found.outcome,
            found.status,
            found.reason,
            found.body,
        ),
    )


def _wanted(row: dict[str, Any]) -> Wanted:
    html = zlib.decompress(row["html"]).decode() if row["html"] else ""
    return Wanted(
        article_id=row["article_id"],
        feed_id=row["feed_id"],
        host=row["host"],
        wanted_at=row["wanted_at"],
        tries=row["tries"],
        content_hash=row["content_hash"],
        text=row["text"],
        language=row["language"],
        claim=row["claim"],
        entry=Entry(
            guid=row["guid"] or "",
            link=row["url"],
            title=row["title"],
            html=html,
            author=row["author"],
            published=row["published_at"],
            via_url=row["via_url"] or "",
            via_name=row["via_name"] or "",
        ),
    )
