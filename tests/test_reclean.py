"""Stored articles are cleaned again when rules change: in steps, and as if they came today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import pytest

from ingestor import reclean
from ingestor.clean.rulefile import RuleFile
from ingestor.errors import StoreFull
from ingestor.pipeline import Line
from ingestor.prepare import prepare_again
from ingestor.reclean import STEP, keep_up, step
from ingestor.worker import WorkerDied
from tests.newsroom import ALPHA, BETA, DAY, NOW, Newsroom, item, newsroom, story

P = ParamSpec("P")
T = TypeVar("T")

RULE = RuleFile(
    "own.toml",
    """
    [[rule]]
    name = "own"
    where = "closing"
    pattern = 'Glons and mirbli'
    matches = ["Glons and mirbli"]
    keeps = ["Glons"]
    """,
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path) as opened:
        yield opened


def with_rule(room: Newsroom) -> Line:
    return replace(room.line, rules=(RULE,))


async def publish(room: Newsroom, count: int) -> None:
    """Publish reports that end with what no rule of ours knows."""
    many = (
        item(n, text=f"{story(n)}</p><p>Glons and mirbli", published=NOW - DAY)
        for n in range(1, count + 1)
    )
    await room.publish(ALPHA, *many)


def texts(room: Newsroom) -> list[str]:
    return [text for (text,) in room.rows("SELECT text FROM articles ORDER BY id")]


async def test_a_new_rule_cleans_what_is_stored_and_notes_what_it_took(room: Newsroom) -> None:
    await publish(room, 3)
    await room.publish(BETA, item(1))
    before = room.rows("SELECT article_id, part, hex(value) FROM fingerprints WHERE part = 'text'")
    done = await keep_up(with_rule(room), 1000)
    assert (done.done, done.changed, done.left, done.finished) == (4, 3, 0, True)
    assert texts(room) == [story(1), story(2), story(3), story(1)]
    assert set(room.rows("SELECT article_id, rule, text FROM removals")) == {
        (number, "own", "Glons and mirbli") for number in (1, 2, 3)
    }
    assert room.count("revisions") == 0
    after = room.rows("SELECT article_id, part, hex(value) FROM fingerprints WHERE part = 'text'")
    assert before != after
    assert room.rows("SELECT count(*) FROM articles_fts('mirbli')") == [(0,)]


async def test_it_is_what_it_would_be_had_it_come_today(tmp_path: Path) -> None:
    tables = ("articles", "removals", "sources", "fingerprints", "stories", "matches", "cleanings")
    outcomes = []
    for first in (True, False):
        directory = tmp_path / str(first)
        directory.mkdir()
        with newsroom(directory) as room:
            if first:
                room.line = with_rule(room)
            await publish(room, 3)
            await room.publish(BETA, item(1, source="https://alpha.example/2"))
            await keep_up(with_rule(room), 1000)
            columns = {
                table: ", ".join(
                    name
                    for (name,) in room.rows(f"SELECT name FROM pragma_table_info('{table}')")
                    if name not in {"id", "decided_at"}
                )
                for table in tables
            }
            outcomes.append(
                [sorted(room.rows(f"SELECT {columns[table]} FROM {table}")) for table in tables]
            )
    assert outcomes[0] == outcomes[1]


async def test_what_is_up_to_date_is_not_touched(room: Newsroom) -> None:
    await publish(room, 3)
    await keep_up(with_rule(room), 1000)
    room.calls.clear()
    assert (await step(with_rule(room))).done == 0
    assert room.calls == []


async def test_a_step_takes_some_and_the_next_goes_on_where_it_ended(room: Newsroom) -> None:
    await publish(room, STEP + 5)
    line = with_rule(room)
    first = await step(line)
    assert (first.done, first.left, first.finished) == (STEP, 5, False)
    second = await step(line)
    assert (second.done, second.left, second.finished) == (5, 0, True)


async def test_no_more_is_cleaned_than_was_asked_for(room: Newsroom) -> None:
    await publish(room, 3 * STEP)
    assert (await keep_up(with_rule(room), STEP + 1)).done == 2 * STEP


async def test_everything_is_cleaned_if_that_is_asked_for(room: Newsroom) -> None:
    await publish(room, 3)
    reclean.mark_all(room.ledger)
    done = await keep_up(room.line, 1000)
    assert (done.done, done.changed) == (3, 0)


async def test_an_article_that_no_worker_survives_stays_as_it_is(room: Newsroom) -> None:
    await publish(room, 5)
    line = with_rule(room)

    async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        originals: Any = args[0]
        if cast("object", fn) is prepare_again and any(o.article_id == 3 for o in originals):
            raise WorkerDied("timeout", "gave no answer")
        return fn(*args, **kwargs)

    done = await keep_up(replace(line, work=work), 1000)
    assert (done.done, done.changed, done.finished) == (5, 4, True)
    assert [n for n, text in enumerate(texts(room), 1) if text.endswith("mirbli")] == [3]


async def test_an_article_without_its_original_stays_as_it_is(room: Newsroom) -> None:
    await publish(room, 2)
    room.rows("DELETE FROM originals WHERE article_id = 1")
    done = await keep_up(with_rule(room), 1000)
    assert (done.done, done.changed, done.finished) == (2, 1, True)
    assert texts(room) == [f"{story(1)}\n\nGlons and mirbli", story(2)]


async def test_an_edit_that_comes_meanwhile_is_kept(room: Newsroom) -> None:
    await publish(room, 1)
    line = with_rule(room)

    async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        result = fn(*args, **kwargs)
        if cast("object", fn) is prepare_again:
            await room.publish(ALPHA, item(1, text=story(50), published=NOW - DAY))
        return result

    await step(replace(line, work=work))
    assert texts(room) == [story(50)]
    assert room.rows("SELECT text FROM revisions") == [(f"{story(1)}\n\nGlons and mirbli",)]


async def test_a_story_is_judged_anew(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1, text=f"{story(1)}</p><p>Glons and mirbli"))
    await room.publish(BETA, item(1))
    assert room.rows("SELECT evidence ->> 'reason' FROM matches") != [("same text",)]
    await keep_up(with_rule(room), 1000)
    assert room.rows("SELECT evidence ->> 'reason' FROM matches") == [("same text",)]
    assert len(room.stories()) == 1


async def test_what_is_not_stored_is_compared_as_before(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.publish(ALPHA, item(1, text=f"{story(1)}</p><p>{'Glons and mirbli. ' * 9}"))
    (stored,) = room.ledger.store.signatures([1])
    probe = replace(stored, article_id=2)
    assert room.ledger.stories.judged(probe, room.clock())

    def full(*_: object) -> bool:
        raise StoreFull("no room")

    monkeypatch.setattr(room.ledger.stories, "reassess", full)
    long = RuleFile("own.toml", RULE.text.replace("mirbli'", "mirbli.*'"))
    with pytest.raises(StoreFull):
        await step(replace(room.line, rules=(long,)))
    assert room.ledger.store.signatures([1]) == (stored,)
    assert room.ledger.stories.judged(probe, room.clock())


async def test_what_the_feed_published_is_kept_whole(room: Newsroom) -> None:
    await publish(room, 1)
    (original,) = room.ledger.store.originals_of([1])
    assert original.entry.html == f"<p>{story(1)}</p><p>Glons and mirbli</p>"
    assert original.entry.title == "Report 1"
    assert original.entry.language == "en"
