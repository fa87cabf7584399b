"""Every fault against the poll of a feed and the fetch of a page: what is left behind, and when.

One table says what each fault comes to. For every row, a feed that has been polled well meets the
fault and is then sound again; a second feed, on another host, is polled at the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import shutil
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest
import trustme

from ingestor.config import FetchSettings
from ingestor.errors import FetchError
from ingestor.examine import examine
from ingestor.fetch.client import Client
from ingestor.linked import PageReport
from ingestor.models import Feed, Fetched, FetchResult, Validators
from ingestor.pipeline import Line, poll
from ingestor.polled import Report
from ingestor.reader import read_all
from tests.fault_server import FaultServer, Handler, Names, conditional, faults, reply
from tests.newsroom import Clock, Item, Newsroom, document, newsroom, story

P = ParamSpec("P")
T = TypeVar("T")

NOTHING = Validators()
GRACE = 1.0
MOST_MEMORY = 150 * 1024  # KB above what the process had before
SETTINGS = FetchSettings(
    allow_networks=(ip_network("127.0.0.1/32"),),
    per_host_interval=0.0,
    timeout=0.5,
    max_bytes=1_000_000,
    user_agent="t/1",
)

# What a poll of the feed comes to (an outcome, or the kind of the failure), and what the fetch of
# a page does; one word where both are the same. A page's body is not looked into here.
TABLE = """
                                feed                page
sound, if odd
    ok                          not_modified        not_a_page
    plain                       unchanged           page
    gzip                        unchanged           page
    two-members                 fetched             page
    gzip-padded                 unchanged           page
    deflate                     unchanged           page
    deflate-bare                unchanged           page
    chunked                     unchanged           page
    long-header                 unchanged           page
    500-headers                 unchanged           page
    early-hints                 unchanged           page
    continue                    unchanged           page
    http-1.0                    unchanged           page
    bare-lf                     unchanged           page
    folded                      unchanged           page
    latin-1-header              unchanged           page
    bad-cookie                  unchanged           page
    same-body                   unchanged           page
slow, endless, large
    silent                      timeout
    slow-headers                timeout
    slow-body                   timeout
    endless-continue            timeout
    endless-extension           timeout
    endless-trailer             truncated
    endless-headers             protocol
    infinite                    too_large
    lying-length                too_large
    bomb                        too_large
    endless-nothing             too_large
    bomb-in-bomb                encoding
    redirect-bomb               unchanged           page
cut, damaged, not HTTP
    short                       truncated
    bad-chunk                   protocol
    truncated-gzip              truncated
    truncated-deflate           truncated
    reset                       truncated
    hang-up                     connect
    not-gzip                    encoding
    brotli                      encoding
    unknown-coding              encoding
    coded-transfer              encoding
    garbage                     protocol
    no-head                     protocol
    http-2                      protocol
    http-9.9                    protocol
    icy                         protocol
    many-headers                protocol
    huge-header                 protocol
    two-lengths                 protocol
    length-of-words             protocol
    negative-length             protocol
    length-and-chunks           protocol
    space-in-name               protocol
    switch                      http
redirects
    moved                       not_modified        not_a_page
    moved-308                   not_modified        not_a_page
    found                       not_modified        not_a_page
    moved-then-found            not_modified        not_a_page
    loop                        redirect
    grow                        redirect
    no-location                 redirect
    bad-location                redirect
    no-port                     redirect
    port-of-words               redirect
    percent-port                redirect
    empty-xn                    redirect
    wrong-xn                    redirect
    control-xn                  redirect
    two-brackets                redirect
    latin-1-location            http
    to-file                     scheme
    to-data                     scheme
    to-ftp                      scheme
    to-javascript               scheme
    to-port-25                  scheme
    to-login                    scheme
    to-nul                      protocol
    to-no-name                  dns
    to-metadata                 refused_address
    to-private                  refused_address
    to-cgnat                    refused_address
    to-mapped                   refused_address
    to-nat64                    refused_address
    to-zone                     refused_address
statuses
    304                         not_modified        protocol
    304-with-body               unchanged           page
    204                         http
    206                         http
    401                         http
    403                         http
    404                         http
    410                         gone
    429                         too_many_requests
    429-bare                    too_many_requests
    500                         http
    502                         http
    503                         http
    503-later                   too_many_requests
    600                         http
    challenge                   challenge
    waf                         challenge
content: bombs
    laughs                      fetched             page
    laughs-in-lines             fetched             page
    laughs-with-angle           fetched             page
    laughs-utf16                fetched             page
    quadratic                   fetched             page
    xxe                         fetched             page
    external-dtd                fetched             page
    huge-attribute              fetched             page
    comment-bomb                fetched             page
    div-bomb                    fetched             page
    deep                        fetched             page
    many-words                  fetched             page
    long-title                  fetched             page
content: damaged
    cut                         truncated           page
    ampersand                   fetched             page
    unclosed                    fetched             page
    messages-before             fetched             page
    blank-before                fetched             page
    one-bad-byte                fetched             page
    koi8-as-utf8                fetched             page
    utf16                       fetched             page
    no-such-charset             fetched             page
    controls                    fetched             page
content: hostile or odd
    script-title                fetched             page
    script-link                 fetched             page
    file-link                   fetched             page
    path-guid                   fetched             page
    no-items                    fetched             page
    nothing-in-items            fetched             page
    one-guid                    fetched             page
    odd-dates                   fetched             page
    many-items                  fetched             page
content: no feed
    empty                       empty_body          page
    blank                       empty_body          page
    html                        not_a_feed          page
    apology                     not_a_feed          page
    cloudflare                  not_a_feed          page
    login                       not_a_feed          page
    pdf                         not_a_feed          page
    binary                      not_a_feed          page
    json                        not_a_feed          page
    deep-json                   not_a_feed          page
    opml                        not_a_feed          page
"""
ROWS = [line.split() for line in TABLE.splitlines()[2:] if line.startswith(" ")]
HARD = {"gone", "scheme", "refused_address"}


def settings(expected: str) -> FetchSettings:
    """A short deadline where it is what ends the fetch."""
    return SETTINGS if expected == "timeout" else replace(SETTINGS, timeout=5.0)


def deadline(expected: str) -> float:
    return settings(expected).timeout


def test_the_table_has_every_fault_once() -> None:
    names = [row[0] for row in ROWS]

    assert len(names) == len(set(names))
    assert set(names) == {path[1:] for path in FaultServer().paths} - {"loop-back"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A feed under fault, another one, and all that they run on.

    Attributes:
        fetches: Seconds that each fetch took.
    """

    server: FaultServer
    room: Newsroom
    line: Line
    feed: Feed
    other: Feed
    fetches: list[float]

    async def poll(self, feed: Feed) -> Report:
        return await poll(self.line, feed, self.room.ledger.states()[feed.url])

    def state(self) -> tuple[Any, ...]:
        """What must be as before after a failure."""
        (row,) = self.room.rows(
            "SELECT etag, last_modified, body_hash, last_success_at,"
            " (SELECT group_concat(title || text || content_hash) FROM articles),"
            " (SELECT group_concat(guid || content_hash) FROM sightings WHERE feed_id = 1)"
            " FROM feeds WHERE id = 1"
        )
        return row


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all migrations done, to copy."""
    folder = tmp_path_factory.mktemp("empty")
    with newsroom(folder, ()):
        pass
    return folder / "news.db"


@contextlib.asynccontextmanager
async def scene(
    folder: Path, database: Path, path: str, server: FaultServer, client: Client, clock: Clock
) -> AsyncIterator[Scene]:
    feed = Feed(url=server.url(path, "a.test"), name="Alpha")
    other = Feed(url=server.url("/ok", "b.test"), name="Beta")
    shutil.copy(database, folder / "news.db")
    with newsroom(folder, (feed, other)) as room:
        room.clock = clock
        fetches: list[float] = []

        async def fetch(feed: Feed, validators: Validators) -> FetchResult:
            start = time.monotonic()
            try:
                return await client.get(feed, validators)
            finally:
                fetches.append(time.monotonic() - start)

        async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
            return await asyncio.to_thread(fn, *args, **kwargs)  # a worker would: the loop is free

        line = replace(room.line, fetch=fetch, work=work, clock=clock)
        yield Scene(server=server, room=room, line=line, feed=feed, other=other, fetches=fetches)


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """What the first page loads, a worker process has loaded already."""
    examine(Fetched(url="https://a.example/1", body=PAGE), Clock()())


@pytest.fixture(autouse=True)
def bounded_memory() -> Iterator[None]:
    """No fault makes the process grow without bound."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY


@pytest.mark.parametrize(
    ("name", "expected"), [(r[0], r[1]) for r in ROWS], ids=[r[0] for r in ROWS]
)
async def test_a_feed_meets_a_fault(
    tmp_path: Path, empty_database: Path, name: str, expected: str
) -> None:
    clock, names = Clock(), Names(a=["127.0.0.1"], b=["127.0.0.1"])
    async with (
        FaultServer() as server,
        Client(settings(expected), clock=clock, resolver=names) as client,
        scene(tmp_path, empty_database, f"/{name}", server, client, clock) as stage,
    ):
        server.route(f"/{name}", conditional)
        assert (await stage.poll(stage.feed)).outcome == "fetched"
        before = stage.state()
        server.restore(f"/{name}")

        stage.fetches.clear()
        report, beside = await asyncio.gather(stage.poll(stage.feed), stage.poll(stage.other))

        assert (report.kind or report.outcome) == expected
        assert max(stage.fetches) < deadline(expected) + GRACE
        assert beside.outcome == "fetched"
        assert report.next_poll_at > clock()
        ((kind, reason, failures, gone),) = stage.room.rows(
            "SELECT kind, polls.reason, feeds.failures, gone_at IS NOT NULL FROM feeds"
            " JOIN polls ON feed_id = feeds.id WHERE feeds.id = 1 ORDER BY polls.id DESC LIMIT 1"
        )
        assert (kind, bool(failures), bool(gone)) == (
            report.kind,
            report.outcome == "failed",
            expected == "gone",
        )
        if report.outcome == "failed":
            assert reason.isprintable()
            assert len(reason.split()) > 1
            assert stage.state() == before
        assert_harmless(stage)

        server.route(f"/{name}", conditional)
        async with client.renewed(settings(expected)) as calm:
            calm._hosts._hosts.clear()  # the silence has passed
            again = await poll(
                replace(stage.line, fetch=calm.get),
                stage.feed,
                stage.room.ledger.states()[stage.feed.url],
            )
        assert again.outcome != "failed"
        assert stage.room.count("articles") >= 1


def assert_harmless(stage: Scene) -> None:
    """Nothing that runs, no control character, and nothing of our own machine is stored."""
    for row in stage.room.rows("SELECT title, text, url, author FROM articles"):
        stored = "\n".join(row)
        assert "<script" not in stored.lower()
        assert "root:" not in stored
        assert row[2] == "" or row[2].startswith(("http://", "https://"))
        assert all(c.isprintable() or c in "\n\t\u00ad" for c in stored)
        assert len(stored) < SETTINGS.max_bytes


@pytest.mark.parametrize(
    ("name", "expected"), [(r[0], r[-1]) for r in ROWS], ids=[r[0] for r in ROWS]
)
async def test_a_page_meets_a_fault(name: str, expected: str) -> None:
    clock = Clock()
    async with FaultServer() as server, Client(settings(expected), clock=clock) as client:
        start = time.monotonic()
        kind, hard, size = await page(client, server.url(f"/{name}"))
        assert time.monotonic() - start < deadline(expected) + GRACE
        assert (kind or "page", hard) == (expected, expected in HARD)
        assert size <= SETTINGS.max_bytes
        assert not any("cookie" in r.headers or "referer" in r.headers for r in server.requests)


# --- as a robots.txt ------------------------------------------------------------------------

# What a page comes to whose robots.txt meets the fault: it is read where there are no rules
# (RFC 9309 §2.3.1.3: 4xx; a document that holds none), and waits where nobody can tell.
TITLE = "The harbour of Lerwick and its seven bridges"
PAGE = (
    f"<!DOCTYPE html><html><title>{TITLE}</title><body><article><h1>{TITLE}</h1>"
    + "".join(f"<p>{story(n)}</p>" for n in range(5))
    + "</article></body></html>"
).encode()
ENDLESS = {"infinite", "bomb", "endless-nothing"}  # their beginning will do


def robots_outcome(name: str, page: str) -> str:
    """What the page comes to, from what the fetch of a page comes to that meets the fault."""
    if page in {"page", "not_a_page", "redirect", "challenge", "gone"}:
        return "used"
    if name in ENDLESS or name == "304":
        return "used"
    if page == "http":
        return "robots_unreachable" if name in {"500", "502", "503", "600", "switch"} else "used"
    return "robots_unreachable"


@contextlib.asynccontextmanager
async def linked_page(
    folder: Path, database: Path, fault: str, path: str = "/2026/report", **routes: Handler
) -> AsyncIterator[tuple[Scene, Line]]:
    """A feed whose one article is a teaser of a page; the feed has been polled."""
    clock, names = Clock(), Names(a=["127.0.0.1"], b=["127.0.0.1"])
    async with (
        FaultServer() as server,
        Client(settings(fault), clock=clock, resolver=names) as client,
        scene(folder, database, "/rss", server, client, clock) as stage,
    ):
        item = Item(guid="1", title=TITLE, text="", link=server.url(path, "a.test"))
        server.route("/rss", reply(200, document("a.test", item)))
        server.route("/robots.txt", routes.get("robots", reply(404)))
        page = reply(200, PAGE, {"Content-Type": "text/html"})
        server.route(path, routes.get("page", page))
        assert (await stage.poll(stage.feed)).outcome == "fetched"
        stage.fetches.clear()
        yield stage, replace(stage.line, web=client)


@pytest.mark.parametrize(("name", "fault"), [(r[0], r[-1]) for r in ROWS], ids=[r[0] for r in ROWS])
async def test_a_robots_txt_meets_a_fault(
    tmp_path: Path, empty_database: Path, name: str, fault: str
) -> None:
    expected = robots_outcome(name, fault)
    handler = faults()[f"/{name}"]
    async with linked_page(tmp_path, empty_database, fault, robots=handler) as (stage, line):
        start = time.monotonic()
        (read,), beside = await asyncio.gather(_read(line), stage.poll(stage.other))
        assert time.monotonic() - start < 2 * deadline(fault) + GRACE
        assert beside.outcome == "fetched"
        assert (read.kind or read.outcome) == expected, read.reason
        asked = sum(request.path == "/2026/report" for request in stage.server.requests)
        assert asked == (expected == "used")
        ((waits,),) = stage.room.rows("SELECT count(*) FROM page_queue WHERE feed_id = 1")
        assert waits == (expected == "robots_unreachable")
        assert_harmless(stage)


@pytest.mark.parametrize(("name", "fault"), [(r[0], r[-1]) for r in ROWS], ids=[r[0] for r in ROWS])
async def test_the_page_of_an_article_meets_a_fault(
    tmp_path: Path, empty_database: Path, name: str, fault: str
) -> None:
    handler = faults()[f"/{name}"]
    path = f"/{name}-1"  # which "grow" goes on from
    async with linked_page(tmp_path, empty_database, fault, path, page=handler) as (stage, line):
        stored = "SELECT title, text, url, language, story_id FROM articles WHERE id = 1"
        before = stage.room.rows(stored)
        start = time.monotonic()
        (read,), beside = await asyncio.gather(_read(line), stage.poll(stage.other))
        assert time.monotonic() - start < deadline(fault) + 2 * GRACE
        assert (beside.outcome, stage.room.rows(stored)) == ("fetched", before)
        assert read.outcome in {"failed", "skipped"}
        assert fault in {"page", read.kind}
        ((kind, reason, waits, whose),) = stage.room.rows(
            "SELECT kind, reason, page_fetches.next_at IS NOT NULL, text_from FROM page_fetches"
            " JOIN articles ON articles.id = article_id WHERE page_fetches.feed_id = 1"
        )
        assert (kind, whose, reason.isprintable()) == (read.kind, "feed", True)
        assert waits == (stage.room.rows("SELECT 1 FROM page_queue WHERE feed_id = 1") != [])
        assert_harmless(stage)


async def _read(line: Line) -> tuple[PageReport, ...]:
    return (await read_all(line, [1], lambda _: None)).read


# --- before there is an answer -------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param(None, "dns", id="no such name"),
        pytest.param(["later"], "dns", id="name server fails"),
        pytest.param(["never"], "timeout", id="name server is silent"),
        pytest.param(["127.0.0.2"], "refused_address", id="private"),
        pytest.param(["::1 10.0.0.1 169.254.169.254"], "refused_address", id="all private"),
        pytest.param(["::ffff:127.0.0.2"], "refused_address", id="private, mapped"),
        pytest.param(["64:ff9b::7f00:1"], "refused_address", id="private, by NAT64"),
        pytest.param(["fe80::1%lo"], "refused_address", id="link-local with a zone"),
        pytest.param(["0.0.0.0"], "refused_address", id="this host"),
        pytest.param(["::1 127.0.0.1"], "", id="one of two is allowed"),
    ],
)
async def test_a_name_meets_a_fault(answers: list[str] | None, expected: str) -> None:
    names = Names(**({"a": answers} if answers else {}))
    async with (
        FaultServer() as server,
        Client(settings(expected), clock=Clock(), resolver=names) as client,
    ):
        start = time.monotonic()
        assert await outcome(client, server.url("/plain", "a.test")) == expected
        assert time.monotonic() - start < 2 * deadline(expected) + GRACE
        assert server.connections == (not expected)


async def test_a_name_that_is_private_the_second_time_is_refused_then() -> None:
    names = Names(a=["127.0.0.1", "127.0.0.2"])
    async with FaultServer("127.0.0.2") as inside, FaultServer() as server:
        for port, expected in ((server.port, ""), (inside.port, "refused_address")):
            async with Client(SETTINGS, clock=Clock(), resolver=names) as client:
                assert await outcome(client, f"http://a.test:{port}/plain") == expected
        assert inside.connections == 0


async def test_nobody_listens() -> None:
    async with Client(SETTINGS, clock=Clock()) as client:
        assert await outcome(client, f"http://127.0.0.1:{closed_port()}/") == "connect"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("good", ""), ("expired", "tls"), ("not yet", "tls"), ("wrong host", "tls"),
        ("unknown authority", "tls"), ("old protocol", "connect"), ("no TLS", "timeout"),
    ],
)  # fmt: skip
async def test_a_certificate_meets_a_fault(
    authority: trustme.CA, fault: str, expected: str
) -> None:
    ours, theirs = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(ours)
    issuer = trustme.CA() if fault == "unknown authority" else authority
    issuer.issue_cert(
        "b.test" if fault == "wrong host" else "a.test",
        not_before=datetime(2099, 1, 1, tzinfo=UTC) if fault == "not yet" else None,
        not_after={
            "expired": datetime(2020, 1, 1, tzinfo=UTC),
            "not yet": datetime(2099, 2, 1, tzinfo=UTC),
        }.get(fault),
    ).configure_cert(theirs)
    if fault == "old protocol":
        ours.minimum_version = ssl.TLSVersion.TLSv1_3
        theirs.maximum_version = ssl.TLSVersion.TLSv1_2
    async with (
        FaultServer(tls=None if fault == "no TLS" else theirs) as server,
        Client(
            settings(expected), clock=Clock(), resolver=Names(a=["127.0.0.1"]), tls=ours
        ) as client,
    ):
        assert await outcome(client, f"https://a.test:{server.port}/plain") == expected


async def outcome(client: Client, url: str) -> str:
    """The kind of the failure, empty for none; feed and page agree."""
    kind, _, _ = await page(client, url)
    answer = client.get(Feed(url=url, name="A"), NOTHING)
    (result,) = await asyncio.gather(answer, return_exceptions=True)
    assert (result.kind if isinstance(result, FetchError) else "") == kind
    return kind


async def page(client: Client, url: str) -> tuple[str, bool, int]:
    """What a fetch comes to: the kind of the failure and whether it is hard, the body's size."""
    (result,) = await asyncio.gather(client.page(url), return_exceptions=True)
    if isinstance(result, FetchError):
        assert result.reason.isprintable()
        return result.kind, result.hard, 0
    assert isinstance(result, Fetched)
    return "", False, len(result.body)
