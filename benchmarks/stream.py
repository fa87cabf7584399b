"""Labelled articles as a stream through the real window, judge and stories."""

from __future__ import annotations

import pickle
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations, count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingestor.dedup import anchors, keys
from ingestor.dedup.judge import judge
from ingestor.dedup.sift import hopeful
from ingestor.dedup.signature import Signature, unpack
from ingestor.dedup.story import Agreement, Web, partition, renumber
from ingestor.dedup.weigh import Thresholds
from ingestor.dedup.window import Window
from ingestor.encoders import reads
from ingestor.encoders.centroids import Centroids
from ingestor.fingerprint import fingerprints
from ingestor.prepare import text_hash

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ingestor.encoders import Encoder
    from ingestor.models import Fingerprint

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One article whose story is known.

    Attributes:
        truth: Equal for articles of one report.
        company: The company it is about, or empty if unknown.
        outlet: Stands for feed and site.
    """

    truth: str
    language: str
    outlet: str
    title: str
    text: str
    company: str = ""


@dataclass(slots=True)
class Remembered:
    """An encoder that keeps its vectors in a file, so that a second run measures at once."""

    inner: Encoder
    path: Path | None = None
    known: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = self.inner.name
        self.dimension = self.inner.dimension
        self.languages = self.inner.languages
        self.centred = self.inner.centred
        if self.path and self.path.exists():
            self.known = pickle.loads(self.path.read_bytes())

    name: str = ""
    dimension: int = 0
    languages: frozenset[str] = frozenset()
    centred: bool = False

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in self.known]
        if new:
            self.known.update(zip(new, self.inner.encode(new), strict=True))
        return np.stack([self.known[sentence] for sentence in sentences])

    def save(self) -> None:
        """Write what was encoded."""
        if self.path:
            self.path.write_bytes(pickle.dumps(self.known, protocol=4))


def signatures(
    articles: Iterable[Labelled], encoder: Encoder | None, centroids: Centroids
) -> Iterator[Signature]:
    """Make the signature of each, as if it had just been polled; ids count from 1."""
    for number, article in enumerate(articles, start=1):
        title, text, language = article.title, article.text, article.language
        made = fingerprints(title, text, language, encoder=encoder, centroids=centroids)
        found = anchors.anchors_of(title, text, language)
        anchored = anchors.to_fingerprint(found), keys.to_fingerprint(found, language)
        yield Signature(
            article_id=number,
            feed=article.outlet,
            site=article.outlet,
            language=language,
            published=START + timedelta(seconds=number),
            title=title,
            text_hash=text_hash(text),
            fingerprints=(*made, *anchored),
        )


class Stories:
    """Which article is in which story: what the ledger does with tables, in memory."""

    def __init__(self, limits: Thresholds) -> None:
        self.story_of: dict[int, int] = {}
        self._limits = limits
        self._window = Window()
        self._by_id: dict[int, Signature] = {}
        self._agreeing: dict[int, dict[int, Agreement]] = {}
        self._members: dict[int, set[int]] = defaultdict(set)
        self._numbers = count(1)

    def add(self, article: Signature) -> None:
        """Take the next article of the stream through every step of the decision."""
        number = article.article_id
        self._by_id[number] = article
        self._agreeing[number] = {}
        near = self._window.search(article)
        self._judge(article, hopeful(article, near, self._fingerprints, self._limits))
        stories = {self.story_of[i] for i in self._agreeing[number]}
        fellows = set().union(*(self._members[story] for story in stories)) - {*near.ids}
        self._judge(article, sorted(fellows))
        self._window.add(article)
        self._move(next(self._numbers), {number})
        self._regroup(number)

    def _fingerprints(self, ids: Iterable[int], part: str) -> dict[int, Fingerprint]:
        parts = {i: self._by_id[i].fingerprints for i in ids}
        return {i: f for i, found in parts.items() for f in found if f.part == part}

    def _judge(self, article: Signature, others: Iterable[int]) -> None:
        for match in judge(article, [self._by_id[i] for i in others], self._limits):
            agreement = Agreement(score=match.score, cites=match.relation == "cites")
            self._agreeing[article.article_id][match.article_id] = agreement
            self._agreeing[match.article_id][article.article_id] = agreement

    def _regroup(self, number: int) -> None:
        connected, found = {number}, [number]
        while found:
            new = self._agreeing[found.pop()].keys() - connected
            connected |= new
            found += new
        # In an order that no shuffling of the stream changes.
        articles = sorted(connected, key=lambda i: (self._by_id[i].feed, self._by_id[i].title, i))
        texts = Counter(self._by_id[i].text_hash for i in articles)
        web = Web(
            story_of={i: self.story_of[i] for i in articles},
            agreements={
                frozenset((i, j)): agreement
                for i in articles
                for j, agreement in self._agreeing[i].items()
            },
            copies={i: texts[text] for i in articles if (text := self._by_id[i].text_hash)},
            languages={i: self._by_id[i].language for i in articles},
            unread={i for i in articles if not _read(self._by_id[i])},
        )
        for kept, group in renumber(partition(web), web.story_of):
            self._move(next(self._numbers) if kept is None else kept, group)

    def _move(self, story: int, articles: Iterable[int]) -> None:
        for article in articles:
            self._members[self.story_of.get(article, story)].discard(article)
            self._members[story].add(article)
            self.story_of[article] = story


def _read(signature: Signature) -> bool:
    evidence = unpack(signature.fingerprints)
    return bool(evidence.encoder) and reads(evidence.encoder, signature.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well stories meet their truth.

    Attributes:
        precision, recall: Of pairs in one story.
        b_cubed: F1 of the B³ measure. Source: Bagga and Baldwin, LREC 1998.
        by_languages: Pairs found and pairs there are, for each two languages.
    """

    precision: float
    recall: float
    recall_same: float
    recall_cross: float
    b_cubed: float
    by_languages: dict[tuple[str, str], tuple[int, int]]


def score(articles: Sequence[Labelled], story_of: Sequence[int]) -> Score:
    """Compare stories with the truth, article by article and pair by pair."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    by_truth: dict[str, list[int]] = defaultdict(list)
    for index, article in enumerate(articles):
        by_truth[article.truth].append(index)
    for indices in by_truth.values():
        for one, other in combinations(indices, 2):
            languages = sorted((articles[one].language, articles[other].language))
            cell = found[languages[0], languages[1]]
            cell[0] += story_of[one] == story_of[other]
            cell[1] += 1
    sizes = Counter(story_of).values()
    right = sum(cell[0] for cell in found.values())
    merged = sum(size * (size - 1) // 2 for size in sizes)
    table = {languages: (cell[0], cell[1]) for languages, cell in sorted(found.items())}
    return Score(
        precision=right / merged if merged else 1.0,
        recall=_rate(table.values()),
        recall_same=_rate(v for (a, b), v in table.items() if a == b),
        recall_cross=_rate(v for (a, b), v in table.items() if a != b),
        b_cubed=_b_cubed([article.truth for article in articles], story_of),
        by_languages=table,
    )


def _rate(cells: Iterable[tuple[int, int]]) -> float:
    found = there = 0
    for part, whole in cells:
        found, there = found + part, there + whole
    return found / there if there else 1.0


def _b_cubed(truth: Sequence[str], story_of: Sequence[int]) -> float:
    both = Counter(zip(truth, story_of, strict=True))
    truths, stories = Counter(truth), Counter(story_of)
    pairs = list(zip(truth, story_of, strict=True))
    precision = sum(both[t, s] / stories[s] for t, s in pairs) / len(pairs)
    recall = sum(both[t, s] / truths[t] for t, s in pairs) / len(pairs)
    return 2 * precision * recall / (precision + recall)
