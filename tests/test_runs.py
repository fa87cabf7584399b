"""Runs of letters are what a pattern would find."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.runs import letters

TEXT = st.text() | st.text(alphabet="aé0²½_ -.“”—\u00a0\n\u2028日١\u0301İß")


@given(TEXT)
def test_letters_are_what_the_pattern_finds(text: str) -> None:
    assert letters(text) == re.findall(r"[^\W\d_]+", text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("— …", []),
        ("“Où est-il?”, l’homme de 2½ m", ["Où", "est", "il", "l", "homme", "de", "½", "m"]),
        ("snake_case1and2", ["snake", "case", "and"]),
        ("日本、中国", ["日本", "中国"]),
    ],
)
def test_marks_part_letters(text: str, found: list[str]) -> None:
    assert letters(text) == found
