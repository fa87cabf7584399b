"""How well a grouping agrees with the true one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
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


def score(truth: Mapping[str, Hashable], grouping: Mapping[str, Hashable]) -> Score:
    """Compare a grouping (article → group) with the true one, pair by pair.

    Counts pairs by group sizes, so it is linear in the number of articles.
    """
    common = truth.keys() & grouping.keys()
    return Score(
        articles=len(common),
        together=_pairs(Counter(truth[key] for key in common)),
        found=_pairs(Counter(grouping[key] for key in common)),
        right=_pairs(Counter((truth[key], grouping[key]) for key in common)),
    )


def _pairs(sizes: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())
