"""What the words of a text are, in any script."""

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor import tokens

TEXT = st.text() | st.text(alphabet="aé0²½_ -“”\u00a0日本ที่नकि\u0301İß\U00020000")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Hello, World 42!", ["hello", "world", "42"], id="words without punctuation"),
        pytest.param("हिन्दी समाचार", ["हिन्दी", "समाचार"], id="Devanagari keeps its marks"),
        pytest.param(
            "東京都知事", ["東京都", "京都知", "都知事"], id="Han is cut into runs of three"
        ),
        pytest.param("ที่นี่", ["ที่", "ี่น", "่นี", "นี่"], id="Thai keeps its marks"),
        pytest.param("日本", ["日本"], id="a run shorter than three is one word"),
        pytest.param("snake_case", ["snake", "case"], id="the underscore parts words"),
        pytest.param("a\U00040062b", ["a", "b"], id="above the planes of letters is none"),
        pytest.param("…!?", [], id="punctuation alone is nothing"),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert tokens.words(text) == words


@given(TEXT)
def test_words_stand_in_the_order_of_the_text(text: str) -> None:
    _, _, starts, _ = tokens.cut(text)
    assert all(a < b for a, b in pairwise(starts.tolist()))


@given(TEXT)
def test_every_letter_digit_and_mark_is_in_a_word(text: str) -> None:
    lowered, _, starts, ends = tokens.cut(text)
    within = {place for a, b in zip(starts, ends, strict=True) for place in range(a, b)}
    between = "".join(c for place, c in enumerate(lowered) if place not in within)
    assert not re.search(r"[^\W_]", between)
    assert not any(unicodedata.category(c) in {"Mn", "Mc"} for c in between if c < "\U00010000")


@given(TEXT)
def test_no_word_holds_a_space_or_a_mark_of_ascii(text: str) -> None:
    assert not re.search(r"[\s\x00-\x2f_]", "".join(tokens.words(text)))
