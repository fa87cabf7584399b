"""The candidate filter finds what is near, and forgets what a transaction did not keep."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from ingestor.dedup.signature import Signature
from ingestor.dedup.window import NEAREST, Slot, Window
from ingestor.models import Fingerprint

START = datetime(2026, 1, 1, tzinfo=UTC)
RNG = np.random.default_rng(1)
WHOLE = RNG.bytes(64)


def flipped(value: bytes, bits: int) -> bytes:
    number = int.from_bytes(value) ^ ((1 << bits) - 1)
    return number.to_bytes(len(value))


def signature(article_id: int, whole: bytes = b"", words: bytes = b"") -> Signature:
    marks = []
    if whole:
        marks.append(Fingerprint(algorithm="simhash512-use-2/0", part="text", value=whole))
    if words:
        marks.append(Fingerprint(algorithm="simhash64-words-1", part="text", value=words))
    return Signature(
        article_id=article_id, feed="f", site="", language="en",
        published=START + timedelta(days=article_id), fingerprints=tuple(marks),
    )  # fmt: skip


def window(*signatures: Signature) -> Window:
    made = Window()
    for each in signatures:
        made.add(each)
    return made


@pytest.mark.parametrize(
    ("bits", "found"),
    [pytest.param(0, (1,), id="equal"), pytest.param(180, (1,), id="a translation"),
     pytest.param(256, (), id="unrelated")],
)  # fmt: skip
def test_by_meaning(bits: int, found: tuple[int, ...]) -> None:
    assert window(signature(1, WHOLE)).candidates(signature(0, flipped(WHOLE, bits))) == found


@pytest.mark.parametrize(("bits", "found"), [(0, (1,)), (14, (1,)), (15, ())])
def test_by_words(bits: int, found: tuple[int, ...]) -> None:
    words = WHOLE[:8]
    stored = window(signature(1, words=words))
    assert stored.candidates(signature(0, words=flipped(words, bits))) == found


def test_the_nearest_come_first_and_the_lower_id_of_equals() -> None:
    near = [signature(i, flipped(WHOLE, bits)) for i, bits in ((1, 90), (2, 10), (4, 50), (3, 50))]
    assert window(*near).candidates(signature(0, WHOLE)) == (2, 3, 4, 1)


def test_no_more_than_the_nearest_are_given() -> None:
    stored = window(*(signature(i + 1, flipped(WHOLE, i % 150)) for i in range(600)))
    found = stored.candidates(signature(0, WHOLE))
    assert len(found) == NEAREST
    assert found[0] == 1


def test_what_has_no_fingerprint_is_no_candidate_and_has_none() -> None:
    assert window(signature(1)).candidates(signature(0, WHOLE, WHOLE[:8])) == ()
    assert window(signature(1, WHOLE)).candidates(signature(0)) == ()


def test_an_article_is_no_candidate_for_itself() -> None:
    assert window(signature(1, WHOLE)).candidates(signature(1, WHOLE)) == ()


def test_a_rollback_forgets_additions_and_restores_removals() -> None:
    stored = window(signature(1, WHOLE), signature(2, WHOLE))
    mark = stored.mark()
    stored.add(signature(3, WHOLE))
    stored.remove([1])
    stored.add(signature(4, WHOLE))
    assert stored.candidates(signature(0, WHOLE)) == (2, 3, 4)
    stored.rollback(mark)
    stored.add(signature(5, WHOLE))
    assert stored.candidates(signature(0, WHOLE)) == (1, 2, 5)


def test_forgetting_goes_by_the_date_of_publication() -> None:
    stored = window(*(signature(i, WHOLE) for i in (1, 2, 3)))
    stored.forget(START + timedelta(days=2))
    assert stored.candidates(signature(0, WHOLE)) == (2, 3)
    assert len(stored) == 2


def test_removing_what_is_not_there_changes_nothing() -> None:
    stored = window(signature(1, WHOLE))
    stored.remove([7])
    assert len(stored) == 1


def test_loading_many_is_adding_each() -> None:
    values = [(i, RNG.bytes(8), RNG.bytes(64)) for i in range(1, 3000)]
    loaded = Window()
    loaded.load(
        Slot(i, START + timedelta(days=i), words, whole) for i, words, whole in values[:1500]
    )
    loaded.load(
        Slot(i, START + timedelta(days=i), words, whole) for i, words, whole in values[1500:]
    )
    for i, words, whole in values[::500]:
        assert loaded.candidates(signature(0, whole)) == (i,)
        assert loaded.candidates(signature(0, words=words))[0] == i


def test_a_window_that_is_read_anew_each_night_takes_no_more_than_it_holds() -> None:
    def slots(count: int) -> Iterator[Slot]:
        return (Slot(number, START, WHOLE[:8], WHOLE) for number in range(count))

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    articles, before = 0, resident()
    kept = Window()
    for articles in range(15_000, 120_001, 15_000):
        night = Window()
        night.load(slots(articles))
        kept = night
    assert len(kept) == articles
    assert resident() - before < 2 * 88 * articles
