"""A script learns in one line whether the whole is well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ingestor.health import judge
from ingestor.store.overview import Counts, Status
from tests.newsroom import NOW

LATE = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


def status(feeds: int = 4, **changes: Any) -> Status:
    counts = Counts(feeds=feeds, articles=9, stories=5, matches=4, revisions=0)
    given: dict[str, Any] = {"next_poll_at": NOW, "health": {"ok": feeds}}
    return Status(counts=counts, **given | changes)


@pytest.mark.parametrize(
    ("found", "well", "words"),
    [
        pytest.param(status(), True, "4 feeds, 0 failing", id="all is well"),
        pytest.param(status(feeds=0), False, "no feed is known", id="nothing there"),
        pytest.param(status(next_poll_at=NOW - LATE), True, "", id="just in time"),
        pytest.param(
            status(next_poll_at=NOW - LATE - MINUTE, feeds_due=3),
            False,
            "polling stands still: 3 of 4 feeds due, one for 16 min",
            id="late",
        ),
        pytest.param(
            status(health={"ok": 2, "failing": 1, "broken": 1}), True, "2 failing", id="half"
        ),
        pytest.param(
            status(health={"ok": 1, "broken": 3}), False, "3 of 4 feeds failing", id="most"
        ),
        pytest.param(status(next_poll_at=None, health={"gone": 4}), True, "", id="all are muted"),
    ],
)
def test_the_whole_is_judged(found: Status, well: bool, words: str) -> None:
    verdict = judge(found, NOW, LATE)
    assert (verdict.well, words in verdict.reason) == (well, True)
