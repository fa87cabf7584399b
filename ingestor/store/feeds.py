"""Feeds: what is configured, what is known of each, whose turn it is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ingestor import rhythm, urls
from ingestor.errors import UsageError
from ingestor.models import Feed, Validators
from ingestor.moves import Moved
from ingestor.schedule import CLOCK_TOLERANCE
from ingestor.store.rows import array, moment, records
from ingestor.store.values import FeedChanges, FeedState

_STATE = """
    SELECT id, url, key, name, etag, last_modified, body_hash, failures, next_poll_at,
           interval_seconds, rhythm, last_poll_at, last_success_at, last_body_at, last_new_at,
           moved_to, moved_at, moved_polls, adopted_url, answer_key, same_as,
           ttl_seconds, skip_hours, skip_days
    FROM feeds
"""


# Which feeds it is comes first, of as little as tells: far more may be due than can begin.
_DUE = """
    WHERE id IN (
        SELECT id FROM (
            -- Moments are of one width: joined they sort like the pair, and min() chooses the row.
            SELECT id, min(next_poll_at || ifnull(last_poll_at, '')) AS turn
            FROM feeds
            WHERE id IN (  -- two indexes, which an OR would not use
                SELECT id FROM feeds
                WHERE active = 1 AND substr(next_poll_at, 1, 16) <= substr(:now, 1, 16)
                UNION ALL SELECT feed_id FROM polls WHERE started_at > :future
            )
              AND active = 1 AND gone_at IS NULL
              AND (next_poll_at <= :now OR last_poll_at > :future)
              AND id NOT IN (SELECT value FROM json_each(:under_way))
              AND NOT (:spaced AND host <> '' AND host IN (
                  SELECT host FROM feeds WHERE id IN (SELECT value FROM json_each(:under_way))
              ))
            GROUP BY iif(:spaced AND host <> '', host, id)
        )
        ORDER BY turn LIMIT :limit
    )
    ORDER BY next_poll_at, last_poll_at
"""


def sync_feeds(
    db: sqlite3.Connection,
    feeds: Sequence[Feed],
    first_polls: Mapping[str, datetime],
    now: datetime,
) -> FeedChanges:
    """Make the configured feeds the active ones; all others rest, with their articles.

    Args:
        db: The connection.
        feeds: All that are configured; the normalised URL tells which is which.
        first_polls: When to poll a feed that is new here, by its URL; else at once.
        now: When the configuration was taken over.
    """
    before = dict(db.execute("SELECT key, active FROM feeds").fetchall())
    keys = {feed.url: urls.feed_key(feed.url) for feed in feeds}
    wanted = set(keys.values())
    stopped = tuple(
        url
        for url, key in db.execute("SELECT url, key FROM feeds WHERE active = 1 ORDER BY id")
        if key not in wanted
    )
    db.execute(
        "UPDATE feeds SET active = 0 WHERE url IN (SELECT value FROM json_each(?))",
        (array(stopped),),
    )
    db.execute(  # who was polled for another that is gone is polled itself
        "UPDATE feeds SET same_as = NULL, next_poll_at = ?"
        " WHERE same_as IN (SELECT id FROM feeds WHERE active = 0)",
        (moment(now),),
    )
    db.executemany(
        """
        INSERT INTO feeds (url, key, host, name, priority, language, next_poll_at, added_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET
            url = excluded.url, name = excluded.name, priority = excluded.priority, active = 1,
            host = CASE adopted_url WHEN '' THEN excluded.host ELSE host END,
            language = CASE WHEN excluded.language <> '' THEN excluded.language ELSE language END
        """,
        [
            (
                feed.url,
                keys[feed.url],
                urls.host(feed.url),
                feed.name,
                feed.priority,
                feed.language,
                moment(first_polls.get(feed.url, now)),
                moment(now),
            )
            for feed in feeds
        ],
    )
    return FeedChanges(
        added=tuple(feed.url for feed in feeds if keys[feed.url] not in before),
        resumed=tuple(feed.url for feed in feeds if before.get(keys[feed.url]) == 0),
        stopped=stopped,
    )


def due_feeds(
    db: sqlite3.Connection,
    now: datetime,
    limit: int,
    under_way: Collection[int] = (),
    *,
    spaced: bool = False,
) -> tuple[FeedState, ...]:
    """The active feeds whose polls may begin now, the longest overdue first.

    Of those that are due at one moment, such as the end of their host's silence, the one that was
    polled longest ago comes first.

    A feed whose last poll lies in the future is due as well: the clock was set back since then, and
    it must not stay silent for as long; one set forward makes each feed due once. One that is gone
    is muted.

    Args:
        db: The connection.
        now: The moment.
        limit: At most so many.
        under_way: The feeds that are being polled.
        spaced: Only one feed of a host, and none of a host of which one is being polled, however
            many of it are due: all others have their turn beside it.
    """
    rows = records(
        db,
        _STATE + _DUE,
        {
            "now": moment(now),
            "future": moment(now + CLOCK_TOLERANCE),
            "under_way": array(under_way),
            "spaced": spaced,
            "limit": limit,
        },
    )
    return tuple(_state(row) for row in rows)


def feed_states(db: sqlite3.Connection) -> tuple[FeedState, ...]:
    """The states of all active feeds, in the order of their ids."""
    return tuple(_state(row) for row in records(db, f"{_STATE} WHERE active = 1 ORDER BY id"))


def feed_state(db: sqlite3.Connection, url: str) -> FeedState:
    """The state of one feed, active or not, by any spelling of its URL.

    Raises:
        UsageError: it was never configured.
    """
    for row in records(db, f"{_STATE} WHERE key = ?", (urls.feed_key(url),)):
        return _state(row)
    raise UsageError(f"{url}: no such feed")


def twin(db: sqlite3.Connection, feed_id: int, key: str) -> tuple[int, str] | None:
    """The feed that is polled at this address already: its id and name.

    The one that is configured with this very address comes first, else the oldest.

    Args:
        db: The connection.
        feed_id: Who asks.
        key: The normalised address (`urls.feed_key`) that answered it.
    """
    found = db.execute(
        """
        SELECT id, name FROM feeds
        WHERE answer_key = :key AND id <> :id AND (key = :key OR id < :id)
          AND active = 1 AND failures = 0 AND same_as IS NULL
        ORDER BY key = :key DESC, id LIMIT 1
        """,
        {"key": key, "id": feed_id},
    ).fetchone()
    return None if found is None else (found[0], found[1])


def _state(row: dict[str, Any]) -> FeedState:
    return FeedState(
        validators=Validators(etag=row.pop("etag"), last_modified=row.pop("last_modified")),
        interval=_span(row.pop("interval_seconds")),
        rhythm=rhythm.loads(learned) if (learned := row.pop("rhythm")) else None,
        ttl=_span(row.pop("ttl_seconds")),
        skip_hours=frozenset(json.loads(row.pop("skip_hours"))),
        skip_days=frozenset(json.loads(row.pop("skip_days"))),
        moved=Moved(
            to=row.pop("moved_to"),
            since=row.pop("moved_at"),
            polls=row.pop("moved_polls"),
            adopted=row.pop("adopted_url"),
        ),
        **row,
    )


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
