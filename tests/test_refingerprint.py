"""What is outdated is fingerprinted again: all of it, once, the latest first, whatever fails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest

from ingestor import housekeeping, rulings
from ingestor.encoders.centroids import Centroid
from ingestor.errors import EncoderError
from ingestor.pipeline import Line
from ingestor.prepare import encode, mark_again
from ingestor.refingerprint import SPAN, Progress, reassess, refingerprint
from tests.newsroom import ALPHA, BETA, GAMMA, HOUR, Newsroom, item, newsroom, story

P = ParamSpec("P")
T = TypeVar("T")

MEANT = "SELECT article_id FROM fingerprints WHERE part = 'sentences' AND length(value) > 0"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path) as opened:
        yield opened


async def last(steps: AsyncIterator[Progress]) -> Progress:
    *_, end = [step async for step in steps]
    return end


def meant(room: Newsroom) -> list[int]:
    """The articles with fingerprints of their meaning."""
    return [article_id for (article_id,) in room.rows(f"{MEANT} ORDER BY 1")]


def long(number: int) -> str:
    """A text of so many sentences that a portion holds twenty of its kind."""
    return " ".join(story(number * 100 + part) for part in range(8))


async def test_another_encoder_makes_every_article_outdated_once(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1), item(2), item(3, text="Too short."), item(4, text=""))
    room.switch("use")
    assert await last(refingerprint(room.line)) == Progress(
        stage="fingerprints", total=4, done=4, changed=4
    )
    assert meant(room) == [1, 2, 3, 4]
    room.calls.clear()
    assert (await last(refingerprint(room.line))).changed == 0
    assert room.calls == ["name_of"]


async def test_what_is_made_anew_is_what_a_poll_would_make(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1))
    room.switch("use")
    await last(refingerprint(room.line))
    await room.publish(BETA, item(1, title="Report 1 "))
    made = room.rows("SELECT article_id, part, algorithm, value FROM fingerprints")
    assert len({row[1:] for row in made}) == 5


async def test_news_is_compared_by_the_new_fingerprints_at_once(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1))
    room.switch("use")
    await last(refingerprint(room.line))
    words = story(1).replace("The ", "A ").replace(" near ", " close to ").replace(" and ", " or ")
    await room.publish(BETA, item(2, text=words))
    assert room.rows("SELECT relation FROM matches") == [("rewording",)]


async def test_words_are_not_compared_with_what_an_older_algorithm_made_of_them(
    room: Newsroom,
) -> None:
    await room.publish(ALPHA, item(1))
    room.ledger.store.db.conn.execute(
        "UPDATE fingerprints SET algorithm = 'simhash64-words-1' WHERE algorithm LIKE 'simhash64-%'"
    )
    room.ledger.stories.read_window(room.clock())
    await room.publish(BETA, item(1, text=f"{story(1)} Glons."))
    assert room.rows("SELECT * FROM matches") == []
    await last(refingerprint(room.line))
    await room.publish(GAMMA, item(1, text=f"{story(1)} Mirbli."))
    assert len(room.rows("SELECT * FROM matches")) == 2


async def test_the_latest_come_first_and_a_killed_run_goes_on_where_it_stopped(
    room: Newsroom,
) -> None:
    await room.publish(ALPHA, *(item(number, text=long(number)) for number in range(22)))
    room.switch("use")
    async for step in refingerprint(room.line):
        assert step == Progress(stage="fingerprints", total=22, done=20, changed=20)
        break
    assert meant(room) == list(range(3, 23))
    end = await last(refingerprint(room.line))
    assert (end.done, end.changed) == (22, 2)
    assert meant(room) == list(range(1, 23))


async def test_articles_far_apart_by_their_ids_are_all_found(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1), item(2))
    room.rows("UPDATE sqlite_sequence SET seq = 5000 WHERE name = 'articles'")
    await room.publish(ALPHA, item(3))
    assert room.rows("SELECT max(id) - min(id) FROM articles")[0][0] > SPAN
    room.switch("use")
    assert (await last(refingerprint(room.line))).changed == 3


async def test_what_is_edited_or_forgotten_meanwhile_is_left_alone(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1), item(2), item(3))
    room.switch("use")
    before = room.rows("SELECT value FROM fingerprints WHERE article_id = 1")

    async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if fn is mark_again:
            room.rows("UPDATE articles SET text = 'Edited.' WHERE id = 1")
            with room.ledger.store.transaction():
                room.rows("DELETE FROM articles WHERE id = 2")
                room.rows("DELETE FROM stories WHERE articles = 0")
        return fn(*args, **kwargs)

    end = await last(refingerprint(replace(room.line, work=work)))
    assert (end.total, end.done, end.changed) == (3, 3, 1)
    assert room.rows("SELECT value FROM fingerprints WHERE article_id = 1") == before
    assert meant(room) == [3]


def failing(line: Line, title: str) -> Line:
    """An encoder that fails on articles of this title."""

    async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        texts: Any = args[0]
        if fn in {mark_again, encode} and any(title in text.title for text in texts):
            raise EncoderError("a vector without direction")
        return await line.work(fn, *args, **kwargs)

    return replace(line, work=work)


async def test_an_article_that_the_encoder_fails_on_keeps_no_other_back(room: Newsroom) -> None:
    await room.publish(ALPHA, *(item(number) for number in range(9)))
    room.switch("use")
    end = await last(refingerprint(failing(room.line, "Report 4")))
    assert (end.done, end.changed, end.failed) == (9, 8, 1)
    assert end.reason == "article 5: a vector without direction"
    assert 5 not in meant(room)
    assert (await last(refingerprint(room.line))).changed == 1


async def test_an_encoder_that_fails_on_everything_ends_the_run(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1), item(2))
    room.switch("use")
    with pytest.raises(EncoderError, match="article 2: a vector without direction"):
        await last(refingerprint(failing(room.line, "Report")))
    assert meant(room) == []


async def test_without_an_encoder_what_an_encoder_made_stays(room: Newsroom) -> None:
    room.switch("use")
    await room.publish(ALPHA, item(1))
    room.switch("none")
    assert (await last(refingerprint(room.line))).changed == 0
    assert meant(room) == [1]


async def test_a_new_version_of_a_centroid_makes_its_language_outdated(room: Newsroom) -> None:
    room.switch("use")
    await room.publish(ALPHA, item(1), item(2, text="Das Haus steht am Fluss und ist alt."))
    with room.ledger.store.transaction():
        centroid = Centroid(language="en", version=1, vector=bytes(4 * 512))
        room.ledger.store.add_centroid("use", centroid, room.clock())
    assert room.rows("SELECT language FROM articles ORDER BY id") == [("en",), ("de",)]
    assert (await last(refingerprint(room.line))).changed == 1
    algorithms = "SELECT algorithm FROM fingerprints WHERE part = 'sentences' ORDER BY article_id"
    assert room.rows(algorithms) == [("simhash512-use-4/en-1",), ("simhash512-use-4/0",)]


# --- judging anew ------------------------------------------------------------------------


def reworded(number: int) -> str:
    """The same report in other words, too far for a comparison of words."""
    return story(number).replace("The ", "A ").replace(" near ", " by ").replace(" and ", " or ")


async def fill(room: Newsroom) -> None:
    """Two copies of one report, two copies of its rewording, and another report."""
    await room.publish(ALPHA, item(1), item(5))
    await room.publish(BETA, item(1, guid="b"))
    await room.publish(GAMMA, item(2, text=reworded(1)))
    assert room.stories() == [
        {"alpha.example/1", "beta.example/b"},
        {"alpha.example/5"},
        {"gamma.example/2"},
    ]


async def test_stories_are_judged_anew_only_where_asked(room: Newsroom) -> None:
    await fill(room)
    before = room.stories()
    room.switch("use")
    await last(refingerprint(room.line))
    assert room.stories() == before
    end = await last(reassess(room.line))
    assert end == Progress(stage="stories", total=4, done=4, changed=1)
    assert room.stories() == [
        {"alpha.example/1", "beta.example/b", "gamma.example/2"},
        {"alpha.example/5"},
    ]
    assert (await last(reassess(room.line))).changed == 0


async def test_what_only_outdated_evidence_held_together_parts(room: Newsroom) -> None:
    await fill(room)
    with room.ledger.store.transaction():
        room.rows(
            "INSERT INTO matches (article_id, other_article_id, relation, score, evidence,"
            " decided_at) VALUES (4, 2, 'rewording', 0.9, '{}', '2026-01-01T00:00:00Z')"
        )
        room.ledger.stories.regroup([2, 4], room.clock())
    assert len(room.stories()) == 2
    await last(reassess(room.line))
    assert len(room.stories()) == 3


async def test_rulings_outlast_new_fingerprints_and_judgements(room: Newsroom) -> None:
    await fill(room)
    rulings.split(room.ledger, 4, 1, room.clock())
    rulings.join(room.ledger, 2, 4, room.clock())
    rulings.pin(room.ledger, 3, room.clock())
    before, canonical, ruled = room.stories(), room.canonical(), room.ledger.store.rulings()
    assert {"alpha.example/5", "gamma.example/2"} in before
    assert "beta.example/b" in canonical
    room.switch("use")
    await last(refingerprint(room.line))
    await last(reassess(room.line))
    assert (room.stories(), room.canonical()) == (before, canonical)
    assert room.ledger.store.rulings() == ruled


async def test_only_the_window_is_judged_anew(room: Newsroom) -> None:
    await fill(room)
    room.clock.advance(room.settings.dedup.window + HOUR)
    housekeeping.tidy(room.ledger, room.clock())
    room.switch("use")
    assert (await last(refingerprint(room.line))).changed == 4
    assert [step async for step in reassess(room.line)] == []
