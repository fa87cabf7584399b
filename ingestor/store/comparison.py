"""What deduplication asks: the window of recent articles, candidates, and the centroids."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from ingestor import urls
from ingestor.dedup.signature import Signature
from ingestor.dedup.story import Agreement, Member, StoryView, Web
from ingestor.dedup.window import Slot
from ingestor.encoders import reads
from ingestor.encoders.centroids import Centroid, Centroids
from ingestor.fingerprint import WORDS
from ingestor.models import Fingerprint
from ingestor.store.rows import array, moment, parse_moment

MAX_CITATION_CANDIDATES = 50


def window_slots(db: sqlite3.Connection, since: datetime) -> Iterator[Slot]:
    """The articles first seen since then, the first ones first, without their texts.

    Not by their own dates: what a feed with old articles shows today is compared with today's.
    """
    rows = db.execute(
        """
        SELECT articles.id, algorithm, value
        FROM articles LEFT JOIN fingerprints INDEXED BY fingerprints_text
             ON article_id = articles.id AND part = 'text'
        WHERE first_seen_at >= ? ORDER BY first_seen_at, articles.id
        """,
        (moment(since),),
    )
    for article_id, group in groupby(rows, key=itemgetter(0)):
        made = {algorithm or "": value for *_, algorithm, value in group}
        marks = {algorithm.partition("-")[0]: value for algorithm, value in made.items()}
        yield Slot(
            article_id=article_id,
            words=made.get(WORDS, b""),
            whole=marks.get("simhash512", b""),
            keys=marks.get("keys16", b""),
        )


def recent(db: sqlite3.Connection, since: datetime) -> tuple[int, ...]:
    """The articles first seen since then, in the order in which they came."""
    rows = db.execute(
        "SELECT id FROM articles WHERE first_seen_at >= ? ORDER BY first_seen_at, id",
        (moment(since),),
    )
    return tuple(article_id for (article_id,) in rows)


def signatures(db: sqlite3.Connection, ids: Iterable[int]) -> tuple[Signature, ...]:
    """What the judge needs to know of stored articles, in the order of the ids."""
    wanted = list(ids)
    if not wanted:
        return ()
    packed = array(wanted)
    made: defaultdict[int, list[Fingerprint]] = defaultdict(list)
    for article_id, algorithm, part, value in db.execute(
        "SELECT article_id, algorithm, part, value FROM fingerprints"
        " WHERE article_id IN (SELECT value FROM json_each(?))",
        (packed,),
    ):
        fingerprint = Fingerprint(algorithm=algorithm, part=part, value=value)
        made[article_id].append(fingerprint)
    cited = _cited_urls(db, packed)
    found = {
        row[0]: Signature(
            article_id=row[0],
            feed=row[1],
            site=urls.site(row[2]) if row[2] else "",
            language=row[3],
            published=parse_moment(row[4]),
            title=row[5],
            text_hash=row[6],
            canonical_url=row[7],
            cited_urls=cited.get(row[0], frozenset()),
            fingerprints=tuple(made[row[0]]),
        )
        for row in db.execute(
            "SELECT articles.id, feeds.url, articles.url, articles.language, dated_at,"
            " articles.title, text_hash, canonical_url"
            " FROM articles JOIN feeds ON feeds.id = feed_id"
            " WHERE articles.id IN (SELECT value FROM json_each(?))",
            (packed,),
        )
    }
    return tuple(found[article_id] for article_id in wanted if article_id in found)


def fingerprints(db: sqlite3.Connection, ids: Iterable[int], part: str) -> dict[int, Fingerprint]:
    """One fingerprint of each of some stored articles, as far as they have it.

    Args:
        db: The connection.
        ids: Of articles.
        part: ``sentences`` or ``anchors``.
    """
    rows = db.execute(
        "SELECT article_id, algorithm, value FROM fingerprints"
        " WHERE article_id IN (SELECT value FROM json_each(:ids)) AND part = :part",
        {"ids": array(ids), "part": part},
    )
    return {
        article_id: Fingerprint(algorithm=algorithm, part=part, value=value)
        for article_id, algorithm, value in rows
    }


def citation_candidates(
    db: sqlite3.Connection,
    canonical_url: str,
    cited_urls: Collection[str],
    since: datetime,
    before: int | None = None,
) -> tuple[int, ...]:
    """Articles tied to another by citation, however little their texts are alike.

    Those that it cites, those that cite it, and those that cite what it cites.

    Args:
        db: The connection.
        canonical_url: The article's own address, or empty.
        cited_urls: Addresses that it names as its source, in canonical form.
        since: Only articles first seen since then.
        before: Only articles with lower ids; None is all.
    """
    if not cited_urls and not _is_cited(db, canonical_url):
        return ()  # the usual case, at a quarter of the cost
    rows = db.execute(
        """
        SELECT id FROM (
            SELECT id, first_seen_at FROM articles
            WHERE canonical_url IN (SELECT value FROM json_each(:cited)) AND canonical_url <> ''
            UNION
            SELECT articles.id, first_seen_at FROM sources JOIN articles ON articles.id = article_id
            WHERE sources.url IN (SELECT value FROM json_each(:named)) AND sources.url <> ''
              AND kind IN ('url', 'via')
        )
        WHERE first_seen_at >= :since AND (:before IS NULL OR id < :before)
        ORDER BY id DESC LIMIT :limit
        """,
        {
            "cited": array(sorted(cited_urls)),
            "named": array(sorted({canonical_url, *cited_urls})),
            "since": moment(since),
            "before": before,
            "limit": MAX_CITATION_CANDIDATES,
        },
    )
    return tuple(article_id for (article_id,) in rows)


def _is_cited(db: sqlite3.Connection, canonical_url: str) -> bool:
    """Whether anything names an address as its source."""
    (found,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM sources WHERE url = ? AND url <> '')", (canonical_url,)
    ).fetchone()
    return bool(found)


def story_views(db: sqlite3.Connection, article_ids: Iterable[int]) -> tuple[StoryView, ...]:
    """The stories that these articles belong to, with all their members."""
    wanted = list(article_ids)
    if not wanted:
        return ()
    members: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for story_id, canonical, member in db.execute(
        """
        SELECT stories.id, canonical_article_id, articles.id
        FROM stories JOIN articles ON articles.story_id = stories.id
        WHERE stories.id IN (SELECT story_id FROM articles
                             WHERE id IN (SELECT value FROM json_each(?)))
        """,
        (array(wanted),),
    ):
        members[story_id, canonical].add(member)
    return tuple(
        StoryView(story_id=story_id, canonical_article_id=canonical, article_ids=frozenset(ids))
        for (story_id, canonical), ids in sorted(members.items())
    )


def web(db: sqlite3.Connection, article_ids: Iterable[int], limit: int) -> Web | None:
    """All that some articles are connected to by agreement, ruling or story, however far.

    Args:
        db: The connection.
        article_ids: Where to begin.
        limit: Of more articles than this nothing is given.
    """
    rows = db.execute(
        """
        WITH RECURSIVE web (id) AS (
            SELECT value FROM json_each(:ids)
            UNION
            SELECT other_article_id FROM web CROSS JOIN matches ON article_id = web.id
            UNION
            SELECT article_id FROM web CROSS JOIN matches ON other_article_id = web.id
            UNION
            SELECT other_article_id FROM web CROSS JOIN rulings ON article_id = web.id
            WHERE kind = 'join'
            UNION
            SELECT article_id FROM web CROSS JOIN rulings ON other_article_id = web.id
            WHERE kind = 'join'
            UNION
            SELECT other.id FROM web CROSS JOIN articles AS one ON one.id = web.id
            CROSS JOIN articles AS other ON other.story_id = one.story_id
            LIMIT :limit + 1
        )
        SELECT articles.id, story_id, text_hash, language,
               (SELECT iif(value = x'', '', algorithm) FROM fingerprints
                WHERE article_id = web.id AND part = 'text' AND algorithm LIKE 'simhash512-%')
        FROM web CROSS JOIN articles ON articles.id = web.id
        ORDER BY canonical_url, text_hash, articles.id
        """,
        {"ids": array(article_ids), "limit": limit},
    ).fetchall()
    if len(rows) > limit:
        return None
    among = {"ids": array(article_id for article_id, *_ in rows)}
    copies = Counter(text for _, _, text, *_ in rows if text)
    pairs = db.execute(
        "SELECT article_id, other_article_id, score, relation FROM matches"
        " WHERE article_id IN (SELECT value FROM json_each(:ids))",
        among,
    )
    ruled = db.execute(
        "SELECT kind, article_id, other_article_id FROM rulings WHERE kind IN ('split', 'join')"
        " AND article_id IN (SELECT value FROM json_each(:ids))"
        " AND other_article_id IN (SELECT value FROM json_each(:ids))",
        among,
    ).fetchall()
    return Web(
        story_of={article_id: story_id for article_id, story_id, *_ in rows},
        agreements={
            frozenset(pair): Agreement(score=score, cites=relation == "cites")
            for *pair, score, relation in pairs
        },
        copies={article_id: copies[text] for article_id, _, text, *_ in rows if text},
        apart=frozenset(frozenset(pair) for kind, *pair in ruled if kind == "split"),
        joined=frozenset(frozenset(pair) for kind, *pair in ruled if kind == "join"),
        languages={article_id: language for article_id, _, _, language, *_ in rows},
        unread=frozenset(
            article_id
            for article_id, _, _, language, meant_by in rows
            if meant_by is not None and not (meant_by and reads(meant_by, language))
        ),
    )


def members(db: sqlite3.Connection, story_id: int) -> tuple[Member, ...]:
    """The articles of a story, as the election of the canonical one sees them."""
    rows = db.execute(
        """
        SELECT articles.id, canonical_url, dated_at, length(text),
               ifnull((SELECT max(priority) FROM sightings JOIN feeds ON feeds.id = feed_id
                       WHERE article_id = articles.id), 0),
               ifnull((SELECT max(id) FROM rulings
                       WHERE kind = 'pin' AND article_id = articles.id), 0)
        FROM articles WHERE story_id = ? ORDER BY articles.id
        """,
        (story_id,),
    ).fetchall()
    cited = _cited_urls(db, array(row[0] for row in rows))
    return tuple(
        Member(
            article_id=article_id,
            canonical_url=canonical_url,
            cited_urls=cited.get(article_id, frozenset()),
            priority=priority,
            published=parse_moment(dated_at),
            length=length,
            pin=pin,
        )
        for article_id, canonical_url, dated_at, length, priority, pin in rows
    )


def centroids(db: sqlite3.Connection, encoder: str) -> Centroids:
    """What was learned for an encoder: of each language the latest version."""
    rows = db.execute(
        "SELECT language, max(version), vector FROM centroids WHERE encoder = ?"
        " GROUP BY language ORDER BY language",
        (encoder,),
    )
    return Centroids(
        encoder=encoder,
        items=tuple(
            Centroid(language=language, version=version, vector=vector)
            for language, version, vector in rows
        ),
    )


def add_centroid(db: sqlite3.Connection, encoder: str, centroid: Centroid, now: datetime) -> None:
    """Keep what was learned of a language; a version is written once and never changed."""
    db.execute(
        "INSERT INTO centroids (encoder, language, version, vector, learned_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (encoder, centroid.language, centroid.version, centroid.vector, moment(now)),
    )


def languages_with(
    db: sqlite3.Connection, articles: int, known: Collection[str] = ()
) -> tuple[str, ...]:
    """The languages of at least so many articles, without those that are known.

    It looks at no more articles than these, however many there are.
    """
    rows = db.execute(
        """
        WITH RECURSIVE languages (language) AS (  -- one look at the index for each
            SELECT min(language) FROM articles WHERE language > ''
            UNION ALL
            SELECT (SELECT min(language) FROM articles WHERE language > languages.language)
            FROM languages WHERE languages.language IS NOT NULL
        )
        SELECT language FROM languages
        WHERE language NOT IN (SELECT value FROM json_each(:known)) AND EXISTS (
            SELECT 1 FROM articles WHERE articles.language = languages.language
            LIMIT 1 OFFSET :articles - 1
        )
        ORDER BY language
        """,
        {"articles": articles, "known": array(known)},
    )
    return tuple(language for (language,) in rows)


def _cited_urls(db: sqlite3.Connection, ids: str) -> Mapping[int, frozenset[str]]:
    cited: defaultdict[int, set[str]] = defaultdict(set)
    for article_id, url in db.execute(
        "SELECT article_id, url FROM sources WHERE kind IN ('url', 'via') AND url <> ''"
        " AND article_id IN (SELECT value FROM json_each(?))",
        (ids,),
    ):
        cited[article_id].add(url)
    return {article_id: frozenset(found) for article_id, found in cited.items()}
