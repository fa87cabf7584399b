"""What the pages for people read: headlines by language, outlet and day, and what they cite."""

from __future__ import annotations

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ingestor.store.operation import reading
from ingestor.store.rows import array, moment, records, values
from ingestor.store.values import ArticleText

LEAD = 320  # characters of a text that introduce it
APPLICATION_ID = 0x4E657773  # as in the first migration


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which articles to look at; None is any.

    Attributes:
        since, until: Bounds of `dated_at`; the first belongs to it, the second does not.
    """

    language: str | None = None
    feed_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the list of headlines, to go on from: that of the last article shown."""

    dated_at: datetime
    article_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One story in a list.

    Attributes:
        lead: The beginning of the canonical article's text.
        language, outlet: Of the canonical article.
        articles: How many tell it.
        languages, outlets: Of all of them, by name, without repeats.
        place: Where it stands in a list that can be gone on with.
    """

    id: int
    title: str
    lead: str
    language: str
    outlet: str
    url: str
    articles: int
    languages: tuple[str, ...]
    outlets: tuple[str, ...]
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A feed, as a choice in a list."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What one article names as its source, and the article that this is, if it is stored."""

    article_id: int
    kind: str
    name: str
    url: str
    cited_article_id: int | None
    cited_title: str | None
    cited_language: str | None


def is_ours(connection: sqlite3.Connection) -> bool:
    """Tell whether this program wrote the database."""
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    return bool(owner == APPLICATION_ID)


@reading
def headlines(
    db: sqlite3.Connection, choice: Choice, *, after: Place | None = None, limit: int = 30
) -> tuple[Headline, ...]:
    """List stories by the date of their latest chosen article, the latest first.

    Args:
        db: The store.
        choice: A story is listed if one of its articles is chosen.
        after: Go on from here.
        limit: At most so many.
    """
    chosen = choice.since, choice.until, choice.language, choice.feed_id
    terms = [pair for pair, given in zip(_TERMS, chosen, strict=True) if given is not None]
    own, others = ([term[side] for term in terms] for side in (0, 1))
    parts = (_LATEST, *own, "" if after is None else _FROM_HERE, _NOT_LATER, *others, _IN_ORDER)
    rows = db.execute(
        " ".join(parts),
        {
            "since": choice.since and moment(choice.since),
            "until": choice.until and moment(choice.until),
            "language": choice.language,
            "feed_id": choice.feed_id,
            "dated_at": after and moment(after.dated_at),
            "article_id": after and after.article_id,
            "limit": limit,
        },
    ).fetchall()
    places: dict[int, Place | None] = {
        story_id: Place(dated_at=datetime.fromisoformat(dated_at), article_id=article_id)
        for story_id, dated_at, article_id in rows
    }
    return _headlines(db, places)


_LATEST = "SELECT a.story_id, a.dated_at, a.id FROM articles AS a WHERE 1"
_TERMS = (  # of an article, and of one of its story that is later
    ("AND a.dated_at >= :since", "AND +later.dated_at >= :since"),
    ("AND a.dated_at < :until", "AND +later.dated_at < :until"),
    ("AND a.language = :language", "AND +later.language = :language"),
    ("AND a.feed_id = :feed_id", "AND +later.feed_id = :feed_id"),
)
_FROM_HERE = "AND (a.dated_at, a.id) < (:dated_at, :article_id)"
# The plus keeps SQLite from looking for `later` by anything but its story.
_NOT_LATER = """
    AND NOT EXISTS (SELECT 1 FROM articles AS later WHERE later.story_id = a.story_id
                    AND (+later.dated_at, later.id) > (a.dated_at, a.id)
"""
_IN_ORDER = ") ORDER BY a.dated_at DESC, a.id DESC LIMIT :limit"


@reading
def headlines_of(db: sqlite3.Connection, story_ids: Iterable[int]) -> tuple[Headline, ...]:
    """The headlines of given stories, in the given order."""
    return _headlines(db, dict.fromkeys(story_ids))


def _headlines(db: sqlite3.Connection, places: Mapping[int, Place | None]) -> tuple[Headline, ...]:
    packed = array(places)
    languages: defaultdict[int, dict[str, None]] = defaultdict(dict)
    outlets: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for story_id, language, outlet in db.execute(
        "SELECT story_id, articles.language, feeds.name FROM articles"
        " JOIN feeds ON feeds.id = feed_id"
        " WHERE story_id IN (SELECT value FROM json_each(?)) ORDER BY articles.id",
        (packed,),
    ):
        languages[story_id][language] = None
        outlets[story_id][outlet] = None
    found = {
        row["id"]: Headline(
            **row,
            languages=tuple(sorted(languages[row["id"]])),
            outlets=tuple(outlets[row["id"]]),
            place=places[row["id"]],
        )
        for row in records(
            db,
            """
            SELECT stories.id, articles.title, substr(text, 1, :lead) AS lead, articles.language,
                   feeds.name AS outlet, articles.url, articles
            FROM stories JOIN articles ON articles.id = canonical_article_id
                 JOIN feeds ON feeds.id = feed_id
            WHERE stories.id IN (SELECT value FROM json_each(:stories))
            """,
            {"stories": packed, "lead": LEAD},
        )
    }
    return tuple(found[story_id] for story_id in places if story_id in found)


@reading
def languages(db: sqlite3.Connection) -> tuple[str, ...]:
    """The languages of all articles: one step in an index for each, not for each article."""
    rows = db.execute(
        """
        WITH RECURSIVE found (language) AS (
            SELECT min(language) FROM articles
            UNION ALL
            SELECT (SELECT min(language) FROM articles WHERE language > found.language)
            FROM found WHERE found.language IS NOT NULL
        )
        SELECT language FROM found WHERE language IS NOT NULL
        """
    )
    return tuple(language for (language,) in rows)


@reading
def outlets(db: sqlite3.Connection) -> tuple[Outlet, ...]:
    """The feeds that brought an article, by name."""
    sql = """
        SELECT id, name FROM feeds
        WHERE EXISTS (SELECT 1 FROM articles WHERE feed_id = feeds.id) ORDER BY name, id
    """
    return values(Outlet, db, sql)


@reading
def latest(db: sqlite3.Connection) -> datetime | None:
    """The date of the latest article; None if there is none."""
    (found,) = db.execute("SELECT max(dated_at) FROM articles").fetchone()
    return None if found is None else datetime.fromisoformat(found)


@reading
def texts(db: sqlite3.Connection, ids: Iterable[int]) -> Mapping[int, ArticleText]:
    """The texts of articles, by id."""
    sql = """
        SELECT id, title, text, language FROM articles
        WHERE id IN (SELECT value FROM json_each(?))
    """
    return {article.id: article for article in values(ArticleText, db, sql, (array(ids),))}


@reading
def citations(db: sqlite3.Connection, ids: Iterable[int]) -> tuple[Citation, ...]:
    """What these articles name as their sources."""
    sql = """
        SELECT article_id, kind, name, sources.url, cited_article_id,
               cited.title AS cited_title, cited.language AS cited_language
        FROM sources LEFT JOIN articles AS cited ON cited.id = cited_article_id
        WHERE article_id IN (SELECT value FROM json_each(?)) ORDER BY sources.id
    """
    return values(Citation, db, sql, (array(ids),))


@reading
def original(db: sqlite3.Connection, article_id: int) -> str:
    """What the feed published of an article, as HTML; empty if it was not kept."""
    row = db.execute("SELECT html FROM originals WHERE article_id = ?", (article_id,)).fetchone()
    return zlib.decompress(row[0]).decode() if row and row[0] else ""
