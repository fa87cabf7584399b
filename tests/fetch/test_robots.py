"""What a robots.txt lets us read, how long that is believed, and what a missing one means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingestor.errors import FetchError
from ingestor.fetch.robots import (
    LONGEST,
    MAX_DELAY,
    SHORTEST,
    UNREACHABLE_FOR,
    answered,
    judge,
    product_token,
    unanswered,
)
from ingestor.models import Fetched

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SITE = "https://a.example"
HOUR = timedelta(hours=1)


def verdict(text: str, path: str = "/2026/report", token: str = "ingestor") -> str:
    found = answered(SITE, Fetched(url=f"{SITE}/robots.txt", body=text.encode()), NOW)
    refusal = judge(found, SITE + path, token).refusal
    return refusal.kind if refusal else ""


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("", False),
        ("User-agent: *\nDisallow:", False),
        ("User-agent: *\nDisallow: /", True),
        ("USER-AGENT: *\r\nDISALLOW: /2026/\r\n", True),
        ("User-agent: *\nDisallow: /*report$", True),
        ("User-agent: *\nDisallow: /\nAllow: /2026/", False),
        ("User-agent: other\nDisallow: /", False),
        ("User-agent: Ingestor\nDisallow: /", True),
        ("User-agent: ingestor-pro\nDisallow: /", False),
        ("User-agent: a\nUser-agent: ingestor\nDisallow: /", True),
        ("\ufeffUser-agent: *\nDisallow: /", True),
        ("Disallow: /", False),
        ("\0\0User-agent: *\nDisallow: /", True),
        ("<html><body>404</body></html>", False),
    ],
)
def test_rules_are_read_as_the_rfc_has_them(text: str, *, refused: bool) -> None:
    assert verdict(text) == ("robots" if refused else "")


@pytest.mark.parametrize(
    ("agent", "token"),
    [("ingestor/0.1.0 (+x)", "ingestor"), ("MyBot/2", "MyBot"), ("News_Reader", "News_Reader"),
     ("(odd)", "ingestor")],
)  # fmt: skip
def test_our_name_is_the_first_word_of_the_user_agent(agent: str, token: str) -> None:
    assert product_token(agent) == token


@pytest.mark.parametrize(
    ("fresh_for", "lifetime"),
    [(None, LONGEST), (timedelta(0), SHORTEST), (3 * HOUR, 3 * HOUR), (99 * HOUR, LONGEST)],
)
def test_it_is_believed_for_an_hour_to_a_day(
    fresh_for: timedelta | None, lifetime: timedelta
) -> None:
    found = answered(SITE, Fetched(url=SITE, body=b"", fresh_for=fresh_for), NOW)
    assert found.expires_at == NOW + lifetime


@pytest.mark.parametrize(
    ("kind", "status", "outcome"),
    [
        ("http", 404, "allow"), ("http", 403, "allow"), ("gone", 410, "allow"),
        ("challenge", 403, "allow"), ("redirect", 0, "allow"), ("http", 500, "deny"),
        ("too_many_requests", 429, "deny"), ("too_many_requests", 503, "deny"),
        ("timeout", 0, "deny"), ("connect", 0, "deny"), ("tls", 0, "deny"),
    ],
)  # fmt: skip
def test_none_lets_all_be_read_and_a_broken_one_nothing(
    kind: str, status: int, outcome: str
) -> None:
    found = unanswered(SITE, FetchError(SITE, kind, "a reason", status=status), NOW)
    assert found.outcome == outcome
    assert found.expires_at == NOW + (LONGEST if outcome == "allow" else UNREACHABLE_FOR)
    refusal = judge(found, f"{SITE}/x", "ingestor").refusal
    assert (refusal.kind if refusal else "") == ("robots_unreachable" if outcome == "deny" else "")


def test_it_is_not_asked_for_before_a_retry_after() -> None:
    error = FetchError(SITE, "silenced", "a reason", retry_at=NOW + 9 * HOUR)
    assert unanswered(SITE, error, NOW).expires_at == NOW + 9 * HOUR


@pytest.mark.parametrize(
    ("said", "delay"),
    [("5", timedelta(seconds=5)), ("0.5", timedelta(seconds=0.5)), ("x", timedelta()),
     ("-3", timedelta()), ("999999999", MAX_DELAY)],
)  # fmt: skip
def test_a_delay_is_kept_to_within_reason(said: str, delay: timedelta) -> None:
    text = f"User-agent: *\nCrawl-delay: {said}\nDisallow: /private"
    found = answered(SITE, Fetched(url=SITE, body=text.encode()), NOW)
    assert judge(found, f"{SITE}/x", "ingestor").delay == delay
