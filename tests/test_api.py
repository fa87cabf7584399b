"""Other programs read along: what is documented runs, and a change is told once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ingestor import rulings
from ingestor.api import News, StoreError
from ingestor.encoders.centroids import Centroids
from ingestor.parse import parse
from ingestor.prepare import Recipe, prepare
from ingestor.store import upkeep
from tests.newsroom import ALPHA, BETA, DAY, Newsroom, body, item, newsroom

DOCUMENT = (Path(__file__).parents[1] / "docs/api.md").read_text(encoding="utf-8")
NONE = Centroids(encoder="none", items=())
EXAMPLES = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    with newsroom(tmp_path) as opened:
        await opened.publish(ALPHA, item(1), item(2))
        await opened.publish(BETA, item(1))
        yield opened


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
async def test_a_documented_example_runs(
    room: Newsroom, example: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(room.settings.database.parent)
    exec(compile(example, "docs/api.md", "exec"), {})


async def test_every_method_is_documented() -> None:
    methods = [name for name in vars(News) if not name.startswith("_")]
    assert [name for name in methods if f"`{name}(" not in DOCUMENT] == []


async def test_a_story_that_comes_or_changes_is_told_once(room: Newsroom) -> None:
    with News(room.settings.database) as news:
        assert news.changed() == ()
        await room.publish(ALPHA, item(1), item(2), item(3))
        (new,) = news.changed()
        await room.publish(BETA, item(1, title="Corrected"))
        (edited,) = news.changed()
        rulings.pin(room.ledger, 3, room.clock())
        (ruled,) = news.changed()
        await room.publish(ALPHA, item(1), item(2), item(3))
        assert news.changed() == ()

    assert (new.title, edited.articles, ruled.id) == ("Report 3", 2, edited.id)


async def test_a_ruling_that_is_revoked_is_a_change(room: Newsroom) -> None:
    rulings.join(room.ledger, 1, 2, room.clock())
    with News(room.settings.database) as news:
        rulings.undo(room.ledger, 1, room.clock())
        assert {row.title for row in news.changed()} == {"Report 1", "Report 2"}
        assert news.changed() == ()


async def test_a_ruling_in_the_place_of_a_revoked_one_is_a_change_and_so_is_that(
    room: Newsroom,
) -> None:
    await room.publish(ALPHA, item(1), item(2), item(3))
    rulings.pin(room.ledger, 1, room.clock())
    with News(room.settings.database) as news:
        rulings.undo(room.ledger, 1, room.clock())
        rulings.pin(room.ledger, 4, room.clock())
        assert {row.title for row in news.changed()} == {"Report 1", "Report 3"}


async def test_the_text_of_a_page_is_a_change_and_a_page_without_one_is_none(
    room: Newsroom,
) -> None:
    ledger, now = room.ledger, room.clock()
    fuller = body(ALPHA, item(1), item(1, title="Report 1 and more"))
    entries = parse(ALPHA.url, fuller, now=now).entries
    same, more = prepare(entries, Recipe(encoder="none", centroids=NONE))
    with News(room.settings.database) as news:
        with ledger.changing():
            ledger.retell(1, same, page=False, now=now)
        assert news.changed() == ()
        with ledger.changing():
            ledger.retell(1, more, page=True, now=now)
        assert {row.title for row in news.changed()} == {"Report 1 and more"}


async def test_a_story_that_a_judgement_parts_is_a_change(room: Newsroom) -> None:
    rulings.join(room.ledger, 1, 2, room.clock())
    with News(room.settings.database) as news:
        with room.ledger.store.transaction():
            own = room.ledger.store.new_story(2, room.clock())
        assert {row.id for row in news.changed()} == {1, own}


async def test_a_story_that_another_one_joins_is_a_change(room: Newsroom) -> None:
    with News(room.settings.database) as news:
        with room.ledger.changing():
            room.ledger.stories.unite(1, [2], room.clock())
        (row,) = news.changed()
    assert (row.id, row.articles) == (1, 3)


async def test_no_change_has_the_number_of_one_that_was_forgotten(room: Newsroom) -> None:
    with News(room.settings.database) as news:
        with room.ledger.store.transaction():
            upkeep.prune(room.ledger.store, room.clock() + DAY, room.clock() + 2 * DAY)
        assert news.changed() == ()
        await room.publish(ALPHA, item(7))
        assert {row.title for row in news.changed()} == {"Report 7"}


async def test_what_is_there_can_be_read(room: Newsroom) -> None:
    with News(str(room.settings.database)) as news:
        assert {row.articles for row in news.stories()} == {1, 2}
        assert news.languages() == ("en",)
        assert {feed.name for feed in news.feeds()} == {"Alpha", "Beta", "Gamma"}
        assert (news.story(99), news.article(99)) == (None, None)


def test_a_missing_database_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database yet"):
        News(tmp_path / "news.db")
