"""A window of any size, quickly: articles that have fingerprints and hardly anything else.

Fingerprints of articles are hashes of vectors of few dimensions, so that they lie as near to each
other as those of real articles do: one unrelated pair in 10,000 within 177 bits of 512.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingestor.dedup import anchors, keys
from ingestor.dedup.signature import Signature
from ingestor.encoders.centroids import Centroid
from ingestor.fingerprint import WORDS, vector_algorithm
from ingestor.models import Feed, Fingerprint
from ingestor.store.rows import moment
from ingestor.store.store import Store

SEED = 20260101
FEEDS = 200
SENTENCES = 12  # of an article
ALIKE = 4  # of so many articles one tells much the same as the others of its kind
# Bits of 512 between a report and its translation: measured, the median is 100 and 99.9 of 100 lie
# within 161 (docs/dedup.md). The bits of a vector that is turned by an angle spread by themselves.
FAR = 100
SPREAD = 17
DAYS = 13
LANGUAGES = ("en", "de", "fr", "ru", "zh", "es", "vi")  # all but the last are known to the encoder
NAMES = 100_000  # in all the news; how often each is named goes by its rank (Zipf)
ALGORITHM = vector_algorithm("use", Centroid())
_DIMENSIONS = 72
_CHUNK = 20_000
_SETTINGS = ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -262144")
_ARTICLE = (
    "INSERT INTO articles (id, story_id, feed_id, first_seen_at, title, text, url, canonical_url,"
    " language, author, published_at, updated_at, content_hash, text_hash) VALUES"
    " (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, '', ?3, NULL, ?4, ?4)"
)
_STORY = (
    "INSERT INTO stories (id, canonical_article_id, first_seen_at, updated_at)"
    " VALUES (?1, ?1, ?2, ?2)"
)
_FINGERPRINT = "INSERT INTO fingerprints (article_id, part, algorithm, value) VALUES (?, ?, ?, ?)"


@functools.cache
def _planes() -> NDArray[np.float32]:
    return np.random.default_rng(SEED).standard_normal((_DIMENSIONS, 512), dtype=np.float32)


@functools.lru_cache(maxsize=1)
def _vectors(chunk: int) -> NDArray[np.float32]:
    """What a chunk of articles mean."""
    rng = np.random.default_rng([SEED, chunk])
    return rng.standard_normal((_CHUNK, _DIMENSIONS), dtype=np.float32)


def _hashed(vectors: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.packbits(vectors @ _planes() > 0, axis=-1)


def wholes(size: int) -> NDArray[np.uint8]:
    """Fingerprints of so many articles, 64 bytes each."""
    chunks = [_hashed(_vectors(chunk)) for chunk in range(-(-size // _CHUNK))]
    return np.concatenate(chunks)[:size]


def build(path: Path, size: int, now: datetime) -> NDArray[np.uint8]:
    """Write a database whose window holds so many articles, seen in the days before `now`.

    Returns:
        The fingerprints of the articles, in the order of their ids, which begin at 1.
    """
    found = wholes(size)
    with closing(Store.open(path)) as store:
        db = store.db.conn
        for setting in _SETTINGS:
            db.execute(setting)
        feeds = [Feed(url=f"https://outlet{n}.example/rss", name=str(n)) for n in range(FEEDS)]
        with store.transaction():
            store.sync_feeds(feeds, {}, now - timedelta(days=DAYS))
            db.executemany(_STORY, ((i + 1, _seen(i, size, now)) for i in range(size)))
            db.executemany(_ARTICLE, _articles(size, now))
            db.executemany(_FINGERPRINT, _fingerprints(found))
        db.execute("ANALYZE")
    return found


def _seen(number: int, size: int, now: datetime) -> str:
    return moment(now - timedelta(days=DAYS) * (1 - number / size))


def _articles(size: int, now: datetime) -> Iterator[tuple[object, ...]]:
    for i in range(size):
        url = f"https://outlet{i % FEEDS}.example/{i}"
        yield (
            i + 1,
            i % FEEDS + 1,
            _seen(i, size, now),
            f"Report {i}",
            "Nothing.",
            url,
            _language(i),
        )


def _language(number: int) -> str:
    return LANGUAGES[number % len(LANGUAGES)]


def _fingerprints(found: NDArray[np.uint8]) -> Iterator[tuple[object, ...]]:
    """In the order of the table's key, which makes it fast."""
    for i, whole in enumerate(found):
        marks = Marks(i)
        yield i + 1, "anchors", anchors.ALGORITHM, anchors.to_fingerprint(marks.anchors).value
        yield i + 1, "sentences", ALGORITHM, marks.sentences.tobytes()
        yield i + 1, "text", keys.ALGORITHM, keys.to_fingerprint(marks.anchors, _language(i)).value
        yield i + 1, "text", ALGORITHM, whole.tobytes()
        yield i + 1, "text", WORDS, marks.words


def _random(rng: np.random.Generator) -> NDArray[np.uint8]:
    return np.frombuffer(rng.bytes(64 * SENTENCES), dtype=np.uint8).reshape(SENTENCES, 64)


@functools.cache
def _common() -> NDArray[np.uint8]:
    return _random(np.random.default_rng(SEED))


class Marks:
    """What an article has besides the fingerprint of its meaning; the same for the same number."""

    def __init__(self, number: int) -> None:
        rng = np.random.Generator(np.random.SFC64(number))
        self.words = rng.bytes(8)
        self.sentences = _random(rng)
        if number % ALIKE == 0:  # an eighth of the bits is different
            self.sentences = _common() ^ (self.sentences & _random(rng) & _random(rng))
        numbers = [str(n) for n in rng.integers(11, 5000, 6)]
        names = [f"n{int(NAMES**share)}" for share in rng.random(SENTENCES)]
        self.anchors = anchors.Anchors(
            numbers=frozenset(numbers),
            names=frozenset(names),
            countries=frozenset(f"c{int(200**share)}" for share in rng.random(2)),
            told=tuple(frozenset(numbers[n : n + 1]) for n in range(SENTENCES)),
            named=tuple(frozenset([name]) for name in names),
            lengths=tuple(rng.integers(60, 200, SENTENCES).tolist()),
        )


def probes(
    found: NDArray[np.uint8], count: int, now: datetime, language: str
) -> Iterator[tuple[int, Signature]]:
    """Articles to come, each a translation of one of those that are alike, whose id comes first.

    Args:
        found: As `build` gave them.
        count: How many.
        now: When they come.
        language: Theirs.
    """
    rng = np.random.default_rng(SEED + 1)
    for target in sorted(ALIKE * rng.integers(0, -(-len(found) // ALIKE), count)):
        marks = Marks(int(target))
        vector = _vectors(target // _CHUNK)[target % _CHUNK]
        angle = np.pi * max(0.0, rng.normal(FAR, SPREAD)) / 512
        noise = rng.standard_normal(_DIMENSIONS, dtype=np.float32)
        noise -= vector * (noise @ vector) / (vector @ vector)
        noise *= np.linalg.norm(vector) / np.linalg.norm(noise)
        whole = _hashed(np.float32(np.cos(angle)) * vector + np.float32(np.sin(angle)) * noise)
        parts = marks.sentences ^ np.stack([_flips(rng, 140) for _ in range(SENTENCES)])
        values = (
            ("text", WORDS, rng.bytes(8)),
            ("text", ALGORITHM, whole.tobytes()),
            ("sentences", ALGORITHM, parts.tobytes()),
            ("anchors", anchors.ALGORITHM, anchors.to_fingerprint(marks.anchors).value),
            ("text", keys.ALGORITHM, keys.to_fingerprint(marks.anchors, language).value),
        )
        yield (
            int(target) + 1,
            Signature(
                article_id=0,
                feed="https://another.example/rss",
                site="another.example",
                language=language,
                published=now,
                fingerprints=tuple(
                    Fingerprint(part=part, algorithm=algorithm, value=value)
                    for part, algorithm, value in values
                ),
            ),
        )


def _flips(rng: np.random.Generator, bits: int) -> NDArray[np.uint8]:
    return np.packbits(rng.permutation(512) < bits)


def near(found: NDArray[np.uint8], limit: int = 177) -> float:
    """The share of unrelated pairs within so many bits, from a sample."""
    rows = found[:2000].view(np.uint64)
    far = np.bitwise_count(rows[:, None, :] ^ rows[None, :, :]).sum(axis=2, dtype=np.uint16)
    pairs = far[np.triu_indices(len(rows), 1)]
    return float((pairs <= limit).mean())
