"""Feedparser's sanitiser cases, polled, stored and published: nothing that runs comes out.

They are attacks on readers that show a feed's own HTML. Skipped where the collection is not.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import lxml.etree
import lxml.html
import pytest

from ingestor.config import PublishSettings
from ingestor.models import Feed, Fetched
from ingestor.publish.site import publish
from tests.corpora.test_real_feeds import pages
from tests.newsroom import Newsroom, newsroom

RUNS = re.compile(
    r"<\s*/?\s*(?:script|style|iframe|frame|object|embed|applet|meta|base|link|form|svg|math)\b"
    r"|<[a-z][^>]*\bon[a-z]+\s*=|(?:java|vb|live)script:|data:text/html|expression\(|-moz-binding",
    re.IGNORECASE,
)
HARMLESS = {"p", "br", "div", "span", "a", "blockquote", "ul", "ol", "li", "em", "strong", "html",
            "body", "head", "title", "h1", "h2", "h3", "cite", "q"}  # fmt: skip


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """A database that has taken in all the cases, each as a feed of its own."""
    cases = [page for page in pages("feeds-feedparser") if "/sanitize/" in page.name]
    assert len(cases) == 745
    feeds = [Feed(url=f"https://case{n}.example/rss", name=str(n)) for n in range(len(cases))]
    with newsroom(tmp_path_factory.mktemp("sanitising"), feeds) as opened:

        async def take_in() -> None:
            for feed, case in zip(feeds, cases, strict=True):
                await opened.answer(feed, Fetched(url=feed.url, body=case.body))

        asyncio.run(take_in())
        yield opened


def test_every_case_is_read(room: Newsroom) -> None:
    outcomes = dict(room.rows("SELECT outcome, count(*) FROM polls GROUP BY outcome"))

    assert outcomes == {"fetched": 745}
    assert room.count("articles") > 0


@pytest.mark.parametrize("column", ["title", "text", "url", "canonical_url", "author"])
def test_nothing_that_runs_is_stored(room: Newsroom, column: str) -> None:
    found = [value for (value,) in room.rows(f"SELECT {column} FROM articles")]

    assert [value for value in found if RUNS.search(value)] == []
    if column.endswith("url"):
        assert {value.partition(":")[0] for value in found} <= {"", "http", "https"}


def test_no_address_of_another_scheme_is_stored(room: Newsroom) -> None:
    found = room.rows("SELECT url FROM sources UNION SELECT link FROM sightings")

    assert {url.partition(":")[0] for (url,) in found} <= {"", "http", "https"}


def test_nothing_that_runs_is_published(room: Newsroom, tmp_path: Path) -> None:
    publish(room.settings.database, PublishSettings(), tmp_path)
    texts = [text for file in sorted(tmp_path.rglob("*")) if file.is_file() for text in said(file)]

    assert texts
    for text in texts:
        assert not RUNS.search(text)
        assert set(elements(text)) <= HARMLESS


def said(file: Path) -> Iterator[str]:
    """Every text and address of a published feed, as a reader would show it."""
    if file.suffix == ".json":
        yield from strings(json.loads(file.read_text(encoding="utf-8")))
        return
    for element in lxml.etree.parse(file).iter():
        yield element.text or ""
        yield from (str(value) for value in element.attrib.values())


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def elements(text: str) -> Iterator[str]:
    """The elements that a browser would see in it, and the schemes of their addresses."""
    if "<" not in text:
        return
    for element in lxml.html.fromstring(f"<div>{text}</div>").iter():
        yield str(element.tag)
        assert not [name for name in element.attrib if name.lower().startswith("on")]
        for name in ("href", "src", "action"):
            if address := element.attrib.get(name, ""):
                assert re.match(r"(?:https?|mailto):|[/#?]", address), address
