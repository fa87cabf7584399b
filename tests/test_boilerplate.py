"""What sites repeat is learned, taken out of what is stored, and can be overruled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestor import boilerplate, housekeeping, orders
from ingestor.clean.evidence import NEEDED, NEEDED_PROSE
from ingestor.errors import StoreFull, UsageError
from ingestor.models import Feed
from ingestor.reclean import keep_up, step
from ingestor.store.boilerplate import boilerplate_rows
from tests.newsroom import (
    ALPHA,
    BETA,
    DAY,
    HOUR,
    NOW,
    Item,
    Newsroom,
    full_disk,
    item,
    newsroom,
    story,
)

FOOTER = "Daily Harbour Newsletter"
LONG_FOOTER = (
    "All rights are reserved by alpha.example and its partners, and what you read here may be"
    " printed, broadcast or sent on by nobody who has not asked for it in writing, be it in whole"
    " or in part, at home or abroad, for money or for nothing at all, now or at any later time,"
    " whatever the reason may be that is given for it, and whoever gives it"
)
THINGS = (
    "harbour bridge", "old theatre", "village school", "glacier tour", "night market",
    "railway strike", "county budget", "choir festival", "river flood", "museum heist",
    "tunnel opening", "airport noise", "forest fire", "farm prices", "library hours",
)  # fmt: skip


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path) as opened:
        yield opened


def report(number: int, footer: str = FOOTER) -> Item:
    """A report about something of its own, under which a site prints a footer."""
    title = f"{THINGS[number]} {number}: {THINGS[-number]}"
    text = f"{story(number)}</p><p>{footer}"
    return item(number, title=title, text=text, published=NOW - DAY)


def reports(count: int, footer: str = FOOTER) -> list[Item]:
    return [report(number, footer) for number in range(1, count + 1)]


async def settled(room: Newsroom) -> None:
    """Let the housekeeping job do all there is to do."""
    done = await keep_up(room.line, 10_000)
    assert done.finished


def texts(room: Newsroom) -> list[str]:
    return [text for (text,) in room.rows("SELECT text FROM articles ORDER BY url")]


# --- learning ----------------------------------------------------------------------------


async def test_what_stands_under_enough_different_articles_is_taken_out_of_all_of_them(
    room: Newsroom,
) -> None:
    await room.publish(ALPHA, *reports(NEEDED))
    await settled(room)
    assert sorted(texts(room)) == sorted(story(number) for number in range(1, NEEDED + 1))
    assert room.rows("SELECT DISTINCT rule, text FROM removals") == [("learned", FOOTER)]
    assert room.count("removals") == NEEDED
    (row,) = boilerplate_rows(room.ledger.store)
    assert (row.site, row.state, row.articles, row.sample) == (
        "alpha.example",
        "learned",
        NEEDED,
        FOOTER,
    )


async def test_what_comes_later_is_cleaned_at_once(room: Newsroom) -> None:
    await room.publish(ALPHA, *reports(NEEDED))
    await settled(room)
    await room.publish(ALPHA, report(12))
    assert room.rows("SELECT text FROM articles WHERE url LIKE '%/12'") == [(story(12),)]
    await settled(room)
    assert boilerplate_rows(room.ledger.store)[0].articles == NEEDED + 1


async def test_one_article_less_is_not_enough(room: Newsroom) -> None:
    await room.publish(ALPHA, *reports(NEEDED - 1))
    await settled(room)
    assert all(text.endswith(FOOTER) for text in texts(room))
    assert [row.state for row in boilerplate_rows(room.ledger.store)] == ["seen"]


async def test_each_site_is_learned_by_itself(room: Newsroom) -> None:
    await room.publish(ALPHA, *reports(NEEDED - 1))
    await room.publish(BETA, *reports(NEEDED - 1))
    await settled(room)
    assert all(text.endswith(FOOTER) for text in texts(room))


async def test_editions_of_one_series_are_no_evidence(room: Newsroom) -> None:
    days = [
        replace(report(number), title=f"Water levels of the River Aue, {number} March")
        for number in range(1, NEEDED + 3)
    ]
    await room.publish(ALPHA, *days)
    await settled(room)
    assert all(text.endswith(FOOTER) for text in texts(room))


async def test_copies_of_one_report_are_no_evidence(room: Newsroom) -> None:
    again = [replace(report(1), guid=f"copy {n}", title=report(n).title) for n in range(1, 10)]
    await room.publish(ALPHA, *again)
    await settled(room)
    assert all(text.endswith(FOOTER) for text in texts(room))


async def test_a_text_that_is_nothing_else_is_kept(room: Newsroom) -> None:
    bare = [replace(report(number), text=FOOTER) for number in range(1, NEEDED + 3)]
    await room.publish(ALPHA, *bare)
    await settled(room)
    assert set(texts(room)) == {FOOTER}


async def test_a_sentence_of_reports_is_kept_though_many_end_with_it(room: Newsroom) -> None:
    sentence = "The investigation goes on."
    plain = [replace(report(n), guid=f"plain {n}", text=story(n + 50)) for n in range(1, 15)]
    ends = [report(number, sentence) for number in range(1, 7)]
    await room.publish(ALPHA, *plain, *ends)
    await settled(room)
    assert sum(text.endswith(sentence) for text in texts(room)) == len(ends)


async def test_a_sentence_under_every_article_is_the_sites(room: Newsroom) -> None:
    sentence = "Write to the editors with what you know."
    await room.publish(ALPHA, *reports(NEEDED_PROSE, sentence))
    await settled(room)
    assert not any(text.endswith(sentence) for text in texts(room))


async def test_a_counter_and_a_stamp_are_known_whatever_they_count(room: Newsroom) -> None:
    lines = [
        replace(item, text=f"{item.text}</p><p>Mirbli 2026-03-{n + 1:02} 14:{n:02}</p><p>{n} glons")
        for n, item in enumerate(reports(NEEDED), 10)
    ]
    await room.publish(ALPHA, *lines)
    await settled(room)
    assert sorted(texts(room)) == sorted(story(number) for number in range(1, NEEDED + 1))


# --- the order of polls ------------------------------------------------------------------

CAST = [
    *((ALPHA, report(number)) for number in range(1, 8)),
    *((ALPHA, report(number, "The investigation goes on.")) for number in range(8, 14)),
    *((BETA, report(number, "An outlet of Beta Media")) for number in range(1, 6)),
    (BETA, report(6, "AN OUTLET OF BETA MEDIA!")),
    (BETA, report(7, "12 glons")),
]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What comes of the order in which they are written down, without a job in between."""

    async def first(room: Newsroom) -> Outcome:
        for feed, one in CAST:
            await room.publish(feed, one)
        await settled(room)
        return outcome(room)

    with newsroom(tmp_path_factory.mktemp("first")) as room:
        return asyncio.run(first(room))


@settings(max_examples=12, deadline=None)
@given(order=st.permutations(CAST), jobs=st.sets(st.integers(0, len(CAST)), max_size=4))
async def test_the_order_of_polls_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    expected: Outcome,
    order: list[tuple[Feed, Item]],
    jobs: set[int],
) -> None:
    with newsroom(tmp_path_factory.mktemp("order")) as room:
        for turn, (feed, one) in enumerate(order):
            if turn in jobs:
                await keep_up(room.line, 10_000)
            await room.publish(feed, one)
        await settled(room)
        assert outcome(room) == expected


def test_the_cast_has_what_is_learned_and_what_is_not(expected: Outcome) -> None:
    assert {row[2] for row in expected[2]} == {"seen", "learned"}


Outcome = list[list[tuple[object, ...]]]


def outcome(room: Newsroom) -> Outcome:
    """All that the order of polls must not change."""
    return [
        room.rows("SELECT url, title, text, language, text_hash FROM articles ORDER BY url"),
        room.rows(
            "SELECT url, rule, field, position, removals.text FROM removals"
            " JOIN articles ON articles.id = article_id ORDER BY url, position, rule"
        ),
        room.rows(
            "SELECT site, block, state, articles, apart, first_seen_at, last_seen_at"
            " FROM boilerplate ORDER BY site, block"
        ),
        sorted(tuple(sorted(urls)) for urls in room.stories()),
    ]


# --- stories -----------------------------------------------------------------------------


async def test_articles_that_were_one_story_for_what_the_site_repeats_are_parted(
    room: Newsroom,
) -> None:
    short = [
        replace(report(n), text=f"The {THINGS[n]} is over.</p><p>{LONG_FOOTER}</p><p>{FOOTER}")
        for n in range(1, NEEDED + 1)
    ]
    await room.publish(ALPHA, *short)
    assert len(room.stories()) < NEEDED
    await settled(room)
    assert len(room.stories()) == NEEDED
    assert room.count("matches") == 0
    assert room.rows("PRAGMA foreign_key_check") == []


# --- people ------------------------------------------------------------------------------


async def test_off_puts_back_and_on_takes_out(room: Newsroom) -> None:
    await room.publish(ALPHA, *reports(NEEDED))
    await settled(room)
    was = switch(room, 1, "off")
    assert (was["taken_out"], was["articles"]) == (False, NEEDED)
    await settled(room)
    assert all(text.endswith(FOOTER) for text in texts(room))
    assert room.count("removals") == 0
    await room.publish(ALPHA, report(9))
    await settled(room)
    assert all(text.endswith(FOOTER) for text in texts(room)), "off outlasts what comes"
    assert switch(room, 1, "on")["taken_out"]
    await settled(room)
    assert not any(text.endswith(FOOTER) for text in texts(room))
    assert switch(room, 1, "auto")["articles"] == 0


async def test_on_needs_no_evidence(room: Newsroom) -> None:
    await room.publish(ALPHA, *reports(3))
    await settled(room)
    switch(room, 1, "on")
    await settled(room)
    assert sorted(texts(room)) == sorted(story(number) for number in range(1, 4))


def switch(room: Newsroom, number: int, word: str) -> dict[str, object]:
    arguments = {"number": number, "switch": word}
    return dict(orders.carry_out(room.ledger, "boilerplate", arguments, room.clock()))


@pytest.mark.parametrize("arguments", [{"number": 9, "switch": "on"}, {"number": 1, "switch": "x"}])
def test_what_cannot_be_switched_is_said(room: Newsroom, arguments: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        orders.carry_out(room.ledger, "boilerplate", arguments, NOW)


# --- editing, forgetting -----------------------------------------------------------------


async def test_cleaning_again_is_no_edit_and_an_edit_is_one(room: Newsroom) -> None:
    await room.publish(ALPHA, *reports(NEEDED))
    await settled(room)
    assert room.count("revisions") == 0
    same = replace(report(1), text=f"<b>{report(1).text}</b>")
    await room.publish(ALPHA, same)
    assert room.count("revisions") == 0
    await room.publish(ALPHA, replace(report(1), text=f"{story(77)}</p><p>{FOOTER}"))
    assert room.rows("SELECT article_id, text FROM revisions") == [(1, story(1))]
    assert room.rows("SELECT text FROM articles WHERE id = 1") == [(story(77),)]


async def test_an_edit_of_the_markup_before_the_job_has_run_is_no_edit_either(
    room: Newsroom,
) -> None:
    await room.publish(ALPHA, *reports(NEEDED))
    boilerplate.look(room.ledger, NOW)
    await room.publish(ALPHA, replace(report(1), text=f"<b>{report(1).text}</b>"))
    assert room.count("revisions") == 0
    assert room.rows("SELECT text FROM articles WHERE id = 1") == [(story(1),)]


async def test_what_is_learned_outlasts_the_articles_it_was_learned_from(room: Newsroom) -> None:
    await room.publish(ALPHA, *reports(NEEDED))
    await settled(room)
    room.clock.advance(30 * DAY)
    forgotten = housekeeping.prune(room.ledger, room.clock() - HOUR, room.clock())
    assert len(forgotten.article_ids) == NEEDED
    assert room.count("block_sightings") == 0
    await room.publish(ALPHA, report(9))
    await settled(room)
    assert texts(room) == [story(9)]
    assert [row.state for row in boilerplate_rows(room.ledger.store)] == ["learned"]


async def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        await room.publish(ALPHA, *reports(NEEDED))
        await settled(room)
    with newsroom(tmp_path) as room:
        await room.publish(ALPHA, report(9))
        assert room.rows("SELECT text FROM articles WHERE url LIKE '%/9'") == [(story(9),)]


async def test_a_full_disk_stores_no_half_of_a_step(room: Newsroom) -> None:
    await room.publish(ALPHA, *(report(number, LONG_FOOTER) for number in range(1, 15)))
    boilerplate.look(room.ledger, NOW)
    before = list(room.ledger.store.db.conn.iterdump())
    with full_disk(room), pytest.raises(StoreFull):
        await step(room.line)
    assert list(room.ledger.store.db.conn.iterdump()) == before
    await settled(room)
