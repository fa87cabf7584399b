"""What feeds published, kept compressed, to be cleaned again when rules change."""

from __future__ import annotations

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from ingestor.clean.recurring import site_of
from ingestor.models import Article, Entry, Removal, Source, Trace
from ingestor.store.boilerplate import unpack
from ingestor.store.cleaned import Original
from ingestor.store.rows import array
from ingestor.store.values import Numbered

LEVEL = 1
"""Of zlib. Measured on real entries: level 6 takes half as much time again, and saves 6 %."""


def add_originals(
    db: sqlite3.Connection, articles: Iterable[Numbered], *, page: bool = False
) -> None:
    """Keep what articles were made of: what the feed published, or the pages that it links to."""
    db.executemany(
        "INSERT INTO originals (article_id, size, html, title, language, base_url, via_url,"
        " via_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (_original(article_id, article, page=page) for article_id, article in articles),
    )


def _original(article_id: int, article: Article, *, page: bool) -> tuple[object, ...]:
    entry, cleaning = article.entry, article.cleaning
    bare = bool(entry.link) and not page  # then relative links are relative to articles.url
    html = entry.html.encode()
    return (
        article_id,
        len(html),
        zlib.compress(html, LEVEL) if html else b"",
        entry.title,
        cleaning.claim,
        "" if bare else entry.link or cleaning.base_url,
        entry.via_url,
        entry.via_name,
    )


def stale(db: sqlite3.Connection, rules: int, limit: int) -> tuple[int, ...]:
    """Articles that other rules cleaned than those of today, or a site that knew less.

    Args:
        db: The connection.
        rules: The version of the rules of today.
        limit: At most so many.
    """
    rows = db.execute(
        "SELECT article_id FROM cleanings WHERE rules < :rules"
        " UNION ALL SELECT article_id FROM cleanings WHERE rules > :rules LIMIT :limit",
        {"rules": rules, "limit": limit},
    )
    return tuple(article_id for (article_id,) in rows)


def count_stale(db: sqlite3.Connection, rules: int) -> int:
    """How many articles are to be cleaned again."""
    ((count,),) = db.execute(
        "SELECT (SELECT count(*) FROM cleanings WHERE rules < :rules)"
        " + (SELECT count(*) FROM cleanings WHERE rules > :rules)",
        {"rules": rules},
    )
    return int(count)


def mark_clean(db: sqlite3.Connection, article_ids: Iterable[int], rules: int) -> None:
    """Note that articles are as the rules of a version leave them."""
    db.execute(
        "UPDATE cleanings SET rules = ? WHERE article_id IN (SELECT value FROM json_each(?))",
        (rules, array(article_ids)),
    )


def mark_all_stale(db: sqlite3.Connection) -> None:
    """Let all articles be cleaned again."""
    db.execute("UPDATE cleanings SET rules = 0 WHERE rules <> 0")


def versions(db: sqlite3.Connection, ids: Iterable[int]) -> Mapping[int, str]:
    """What tells the present originals of articles from others: `Original.version`."""
    rows = db.execute(
        "SELECT id, content_hash || ' ' || text_from FROM articles"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (array(ids),),
    )
    return dict(rows.fetchall())


def originals_of(db: sqlite3.Connection, ids: Iterable[int]) -> tuple[Original, ...]:
    """What the feeds published as these articles, and what was made of it."""
    wanted = array(ids)
    removals: defaultdict[int, list[Removal]] = defaultdict(list)
    for article_id, removal in _removals(db, wanted):
        removals[article_id].append(removal)
    sources: defaultdict[int, list[Source]] = defaultdict(list)
    for article_id, source in _sources(db, wanted):
        sources[article_id].append(source)
    return tuple(
        Original(
            article_id=article_id,
            entry=Entry(
                guid="",
                link=base_url or link,
                title=published_title,
                html=zlib.decompress(html).decode() if html else "",
                language=claim,
                author=author,
                via_url=via_url,
                via_name=via_name,
            ),
            site=site or site_of(link, feed_url, home),
            page=text_from == "page",
            version=f"{content_hash} {text_from}",
            title=title,
            text=text,
            removals=tuple(removals[article_id]),
            sources=tuple(sources[article_id]),
            trace=Trace(site=site, blocks=unpack(blocks), longest=longest),
        )
        for (
            article_id, link, published_title, html, claim, author, via_url, via_name, base_url,
            content_hash, text_from, title, text, site, blocks, longest, feed_url, home,
        ) in db.execute(_ORIGINALS, (wanted,))
    )  # fmt: skip


_ORIGINALS = """
    SELECT articles.id, articles.url, ifnull(nullif(originals.title, ''), articles.title), html,
           ifnull(nullif(originals.language, ''), feeds.language), author, via_url, via_name,
           base_url, content_hash, text_from, articles.title, text,
           ifnull(sites.name, ''), blocks, longest, feeds.url, feeds.site_url
    FROM articles
    JOIN originals ON originals.article_id = articles.id
    JOIN cleanings ON cleanings.article_id = articles.id
    JOIN feeds ON feeds.id = articles.feed_id
    LEFT JOIN sites ON sites.id = site_id
    WHERE articles.id IN (SELECT value FROM json_each(?)) ORDER BY articles.id
"""


def removals_of(db: sqlite3.Connection, article_id: int) -> tuple[Removal, ...]:
    """What cleaning took out of an article."""
    return tuple(removal for _, removal in _removals(db, array([article_id])))


def _removals(db: sqlite3.Connection, wanted: str) -> Iterator[tuple[int, Removal]]:
    for article_id, rule, field, position, text in db.execute(
        "SELECT article_id, rule, field, position, text FROM removals"
        " WHERE article_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (wanted,),
    ):
        yield article_id, Removal(rule=rule, text=text, field=field, position=position)


def _sources(db: sqlite3.Connection, wanted: str) -> Iterator[tuple[int, Source]]:
    for article_id, kind, name, url, position in db.execute(
        "SELECT article_id, kind, name, url, position FROM sources"
        " WHERE article_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (wanted,),
    ):
        yield article_id, Source(kind=kind, name=name, url=url, position=position)
