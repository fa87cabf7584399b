from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor import rhythm as rhythms
from ingestor.config import ScheduleSettings
from ingestor.schedule import (
    HARD_BACKOFF,
    MAX_JITTER,
    MAX_RETRY_AFTER,
    Failure,
    Outcome,
    Success,
    jitter,
    next_poll,
    spread,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = "https://example.org/rss"
SETTINGS = ScheduleSettings()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUARTER = timedelta(minutes=15)
BUSY = rhythms.begin([NOW - timedelta(seconds=9 * n) for n in range(20_000)], NOW)
DEAD = rhythms.begin([], NOW - 400 * DAY)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("outcome", "wait", "reason"),
    [
        pytest.param(Success(), QUARTER, "the interval", id="no rhythm known"),
        pytest.param(Success(rhythm=BUSY), QUARTER, "the interval", id="more than can be polled"),
        pytest.param(Success(rhythm=DEAD), DAY, "entries a day", id="as good as dead"),
        pytest.param(Success(ttl=HOUR), HOUR, "the feed asks", id="ttl"),
        pytest.param(Success(ttl=minutes(1)), QUARTER, "interval", id="short ttl"),
        pytest.param(Success(ttl=timedelta(days=900)), DAY, "asks", id="absurd ttl"),
        pytest.param(Success(ttl=-DAY), QUARTER, "interval", id="negative ttl"),
        pytest.param(Success(fresh_for=HOUR), HOUR, "fresh", id="max-age"),
        pytest.param(Success(fresh_for=timedelta.max), DAY, "fresh", id="max max-age"),
        pytest.param(Failure(kind="timeout"), minutes(30), "timeout, 1 in a row", id="one failure"),
        pytest.param(Failure(count=5), minutes(90), "5 in a row", id="five failures, linear"),
        pytest.param(Failure(count=10**9), DAY, "in a row", id="a billion failures"),
        pytest.param(Failure(hard=True, kind="gone"), HARD_BACKOFF, "gone", id="410"),
        pytest.param(Failure(retry_at=NOW + 88 * HOUR), 88 * HOUR, "Retry-After", id="88 h"),
        pytest.param(Failure(retry_at=NOW + minutes(1)), minutes(30), "in a row", id="short Retry"),
        pytest.param(Failure(retry_at=NOW - DAY), minutes(30), "in a row", id="past Retry-After"),
        pytest.param(Failure(retry_at=NOW + 90 * DAY), MAX_RETRY_AFTER, "Retry", id="90 d Retry"),
    ],
)
def test_each_outcome_has_its_wait_and_says_why(
    outcome: Outcome, wait: timedelta, reason: str
) -> None:
    plan = next_poll(KEY, outcome, NOW, SETTINGS)
    assert plan.at - NOW == wait + jitter(KEY, wait)
    assert reason in plan.reason


def test_a_feeds_own_interval_wins_over_both_bounds() -> None:
    for own in (minutes(1), 7 * DAY):
        assert next_poll(KEY, Success(), NOW, SETTINGS, own).at - NOW >= own


def test_without_adaptation_the_rhythm_changes_nothing() -> None:
    plan = next_poll(KEY, Success(rhythm=DEAD), NOW, ScheduleSettings(adaptive=False))
    assert plan.rhythm == QUARTER
    assert plan.reason == "the interval"


def test_a_failure_says_nothing_of_the_rhythm() -> None:
    assert next_poll(KEY, Failure(), NOW, SETTINGS).rhythm is None


def test_first_polls_are_spread_evenly_over_the_interval() -> None:
    tenths = [0] * 10
    for number in range(10_000):
        offset = spread(f"https://example.org/{number}", NOW, HOUR) - NOW
        tenths[int(offset / HOUR * 10)] += 1
    assert min(tenths) > 900
    assert max(tenths) < 1100


def test_the_end_of_the_calendar_is_no_error() -> None:
    end = datetime.max.replace(tzinfo=UTC)
    assert next_poll(KEY, Success(), end, SETTINGS).at == end


waits = st.timedeltas(min_value=-DAY, max_value=timedelta(days=400_000))
maybe_wait = st.none() | waits
outcomes = st.builds(
    Success,
    fresh_for=maybe_wait,
    ttl=maybe_wait,
    rhythm=st.none() | st.sampled_from((BUSY, DEAD)),
) | st.builds(
    Failure,
    count=st.integers(1, 10**6),
    hard=st.booleans(),
    retry_at=st.none() | st.datetimes(timezones=st.just(UTC)),
)
intervals = st.timedeltas(min_value=timedelta(seconds=1), max_value=30 * DAY)


@given(
    st.text(),
    outcomes,
    intervals,
    st.builds(ScheduleSettings, interval=intervals, max_interval=intervals, adaptive=st.booleans()),
    st.booleans(),
)
def test_no_feed_is_polled_early_and_none_is_forgotten(
    key: str, outcome: Outcome, own: timedelta, settings: ScheduleSettings, use_own: bool
) -> None:
    plan = next_poll(key, outcome, NOW, settings, own if use_own else None)
    shortest = own if use_own else settings.interval
    longest = max(shortest, settings.max_interval)
    assert plan.at >= NOW + shortest
    assert plan.at <= NOW + max(longest, MAX_RETRY_AFTER) + MAX_JITTER
    assert plan.rhythm is None or shortest <= plan.rhythm <= longest
    if isinstance(outcome, Failure) and outcome.retry_at is not None:
        assert plan.at >= min(outcome.retry_at, NOW + MAX_RETRY_AFTER)


@given(st.text(), intervals)
def test_jitter_is_positive_bounded_and_the_same_each_time(key: str, wait: timedelta) -> None:
    assert timedelta() <= jitter(key, wait) <= min(wait / 10, MAX_JITTER)
    assert jitter(key, wait) == jitter(key, wait)


def test_many_feeds_over_a_month_keep_their_interval() -> None:
    settings = ScheduleSettings(interval=6 * HOUR)
    for number in range(300):
        key, now, rhythm = f"https://example.org/{number}", NOW, (BUSY, DEAD)[number % 2]
        while now < NOW + 30 * DAY:
            plan = next_poll(key, Success(rhythm=rhythm), now, settings)
            assert 6 * HOUR <= plan.at - now <= DAY + MAX_JITTER
            now = plan.at
