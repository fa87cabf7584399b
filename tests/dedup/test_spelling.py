"""Names that two articles share, as the one at hand spells them."""

from __future__ import annotations

import pytest

from ingestor.dedup.anchors import as_written
from ingestor.dedup.names import skeleton
from ingestor.dedup.spelling import MOST, numbers, spelled


@pytest.mark.parametrize(
    ("text", "other", "names"),
    [
        pytest.param("Herr Tran sprach.", "Ông Trần nói.", ("Tran",), id="in its own spelling"),
        pytest.param("Die Toren und Tran.", "Ông Trần nói.", ("Tran",), id="of two the shared one"),
        pytest.param("das tran ist klein", "", (), id="a name has a capital"),
        pytest.param("Nichts davon.", "Trần", (), id="not in the text"),
    ],
)
def test_a_shared_name_is_spelled_as_in_the_text(
    text: str, other: str, names: tuple[str, ...]
) -> None:
    assert spelled(["trn"], text, other) == names


def test_scripts_without_capitals_have_names_too() -> None:
    assert spelled(["srm"], "قالت سلمى", "Salma") == ("سلمى",)


@pytest.mark.parametrize("evidence", [None, "trn", {"trn": 1}, [1, None, "x"]])
def test_strange_evidence_gives_no_names(evidence: object) -> None:
    assert spelled(evidence, "Tran", "Tran") == ()


def test_only_so_many_names_are_told() -> None:
    names = [f"N{a}{b}m" for a in "bdfgkl" for b in "prstmn"]
    assert len({skeleton(name) for name in names}) > MOST
    assert len(spelled([skeleton(name) for name in names], " ".join(names), "")) == MOST


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("ლინდქვისტმა", "თქვა ლინდქვისტმა გუშინ", id="Georgian"),
        pytest.param("लिंडक्विस्ट", "गवर्नर लिंडक्विस्ट ने कहा", id="Hindi"),
        pytest.param("リンドクヴィスト", "総裁のリンドクヴィスト氏", id="Japanese"),
    ],
)
def test_names_are_told_in_scripts_without_capitals(name: str, text: str) -> None:
    assert spelled([skeleton("Lindqvist")], text, "") == (name,)


@pytest.mark.parametrize(
    ("digits", "text", "other", "written"),
    [
        pytest.param("12", "It cost 120 crowns.", "Es waren 120.", "120", id="with its zeros"),
        pytest.param("12", "12 of 120 died.", "120 starben.", "120", id="what both write alike"),
        pytest.param("127", "12.7 million", "12,7 Millionen", "12.7", id="else the first text's"),
        pytest.param("45", "No number.", "Es waren 45.", "45", id="else the other's"),
        pytest.param("45", "None.", "Keine.", "45", id="else the digits"),
        pytest.param("2026", "on 17.03.2026", "am 17.03.2026", "2026", id="of a date the year"),
        pytest.param("169", "16 हज़ार 900 लोग", "", "16900", id="parted by words, as one"),
        pytest.param("38", "بمقدار ٣٨ سنتيمترا", "", "38", id="in our digits"),
    ],
)
def test_a_number_is_told_as_the_texts_write_it(
    digits: str, text: str, other: str, written: str
) -> None:
    language = "hi" if "हज़ार" in text else "en"
    found = numbers(
        {"shared_numbers": [digits]}, as_written(text, language), as_written(other, "de")
    )
    assert found == {"shared_numbers": (written,), "clashing_numbers": ()}


@pytest.mark.parametrize("evidence", [None, "12", {"12": 1}, [1, None]])
def test_strange_evidence_gives_no_numbers(evidence: object) -> None:
    found = numbers({"shared_numbers": evidence}, as_written("12", ""), {})
    assert found["shared_numbers"] == ()
