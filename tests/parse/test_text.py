"""Strings from outside, made harmless."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.parse import dates
from ingestor.parse.text import HTML_BYTES, cap_html, clean_str, language_tag, paragraphs, plain

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        pytest.param("  a\n\t b ", "a b", id="one line"),
        pytest.param("AT&amp;T", "AT&T", id="escaped"),
        pytest.param("AT&amp;amp;T", "AT&T", id="escaped twice"),
        pytest.param("a&amp;amp;amp;b", "a&amp;b", id="not without end"),
        pytest.param("<b>a</b>&lt;i&gt;b&lt;/i&gt;", "ab", id="tags, escaped or not"),
        pytest.param("a<br/>b", "a b", id="line break"),
        pytest.param("a <script>x()</script> b", "a b", id="script with its content"),
        pytest.param("a <script>x()", "a", id="script without an end"),
        pytest.param("a <!-- b", "a", id="comment without an end"),
        pytest.param("1 < 2 > 0, <3", "1 < 2 > 0, <3", id="no tags"),
        pytest.param("a\x00\x1b[31mb&#0;&#27;", "a[31mb\ufffd", id="controls"),
        pytest.param("\u202eevil\u2066\ufeff\ud800", "evil", id="overrides and surrogates"),
        pytest.param("x" * 900, "x" * 500, id="cap"),
        pytest.param(None, "", id="nothing"),
        pytest.param(7, "", id="no string"),
    ],
)
def test_plain(title: object, text: str) -> None:
    assert plain(title) == text


@given(st.text())
def test_plain_is_one_harmless_line(title: str) -> None:
    text = plain(title)
    text.encode("utf-8")
    assert len(text) <= 500
    assert text == " ".join(text.split())


def test_clean_str_keeps_tabs_and_unifies_newlines() -> None:
    assert clean_str("a\tb\r\nc\rd\x0be") == "a\tb\nc\nde"


@pytest.mark.parametrize(
    ("tag", "clean"),
    [("de", "de"), (" pt_BR ", "pt-BR"), ("zh-Hant-TW", "zh-Hant-TW"), ("English", ""), (None, "")],
)
def test_language_tag(tag: object, clean: str) -> None:
    assert language_tag(tag) == clean


def test_paragraphs() -> None:
    assert paragraphs("a\nb <c>\n \n\n d ") == "<p>a<br>b &lt;c&gt;</p><p>d</p>"


@pytest.mark.parametrize("letter", ["a", "ä", "語", "🙂"])
def test_cap_html_counts_bytes_and_splits_no_tag(letter: str) -> None:
    capped = cap_html(letter * HTML_BYTES)
    assert HTML_BYTES - 4 < len(capped.encode()) <= HTML_BYTES
    assert cap_html(letter * 9) == letter * 9
    assert cap_html("a" * (HTML_BYTES - 3) + "<img src=x>").endswith("a")


@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        pytest.param(NOW + timedelta(hours=24), True, id="a day ahead"),
        pytest.param(NOW + timedelta(hours=24, seconds=1), False, id="more"),
        pytest.param(datetime(1990, 1, 1, tzinfo=UTC), True, id="1990"),
        pytest.param(datetime(1989, 12, 31, tzinfo=UTC), False, id="before"),
        pytest.param(datetime.max.replace(tzinfo=timezone(-timedelta(hours=9))), False, id="last"),
        pytest.param(datetime.min.replace(tzinfo=timezone(timedelta(hours=9))), False, id="first"),
    ],
)
def test_sane(moment: datetime, kept: bool) -> None:
    assert dates.sane(moment, NOW) == (moment if kept else None)


def test_a_date_without_a_zone_is_utc() -> None:
    assert dates.from_iso("2026-10-31T08:00:00", NOW) == datetime(2026, 10, 31, 8, tzinfo=UTC)
    assert dates.from_iso("yesterday", NOW) is None
