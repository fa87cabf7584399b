"""Why two articles are one report: their sentences side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from pathlib import Path

import pytest

from ingestor.explain import Explanation, explain
from tests.dedup.test_judge import ENGLISH, GERMAN
from tests.newsroom import ALPHA, BETA, Newsroom, item, newsroom

VIETNAMESE = """Cảng Larnova sẽ đóng cửa trong 45 ngày kể từ ngày 17 tháng 3.
Cầu tàu phía bắc đã lún 38 centimet, ban quản lý cảng cho biết hôm thứ Ba.
Việc sửa chữa sẽ tốn 12,7 triệu crown, giám đốc Tomas Keller nói.
Năm 2019, cầu tàu này từng được sửa chữa sau một trận bão.
Ngư dân lo ngại sẽ mất một phần ba thu nhập."""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path, encoder="use") as opened:
        yield opened


async def explained(room: Newsroom, one: str, other: str) -> Explanation:
    """Publish a report and its translation, and have them explained."""
    one, other = (text.replace("\n", "</p><p>") for text in (one, other))
    await room.publish(ALPHA, item(1, title="The harbour of Larnova closes", text=one))
    await room.publish(BETA, item(2, title="", text=other))
    return explain(room.ledger.store, 1, 2)


async def test_each_sentence_stands_beside_its_best_partner(room: Newsroom) -> None:
    found = await explained(room, ENGLISH, GERMAN)
    assert (found.relation, found.one_story, found.in_order) == ("translation", True, False)
    partners = {pair.left: pair.right for pair in found.pairs}
    for left, right in zip(ENGLISH.split("\n"), GERMAN.split("\n"), strict=True):
        assert partners[left] == right
    assert all(pair.cosine is not None and pair.cosine > 0.4 for pair in found.pairs[1:])


async def test_where_vectors_do_not_tell_sentences_stand_as_they_were_lined_up(
    room: Newsroom,
) -> None:
    found = await explained(room, ENGLISH, VIETNAMESE)
    assert (found.relation, found.one_story, found.in_order) == ("translation", True, True)
    title, *sides = [(pair.left, pair.right) for pair in found.pairs]
    one, two, three, ferries, *rest = ENGLISH.split("\n")
    first, second, third, *others = VIETNAMESE.split("\n")
    assert title == ("The harbour of Larnova closes", "")
    assert sides[:3] == [(one, first), (two, second), (three, third)]
    assert sides[3] == (ferries, "")
    assert sides[4:] == list(zip(rest, others, strict=True))
    assert min(pair.cosine for pair in found.pairs if pair.cosine is not None) < 0.3


async def test_numbers_and_names_are_told_as_the_texts_write_them(room: Newsroom) -> None:
    one, other = (text.replace("45", "450") for text in (ENGLISH, GERMAN))
    found = await explained(room, one, other)
    assert {"450", "12.7", "2019"} <= set(found.told["shared_numbers"])
    assert {"Larnova", "Tomas"} <= set(found.told["shared_names"])
    shared = found.evidence["shared_numbers"]
    assert isinstance(shared, Sized)
    assert len(found.told["shared_numbers"]) == len(shared)
