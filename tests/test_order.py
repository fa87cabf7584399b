"""The order in which articles arrive changes no story: the sample newsroom in many orders."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import pytest

from ingestor import sample
from ingestor.config import Settings, load
from ingestor.evaluate import score
from ingestor.ledger import Ledger
from ingestor.models import Feed, Fetched, Validators
from ingestor.pipeline import Line, poll
from ingestor.polled import Polled, Report
from ingestor.prepare import prepare
from ingestor.store import queries
from tests.newsroom import NOW

P = ParamSpec("P")
T = TypeVar("T")
Known = dict[tuple[str, object], Any]


@pytest.fixture(scope="module")
def known() -> Known:
    """Articles that were prepared in an earlier order: encoding is most of the work."""
    return {}


def line(ledger: Ledger, settings: Settings, known: Known) -> Line:
    """The real line in this thread; each entry is prepared once for all orders."""

    async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if cast("object", fn) is not prepare:
            return fn(*args, **kwargs)
        entries, recipe = cast("tuple[Any, Any]", args)
        for entry in entries:
            if (recipe.base_url, entry) not in known:
                (known[recipe.base_url, entry],) = prepare([entry], recipe)
        return cast("T", tuple(known[recipe.base_url, entry] for entry in entries))

    async def write(
        function: Callable[Concatenate[Ledger, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return function(ledger, *args, **kwargs)

    async def fetch(feed: Feed, _: Validators) -> Fetched:
        body = Path(feed.url.removeprefix("file://")).read_bytes()
        return Fetched(url=feed.url.rpartition("/")[2], body=body)

    async def record(polled: Polled, now: datetime, /) -> Report:
        (told,) = ledger.record([(polled, now)])
        return told

    return Line(
        fetch=fetch, work=work, write=write, record=record, clock=lambda: NOW, settings=settings
    )


async def polled(line: Line, feeds: Sequence[Feed]) -> None:
    states = await line.write(Ledger.states)
    for feed in feeds:
        await poll(line, feed, states[feed.url])


@pytest.mark.parametrize("seed", range(12))
async def test_the_sample_newsroom_has_its_stories_in_any_order(
    tmp_path: Path, seed: int, known: Known
) -> None:
    settings = load(sample.place(tmp_path))
    order = random.Random(seed)
    with closing(Ledger.open(settings, NOW)) as ledger:
        ledger.sync(settings, NOW)
        on = line(ledger, replace(settings), known)
        await polled(on, order.sample(settings.feeds, len(settings.feeds)))
        sample.publish_later(tmp_path)
        await polled(on, order.sample(settings.feeds, len(settings.feeds)))
        found = score(sample.truth(), queries.grouping(ledger.store))
    assert (found.right, found.found) == (found.together, found.together)
