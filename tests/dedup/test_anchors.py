"""Numbers in every notation, names in every spelling."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.dedup.anchors import (
    OF_WHOLE,
    Anchors,
    anchors_of,
    from_fingerprint,
    numbers,
    to_fingerprint,
)
from ingestor.dedup.names import skeleton


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("1,500,000 or 1.500.000 or 1 500 000", {"15"}, id="thousands"),
        pytest.param("1.5 million, 1,5 Millionen, 150万, 1.5 crore", {"15"}, id="magnitudes"),
        pytest.param("3億5000万", {"35"}, id="grouped by ten thousands"),
        pytest.param("1만2000", {"12"}, id="grouped by ten thousands in Korean"),
        pytest.param("१२३४ ١٢٣٤ １２３４", {"1234"}, id="digits of other scripts"),
        pytest.param("26.12.2024 and 2024-12-26 and 26/12/2024", {"26", "2024"}, id="dates"),
        pytest.param("12月26日", {"26"}, id="a month is a word elsewhere"),
        pytest.param("5 of 700", set(), id="one significant digit says nothing"),
        pytest.param("no number", set(), id="none"),
    ],
)
def test_numbers(text: str, found: set[str]) -> None:
    assert set(numbers(text)) == found


def test_the_buddhist_year_is_the_common_year() -> None:
    assert set(numbers("พ.ศ. 2567", "th")) == {"2024"}


@pytest.mark.parametrize(
    "spellings",
    [
        pytest.param(("Pezeshkian", "Peseschkian", "Пезешкиан", "پزشکیان"), id="Pezeshkian"),
        pytest.param(("Putin", "Путин", "بوتين", "पुतिन"), id="Putin"),
        pytest.param(("Lavrov", "Lawrow", "Лавров"), id="Lavrov"),
        pytest.param(("Merkel", "Меркель", "メルケル"), id="Merkel"),
    ],
)
def test_a_name_is_known_by_its_consonants(spellings: tuple[str, ...]) -> None:
    assert len({skeleton(spelling) for spelling in spellings}) == 1


def test_names_are_capitalised_words_that_begin_no_sentence() -> None:
    found = anchors_of("", "Yesterday Merkel spoke. Tomorrow nobody will.", "en")
    assert found.names == {skeleton("Merkel")}


@pytest.mark.parametrize(
    ("title", "text", "tickers"),
    [
        pytest.param("IBM <IBM> SETS DIVIDEND", "As <GE> did.", {"IBM"}, id="the title goes first"),
        pytest.param("Dividend", "Apple (NASDAQ: AAPL) said so.", {"AAPL"}, id="an exchange"),
        pytest.param("Health", "The agency (WHO) said so.", set(), id="an acronym is none"),
    ],
)
def test_tickers(title: str, text: str, tickers: set[str]) -> None:
    assert anchors_of(title, text, "en").tickers == tickers


@given(st.text(max_size=300))
def test_any_text_has_anchors_and_they_survive_storage(text: str) -> None:
    found = anchors_of("", text, "en")
    assert from_fingerprint(to_fingerprint(found)) == found
    whole = replace(found, told=(), named=(), lengths=())
    assert anchors_of("", text, "en", by_sentence=False) == whole
    written = to_fingerprint(whole, by_sentence=False)
    assert (written.algorithm, from_fingerprint(written)) == (OF_WHOLE, whole)


def test_no_text_has_no_anchors() -> None:
    assert anchors_of("", "", "") == Anchors()
