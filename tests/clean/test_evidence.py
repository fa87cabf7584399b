"""Which articles are evidence that a block is the site's, and when there is enough of it."""

from __future__ import annotations

import pytest

from ingestor.clean.evidence import NEEDED, NEEDED_PROSE, Witness, different, is_boilerplate


def witness(title: str, *blocks: int) -> Witness:
    return Witness(title=title, blocks=frozenset({1, *blocks}))


@pytest.mark.parametrize(
    ("witnesses", "count"),
    [
        pytest.param(
            [witness("A bridge opens", 2), witness("Flood warning", 3)], 2, id="different"
        ),
        pytest.param(
            [witness("Quake kills three in Oslo", 2), witness("Quake in Oslo kills five", 3)],
            1,
            id="half of the words of the title",
        ),
        pytest.param(
            [witness("Markets, Monday", 2), witness("Markets, Monday, March", 3)], 1, id="editions"
        ),
        pytest.param([witness("A bridge opens", 2), witness("Flood warning", 2)], 1, id="a copy"),
        pytest.param([witness("A bridge opens", 2), witness("", 3)], 1, id="without a title"),
        pytest.param([witness("東京で地震", 2), witness("大阪の選挙結果", 3)], 2, id="Japanese"),
        pytest.param(
            [witness("東京で地震", 2), witness("東京で地震速報", 3)], 1, id="the same there"
        ),
    ],
)
def test_articles_about_different_things_count(witnesses: list[Witness], count: int) -> None:
    assert different(witnesses, 1, NEEDED) == count
    assert different(witnesses[::-1], 1, NEEDED) == count


def test_counting_ends_when_it_is_enough() -> None:
    many = [witness(f"{chr(97 + n) * 5} {chr(98 + n) * 7}", n + 2) for n in range(20)]
    assert different(many, 1, 4) == 4


@pytest.mark.parametrize(
    ("block", "articles", "apart", "of_all", "expected"),
    [
        pytest.param(5, NEEDED, NEEDED, 1000, True, id="enough"),
        pytest.param(5, 50, NEEDED - 1, 50, False, id="too much alike"),
        pytest.param(-5, NEEDED_PROSE, NEEDED, NEEDED_PROSE, True, id="a sentence under all"),
        pytest.param(-5, NEEDED_PROSE - 1, NEEDED, NEEDED_PROSE, False, id="under too few"),
        pytest.param(-5, 50, NEEDED, 1000, False, id="a sentence under one in twenty"),
    ],
)
def test_when_it_is_boilerplate(
    block: int, articles: int, apart: int, of_all: int, expected: bool
) -> None:
    assert is_boilerplate(block, articles, apart, of_all) is expected
