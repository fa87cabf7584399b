"""A database of many made-up articles, written in bulk through the store's own schema.

Words are drawn by rank as in a language (Zipf), stories have one to forty articles, feeds differ
in how much they publish; one article in eight is in a script without spaces.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingestor.models import Feed
from ingestor.store.rows import moment
from ingestor.store.store import Store

END = datetime(2026, 11, 23, 20, tzinfo=UTC)
DAYS = 30
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "ru", "tr", "ar", "vi", "pl", "nl", "zh", "ja")
_WEIGHTS = (20, 14, 9, 9, 6, 6, 6, 4, 4, 4, 3, 3, 7, 5)
_ALGORITHM = "simhash512-use-4/0"
_VOCABULARY = 20_000
_CHUNK = 5_000  # articles a transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much to make."""

    articles: int = 100_000
    feeds: int = 300
    polls: int = 600  # a feed


def build(path: Path, size: Size, seed: int = 6) -> None:
    """Write the database; the same size and seed give the same content."""
    pick = random.Random(seed)
    with closing(Store.open(path)) as store:
        with store.transaction():
            store.sync_feeds(tuple(_feeds(size.feeds)), {}, END - timedelta(days=DAYS))
            store.db.conn.executemany(_POLL, _polls(pick, size))
        writer = _Writer(pick, size)
        while writer.article_id < size.articles:
            with store.transaction():
                writer.write(store)
        store.db.conn.execute("ANALYZE")


def _feeds(count: int) -> Iterator[Feed]:
    for number in range(count):
        language = LANGUAGES[number % len(LANGUAGES)]
        yield Feed(
            url=f"https://outlet{number}.example/rss", name=f"Outlet {number}", language=language
        )


_POLL = """
    INSERT INTO polls (feed_id, started_at, seconds, outcome, status, kind, reason, bytes, url,
                       entries, new, updated, next_poll_at)
    VALUES (?, ?, 0.2, ?, 200, '', '', 20000, '', 20, ?, 0, ?)
"""


def _polls(pick: random.Random, size: Size) -> Iterator[tuple[object, ...]]:
    step = timedelta(days=DAYS) / size.polls
    for turn in range(size.polls):
        at = END - timedelta(days=DAYS) + step * turn
        for feed in range(1, size.feeds + 1):
            outcome = pick.choice(("fetched", "not_modified", "not_modified", "unchanged"))
            yield feed, moment(at), outcome, pick.randrange(3), moment(at + step)


class _Writer:
    """Writes articles story by story, as time goes on."""

    def __init__(self, pick: random.Random, size: Size) -> None:
        self.pick = pick
        self.size = size
        self.article_id = 0
        self.story_id = 0
        self._words = [f"{chr(97 + i % 26)}word{i}" for i in range(_VOCABULARY)]
        self._ranks = [1 / (rank + 3) for rank in range(_VOCABULARY)]

    def write(self, store: Store) -> None:
        """Write the next chunk of articles with everything that belongs to them."""
        rows: dict[str, list[tuple[object, ...]]] = {sql: [] for sql in _STATEMENTS}
        last = min(self.article_id + _CHUNK, self.size.articles)
        while self.article_id < last:
            self._story(rows)
        for sql, found in rows.items():
            store.db.conn.executemany(sql, found)

    def _story(self, rows: dict[str, list[tuple[object, ...]]]) -> None:
        self.story_id += 1
        canonical = self.article_id + 1
        share = canonical / self.size.articles
        began = END - timedelta(days=DAYS) * (1 - share) - timedelta(hours=1)
        versions = min(40, max(1, int(self.pick.paretovariate(1.6))))
        rows[_STORY].append((self.story_id, canonical, moment(began), moment(began)))
        for number in range(versions):
            at = began + timedelta(minutes=self.pick.randrange(1 + 20 * number))
            self._article(rows, canonical, at)

    def _article(
        self, rows: dict[str, list[tuple[object, ...]]], canonical: int, at: datetime
    ) -> None:
        self.article_id += 1
        number, pick = self.article_id, self.pick
        (language,) = pick.choices(LANGUAGES, _WEIGHTS)
        feed = min(int(pick.expovariate(5 / self.size.feeds)), self.size.feeds - 1) + 1
        url = f"https://outlet{feed - 1}.example/{number}"
        title, text = self._prose(language)
        rows[_ARTICLE].append(
            (number, self.story_id, feed, title, url, language, moment(at), moment(at), url,
             f"c{number}", f"t{number}", text)
        )  # fmt: skip
        rows[_SIGHTING].append((feed, str(number), number, url, f"c{number}", moment(at)))
        html = f"<p>{'</p><p>'.join(text.split(chr(10) * 2))}</p><p>Comments (3)</p>".encode()
        rows[_ORIGINAL].append((number, len(html), zlib.compress(html, 1)))
        rows[_REMOVAL].append((number, "counter", 4, "Comments (3)"))
        for part, bytes_ in (("text", 64), ("sentences", 64 * 9)):
            rows[_FINGERPRINT].append((number, part, _ALGORITHM, pick.randbytes(bytes_)))
        if number != canonical:
            evidence = '{"reason": "sentences and anchors agree", "aligned": 0.61}'
            rows[_MATCH].append((number, canonical, "translation", 0.97, evidence, moment(at)))
            rows[_SOURCE].append((number, "url", f"https://outlet0.example/{canonical}", canonical))

    def _prose(self, language: str) -> tuple[str, str]:
        """A title and four paragraphs of two sentences."""
        if language in {"zh", "ja"}:
            first = 0x4E00 if language == "zh" else 0x3042
            letters = [chr(first + i) for i in range(80 if language == "ja" else 2_000)]
            lines = ["".join(self.pick.choices(letters, k=90)) for _ in range(9)]
            return lines[0][:24], "\n\n".join(f"{a}。{b}。" for a, b in _pairs(lines[1:]))
        words = iter(self.pick.choices(self._words, self._ranks, k=9 * 22))
        lines = [" ".join(next(words) for _ in range(22)).capitalize() for _ in range(9)]
        return lines[0][:70], "\n\n".join(f"{a}. {b}." for a, b in _pairs(lines[1:]))


def _pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    return zip(lines[::2], lines[1::2], strict=True)


_STORY = """
    INSERT INTO stories (id, canonical_article_id, first_seen_at, updated_at) VALUES (?, ?, ?, ?)
"""
_ARTICLE = """
    INSERT INTO articles (id, story_id, feed_id, title, url, language, author, published_at,
                          first_seen_at, canonical_url, content_hash, text_hash, text)
    VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?)
"""
_SIGHTING = """
    INSERT INTO sightings (feed_id, guid, article_id, link, content_hash, first_seen_at,
                           last_seen_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
"""
_ORIGINAL = "INSERT INTO originals (article_id, size, html) VALUES (?, ?, ?)"
_REMOVAL = """
    INSERT INTO removals (article_id, rule, field, position, text) VALUES (?, ?, 'text', ?, ?)
"""
_FINGERPRINT = "INSERT INTO fingerprints (article_id, part, algorithm, value) VALUES (?, ?, ?, ?)"
_MATCH = """
    INSERT INTO matches (article_id, other_article_id, relation, score, evidence, decided_at)
    VALUES (?, ?, ?, ?, ?, ?)
"""
_SOURCE = """
    INSERT INTO sources (article_id, kind, name, url, position, cited_article_id)
    VALUES (?, ?, '', ?, 3, ?)
"""
_STATEMENTS = (
    _STORY, _ARTICLE, _SIGHTING, _ORIGINAL, _REMOVAL, _FINGERPRINT, _MATCH, _SOURCE,
)  # fmt: skip
