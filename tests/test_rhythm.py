from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor import rhythm
from ingestor.rhythm import HALF_LIFE, Rhythm, begin, learn, per_day, wait

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUARTER = timedelta(minutes=15)


def feed(*, gap: timedelta, days: int = 14) -> Rhythm:
    """A feed that published evenly up to now."""
    return begin([NOW - gap * n for n in range(int(days * DAY / gap))], NOW)


def morning(weeks: int = 8) -> Rhythm:
    """A feed that published ten entries every workday between 8 and 9."""
    known = begin([], NOW - timedelta(weeks=weeks))
    for day in (NOW + DAY * n for n in range(-7 * weeks, 0)):
        at = day.replace(hour=8)
        entries = [at + n * timedelta(minutes=5) for n in range(10)] if day.weekday() < 5 else []
        known = learn(known, entries, at + HOUR)
    return known


def pause(known: Rhythm, now: datetime = NOW) -> timedelta:
    return wait(known, per_day(known, now), now, QUARTER, DAY)


def test_a_feed_as_quick_as_the_interval_is_polled_each_interval() -> None:
    assert pause(feed(gap=timedelta(minutes=10))) == QUARTER


def test_the_wait_grows_with_the_gap_between_entries_but_more_slowly() -> None:
    hourly, daily = pause(feed(gap=timedelta(minutes=61))), pause(feed(gap=DAY))
    assert QUARTER < hourly < HOUR
    assert hourly < daily < 24 * hourly


def test_a_new_feed_without_dates_is_soon_looked_at_again() -> None:
    assert pause(begin([], NOW)) <= HOUR


def test_silence_makes_the_waits_longer_up_to_the_longest() -> None:
    known = feed(gap=HOUR)
    waits = [pause(known, NOW + silence) for silence in (0 * DAY, 7 * DAY, 60 * DAY, 4000 * DAY)]
    assert waits == sorted(waits)
    assert waits[0] < waits[1]
    assert waits[-1] == DAY


def test_polls_are_dense_at_the_hours_in_which_a_feed_publishes() -> None:
    known = morning()
    tuesday = NOW + DAY
    assert pause(known, tuesday.replace(hour=8)) < pause(known, tuesday.replace(hour=14)) / 2


def test_a_long_wait_ends_where_the_busy_hours_begin() -> None:
    known = morning()
    evening = NOW.replace(hour=22)
    assert evening + pause(known, evening) < (NOW + DAY).replace(hour=9)


def test_days_without_news_are_polled_less() -> None:
    known = morning()
    friday, saturday = (NOW + n * DAY for n in (4, 5))
    assert pause(known, saturday.replace(hour=8)) > pause(known, friday.replace(hour=8))


def test_old_habits_fade() -> None:
    changed = morning()
    for day in (NOW + DAY * n for n in range(int(3 * HALF_LIFE / DAY))):
        at = day.replace(hour=20)
        changed = learn(changed, [at - n * timedelta(minutes=5) for n in range(10)], at)
    later = NOW + 3 * HALF_LIFE
    assert pause(changed, later.replace(hour=19)) < pause(changed, later.replace(hour=7))


def test_entries_of_long_ago_in_the_first_document_are_no_news() -> None:
    old = begin([NOW - 90 * DAY - n * HOUR for n in range(200)], NOW)
    assert old.entries == 0
    assert per_day(old, NOW + 30 * DAY) < 0.1


def test_entries_per_day_are_what_was_seen() -> None:
    assert per_day(feed(gap=HOUR), NOW) == pytest.approx(24, rel=0.1)


def test_it_reads_as_json() -> None:
    known = morning()
    fields = json.loads(rhythm.dumps(known))
    assert sorted(fields["hours"])[-1] == fields["hours"][8]
    assert rhythm.dumps(rhythm.loads(rhythm.dumps(known))) == rhythm.dumps(known)


moments = st.integers(631152000, 3786912000).map(lambda s: datetime.fromtimestamp(s, UTC))


@given(st.lists(st.tuples(st.lists(moments, max_size=5), moments), min_size=1, max_size=6), moments)
def test_no_clock_and_no_date_leads_out_of_the_bounds(
    polls: list[tuple[list[datetime], datetime]], now: datetime
) -> None:
    known = begin(*polls[0])
    for published, at in polls[1:]:
        known = learn(known, published, at)
    assert QUARTER <= wait(known, per_day(known, now), now, QUARTER, DAY) <= DAY
    assert 0 < per_day(known, now) < float("inf")


@given(st.lists(moments, max_size=9), st.timedeltas(timedelta(0), timedelta(days=900)))
def test_looking_on_without_news_changes_nothing_but_the_time(
    published: list[datetime], span: timedelta
) -> None:
    known = begin(published, NOW)
    assert per_day(learn(known, [], NOW + span), NOW + span) == pytest.approx(
        per_day(known, NOW + span)
    )
