"""Linked pages, from a teaser in a feed to the full text in the database, over a real server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from ipaddress import ip_network
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest

from ingestor import housekeeping
from ingestor.config import CleanSettings, FetchSettings
from ingestor.errors import StoreFull
from ingestor.fetch.client import Client
from ingestor.fulltext import PROBED, PROBES
from ingestor.linked import PageReport
from ingestor.models import Feed, Fulltext
from ingestor.pipeline import Line, poll
from ingestor.polled import Report
from ingestor.reader import read_all
from ingestor.reclean import keep_up
from ingestor.reread import reread
from ingestor.worker import Workers
from tests.daemon_harness import command, rows, started, write_config
from tests.fault_server import FaultServer, Handler, Names, redirect, reply, silent
from tests.newsroom import DAY, HOUR, Item, Newsroom, document, full_disk, newsroom, story

P = ParamSpec("P")
T = TypeVar("T")

MINUTE = timedelta(minutes=1)
LOOPBACK = FetchSettings(
    allow_networks=(ip_network("127.0.0.1/32"),), per_host_interval=0.0, timeout=5.0
)
GERMAN = "Am Samstag beginnt das Hafenfest mit einer Parade der alten Schiffe. " * 20
LONG = "".join(f"<p>{story(n)}</p>" for n in range(200, 800))
HTML = {"Content-Type": "text/html; charset=utf-8"}


def report(number: int) -> list[str]:
    """The paragraphs of a report; the first is what the feed gives of it."""
    return [story(number * 100 + part) for part in range(8)]


def web_page(number: int, head: str = "", body: str = "", **changes: str) -> bytes:
    """A page that holds a report, as pages do."""
    title = changes.get("title", f"Report {number}")
    text = changes.get("text") or "".join(f"<p>{escape(part)}</p>" for part in report(number))
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>"
        f"<nav><a href=/>Home</a></nav><article><h1>{title}</h1>{text}</article>{body}"
        "<footer>All rights reserved</footer></body></html>"
    ).encode()


def teaser(number: int, link: str, **changes: Any) -> Item:
    opening = report(number)[0][:200] + "…"
    return replace(
        Item(guid=f"g{number}", title=f"Report {number}", text=opening, link=link), **changes
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A site, and a newsroom that polls its feed."""

    server: FaultServer
    room: Newsroom
    line: Line
    feed: Feed

    def url(self, path: str, name: str = "a.test") -> str:
        return self.server.url(path, name)

    def shows(self, number: int, page: bytes | Handler | None, path: str = "") -> str:
        """Put a page there; give its address."""
        path = path or f"/report-{number}"
        answer = page if callable(page) else reply(200, page or b"", HTML)
        self.server.route(path, answer)
        return self.url(path)

    async def publish(self, *items: Item) -> Report:
        self.room.clock.advance(HOUR)
        content = document("a.test", *items)
        self.server.route("/rss", reply(200, content, {"Content-Type": "application/rss+xml"}))
        return await poll(self.line, self.feed, self.room.ledger.states()[self.feed.url])

    async def read(self) -> tuple[PageReport, ...]:
        """Read the pages that are due."""
        feeds = [state.id for state in self.room.ledger.states().values()]
        return (await read_all(self.line, feeds, lambda _: None)).read

    async def tell(self, number: int, page: bytes | Handler | None, **changes: Any) -> PageReport:
        """Publish the teaser of a report and read its page."""
        await self.publish(teaser(number, self.shows(number, page), **changes))
        (read,) = await self.read()
        return read

    def one(self, sql: str) -> Any:
        ((value,),) = self.room.rows(sql)
        return value

    def asked(self, path: str) -> int:
        return sum(request.path == path for request in self.server.requests)


@contextlib.asynccontextmanager
async def staged(
    folder: Path,
    fulltext: Fulltext = "auto",
    *,
    per_day: int = 200,
    of_feed: Fulltext | None = None,
    **feed: Any,
) -> AsyncIterator[Stage]:
    names = Names(a=["127.0.0.1"], b=["127.0.0.1"], inside=["127.0.0.2"])
    async with FaultServer() as server:
        server.route("/robots.txt", reply(404))
        subject = Feed(url=server.url("/rss", "a.test"), name="Alpha", fulltext=of_feed, **feed)
        with newsroom(folder, (subject,)) as room:
            clean = CleanSettings(fulltext=fulltext, fulltext_per_day=per_day)
            settings = replace(room.settings, clean=clean, fetch=LOOPBACK)
            room.ledger.sync(settings, room.clock())
            async with Client(LOOPBACK, clock=room.clock, resolver=names) as client:
                line = replace(room.line, settings=settings, fetch=client.get, web=client)
                yield Stage(server=server, room=room, line=line, feed=subject)


# --- the text of the page ----------------------------------------------------------------


async def test_a_teaser_becomes_the_text_of_its_page(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        read = await stage.tell(1, web_page(1))
        assert (read.outcome, read.reason) == ("used", "")
        ((text, whose, removed),) = stage.room.rows(
            "SELECT text, text_from, (SELECT count(*) FROM revisions) FROM articles"
        )
        assert text.split("\n\n") == report(1)
        assert (whose, removed) == ("page", 0)
        ((outcome, status, size, characters, next_at),) = stage.room.rows(
            "SELECT outcome, status, bytes, characters, next_at FROM page_fetches"
        )
        assert (outcome, status, characters, next_at) == ("used", 200, len(text), None)
        assert size > 1000
        assert stage.room.count("page_queue") == 0
        assert await stage.read() == ()


async def test_a_text_of_a_page_is_cleaned_again_as_one(tmp_path: Path) -> None:
    rows = (
        "SELECT title, text, language, text_hash, text_from, canonical_url FROM articles",
        "SELECT rule, field, position, text FROM removals ORDER BY position, rule",
        "SELECT kind, name, url, position FROM sources ORDER BY kind, url",
        "SELECT rules, blocks, longest FROM cleanings",
        "SELECT part, algorithm, value FROM fingerprints",
    )
    head = '<link rel="canonical" href="/own"><meta name="author" content="AFP">'
    page = web_page(1, head, '<p><a href="/more">Another report of the day</a></p>')
    async with staged(tmp_path) as stage:
        await stage.tell(1, page)
        before = [stage.room.rows(sql) for sql in rows]
        stage.room.rows("UPDATE cleanings SET rules = 0")
        stage.room.rows("UPDATE articles SET text = text || ' [ad_1]'")
        done = await keep_up(stage.line, 100)
        assert (done.done, done.changed) == (1, 1)
        assert [stage.room.rows(sql) for sql in rows] == before
        assert before[1] != []


async def test_a_page_that_gives_no_more_leaves_the_feeds_text(tmp_path: Path) -> None:
    async with staged(tmp_path, "always") as stage:
        read = await stage.tell(1, web_page(1, text=f"<p>{report(1)[0]}</p>"), text=report(1)[0])
        assert (read.outcome, read.kind) == ("kept", "no_fuller")
        assert stage.one("SELECT text_from FROM articles") == "feed"
        assert "the feed" in stage.one("SELECT reason FROM full_texts WHERE state = 'feed'")


async def test_the_page_gives_the_date_the_author_and_the_origin_that_the_feed_lacks(
    tmp_path: Path,
) -> None:
    head = (
        '<meta property="article:published_time" content="2026-11-20T08:00:00+02:00">'
        '<meta name="author" content="A. Writer"><meta name="original-source"'
        ' content="https://origin.example/2026/11/20/report">'
    )
    async with staged(tmp_path) as stage:
        await stage.tell(1, web_page(1, head))
        ((published, author),) = stage.room.rows("SELECT published_at, author FROM articles")
        assert (published, author) == ("2026-11-20T06:00:00Z", "A. Writer")
        assert stage.room.rows("SELECT kind, url FROM sources WHERE url <> ''") == [
            ("url", "https://origin.example/2026/11/20/report")
        ]


async def test_a_date_that_cannot_be_true_is_not_taken_from_a_page(tmp_path: Path) -> None:
    head = '<meta property="article:published_time" content="2036-11-20T08:00:00Z">'
    async with staged(tmp_path) as stage:
        await stage.tell(1, web_page(1, head))
        assert stage.one("SELECT published_at FROM articles") is None


async def test_a_page_completes_an_article_whose_text_stays_the_feeds(tmp_path: Path) -> None:
    head = '<meta property="article:published_time" content="2026-11-20T08:00:00Z">'
    page = web_page(1, head, text=f"<p>{report(1)[0]}</p>")
    async with staged(tmp_path, "always") as stage:
        read = await stage.tell(1, page, text=report(1)[0])
        ((published, whose, text),) = stage.room.rows(
            "SELECT published_at, text_from, text FROM articles"
        )
        assert (read.outcome, published, whose) == ("kept", "2026-11-20T08:00:00Z", "feed")
        assert text == report(1)[0]


@pytest.mark.parametrize(
    ("named", "believed"),
    [
        ("http://a.test/2026/report", True),
        ("http://www.a.test/2026/report?utm_source=x", True),
        ("http://a.test/", False),
        ("http://elsewhere.example/report", False),
    ],
)
async def test_a_canonical_address_is_believed_of_its_own_site_alone(
    tmp_path: Path, named: str, *, believed: bool
) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(1, web_page(1, f'<link rel="canonical" href="{named}">'))
        found = stage.one("SELECT canonical_url FROM articles")
        assert (found == "https://a.test/2026/report") is believed
        if believed:  # and the link still leads to the article
            link = stage.one("SELECT link_url FROM articles")
            assert stage.room.ledger.store.articles_by_url([link]) == {link: 1}


async def test_the_text_of_a_page_is_no_edit_and_an_edit_is_read_anew(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(1, web_page(1))
        assert stage.room.count("revisions") == 0
        link = stage.shows(1, web_page(1, text=f"<p>{'</p><p>'.join(report(2))}</p>"))
        await stage.publish(teaser(1, link, text=report(2)[0][:150] + " …"))
        assert stage.room.count("revisions") == 1
        (read,) = await stage.read()
        assert read.outcome == "used"
        assert stage.room.count("revisions") == 1
        assert stage.one("SELECT text FROM articles").split("\n\n") == report(2)


async def test_a_feed_that_only_touches_its_markup_leaves_the_text_of_the_page(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(1, web_page(1))
        for number in range(3):  # as feeds do that count their readers by a picture
            pixel = f"</p><img src='/pixel?{number}'><p>"
            touched = teaser(1, stage.url("/report-1"), text=report(1)[0][:200] + "…" + pixel)
            assert (await stage.publish(touched)).updated == 0
        assert await stage.read() == ()
        assert stage.one("SELECT text_from FROM articles") == "page"
        assert stage.room.count("revisions") == 0


async def test_the_fuller_text_finds_the_story(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        whole = "".join(f"<p>{part}</p>" for part in report(1))
        await stage.publish(
            Item(guid="whole", title="Another headline", link="http://b.test/x", text=whole)
        )
        await stage.tell(1, web_page(1), title="Of other words")
        assert stage.one("SELECT count(DISTINCT story_id) FROM articles") == 1
        assert stage.room.count("matches") == 1


# --- which pages are read ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("fulltext", "item", "read"),
    [
        ("never", teaser(1, ""), False),
        ("auto", teaser(1, ""), True),
        ("auto", teaser(1, "", text=""), True),
        ("auto", teaser(1, "", text=report(1)[0]), True),
        ("auto", teaser(1, "", text=" ".join(report(1))), False),
        ("auto", teaser(1, "", text=" ".join(report(1)) + " […]"), True),
        ("auto", teaser(1, "", text=f"{' '.join(report(1))}</p><p>Read more"), True),
        ("always", teaser(1, "", text=" ".join(report(1))), True),
    ],
)
async def test_auto_reads_the_pages_of_teasers(
    tmp_path: Path, fulltext: Fulltext, item: Item, *, read: bool
) -> None:
    async with staged(tmp_path, fulltext) as stage:
        await stage.publish(replace(item, link=stage.shows(1, web_page(1))))
        assert len(await stage.read()) == read
        assert stage.asked("/report-1") == read


async def test_a_short_report_of_a_feed_that_gives_whole_ones_is_no_teaser(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        whole = [
            replace(teaser(n, stage.url(f"/w{n}")), text=" ".join(report(n))) for n in range(2, 7)
        ]
        await stage.publish(teaser(1, stage.url("/short"), text=report(1)[0]), *whole)
        assert await stage.read() == ()


@pytest.mark.parametrize("link", ["", "http://a.test/", "http://a.test/index.html"])
async def test_what_has_no_page_of_its_own_is_not_read(tmp_path: Path, link: str) -> None:
    async with staged(tmp_path, "always") as stage:
        await stage.publish(teaser(1, link))
        assert stage.room.count("page_queue") == 0


async def test_a_feed_has_its_own_setting(tmp_path: Path) -> None:
    async with staged(tmp_path, "always", of_feed="never") as stage:
        await stage.publish(teaser(1, stage.shows(1, web_page(1))))
        assert await stage.read() == ()


# --- what is not kept --------------------------------------------------------------------


async def test_of_a_feed_whose_pages_gave_no_more_no_others_are_read_for_a_month(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path) as stage:

        async def tell(number: int) -> int:
            short = report(number)[0]
            link = stage.shows(number, web_page(number, text=f"<p>{short}</p>"))
            await stage.publish(teaser(number, link, text=short))
            return len(await stage.read())

        assert [await tell(n) for n in range(1, PROBES + 3)] == [1] * PROBES + [0, 0]
        stage.room.clock.advance(PROBED)
        assert await tell(PROBES + 3) == 1


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        pytest.param(web_page(1, '<meta name="robots" content="index, noarchive">'), "noarchive",
                     id="noarchive"),
        pytest.param(web_page(1, '<meta name="robots" content="noindex">'), "", id="noindex"),
        pytest.param(reply(200, web_page(1), {**HTML, "X-Robots-Tag": "noarchive"}), "noarchive",
                     id="noarchive as a header"),
        pytest.param(
            web_page(1, '<script type="application/ld+json">{"@type": "NewsArticle",'
                        ' "isAccessibleForFree": false}</script>'), "paywall", id="paywall"),
        pytest.param(
            web_page(1, '<script src="/cdn-cgi/challenge-platform/x.js"></script>'), "obstacle",
            id="challenge"),
        pytest.param(web_page(1, title="Sign in", text="<input type=password>"), "obstacle",
                     id="login"),
        pytest.param(web_page(1, body="<form><input type=password></form>"), "",
                     id="a report beside a login"),
        pytest.param(web_page(9, title="Hafenfest", text=f"<p>{GERMAN}</p>"), "unrelated",
                     id="another report"),
        pytest.param(redirect("/"), "elsewhere", id="front page"),
        pytest.param(reply(200, b"%PDF-1.7", {"Content-Type": "application/pdf"}), "not_a_page",
                     id="a PDF"),
        pytest.param(reply(404), "http", id="404"),
        pytest.param(reply(410), "gone", id="410"),
        pytest.param(reply(403, b"", {"cf-mitigated": "challenge"}), "challenge",
                     id="challenge by status"),
        pytest.param(redirect("http://inside.test/"), "refused_address", id="private"),
        pytest.param(redirect("file:///etc/passwd"), "scheme", id="a file"),
        pytest.param(reply(200, b"", HTML), "unrelated", id="nothing"),
    ],
)  # fmt: skip
async def test_a_page_that_is_not_kept_is_named_and_not_asked_for_again(
    tmp_path: Path, page: bytes | Handler, kind: str
) -> None:
    async with staged(tmp_path) as stage:
        stage.server.route("/", reply(200, b"<html>home</html>", HTML))
        read = await stage.tell(1, page)
        assert (read.kind, read.outcome == "used") == (kind, not kind)
        assert len(read.reason.split()) > 2 or not kind
        assert stage.one("SELECT text_from FROM articles") == ("feed" if kind else "page")
        assert stage.room.count("page_queue") == 0
        assert stage.room.rows("SELECT kind, reason FROM full_texts") == [(kind, read.reason)]


async def test_the_permissions_of_a_feed_are_not_those_of_its_pages(tmp_path: Path) -> None:
    networks = (ip_network("127.0.0.0/8"),)
    async with (
        FaultServer("127.0.0.2") as inside,
        staged(tmp_path, allow_networks=networks) as stage,
    ):
        await stage.publish(teaser(1, inside.url("/secret")))
        (read,) = await stage.read()
        assert (read.kind, read.outcome) == ("refused_address", "skipped")
        assert "our guard refused" in read.reason
        assert inside.connections == 0


# --- robots.txt --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "read"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /report-*", False),
        ("User-agent: *\nDisallow: /private/", True),
        ("User-agent: *\nDisallow: /\nAllow: /report", True),
        ("User-agent: ingestor\nDisallow: /\nUser-agent: *\nAllow: /", False),
        ("User-agent: *\nDisallow: /\nUser-agent: ingestor\nDisallow:", True),
        ("<html>no such page</html>", True),
        ("", True),
    ],
)
async def test_robots_txt_is_obeyed(tmp_path: Path, rules: str, *, read: bool) -> None:
    async with staged(tmp_path) as stage:
        stage.server.route("/robots.txt", reply(200, rules.encode()))
        found = await stage.tell(1, web_page(1))
        assert (found.outcome, found.kind) == (("used", "") if read else ("skipped", "robots"))
        assert stage.asked("/report-1") == read


async def test_robots_txt_is_obeyed_after_a_redirect_too(tmp_path: Path) -> None:
    async with FaultServer() as other, staged(tmp_path) as stage:
        other.route("/robots.txt", reply(200, b"User-agent: *\nDisallow: /"))
        other.route("/there", reply(200, web_page(1), HTML))
        read = await stage.tell(1, redirect(other.url("/there", "b.test")))
        assert read.kind == "robots"
        assert [request.path for request in other.requests] == ["/robots.txt"]


async def test_robots_txt_is_asked_for_once_a_day_even_after_a_restart(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for number, wait in ((1, HOUR), (2, 20 * HOUR), (3, 5 * HOUR)):
            stage.room.clock.advance(wait)
            await stage.tell(number, web_page(number))
        assert stage.asked("/robots.txt") == 2


async def test_what_a_site_allows_is_forgotten_a_month_after_it_was_of_use(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(1, web_page(1))
        for days, kept in ((30, 1), (2, 0)):
            stage.room.clock.advance(days * DAY)
            housekeeping.tidy(stage.room.ledger, stage.room.clock())
            assert stage.room.count("robots") == kept


async def test_a_crawl_delay_is_kept_to(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.server.route("/robots.txt", reply(200, b"User-agent: *\nCrawl-delay: 90"))
        await stage.publish(*(teaser(n, stage.shows(n, web_page(n))) for n in (1, 2)))
        assert len(await stage.read()) == 1
        stage.room.clock.advance(MINUTE)
        assert await stage.read() == ()
        stage.room.clock.advance(MINUTE)
        assert len(await stage.read()) == 1


# --- trying again ------------------------------------------------------------------------


async def test_a_page_that_fails_for_now_is_tried_thrice_at_growing_intervals(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(1, reply(500))
        for wait in (15 * MINUTE, HOUR):
            assert await stage.read() == ()
            stage.room.clock.advance(wait)
            (read,) = await stage.read()
            assert (read.outcome, read.kind) == ("failed", "http")
        stage.room.clock.advance(DAY)
        assert await stage.read() == ()
        assert stage.asked("/report-1") == 3
        assert stage.room.rows("SELECT state, kind, status FROM full_texts") == [
            ("feed", "http", 500)
        ]


async def test_a_fault_of_ours_over_a_page_is_named_and_ends_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Workers(1) as workers:

        async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
            if fn is reread:
                await workers.run(int, "no number")
            return fn(*args, **kwargs)

        await stage.publish(teaser(1, stage.shows(1, web_page(1))))
        line = replace(stage.line, work=work)
        (read,) = (await read_all(line, [1], lambda _: None)).read
        fault = "ValueError: invalid literal for int() with base 10: 'no number'"
        assert (read.outcome, read.kind) == ("failed", "worker_fault")
        assert read.reason.startswith(f"a fault of ours: {fault} (")


async def test_a_page_that_comes_back_is_read(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(1, reply(503))
        stage.shows(1, web_page(1))
        stage.room.clock.advance(HOUR)
        (read,) = await stage.read()
        assert read.outcome == "used"


async def test_all_pages_of_a_host_that_is_down_wait_together(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.server.route("/robots.txt", reply(503))
        await stage.publish(*(teaser(n, stage.shows(n, web_page(n))) for n in range(1, 6)))
        reads = await stage.read()
        assert [(read.outcome, read.kind) for read in reads] == [("skipped", "robots_unreachable")]
        assert stage.room.count("page_queue") == 5
        stage.server.route("/robots.txt", reply(404))
        stage.room.clock.advance(2 * HOUR)
        assert len(await stage.read()) == 5


async def test_a_retry_after_holds_for_pages_and_is_no_failure_of_theirs(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(1, reply(429, b"", {"Retry-After": "7200"}))
        stage.room.clock.advance(HOUR)
        assert await stage.read() == ()
        assert stage.one("SELECT tries FROM page_queue") == 0


async def test_a_day_has_its_cap_and_an_old_wish_is_given_up(tmp_path: Path) -> None:
    async with staged(tmp_path, per_day=2) as stage:
        await stage.publish(*(teaser(n, stage.shows(n, web_page(n))) for n in range(1, 8)))
        assert len(await stage.read()) == 2
        assert stage.one("SELECT count(*) FROM page_queue") == 5
        stage.room.clock.advance(DAY)
        assert len(await stage.read()) == 2
        stage.room.clock.advance(DAY)
        assert len(await stage.read()) == 2
        assert stage.room.rows(
            "SELECT outcome, kind FROM page_fetches WHERE outcome <> 'used'"
        ) == [("skipped", "cap")]


async def test_what_was_wanted_survives_a_restart(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.publish(teaser(1, stage.shows(1, web_page(1))))
        with newsroom(tmp_path, (stage.feed,)) as again:
            assert again.count("page_queue") == 1


async def test_pages_of_a_feed_that_is_configured_no_longer_are_not_wanted(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.publish(teaser(1, stage.shows(1, web_page(1))))
        ledger, line = stage.room.ledger, stage.line
        ledger.sync(
            replace(line.settings, clean=CleanSettings(fulltext="never")), stage.room.clock()
        )
        assert stage.room.count("page_queue") == 0


# --- beside other work -------------------------------------------------------------------


async def test_an_article_that_is_edited_meanwhile_waits_for_its_new_page(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        entered, leave = asyncio.Event(), asyncio.Event()

        async def slow(request: Any, writer: asyncio.StreamWriter) -> None:
            entered.set()
            await leave.wait()
            await reply(200, web_page(1), HTML)(request, writer)

        link = stage.shows(1, slow)
        await stage.publish(teaser(1, link))
        reading = asyncio.create_task(stage.read())
        await entered.wait()
        await stage.publish(teaser(1, link, title="Report 1, corrected"))
        stage.shows(1, web_page(1))
        leave.set()
        await reading
        assert stage.one("SELECT title FROM articles") == "Report 1, corrected"
        assert stage.one("SELECT text_from FROM articles") == "page"


async def test_a_poll_is_stored_before_a_page_is_asked_for(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        report = await stage.publish(teaser(1, stage.shows(1, silent)))
        assert (report.outcome, report.new) == ("fetched", 1)
        assert stage.asked("/report-1") == 0


async def test_a_database_that_cannot_be_written_loses_no_wish(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(1, web_page(1))
        await stage.publish(teaser(1, ""), teaser(2, stage.shows(2, web_page(2, text=LONG))))
        with full_disk(stage.room), pytest.raises(StoreFull):
            await stage.read()
        assert stage.room.count("page_queue") == 1
        (read,) = await stage.read()
        assert read.outcome == "used"


def jsonl(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


# --- by the real program -----------------------------------------------------------------


async def test_the_daemon_reads_pages(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        link = stage.server.url("/report-1")
        stage.shows(1, web_page(1))
        stage.server.route("/rss", reply(200, document("a.test", teaser(1, link))))
        config = write_config(tmp_path, [stage.server.url("/rss")]).read_text()
        config = config.replace('"never"', '"auto"').replace("news.db", "other.db")
        (tmp_path / "ingestor.toml").write_text(config)
        async with started(tmp_path / "ingestor.toml") as daemon:
            await daemon.logs("page read", outcome="used")
            daemon.send(signal.SIGTERM)
            assert await daemon.ends() == 0
        ((whose,),) = rows(tmp_path / "other.db", "SELECT text_from FROM articles")
        assert whose == "page"


async def test_the_command_reads_pages_after_its_polls(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        links = [stage.server.url(f"/report-{n}") for n in (1, 2)]
        stage.shows(1, web_page(1))
        feed = document("a.test", *(teaser(n, link) for n, link in enumerate(links, 1)))
        stage.server.route("/rss", reply(200, feed))
        config = tmp_path / "my.toml"
        config.write_text(
            'database = "other.db"\n[fetch]\nallow_networks = ["127.0.0.0/8"]\n'
            'per_host_interval = 0\n[dedup]\nencoder = "none"\n'
            f'[[feeds]]\nurl = "{stage.server.url("/rss")}"\n'
        )
        first = await command("poll", "-c", config, "--pages", "0")
        assert "2 linked pages left to the next poll" in first.err
        second = await command("poll", "-c", config)
        assert "2 linked pages: 1 gave a fuller text, 1 not read (1 http)" in second.err
        found = rows(tmp_path / "other.db", "SELECT text_from FROM articles ORDER BY id")
        assert found == [("page",), ("feed",)]
        missing = await command("pages", "-c", config, "--missing", "--json")
        assert [(row["article_id"], row["state"], row["reason"]) for row in jsonl(missing.out)] == [
            (2, "feed", "status 404 (Not Found)")
        ]
        listed = (await command("pages", "-c", config, "127.0.0.1")).out.splitlines()
        assert [line.split("\t")[2] for line in listed] == ["feed", "page"]
        shown = await command("show", "-c", config, "--article", "1")
        assert "text from\tits page" in shown.out
