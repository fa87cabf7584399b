"""From a response body to entries, one sample document for each rule."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.errors import ParseError
from ingestor.models import Entry, Fetched, ParsedFeed
from ingestor.parse import parse
from ingestor.wording import counted

DATA = Path(__file__).resolve().parents[1] / "data" / "feeds"
FEED = "https://feeds.example/rss"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def parsed(body: bytes | str, *, limit: int = 1000, content_type: str = "") -> ParsedFeed:
    raw = body.encode() if isinstance(body, str) else body
    fetched = Fetched(url="https://final.example/dir/rss", body=raw, content_type=content_type)
    return parse(FEED, fetched, limit=limit, now=NOW)


def sample(name: str) -> ParsedFeed:
    return parsed((DATA / name).read_bytes())


def rss(*items: str) -> str:
    return (
        f'<rss version="2.0"><channel>{"".join(f"<item>{i}</item>" for i in items)}</channel></rss>'
    )


def refusal(body: bytes | str) -> ParseError:
    with pytest.raises(ParseError) as caught:
        parsed(body)
    return caught.value


def test_rss_gives_every_field() -> None:
    assert sample("rss_plain.xml") == ParsedFeed(
        format="rss20",
        title="Harbour News",
        site_url="https://harbour.example/",
        language="de-DE",
        ttl=timedelta(minutes=30),
        entries=(
            Entry(
                guid="h-1",
                link="https://final.example/ferry?id=1&x=2",
                title="Ferry returns to AT&T pier",
                html="<p>A ferry returned to the pier after three weeks.</p>",
                author="Ada Example",
                published=datetime(2026, 11, 1, 9, tzinfo=UTC),
                via_url="https://agency.example/rss",
                via_name="Agency",
                tags=("Harbour",),
            ),
        ),
    )


def test_atom_resolves_against_xml_base_and_escapes_plain_text() -> None:
    (entry,) = sample("atom_xml_base.xml").entries
    assert entry == Entry(
        guid="urn:1",
        link="https://base.example/d/a/b",
        title="One < two",
        html="<p>1 &lt; 2</p><p>next</p>",
        language="fr",
        published=datetime(2026, 10, 31, 8, tzinfo=UTC),
        updated=datetime(2026, 10, 31, 8, tzinfo=UTC),
        via_url="https://origin.example/x",
        via_name="Origin",
    )


def test_an_item_without_an_update_has_none() -> None:
    (entry,) = sample("rss_plain.xml").entries
    assert entry.updated is None


def test_rdf_asks_for_its_own_pace() -> None:
    feed = sample("syndication.xml")
    assert feed.format == "rss10"
    assert feed.ttl == timedelta(hours=12)
    assert feed.entries[0].published == datetime(2026, 10, 31, 8, tzinfo=UTC)


@pytest.mark.parametrize("ttl", ["0", "-5", "nan", "inf", "1e300", "100000", "soon", ""])
def test_a_wait_that_makes_no_sense_is_none(ttl: str) -> None:
    feed = parsed(f"<rss version='2.0'><channel><ttl>{ttl}</ttl><title>x</title></channel></rss>")
    assert feed.ttl is None


def test_duplicate_guids_are_told_apart() -> None:
    assert [e.guid for e in sample("duplicate_guids.xml").entries] == [
        "N/A",
        "N/A|https://x.example/b",
        "N/A|https://x.example/b|2",
        "N/A|2",
        "N/A|3",
    ]


def test_a_missing_guid_is_the_link_else_the_content() -> None:
    feed = sample("no_guids.xml")
    first, second = feed.entries
    assert first.guid == "https://x.example/a"
    assert second.guid.startswith("sha256:")
    assert (feed.dropped, feed.warnings) == (1, ("1 empty item",))


def test_a_shared_link_or_a_home_page_is_nobodys_own() -> None:
    assert [e.own_link for e in sample("shared_links.xml").entries] == [False, False, False, True]


def test_dates_that_cannot_be_true_are_none() -> None:
    feed = sample("bad_dates.xml")
    assert [e.published for e in feed.entries] == [None] * 5
    assert feed.warnings == ("4 items with a date that cannot be read or be true",)


def test_nothing_hostile_passes() -> None:
    feed = sample("hostile.xml")
    assert [e.link for e in feed.entries] == ["", "", ""]
    assert [e.title for e in feed.entries] == ["a b", "../../x", "right to left gpj"]


def test_a_truncated_document_is_refused() -> None:
    error = refusal((DATA / "truncated.xml").read_bytes())
    assert (error.kind, error.url) == ("truncated", FEED)


def test_no_cut_of_a_feed_passes_for_a_whole_one() -> None:
    whole = (DATA / "rss_plain.xml").read_bytes()
    end = whole.index(b"</channel>")
    for length in range(1, end):
        assert refusal(whole[:length]).kind in {"truncated", "not_a_feed", "empty_body"}


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        pytest.param("ill_formed.xml", ["Fish & Chips", "second"], id="loose parser"),
        pytest.param("unclosed_rss.xml", ["whole"], id="root left open"),
        pytest.param("noise_before_root.xml", ["whole"], id="noise before the root"),
    ],
)
def test_an_ill_formed_but_complete_document_is_kept_with_a_warning(
    name: str, titles: list[str]
) -> None:
    feed = sample(name)
    assert [e.title for e in feed.entries] == titles
    assert feed.warnings[0].startswith("not well-formed")


def test_a_web_page_is_named() -> None:
    error = refusal((DATA / "web_page.html").read_bytes())
    assert error.kind == "not_a_feed"
    assert error.reason == 'not a feed but an HTML page titled "Sign in & read on"'


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        pytest.param(b"", "empty_body", "empty", id="nothing"),
        pytest.param(b"\xef\xbb\xbf \n\0", "empty_body", "empty", id="nothing to see"),
        pytest.param(b"<opml/>", "not_a_feed", "<opml>", id="another dialect of XML"),
        pytest.param(b"Not found", "not_a_feed", '"Not found"', id="text"),
        pytest.param(b'{"error": 1}', "not_a_feed", "JSON", id="JSON"),
        pytest.param(b'{"a": tru}', "not_a_feed", "broken JSON", id="broken JSON"),
        pytest.param(b'{"items": [1, ', "truncated", "stops", id="cut JSON"),
        pytest.param(b'{"items": "abc', "truncated", "stops", id="JSON cut in a string"),
        pytest.param(b"[" * 100_000, "not_a_feed", "hostile", id="deep JSON"),
        pytest.param(b'{"a":' + b"9" * 5000 + b"}", "not_a_feed", "hostile", id="long number"),
    ],
)
def test_what_is_no_feed_says_so(body: bytes, kind: str, says: str) -> None:
    error = refusal(body)
    assert error.kind == kind
    assert says in error.reason


def test_errors_and_feeds_cross_a_process_border() -> None:
    error = refusal(b"Not found")
    assert pickle.loads(pickle.dumps(error)).reason == error.reason
    feed = sample("rss_plain.xml")
    assert pickle.loads(pickle.dumps(feed)) == feed


DATED = [f"<guid>{d}</guid><title>t</title><pubDate>2026-10-{d}</pubDate>" for d in (10, 30, 20)]


@pytest.mark.parametrize(
    ("items", "kept"),
    [
        pytest.param(DATED, ["30", "20"], id="the newest"),
        pytest.param([*DATED, "<guid>0</guid><title>t</title>"], ["10", "30"], id="the first"),
    ],
)
def test_the_limit_keeps_the_newest_in_document_order(items: list[str], kept: list[str]) -> None:
    feed = parsed(rss(*items), limit=2)
    assert [e.guid for e in feed.entries] == kept
    assert feed.dropped == len(items) - 2
    assert f"{counted(feed.dropped, 'item')} above the limit of 2" in feed.warnings


def test_the_longest_content_wins_and_is_capped() -> None:
    long = "<![CDATA[" + "<p>word</p>" * 60_000 + "]]>"
    (entry,) = parsed(rss(f"<guid>1</guid><description>{long}</description>")).entries
    assert 255 * 1024 < len(entry.html.encode()) <= 256 * 1024
    assert entry.html.endswith(">") or entry.html.endswith("d")


def test_an_item_that_is_given_twice_is_read_once() -> None:
    item = "<guid>1</guid><link>http://x.example/1</link><title>{}</title>"
    feed = parsed(rss(item.format("A"), item.format("A"), item.format("B")))
    assert [e.title for e in feed.entries] == ["A", "B"]
    assert feed.dropped == 1
    assert "1 item repeated" in feed.warnings


def test_a_feed_of_equal_guids_is_read_in_linear_time() -> None:
    feed = parsed(rss(*(f"<guid>N/A</guid><title>{n}</title>" for n in range(5000))), limit=5000)
    assert len({e.guid for e in feed.entries}) == 5000


def test_json_feed_gives_every_field() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "J",
        "home_page_url": "https://j.example/",
        "language": "en",
        "items": [
            {
                "id": 7,
                "url": "/7",
                "external_url": "https://origin.example/x",
                "title": "Seven",
                "content_html": "<p>a</p>",
                "content_text": "1 < 2\nlong enough",
                "date_published": "2026-10-31T10:00:00+02:00",
                "authors": [{"name": "A"}, {"name": "B"}, 3],
                "tags": ["t", None],
                "language": "fr",
            },
            "no object",
        ],
    }
    assert parsed(json.dumps(document)) == ParsedFeed(
        format="json11",
        title="J",
        site_url="https://j.example/",
        language="en",
        dropped=1,
        warnings=("1 item not a JSON object",),
        entries=(
            Entry(
                guid="7",
                link="https://final.example/7",
                title="Seven",
                html="<p>1 &lt; 2<br>long enough</p>",
                language="fr",
                author="A, B",
                published=datetime(2026, 10, 31, 8, tzinfo=UTC),
                via_url="https://origin.example/x",
                tags=("t",),
            ),
        ),
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
NAMES = "id url external_url title content_html summary date_published author authors tags"
KEYS = st.sampled_from(NAMES.split())


@given(st.lists(st.dictionaries(KEYS, JSON), max_size=3))
def test_no_json_item_breaks_the_parser(items: list[dict[str, object]]) -> None:
    body = json.dumps({"version": "https://jsonfeed.org/version/1", "items": items})
    feed = parsed(body)
    assert len(feed.entries) + feed.dropped == len(items)


@given(st.text(), st.text(), st.text())
def test_whatever_an_item_says_can_be_stored(title: str, link: str, text: str) -> None:
    body = rss(f"<guid>{link}</guid><title>{title}</title><description>{text}</description>")
    try:
        feed = parsed(body.encode("utf-8", "surrogatepass"))
    except ParseError:
        return
    for entry in feed.entries:
        for value in (entry.guid, entry.title, entry.html, entry.link):
            value.encode("utf-8")
            assert not set(value) & set(map(chr, range(9)))


@pytest.mark.parametrize(
    ("page", "url", "named"),
    [
        pytest.param(
            b"<html><title>Just a moment</title><script src='/cdn-cgi/challenge-platform/h'>",
            "https://a.example/rss",
            "a Cloudflare challenge page",
            id="Cloudflare",
        ),
        pytest.param(
            b"<html><script src='https://ct.captcha-delivery.com/c.js'></script></html>",
            "https://a.example/rss",
            "a DataDome challenge page",
            id="DataDome",
        ),
        pytest.param(
            b"<html><script src='https://abc.eu.token.awswaf.com/abc/challenge.js'></script>",
            "https://a.example/rss",
            "an AWS WAF challenge page",
            id="AWS WAF",
        ),
        pytest.param(
            b"<html><title>Before you continue</title>",
            "https://consent.news.example/m?continue=https://news.example/rss",
            "a consent page",
            id="consent",
        ),
        pytest.param(
            b"<html><form><input name=p type='password'></form>",
            "https://a.example/rss",
            "a login page",
            id="login form",
        ),
        pytest.param(
            b"<html><title>Welcome</title>",
            "https://a.example/wp-login.php?redirect_to=rss",
            "a login page",
            id="login address",
        ),
        pytest.param(
            b"<html><title>Cookies and consent: what you should know</title>",
            "https://a.example/2026/11/what-login-means",
            'an HTML page titled "Cookies and consent: what you should know"',
            id="an article about them is none",
        ),
    ],
)
def test_a_page_that_stands_in_the_way_is_named(page: bytes, url: str, named: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse("https://a.example/rss", Fetched(url=url, body=page), now=NOW)
    assert caught.value.kind == "not_a_feed"
    assert caught.value.reason == f"not a feed but {named}"
