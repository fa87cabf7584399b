"""Removals go back to where they stood, or nowhere."""

from __future__ import annotations

import pytest

from ingestor.clean import clean
from ingestor.clean.in_place import Piece, kept, place
from ingestor.models import Entry
from ingestor.store.values import RemovalRow

HTML = (
    "<p>[ad_1] Report one. (Photo: N. N.)</p><p>Read also: other news</p>"
    "<p>Report two.</p><p>Comments (3)</p>"
)


def rows(entry: Entry) -> tuple[str, list[RemovalRow]]:
    """What cleaning makes of an entry, as the database holds it."""
    found = clean(entry)
    return found.text, [
        RemovalRow(rule=r.rule, field=r.field, position=r.position, text=r.text)
        for r in found.removals
    ]


def test_what_cleaning_took_out_is_put_back() -> None:
    text, removals = rows(Entry(guid="1", html=HTML))
    placed = place(HTML, text, removals)
    assert placed is not None
    assert [[piece.text for piece in paragraph] for paragraph in placed] == [
        ["[ad_1]", "Report one.", "(Photo: N. N.)"],
        ["Read also: other news"],
        ["Report two."],
        ["Comments (3)"],
    ]
    assert [piece.rule for piece in placed[2]] == [""]
    assert all(paragraph[0].rule for paragraph in (placed[0], placed[1], placed[3]))


@pytest.mark.parametrize(
    ("html", "text", "position"),
    [
        pytest.param("", "Report one.", 0, id="nothing was kept"),
        pytest.param(HTML, "Another text.", 1, id="the text is not of it"),
        pytest.param(HTML, "Report one.\n\nReport two.", 9, id="a place that is not there"),
        pytest.param("<p>Report one.</p>", "Report one.", 0, id="the removal is not there"),
    ],
)
def test_an_uncertain_place_is_none(html: str, text: str, position: int) -> None:
    removal = RemovalRow(rule="x", field="text", position=position, text="Read also: nothing")
    assert place(html, text, [removal]) is None


def test_a_text_alone_is_its_paragraphs() -> None:
    assert kept("One.\n\nTwo.") == ((Piece(text="One."),), (Piece(text="Two."),))
    assert kept("") == ()
