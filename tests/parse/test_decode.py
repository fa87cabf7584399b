"""Bytes to text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.parse.decode import decode

GERMAN = "<rss><title>Häuser für Ärzte</title></rss>"
RUSSIAN = "<rss><title>Президент подписал указ о назначении министра</title></rss>"
JAPANESE = "<rss><title>東京で行われた会議では、経済政策について議論</title></rss>"


def declared(text: str, charset: str) -> str:
    return f"<?xml version='1.0' encoding='{charset}'?>\n{text}"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        pytest.param(GERMAN.encode(), "", GERMAN, id="UTF-8 without a word"),
        pytest.param(GERMAN.encode("utf-8-sig"), "", GERMAN, id="UTF-8 with a mark"),
        pytest.param(GERMAN.encode("utf-16"), "", GERMAN, id="UTF-16 with a mark"),
        pytest.param(GERMAN.encode("utf-16-be"), "", GERMAN, id="UTF-16 without"),
        pytest.param(GERMAN.encode("utf-32"), "", GERMAN, id="UTF-32 with a mark"),
        pytest.param(
            declared(GERMAN, "utf-16").encode("utf-16-le"), "", GERMAN, id="UTF-16 that says so"
        ),
        pytest.param(
            declared(GERMAN, "iso-8859-1").encode("latin-1"), "", GERMAN, id="XML declaration"
        ),
        pytest.param(
            declared("<a>„€“</a>", "iso-8859-1").encode("cp1252"),
            "",
            "<a>„€“</a>",
            id="Latin-1 means windows-1252",
        ),
        pytest.param(
            RUSSIAN.encode("koi8-r"), "text/xml; charset=KOI8-R", RUSSIAN, id="HTTP header"
        ),
        pytest.param(
            declared(RUSSIAN, "utf-8").encode("cp1251"),
            'text/xml; charset="windows-1251"',
            RUSSIAN,
            id="HTTP before the declaration",
        ),
        pytest.param(
            declared(GERMAN, "iso-8859-1").encode(), "", GERMAN, id="UTF-8 that says Latin-1"
        ),
        pytest.param(
            declared(JAPANESE, "iso-2022-jp").encode("iso-2022-jp"), "", JAPANESE, id="seven bits"
        ),
        pytest.param(declared(JAPANESE, "shift_jis").encode("cp932"), "", JAPANESE, id="Shift JIS"),
        pytest.param(
            declared(GERMAN, "zlib_codec").encode(), "", GERMAN, id="a codec that is no charset"
        ),
        pytest.param(declared(GERMAN, "x-no").encode(), "", GERMAN, id="an unknown charset"),
        pytest.param(b" \n<?xml version='1.0'?><a>\0\x0bb</a>", "", "<a>b</a>", id="controls"),
    ],
)
def test_decode(body: bytes, content_type: str, text: str) -> None:
    assert decode(body, content_type).text == text


def test_one_broken_byte_does_not_change_the_charset() -> None:
    body = declared(GERMAN * 10, "utf-8").encode() + b"\xff"
    text, warnings = decode(body)
    assert text == GERMAN * 10 + "\ufffd"
    assert warnings == ("1 bytes are not UTF-8 and were replaced",)


def test_a_wrong_label_is_not_believed() -> None:
    text, warnings = decode(declared(RUSSIAN * 3, "utf-8").encode("cp1251"))
    assert text == RUSSIAN * 3
    assert warnings == ("the charset was guessed: cp1251",)


@given(st.binary(), st.text())
def test_any_bytes_become_text(body: bytes, content_type: str) -> None:
    text, _ = decode(body, content_type)
    text.encode("utf-8")
    assert "\0" not in text
