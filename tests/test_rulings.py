"""A person's word on stories holds, whatever articles come later."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingestor import rulings
from ingestor.errors import UsageError
from ingestor.ledger import Ledger
from ingestor.models import Feed
from ingestor.rulings import Ruled
from ingestor.store import export
from ingestor.store.values import Ruling
from tests.newsroom import ALPHA, BETA, DAY, GAMMA, NOW, Newsroom, item, newsroom

DELTA = Feed(url="https://delta.example/rss", name="Delta", language="en")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """One report in three outlets, articles 1 to 3, and another report, article 4."""
    with newsroom(tmp_path, (ALPHA, BETA, GAMMA, DELTA)) as opened:
        yield opened


async def fill(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1, guid="a"))
    await room.publish(BETA, item(1, guid="b"))
    await room.publish(GAMMA, item(1, guid="c"))
    await room.publish(DELTA, item(2, guid="d"))
    assert stories(room) == [{1, 2, 3}, {4}]


def stories(room: Newsroom) -> list[set[int]]:
    """The articles of every story, ordered."""
    found: dict[int, set[int]] = {}
    for story_id, article_id in room.rows("SELECT story_id, id FROM articles ORDER BY id"):
        found.setdefault(story_id, set()).add(article_id)
    return sorted(found.values(), key=min)


async def another_copy(room: Newsroom, guid: str = "e") -> None:
    await room.publish(DELTA, item(2, guid="d"), item(1, guid=guid))


async def test_a_split_article_leaves_its_story_and_all_who_stay(room: Newsroom) -> None:
    await fill(room)

    ruled = rulings.split(room.ledger, 2, None, NOW)

    assert stories(room) == [{1, 3}, {2}, {4}]
    assert (ruled.canonical_article_id, ruled.written) == (2, 2)
    assert room.ledger.store.split_pairs([1, 2, 3]) == {frozenset({1, 2}), frozenset({2, 3})}


async def test_when_a_story_changed_is_not_set_back_by_revoking_what_changed_it(
    room: Newsroom,
) -> None:
    await fill(room)
    for number, rule in enumerate((rulings.pin, rulings.undo), start=1):
        rule(room.ledger, 4, room.clock() + number * DAY)
        (told, _) = sorted(export.latest(room.ledger.store, limit=9), key=lambda t: -t.id)
        assert (told.id, told.changed_at) == (4, room.clock() + number * DAY)


async def test_a_canonical_that_is_split_off_is_replaced_by_election(room: Newsroom) -> None:
    await fill(room)
    rulings.split(room.ledger, 1, None, NOW)
    assert stories(room) == [{1}, {2, 3}, {4}]
    assert len(room.canonical()) == 3


async def test_an_article_like_two_that_are_split_joins_the_best_alone(room: Newsroom) -> None:
    await fill(room)
    rulings.split(room.ledger, 2, None, NOW)
    await another_copy(room)
    assert [len(story) for story in stories(room)] == [3, 1, 1]


async def test_an_edited_article_does_not_return_to_what_it_was_split_from(room: Newsroom) -> None:
    await fill(room)
    rulings.split(room.ledger, 2, None, NOW)
    report = await room.publish(BETA, item(1, guid="b", title="Another headline"))
    assert report.updated == 1
    assert stories(room) == [{1, 3}, {2}, {4}]


async def test_split_from_one_article_leaves_the_others_where_they_agree_best(
    room: Newsroom,
) -> None:
    await fill(room)
    ruled = rulings.split(room.ledger, 2, 1, NOW)
    assert ruled.written == 1
    assert stories(room) == [{1, 3}, {2}, {4}]


async def test_articles_of_two_stories_can_be_split_beforehand(room: Newsroom) -> None:
    await room.publish(DELTA, item(2, guid="d"))
    await room.publish(ALPHA, item(1, guid="a"))
    rulings.split(room.ledger, 1, 2, NOW)
    await room.publish(DELTA, item(1, guid="d"))  # becomes a copy of the other
    assert stories(room) == [{1}, {2}]


async def test_joined_articles_bring_their_stories_together(room: Newsroom) -> None:
    await fill(room)
    before = room.rows("SELECT min(story_id) FROM articles")

    rulings.join(room.ledger, 4, 3, NOW)

    assert stories(room) == [{1, 2, 3, 4}]
    assert room.rows("SELECT DISTINCT story_id FROM articles") == before
    await room.publish(DELTA, item(3, guid="d"))  # even if it becomes another report
    assert stories(room) == [{1, 2, 3, 4}]


async def test_a_pinned_article_stays_canonical_whatever_comes(room: Newsroom) -> None:
    await fill(room)
    assert rulings.pin(room.ledger, 3, NOW).canonical_article_id == 3
    await another_copy(room)
    assert "gamma.example/c" in room.canonical()


async def test_of_two_pins_in_a_story_the_later_counts(room: Newsroom) -> None:
    await fill(room)
    rulings.pin(room.ledger, 3, NOW)
    assert rulings.pin(room.ledger, 2, NOW).revoked == 1
    assert room.ledger.store.rulings() == (Ruling(kind="pin", article_id=2),)


async def test_of_the_pins_of_two_stories_that_become_one_the_later_counts(room: Newsroom) -> None:
    await fill(room)
    rulings.pin(room.ledger, 1, NOW)
    rulings.pin(room.ledger, 4, NOW)
    assert rulings.join(room.ledger, 1, 4, NOW).canonical_article_id == 4


async def test_of_contradicting_rulings_the_later_counts(room: Newsroom) -> None:
    await fill(room)
    rulings.split(room.ledger, 2, None, NOW)
    assert rulings.join(room.ledger, 2, 1, NOW).revoked == 2
    assert stories(room) == [{1, 2, 3}, {4}]
    assert rulings.split(room.ledger, 2, 1, NOW).revoked == 1
    assert stories(room) == [{1, 3}, {2}, {4}]


async def test_what_is_split_stays_split_when_its_marks_are_made_anew(room: Newsroom) -> None:
    await fill(room)
    rulings.split(room.ledger, 2, None, NOW)
    (signature,) = room.ledger.store.signatures([2])
    with room.ledger.store.transaction():
        (text,) = room.ledger.store.texts([2])
        assert room.ledger.store.replace_fingerprints(text, signature.fingerprints)
        room.ledger.stories.reconsider(signature, NOW)
    assert stories(room) == [{1, 3}, {2}, {4}]


async def test_undoing_a_split_lets_judgement_decide_again(room: Newsroom) -> None:
    await fill(room)
    rulings.split(room.ledger, 2, None, NOW)
    assert rulings.undo(room.ledger, 2, room.clock()).revoked == 2
    assert stories(room) == [{1, 2, 3}, {4}]
    assert room.ledger.store.rulings() == ()


async def test_undoing_a_join_parts_what_only_it_held_together(room: Newsroom) -> None:
    await fill(room)
    rulings.join(room.ledger, 4, 3, NOW)
    await another_copy(room)
    assert stories(room) == [{1, 2, 3, 4, 5}]
    rulings.undo(room.ledger, 4, NOW)
    assert stories(room) == [{1, 2, 3, 5}, {4}]


async def test_a_later_article_changes_no_story_that_was_ruled(room: Newsroom) -> None:
    await fill(room)
    rulings.join(room.ledger, 4, 3, NOW)
    rulings.split(room.ledger, 1, 3, NOW)
    before = stories(room)
    await another_copy(room)
    assert [story - {5} for story in stories(room)] == before


async def test_undoing_a_pin_elects_again(room: Newsroom) -> None:
    await fill(room)
    rulings.pin(room.ledger, 3, NOW)
    assert rulings.undo(room.ledger, 3, NOW).canonical_article_id == 1


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        pytest.param(lambda of: rulings.split(of, 4, None, NOW), "nothing to be", id="split alone"),
        pytest.param(lambda of: rulings.split(of, 1, 1, NOW), "nothing to be", id="split itself"),
        pytest.param(lambda of: rulings.split(of, 1, 9, NOW), "no article 9", id="split unknown"),
        pytest.param(lambda of: rulings.join(of, 1, 1, NOW), "with itself", id="join itself"),
        pytest.param(lambda of: rulings.join(of, 1, 9, NOW), "no article 9", id="join unknown"),
        pytest.param(lambda of: rulings.pin(of, 9, NOW), "no article 9", id="pin unknown"),
        pytest.param(lambda of: rulings.undo(of, 1, NOW), "nothing is ruled", id="undo nothing"),
    ],
)
async def test_what_cannot_be_ruled_is_refused_and_changes_nothing(
    room: Newsroom, rule: Callable[[Ledger], Ruled], reason: str
) -> None:
    await fill(room)
    with pytest.raises(UsageError, match=reason):
        rule(room.ledger)
    assert stories(room) == [{1, 2, 3}, {4}]
    assert room.ledger.store.rulings() == ()
