"""Whether the fuller text is kept: feeds that give more or less of a report, and its page.

::

    python -m benchmarks.bench_fulltext

The reports of `html-fundus`, of which the whole body is known, are given as feeds give them: from a
sentence to the whole. For each, the rules say whether the page is read, and which text is kept;
better is the one nearer to the body (F1 of its words, a point apart or more). Then the same with
other thresholds. Exit status 1 if the better text is kept less often than it was.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import product
from unittest.mock import patch

from benchmarks.bench_pages import CORPORA, Case, bodies, ours, token_f1
from ingestor import fulltext, reread
from ingestor.clean import clean
from ingestor.clean.markup import normalise
from ingestor.language import detect
from ingestor.models import Article, Entry

LEAST_BETTER = 0.79
BRIEF = 2500  # characters of a report that is short: of a quarter of them
APART = 0.01  # of F1: what is nearer together is equally good
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")

Cut = Callable[[Sequence[str]], Sequence[str]]
KINDS: dict[str, Cut] = {
    "a sentence": lambda said: said[:1],
    "two sentences": lambda said: said[:2],
    "200 characters…": lambda said: [f"{' '.join(said)[:200]}…"],
    "read more": lambda said: [*said[:2], "Read more…"],
    "a third": lambda said: said[: max(1, len(said) // 3)],
    "a half": lambda said: said[: max(1, len(said) // 2)],
    "three quarters": lambda said: said[: max(1, 3 * len(said) // 4)],
    "the whole": lambda said: said,
    "the whole, briefs": lambda said: said,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What a feed and a page give of one report, and how near that is to its body, 0 to 1."""

    kind: str
    article: Article
    page: str
    feed_score: float
    page_score: float


def pairs(cases: Sequence[Case], pages: Sequence[str]) -> Iterator[Pair]:
    """Every report as each kind of feed gives it."""
    for case, page in zip(cases, pages, strict=True):
        text = normalise(page)
        page_score = token_f1(text, case.truth)
        language = detect(case.truth)
        said = [part for part in _SENTENCE.split(case.truth) if part]
        for kind, cut in KINDS.items():
            if kind.endswith("briefs") and len(case.truth) >= BRIEF:
                continue
            html = "".join(f"<p>{escape(part)}</p>" for part in cut(said))
            entry = Entry(guid=case.url, link=case.url, html=html)
            cleaned = clean(entry)
            yield Pair(
                kind=kind,
                article=Article(
                    entry=entry, canonical_url=case.url, title="", text=cleaned.text,
                    language=language, content_hash="", text_hash="", removals=cleaned.removals,
                ),
                page=page,
                feed_score=token_f1(normalise(cleaned.text), case.truth),
                page_score=page_score,
            )  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What the rules came to: pages read, better texts kept, and the score of what was kept."""

    count: int = 0
    read: int = 0
    better: int = 0
    score: float = 0.0
    best: float = 0.0


def judge(found: Sequence[Pair], full: int, more: float) -> dict[str, Tally]:
    """Apply the rules with some thresholds."""
    tallies = {kind: Tally() for kind in KINDS}
    for kind, tally in tallies.items():
        own = [pair for pair in found if pair.kind == kind]
        lengths = [len(pair.article.text) for pair in own]
        fuller: list[bool] = []  # the latest page first
        with patch.object(fulltext, "FULL", full):
            for pair in own:
                read = fulltext.is_teaser(pair.article, partial(list, lengths), fuller.copy)
                used = read and len(pair.page) >= max(reread.LEAST, more * len(pair.article.text))
                if read:
                    fuller.insert(0, used)
                kept, other = pair.feed_score, pair.page_score
                if used:
                    kept, other = other, kept
                tally.count += 1
                tally.read += read
                tally.better += kept >= other - APART
                tally.score += kept
                tally.best += max(kept, other)
    return tallies


def _total(tallies: dict[str, Tally]) -> Tally:
    total = Tally()
    for tally in tallies.values():
        for name in ("count", "read", "better", "score", "best"):
            setattr(total, name, getattr(total, name) + getattr(tally, name))
    return total


def _row(name: str, tally: Tally) -> None:
    shares = (tally.read, tally.better, tally.score, tally.best)
    cells = "".join(f"{share / max(1, tally.count):>13.1%}" for share in shares)
    print(f"{name:26}{tally.count:>7}{cells}")


def main() -> int:
    """Run the benchmark; give the exit status."""
    if not CORPORA.exists():
        print(f"no corpora at {CORPORA}: nothing measured")
        return 0
    cases = list(bodies())
    with ProcessPoolExecutor(2) as processes:
        pages = list(processes.map(ours, cases, chunksize=8))
    found = list(pairs(cases, pages))
    heading = f"{'texts':>7}{'pages read':>13}{'better kept':>13}{'F1 of kept':>13}{'at best':>13}"
    print(f"{'the feed gives':26}{heading}")
    today = judge(found, fulltext.FULL, reread.MORE)
    for kind, tally in today.items():
        _row(kind, tally)
    _row("all", _total(today))
    print(f"\n{'a report from; longer by':26}{heading}")
    for full, more in product((1000, 1500, 2000, 3000, 4000, 6000), (1.0, 1.2, 1.4)):
        chosen = "*" if (full, more) == (fulltext.FULL, reread.MORE) else ""
        _row(f"{full:>6} {more:>6}{chosen}", _total(judge(found, full, more)))
    total = _total(today)
    if total.better / total.count < LEAST_BETTER:
        print(f"FLOOR MISSED: better kept {total.better / total.count:.4f} < {LEAST_BETTER}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
