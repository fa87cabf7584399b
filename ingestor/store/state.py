"""How the whole is doing: for the status, the health check and the metrics."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from sqlite_utils import Database

from ingestor.store import migrations
from ingestor.store.database import sqlite_version
from ingestor.store.operation import reading
from ingestor.store.originals import count_stale
from ingestor.store.overview import Counts, Status
from ingestor.store.rows import moment, parse_moment_or_none, values

DAY = timedelta(days=1)


@reading
def counts(db: sqlite3.Connection) -> Counts:
    """How many rows the main tables have; of the feeds the active ones."""
    return _counts(db)


@reading
def has_new_feeds(db: sqlite3.Connection) -> bool:
    """Whether an active feed was never polled."""
    (found,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM feeds WHERE active = 1 AND last_poll_at IS NULL)"
    ).fetchone()
    return bool(found)


@reading
def status(db: sqlite3.Connection, now: datetime, rules: int | None = None) -> Status:
    """How the whole is doing at a moment.

    Args:
        db: The connection.
        now: The moment.
        rules: A version of the rules of cleaning; what others cleaned is counted.
    """
    last, success, upcoming, due = db.execute(
        """
        SELECT max(last_poll_at), max(last_success_at),
               min(next_poll_at) FILTER (WHERE gone_at IS NULL),
               count(*) FILTER (WHERE gone_at IS NULL AND next_poll_at <= ?)
        FROM feeds WHERE active = 1
        """,
        (moment(now),),
    ).fetchone()
    ((size,),) = db.execute(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    )
    since = moment(now - DAY)
    mean, most = db.execute(
        "SELECT avg(seconds), max(seconds) FROM polls WHERE started_at >= ?", (since,)
    ).fetchone()
    ((waiting,),) = db.execute("SELECT count(*) FROM page_queue")
    return Status(
        counts=_counts(db),
        health=_tally(db, _HEALTH),
        languages=_tally(db, _LANGUAGES),
        relations=_tally(db, _RELATIONS),
        polls_today=_tally(db, _OUTCOMES, since),
        poll_seconds=None if mean is None else (round(mean, 3), round(most, 3)),
        feeds_due=due,
        pages_waiting=waiting,
        to_clean=None if rules is None else count_stale(db, rules),
        last_poll_at=parse_moment_or_none(last),
        last_success_at=parse_moment_or_none(success),
        next_poll_at=parse_moment_or_none(upcoming),
        bytes=size,
        sqlite=sqlite_version(),
        schema=migrations.version(Database(db, execute_plugins=False)),
    )


# How often each word occurs, the most first.
_HEALTH = """
    SELECT health, count(*) FROM feed_health WHERE health <> 'stopped'
    GROUP BY health ORDER BY 2 DESC, 1
"""
_LANGUAGES = "SELECT language, count(*) FROM articles GROUP BY language ORDER BY 2 DESC, 1"
_RELATIONS = "SELECT relation, count(*) FROM matches GROUP BY relation ORDER BY 2 DESC, 1"
_OUTCOMES = """
    SELECT outcome, count(*) FROM polls WHERE started_at >= ? GROUP BY outcome ORDER BY 2 DESC, 1
"""


def _tally(db: sqlite3.Connection, sql: str, *parameters: str) -> dict[str, int]:
    return dict(db.execute(sql, parameters).fetchall())


def _counts(db: sqlite3.Connection) -> Counts:
    (found,) = values(
        Counts,
        db,
        """
        SELECT (SELECT count(*) FROM feeds WHERE active = 1) AS feeds,
               (SELECT count(*) FROM articles) AS articles,
               (SELECT count(*) FROM stories) AS stories,
               (SELECT count(*) FROM matches) AS matches,
               (SELECT count(*) FROM revisions) AS revisions
        """,
    )
    return found
