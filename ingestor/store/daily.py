"""What happened on a day, and how the feeds did lately: the counts behind the plots."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ingestor.store.operation import reading
from ingestor.store.overview import FeedRow
from ingestor.store.rows import array, moment, values

POLLS = 40  # of a feed that are looked back on


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many articles a language or an outlet had, of how many stories.

    Attributes:
        name: The language's tag, or the outlet's name.
        canonical: So many of the articles stand for their story.
    """

    name: str
    articles: int
    stories: int
    canonical: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """How many articles of one outlet repeat articles of another."""

    outlet: str
    repeats: str
    articles: int
    relations: str  # joined by commas


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How many pieces a rule of cleaning took out, and one of them."""

    rule: str
    pieces: int
    example: str
    article_id: int  # of the example


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day, in UTC, by the dates of the articles.

    Attributes:
        hours: For each hour, articles that tell a story first that day, and those that repeat it.
        widest: The stories with most articles that day, and how many.
        relations: Why articles of the day were judged alike with earlier ones.
        feed_ids: Of the outlets, by name.
        repeats: Which outlet repeated which, the most frequent first.
        removed: What cleaning took out of them, the most frequent rule first.
    """

    articles: int
    stories: int
    hours: tuple[tuple[int, int], ...]
    languages: tuple[Tally, ...]
    outlets: tuple[Tally, ...]
    widest: tuple[tuple[int, int], ...]
    relations: Mapping[str, int] = field(default_factory=dict)
    feed_ids: Mapping[str, int] = field(default_factory=dict)
    repeats: tuple[Repeat, ...] = ()
    removed: tuple[Removed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """The sums of one day."""

    articles: int
    stories: int
    languages: int


@reading
def glance(db: sqlite3.Connection, since: datetime) -> Glance:
    """Count the articles dated within 24 hours, and of what they are."""
    sql = """
        SELECT count(*) AS articles, count(DISTINCT story_id) AS stories,
               count(DISTINCT nullif(language, '')) AS languages
        FROM articles WHERE dated_at >= ? AND dated_at < ?
    """
    (found,) = values(Glance, db, sql, _bounds(since))
    return found


def _bounds(since: datetime) -> tuple[str, str]:
    return moment(since), moment(since + timedelta(days=1))


@reading
def day(db: sqlite3.Connection, since: datetime, *, widest: int = 10) -> Day:
    """Count what the articles dated within 24 hours told.

    Args:
        db: The store.
        since: Midnight.
        widest: Name so many stories, so many outlets that repeat and rules that cleaned.
    """
    bounds = _bounds(since)
    rows = db.execute(
        """
        SELECT story_id, articles.language, feeds.name, canonical_article_id = articles.id,
               CAST(substr(dated_at, 12, 2) AS INTEGER), feeds.id
        FROM articles JOIN stories ON stories.id = story_id JOIN feeds ON feeds.id = feed_id
        WHERE dated_at >= ? AND dated_at < ? ORDER BY dated_at, articles.id
        """,
        bounds,
    ).fetchall()
    relations = db.execute(
        """
        SELECT relation, count(*) FROM articles CROSS JOIN matches ON article_id = articles.id
        WHERE dated_at >= ? AND dated_at < ? GROUP BY relation ORDER BY 2 DESC
        """,
        bounds,
    )
    hours = [[0, 0] for _ in range(24)]
    told: Counter[int] = Counter()
    for story_id, *_, hour, _ in rows:
        hours[hour][story_id in told] += 1
        told[story_id] += 1
    return Day(
        articles=len(rows),
        stories=len(told),
        hours=tuple((first, again) for first, again in hours),
        languages=_tallies((row[1], row[0], row[3]) for row in rows),
        outlets=_tallies((row[2], row[0], row[3]) for row in rows),
        feed_ids={row[2]: row[5] for row in rows},
        widest=tuple(told.most_common(widest)),
        relations=dict(tuple(row) for row in relations),
        repeats=values(Repeat, db, _REPEATS, (*bounds, widest)),
        removed=values(Removed, db, _REMOVED, (*bounds, widest)),
    )


_REPEATS = """
    SELECT later.name AS outlet, earlier.name AS repeats,
           count(DISTINCT articles.id) AS articles, group_concat(DISTINCT relation) AS relations
    FROM articles CROSS JOIN matches
         ON matches.article_id = articles.id OR matches.other_article_id = articles.id
         JOIN articles AS other ON other.id = matches.article_id + other_article_id - articles.id
             AND (other.dated_at, other.id) < (articles.dated_at, articles.id)
         JOIN feeds AS later ON later.id = articles.feed_id
         JOIN feeds AS earlier ON earlier.id = other.feed_id
    WHERE articles.dated_at >= ? AND articles.dated_at < ?
          AND articles.story_id = other.story_id
    GROUP BY later.id, earlier.id ORDER BY 3 DESC, 1, 2 LIMIT ?
"""
# Of the columns beside max(), SQLite takes the values of the row that has it.
_REMOVED = """
    SELECT rule, pieces, example, article_id FROM (
        SELECT rule, count(*) AS pieces, substr(removals.text, 1, 200) AS example, article_id,
               max(removals.id)
        FROM articles CROSS JOIN removals ON article_id = articles.id
        WHERE dated_at >= ? AND dated_at < ? GROUP BY rule)
    ORDER BY pieces DESC, rule LIMIT ?
"""


def _tallies(rows: Iterable[tuple[str, int, int]]) -> tuple[Tally, ...]:
    """Count rows of a name, a story and whether the article stands for it; the largest first."""
    articles: Counter[str] = Counter()
    canonical: Counter[str] = Counter()
    stories: defaultdict[str, set[int]] = defaultdict(set)
    for name, story_id, stands in rows:
        articles[name] += 1
        canonical[name] += stands
        stories[name].add(story_id)
    return tuple(
        Tally(name=name, articles=count, stories=len(stories[name]), canonical=canonical[name])
        for name, count in sorted(articles.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def _days(since: date, until: date) -> str:
    """Pack days as text, both ends among them."""
    days = range(max(1, (until - since).days + 1))
    return array((since + timedelta(days=n)).isoformat() for n in days)


@reading
def articles_by_day(db: sqlite3.Connection, since: date, until: date) -> Mapping[date, int]:
    """How many articles are dated on each day; both ends belong to it."""
    rows = db.execute(
        """
        SELECT day.value, (SELECT count(*) FROM articles
                           WHERE dated_at >= day.value AND dated_at < date(day.value, '+1 day'))
        FROM json_each(?) AS day ORDER BY day.key
        """,
        (_days(since, until),),
    )
    return {date.fromisoformat(first): count for first, count in rows}


@reading
def articles_by_feed(
    db: sqlite3.Connection, feed_ids: Iterable[int], since: date, until: date
) -> Mapping[int, tuple[int, ...]]:
    """How many articles each feed first showed us on each day; both ends belong to it."""
    rows = db.execute(
        """
        SELECT feed.value, (
            SELECT count(*) FROM articles
            WHERE feed_id = feed.value
              AND first_seen_at >= day.value AND first_seen_at < date(day.value, '+1 day'))
        FROM json_each(:feeds) AS feed CROSS JOIN json_each(:days) AS day ORDER BY feed.key, day.key
        """,
        {"days": _days(since, until), "feeds": array(feed_ids)},
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for feed_id, count in rows:
        found[feed_id].append(count)
    return {feed_id: tuple(counts) for feed_id, counts in found.items()}


@reading
def feed_page(
    db: sqlite3.Connection, *, health: str | None = None, skip: int = 0, limit: int = 100
) -> tuple[FeedRow, ...]:
    """Feeds and how they do, those that ail first, then by name."""
    return values(
        FeedRow,
        db,
        """
        SELECT * FROM feed_health WHERE :health IS NULL OR health = :health
        ORDER BY health = 'stopped', failures DESC, health = 'ok', name, id
        LIMIT :limit OFFSET :skip
        """,
        {"health": health, "limit": limit, "skip": skip},
    )


@reading
def health(db: sqlite3.Connection) -> Mapping[str, int]:
    """How many feeds are in which health."""
    sql = "SELECT health, count(*) FROM feed_health GROUP BY health ORDER BY 2 DESC, 1"
    return dict(tuple(row) for row in db.execute(sql))


@reading
def outcomes(db: sqlite3.Connection, feed_ids: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    """How the latest polls of feeds ended, the latest last."""
    rows = db.execute(
        """
        SELECT feed.value, (
            SELECT group_concat(outcome, ' ') FROM (
                SELECT outcome FROM polls WHERE feed_id = feed.value
                ORDER BY started_at DESC LIMIT :limit))
        FROM json_each(:feeds) AS feed
        """,
        {"feeds": array(feed_ids), "limit": POLLS},
    )
    return {feed_id: tuple(reversed((words or "").split())) for feed_id, words in rows}
