"""What is skipped because it is not there is not there."""

import re
import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from ingestor.dedup.anchors import numbers
from ingestor.dedup.calendar import may_date
from ingestor.dedup.lexicon import fold
from ingestor.dedup.scripts import leads, may_hold

MARKS = re.compile(
    "[\u0300-\u036f\u05b0-\u05c7\u05f3\u05f4\u064b-\u065f\u0670\u093c\u09bc\u0a3c\u0abc\u200c\u200d]"
)
ACCENTED = st.text(
    alphabet="aeéÉñüйёЁΆῷ\u0301\u0308\u0323がか\u3099가ᄀ\u1161ẫưअ\u093c\u09c7\u09be≠“"
)


def by_unicode(text: str) -> str:
    """Taken apart, without marks, and put together again."""
    return unicodedata.normalize("NFC", MARKS.sub("", unicodedata.normalize("NFD", text)))


@given(st.text() | ACCENTED)
def test_accents_go_as_unicode_takes_letters_apart(text: str) -> None:
    assert fold(text) == by_unicode(text)


def test_every_letter_folds_as_unicode_takes_it_apart() -> None:
    every = map(chr, range(0x2_0000))

    assert [c for c in every if fold(c) != by_unicode(c)] == []


def test_digits_of_every_script_are_read() -> None:
    digits = [c for c in map(chr, range(sys.maxunicode + 1)) if c.isdecimal()]

    assert [c for c in digits if list(numbers(f"1{c}5")) != [f"1{int(c)}5"]] == []


@given(st.text(alphabet="1290./- a"))
def test_a_day_in_figures_is_seen_by_its_shape(text: str) -> None:
    assert may_date(text) or not re.search(r"\d[./-]\d{1,2}[./-]\d", text)


@given(st.text(), st.characters(exclude_categories=["Cs"]), st.text())
def test_a_character_is_seen_by_what_it_begins_with(before: str, one: str, after: str) -> None:
    assert may_hold(before + one + after, leads(one))
