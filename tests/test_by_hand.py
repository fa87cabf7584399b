"""What the daemon tells of polls that a person asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from ingestor import by_hand
from ingestor.errors import UsageError
from ingestor.polled import Report
from tests.newsroom import ALPHA, NOW


@pytest.mark.parametrize(
    "report",
    [
        Report(feed=ALPHA, outcome="fetched", next_poll_at=NOW, entries=3, new=2, updated=1),
        Report(feed=ALPHA, outcome="failed", next_poll_at=NOW, kind="http", reason="status 500"),
        Report(feed=ALPHA, outcome="unchanged", next_poll_at=NOW, warnings=("one", "two")),
    ],
    ids=lambda report: report.outcome,
)
def test_a_report_is_heard_as_it_was_told(report: Report) -> None:
    line = json.dumps(by_hand.told(report))
    assert by_hand.heard(ALPHA, json.loads(line)) == report


@pytest.mark.parametrize("arguments", [{}, {"feed": 7}, {"feed": [ALPHA.url]}])
def test_a_poll_of_no_feed_is_refused(arguments: Mapping[str, object]) -> None:
    with pytest.raises(UsageError, match="feed must be a URL"):
        by_hand.asked(arguments)
