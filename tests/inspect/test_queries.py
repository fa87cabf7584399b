"""What the pages ask the database: few questions, each answered by an index.

At full size `make bench-inspect` measures the same.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ingestor.inspect.plugin import article, day, feeds, front, search, story
from ingestor.inspect.plugin.site import Ask, Read
from ingestor.store.store import Store
from tests.store.test_plans import LARGE, plans_of

MOST = 30


def ask(path: str = "1", **query: str) -> Ask:
    return Ask(path={"number": path}, query=query)


@pytest.mark.parametrize(
    ("read", "asked"),
    [
        pytest.param(front.read, ask(), id="front page"),
        pytest.param(front.read, ask(after="2026-11-23T12:00:00Z.5"), id="earlier stories"),
        pytest.param(front.read, ask(language="de", outlet="2"), id="filtered"),
        pytest.param(front.read, ask(day="2026-11-23"), id="stories of a day"),
        pytest.param(story.read, ask(), id="story"),
        pytest.param(article.read, ask("5"), id="article"),
        pytest.param(day.read, Ask(path={"day": "2026-11-23"}), id="day"),
        pytest.param(feeds.read, ask(), id="feeds"),
        pytest.param(search.read, ask(q="larnova"), id="search"),
        pytest.param(search.read, ask(q="larnova 耗 -x", language="en"), id="search of all kinds"),
    ],
)
def test_a_page_asks_little_and_scans_no_large_table(calm: Path, read: Read, asked: Ask) -> None:
    with closing(Store.open(calm, readonly=True)) as store:
        with plans_of(store) as steps:
            assert read(store, asked)
        statements = {step.partition("  <- ")[2] for step in steps}
    assert 0 < len(statements) < MOST
    assert [step for step in steps if scans(step)] == []


def scans(step: str) -> bool:
    """Whether a step of a plan reads a large table from end to end, no limit ending it."""
    plan, _, sql = step.partition("  <- ")
    table = plan.removeprefix("SCAN ").split()[0]
    by_index = "USING" in plan and "LIMIT" in sql
    return (
        plan.startswith("SCAN ")
        and "VIRTUAL" not in plan
        and not by_index
        and (table in LARGE or table in {"a", "cited", "other"})
    )
