"""How far two articles agree, where an encoder knows their language and where it does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.dedup.align import (
    ALIKE,
    agreement,
    alike,
    at_most,
    best_agreement,
    beyond_chance,
    similarities,
)

SHARES = st.floats(-1, 1)


def random_sentences(count: int, seed: int = 1) -> "np.typing.NDArray[np.uint64]":
    return np.random.default_rng(seed).integers(0, 2**64, (count, 8), dtype=np.uint64)


def test_unrelated_sentences_are_not_alike_and_equal_ones_are() -> None:
    assert abs(alike(random_sentences(20))) < 0.1
    assert alike(np.repeat(random_sentences(1), 5, axis=0)) == pytest.approx(1)


@given(value=SHARES, own=st.floats(-1, ALIKE))
def test_where_sentences_are_as_little_alike_as_usual_nothing_changes(
    value: float, own: float
) -> None:
    assert beyond_chance(value, own) == value


@given(value=SHARES, own=st.floats(ALIKE, 0.99))
def test_what_any_two_articles_of_a_language_share_counts_as_usual(
    value: float, own: float
) -> None:
    assert beyond_chance(own, own) == pytest.approx(ALIKE)
    assert beyond_chance(1.0, own) == pytest.approx(1)
    assert beyond_chance(value, own) <= value + 1e-9


def test_the_beginning_of_the_longer_article_may_agree_better_than_the_whole() -> None:
    cosines = np.full((3, 9), 0.1)
    cosines[:3, :3] = np.where(np.eye(3), 0.9, 0.1)
    assert agreement(cosines) < 0.5
    assert best_agreement(cosines, 0.2) == pytest.approx(agreement(cosines[:, :4], 0.2))
    assert best_agreement(cosines[:, :3]) == pytest.approx(0.9)


@given(
    seed=st.integers(0, 2**32),
    sizes=st.lists(st.integers(1, 12), min_size=2, max_size=6),
    spare=st.sampled_from([0.0, 0.2]),
)
def test_no_agreement_is_more_than_its_bound(seed: int, sizes: list[int], spare: float) -> None:
    own, *others = (random_sentences(size, seed + n) for n, size in enumerate(sizes))
    for other in others[::2]:  # nearer than chance
        other[: len(own)] = own[: len(other)] & other[: len(own)]
    bounds = at_most(own, others, spare)
    found = [best_agreement(similarities(own, other), spare) for other in others]
    assert (found <= bounds + 1e-9).all()
    assert at_most(own, [own], spare) == pytest.approx(best_agreement(similarities(own, own)))
