"""The weights of the judge, by logistic regression, and how they do on stories they never saw.

::

    python -m benchmarks.fit_weights [--encoder use] [--cache FILE] [--stories N]

The pairs are the candidates, sifted or not, in the streams of `bench_dedup`: of the translated, the
shortened and the templated reports. Reports of one company, or of a company that nobody
labelled, say nothing and are left out, as is what a rule decides before the weights are asked.
With the encoder `use` also those weights are fitted that judge sentences in their order: on the
translations from and into languages that it does not know, joined sentences among them, with its
vectors and without.
"""

from __future__ import annotations

import argparse
import random
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks import bench_dedup
from benchmarks.stream import Labelled, Remembered, signatures
from ingestor.dedup.measure import in_order, measure
from ingestor.dedup.signature import Signature
from ingestor.dedup.weigh import Thresholds, features, features_in_order
from ingestor.dedup.window import Window
from ingestor.encoders import load
from ingestor.encoders.centroids import Centroids

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ingestor.dedup.measure import Comparison

PENALTY = 1.0  # L2; the constant is free of it
STEPS = 50  # of Newton's method; ten are the rule
SHUFFLE = 7  # seed of the choice of stories


class Pair(NamedTuple):
    """One pair the judge was asked.

    Attributes:
        part: 0 or 1, by story: the half of the stories that it belongs to.
    """

    stream: str
    part: int
    languages: frozenset[str]
    values: tuple[float, ...]
    true: bool


def unread_pairs(
    name: str, made: Sequence[Signature], articles: Sequence[Labelled]
) -> Iterator[Pair]:
    """Yield what the judge would be asked of languages that the encoder does not know."""
    limits = Thresholds()
    window = Window()
    for number, signature in enumerate(made):
        for near in window.search(signature).ids:
            found = measure(signature, made[near - 1], limits.min_sentences)
            one, other = articles[number], articles[near - 1]
            if found.unread:
                lined_up = in_order(found, signature, made[near - 1])
                yield Pair(
                    stream=name,
                    part=zlib.crc32(min(one.truth, other.truth).encode()) % 2,
                    languages=frozenset({one.language, other.language}),
                    values=tuple(features_in_order(lined_up.shared, lined_up.lined_up).values()),
                    true=one.truth == other.truth,
                )
        window.add(signature)


def without_vectors(signature: Signature) -> Signature:
    """What an article would be if the encoder could not tell its sentences apart."""
    return replace(
        signature,
        fingerprints=tuple(
            f._replace(value=b"") if f.algorithm.startswith("simhash512-") else f
            for f in signature.fingerprints
        ),
    )


def pairs(name: str, articles: list[Labelled], encoder: Remembered) -> Iterator[Pair]:
    """Yield what the judge would be asked if all these articles were in the window."""
    limits = Thresholds()
    made = list(signatures(articles, encoder, bench_dedup.learned(articles, encoder)))
    window = Window()
    for number, signature in enumerate(made):
        for near in window.search(signature).ids:
            one, other = articles[number], articles[near - 1]
            found = measure(signature, made[near - 1], limits.min_sentences)
            if found.aligned is not None and asked(one, other, found):
                values = features(found.shared, found.aligned, limits.unknown_names)
                story = min(one.truth, other.truth)
                yield Pair(
                    stream=name,
                    part=zlib.crc32(story.encode()) % 2,
                    languages=frozenset({one.language, other.language}),
                    values=tuple(values.values()),
                    true=one.truth == other.truth,
                )
        window.add(signature)


def asked(one: Labelled, other: Labelled, found: Comparison) -> bool:
    """Tell whether the weights decide a pair, and whether its truth is known."""
    if found.other_company or found.contradicted > found.confirmed:
        return False
    if one.truth.startswith("reuters"):
        different = bool(one.company and other.company) and one.company != other.company
        return different and not bench_dedup.one_takeover(one, other)
    return True


def fit(found: Sequence[Pair]) -> NDArray[np.float64]:
    """Give the weights, the constant first, by Newton's method."""
    values = np.array([pair.values for pair in found])
    true = np.array([pair.true for pair in found], dtype=np.float64)
    weights = np.zeros(values.shape[1])
    penalty = np.diag([0.0] + [PENALTY] * (values.shape[1] - 1))
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-np.clip(values @ weights, -40, 40)))
        slope = values.T @ (likely - true) + penalty @ weights
        curve = (values * (likely * (1 - likely))[:, None]).T @ values + penalty
        step = np.linalg.solve(curve + 1e-9 * np.eye(len(weights)), slope)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def report(name: str, weights: NDArray[np.float64], found: Sequence[Pair], limit: float) -> None:
    """Print precision and recall of some weights on some pairs, at a limit of the odds."""
    if not found:
        return
    odds = np.array([pair.values for pair in found]) @ weights
    true = np.array([pair.true for pair in found])
    yes = odds >= limit
    right, precise = int((yes & true).sum()), int(yes.sum())
    print(
        f"    {name:34} true {int(true.sum()):6} false {int((~true).sum()):7}"
        f"  recall {right / max(1, int(true.sum())):.4f}  wrong {precise - right}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, first on half, then without each language, then on all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="use")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--stories", type=int, help="a random choice of so many stories only")
    parser.add_argument("--templated", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args(arguments)
    inner = load(options.encoder)
    if inner is None:
        parser.error("there are no weights without vectors")
    encoder = Remembered(inner, options.cache)
    articles = chosen(bench_dedup.translated(options.encoder), options.stories)
    streams = {"translated": articles, "shortened": bench_dedup.shortened(articles)}
    if options.templated:
        streams["templated"] = bench_dedup.templated()
    found = [p for name, stream in streams.items() for p in pairs(name, stream, encoder)]
    limits = Thresholds()
    for kind, same in (("rewording", True), ("translation", False)):
        print(kind)
        some = [pair for pair in found if (len(pair.languages) == 1) == same]
        tell(some, list(streams), limits.odds, sorted(set().union(*(p.languages for p in some))))
    if options.encoder == "use":
        tell_of_unread(options.stories, encoder)
    encoder.save()
    return 0


def tell_of_unread(stories: int | None, encoder: Remembered) -> None:
    """Fit the weights of sentences in their order, with vectors and without."""
    known, every = bench_dedup.LANGUAGES["use"], bench_dedup.LANGUAGES["e5"]
    articles = chosen(bench_dedup.translated("e5"), stories)
    streams = {
        "translated": articles,
        "shortened": bench_dedup.shortened(articles),
        "joined": bench_dedup.joined(articles),
    }
    made = {
        name: list(signatures(stream, encoder, Centroids(encoder=encoder.name)))
        for name, stream in streams.items()
    }
    for kind, blind in (("in order", False), ("in order, without vectors", True)):
        print(kind)
        found = [
            pair
            for name, stream in streams.items()
            for pair in unread_pairs(
                name,
                [
                    without_vectors(s) if blind and s.language not in known else s
                    for s in made[name]
                ],
                stream,
            )
        ]
        tell(found, list(streams), Thresholds().in_order_odds, sorted(every - known))


def chosen(articles: list[Labelled], stories: int | None) -> list[Labelled]:
    """Keep the articles of some stories."""
    order = sorted({article.truth for article in articles})
    random.Random(SHUFFLE).shuffle(order)
    kept = set(order[:stories])
    return [article for article in articles if article.truth in kept]


def tell(found: list[Pair], streams: list[str], limit: float, languages: list[str]) -> None:
    """Print the weights of all, and what those of a part do on the rest."""
    print("  all         ", *(f"{weight:7.2f}" for weight in fit(found)))
    seen, unseen = ([pair for pair in found if pair.part == part] for part in (0, 1))
    weights = fit(seen)
    print("  half        ", *(f"{weight:7.2f}" for weight in weights))
    for stream in streams:
        rest = [pair for pair in unseen if pair.stream == stream]
        report(f"unseen stories, {stream}", weights, rest, limit)
    for language in languages:
        without = [pair for pair in found if language not in pair.languages]
        if any(pair.true for pair in without):
            rest = [pair for pair in found if language in pair.languages]
            report(f"unseen language {language}", fit(without), rest, limit)


if __name__ == "__main__":
    sys.exit(main())
