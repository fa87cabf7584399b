"""What a poll comes to, what is written of it, and what the schedule hears."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ingestor import rhythm, schedule
from ingestor.errors import FetchError
from ingestor.models import Entry, Fetched, NotModified, ParsedFeed, Validators
from ingestor.polled import Changes, Polled, outcome_of, poll_record, report
from ingestor.store.values import FeedState
from tests.newsroom import ALPHA, HOUR, NOW

STATE = FeedState(
    id=1,
    url=ALPHA.url,
    name=ALPHA.name,
    validators=Validators(etag='"old"'),
    body_hash="old",
    failures=2,
    next_poll_at=NOW,
    interval=HOUR,
    rhythm=None,
    last_poll_at=None,
    last_success_at=None,
    last_body_at=None,
    last_new_at=None,
)
FETCHED = Fetched(
    url="https://alpha.example/feed",
    body=b"<rss/>",
    wire_bytes=4,
    moved_to="https://alpha.example/feed",
    validators=Validators(etag='"new"'),
    fresh_for=2 * HOUR,
)
PARSED = ParsedFeed(
    format="rss20", entries=(Entry(guid="1"), Entry(guid="2")), ttl=3 * HOUR, warnings=("odd",)
)
ERROR = FetchError(ALPHA.url, "http", "HTTP 503", status=503, retry_at=NOW + HOUR, hard=False)
RHYTHM = rhythm.begin([NOW - HOUR], NOW)
PLAN = schedule.Plan(at=NOW + HOUR, reason="the interval", rhythm=HOUR)
CHANGES = Changes(new=2, updated=1)
NONE = Changes()

BEGUN = Polled(feed=ALPHA, state=STATE, started_at=NOW - timedelta(seconds=3))
NEW_BODY = BEGUN._replace(result=FETCHED, body_hash="new", parsed=PARSED)
SAME_BODY = BEGUN._replace(result=FETCHED, body_hash="old")
NOT_MODIFIED = BEGUN._replace(result=NotModified(url=ALPHA.url))
FAILED = BEGUN._replace(error=ERROR)


@pytest.mark.parametrize(
    ("polled", "outcome", "status"),
    [
        pytest.param(NEW_BODY, "fetched", 200, id="new body"),
        pytest.param(SAME_BODY, "unchanged", 200, id="same body"),
        pytest.param(NOT_MODIFIED, "not_modified", 304, id="304"),
        pytest.param(FAILED, "failed", 503, id="error"),
    ],
)
def test_every_poll_has_one_word_and_one_status(polled: Polled, outcome: str, status: int) -> None:
    record = poll_record(polled, NONE, PLAN, RHYTHM, NOW)
    assert (polled.outcome, record.outcome, record.status) == (outcome, outcome, status)
    assert (record.started_at, record.seconds) == (BEGUN.started_at, 3)
    assert (record.next_poll_at, record.interval) == (PLAN.at, PLAN.rhythm)
    assert report(polled, record).outcome == outcome


def test_a_body_renews_everything_that_is_known_of_the_feed() -> None:
    record = poll_record(NEW_BODY, CHANGES, PLAN, RHYTHM, NOW)
    assert record.validators == Validators(etag='"new"')
    assert (record.body_hash, record.parsed) == ("new", PARSED)
    assert (record.url, record.moved.to, record.bytes) == (FETCHED.url, FETCHED.moved_to, 4)
    assert (record.entries, record.new, record.updated) == (2, 2, 1)


def test_a_body_without_validators_takes_the_old_ones_away() -> None:
    bare = NEW_BODY._replace(result=replace(FETCHED, validators=Validators()))
    assert poll_record(bare, NONE, PLAN, RHYTHM, NOW).validators == Validators()


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        pytest.param(Validators(), None, id="none keep ours"),
        pytest.param(Validators(etag='"n"'), Validators(etag='"n"'), id="given ones renew ours"),
    ],
)
def test_validators_of_a_304_renew_ours_only_if_there_are_any(
    given: Validators, stored: Validators | None
) -> None:
    polled = BEGUN._replace(result=NotModified(url=ALPHA.url, validators=given))
    record = poll_record(polled, NONE, PLAN, RHYTHM, NOW)
    assert record.validators == stored
    assert record.body_hash is None


def test_a_failure_changes_nothing_that_is_known_of_the_feed() -> None:
    record = poll_record(FAILED, NONE, PLAN, RHYTHM, NOW)
    assert (record.kind, record.reason) == ("http", "HTTP 503")
    assert (record.validators, record.body_hash, record.parsed) == (None, None, None)
    assert record.moved == STATE.moved


def test_the_schedule_hears_what_server_and_feed_ask_for() -> None:
    assert outcome_of(NEW_BODY, RHYTHM) == schedule.Success(
        fresh_for=2 * HOUR, ttl=3 * HOUR, rhythm=RHYTHM
    )
    assert outcome_of(SAME_BODY, RHYTHM) == schedule.Success(fresh_for=2 * HOUR, rhythm=RHYTHM)
    assert outcome_of(NOT_MODIFIED, RHYTHM) == schedule.Success(rhythm=RHYTHM)


def test_the_schedule_hears_how_often_it_failed_and_what_the_server_said() -> None:
    assert outcome_of(FAILED, RHYTHM) == schedule.Failure(count=3, kind="http", retry_at=NOW + HOUR)


def test_the_report_tells_a_person_what_came_of_it() -> None:
    good = report(NEW_BODY, poll_record(NEW_BODY, CHANGES, PLAN, RHYTHM, NOW))
    assert (good.entries, good.new, good.updated, good.warnings) == (2, 2, 1, ("odd",))
    assert (good.kind, good.reason, good.next_poll_at) == ("", "", PLAN.at)
    bad = report(FAILED, poll_record(FAILED, NONE, PLAN, RHYTHM, NOW))
    assert (bad.entries, bad.kind, bad.reason) == (0, "http", "HTTP 503")
