"""When a feed would like to be asked: what it says about that, made sane."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingestor.models import Fetched
from ingestor.parse import parse
from ingestor.parse.hints import ttl

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("minutes", "period", "often", "wait"),
    [
        pytest.param("60", None, None, HOUR, id="ttl"),
        pytest.param(None, "hourly", "1", HOUR, id="once an hour"),
        pytest.param(None, "hourly", None, HOUR, id="once is the default"),
        pytest.param(None, "daily", "4", 6 * HOUR, id="four times a day"),
        pytest.param(None, " Daily ", "1", DAY, id="case and blanks"),
        pytest.param("60", "daily", "1", DAY, id="the longer of both"),
        pytest.param("1440", "hourly", "1", DAY, id="the longer of both, the other way round"),
        pytest.param(None, "daily", "0.1", None, id="each ten days is beyond a week"),
        pytest.param(None, "dayly", "1", None, id="no such word"),
        pytest.param(None, "minutely", "5", None, id="no such period"),
        pytest.param(None, "hourly", "0", None, id="never"),
        pytest.param(None, "hourly", "-2", None, id="less than never"),
        pytest.param(None, "hourly", "often", None, id="no number"),
        pytest.param(None, "hourly", "nan", None, id="not a number"),
        pytest.param(None, "hourly", "1e9", None, id="more often than can be"),
        pytest.param("0", None, None, None, id="no time at all"),
        pytest.param("99999999", None, None, None, id="for ever"),
        pytest.param("", "", "", None, id="nothing is said"),
    ],
)
def test_a_wait_that_is_asked_for(
    minutes: str | None, period: str | None, often: str | None, wait: timedelta | None
) -> None:
    assert ttl(minutes, period, often) == wait


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            '<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
            "<title>T</title><sy:updatePeriod>daily</sy:updatePeriod>"
            "<sy:updateFrequency>2</sy:updateFrequency><item><guid>1</guid></item></channel></rss>",
            id="sy: in RSS 2.0",
        ),
        pytest.param(
            '<rss version="2.0"><channel><title>T</title><ttl>720</ttl><item><guid>1</guid></item>'
            "</channel></rss>",
            id="ttl",
        ),
        pytest.param(
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
            ' xmlns="http://purl.org/rss/1.0/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
            '<channel rdf:about="http://a.example/"><title>T</title>'
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
            '</channel><item rdf:about="http://a.example/1"><title>1</title>'
            "<link>http://a.example/1</link></item></rdf:RDF>",
            id="sy: in RSS 1.0",
        ),
    ],
)
def test_a_document_says_how_long_to_wait(document: str) -> None:
    fetched = Fetched(url="http://a.example/rss", body=document.encode())
    assert parse(fetched.url, fetched, now=datetime(2026, 3, 1, tzinfo=UTC)).ttl == 12 * HOUR
