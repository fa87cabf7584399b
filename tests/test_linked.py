"""Which linked pages are read now, of the many that may wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingestor import linked
from ingestor.config import CleanSettings
from ingestor.fulltext import GIVE_UP
from ingestor.store.wanted import PageRecord, Wanted
from tests.newsroom import ALPHA, BETA, NOW, Newsroom, newsroom
from tests.store.support import article, put

MINUTE = timedelta(minutes=1)
CAP = 2
SETTINGS = CleanSettings(fulltext_per_day=CAP)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path, (ALPHA, BETA)) as found:
        yield found


def wants(room: Newsroom, *pages: tuple[int, str]) -> None:
    """Want pages, each of a feed at a host, the first one for the longest."""
    store = room.ledger.store
    with store.transaction():
        for number, (feed_id, host) in enumerate(pages):
            link = f"https://{host}/{number}"
            article_id = put(store, article(str(number), text=f"Report {number}.", url=link))
            since = NOW + number * MINUTE - timedelta(hours=1)
            store.want_pages(feed_id, {article_id: host}, since)


def reads(room: Newsroom, wanted: Wanted, at: datetime = NOW) -> None:
    """Read a page, which gives no more than the feed did."""
    record = PageRecord(started_at=at, seconds=0.1, outcome="kept")
    with room.ledger.store.transaction():
        room.ledger.store.finish_page(wanted, record)


def due(room: Newsroom, most: int, *under_way: Wanted, per_day: int = 9) -> list[str]:
    found = linked.due(
        room.ledger, NOW, replace(SETTINGS, fulltext_per_day=per_day), most, under_way
    )
    return [wanted.entry.link.removeprefix("https://") for wanted in found]


def test_of_each_host_the_page_that_waits_longest_is_due(room: Newsroom) -> None:
    wants(room, (1, "b"), (1, "a"), (2, "b"), (2, "c"))
    assert due(room, 9) == ["b/0", "a/1", "c/3"]


def test_no_more_are_due_than_there_is_room_for(room: Newsroom) -> None:
    wants(room, (1, "b"), (1, "a"), (2, "c"))
    assert due(room, 2) == ["b/0", "a/1"]


def test_a_host_of_which_a_page_is_being_read_waits(room: Newsroom) -> None:
    wants(room, (1, "b"), (1, "a"), (2, "b"))
    (first,) = linked.due(room.ledger, NOW, SETTINGS, 1)
    assert due(room, 9, first) == ["a/1"]


def test_a_feed_at_its_cap_takes_no_room_from_others(room: Newsroom) -> None:
    wants(room, *((1, f"a{n}") for n in range(6)), (2, "b"))
    for wanted in linked.due(room.ledger, NOW, SETTINGS, CAP):
        reads(room, wanted)
    assert due(room, 1, per_day=CAP) == ["b/6"]
    assert room.rows("SELECT DISTINCT next_at > wanted_at FROM page_queue WHERE feed_id = 1") == [
        (1,)
    ]


def test_all_that_a_feed_at_its_cap_wants_for_too_long_is_given_up(room: Newsroom) -> None:
    wants(room, *((1, "a") for _ in range(6)))
    later = NOW + GIVE_UP - linked.DAY / 2
    for _ in range(CAP):
        (wanted,) = linked.due(room.ledger, later, SETTINGS, 9)
        reads(room, wanted, later)
    with room.ledger.store.transaction():
        fresh = put(room.ledger.store, article("new", url="https://a/new"))
        room.ledger.store.want_pages(1, {fresh: "a"}, later)
    assert linked.due(room.ledger, later, SETTINGS, 9) == ()
    assert room.rows("SELECT article_id FROM page_queue") == [(fresh,)]
    assert room.rows("SELECT count(*) FROM page_fetches WHERE kind = 'cap'") == [(4,)]


def test_what_is_being_read_counts_for_the_cap(room: Newsroom) -> None:
    wants(room, *((1, f"a{n}") for n in range(6)), (2, "b"))
    under_way = linked.due(room.ledger, NOW, SETTINGS, CAP)
    assert due(room, 9, *under_way, per_day=CAP) == ["b/6"]


def test_what_a_feed_has_had_is_looked_up_once_and_no_text_of_what_must_wait(
    room: Newsroom,
) -> None:
    wants(room, *((1, f"a{n}") for n in range(20)))
    statements: list[str] = []
    connection = room.ledger.store.db.conn
    connection.set_trace_callback(statements.append)
    assert len(due(room, 9, per_day=5)) == 5
    connection.set_trace_callback(None)
    assert sum("FROM page_fetches" in sql for sql in statements) == 1
    (loaded,) = [sql for sql in statements if "text," in sql]
    assert "[1, 2, 3, 4, 5]" in loaded
