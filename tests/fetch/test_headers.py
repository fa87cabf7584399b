"""Headers are read strictly, and sent back verbatim."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.fetch import headers
from ingestor.models import Validators

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("120", 120, id="seconds"),
        pytest.param(" 120 ", 120, id="padded"),
        pytest.param("0", 0, id="at once"),
        pytest.param("999999999", 86400, id="capped at a day"),
        pytest.param("1000000000000", None, id="absurd"),
        pytest.param("-5", None, id="negative"),
        pytest.param("+5", None, id="signed"),
        pytest.param("1e9", None, id="exponent"),
        pytest.param("1_000", None, id="underscore"),
        pytest.param("١٢٠", None, id="Arabic digits"),
        pytest.param("120.5", None, id="fraction"),
        pytest.param("tomorrow", None, id="a word"),
        pytest.param("", None, id="empty"),
        pytest.param("Mon, 23 Nov 2026 13:00:00 GMT", 3600, id="date"),
        pytest.param("Mon, 23 Nov 2026 13:00:00", 3600, id="date without a zone"),
        pytest.param("Mon, 23 Nov 2026 14:00:00 +0100", 3600, id="date in another zone"),
        pytest.param("Monday, 23-Nov-26 13:00:00 GMT", 3600, id="RFC 850"),
        pytest.param("Mon Nov 23 13:00:00 2026", 3600, id="asctime"),
        pytest.param("Mon, 23 Nov 2020 13:00:00 GMT", 0, id="past"),
        pytest.param("Mon, 23 Nov 2099 13:00:00 GMT", 86400, id="far future"),
        pytest.param("Mon, 99 Nov 2026 13:00:00 GMT", None, id="no such day"),
    ],
)
def test_retry_after_is_read_strictly(value: str, seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)

    assert headers.retry_after({"retry-after": value}, NOW) == expected


def test_a_retry_date_counts_from_the_servers_own_clock() -> None:
    sent = {
        "retry-after": "Mon, 23 Nov 2026 03:10:00 GMT",
        "date": "Mon, 23 Nov 2026 03:00:00 GMT",
    }

    assert headers.retry_after(sent, NOW) == NOW + timedelta(minutes=10)


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_retry_after_says_the_answer_is_within_a_day(value: str, date: str) -> None:
    until = headers.retry_after({"retry-after": value, "date": date}, NOW)

    assert until is None or NOW <= until <= NOW + headers.MAX_RETRY_AFTER


@given(st.integers(0, 86400))
def test_both_forms_of_retry_after_mean_the_same(seconds: int) -> None:
    date = (NOW + timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")

    for value in (str(seconds), date):
        assert headers.retry_after({"retry-after": value}, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"cache-control": "max-age=600"}, 600, id="max-age"),
        pytest.param({"cache-control": 'public, Max-Age="600"'}, 600, id="quoted, upper case"),
        pytest.param({"cache-control": "max-age=600", "age": "500"}, 100, id="already old"),
        pytest.param({"cache-control": "max-age=600", "age": "9999"}, 0, id="older than fresh"),
        pytest.param({"cache-control": "max-age=-1"}, None, id="negative"),
        pytest.param({"cache-control": "no-cache, max-age=600"}, None, id="no-cache wins"),
        pytest.param({"cache-control": "s-maxage=600"}, None, id="for shared caches"),
        pytest.param({"expires": "Mon, 23 Nov 2026 12:05:00 GMT"}, 300, id="Expires"),
        pytest.param({"expires": "0"}, 0, id="a bad Expires is past"),
        pytest.param(
            {"cache-control": "max-age=60", "expires": "Mon, 23 Nov 2026 12:05:00 GMT"},
            60,
            id="max-age before Expires",
        ),
    ],
)
def test_fresh_for_is_what_the_server_promises(sent: dict[str, str], seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)

    assert headers.fresh_for(sent, NOW) == expected


@given(st.dictionaries(st.sampled_from(["cache-control", "expires", "date", "age"]), st.text()))
def test_no_header_can_make_freshness_negative(sent: dict[str, str]) -> None:
    assert (headers.fresh_for(sent, NOW) or timedelta(0)) >= timedelta(0)


def test_flattening_joins_lowers_and_mends() -> None:
    items = [("Vary", "A"), ("VARY", "B"), ("X-Name", "caf\udce9"), ("X-Ok", "café")]

    assert headers.flatten(items) == {"vary": "A, B", "x-name": "caf\ufffd", "x-ok": "café"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param('"abc"', '"abc"', id="strong"),
        pytest.param('W/"abc-gzip"', 'W/"abc-gzip"', id="weak"),
        pytest.param("abc", "abc", id="unquoted"),
        pytest.param('"é"', '"é"', id="UTF-8"),
        pytest.param('"\udce9"', "", id="bytes that could not be sent back"),
        pytest.param('"a\x01"', "", id="control characters"),
        pytest.param("", "", id="empty"),
        pytest.param('"' + "x" * 2048 + '"', '"' + "x" * 2048 + '"', id="2 KB"),
    ],
)
def test_validators_are_taken_verbatim(sent: str, kept: str) -> None:
    assert headers.validators({"etag": sent}) == Validators(etag=kept)
