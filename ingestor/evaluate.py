"""How well a grouping agrees with the true one; every count is linear in the number of articles."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Agreement over pairs of articles, counted over the articles in both groupings.

    Attributes:
        together: Pairs that truly belong together.
        found: Pairs that were put together.
        right: Pairs that are both.
    """

    articles: int
    together: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """The share of found pairs that are right; 1 if none was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of true pairs that were found; 1 if there are none."""
        return self.right / self.together if self.together else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / (self.found + self.together) if self.found + self.together else 1.0

    @property
    def adjusted_rand(self) -> float:
        """The Rand index adjusted for chance: 1 for equal groupings, about 0 for random ones.

        Source: Hubert and Arabie, "Comparing partitions", Journal of Classification 2, 1985.
        """
        if self.found == self.together == self.right:
            return 1.0  # also where chance leaves no room, as with one article
        chance = self.together * self.found / (self.articles * (self.articles - 1) // 2)
        return (self.right - chance) / ((self.together + self.found) / 2 - chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class BCubed:
    """Agreement as an article sees it: the mean over all articles, so no large story outweighs.

    Source: Bagga and Baldwin, "Entity-based cross-document coreferencing", ACL 1998.

    Attributes:
        precision: The mean share of an article's found group that truly belongs with it.
        recall: The mean share of its true group that was found with it.
    """

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two articles of one group, and how sure it is that they belong together, 0..1."""

    one: int
    other: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The agreement that is left if only links of at least this score count."""

    threshold: float
    score: Score


def score(truth: Mapping[str, Hashable], grouping: Mapping[str, Hashable]) -> Score:
    """Compare a grouping (article → group) with the true one, pair by pair."""
    common = truth.keys() & grouping.keys()
    return Score(
        articles=len(common),
        together=_pairs(Counter(truth[key] for key in common)),
        found=_pairs(Counter(grouping[key] for key in common)),
        right=_pairs(Counter((truth[key], grouping[key]) for key in common)),
    )


def b_cubed(truth: Mapping[str, Hashable], grouping: Mapping[str, Hashable]) -> BCubed:
    """Compare a grouping with the true one, article by article; 1 where there are none."""
    common = truth.keys() & grouping.keys()
    if not common:
        return BCubed(precision=1.0, recall=1.0)
    true = Counter(truth[key] for key in common)
    found = Counter(grouping[key] for key in common)
    both = Counter((truth[key], grouping[key]) for key in common)
    # The n articles of a cell have the same share, n / |group|, each.
    return BCubed(
        precision=math.fsum(n * n / found[group] for (_, group), n in both.items()) / len(common),
        recall=math.fsum(n * n / true[label] for (label, _), n in both.items()) / len(common),
    )


def sweep(
    truth: Mapping[str, Hashable],
    articles: Mapping[str, int],
    links: Iterable[Link],
    thresholds: Iterable[float],
) -> tuple[Step, ...]:
    """Compare with the truth what is left of the groups at each threshold.

    Args:
        truth: The label of each article, by its key.
        articles: The number of each article, by the same key.
        links: What holds the groups together; none leads from one group to another.
        thresholds: Smallest scores of a link, 0..1.
    """
    ordered = sorted(links, key=lambda link: -link.score)
    return tuple(
        Step(threshold=limit, score=score(truth, _connected(articles, ordered, limit)))
        for limit in thresholds
    )


def _connected(
    articles: Mapping[str, int], links: Sequence[Link], threshold: float
) -> Mapping[str, int]:
    """Group articles that links of a sufficient score connect; the best links come first."""
    parents: dict[int, int] = {}

    def root(number: int) -> int:
        while (above := parents.get(number, number)) != number:
            parents[number] = parents.get(above, above)  # halves the way for the next time
            number = above
        return number

    for link in links:
        if link.score < threshold:
            break
        parents[root(link.one)] = root(link.other)
    return {key: root(number) for key, number in articles.items()}


def _pairs(sizes: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())
