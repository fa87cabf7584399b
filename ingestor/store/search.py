"""Full text search, in every script, of what people type.

`articles_fts` knows words. Where a script puts no spaces between them a whole clause is one
"word", so terms in such a script are looked up in `articles_fts_trigrams`; those of one or two
characters, shorter than a trigram, by the trigrams that begin with them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from ingestor.store.operation import reading
from ingestor.store.rows import values

MAX_TERMS = 16
MAX_TEXT = 20_000  # characters of a text in which hits are shown
_TRIGRAM = 3
_WORDS = "SELECT rowid AS id FROM articles_fts(?)"
_TRIGRAMS = "SELECT rowid AS id FROM articles_fts_trigrams(?)"
# What is shorter than a trigram, by the trigrams from it up to it with the highest character.
_BEGINNING = "SELECT DISTINCT doc AS id FROM articles_fts_terms WHERE term >= ? AND term < ?"
_HIGHEST = "\U0010ffff"
# The ranges of the triggers in schema/0012_search_in_bulk.sql.
_UNSPACED = re.compile(
    "[\u0e01-\u0e5b\u0e81-\u0edf\u1000-\u109f\u1780-\u17f9\u3041-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff]"
)
_TERM = re.compile(r'(-?)(?:"([^"]*)"|([^\s"]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that was found.

    Attributes:
        text: As much of its beginning as hits are shown in.
    """

    id: int
    story_id: int
    title: str
    language: str
    outlet: str
    dated_at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word or phrase that is looked for, or that must not be there."""

    text: str
    excluded: bool = False
    prefix: bool = False

    @property
    def unspaced(self) -> bool:
        """Whether it is, in part, in a script without spaces."""
        return _UNSPACED.search(self.text) is not None


def terms(words: str) -> tuple[Term, ...]:
    """Read what was typed: words, "phrases", -exclusions and begin* of words; never an error."""
    found = []
    for minus, phrase, word in _TERM.findall(words.replace("\0", " ")):
        text = (phrase or word).strip()
        bare = text.rstrip("*")
        if any(map(str.isalnum, bare)):
            found.append(Term(text=bare, excluded=bool(minus), prefix=text != bare))
    return tuple(found[:MAX_TERMS])


def index(db: sqlite3.Connection) -> None:
    """Take the articles that were added since the last call into the search indexes."""
    (last,) = db.execute("SELECT ifnull(max(id), 0) FROM articles_fts_docsize").fetchone()
    added = db.execute("SELECT id, title, text FROM articles WHERE id > ?", (last,)).fetchall()
    if not added:
        return
    db.executemany(
        "INSERT INTO articles_fts_trigrams (rowid, title, text) VALUES (?, ? || '  ', ? || '  ')",
        [row for row in added if _UNSPACED.search(row[1]) or _UNSPACED.search(row[2])],
    )
    db.execute(
        "INSERT INTO articles_fts (rowid, title, text)"
        " SELECT id, title, text FROM articles WHERE id > ?",
        (last,),
    )


@reading
def search(
    db: sqlite3.Connection,
    words: str,
    *,
    language: str | None = None,
    before: int | None = None,
    limit: int = 30,
) -> tuple[Hit, ...]:
    """Find articles that hold every term, the newest first; none if there is no term.

    Args:
        db: The store.
        words: As people type them; see `terms`.
        language: Only articles in this language.
        before: Go on below this article.
        limit: At most so many.
    """
    asked = terms(words)
    spaced = [term for term in asked if not term.unspaced]
    unspaced = [term for term in asked if term.unspaced]
    lookups = [
        *_matching(_WORDS, spaced),
        *_matching(_TRIGRAMS, [t for t in unspaced if len(t.text) >= _TRIGRAM]),
        *(_beginning(t) for t in unspaced if len(t.text) < _TRIGRAM),
    ]
    if all(lookup.excluded for lookup in lookups):
        return ()
    first, *others = sorted(lookups, key=lambda lookup: lookup.excluded)
    parts = [_Part(_HITS, (MAX_TEXT,)), first, _Part(_BELOW, (before or 2**62,))]
    for other in others:
        parts += [_Part(_WITHOUT if other.excluded else _WITH), other, _Part(")")]
    if language is not None:
        parts.append(_Part(_IN_LANGUAGE, (language,)))
    parts.append(_Part(_LATEST, (limit,)))
    bound = chain.from_iterable(part.values for part in parts)
    return values(Hit, db, " ".join(part.sql for part in parts), tuple(bound))


_HITS = """
    SELECT articles.id, story_id, articles.title, articles.language, feeds.name AS outlet,
           dated_at, substr(text, 1, ?) AS text
    FROM (
"""
_BELOW = """
    ) AS found CROSS JOIN articles ON articles.id = found.id JOIN feeds ON feeds.id = feed_id
    WHERE found.id < ?
"""
_LATEST = "ORDER BY found.id DESC LIMIT ?"
# The plus keeps SQLite from asking the index for each of these ids, in no order, when it can go
# through the index from the latest on and stop at the limit.
_WITH, _WITHOUT = "AND +found.id IN (", "AND +found.id NOT IN ("
_IN_LANGUAGE = "AND +found.id IN (SELECT id FROM articles WHERE language = ?)"


class _Part(NamedTuple):
    """A part of a statement, with what is bound in it.

    Attributes:
        excluded: Of a query for the ids of articles, whether they must not be among the hits.
    """

    sql: str
    values: tuple[object, ...] = ()
    excluded: bool = False


def _matching(sql: str, asked: Sequence[Term]) -> list[_Part]:
    """Look terms up in an index: the wanted ones at once, then the excluded ones, if any."""
    found = []
    for excluded in (False, True):
        quoted = [f'"{t.text}"{" *" * t.prefix}' for t in asked if t.excluded == excluded]
        if quoted:
            expression = (" OR " if excluded else " AND ").join(quoted)
            found.append(_Part(sql, (expression,), excluded))
    return found


def _beginning(term: Term) -> _Part:
    """Look up what is shorter than a trigram by the trigrams that begin with it."""
    text = term.text.lower()
    return _Part(_BEGINNING, (text, text + _HIGHEST), term.excluded)
