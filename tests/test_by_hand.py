"""What the daemon tells of polls that a person asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ingestor import by_hand, control
from ingestor.config import FetchSettings, Settings
from ingestor.errors import UsageError
from ingestor.models import Feed
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


@pytest.mark.parametrize(("spacing", "most"), [(5.0, 1), (0.0, 3)], ids=["spaced", "free"])
async def test_of_a_host_that_wants_spacing_one_feed_is_asked_for_at_a_time(
    tmp_path: Path, spacing: float, most: int
) -> None:
    feeds = {url: Feed(url=url, name=url) for url in (f"https://a.example/{n}" for n in range(3))}
    fetch = FetchSettings(per_host_interval=spacing)
    settings = Settings(database=tmp_path / "news.db", fetch=fetch)
    under_way, together = set[str](), []

    async def answer(request: control.Request) -> Mapping[str, object]:
        url = by_hand.asked(request.arguments)
        under_way.add(url)
        for _ in range(100):  # in which others can ask, too
            await asyncio.sleep(0)
        together.append(len(under_way))
        under_way.remove(url)
        return by_hand.told(Report(feed=feeds[url], outcome="unchanged", next_poll_at=NOW))

    async with control.serve(settings.database, answer):
        reports = await by_hand.poll_all(settings, tuple(feeds.values()), lambda _: None)
    assert [report.feed for report in reports if isinstance(report, Report)] == [*feeds.values()]
    assert max(together) == most
