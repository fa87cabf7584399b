"""What an article shares where no vector tells: the keys of its anchors, the rarest first."""

from __future__ import annotations

import numpy as np
import pytest

from ingestor.dedup import keys
from ingestor.dedup.anchors import Anchors, anchors_of
from ingestor.dedup.keys import COUNT, from_bytes, key, known, most_shared, to_fingerprint
from tests.dedup.test_judge import ENGLISH, GERMAN, RUSSIAN


def of(*names: str, language: str = "vi") -> bytes:
    """The keys of an article whose only sentence has these names."""
    told = Anchors(names=frozenset(names), told=(frozenset(),), named=(frozenset(names),))
    return to_fingerprint(told, language).value


def found(wanted: bytes, *held: bytes, most: int = 10) -> list[int]:
    """The articles, numbered from 0, that share keys with one."""
    numbers = np.frombuffer(b"".join(held), dtype="<u8").reshape(-1, 8).T
    ids = np.arange(len(held), dtype=np.uint64)
    return [int(i) for i in most_shared(from_bytes(wanted)[1], numbers, ids, most)]


def test_translations_share_most_of_their_keys() -> None:
    texts = ((ENGLISH, "en"), (GERMAN, "de"), (RUSSIAN, "ru"))
    english, german, russian = (
        set(from_bytes(to_fingerprint(anchors_of("", text, language), language).value)[1].tolist())
        for text, language in texts
    )
    assert len(english & german) >= 7
    assert len(english & russian) >= 7


def test_a_fingerprint_is_the_language_and_no_more_than_the_first_keys() -> None:
    names = [f"n{number:03}" for number in range(2 * COUNT)]
    language, held = from_bytes(of(*names))
    assert language == key("vi")
    assert held.tolist() == [key(name) for name in names[:COUNT]]


def test_an_article_without_anchors_has_no_keys() -> None:
    language, held = from_bytes(to_fingerprint(anchors_of("", "", ""), "").value)
    assert language == key("")
    assert held.size == 0


def test_what_few_others_have_is_worth_more() -> None:
    common = [of("rkn", f"n{number}") for number in range(20)]
    assert found(of("pskn", "rkn"), *common, of("pskn"))[:1] == [20]


def test_an_article_with_many_keys_shares_one_by_chance() -> None:
    assert found(of("pskn"), of("pskn", *map(str, range(30))), of("pskn", "rkn")) == [1, 0]


def test_one_shared_key_is_chance_unless_one_of_the_two_has_no_more_than_four() -> None:
    four, five = (of("pskn", *"abcd"[: count - 1]) for count in (4, 5))
    assert found(four, of("pskn", *"efghi")) == [0]
    assert found(five, of("pskn", *"efg"), of("pskn", *"efgh")) == [0]
    assert found(five, of("pskn", *"aefgh")) == [0]


def test_of_equals_the_lower_id_comes_first_and_no_more_come_than_asked() -> None:
    assert found(of("pskn"), *[of("pskn", "rkn")] * 900, most=3) == [0, 1, 2]


def test_what_shares_nothing_is_not_found() -> None:
    assert found(of("pskn"), of("rkn"), of(), bytes(64)) == []


def test_a_language_is_no_key() -> None:
    clash = np.array([key("vi")], dtype=np.uint16)
    numbers = np.frombuffer(of("rkn"), dtype="<u8").reshape(-1, 1)
    assert most_shared(clash, numbers, np.zeros(1, dtype=np.uint64), 1).tolist() == []


@pytest.mark.parametrize(("read", "there"), [(None, True), (frozenset({"en"}), False)])
def test_a_language_that_the_encoder_reads_is_known(
    read: frozenset[str] | None, there: bool
) -> None:
    assert known(read)[key("en")]
    assert bool(known(read)[key("vi")]) is there


def test_the_id_names_the_anchors_that_it_depends_on() -> None:
    assert keys.ALGORITHM == "keys16-1/anchors-5"
