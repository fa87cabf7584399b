"""The client against real sockets: every fault ends in time, in a word and a sentence."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path

import pytest
import trustme

from ingestor.config import FetchSettings
from ingestor.errors import FetchError
from ingestor.fetch.client import Client
from ingestor.fetch.polite import Hosts
from ingestor.models import Feed, Fetched, NotModified, Validators
from tests.fault_server import (
    ETAG,
    FEED,
    GZIP,
    MODIFIED,
    FaultServer,
    Names,
    Request,
    redirect,
    reply,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OURS = (ip_network("127.0.0.1/32"),)
SETTINGS = FetchSettings(
    allow_networks=OURS, per_host_interval=0.0, timeout=0.6, max_bytes=1_000_000, user_agent="t/1"
)
NONE_KNOWN = Validators()
GIVEN = Validators(etag=ETAG, last_modified=MODIFIED)


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with FaultServer() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client(SETTINGS, clock=lambda: NOW) as client:
        yield client


def feed(url: str) -> Feed:
    return Feed(url=url, name="Loopback")


async def failure(client: Client, url: str, validators: Validators = NONE_KNOWN) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await client.get(feed(url), validators)
    return caught.value


# --- what is sound ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/plain", "/gzip", "/gzip-padded", "/deflate", "/deflate-bare", "/chunked", "/long-header"],
)
async def test_a_sound_body_arrives_whole(server: FaultServer, client: Client, path: str) -> None:
    fetched = await client.get(feed(server.url(path)), Validators())

    assert isinstance(fetched, Fetched)
    assert fetched.body == FEED


async def test_an_answer_keeps_what_the_server_said(server: FaultServer, client: Client) -> None:
    fetched = await client.get(feed(server.url("/ok")), Validators())

    assert isinstance(fetched, Fetched)
    assert replace(fetched, headers={}) == Fetched(
        url=server.url("/ok"),
        body=FEED,
        content_type="application/rss+xml",
        validators=GIVEN,
        wire_bytes=len(FEED),
    )
    assert fetched.headers["last-modified"] == MODIFIED


async def test_wire_bytes_count_before_decoding(server: FaultServer, client: Client) -> None:
    fetched = await client.get(feed(server.url("/gzip")), Validators())

    assert isinstance(fetched, Fetched)
    assert fetched.wire_bytes == len(GZIP)


async def test_an_unchanged_feed_is_not_modified(server: FaultServer, client: Client) -> None:
    answer = await client.get(feed(server.url("/ok")), GIVEN)

    assert answer == NotModified(
        url=server.url("/ok"), validators=GIVEN, fresh_for=timedelta(minutes=10)
    )


@pytest.mark.parametrize(
    "etag", ['"a"', 'W/"a"', "bare", '"a-gzip"', '"é"', '"' + "x" * 2048 + '"']
)
async def test_validators_go_back_as_they_came(
    server: FaultServer, client: Client, etag: str
) -> None:
    url = server.route("/etag", reply(200, FEED, {"ETag": etag, "Last-Modified": "whenever"}))

    first = await client.get(feed(url), Validators())
    assert isinstance(first, Fetched)
    await client.get(feed(url), first.validators)

    sent = server.requests[-1].headers
    assert sent["if-none-match"].encode("latin-1").decode() == etag
    assert sent["if-modified-since"] == "whenever"


async def test_a_request_says_what_is_needed_and_no_more(
    server: FaultServer, client: Client
) -> None:
    server.route("/cookie", reply(302, b"", {"Location": "/plain", "Set-Cookie": "a=b"}))
    await client.get(feed(server.url("/cookie?a=%20b&c=d%2Fe+f")), Validators())

    assert server.requests[0].path == "/cookie?a=%20b&c=d%2Fe+f"
    for request in server.requests:
        assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding"}
        assert request.headers["user-agent"] == "t/1"


async def test_connections_are_kept_alive(server: FaultServer, client: Client) -> None:
    for path in ("/ok", "/found", "/429-bare", "/404", "/gzip", "/304"):
        with_validators = client.get(feed(server.url(path)), GIVEN)
        await asyncio.gather(with_validators, return_exceptions=True)

    assert server.connections == 1


# --- what is not --------------------------------------------------------------------------


async def test_one_slow_server_does_not_hold_up_another_feed(
    server: FaultServer, client: Client
) -> None:
    slow = asyncio.ensure_future(failure(client, server.url("/silent")))

    assert isinstance(await client.get(feed(server.url("/plain")), Validators()), Fetched)
    assert not slow.done()
    assert (await slow).kind == "timeout"


async def test_the_deadline_is_over_the_whole_chain(server: FaultServer, client: Client) -> None:
    async def late(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.4)
        await redirect("/late-again")(request, writer)

    server.route("/late", late)
    server.route("/late-again", late)

    assert (await failure(client, server.url("/late"))).kind == "timeout"


@pytest.mark.parametrize(
    ("path", "status", "later"),
    [
        ("/429", 429, timedelta(minutes=2)),
        ("/503-later", 503, timedelta(hours=1)),
        ("/429-bare", 429, None),
        ("/410", 410, None),
        ("/404", 404, None),
    ],
)
async def test_a_refusal_tells_its_status_and_when_to_come_back(
    server: FaultServer, client: Client, path: str, status: int, later: timedelta | None
) -> None:
    error = await failure(client, server.url(path))

    assert (error.status, error.retry_at) == (status, NOW + later if later else None)


async def test_retry_after_silences_the_host_not_only_the_feed(
    server: FaultServer, client: Client
) -> None:
    await failure(client, server.url("/429"))

    error = await failure(client, server.url("/plain"))

    assert (error.kind, error.retry_at) == ("silenced", NOW + timedelta(minutes=2))
    assert len(server.requests) == 1


async def test_a_304_with_a_body_is_asked_again_without_conditions(
    server: FaultServer, client: Client
) -> None:
    fetched = await client.get(feed(server.url("/304-with-body")), GIVEN)

    assert isinstance(fetched, Fetched)
    assert fetched.body == FEED
    assert ["if-none-match" in request.headers for request in server.requests] == [True, False]


async def test_html_is_for_the_parser_to_refuse(server: FaultServer, client: Client) -> None:
    fetched = await client.get(feed(server.url("/html")), Validators())

    assert isinstance(fetched, Fetched)
    assert fetched.content_type == "text/html"


# --- redirects ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "permanent"),
    [("/moved", True), ("/moved-308", True), ("/found", False), ("/moved-then-found", False)],
)
@pytest.mark.parametrize("validators", [Validators(), GIVEN], ids=["200", "304"])
async def test_a_feed_has_moved_only_if_every_hop_says_for_good(
    server: FaultServer, client: Client, path: str, permanent: bool, validators: Validators
) -> None:
    answer = await client.get(feed(server.url(path)), validators)

    assert answer.url == server.url("/ok")
    assert answer.moved_to == (server.url("/ok") if permanent else "")


@pytest.mark.parametrize("status", [301, 302])
async def test_a_farewell_tells_whether_a_redirect_led_to_it(
    server: FaultServer, client: Client, status: int
) -> None:
    there = await failure(client, server.route("/left", redirect("/410", status)))
    here = await failure(client, server.url("/410"))

    assert (there.kind, there.redirected) == ("gone", True)
    assert (here.kind, here.redirected) == ("gone", False)


async def test_the_body_of_a_redirect_is_not_read(server: FaultServer, client: Client) -> None:
    fetched = await client.get(feed(server.url("/redirect-bomb")), Validators())

    assert isinstance(fetched, Fetched)
    assert fetched.body == FEED


async def test_credentials_stay_with_their_origin(server: FaultServer) -> None:
    names = Names(a=["127.0.0.1"], b=["127.0.0.1"])
    async with Client(SETTINGS, clock=lambda: NOW, resolver=names) as client:
        server.route("/away", redirect(server.url("/plain", "b.test")))
        server.route("/here", redirect("/plain", 301))
        secret = server.url("", "a.test").replace("//", "//user:secret@")

        away = await client.get(feed(secret + "/away"), Validators())
        here = await client.get(feed(secret + "/here"), Validators())

    assert ["authorization" in r.headers for r in server.requests] == [True, False, True, True]
    assert (here.url, here.moved_to) == (server.url("/plain", "a.test"), "")
    assert away.url == server.url("/plain", "b.test")


# --- addresses ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "0177.1",
     "１２７.０.０.１"],
)  # fmt: skip
async def test_no_spelling_of_loopback_is_contacted(server: FaultServer, host: str) -> None:
    async with Client(replace(SETTINGS, allow_networks=()), clock=lambda: NOW) as client:
        error = await failure(client, server.url("/ok", host))

    assert error.kind in {"refused_address", "scheme", "dns"}
    assert error.hard or error.kind == "dns"
    assert server.connections == 0


@pytest.mark.parametrize("addresses", ["127.0.0.1", "::1 127.0.0.1", "127.0.0.1 10.0.0.1 ::1"])
async def test_a_name_with_private_addresses_only_is_refused_with_the_reason(
    server: FaultServer, addresses: str
) -> None:
    settings = replace(SETTINGS, allow_networks=())
    async with Client(settings, clock=lambda: NOW, resolver=Names(a=[addresses])) as client:
        error = await failure(client, server.url("/ok", "a.test"))

    assert (error.kind, error.hard) == ("refused_address", True)
    assert error.reason.count("which is not public")
    assert server.connections == 0


async def test_a_redirect_to_a_refused_address_is_refused(server: FaultServer) -> None:
    async with FaultServer("127.0.0.2") as inside, Client(SETTINGS, clock=lambda: NOW) as client:
        url = server.route("/inside", redirect(inside.url("/ok")))

        assert (await failure(client, url)).kind == "refused_address"
        assert inside.connections == 0


async def test_a_name_that_changes_its_address_is_judged_again(server: FaultServer) -> None:
    async with FaultServer("127.0.0.2") as inside:
        names = Names(rebind=["127.0.0.1", "127.0.0.2"])
        async with Client(SETTINGS, clock=lambda: NOW, resolver=names) as client:
            first = server.url("/ok", "rebind.test")
            second = inside.url("/ok", "rebind.test")

            assert isinstance(await client.get(feed(first), Validators()), Fetched)
            # Within ten seconds the address is remembered, and nothing listens there.
            assert (await failure(client, second)).kind in {"connect", "refused_address"}
        async with Client(SETTINGS, clock=lambda: NOW, resolver=names) as client:
            assert (await failure(client, second)).kind == "refused_address"
        assert inside.connections == 0


async def test_a_feeds_permission_is_its_own(server: FaultServer) -> None:
    async with Client(replace(SETTINGS, allow_networks=()), clock=lambda: NOW) as client:
        permitted = replace(feed(server.url("/ok")), allow_networks=OURS)
        assert isinstance(await client.get(permitted, Validators()), Fetched)

        # A connection to this very address is open now, but not for this feed.
        assert (await failure(client, server.url("/ok"))).kind == "refused_address"
    assert server.connections == 1


async def test_happy_eyeballs_find_the_address_that_works(server: FaultServer) -> None:
    settings = replace(SETTINGS, allow_networks=(*OURS, ip_network("::1/128")))
    names = Names(dual=["::1 127.0.0.1"])
    async with Client(settings, clock=lambda: NOW, resolver=names) as client:
        fetched = await client.get(feed(server.url("/ok", "dual.test")), Validators())

    assert isinstance(fetched, Fetched)


async def test_dns_faults_are_named_and_hold_up_nobody(server: FaultServer) -> None:
    names = Names(slow=["never"], ok=["127.0.0.1"])
    async with Client(SETTINGS, clock=lambda: NOW, resolver=names) as client:
        slow = [
            asyncio.ensure_future(failure(client, f"http://slow.test:{port}/"))
            for port in range(8001, 8021)
        ]
        fetched = await client.get(feed(server.url("/ok", "ok.test")), Validators())
        missing = await failure(client, "http://missing.test/")
        kinds = {error.kind for error in await asyncio.gather(*slow)}

    assert isinstance(fetched, Fetched)
    assert (missing.kind, missing.reason) == ("dns", "there is no address for missing.test")
    assert kinds == {"timeout"}


async def test_a_closed_port_is_a_connect_error(client: Client) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = await failure(client, f"http://127.0.0.1:{unused.getsockname()[1]}/")

    assert (error.kind, error.hard) == ("connect", False)
    assert error.reason == "no connection to 127.0.0.1: connection refused"


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "gopher://x/", "data:text/xml,", "http://", "http://a%3Ab:c@d/"]
)
async def test_only_http_is_fetched(client: Client, url: str) -> None:
    assert (await failure(client, url)).kind == "scheme"


@pytest.mark.parametrize(
    "url",
    ["http://a.example:99999/", "http://a.example:port/", "http://:%zz", "http://xn--../",
     "https://xn--zz-/", "http://xn--a/", "xn--https://[[::1]é@"],
)  # fmt: skip
async def test_an_address_that_cannot_be_read_is_a_failure_of_a_feed_and_of_a_page(
    client: Client, url: str
) -> None:
    errors = [await failure(client, url)]
    with pytest.raises(FetchError) as caught:
        await client.page(url)
    errors.append(caught.value)

    said = {(error.url, error.kind, error.hard, error.reason) for error in errors}
    assert said == {(url, "scheme", True, "the address is not a usable http(s) URL")}


# --- TLS ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize(
    ("names", "expires", "reason"),
    [
        pytest.param(["news.test"], None, "", id="good"),
        pytest.param(["other.test"], None, "(?i)hostname mismatch", id="wrong host"),
        pytest.param(["news.test"], datetime(2020, 1, 1, tzinfo=UTC), "expired", id="expired"),
    ],
)
async def test_a_certificate_is_checked(
    authority: trustme.CA, names: list[str], expires: datetime | None, reason: str
) -> None:
    ours, theirs = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(ours)
    authority.issue_cert(*names, not_after=expires).configure_cert(theirs)
    resolver = Names(news=["127.0.0.1"])

    async with (
        FaultServer(tls=theirs) as server,
        Client(SETTINGS, clock=lambda: NOW, resolver=resolver, tls=ours) as client,
    ):
        url = server.url("/ok", "news.test")
        if not reason:
            assert isinstance(await client.get(feed(url), Validators()), Fetched)
        else:
            error = await failure(client, url)
            assert error.kind == "tls"
            with pytest.raises(AssertionError, match=reason):
                raise AssertionError(error.reason)


async def test_an_unknown_authority_is_refused(authority: trustme.CA) -> None:
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(theirs)

    async with FaultServer(tls=theirs) as server, Client(SETTINGS, clock=lambda: NOW) as client:
        assert (await failure(client, server.url("/ok"))).kind == "tls"


async def test_an_answer_that_is_no_tls_is_a_tls_error(client: Client) -> None:
    def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Plain HTTP\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as plain:
        port = plain.sockets[0].getsockname()[1]
        assert (await failure(client, f"https://127.0.0.1:{port}/")).kind == "tls"


# --- pages and files ----------------------------------------------------------------------


async def test_a_page_is_fetched_without_any_feeds_permission(server: FaultServer) -> None:
    async with Client(replace(SETTINGS, allow_networks=()), clock=lambda: NOW) as client:
        with pytest.raises(FetchError) as caught:
            await client.page(server.url("/html"))
    assert caught.value.kind == "refused_address"


async def test_a_page_is_never_a_file(client: Client) -> None:
    with pytest.raises(FetchError) as caught:
        await client.page(Path(__file__).as_uri())
    assert caught.value.kind == "scheme"


async def test_a_page_comes_as_a_feed_does(server: FaultServer, client: Client) -> None:
    assert (await client.page(server.url("/html"))).body.startswith(b"<html>")


async def test_a_file_is_read_for_a_feed(client: Client, tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(FEED)
    local = feed((tmp_path / "feed.xml").as_uri())

    first = await client.get(local, Validators())
    assert isinstance(first, Fetched)
    assert isinstance(await client.get(local, first.validators), NotModified)
    assert (await failure(client, "file:///does/not/exist")).kind == "file"


# --- limits -------------------------------------------------------------------------------


async def test_no_more_requests_run_at_once_than_allowed(server: FaultServer) -> None:
    running, most = 0, 0

    async def count(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        await reply(200, FEED)(request, writer)

    url = server.route("/count", count)
    async with Client(replace(SETTINGS, max_concurrent=3), clock=lambda: NOW) as client:
        await asyncio.gather(*(client.get(feed(url), Validators()) for _ in range(12)))

    assert most == 3


async def test_a_polite_client_visits_a_host_once_at_a_time(server: FaultServer) -> None:
    times: list[float] = []

    async def note(request: Request, writer: asyncio.StreamWriter) -> None:
        times.append(time.monotonic())
        await reply(200, FEED)(request, writer)

    url = server.route("/note", note)
    async with Client(replace(SETTINGS, per_host_interval=0.05), clock=lambda: NOW) as client:
        await asyncio.gather(*(client.get(feed(url), Validators()) for _ in range(5)))

    assert all(later - earlier >= 0.05 for earlier, later in pairwise(times))


# --- what a redirect may not do ------------------------------------------------------------


async def test_a_move_from_outside_to_inside_is_followed_but_not_reported(
    server: FaultServer,
) -> None:
    names = Names(outside=["127.0.0.1", "93.184.216.34"], inside=["127.0.0.1"])
    async with Client(SETTINGS, clock=lambda: NOW, resolver=names) as client:
        server.route("/in", redirect(server.url("/plain", "inside.test"), 301))
        answer = await client.get(feed(server.url("/in", "outside.test")), Validators())

    assert answer.url == server.url("/plain", "inside.test")
    assert answer.moved_to == ""


async def test_a_move_that_gives_up_encryption_is_followed_but_not_reported(
    authority: trustme.CA, server: FaultServer
) -> None:
    ours, theirs = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(ours)
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    async with (
        FaultServer(tls=theirs) as safe,
        Client(SETTINGS, clock=lambda: NOW, tls=ours) as client,
    ):
        down = safe.route("/down", redirect(server.url("/plain"), 301))
        up = server.route("/up", redirect(safe.url("/plain"), 301))

        assert (await client.get(feed(down), Validators())).moved_to == ""
        assert (await client.get(feed(up), Validators())).moved_to == safe.url("/plain")


@pytest.mark.parametrize("port", [22, 25, 6667])
async def test_the_port_of_another_service_is_refused(client: Client, port: int) -> None:
    error = await failure(client, f"http://127.0.0.1:{port}/")

    assert (error.kind, error.hard) == ("scheme", True)
    assert error.reason == f"port {port} is another service's, not the web's"


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", [".a.test", "a..test", "a" * 64 + ".test", "a.b." * 70])
async def test_a_name_that_no_host_can_have_is_a_dns_fault(scheme: str, host: str) -> None:
    anything = Names(**{host.removesuffix(".test"): ["127.0.0.1"]})
    async with Client(SETTINGS, clock=lambda: NOW, resolver=anything) as client:
        assert (await failure(client, f"{scheme}://{host}/")).kind == "dns"


async def test_new_settings_do_not_end_a_silence(server: FaultServer, client: Client) -> None:
    await failure(client, server.url("/429"))

    async with client.renewed(replace(SETTINGS, timeout=0.5)) as renewed:
        assert (await failure(renewed, server.url("/plain"))).kind == "silenced"


async def test_a_silence_that_was_noted_before_is_kept() -> None:
    hosts, now = Hosts(0), datetime.now(UTC)
    async with Client(FetchSettings(), clock=lambda: now, hosts=hosts) as client:
        hosts.silence("example.test", 60, now + timedelta(seconds=60))
        with pytest.raises(FetchError) as error:
            await client.get(Feed(url="http://example.test/", name="x"), Validators())
    assert error.value.kind == "silenced"
