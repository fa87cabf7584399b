"""Names that two articles share, as the one at hand spells them."""

from __future__ import annotations

import pytest

from ingestor.dedup.names import skeleton
from ingestor.inspect.plugin.spelling import MOST, spelled


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
