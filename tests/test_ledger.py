"""What becomes of a poll's articles: edits, sightings, stories; and that it is all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestor import housekeeping, marks
from ingestor.config import ScheduleSettings
from ingestor.encoders.centroids import LEARN_FROM, Centroid
from ingestor.errors import StoreBusy, StoreFull
from ingestor.models import Feed
from ingestor.prepare import Recipe, mark_again
from tests.newsroom import (
    ALPHA,
    BETA,
    DAY,
    FEEDS,
    GAMMA,
    HOUR,
    NOW,
    Item,
    Newsroom,
    full_disk,
    item,
    newsroom,
    story,
)

ORDERS = [
    pytest.param(order, id="-".join(feed.name for feed in order)) for order in permutations(FEEDS)
]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path) as opened:
        yield opened


# --- edits -------------------------------------------------------------------------------


async def test_an_edit_under_the_same_guid_is_a_revision_and_keeps_the_story(
    room: Newsroom,
) -> None:
    await room.publish(ALPHA, item(1))
    await room.publish(BETA, item(1))
    before = room.rows("SELECT id, story_id FROM articles")
    report = await room.publish(ALPHA, item(1, text=story(99)))
    assert (report.new, report.updated) == (0, 1)
    assert room.rows("SELECT id, story_id FROM articles") == before
    assert room.rows("SELECT text FROM articles WHERE id = 1") == [(story(99),)]
    assert room.rows("SELECT article_id, number, text FROM revisions") == [(1, 1, story(1))]


async def test_an_edited_text_is_what_later_articles_are_compared_with(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1))
    await room.publish(ALPHA, item(1, text=story(99)))
    await room.publish(BETA, item(99), item(1, guid="old"))
    assert room.stories() == [{"alpha.example/1", "beta.example/99"}, {"beta.example/old"}]


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(item(1, published=NOW), id="another date"),
        pytest.param(item(1, link="https://alpha.example/1?utm_source=feed"), id="another link"),
        pytest.param(item(1, text=f"<b>{story(1)}</b>"), id="another markup"),
    ],
)
async def test_what_leaves_the_text_alone_is_no_edit(room: Newsroom, later: Item) -> None:
    await room.publish(ALPHA, item(1, published=NOW - DAY))
    report = await room.publish(ALPHA, later)
    assert (report.outcome, report.new, report.updated) == ("fetched", 0, 0)
    assert (room.count("articles"), room.count("revisions")) == (1, 0)


async def test_every_edit_counts_once(room: Newsroom) -> None:
    for number in (1, 2, 3, 3):
        await room.publish(ALPHA, item(1, text=story(number)))
        await room.publish(ALPHA, item(1, text=story(number)), item(50 + number))
    assert room.rows("SELECT number, text FROM revisions ORDER BY number") == [
        (1, story(1)),
        (2, story(2)),
    ]


# --- one article, several feeds ----------------------------------------------------------


async def test_one_article_in_two_feeds_is_one_row_with_two_sightings(room: Newsroom) -> None:
    shared = item(1, link="https://alpha.example/1")
    assert (await room.publish(ALPHA, shared)).new == 1
    assert (await room.publish(BETA, replace(shared, guid="other"))).new == 0
    assert room.count("articles") == 1
    assert room.rows("SELECT feed_id, guid FROM sightings") == [(1, "1"), (2, "other")]


async def test_the_text_is_that_of_the_feed_which_had_it_first(room: Newsroom) -> None:
    shared = item(1, link="https://alpha.example/1")
    await room.publish(ALPHA, shared)
    await room.publish(BETA, replace(shared, text="A teaser of it."))
    await room.publish(BETA, replace(shared, text="Another teaser of it."))
    assert room.rows("SELECT text FROM articles") == [(story(1),)]
    assert room.count("revisions") == 0


async def test_changing_guids_at_one_link_are_one_article(room: Newsroom) -> None:
    for number in range(3):
        await room.publish(ALPHA, item(1, guid=f"churn {number}", link="https://alpha.example/1"))
    assert (room.count("articles"), room.count("sightings")) == (1, 3)


@pytest.mark.parametrize("link", ["https://alpha.example/", "https://alpha.example/live", ""])
async def test_entries_that_share_a_link_are_articles_of_their_own(
    room: Newsroom, link: str
) -> None:
    await room.publish(ALPHA, item(1, link=link), item(2, link=link))
    await room.publish(ALPHA, item(1, link=link), item(2, link=link), item(3, link=link))
    assert room.count("articles") == 3


# --- absence, retention ------------------------------------------------------------------


async def test_absence_deletes_nothing(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1), item(2))
    await room.publish(ALPHA)
    await room.publish(ALPHA, item(3))
    assert room.count("articles") == 3
    assert room.count("sightings") == 3


async def test_a_forgotten_article_does_not_come_back_while_the_feed_shows_it(
    room: Newsroom,
) -> None:
    await room.publish(ALPHA, item(1))
    room.clock.advance(30 * DAY)
    forgotten = housekeeping.prune(room.ledger, room.clock() - DAY, room.clock())
    assert len(forgotten.article_ids) == 1
    for edited in (item(1), item(1, text=story(99))):
        report = await room.publish(ALPHA, edited, item(2))
        assert "alpha.example/1" not in {url for urls in room.stories() for url in urls}
        assert report.updated == 0
    assert room.count("articles") == 1


async def test_a_configuration_that_cannot_be_stored_plans_no_poll(room: Newsroom) -> None:
    rare = ScheduleSettings(interval=DAY, max_interval=DAY)
    room.ledger.store.db.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(room.settings.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            room.ledger.sync(replace(room.settings, schedule=rare), room.clock())
    await room.publish(ALPHA, item(1))
    assert room.ledger.states()[ALPHA.url].next_poll_at < room.clock() + DAY / 2
    room.ledger.sync(replace(room.settings, schedule=rare), room.clock())
    await room.publish(ALPHA, item(2))
    assert room.ledger.states()[ALPHA.url].next_poll_at > room.clock() + DAY / 2


async def test_a_feed_that_is_no_longer_configured_keeps_its_articles(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1))
    only_beta = replace(room.settings, feeds=(BETA,))
    assert set(room.ledger.sync(only_beta, room.clock()).stopped) == {ALPHA.url, GAMMA.url}
    assert [state.url for state in room.ledger.states().values()] == [BETA.url]
    assert room.count("articles") == 1
    assert room.ledger.sync(room.settings, room.clock()).resumed == (ALPHA.url, GAMMA.url)
    assert (await room.publish(ALPHA, item(1))).outcome == "unchanged"


# --- stories -----------------------------------------------------------------------------


async def test_copies_form_one_story_and_say_why(room: Newsroom) -> None:
    for feed in FEEDS:
        await room.publish(feed, item(1), item(FEEDS.index(feed) + 10))
    assert room.stories()[0] == {"alpha.example/1", "beta.example/1", "gamma.example/1"}
    assert len(room.stories()) == 4
    matches = room.rows("SELECT relation, score, evidence ->> 'reason' FROM matches")
    assert set(matches) == {("copy", 1.0, "same text")}


async def test_a_copy_with_another_word_is_one_story(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1))
    await room.publish(BETA, item(1, text=story(1).replace("The ", "A ", 1)))
    assert len(room.stories()) == 1
    ((relation, distance),) = room.rows(
        "SELECT relation, evidence ->> 'distance_words' FROM matches"
    )
    assert relation == "copy"
    assert 0 < distance <= 4


async def test_a_copy_with_another_number_is_another_report(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1, text=f"{story(1)} It costs 1200 euros."))
    await room.publish(BETA, item(1, text=f"{story(1)} It costs 1300 euros."))
    assert len(room.stories()) == 2


async def test_a_verbatim_copy_within_one_document_is_one_story(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1), item(1, guid="again"))
    assert room.stories() == [{"alpha.example/1", "alpha.example/again"}]
    assert room.count("matches") == 1


@pytest.mark.parametrize("stored", [False, True], ids=["new", "edited"])
async def test_of_one_document_the_later_is_judged_once_though_the_earlier_cites_it(
    room: Newsroom, *, stored: bool
) -> None:
    if stored:
        await room.publish(ALPHA, item(1, text=story(99)))
    await room.publish(ALPHA, item(1, source="https://alpha.example/2"), item(2, text=story(1)))
    assert room.rows("SELECT article_id, other_article_id FROM matches") == [(2, 1)]
    assert room.rows("SELECT article_id, cited_article_id FROM sources") == [(1, 2)]


async def test_what_is_too_short_is_like_nothing(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1, text="More follows."))
    await room.publish(BETA, item(2, text="More follows."))
    assert len(room.stories()) == 2


async def test_what_is_older_than_the_window_is_not_compared(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1))
    room.clock.advance(room.settings.dedup.window + DAY)
    room.ledger.stories.read_window(room.clock())
    await room.publish(BETA, item(1))
    assert len(room.stories()) == 2


async def test_a_cited_report_is_linked_whichever_comes_first(room: Newsroom) -> None:
    citing = item(2, source="https://gamma.example/1")
    await room.publish(ALPHA, citing)
    await room.publish(GAMMA, item(1))
    await room.publish(BETA, replace(citing, guid="3"))
    assert room.rows("SELECT DISTINCT url, cited_article_id FROM sources") == [
        ("https://gamma.example/1", 2)
    ]


@pytest.mark.parametrize("order", ORDERS)
async def test_priority_elects_whatever_the_order(tmp_path: Path, order: tuple[Feed, ...]) -> None:
    feeds = (ALPHA, replace(BETA, priority=5), GAMMA)
    with newsroom(tmp_path, feeds) as room:
        for feed in order:
            await room.publish(feed, item(1, published=NOW - DAY))
        assert room.canonical() == ["beta.example/1"]


async def test_priority_counts_once_a_feed_shows_an_article_that_is_known(tmp_path: Path) -> None:
    with newsroom(tmp_path, (ALPHA, replace(BETA, priority=5), GAMMA)) as room:
        await room.publish(ALPHA, item(1))
        await room.publish(GAMMA, item(1))
        await room.publish(BETA, item(1, link="https://gamma.example/1"))
        assert room.canonical() == ["gamma.example/1"]


@pytest.mark.parametrize("order", ORDERS)
async def test_the_cited_original_stands_before_priority(
    tmp_path: Path, order: tuple[Feed, ...]
) -> None:
    citing = item(1, source="https://gamma.example/1")
    shown = {ALPHA.url: citing, BETA.url: citing, GAMMA.url: item(1)}
    with newsroom(tmp_path, (replace(ALPHA, priority=9), BETA, GAMMA)) as room:
        for feed in order:
            await room.publish(feed, shown[feed.url])
        assert room.canonical() == ["gamma.example/1"]


@settings(max_examples=15)
@given(
    polls=st.lists(
        st.tuples(st.sampled_from(FEEDS), st.lists(st.integers(1, 6), max_size=4, unique=True)),
        max_size=6,
    )
)
async def test_the_same_input_gives_the_same_stories_again(
    tmp_path_factory: pytest.TempPathFactory, polls: list[tuple[Feed, list[int]]]
) -> None:
    outcomes = []
    for _ in range(2):
        with newsroom(tmp_path_factory.mktemp("replay")) as room:
            for feed, numbers in polls:
                await room.publish(feed, *(item(number) for number in numbers))
            outcomes.append((room.stories(), room.canonical(), room.rows("SELECT * FROM matches")))
    assert outcomes[0] == outcomes[1]


@settings(max_examples=15)
@given(order=st.permutations([(feed, number) for feed in FEEDS for number in (1, 2)]))
async def test_the_order_of_arrival_changes_no_story(
    tmp_path_factory: pytest.TempPathFactory, order: list[tuple[Feed, int]]
) -> None:
    with newsroom(tmp_path_factory.mktemp("order")) as room:
        for feed, number in order:
            await room.publish(feed, item(number, published=NOW - DAY))
        assert {frozenset(urls) for urls in room.stories()} == {
            frozenset(f"{name}.example/{number}" for name in ("alpha", "beta", "gamma"))
            for number in (1, 2)
        }


async def test_a_restart_changes_no_judgement(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        await room.publish(ALPHA, item(1))
    with newsroom(tmp_path) as room:
        room.clock.advance(HOUR)
        await room.publish(BETA, item(1))
        assert room.stories() == [{"alpha.example/1", "beta.example/1"}]


async def test_entries_that_share_a_link_are_not_the_article_that_is_stored_at_it(
    room: Newsroom,
) -> None:
    await room.publish(ALPHA, item(1))
    link = "https://alpha.example/1"
    report = await room.publish(BETA, item(2, link=link), item(3, link=link))
    assert report.new == 2
    assert room.count("articles") == 3


# --- all or nothing ----------------------------------------------------------------------


async def test_a_full_disk_stores_nothing_and_afterwards_everything_is_stored(
    room: Newsroom,
) -> None:
    await room.publish(ALPHA, item(1))
    before = list(room.ledger.store.db.conn.iterdump())
    many = [item(number) for number in range(100, 140)]
    with full_disk(room), pytest.raises(StoreFull):
        await room.publish(BETA, *many)
    assert list(room.ledger.store.db.conn.iterdump()) == before
    report = await room.publish(BETA, *many)
    assert report.new == 40
    assert room.ledger.states()[BETA.url].validators.etag


async def test_the_window_forgets_what_was_not_stored(room: Newsroom) -> None:
    many = [item(number) for number in range(100, 140)]
    with full_disk(room), pytest.raises(StoreFull):
        await room.publish(ALPHA, *many)
    await room.publish(BETA, item(100))
    await room.publish(GAMMA, *many)
    assert len(room.stories()) == 40
    assert room.stories()[0] == {"beta.example/100", "gamma.example/100"}
    assert room.rows("PRAGMA foreign_key_check") == []


async def test_a_file_that_lost_what_it_noted_of_used_ids_takes_articles(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1), item(2))
    room.ledger.store.db.conn.execute("DELETE FROM sqlite_sequence")
    await room.publish(ALPHA, item(1), item(2), item(3))
    assert room.rows("SELECT id, story_id FROM articles") == [(1, 1), (2, 2), (3, 3)]


# --- feeds, languages --------------------------------------------------------------------


def test_first_polls_are_spread_over_the_interval(tmp_path: Path) -> None:
    feeds = [Feed(url=f"https://{n}.example/rss", name=str(n)) for n in range(20)]
    with newsroom(tmp_path, feeds) as room:
        interval = room.settings.schedule.interval
        first = [state.next_poll_at - NOW for state in room.ledger.states().values()]
        assert all(0 * interval <= wait < interval for wait in first)
        assert max(first) - min(first) > interval / 2
        assert room.ledger.due(NOW + interval, 7, frozenset({1})) != ()
        due = [state.id for state in room.ledger.due(NOW + interval, 30, frozenset({1, 2}))]
        assert sorted(due) == list(range(3, 21))


async def test_a_language_is_ready_to_learn_once_and_marks_are_replaced(room: Newsroom) -> None:
    await room.publish(ALPHA, *(item(number) for number in range(LEARN_FROM - 1)))
    assert marks.to_learn(room.ledger) == ()
    await room.publish(BETA, item(50), item(51))
    ((language, texts),) = marks.to_learn(room.ledger)
    assert (language, [text.id for text in texts]) == ("en", list(range(1, LEARN_FROM + 1)))
    before = room.rows("SELECT article_id, part, hex(value) FROM fingerprints ORDER BY 1, 2")
    recipe = Recipe(encoder="none", centroids=room.ledger.known_centroids())
    new = mark_again(texts, recipe)
    renewed = tuple(zip(texts, new, strict=True))
    marks.adopt(room.ledger, Centroid(language="en", version=1), renewed, room.clock())
    assert marks.to_learn(room.ledger) == ()
    after = room.rows("SELECT article_id, part, hex(value) FROM fingerprints ORDER BY 1, 2")
    assert after == before
