"""The feeds that a page names, and no others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingestor.errors import ParseError
from ingestor.models import Fetched
from ingestor.parse import parse
from ingestor.parse.discovery import MOST, feed_links

SITE = "https://news.example/de/"
RSS, ATOM, JSON = "application/rss+xml", "application/atom+xml", "application/feed+json"


def link(href: str, kind: str = RSS, rel: str = "alternate", tag: str = "link") -> str:
    return f'<{tag} rel="{rel}" type="{kind}" href="{href}">'


def page(*links: str) -> str:
    return f"<!DOCTYPE html><html><head><title>News</title>{''.join(links)}</head><body></html>"


def test_they_come_in_the_order_of_the_page_each_once() -> None:
    links = link("/b.xml"), link("a.atom", ATOM), link("/feed.json", JSON), link("/b.xml", ATOM)
    assert feed_links(page(*links), SITE) == (
        "https://news.example/b.xml",
        "https://news.example/de/a.atom",
        "https://news.example/feed.json",
    )


@pytest.mark.parametrize(
    "written",
    [
        '<LINK REL="Alternate" TYPE="Application/RSS+XML; charset=utf-8" HREF="/rss">',
        "<link rel='home alternate' type=application/rss+xml href=' /rss '/>",
        '<a rel="alternate" type="application/rss+xml" href="/rss">RSS</a>',
        '<body><link rel="alternate" type="application/rdf+xml" href="/rss">',
    ],
)
def test_they_are_found_however_they_are_written(written: str) -> None:
    assert feed_links(page(written), SITE) == ("https://news.example/rss",)


def test_a_base_holds_for_them() -> None:
    found = feed_links(page('<base href="https://cdn.example/x/">', link("rss.xml")), SITE)
    assert found == ("https://cdn.example/x/rss.xml",)


@pytest.mark.parametrize(
    "written",
    [
        link("/en", "text/html"),
        link("/wp-json/posts/1", "application/json"),
        link("/rss", rel="stylesheet"),
        link("javascript:alert(1)"),
        link("file:///etc/passwd"),
        link(""),
        f"<!-- {link('/rss')} -->",
        '<a href="/feed">Feed</a>',
        "",
    ],
)
def test_what_names_no_feed_is_not_guessed_at(written: str) -> None:
    assert feed_links(page(written), SITE) == ()


@pytest.mark.parametrize(
    "text", ["", "<", "<html>" + "<div>" * 50_000, "\0", "<link rel=alternate"]
)
def test_a_broken_page_names_none(text: str) -> None:
    assert feed_links(text, SITE) == ()


def test_there_is_an_end_to_them() -> None:
    assert len(feed_links(page(*(link(f"/{n}") for n in range(1000))), SITE)) == MOST


def test_a_poll_of_a_site_says_where_its_feed_is() -> None:
    answer = Fetched(url=SITE, body=page(link("/rss.xml")).encode())
    with pytest.raises(
        ParseError, match=r"names its feed: https://news\.example/rss\.xml"
    ) as found:
        parse(SITE, answer, now=datetime(2026, 11, 25, tzinfo=UTC))
    assert found.value.kind == "not_a_feed"
