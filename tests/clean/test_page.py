"""A whole page: where its article is, what it says about itself, what is left around it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest
from lxml import html as lxml_html

from ingestor.clean import clean
from ingestor.clean.furniture import prune
from ingestor.clean.markup import blocks, read
from ingestor.clean.matching import Context
from ingestor.clean.page import read_page
from ingestor.clean.remainder import sift_page
from ingestor.clean.rulebook import book
from ingestor.models import Entry

URL = "https://news.example/2026/bridge-opened.html"
REPORT = tuple(
    f"Paragraph {n} of the report tells what the mayor of Somewhere said about the new bridge, "
    f"which cost {n} million euros and took {n} years to build, and why nobody used it at first."
    for n in range(2, 8)
)


def page(body: str = "", *, head: str = "", report: tuple[str, ...] = REPORT) -> bytes:
    """A page around a report; `body` stands after its third paragraph."""
    first, rest = report[:3], report[3:]
    text = "".join(f"<p>{p}</p>" for p in first) + body + "".join(f"<p>{p}</p>" for p in rest)
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><title>Bridge opened | Example</title>{head}'
        "</head><body><nav><ul><li><a href='/'>Home</a></li><li><a href='/s'>Sport</a></li></ul>"
        f"</nav><main><article><h1>Bridge opened</h1>{text}</article></main>"
        "<footer><p>Imprint and contact of this outlet.</p></footer></body></html>"
    ).encode()


def text_of(body: bytes) -> str:
    found = read_page(body, url=URL)
    return clean(Entry(guid="g", link=URL, title=found.title, html=found.html), page=True).text


def test_the_report_is_found_whole_and_in_order() -> None:
    text = text_of(page())

    assert [text.index(paragraph) for paragraph in REPORT] == sorted(map(text.index, REPORT))
    assert "Imprint" not in text
    assert "Sport" not in text


FURNITURE = {
    "related": '<div class="related-posts"><p>Ten other bridges you know</p></div>',
    "camel": '<div class="c-newsletterBox"><p>Ten other bridges, by mail, daily.</p></div>',
    "caption": "<figure><img><figcaption>Ten other bridges from above.</figcaption></figure>",
    "alt text": '<img alt="Ten other bridges, seen"><p>Ten other bridges, seen</p>',
    "teaser": '<p><a href="/2026/other.html">Ten other bridges that nobody needs</a></p>',
    "rail": '<div class="l-right-rail"><p>Ten other bridges that you may cross</p></div>',
    "disclosure": '<p class="affiliate-text">Ten other bridges pay us for links.</p>',
    "rights": "<p>© Ten other bridges / Photographer</p>",
}


@pytest.mark.parametrize("furniture", FURNITURE.values(), ids=FURNITURE)
def test_furniture_between_paragraphs_goes(furniture: str) -> None:
    text = text_of(page(furniture))

    assert "Ten other" not in text
    assert all(paragraph in text for paragraph in REPORT)


def test_an_element_that_holds_the_report_is_no_furniture_whatever_its_name() -> None:
    body = page().replace(b"<article>", b'<article><div class="related share newsletter">')

    assert all(paragraph in text_of(body) for paragraph in REPORT)


def test_the_link_of_another_site_on_a_line_of_its_own_stays() -> None:
    line = (
        '<p><a href="https://elsewhere.example/study.pdf">The study of the bridge builders</a></p>'
    )

    assert "The study of the bridge builders" in text_of(page(line))


def test_a_date_line_at_the_top_goes_and_a_heading_that_nothing_follows() -> None:
    markup = (
        "<p>24 March 2026, 19:49 | Staff</p><p>The report says this and that.</p>"
        "<h2>A heading</h2><p>It says more.</p><h2>Elsewhere</h2><p>And:</p>"
    )
    kept, taken = sift_page(blocks(markup), book(), Context(url=URL))

    assert [block.text for _, block in kept] == [
        "The report says this and that.", "A heading", "It says more.",
    ]  # fmt: skip
    assert [(part.removal.rule, part.removal.position) for part in taken] == [
        ("page_dateline", 0), ("page_label", 4), ("page_label", 5),
    ]  # fmt: skip


PROSE = "The mayor said on Monday that the bridge would be open to everybody from next week on."


@pytest.mark.parametrize(
    ("below", "kept"),
    [
        ("<h3>Do you know these?</h3><p>Ten other bridges</p>", False),
        ("<h3>The bridges</h3><ul><li>Ten other bridges</li></ul>", True),
        ("<p>Ten other bridges</p>", True),
        (f"<h3>Why</h3><p>Ten other bridges</p><p>{PROSE}</p>", True),
        ("<p>Ten other bridges. Subscribe to our newsletter today.</p>", False),
        (f"<p>Fig. 3: Ten other bridges</p><p>{PROSE}</p>", False),
    ],
    ids=["a box", "a list", "a line", "a section", "an appeal", "a figure"],
)
def test_what_stands_below_a_heading_at_the_end_is_a_box(below: str, kept: bool) -> None:
    found = sift_page(blocks(f"<p>{PROSE}</p>{below}"), book(), Context(url=URL))[0]

    assert any("Ten other" in block.text for _, block in found) is kept


def test_the_lead_that_stands_apart_from_the_body_is_put_back() -> None:
    lead = "Nobody crossed the new bridge of Somewhere on its first day, and the mayor knows why."
    apart = f'<header><div class="standfirst">{lead}</div></header><main>'
    head = f'<meta name="description" content="{lead[:70]}…">'

    assert text_of(page(head=head).replace(b"<main>", apart.encode())).startswith(lead)
    assert text_of(page(lead, head=head)).count(lead) == 1


def test_a_lead_is_known_by_its_name_where_the_page_gives_no_summary() -> None:
    lead = "Nobody crossed the new bridge of Somewhere on its first day, and the mayor knows why."
    apart = f'<header><h1>Bridge opened</h1><p class="c-article__standfirst">{lead}</p></header>'
    image = f'<div class="lead-image-caption">{lead}</div>'

    assert text_of(page().replace(b"<main>", f"{apart}<main>".encode())).startswith(lead)
    assert lead not in text_of(page().replace(b"<main>", f"{image}<main>".encode()))


@pytest.mark.parametrize(
    ("items", "kept"),
    [
        ('<li>Traffic <a href="/a/b">Ten other bridges</a></li>' * 2, False),
        ('<li><a href="https://elsewhere.example/a">Ten other bridges</a></li>' * 2, True),
        ('<li><a href="/a/b">Ten other bridges</a></li><li>and what they cost</li>', True),
        ('<li>The mayor shows <a href="/a">two</a> of Ten other bridges</li>' * 2, True),
    ],
    ids=["of the site", "of another site", "with other items", "in sentences"],
)
def test_a_list_that_only_leads_to_other_pages_goes(items: str, kept: bool) -> None:
    markup = f"<p>{PROSE}</p><ul>{items}</ul><p>{PROSE}</p>"
    found = sift_page(blocks(markup), book(), Context(url=URL))[0]

    assert any("Ten other" in block.text for _, block in found) is kept


def test_a_page_of_which_nothing_would_stay_is_left_alone() -> None:
    kept, taken = sift_page(blocks("<h2>One</h2><h2>Two</h2>"), book(), Context(url=URL))

    assert [block.text for _, block in kept] == ["One", "Two"]
    assert taken == []


def test_a_page_says_who_wrote_it_and_when() -> None:
    head = (
        '<link rel="canonical" href="/2026/bridge-opened.html">'
        '<script type="application/ld+json">{"@graph": [{"@type": "WebSite"}, {"@type":'
        ' "NewsArticle", "headline": "Bridge opened", "datePublished": "2026-01-02T03:04:05+02:00",'
        ' "author": [{"name": "A. Writer"}], "isBasedOn": "https://first.example/a-b-c"}]}</script>'
    )
    found = read_page(page(head=head), url=URL + "?utm_source=x")

    assert found.title == "Bridge opened"
    assert found.published == datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)
    assert found.author == "A. Writer"
    assert found.language == "en-GB"
    assert found.canonical_url == URL
    assert found.origins == ("https://first.example/a-b-c",)


def test_a_canonical_link_to_another_site_is_where_the_report_comes_from() -> None:
    head = '<link rel="canonical" href="https://first.example/a-b-c.html">'

    assert read_page(page(head=head), url=URL).origins == ("https://first.example/a-b-c.html",)


def test_what_the_page_itself_calls_the_body_parts_the_report_from_the_rest() -> None:
    said = " ".join(REPORT)
    data = json.dumps({"@type": "Article", "articleBody": said})
    head = f'<script type="application/ld+json">{data}</script>'
    foreign = "<p>Sign in now to win a bicycle, a week at the sea, or another of many prizes.</p>"

    assert "bicycle" in text_of(page(foreign))
    assert "bicycle" not in text_of(page(foreign, head=head))
    assert "bicycle" in text_of(page(foreign, head=head.replace(said, said[:150])))


def test_the_body_in_json_stands_in_where_the_page_shows_nothing() -> None:
    said = "\\n".join(REPORT)
    body = (
        f'<html><head><script type="application/ld+json">{{"@type": "NewsArticle", "articleBody":'
        f' "{said}"}}</script></head><body><div id="root"></div></body></html>'
    )

    assert all(paragraph in text_of(body.encode()) for paragraph in REPORT)


@pytest.mark.parametrize(
    "charset", ["utf-8", "iso-8859-1", "windows-1252"], ids=lambda charset: charset
)
def test_the_charset_that_the_page_names_is_obeyed(charset: str) -> None:
    report = tuple(f"Für {p} gäbe es Grüße." for p in REPORT)
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
    body = page(head=head, report=report).decode().encode(charset)

    assert report[0] in text_of(body)


HOSTILE = {
    "empty": b"",
    "binary": bytes(range(256)) * 400,
    "deep": b"<div>" * 100_000 + b"text",
    "deep furniture": b'<div class="related">' * 20_000 + b"<p>text</p>",
    "deep json": b'<script type="application/ld+json">' + b"[" * 200_000 + b"</script>",
    "many links": b"<p><a href=/x>teaser of another page</a></p>" * 20_000,
    "many attributes": b"<p " + b" ".join(b"a%d=1" % n for n in range(20_000)) + b">text</p>",
    "unclosed": b"<p><b><i>some words here " * 20_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_end(body: bytes) -> None:
    started = time.process_time()

    text_of(body)

    assert time.process_time() - started < 20  # the worker's limit is 30 s; a hang is what we test


def test_a_link_within_a_sentence_stays_whatever_its_name() -> None:
    line = f'<p>{PROSE} <a class="btn-related" href="/x">Ten other bridges</a> are planned.</p>'

    assert f"{PROSE} Ten other bridges are planned." in text_of(page(line))


def test_what_stands_around_an_advertisement_is_not_joined() -> None:
    markup = f'<p>{PROSE}</p><div>One.<div class="ad-slot">Buy</div>Two.</div>'
    root = lxml_html.document_fromstring(markup)
    prune(root, f"{PROSE} One. Buy Two.")

    assert [block.text for block in read(root)] == [PROSE, "One.", "Two."]


def test_what_holds_the_article_is_no_furniture_however_much_a_page_prints_below_it() -> None:
    comments = "".join(f"<p>Comment {n}: {PROSE}</p>" for n in range(40))
    markup = f'<div class="widget">{PROSE}</div><div class="thread">{comments}</div>'
    root = lxml_html.document_fromstring(markup)
    prune(root, PROSE)

    assert PROSE in [block.text for block in read(root)]


@pytest.mark.parametrize(
    "line",
    ["BRIDGE OPENED", "City: Bridge opened", "Bridge – opened!"],
    ids=["capitals", "a word above it", "other signs"],
)
def test_the_headline_is_known_however_it_is_set(line: str) -> None:
    kept, taken = sift_page(
        blocks(f"<h2>{line}</h2><p>{PROSE}</p>"), book(), Context(title="Bridge opened", url=URL)
    )

    assert [block.text for _, block in kept] == [PROSE]
    assert [part.removal.rule for part in taken] == ["page_title"]


STATES = {
    "markup": json.dumps({"props": {"body": "".join(f"<p>{p}</p>" for p in REPORT)}}),
    "paragraphs": json.dumps({"elements": [{"type": "text", "content": p} for p in REPORT]}),
    "pushed": json.dumps([1, json.dumps({"content": "<p>" + "</p><p>".join(REPORT)})]),
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_an_article_that_only_the_scripts_hold_is_found(state: str) -> None:
    body = (
        '<html><head><title>Bridge opened</title></head><body><div id="app"></div>'
        f"<script>window.state = {state.replace('<', chr(92) + 'u003c')};</script></body></html>"
    )

    assert text_of(body.encode()).split("\n\n") == list(REPORT)


def test_half_a_character_in_a_script_is_left_out() -> None:
    report = [f"{paragraph} \ud83d" for paragraph in REPORT]  # as programs cut an emoji in two
    state = json.dumps({"content": "<p>" + "</p><p>".join(report)})
    body = f'<html><body><div id="app"></div><script>window.state = {state};</script></body></html>'

    found = read_page(body.encode(), url=URL)

    assert REPORT[0] in found.html
    assert found.html.encode().decode() == found.html
