"""How well stories are found, with floors: the real window, judge and stories on labelled news.

::

    python -m benchmarks.bench_dedup [--encoder use] [--cache FILE] [--scenario NAME …]

In the scenario ``written`` 16 invented reports stand in 49 languages, most of which the encoder
`use` does not know, and each two articles are judged by themselves, too. In ``unknown`` three of
nine languages are such that it does not know; in ``joined`` articles in these join one sentence in
four with the one before it besides.
Reads ``translated/wmt21.jsonl.gz`` and ``templated/reuters-dev.jsonl.gz`` below the folder named by
INGESTOR_CORPORA, by default ``../shared/corpora``. Exit status 1 if a figure falls below its floor.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from benchmarks import lexical
from benchmarks.contenders import Unavailable
from benchmarks.stream import Labelled, Remembered, Score, Stories, score, signatures
from ingestor import fingerprint
from ingestor.dedup.judge import compare
from ingestor.dedup.signature import Signature
from ingestor.dedup.weigh import Thresholds
from ingestor.encoders import load
from ingestor.encoders.centroids import LEARN_FROM, Centroids, learn
from ingestor.language import detect

SEED = 20260101
PER_LANGUAGE = 3
LANGUAGES = {
    "use": frozenset({"en", "de", "fr", "ru", "ja", "zh"}),
    "e5": frozenset({"en", "de", "fr", "ru", "ja", "zh", "cs", "is", "ha"}),
}
OUTLETS = 5
REPORTS = Path(__file__).with_name("reports")
FLOORS = {
    "written": {
        "precision": 1.0, "cross": 0.99, "b_cubed": 0.99,
        "alone": 0.975, "worst_language": 0.8, "wrong": 0,
    },
    "translated": {"precision": 0.998, "same": 0.99, "cross": 0.99, "b_cubed": 0.99},
    "unknown": {"precision": 0.998, "same": 0.98, "cross": 0.95, "b_cubed": 0.98},
    "joined": {"precision": 0.998, "same": 0.97, "cross": 0.92, "b_cubed": 0.97},
    "shortened": {"precision": 0.998, "same": 0.95, "cross": 0.95, "b_cubed": 0.98},
    "templated": {"reissues": 0.99, "other_companies": 0},
    "mixed": {
        "precision": 0.998, "same": 0.99, "cross": 0.99, "b_cubed": 0.99,
        "reissues": 0.99, "other_companies": 0,
    },
}  # fmt: skip
CEILINGS = frozenset({"other_companies", "wrong"})
# Takeovers: a report has the first symbol in it as its label, so the two sides of one bid have
# different labels. A person read the merged reports; nothing but what was read stands here.
TAKEOVERS = frozenset(map(frozenset, (("BKO", "HT"), ("RPCH", "DRS"), ("BP", "SRD"))))


def corpora() -> Path:
    """Give the folder of the corpora."""
    default = Path(__file__).resolve().parents[2] / "shared/corpora"
    return Path(os.environ.get("INGESTOR_CORPORA", default))


def written() -> list[Labelled]:
    """Read the invented reports, each as an outlet of every language tells it."""
    return [
        Labelled(
            truth=report["story"],
            language=detect(f"{report['title']}\n{report['text']}", claim=path.stem),
            outlet=f"{path.stem}.example",
            title=report["title"],
            text=report["text"],
        )
        for path in sorted(REPORTS.glob("*.jsonl"))
        for report in map(json.loads, path.read_text().splitlines())
    ]


def translated(encoder: str) -> list[Labelled]:
    """Read versions of news reports, at most three of a story and language."""
    kept: dict[tuple[str, str], list[Labelled]] = defaultdict(list)
    with gzip.open(corpora() / "translated/wmt21.jsonl.gz", "rt") as lines:
        for row in map(json.loads, lines):
            if row["lang"] in LANGUAGES.get(encoder, LANGUAGES["use"]):
                title, *rest = row["sentences"]
                article = Labelled(
                    truth=row["story"],
                    language=row["lang"],
                    outlet=f"{row['by']}.{row['lang']}.example",
                    title=title,
                    text="\n".join(rest),
                )
                kept[row["story"], row["lang"]].append(article)
    rng = random.Random(SEED)
    return [
        article
        for _, versions in sorted(kept.items())
        for article in rng.sample(versions, min(PER_LANGUAGE, len(versions)))
    ]


def shortened(articles: Sequence[Labelled]) -> list[Labelled]:
    """Cut every second article to its first third; add residue and another report's teaser."""
    rng = random.Random(SEED)
    made = []
    for article in articles:
        lines = article.text.split("\n")
        if len(lines) >= 9 and rng.random() < 0.5:
            lines = lines[: len(lines) // 3]
            other = rng.choice(
                [a for a in rng.sample(articles, 50) if a.language == article.language] or articles
            )
            lines += [other.title, "[ad_2]"]
        made.append(replace(article, text="\n".join(lines)))
    return made


def joined(articles: Sequence[Labelled]) -> list[Labelled]:
    """Have those in languages that `use` does not know join one sentence in four with the last."""
    rng = random.Random(SEED)
    made = []
    for article in articles:
        first, *others = article.text.split("\n")
        lines = [first]
        for line in others:
            if article.language not in LANGUAGES["use"] and rng.random() < 0.25:
                lines[-1] = f"{lines[-1].rstrip('.')}, {line}"
            else:
                lines.append(line)
        made.append(replace(article, text="\n".join(lines)))
    return made


def templated() -> list[Labelled]:
    """Read wire reports, each at one of five outlets, one in ten verbatim at a second one too."""
    rng = random.Random(SEED)
    made = []
    with gzip.open(corpora() / "templated/reuters-dev.jsonl.gz", "rt") as lines:
        for row in map(json.loads, lines):
            outlets = rng.sample(range(OUTLETS), 2 if rng.random() < 0.1 else 1)
            made += [
                Labelled(
                    truth=f"reuters:{row['id']}",
                    language="en",
                    outlet=f"outlet-{outlet}.example",
                    title=row["title"],
                    text=row["body"],
                    company=row["ticker"] or "",
                )
                for outlet in outlets
                if len(row["body"]) > 100
            ]
    return made


def learned(articles: Iterable[Labelled], encoder: Remembered) -> Centroids:
    """Learn the centroid of each language from the first articles of the stream."""
    first: dict[str, list[str]] = defaultdict(list)
    for article in articles:
        if len(first[article.language]) < LEARN_FROM:
            first[article.language].append(article.text)
    found = (learn(texts, language, encoder) for language, texts in sorted(first.items()))
    return Centroids(encoder=encoder.name, items=tuple(c for c in found if c))


def run(
    articles: list[Labelled], encoder: Remembered, limits: Thresholds, orders: int
) -> list[int]:
    """Send articles through the decision, in random orders; give the story of each."""
    random.Random(SEED).shuffle(articles)
    made = list(signatures(articles, encoder, learned(articles, encoder)))
    found = [
        grouped(random.Random(SEED + i).sample(made, len(made)), limits) for i in range(orders)
    ]
    first, *others = found
    print(f"  {len(made)} articles, {len(set(first.values()))} stories")
    for other in others:
        one, two = together(first), together(other)
        print(f"  in another order {len(one ^ two)} of {len(one | two)} pairs differ")
    return [first[signature.article_id] for signature in made]


def grouped(made: Sequence[Signature], limits: Thresholds) -> dict[int, int]:
    """Send signatures through the decision; give the story of each."""
    stories = Stories(limits)
    started = time.process_time()
    for signature in made:
        stories.add(signature)
    print(f"  {(time.process_time() - started) / len(made) * 1000:.2f} ms of one core a decision")
    return stories.story_of


def together(story_of: dict[int, int]) -> set[tuple[int, int]]:
    """List the pairs of articles that share a story."""
    members: dict[int, list[int]] = defaultdict(list)
    for article in sorted(story_of):
        members[story_of[article]].append(article)
    return {pair for group in members.values() for pair in combinations(group, 2)}


def report(found: Score, *, table: bool = False) -> dict[str, float]:
    """Print a score and give its figures."""
    if table:
        for (one, other), (part, whole) in found.by_languages.items():
            print(f"    {one}-{other}  {part:6} of {whole:6}  {part / whole:.4f}")
    figures = {
        "precision": found.precision,
        "recall": found.recall,
        "same": found.recall_same,
        "cross": found.recall_cross,
        "b_cubed": found.b_cubed,
    }
    print("  " + "  ".join(f"{name} {value:.4f}" for name, value in figures.items()))
    return figures


def alone(
    articles: Sequence[Labelled], encoder: Remembered, limits: Thresholds
) -> dict[str, float]:
    """Judge each two articles in two languages as if there were no others, and print the worst."""
    made = list(signatures(articles, encoder, learned(articles, encoder)))
    found: dict[str, list[bool]] = defaultdict(list)
    wrong = 0
    for (one, left), (other, right) in combinations(zip(articles, made, strict=True), 2):
        together = compare(left, right, limits).relation is not None
        if one.truth == other.truth:
            for article in (one, other):
                found[article.outlet.partition(".")[0]].append(together)
        elif together:
            wrong += 1
            print(f"    wrong: {one.outlet} {one.truth}, {other.outlet} {other.truth}")
    rates = {language: sum(pairs) / len(pairs) for language, pairs in found.items()}
    worst = sorted(rates, key=lambda language: rates[language])
    print("    alone, the worst:", *(f"{code} {rates[code]:.3f}" for code in worst[:12]))
    figures = {
        "alone": sum(map(sum, found.values())) / sum(map(len, found.values())),
        "worst_language": rates[worst[0]],
        "wrong": float(wrong),
    }
    print("  " + "  ".join(f"{name} {value:.4g}" for name, value in figures.items()))
    return figures


def companies(articles: Sequence[Labelled], story_of: Sequence[int]) -> dict[str, float]:
    """Count what the judge did to templated reports, and print the false merges."""
    members: dict[int, list[Labelled]] = defaultdict(list)
    for article, story in zip(articles, story_of, strict=True):
        members[story].append(article)
    different = [
        (one, other)
        for group in members.values()
        for one, other in combinations(group, 2)
        if one.company and other.company and one.company != other.company
    ]
    wrong = [pair for pair in different if not one_takeover(*pair)]
    for one, other in different:
        kind = "wrong" if (one, other) in wrong else "one takeover"
        print(f"    merged, {kind}: {one.title!r} and {other.title!r}")
    truths = Counter(a.truth for a in articles if a.truth.startswith("reuters"))
    together = {
        one.truth
        for group in members.values()
        for one, other in combinations(group, 2)
        if one.truth == other.truth and one.truth in truths
    }
    twice = sum(count == 2 for count in truths.values())
    figures = {
        "reissues": len(together) / twice,
        "other_companies": float(len(wrong)),
        "takeovers": float(len(different) - len(wrong)),
        "largest": float(max(map(len, members.values()))),
    }
    print("  " + "  ".join(f"{name} {value:.4g}" for name, value in figures.items()))
    return figures


def one_takeover(one: Labelled, other: Labelled) -> bool:
    """Tell whether two reports are of one takeover in `TAKEOVERS`, and each names both sides."""
    if {one.company, other.company} not in TAKEOVERS:
        return False
    symbols = f"<{one.company}>", f"<{other.company}>"
    return all(s in f"{report.title} {report.text}" for report in (one, other) for s in symbols)


def beside_libraries(articles: Sequence[Labelled], story_of: Sequence[int]) -> None:
    """Print what libraries for near duplicates find among the same articles."""
    try:
        there, rows = lexical.measured(articles)
    except Unavailable as reason:
        print(f"  no libraries beside it: {reason}")
        return
    members: dict[int, list[Labelled]] = defaultdict(list)
    for article, story in zip(articles, story_of, strict=True):
        members[story].append(article)
    pairs = [pair for group in members.values() for pair in combinations(group, 2)]
    right = [(one, other) for one, other in pairs if one.truth == other.truth]
    different = sum(
        bool(one.company and other.company)
        and one.company != other.company
        and not one_takeover(one, other)
        for one, other in pairs
    )
    found = Counter("-".join(sorted((one.language, other.language))) for one, other in right)
    false = len(pairs) - len(right) - different
    lexical.table(there, rows, lexical.Found("ingestor", "", found, different, false))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="use")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--orders", type=int, default=3, help="shuffles of each stream")
    parser.add_argument("--sentences", type=int, help="encode no more of an article")
    parser.add_argument("--odds", type=float, default=Thresholds().odds)
    parser.add_argument("--libraries", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--scenario", nargs="*", default=list(FLOORS), choices=list(FLOORS))
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the scenarios; give 1 if a figure is below its floor."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.sentences:
        setattr(fingerprint, "MAX_SENTENCES", options.sentences)  # noqa: B010 - no part of its face
    inner = load(options.encoder)
    if inner is None:
        parser.error("these scenarios need vectors")
    encoder = Remembered(inner, options.cache)
    limits = replace(Thresholds(), odds=options.odds)
    scenarios: dict[str, Callable[[], list[Labelled]]] = {
        "written": written,
        "translated": lambda: translated(options.encoder),
        "unknown": lambda: translated("e5"),
        "joined": lambda: joined(translated("e5")),
        "shortened": lambda: shortened(translated(options.encoder)),
        "templated": templated,
        "mixed": lambda: translated(options.encoder) + templated(),
    }
    failed = False
    for name in options.scenario:
        print(name)
        articles = scenarios[name]()
        story_of = run(articles, encoder, limits, options.orders)
        encoder.save()
        if name == "mixed" and options.libraries:
            beside_libraries(articles, story_of)
        figures = companies(articles, story_of) if name in {"templated", "mixed"} else {}
        if name == "written":
            figures = alone(articles, encoder, limits)
        kept = [
            (article, story)
            for article, story in zip(articles, story_of, strict=True)
            if not article.truth.startswith("reuters")
        ]
        if kept:
            found = score([article for article, _ in kept], [story for _, story in kept])
            figures |= report(found, table=name == "translated")
        failed |= below(name, figures)
    return int(failed)


def below(name: str, figures: dict[str, float]) -> bool:
    """Print each figure that misses its floor (for false merges: its ceiling)."""
    missed = False
    for key, floor in FLOORS[name].items():
        value = figures[key]
        bad = value > floor if key in CEILINGS else value < floor
        if bad:
            print(f"  FLOOR MISSED: {key} {value:.4f}, floor {floor}")
        missed |= bad
    return missed


if __name__ == "__main__":
    sys.exit(main())
