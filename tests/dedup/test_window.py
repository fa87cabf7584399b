"""The candidate filter finds what is near, and forgets what a transaction did not keep."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.dedup import keys
from ingestor.dedup.anchors import Anchors
from ingestor.dedup.signature import Signature
from ingestor.dedup.window import NEAREST, NEAREST_BY_KEYS, Slot, Window
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
        marks.append(Fingerprint(algorithm="simhash512-use-4/0", part="text", value=whole))
    if words:
        marks.append(Fingerprint(algorithm="simhash64-words-2", part="text", value=words))
    return Signature(
        article_id=article_id, feed="f", site="", language="en",
        published=START + timedelta(days=article_id), fingerprints=tuple(marks),
    )  # fmt: skip


def keyed(
    article_id: int, language: str, *names: str, whole: bytes | None = None, encoder: str = "use"
) -> Signature:
    """An article with these names; one is known by its own whole unless another is given."""
    own = np.random.default_rng(article_id).bytes(64) if whole is None else whole
    told = Anchors(names=frozenset(names), told=(frozenset(),), named=(frozenset(names),))
    meant = Fingerprint(algorithm=f"simhash512-{encoder}-3/0", part="text", value=own)
    plain = signature(article_id)
    return replace(
        plain, language=language, fingerprints=(meant, keys.to_fingerprint(told, language))
    )


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
    assert window(signature(1, WHOLE)).search(signature(0, flipped(WHOLE, bits))).ids == found


@pytest.mark.parametrize(("bits", "found"), [(0, (1,)), (14, (1,)), (15, ())])
def test_by_words(bits: int, found: tuple[int, ...]) -> None:
    words = WHOLE[:8]
    stored = window(signature(1, words=words))
    assert stored.search(signature(0, words=flipped(words, bits))).ids == found


def test_the_nearest_come_first_and_the_lower_id_of_equals() -> None:
    near = [signature(i, flipped(WHOLE, bits)) for i, bits in ((1, 90), (2, 10), (4, 50), (3, 50))]
    assert window(*near).search(signature(0, WHOLE)).ids == (2, 3, 4, 1)


def test_no_more_than_the_nearest_are_given() -> None:
    stored = window(*(signature(i + 1, flipped(WHOLE, i % 150)) for i in range(600)))
    found = stored.search(signature(0, WHOLE)).ids
    assert len(found) == NEAREST
    assert found[0] == 1


def test_what_has_no_fingerprint_is_no_candidate_and_has_none() -> None:
    assert window(signature(1)).search(signature(0, WHOLE, WHOLE[:8])).ids == ()
    assert window(signature(1, WHOLE)).search(signature(0)).ids == ()


def test_an_article_is_no_candidate_for_itself() -> None:
    assert window(signature(1, WHOLE)).search(signature(1, WHOLE)).ids == ()


NAMES = ("pskn", "rkn", "fstr")


def worded(article: Signature, words: bytes) -> Signature:
    mark = Fingerprint(algorithm="simhash64-words-2", part="text", value=words)
    return replace(article, fingerprints=(*article.fingerprints, mark))


def test_of_what_lies_near_by_meaning_alone_the_language_is_told() -> None:
    stored = [
        worded(keyed(i, language, *NAMES, whole=WHOLE), words)
        for i, language, words in ((1, "en", bytes(8)), (2, "de", bytes(8)), (3, "vi", bytes(8)),
                                   (4, "en", WHOLE[:8]))
    ]  # fmt: skip
    found = window(*stored).search(worded(keyed(0, "en", *NAMES, whole=WHOLE), WHOLE[:8]))
    assert set(found.ids) == {1, 2, 3, 4}
    assert found.in_language == {1: True, 2: False, 3: False}  # 4 may be a copy
    assert found.unread == {3}


def test_where_any_may_be_a_copy_nothing_is_told() -> None:
    probe = keyed(0, "en", *NAMES, whole=WHOLE)
    stored = keyed(1, "en", *NAMES, whole=WHOLE)
    assert window(stored).search(probe).in_language == {}  # without words
    copies = [worded(keyed(i, "en", *NAMES), WHOLE[:8]) for i in range(2, 2 + NEAREST)]
    crowded = window(stored, *copies).search(worded(probe, WHOLE[:8]))
    assert crowded.in_language == {}  # more than are given may be near by words


@pytest.mark.parametrize(
    ("stored", "probe", "near"),
    [
        pytest.param(("en",), ("vi",), True, id="the probe's language"),
        pytest.param(("vi",), ("en",), True, id="the other's language"),
        pytest.param(("is",), ("vi",), True, id="neither language"),
        pytest.param(("en",), ("de",), False, id="both: its vectors find more"),
        pytest.param(("vi",), ("vi",), False, id="one language: its vectors do"),
        pytest.param(("",), ("en",), True, id="nobody knows the language"),
    ],
)
def test_shared_names_find_what_the_encoder_cannot_read(
    stored: tuple[str], probe: tuple[str], near: bool
) -> None:
    found = window(keyed(1, *stored, *NAMES)).search(keyed(0, *probe, *NAMES)).ids
    assert found == ((1,) if near else ())


def test_shared_names_find_what_has_no_vector_although_its_language_is_read() -> None:
    blank, usual = keyed(1, "ar", *NAMES, whole=b""), keyed(2, "en", *NAMES)
    assert window(blank).search(usual).ids == (1,)
    assert window(usual).search(replace(blank, article_id=3)).ids == (2,)


def test_an_encoder_that_claims_no_languages_is_asked_alone() -> None:
    stored, probe = (keyed(i, x, *NAMES, encoder="e5") for i, x in ((1, "vi"), (0, "en")))
    assert window(stored).search(probe).ids == ()


def test_without_an_encoder_nothing_is_looked_for_by_names() -> None:
    stored, probe = keyed(1, "vi", *NAMES), keyed(0, "en", *NAMES)
    assert window(stored).search(replace(probe, fingerprints=probe.fingerprints[1:])).ids == ()


def test_an_article_of_before_without_keys_is_no_candidate_by_them() -> None:
    before = keyed(1, "vi", *NAMES)
    before = replace(before, fingerprints=before.fingerprints[:1])
    assert window(before).search(keyed(0, "en", *NAMES)).ids == ()


def test_no_more_than_the_nearest_are_found_by_names_and_those_with_rare_ones_first() -> None:
    usual = [keyed(i, "en", "rkn", f"n{i}") for i in range(1, 3 * NEAREST_BY_KEYS)]
    found = window(*usual, keyed(999, "de", "pskn", "rkn")).search(keyed(0, "vi", *NAMES)).ids
    assert len(found) == NEAREST_BY_KEYS
    assert found[0] == 999


CROWD = [
    keyed(i, "en", "rkn", *(["pskn"] if i % 7 else []), f"n{i % 5}")
    for i in range(1, 2 * NEAREST_BY_KEYS)
]


@given(st.permutations(CROWD))
def test_what_is_found_by_names_does_not_depend_on_the_order_of_arrival(
    arrived: list[Signature],
) -> None:
    probe = keyed(0, "vi", *NAMES, "n3")
    expected = window(*CROWD).search(probe).ids
    assert window(*arrived).search(probe).ids == expected
    assert len(expected) == NEAREST_BY_KEYS


def test_a_rollback_forgets_additions_and_restores_removals() -> None:
    stored = window(signature(1, WHOLE), signature(2, WHOLE))
    mark = stored.mark()
    stored.add(signature(3, WHOLE))
    stored.remove([1])
    stored.add(signature(4, WHOLE))
    assert stored.search(signature(0, WHOLE)).ids == (2, 3, 4)
    stored.rollback(mark)
    stored.add(signature(5, WHOLE))
    assert stored.search(signature(0, WHOLE)).ids == (1, 2, 5)


def test_removing_what_is_not_there_changes_nothing() -> None:
    stored = window(signature(1, WHOLE))
    stored.remove([7])
    assert len(stored) == 1


def test_loading_many_is_adding_each() -> None:
    values = [(i, RNG.bytes(8), RNG.bytes(64)) for i in range(1, 3000)]
    loaded = Window()
    loaded.load(Slot(i, words, whole, b"") for i, words, whole in values[:1500])
    loaded.load(Slot(i, words, whole, b"") for i, words, whole in values[1500:])
    for i, words, whole in values[::500]:
        assert loaded.search(signature(0, whole)).ids == (i,)
        assert loaded.search(signature(0, words=words)).ids[0] == i


def test_a_window_that_is_read_anew_each_night_takes_no_more_than_it_holds() -> None:
    def slots(count: int) -> Iterator[Slot]:
        return (Slot(number, WHOLE[:8], WHOLE, WHOLE) for number in range(count))

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    articles, before = 0, resident()
    kept = Window()
    for articles in range(15_000, 120_001, 15_000):
        night = Window()
        night.load(slots(articles))
        kept = night
    assert len(kept) == articles
    assert resident() - before < 2 * 144 * articles
