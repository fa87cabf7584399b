"""Articles, with everything that belongs to them, and where they were seen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from ingestor.models import Article
from ingestor.store import changes
from ingestor.store.boilerplate import add_traces, day_of, drop_trace, forget_trace
from ingestor.store.fingerprints import add_fingerprints
from ingestor.store.originals import add_originals
from ingestor.store.rows import array, moment, moment_or_none, next_id, values
from ingestor.store.stories import open_stories, settle
from ingestor.store.values import Known, Numbered, Version

REVISIONS_KEPT = 24  # the latest of an article, and the first

TextFrom = Literal["feed", "page"]

_DELETE_CHILDREN = (
    "DELETE FROM removals WHERE article_id = ?",
    "DELETE FROM sources WHERE article_id = ?",
    "DELETE FROM fingerprints WHERE article_id = ?",
    "DELETE FROM originals WHERE article_id = ?",
)


def known(db: sqlite3.Connection, feed_id: int, guids: Iterable[str]) -> Mapping[str, Known]:
    """Those of the guids that this feed has shown before, pruned ones among them."""
    rows = db.execute(
        "SELECT guid, article_id, content_hash FROM sightings"
        " WHERE feed_id = ? AND guid IN (SELECT value FROM json_each(?))",
        (feed_id, array(guids)),
    )
    return {
        guid: Known(article_id=article_id, content_hash=content_hash)
        for guid, article_id, content_hash in rows
    }


def articles_by_url(db: sqlite3.Connection, canonical_urls: Iterable[str]) -> Mapping[str, int]:
    """The first stored article at each of these addresses, or linked by it, if there is one."""
    rows = db.execute(
        """
        SELECT url, min(id) FROM (
            SELECT canonical_url AS url, id FROM articles
            WHERE canonical_url IN (SELECT value FROM json_each(:urls)) AND canonical_url <> ''
            UNION ALL
            SELECT link_url, id FROM articles
            WHERE link_url IN (SELECT value FROM json_each(:urls)) AND link_url <> ''
        ) GROUP BY url
        """,
        {"urls": array(canonical_urls)},
    )
    return dict(rows.fetchall())


def add_articles(
    db: sqlite3.Connection, feed_id: int, articles: Sequence[Article], now: datetime
) -> Sequence[Numbered]:
    """Add new articles, each in a story of its own, with all that belongs to them.

    Args:
        db: The connection.
        feed_id: The feed that they came from.
        articles: Cleaned and fingerprinted.
        now: When they were first seen.
    """
    if not articles:
        return ()
    numbered = tuple(enumerate(articles, next_id(db, "articles")))
    stories = open_stories(db, [article_id for article_id, _ in numbered], now)
    first_seen = moment(now)
    db.executemany(
        "INSERT INTO articles (id, story_id, feed_id, first_seen_at, title, text, url,"
        " canonical_url, language, author, published_at, updated_at, content_hash, text_hash)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        [
            (article_id, story_id, feed_id, first_seen, *_columns(article))
            for story_id, (article_id, article) in zip(stories, numbered, strict=True)
        ],
    )
    _add_children(db, numbered)
    days = [day_of(min(article.entry.published or now, now)) for article in articles]
    add_traces(db, numbered, days)
    return numbered


def revise_article(
    db: sqlite3.Connection, article_id: int, article: Article, now: datetime
) -> None:
    """Replace an article's text by an edited one; the old version becomes a revision.

    Of the revisions stay the first and the latest: some feeds go to and fro between two versions.
    """
    db.execute(
        "INSERT INTO revisions (article_id, feed_id, number, title, text, published_at,"
        " content_hash, replaced_at)"
        " SELECT id, feed_id,"
        " 1 + (SELECT ifnull(max(number), 0) FROM revisions WHERE article_id = articles.id),"
        " title, text, published_at, content_hash, ? FROM articles WHERE id = ?",
        (moment(now), article_id),
    )
    db.execute(
        "DELETE FROM revisions WHERE article_id = :id AND number > 1"
        " AND number <= (SELECT max(number) FROM revisions WHERE article_id = :id) - :kept",
        {"id": article_id, "kept": REVISIONS_KEPT},
    )
    db.execute(
        "UPDATE articles SET title = ?, text = ?, url = ?, canonical_url = ?, language = ?,"
        " author = ?, published_at = ifnull(?, published_at), updated_at = ?, content_hash = ?,"
        " text_hash = ?, text_from = 'feed', teaser_hash = '', link_url = ''"
        " WHERE id = ?",
        (*_columns(article), article_id),
    )
    for statement in _DELETE_CHILDREN:
        db.execute(statement, (article_id,))
    _add_children(db, [(article_id, article)])
    _retrace(db, article_id, article)
    changes.note_stories_of(db, [article_id], now)


def reclean_article(db: sqlite3.Connection, article_id: int, article: Article) -> None:
    """Replace what cleaning made of an article by what it makes today; no edit, so no revision.

    Its text and fingerprints are replaced if new fingerprints are given.
    """
    if article.fingerprints:
        db.execute(
            "UPDATE articles SET title = ?, text = ?, language = ?, text_hash = ? WHERE id = ?",
            (article.title, article.text, article.language, article.text_hash, article_id),
        )
        db.execute("DELETE FROM fingerprints WHERE article_id = ?", (article_id,))
        add_fingerprints(db, [(article_id, article.fingerprints)])
    for statement in _DELETE_CHILDREN[:2]:
        db.execute(statement, (article_id,))
    _add_removals_and_sources(db, [(article_id, article)])
    _retrace(db, article_id, article)


def _retrace(db: sqlite3.Connection, article_id: int, article: Article) -> None:
    """Note how an article is cleaned now; its day remains."""
    (day,) = db.execute("SELECT day FROM cleanings WHERE article_id = ?", (article_id,)).fetchone()
    drop_trace(db, [article_id])
    add_traces(db, [(article_id, article)], [day])


def retell_article(
    db: sqlite3.Connection,
    article_id: int,
    article: Article,
    now: datetime,
    teaser_hash: str = "",
) -> None:
    """Give an article what its page adds; that is no edit, and what the feed published stays known.

    The page's own canonical address becomes the article's unless another article has it.

    Args:
        db: The connection.
        article_id: Which article.
        article: What it is to become.
        now: When its page was read.
        teaser_hash: Tells what the feed gave, if the text is the page's; empty if it is the feed's.
    """
    text_from: TextFrom = "page" if teaser_hash else "feed"
    db.execute(
        """
        UPDATE articles SET
            title = :title, text = :text, text_from = :text_from,
            text_hash = :text_hash, teaser_hash = :teaser_hash,
            language = :language, author = :author,
            published_at = ifnull(published_at, :published),
            link_url = CASE WHEN :moves THEN canonical_url ELSE link_url END,
            canonical_url = CASE WHEN :moves THEN :url ELSE canonical_url END
        WHERE id = :id
        """,
        {
            "id": article_id,
            "title": article.title,
            "text": article.text,
            "text_from": text_from,
            "teaser_hash": teaser_hash,
            "text_hash": article.text_hash,
            "language": article.language,
            "author": article.entry.author,
            "published": moment_or_none(article.entry.published),
            "url": article.canonical_url,
            "moves": bool(article.canonical_url)
            and not articles_by_url(db, [article.canonical_url]),
        },
    )
    db.execute(f"{_DELETE_CHILDREN[0]} AND field = 'text'", (article_id,))  # the title's stay
    for statement in _DELETE_CHILDREN[1:]:
        db.execute(statement, (article_id,))
    _add_children(db, [(article_id, article)], page=text_from == "page")
    _retrace(db, article_id, article)
    if text_from == "page":
        changes.note_stories_of(db, [article_id], now)


def sight(
    db: sqlite3.Connection, feed_id: int, articles: Iterable[Numbered], now: datetime
) -> None:
    """Note that a feed shows articles, in these versions, under the guids of their entries."""
    seen = moment(now)
    db.executemany(
        "INSERT INTO sightings"
        " (feed_id, guid, article_id, link, content_hash, first_seen_at, last_seen_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (feed_id, guid) DO UPDATE SET article_id = excluded.article_id,"
        " link = excluded.link, content_hash = excluded.content_hash,"
        " last_seen_at = excluded.last_seen_at",
        [
            (feed_id, a.entry.guid, article_id, a.entry.link, a.content_hash, seen, seen)
            for article_id, a in articles
        ],
    )


def touch(db: sqlite3.Connection, feed_id: int, guids: Iterable[str], now: datetime) -> None:
    """Note that these guids stand in the feed's newest document, tombstones among them."""
    db.execute(
        "UPDATE sightings SET last_seen_at = ?"
        " WHERE feed_id = ? AND guid IN (SELECT value FROM json_each(?))",
        (moment(now), feed_id, array(guids)),
    )


def version(db: sqlite3.Connection, article_id: int) -> Version:
    """The present title and text of an article, and the feed whose they are."""
    (found,) = values(
        Version,
        db,
        "SELECT feed_id, title, text, teaser_hash, ifnull(rules, 0) AS rules"
        " FROM articles LEFT JOIN cleanings ON article_id = id WHERE id = ?",
        (article_id,),
    )
    return found


def delete_articles(db: sqlite3.Connection, ids: Sequence[int]) -> int:
    """Delete articles; their sightings stay as tombstones. Give how many there were."""
    doomed = array(ids)
    stories = [
        story
        for (story,) in db.execute(
            "SELECT DISTINCT story_id FROM articles WHERE id IN (SELECT value FROM json_each(?))",
            (doomed,),
        )
    ]
    forget_trace(db, ids)
    deleted = db.execute(
        "DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?))", (doomed,)
    ).rowcount
    settle(db, stories)
    return deleted


def _columns(article: Article) -> tuple[str | None, ...]:
    """What an edit replaces, in the order of both statements above."""
    entry = article.entry
    return (
        article.title,
        article.text,
        entry.link,
        article.canonical_url if entry.own_link else "",
        article.language,
        entry.author,
        moment_or_none(entry.published),
        moment_or_none(entry.updated),
        article.content_hash,
        article.text_hash,
    )


def _add_children(
    db: sqlite3.Connection, articles: Sequence[Numbered], *, page: bool = False
) -> None:
    _add_removals_and_sources(db, articles)
    add_fingerprints(db, [(article_id, article.fingerprints) for article_id, article in articles])
    add_originals(db, articles, page=page)


def _add_removals_and_sources(db: sqlite3.Connection, articles: Sequence[Numbered]) -> None:
    db.executemany(
        "INSERT INTO removals (article_id, rule, field, position, text) VALUES (?,?,?,?,?)",
        [
            (article_id, r.rule, r.field, r.position, r.text)
            for article_id, article in articles
            for r in article.removals
        ],
    )
    db.executemany(
        "INSERT INTO sources (article_id, kind, name, url, position) VALUES (?,?,?,?,?)",
        [
            (article_id, s.kind, s.name, s.url, s.position)
            for article_id, article in articles
            for s in article.sources
        ],
    )
