"""What articles are compared by: which fingerprints are there, and which take their place."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ingestor.models import Fingerprint
from ingestor.store.rows import array, values
from ingestor.store.values import ArticleText, Extent, Made


def add_fingerprints(
    db: sqlite3.Connection, made: Iterable[tuple[int, Sequence[Fingerprint]]]
) -> None:
    """Add what articles are compared by.

    Args:
        db: The connection.
        made: The id of each, with its fingerprints.
    """
    db.executemany(
        "INSERT INTO fingerprints (article_id, part, algorithm, value) VALUES (?, ?, ?, ?)",
        [
            (article_id, f.part, f.algorithm, f.value)
            for article_id, fingerprints in made
            for f in fingerprints
        ],
    )


def replace_fingerprints(
    db: sqlite3.Connection, article: ArticleText, fingerprints: Sequence[Fingerprint]
) -> bool:
    """Give an article other fingerprints, after the encoder or a centroid changed.

    Args:
        db: The connection.
        article: What they were made of.
        fingerprints: In place of all that it has.

    Returns:
        False if there is no such article any more, or it was edited meanwhile: nothing is changed.
    """
    row = db.execute(
        "SELECT title, text, language FROM articles WHERE id = ?", (article.id,)
    ).fetchone()
    if row != (article.title, article.text, article.language):
        return False
    db.execute("DELETE FROM fingerprints WHERE article_id = ?", (article.id,))
    add_fingerprints(db, [(article.id, fingerprints)])
    return True


def meanings(
    db: sqlite3.Connection, wanted: Sequence[tuple[str, str, str, str]]
) -> Mapping[int, tuple[Fingerprint, Fingerprint]]:
    """Vector fingerprints of stored articles that say the very same.

    Args:
        db: The connection.
        wanted: Of each article the hash of its text, its title, language, and the algorithm.

    Returns:
        By their place in `wanted`, those that there are: of the whole and of the sentences.
    """
    rows = db.execute(
        """
        WITH wanted AS (
            SELECT key, json_extract(value, '$[0]') AS hash, json_extract(value, '$[1]') AS title,
                   json_extract(value, '$[2]') AS language, json_extract(value, '$[3]') AS algorithm
            FROM json_each(?)
        ), twins AS (
            SELECT key, algorithm,
                   (SELECT id FROM articles WHERE text_hash = hash AND text_hash <> ''
                    AND articles.title = wanted.title AND articles.language = wanted.language
                    ORDER BY id DESC LIMIT 1) AS twin
            FROM wanted
        )
        SELECT key, part, fingerprints.algorithm, value FROM twins CROSS JOIN fingerprints
             ON article_id = twin AND fingerprints.algorithm = twins.algorithm
        WHERE part IN ('text', 'sentences') ORDER BY key, part DESC
        """,
        (array(wanted),),
    )
    found: defaultdict[int, list[Fingerprint]] = defaultdict(list)
    for key, part, algorithm, value in rows:
        found[key].append(Fingerprint(algorithm=algorithm, part=part, value=value))
    return {key: (pair[0], pair[1]) for key, pair in found.items() if len(pair) == 2}


def extent(db: sqlite3.Connection) -> Extent:
    """How many articles there are, and between which ids."""
    (found,) = values(
        Extent,
        db,
        "SELECT count(*) AS articles, ifnull(min(id), 0) AS first, ifnull(max(id), 0) AS last"
        " FROM articles",
        (),
    )
    return found


def made(db: sqlite3.Connection, first: int, last: int) -> tuple[Made, ...]:
    """Which fingerprints the articles of a range of ids have, the latest article first."""
    algorithms: dict[tuple[int, str], set[tuple[str, str]]] = {}
    for article_id, language, part, algorithm in db.execute(
        "SELECT id, language, part, algorithm FROM articles"
        " LEFT JOIN fingerprints ON article_id = id"
        " WHERE id BETWEEN ? AND ? ORDER BY id DESC",
        (first, last),
    ):
        algorithms.setdefault((article_id, language), set()).add((part, algorithm))
    return tuple(
        Made(article_id=article_id, language=language, algorithms=frozenset(found))
        for (article_id, language), found in algorithms.items()
    )


def texts(db: sqlite3.Connection, ids: Iterable[int]) -> tuple[ArticleText, ...]:
    """What fingerprints of articles are made of, in the order of the ids."""
    wanted = list(ids)
    rows = values(
        ArticleText,
        db,
        "SELECT id, title, text, language FROM articles WHERE id IN"
        " (SELECT value FROM json_each(?))",
        (array(wanted),),
    )
    by_id = {row.id: row for row in rows}
    return tuple(by_id[i] for i in wanted if i in by_id)


def first_texts(db: sqlite3.Connection, language: str, limit: int) -> tuple[ArticleText, ...]:
    """The first stored texts of a language."""
    return values(
        ArticleText,
        db,
        "SELECT id, title, text, language FROM articles WHERE language = ? ORDER BY id LIMIT ?",
        (language, limit),
    )


def texts_made_by(db: sqlite3.Connection, language: str, algorithm: str) -> tuple[ArticleText, ...]:
    """The stored texts of a language whose meaning was fingerprinted in a certain way."""
    return values(
        ArticleText,
        db,
        "SELECT id, title, text, language FROM articles WHERE language = ? AND EXISTS"
        " (SELECT 1 FROM fingerprints WHERE article_id = id AND part = 'text' AND algorithm = ?)"
        " ORDER BY id",
        (language, algorithm),
    )
