"""Redirects, twins, farewells and rests: where a feed is asked, and when it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor import moves, schedule
from ingestor.config import FetchSettings
from ingestor.errors import FetchError
from ingestor.fetch.client import Client
from ingestor.models import Feed, Fetched, FetchResult, NotModified, Validators
from ingestor.moves import CONFIRMATIONS, STAYED, Moved
from ingestor.pipeline import poll, poll_all
from ingestor.store import queries
from tests.fault_server import FaultServer, Names, reply
from tests.newsroom import ALPHA, BETA, DAY, HOUR, NOW, Newsroom, body, item, newsroom

NEW = "https://new.example/rss"
OTHER = "https://other.example/rss"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path) as opened:
        yield opened


def led(feed: Feed, to: str, *, moved: bool = True, number: int = 1) -> Fetched:
    """An answer from behind a redirect."""
    return replace(body(feed, item(number)), url=to, moved_to=to if moved else "")


def next_poll(room: Newsroom, feed: Feed) -> datetime | None:
    return {row.url: row.next_poll_at for row in queries.feed_rows(room.ledger.store)}[feed.url]


def health(room: Newsroom, feed: Feed) -> tuple[str, str]:
    ((word, reason),) = room.rows(
        f"SELECT health, reason FROM feed_health WHERE url = '{feed.url}'"
    )
    return word, reason


async def days(room: Newsroom, feed: Feed, answer: FetchResult, number: int) -> None:
    for _ in range(number):
        room.clock.advance(DAY)
        await room.answer(feed, answer)


# --- permanent redirects -------------------------------------------------------------------


def follow(*answers: str, every: timedelta = 2 * DAY) -> Moved:
    """What is known after polls of the configured address that led there."""
    known = STAYED
    for number, to in enumerate(answers):
        known = moves.answered(known, ALPHA.url, to, NOW + number * every)
    return known


@pytest.mark.parametrize(
    ("answers", "every", "adopted"),
    [
        pytest.param([NEW] * CONFIRMATIONS, 2 * DAY, NEW, id="confirmed"),
        pytest.param([NEW] * (CONFIRMATIONS - 1), 9 * DAY, "", id="too few"),
        pytest.param([NEW] * 500, timedelta(minutes=15), "", id="too soon"),
        pytest.param([NEW] * 4 + [""] + [NEW] * 4, 2 * DAY, "", id="flipped back once"),
        pytest.param([NEW, OTHER] * 9, 2 * DAY, "", id="never the same twice"),
        pytest.param([NEW] * 6 + [""], 2 * DAY, "", id="withdrawn"),
        pytest.param([NEW] * 6 + [OTHER], 2 * DAY, NEW, id="another is confirmed anew"),
        pytest.param([NEW] * 6 + [OTHER] * 6, 2 * DAY, OTHER, id="moved again"),
    ],
)
def test_a_move_is_adopted_once_it_was_repeated_over_time(
    answers: list[str], every: timedelta, adopted: str
) -> None:
    assert follow(*answers, every=every).adopted == adopted


def test_an_adopted_address_that_answers_stays_and_one_that_fails_does_not() -> None:
    adopted = follow(*[NEW] * 6)

    assert moves.answered(adopted, NEW, "", NOW) == adopted
    assert moves.failed(adopted, ALPHA.url) == adopted
    assert moves.failed(adopted, NEW) == STAYED


async def test_the_adopted_address_is_asked_the_configured_one_is_checked(room: Newsroom) -> None:
    await days(room, ALPHA, led(ALPHA, NEW), 8)
    asked = room.press.asked[-1][0]
    room.press.answers[NEW] = NotModified(url=NEW)
    for _ in range(8):
        room.clock.advance(DAY)
        await room.poll(ALPHA)

    assert asked == ALPHA.url
    urls = [url for url, _ in room.press.asked[8:]]
    assert urls[:6] == [NEW] * 6
    assert (ALPHA.url, Validators()) in room.press.asked[8:]  # the unconditional poll of the week
    assert health(room, ALPHA) == ("ok", f"asked at {NEW}, where it has moved to")
    assert room.rows("SELECT url FROM feeds WHERE id = 1") == [(ALPHA.url,)]


async def test_a_failure_at_the_adopted_address_leads_back(room: Newsroom) -> None:
    await days(room, ALPHA, led(ALPHA, NEW), 8)
    room.press.answers[NEW] = FetchError(NEW, "http", "status 404", status=404)
    await room.poll(ALPHA)
    await room.answer(ALPHA, body(ALPHA, item(2)))

    assert [url for url, _ in room.press.asked[-2:]] == [NEW, ALPHA.url]
    assert health(room, ALPHA) == ("ok", "")


async def test_a_poll_by_hand_asks_the_configured_address(room: Newsroom) -> None:
    await days(room, ALPHA, led(ALPHA, NEW), 8)
    room.press.answers[ALPHA.url] = body(ALPHA, item(2))
    await poll_all(room.line, [ALPHA], lambda _: None)

    assert room.press.asked[-1][0] == ALPHA.url
    assert room.ledger.states()[ALPHA.url].moved == STAYED


# --- two feeds, one address ----------------------------------------------------------------


@pytest.mark.parametrize("moved", [True, False], ids=["301", "302"])
async def test_feeds_that_end_at_one_address_are_polled_once(room: Newsroom, moved: bool) -> None:
    await room.answer(ALPHA, led(ALPHA, OTHER, moved=moved))
    report = await room.answer(BETA, led(BETA, OTHER, moved=moved))

    assert "the same feed as Alpha, which is polled for both" in report.warnings
    assert report.next_poll_at >= room.clock() + DAY
    assert health(room, BETA) == ("duplicate", "the same feed as Alpha")
    assert health(room, ALPHA)[0] == "ok"


async def test_the_feed_that_is_configured_there_is_the_one_that_is_polled(room: Newsroom) -> None:
    await room.answer(ALPHA, led(ALPHA, BETA.url))
    assert health(room, ALPHA)[0] == "ok"
    await room.publish(BETA, item(1))
    await room.answer(ALPHA, led(ALPHA, BETA.url))

    assert (health(room, ALPHA)[0], health(room, BETA)[0]) == ("duplicate", "ok")


async def test_a_twin_is_polled_again_when_the_other_fails_or_leaves(room: Newsroom) -> None:
    await room.answer(ALPHA, led(ALPHA, OTHER))
    await room.answer(BETA, led(BETA, OTHER))
    await room.answer(ALPHA, FetchError(ALPHA.url, "http", "status 500", status=500))
    await room.answer(BETA, led(BETA, OTHER))
    assert health(room, BETA)[0] == "ok"

    await room.answer(ALPHA, led(ALPHA, OTHER))
    await room.answer(BETA, led(BETA, OTHER))
    assert health(room, BETA)[0] == "duplicate"
    room.ledger.sync(replace(room.settings, feeds=(BETA,)), room.clock())
    assert [state.url for state in room.ledger.due(room.clock(), 9, frozenset())] == [BETA.url]


async def test_two_logins_at_one_address_are_two_feeds(tmp_path: Path) -> None:
    feeds = [Feed(url=f"https://{name}:x@site.example/rss", name=name) for name in "ab"]
    with newsroom(tmp_path, feeds) as room:
        for feed in feeds:
            await room.answer(feed, replace(body(ALPHA, item(1)), url=OTHER))
        assert [health(room, feed)[0] for feed in feeds] == ["ok", "ok"]


# --- gone, silent, at rest -----------------------------------------------------------------


async def test_a_feed_that_is_gone_is_muted_and_keeps_its_articles(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1))
    gone = FetchError(ALPHA.url, "gone", "status 410", status=410, hard=True)
    await room.answer(ALPHA, gone)
    room.clock.advance(400 * DAY)
    due = {state.url for state in room.ledger.due(room.clock(), 9, frozenset())}

    assert ALPHA.url not in due
    assert room.count("articles") == 1
    word, reason = health(room, ALPHA)
    assert (word, "muted until a poll by hand, its articles stay" in reason) == ("gone", True)
    assert next_poll(room, ALPHA) is None

    await room.publish(ALPHA, item(2))  # as `ingestor poll` does
    assert health(room, ALPHA)[0] == "ok"
    assert next_poll(room, ALPHA) is not None


async def test_an_adopted_address_that_is_gone_does_not_mute_the_feed(room: Newsroom) -> None:
    await days(room, ALPHA, led(ALPHA, NEW), 8)
    room.press.answers[NEW] = FetchError(NEW, "gone", "status 410", status=410, hard=True)
    report = await room.poll(ALPHA)
    assert (room.press.asked[-1][0], health(room, ALPHA)[0]) == (NEW, "failing")
    assert report.next_poll_at < room.clock() + DAY  # another address is asked then

    room.clock.advance(DAY)
    assert ALPHA.url in {state.url for state in room.ledger.due(room.clock(), 9, frozenset())}
    await room.answer(ALPHA, body(ALPHA, item(2)))
    assert room.press.asked[-1][0] == ALPHA.url
    assert health(room, ALPHA) == ("ok", "")


async def test_an_address_behind_a_redirect_that_is_gone_does_not_mute_the_feed(
    room: Newsroom,
) -> None:
    error = FetchError(ALPHA.url, "gone", "status 410", status=410, hard=True)
    error.redirected = True
    report = await room.answer(ALPHA, error)
    room.clock.now = report.next_poll_at

    assert health(room, ALPHA)[0] == "failing"
    assert report.next_poll_at >= NOW + schedule.HARD_BACKOFF
    assert ALPHA.url in {state.url for state in room.ledger.due(room.clock(), 9, frozenset())}


async def test_a_feed_that_is_not_found_comes_back(room: Newsroom) -> None:
    await room.answer(ALPHA, FetchError(ALPHA.url, "http", "status 404", status=404))
    room.clock.advance(DAY)

    assert ALPHA.url in {state.url for state in room.ledger.due(room.clock(), 9, frozenset())}


async def test_a_host_that_asked_for_silence_gets_it_from_all_its_feeds(tmp_path: Path) -> None:
    feeds = [Feed(url=f"https://one.example/{n}", name=str(n)) for n in range(3)]
    with newsroom(tmp_path, [*feeds, BETA]) as room:
        until = room.clock() + 30 * HOUR
        error = FetchError(feeds[0].url, "too_many_requests", "no", status=429, retry_at=until)
        error.host = "one.example"
        await room.answer(feeds[0], error)

        assert room.ledger.states()[feeds[1].url].next_poll_at == until
        assert room.ledger.states()[BETA.url].next_poll_at < until


@pytest.mark.parametrize("hosts", [("müller.test", "xn--mller-kva.test"), ("a.test.", "a.test")])
async def test_a_host_that_asked_for_silence_gets_it_however_it_is_written(
    tmp_path: Path, hosts: tuple[str, str]
) -> None:
    names = Names(**{"xn--mller-kva": ["127.0.0.1"], "a.test.": ["127.0.0.1"]})
    settings = FetchSettings(allow_networks=(ip_network("127.0.0.1/32"),), per_host_interval=0.0)
    async with FaultServer() as server, Client(settings, clock=lambda: NOW, resolver=names) as web:
        server.route("/later", reply(429, b"", {"Retry-After": "86400"}))
        one = Feed(url=server.url("/later", hosts[0]), name="One")
        other = Feed(url=server.url("/ok", hosts[1]), name="Other")
        with newsroom(tmp_path, [one, other]) as room:
            line = replace(room.line, fetch=web.get)
            report = await poll(line, one, room.ledger.states()[one.url])

            assert report.kind == "too_many_requests"
            assert room.ledger.states()[other.url].next_poll_at == NOW + DAY


async def test_a_request_that_was_not_sent_is_not_held_against_the_feed(room: Newsroom) -> None:
    error = FetchError(ALPHA.url, "silenced", "no", retry_at=room.clock() + 2 * HOUR)
    await room.answer(ALPHA, error)

    assert room.ledger.states()[ALPHA.url].failures == 0


RESTING = b"""<rss version="2.0"><channel><title>x</title><ttl>90</ttl>
<skipHours><hour>21</hour><hour>22</hour><hour> 24 </hour><hour>99</hour></skipHours>
<skipDays><day>Sunday</day><day>Noday</day></skipDays>
<link rel="hub" href="/hub" xmlns="http://www.w3.org/2005/Atom"/>
<item><guid>1</guid><title>t</title></item></channel></rss>"""


async def test_what_a_feed_says_of_its_rest_outlives_a_304(room: Newsroom) -> None:
    await room.answer(ALPHA, Fetched(url=ALPHA.url, body=RESTING))
    state = room.ledger.states()[ALPHA.url]
    report = await room.answer(ALPHA, NotModified(url=ALPHA.url))

    assert state.ttl == timedelta(minutes=90)
    assert sorted(state.skip_hours) == [0, 21, 22]
    assert sorted(state.skip_days) == [6]
    assert report.next_poll_at.hour not in {21, 22, 0}
    assert room.rows("SELECT hub FROM feeds WHERE id = 1") == [("https://alpha.example/hub",)]


async def test_a_hub_in_the_link_header_is_noted(room: Newsroom) -> None:
    link = '<https://a.example/self>; rel="self", <https://hub.example/>; rel="hub"'
    await room.answer(ALPHA, replace(body(ALPHA, item(1)), headers={"link": link}))

    assert room.rows("SELECT hub FROM feeds WHERE id = 1") == [("https://hub.example/",)]


@given(
    st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year < 9999),
    st.frozensets(st.integers(0, 23)),
    st.frozensets(st.integers(0, 6)),
)
def test_a_rest_only_puts_off_and_never_by_more_than_a_day(
    at: datetime, hours: frozenset[int], weekdays: frozenset[int]
) -> None:
    later = schedule.awake(at, hours, weekdays)

    assert at <= later <= at + DAY
    assert later == at or later == at + DAY or later.minute == 0
    assert not hours or weekdays or len(hours) == 24 or later.hour not in hours
