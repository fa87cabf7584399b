"""Stories: which articles tell one event, which judgement says so, and what people ruled."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ingestor.models import Match
from ingestor.store import changes
from ingestor.store.rows import array, moment, next_id, values
from ingestor.store.values import Ruling, RulingKind


def open_stories(db: sqlite3.Connection, article_ids: Sequence[int], now: datetime) -> range:
    """Begin a story for each of some articles, which follow within the same transaction."""
    first, opened = next_id(db, "stories"), moment(now)
    ids = range(first, first + len(article_ids))
    change = changes.numbered(db)
    db.executemany(
        "INSERT INTO stories"
        " (id, canonical_article_id, first_seen_at, updated_at, changed_at, change)"
        " VALUES (?, ?, ?3, ?3, ?3, ?)",
        [(*pair, opened, change) for pair in zip(ids, article_ids, strict=True)],
    )
    return ids


def new_story(db: sqlite3.Connection, article_id: int, now: datetime) -> int:
    """Give an article a story of its own, unless it has one; give the story's id."""
    story_id, articles = db.execute(
        "SELECT stories.id, stories.articles FROM stories"
        " JOIN articles ON articles.story_id = stories.id WHERE articles.id = ?",
        (article_id,),
    ).fetchone()
    if articles == 1:
        return int(story_id)
    (own,) = open_stories(db, [article_id], now)
    join_story(db, article_id, own, now)
    return own


def join_story(db: sqlite3.Connection, article_id: int, story_id: int, now: datetime) -> None:
    """Move an article into a story; the one it leaves gets a new canonical, or ends if empty."""
    (old,) = db.execute("SELECT story_id FROM articles WHERE id = ?", (article_id,)).fetchone()
    if old == story_id:
        return
    db.execute("UPDATE articles SET story_id = ? WHERE id = ?", (story_id, article_id))
    db.execute(
        "UPDATE stories SET updated_at = max(updated_at, ?) WHERE id = ?", (moment(now), story_id)
    )
    changes.note(db, [old, story_id], now)
    settle(db, [old])


def settle(db: sqlite3.Connection, story_ids: Iterable[int]) -> None:
    """After articles left: end the stories that are empty, and elect where the canonical is gone.

    The earliest article stands in as canonical until `set_canonical` says better.
    """
    stories = array(story_ids)
    db.execute(
        "DELETE FROM stories WHERE articles = 0 AND id IN (SELECT value FROM json_each(?))",
        (stories,),
    )
    db.execute(
        """
        UPDATE stories SET canonical_article_id =
            (SELECT id FROM articles WHERE story_id = stories.id ORDER BY dated_at, id LIMIT 1)
        WHERE id IN (SELECT value FROM json_each(?)) AND NOT EXISTS
            (SELECT 1 FROM articles WHERE id = canonical_article_id AND story_id = stories.id)
        """,
        (stories,),
    )


def set_canonical(db: sqlite3.Connection, story_id: int, article_id: int, now: datetime) -> None:
    """Name the article to read of a story."""
    changed = db.execute(
        "UPDATE stories SET canonical_article_id = ?1 WHERE id = ?2 AND canonical_article_id <> ?1",
        (article_id, story_id),
    ).rowcount
    if changed:
        changes.note(db, [story_id], now)


def add_match(db: sqlite3.Connection, article_id: int, match: Match, now: datetime) -> None:
    """Write down that an article is like another; a new judgement of the pair replaces the old."""
    db.execute(
        "INSERT INTO matches (article_id, other_article_id, relation, score, evidence, decided_at)"
        " VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (article_id, other_article_id) DO UPDATE SET relation = excluded.relation,"
        " score = excluded.score, evidence = excluded.evidence, decided_at = excluded.decided_at",
        (
            article_id,
            match.article_id,
            match.relation,
            float(match.score),
            json.dumps(dict(match.evidence), ensure_ascii=False, allow_nan=False),
            moment(now),
        ),
    )


def matched(db: sqlite3.Connection, article_id: int) -> frozenset[int]:
    """The articles that one was judged to be like, whichever of the two came first."""
    rows = db.execute(
        "SELECT other_article_id FROM matches WHERE article_id = :id"
        " UNION SELECT article_id FROM matches WHERE other_article_id = :id",
        {"id": article_id},
    )
    return frozenset(other for (other,) in rows)


def drop_matches(db: sqlite3.Connection, article_id: int) -> None:
    """Forget what an article was judged to be like, before it is judged again."""
    db.execute(
        "DELETE FROM matches WHERE article_id = :id OR other_article_id = :id", {"id": article_id}
    )


def resolve_citations(
    db: sqlite3.Connection, article_ids: Iterable[int]
) -> tuple[tuple[int, int], ...]:
    """Tie sources to the stored articles they cite, these articles on either side.

    Returns:
        Pairs (citing article, cited article) that were not known before.
    """
    ids = {"ids": array(article_ids)}
    (any_source,) = db.execute(
        """
        SELECT EXISTS (SELECT 1 FROM sources
                       WHERE article_id IN (SELECT value FROM json_each(:ids)) AND url <> '')
            OR EXISTS (SELECT 1 FROM articles CROSS JOIN sources ON sources.url = canonical_url
                       WHERE articles.id IN (SELECT value FROM json_each(:ids))
                         AND sources.url <> '')
        """,
        ids,
    ).fetchone()
    if not any_source:
        return ()  # as most: looking costs less than two updates of nothing
    cites = db.execute(
        """
        UPDATE sources SET cited_article_id = articles.id FROM articles
        WHERE article_id IN (SELECT value FROM json_each(:ids))
          AND sources.url <> '' AND cited_article_id IS NULL
          AND canonical_url = sources.url AND canonical_url <> '' AND articles.id <> article_id
        RETURNING article_id, cited_article_id
        """,
        ids,
    ).fetchall()
    cited = db.execute(
        """
        UPDATE sources SET cited_article_id = articles.id FROM articles
        WHERE articles.id IN (SELECT value FROM json_each(:ids))
          AND sources.url = canonical_url AND sources.url <> ''
          AND article_id <> articles.id AND cited_article_id IS NULL
        RETURNING article_id, cited_article_id
        """,
        ids,
    ).fetchall()
    return tuple(sorted({*cites, *cited}))


def add_ruling(db: sqlite3.Connection, ruling: Ruling, now: datetime) -> None:
    """Write down a person's word; it replaces what was ruled on the same pair, or pin."""
    pair = {"a": ruling.article_id, "b": ruling.other_article_id}
    db.execute(
        "DELETE FROM rulings WHERE article_id IN (:a, :b)"
        " AND ifnull(other_article_id, 0) IN (:a, ifnull(:b, 0))",
        pair,
    )
    db.execute(
        "INSERT INTO rulings (kind, article_id, other_article_id, ruled_at)"
        " VALUES (:kind, :a, :b, :now)",
        {**pair, "kind": ruling.kind, "now": moment(now)},
    )
    _ruled(db, [ruling], now)


def _ruled(db: sqlite3.Connection, rulings: Iterable[Ruling], now: datetime) -> None:
    """Note that something was ruled about articles, or no longer is."""
    named = {i for r in rulings for i in (r.article_id, r.other_article_id) if i is not None}
    if named:
        changes.note_stories_of(db, named, now)


def rulings(db: sqlite3.Connection, kind: RulingKind | None = None) -> tuple[Ruling, ...]:
    """What people ruled, in the order in which they did."""
    return values(
        Ruling,
        db,
        "SELECT kind, article_id, other_article_id FROM rulings WHERE kind = ifnull(?, kind)"
        " ORDER BY id",
        (kind,),
    )


def split_pairs(db: sqlite3.Connection, article_ids: Iterable[int]) -> frozenset[frozenset[int]]:
    """Which of these articles must never share a story, pair by pair."""
    among = array(article_ids)
    rows = db.execute(
        "SELECT article_id, other_article_id FROM rulings WHERE kind = 'split'"
        " AND article_id IN (SELECT value FROM json_each(?))"
        " AND other_article_id IN (SELECT value FROM json_each(?))",
        (among, among),
    )
    return frozenset(frozenset(pair) for pair in rows)


def revoke_between(
    db: sqlite3.Connection,
    kind: RulingKind,
    ones: Iterable[int],
    others: Iterable[int],
    now: datetime,
) -> tuple[Ruling, ...]:
    """Forget the rulings of a kind on any pair of one article each; give them."""
    return _revoke(
        db,
        """
        DELETE FROM rulings WHERE kind = :kind AND (
            article_id IN (SELECT value FROM json_each(:ones))
            AND other_article_id IN (SELECT value FROM json_each(:others))
            OR article_id IN (SELECT value FROM json_each(:others))
            AND other_article_id IN (SELECT value FROM json_each(:ones)))
        RETURNING kind, article_id, other_article_id
        """,
        {"kind": kind, "ones": array(ones), "others": array(others)},
        now,
    )


def revoke_pins(db: sqlite3.Connection, story_id: int, now: datetime) -> tuple[Ruling, ...]:
    """Forget which articles of a story were pinned; give the rulings."""
    return _revoke(
        db,
        "DELETE FROM rulings WHERE kind = 'pin'"
        " AND article_id IN (SELECT id FROM articles WHERE story_id = :id)"
        " RETURNING kind, article_id, other_article_id",
        {"id": story_id},
        now,
    )


def revoke_all(db: sqlite3.Connection, article_id: int, now: datetime) -> tuple[Ruling, ...]:
    """Forget all rulings that name an article; give them."""
    return _revoke(
        db,
        "DELETE FROM rulings WHERE article_id = :id OR other_article_id = :id"
        " RETURNING kind, article_id, other_article_id",
        {"id": article_id},
        now,
    )


def _revoke(
    db: sqlite3.Connection, deletion: str, parameters: Mapping[str, object], now: datetime
) -> tuple[Ruling, ...]:
    found = values(Ruling, db, deletion, parameters)
    _ruled(db, found, now)
    return tuple(sorted(found, key=lambda r: (r.kind, r.article_id, r.other_article_id or 0)))
