"""Agreement of two groupings, held against a count of all pairs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.evaluate import Score, score

GROUPINGS = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 3))


def pairs(grouping: Mapping[str, int], common: set[str]) -> set[tuple[str, str]]:
    return {(a, b) for a, b in combinations(sorted(common), 2) if grouping[a] == grouping[b]}


@given(truth=GROUPINGS, grouping=GROUPINGS)
def test_counts_are_those_of_all_pairs(
    truth: Mapping[str, int], grouping: Mapping[str, int]
) -> None:
    common = truth.keys() & grouping.keys()
    true, found = pairs(truth, common), pairs(grouping, common)
    assert score(truth, grouping) == Score(
        articles=len(common), together=len(true), found=len(found), right=len(true & found)
    )


@given(truth=GROUPINGS, grouping=GROUPINGS)
def test_shares_lie_between_0_and_1_and_f1_between_the_other_two(
    truth: Mapping[str, int], grouping: Mapping[str, int]
) -> None:
    found = score(truth, grouping)
    low, high = sorted((found.precision, found.recall))
    assert 0 <= low <= high <= 1
    assert low * 0.999_999 <= found.f1 <= high * 1.000_001 or found.found * found.together == 0


@given(truth=GROUPINGS, grouping=GROUPINGS)
def test_swapping_the_sides_swaps_precision_and_recall(
    truth: Mapping[str, int], grouping: Mapping[str, int]
) -> None:
    one, other = score(truth, grouping), score(grouping, truth)
    assert (one.precision, one.recall, one.f1) == (other.recall, other.precision, other.f1)


@given(truth=GROUPINGS)
def test_names_of_groups_do_not_matter(truth: Mapping[str, int]) -> None:
    renamed = {article: f"group {number}" for article, number in truth.items()}
    found = score(truth, renamed)
    assert (found.precision, found.recall, found.f1) == (1, 1, 1)


@pytest.mark.parametrize(
    ("truth", "grouping", "expected"),
    [
        pytest.param({}, {}, (1, 1, 1), id="nothing"),
        pytest.param({"a": 1, "b": 1}, {"a": 1, "b": 2}, (1, 0, 0), id="nothing found"),
        pytest.param({"a": 1, "b": 2}, {"a": 1, "b": 1}, (0, 1, 0), id="found one too many"),
        pytest.param(
            {"a": 1, "b": 1, "c": 2}, {"a": 1, "b": 1, "c": 1}, (1 / 3, 1, 0.5), id="one of three"
        ),
    ],
)
def test_shares(
    truth: Mapping[str, int], grouping: Mapping[str, int], expected: tuple[float, float, float]
) -> None:
    found = score(truth, grouping)
    assert (found.precision, found.recall, found.f1) == pytest.approx(expected)
