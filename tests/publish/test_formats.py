"""Both formats: valid whatever the text, and read back without loss."""

from __future__ import annotations

import json
import re
from calendar import timegm
from html import unescape
from io import BytesIO
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.models import Feed, Fetched
from ingestor.parse import parse
from ingestor.publish import atom, json_feed
from ingestor.publish.document import Document, legal, of_language, of_stories, of_story
from tests.publish.support import NOON, ORIGIN, atom_faults, carrier, json_faults, told

ALSO = (carrier(1, "en"), carrier(2, "de"), carrier(3, "en"), carrier(4, ""), carrier(5, "vi"))
HOSTILE = (
    "</title><script>alert(1)</script>",
    "]]> <![CDATA[ &amp; &#27; &lt;b&gt; \"'",
    "\u202egnp.exe\u202c \u2028 \u0085 \ufeff \ufffe \uffff \U0001f600\u200d",
    "nul \x00 esc \x1b[31m bell \x07 del \x7f c1 \x9b lone \ud800",
    "שלום עולם — مرحبا بالعالم",
    "x" * 10_000,
    "",
)
# What the store holds: one line without blanks at its ends; any character, most of them rare.
LINES = st.text(st.characters(exclude_categories=["Zs", "Zl", "Zp", "Cc"]), max_size=60)


def read_atom(document: Document) -> Any:
    found = feedparser.parse(BytesIO(atom.render(document)))
    assert not found.bozo, found.get("bozo_exception")
    return found


def text_of(content: str) -> str:
    """The paragraphs of published HTML."""
    return "\n\n".join(unescape(part) for part in re.findall(r"<p>(.*?)</p>", content, re.DOTALL))


def test_feedparser_reads_the_atom_feed_back_equal() -> None:
    story = told(also_in=ALSO)
    found = read_atom(of_stories(ORIGIN, [story]))
    (entry,) = found.entries

    assert (found.version, found.feed.title) == ("atom10", "Sample")
    assert (entry.id, entry.link, entry.title) == (
        "tag:news.example.org,2026-11-23:story/7",
        story.url,
        story.title,
    )
    assert timegm(entry.published_parsed) == timegm(entry.updated_parsed) == NOON.timestamp()
    assert text_of(entry.content[0].value) == story.text
    assert (entry.content[0].language, entry.author) == ("de", "Hafenbote")


@pytest.mark.parametrize("form", [atom, json_feed], ids=["atom", "json"])
def test_our_own_reader_reads_both_formats_equal(form: Any) -> None:
    story = told(also_in=ALSO)
    fetched = Fetched(
        url=ORIGIN.base_url,
        body=form.render(of_stories(ORIGIN, [story])),
        content_type=form.TYPE,
    )
    feed = Feed(url=ORIGIN.base_url, name="us")
    (entry,) = parse(feed.url, fetched, limit=10, now=NOON).entries

    assert (entry.guid, entry.link) == ("tag:news.example.org,2026-11-23:story/7", story.url)
    assert (entry.title, entry.language, entry.published) == (story.title, "de", NOON)
    assert text_of(entry.html) == story.text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_every_field_stays_text(text: str) -> None:
    other = carrier(1, "en", title=text, outlet=text or "o", url=f"https://x.example/{text}")
    one = told(title=text, text=text, outlet=text or "o", url="javascript:x", also_in=(other,))
    for document in (of_stories(ORIGIN, [one]), of_story(ORIGIN, [one])):
        assert atom_faults(atom.render(document)) == []
        assert json_faults(json_feed.render(document)) == []
        (entry,) = read_atom(document).entries
        assert entry.title == legal(text).strip()


@given(title=LINES, text=st.lists(LINES.filter(bool), max_size=4).map("\n\n".join))
def test_any_text_is_read_back_equal(title: str, text: str) -> None:
    document = of_stories(ORIGIN, [told(title=title, text=text)])
    (entry,) = read_atom(document).entries
    (item,) = json.loads(json_feed.render(document))["items"]

    read = entry.title, text_of(entry.content[0].value)
    assert read == (mended(legal(title)), mended(legal(text)))
    assert (item.get("title", ""), item["content_text"]) == (legal(title), legal(text))


def mended(text: str) -> str:
    """What feedparser, no matter who wrote it, makes of UTF-8 that was once taken for Latin-1.

    Source: `pop` in its `mixin.py`.
    """
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def test_feedparser_mends_what_looks_like_a_wrong_encoding() -> None:
    (entry,) = read_atom(of_stories(ORIGIN, [told(title="Â¡")])).entries
    assert entry.title == mended("Â¡") == "¡"


def test_each_language_has_one_alternate_and_the_rest_is_related() -> None:
    links = read_atom(of_stories(ORIGIN, [told(also_in=ALSO)])).entries[0].links
    assert [(link.rel, link.get("hreflang"), link.href) for link in links] == [
        ("alternate", "de", "https://hafenbote.example/fluss"),
        ("alternate", "en", "https://en.example/1"),
        ("related", "de", "https://de.example/2"),
        ("related", "en", "https://en.example/3"),
        ("alternate", None, "https://x.example/4"),
        ("alternate", "vi", "https://vi.example/5"),
        ("alternate", None, "https://hafenbote.example/fluss"),  # for those who take the last
    ]


def test_the_other_articles_of_a_story_are_named_in_json() -> None:
    feed = json.loads(json_feed.render(of_stories(ORIGIN, [told(also_in=ALSO[:1])])))
    assert feed["items"][0]["_ingestor"]["also_in"] == [
        {"url": "https://en.example/1", "title": "T1", "outlet": "O1", "language": "en"}
    ]
    assert "about" in feed["items"][0]["_ingestor"]


def test_an_article_without_an_address_is_published_without_one() -> None:
    document = of_stories(
        ORIGIN, [told(url="", title="", text="", also_in=(carrier(1, "", url=""),))]
    )
    assert atom_faults(atom.render(document)) == []
    assert json_faults(json_feed.render(document)) == []
    (item,) = json.loads(json_feed.render(document))["items"]
    assert not {"url", "title", "_ingestor"} & set(item)
    assert item["content_text"] == ""


def test_a_story_keeps_its_id_whichever_article_tells_it() -> None:
    one, other = (of_stories(ORIGIN, [told(id=number)]).entries[0] for number in (1, 2))
    assert one.id == other.id
    assert one.id != of_language(ORIGIN, "de", [told()]).entries[0].id


def test_a_feed_without_entries_is_valid() -> None:
    document = of_stories(ORIGIN, [])
    assert atom_faults(atom.render(document)) == json_faults(json_feed.render(document)) == []


@pytest.mark.parametrize("form", [atom, json_feed], ids=["atom", "json"])
def test_the_same_stories_give_the_same_bytes(form: Any) -> None:
    assert form.render(of_stories(ORIGIN, [told()])) == form.render(of_stories(ORIGIN, [told()]))
