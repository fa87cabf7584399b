"""Where an article says it comes from."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.clean import clean
from ingestor.clean.attribution import _agencies
from ingestor.models import Entry, Source

STORY = "<p>The ministers agreed on Monday to build the bridge after years of talks.</p>"


ENTRY = Entry(guid="1", link="https://example.org/a")


def sources(html: str, entry: Entry = ENTRY) -> list[tuple[str, str, str]]:
    cleaned = clean(replace(entry, html=html))
    return [(source.kind, source.name, source.url) for source in cleaned.sources]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("<p>Quelle: https://example.vn/tin-1.html?utm_source=x</p>",
         ("url", "", "https://example.vn/tin-1.html")),
        ("<p>Nguồn: <a href='https://example.vn/tin'>Tin Mới</a></p>",
         ("url", "Tin Mới", "https://example.vn/tin")),
        ("<p>Source: <a href='/other'>Elsewhere</a></p>",
         ("url", "Elsewhere", "https://example.org/other")),
        ("<p>Источник: ТАСС</p>", ("agency", "TASS", "")),
        ("<p>Fuente: El Ejemplo</p>", ("publisher", "El Ejemplo", "")),
        ("<p>Quelle: <a href='javascript:x()'>Blatt</a></p>", ("publisher", "Blatt", "")),
    ],
)  # fmt: skip
def test_a_source_line_becomes_a_source(line: str, expected: tuple[str, str, str]) -> None:
    assert sources(STORY + line) == [expected]


@pytest.mark.parametrize(
    ("address", "is_source"),
    [
        ("https://example.org/long-words-make-a-headline.html", True),
        ("https://example.org/2024/03/bridge", True),
        ("https://example.org/story?id=12345", False),
        ("https://example.org/channel", False),
        ("https://track.example/t/t?a=1124961058&tk=1", False),
        ("https://example.org/", False),
    ],
)
def test_under_an_unknown_label_only_an_article_is_a_source(address: str, is_source: bool) -> None:
    found = sources(f"{STORY}<p>Wobasis: {address}</p>")
    assert bool(found) is is_source


@pytest.mark.parametrize(
    ("html", "agency"),
    [
        ("<p>MOSCOW, December 26 (TASS) – The minister spoke.</p>", "TASS"),
        ("<p>Berlin (dpa) - Der Minister sprach.</p>", "dpa"),
        ("<p>新华社北京1月1日电 部长讲话。</p>", "Xinhua"),
        ("<p>(서울=연합뉴스) 장관이 말했다.</p>", "Yonhap"),
        ("<p>【共同】大臣は述べた。</p>", "Kyodo"),
        ("<p>PARIS, AFP — Le ministre a parlé.</p>", "AFP"),
        (f"{STORY}<p>He left. (Reuters)</p>", "Reuters"),
        (f"{STORY}<p>PAP</p>", "PAP"),
        (f"<p>Von dpa</p>{STORY}", "dpa"),
    ],
)
def test_agencies_in_datelines_and_bylines(html: str, agency: str) -> None:
    assert sources(html) == [("agency", agency, "")]


@pytest.mark.parametrize(
    "html",
    [
        "<p>Reuters has moved into a new building, its owner said.</p>",
        "<p>The APEC summit (APEC) – it opened.</p>",
    ],
)
def test_an_agency_that_is_a_subject_is_no_source(html: str) -> None:
    assert sources(html) == []


def test_author_and_feed_element() -> None:
    entry = replace(ENTRY, author="Jane Doe / AFP", via_url="https://b.example/", via_name="B")
    assert sources(STORY, entry) == [
        ("via", "B", "https://b.example/"),
        ("agency", "AFP", ""),
    ]


def test_position_is_that_of_the_line() -> None:
    cleaned = clean(Entry(guid="1", html=f"[ad_1]{STORY}<p>Quelle: dpa</p>", author="AP"))
    assert cleaned.sources == (
        Source(kind="agency", name="dpa", position=2),
        Source(kind="agency", name="AP", position=-1),
    )


PIECES = ("dpa", "AFP", "新华社", "타스통신", "EFE", "a", "é", " ", "社", "(", "-")


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_an_agency_is_found_where_no_letter_touches_its_name(text: str) -> None:
    """Looking only where one may begin finds what looking everywhere does."""
    known = _agencies()
    expected = [match.span() for match in known.pattern.finditer(text)]
    assert [match.span() for match in known.find(text)] == expected
