"""Whatever a document is, what cleaning makes of it is shown, or one line says why not."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ingestor.errors import DataError
from ingestor.examine import Examined, examine
from ingestor.models import Fetched

NOW = datetime(2026, 11, 25, tzinfo=UTC)
URL = "https://news.example/2026/report"
SENTENCES = (
    "Ein schwerer Sturm ist am Freitag über Hamburg gezogen und hat mehrere Dächer abgedeckt.",
    "Die Feuerwehr rückte zu mehr als zweihundert Einsätzen aus, verletzt wurde dabei niemand.",
    "Die Bahn stellte den Verkehr nach Kiel für drei Stunden ein und setzte Busse ein.",
)
PAGE = (
    '<!DOCTYPE html><html lang="de"><head><title>Sturm über Hamburg | Zeitung</title>'
    '<meta property="article:published_time" content="2026-11-20T10:00:00+01:00"></head><body>'
    "<nav><a href=/>Start</a></nav><article><h1>Sturm über Hamburg</h1>"
    f"<p>{SENTENCES[0]} {SENTENCES[1]}</p><p>[Anzeige_2]</p><p>{SENTENCES[2]}</p>"
    "<p>Quelle: https://origin.example/2026/11/sturm</p><p>Kommentar (0)</p></article>"
    "</body></html>"
)
RSS = (
    '<rss version="2.0"><channel><title>T</title><language>de</language>'
    "<item><title>Eins</title><link>https://news.example/1</link>"
    "<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>"
    f"<description>&lt;p&gt;{SENTENCES[0]}&lt;/p&gt;&lt;p&gt;Kommentar (0)&lt;/p&gt;</description>"
    "</item><item><title>Zwei</title></item></channel></rss>"
)


def seen(body: bytes | str, url: str = URL, content_type: str = "") -> Examined:
    data = body.encode() if isinstance(body, str) else body
    return examine(Fetched(url=url, body=data, content_type=content_type), NOW)


def test_a_page_gives_its_report_with_what_was_taken_out_in_its_place() -> None:
    found = seen(PAGE)
    (item,) = found.items
    assert (found.kind, item.title, item.language) == ("page", "Sturm über Hamburg", "de")
    assert item.text == f"{SENTENCES[0]} {SENTENCES[1]}\n\n{SENTENCES[2]}"
    assert item.published_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert [source.url for source in item.sources] == ["https://origin.example/2026/11/sturm"]
    assert item.in_place
    assert [piece.rule for paragraph in item.paragraphs for piece in paragraph] == [
        "page_title", "", "placeholder", "", "source_line", "comment_words",
    ]  # fmt: skip


def test_a_feed_gives_all_its_items() -> None:
    found = seen(RSS)
    assert (found.kind, [item.title for item in found.items]) == ("feed", ["Eins", "Zwei"])
    first = found.items[0]
    assert (first.text, first.language) == (SENTENCES[0], "de")
    assert [removal.rule for removal in first.removals] == ["comment_words"]


def test_a_json_feed_is_a_feed() -> None:
    items = [{"id": "1", "title": "Eins", "content_html": f"<p>{SENTENCES[0]}</p>"}]
    found = seen(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}))
    assert (found.kind, found.items[0].text) == ("feed", SENTENCES[0])


@pytest.mark.parametrize(
    "body",
    [f"<p>{SENTENCES[0]}</p><p>Kommentar (0)</p>", f"{SENTENCES[0]}\n\nKommentar (0)"],
    ids=["HTML", "plain text"],
)
def test_a_piece_is_cleaned_like_an_item(body: str) -> None:
    found = seen(body)
    assert (found.kind, found.items[0].text) == ("piece", SENTENCES[0])


@pytest.mark.parametrize(
    ("charset", "declared"),
    [("utf-8", True), ("latin-1", True), ("latin-1", False), ("utf-16", False), ("utf-8", False)],
)
def test_the_charset_is_found(charset: str, *, declared: bool) -> None:
    meta = f'<meta charset="{charset}">' if declared else ""
    page = PAGE.replace("<head>", f"<head>{meta}").encode(charset)
    assert seen(page).items[0].text.startswith(SENTENCES[0])


@pytest.mark.parametrize(
    "body",
    [
        PAGE.replace("</p>", ""),
        PAGE.replace("</body></html>", ""),
        PAGE.replace("<article>", "<div><table><tr><td>").replace("</article>", "</b></i>"),
        PAGE[PAGE.index("<head>") :],
    ],
    ids=["unclosed paragraphs", "cut off", "crossed", "no html element"],
)
def test_broken_markup_keeps_the_report(body: str) -> None:
    found = seen(body)
    text = found.items[0].text
    assert found.kind == "page"
    assert all(sentence in text for sentence in SENTENCES)
    assert "Kommentar" not in text


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.7\n...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (bytes(range(256)) * 20, "binary data"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b'{"a": 1}', "no JSON Feed"),
        (b"[1, 2]", "no JSON Feed"),
        (b'<?xml version="1.0"?><opml version="2.0"><body/></opml>', "<opml>"),
        (RSS[: len(RSS) // 2].encode(), "stops in the middle"),
    ],
)  # fmt: skip
def test_what_cannot_be_cleaned_is_named(body: bytes, why: str) -> None:
    with pytest.raises(DataError, match=why) as found:
        seen(body)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    "body",
    [
        "<html></html>",
        "<html><body>" + "<div>" * 50_000,
        "<!doctype html>" + " " * 100 + "\0<p",
        "<",
        "&",
        "]]>",
    ],
)
def test_there_may_be_no_report(body: str) -> None:
    found = seen(body)
    assert len(found.items) == 1
    assert found.items[0].note or found.kind == "piece"


def test_the_page_says_itself_where_it_is() -> None:
    page = PAGE.replace("<head>", f'<head><link rel="canonical" href="{URL}">')
    assert seen(page, url="").items[0].url == URL


def test_a_page_that_stands_in_the_way_is_named() -> None:
    page = "<html><title>x</title><script src='/cdn-cgi/challenge-platform/a.js'></script></html>"
    assert seen(page).items[0].note == "it is a Cloudflare challenge page"
