"""What a teaser is, and when a page that failed is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.fulltext import BACK_OFF, FULL, PROBES, TRIES, is_teaser, next_try, wants_page
from ingestor.models import Article, Entry, Feed, Fulltext, Removal
from ingestor.parse.identity import identify

NOW = datetime(2026, 11, 25, tzinfo=UTC)
FEED = Feed(url="https://a.example/rss", name="Alpha")
LINK = "https://a.example/2026/report"


def article(text: str, language: str = "en", *taken: tuple[str, str], link: str = LINK) -> Article:
    (entry,) = identify([Entry(guid="1", link=link)])
    return Article(
        entry=entry,
        canonical_url=link,
        title="A report",
        text=text,
        language=language,
        content_hash="",
        text_hash="",
        removals=tuple(Removal(rule=rule, text=said) for rule, said in taken),
    )


WHOLE, SHORT = "x" * FULL, "x" * (FULL - 1)


@pytest.mark.parametrize(
    ("text", "language", "latest", "teaser"),
    [
        ("", "en", [FULL], True),
        (WHOLE, "en", [10], False),
        (SHORT, "en", [10], True),
        (SHORT, "en", [], True),
        (SHORT, "en", [FULL], False),
        (SHORT, "en", [10, FULL, FULL], False),
        (SHORT, "en", [10, 10, FULL], True),
        (WHOLE + "…", "en", [FULL], True),
        (WHOLE + " [...]", "de", [FULL], True),
        ("字" * (FULL // 3), "zh", [10], False),
        ("字" * (FULL // 3), "en", [10], True),
        ("글" * (FULL // 2), "ko", [10], False),
    ],
)
def test_a_teaser_is_cut_or_short_in_a_feed_of_short_texts(
    text: str, language: str, latest: list[int], *, teaser: bool
) -> None:
    assert is_teaser(article(text, language), lambda: latest) is teaser


@pytest.mark.parametrize(
    ("fuller", "teaser"),
    [
        ([False] * PROBES, False),
        ([False] * (PROBES - 1), True),
        ([False] * (PROBES - 1) + [True], True),
        ([False] * PROBES + [True], False),
    ],
    ids=["none of them", "too few", "one of them", "one before them"],
)
def test_short_texts_are_whole_in_a_feed_whose_pages_gave_no_more(
    fuller: list[bool], *, teaser: bool
) -> None:
    assert is_teaser(article(SHORT), lambda: [10], lambda: fuller) is teaser
    assert is_teaser(article(SHORT + "…"), lambda: [10], lambda: fuller)


@pytest.mark.parametrize(
    ("rule", "said", "teaser"),
    [
        ("excerpt_mark", "[…]", True),
        ("continue_reading", "Continue reading", True),
        ("read_also", "Read more", True),
        ("read_also", "Read also: how the bridge was built", False),
        ("comment_words", "Comments (0)", False),
    ],
)
def test_what_was_taken_off_its_end_tells_a_teaser(rule: str, said: str, *, teaser: bool) -> None:
    assert is_teaser(article(WHOLE, "en", (rule, said)), lambda: [FULL]) is teaser


@pytest.mark.parametrize(
    ("general", "own", "link", "wanted"),
    [
        ("auto", None, LINK, True),
        ("never", None, LINK, False),
        ("never", "auto", LINK, True),
        ("always", "never", LINK, False),
        ("always", None, "", False),
        ("always", None, "https://a.example/", False),
    ],
)
def test_the_feeds_own_setting_goes_first(
    general: Fulltext, own: Fulltext | None, link: str, *, wanted: bool
) -> None:
    feed = Feed(url=FEED.url, name="A", fulltext=own)
    assert wants_page(general, feed, article("", link=link), lambda: ()) is wanted


@pytest.mark.parametrize(("setting", "wanted"), [("auto", False), ("always", True)])
def test_a_feed_from_a_file_asks_for_no_network_by_itself(
    setting: Fulltext, *, wanted: bool
) -> None:
    feed = Feed(url="file:///srv/feed.xml", name="A")
    assert wants_page(setting, feed, article(""), lambda: ()) is wanted


@pytest.mark.parametrize(
    ("kind", "status", "again"),
    [
        ("timeout", 0, True), ("connect", 0, True), ("http", 503, True), ("http", 404, False),
        ("gone", 410, False), ("robots", 0, False), ("obstacle", 0, False),
        ("refused_address", 0, False), ("too_large", 0, False), ("worker_timeout", 0, False),
    ],
)  # fmt: skip
def test_only_what_may_pass_is_tried_again(kind: str, status: int, *, again: bool) -> None:
    assert (next_try(kind, status, 1, NOW) is not None) is again


def test_the_tries_grow_apart_and_end() -> None:
    waits = [next_try("timeout", 0, tries, NOW) for tries in range(1, TRIES + 1)]
    assert waits == [NOW + BACK_OFF, NOW + 4 * BACK_OFF, None]


@given(st.sampled_from(["too_many_requests", "silenced", "robots_unreachable"]), st.integers(1, 99))
def test_silence_is_kept_and_counts_as_no_failure(kind: str, tries: int) -> None:
    until = NOW + timedelta(hours=tries)
    assert next_try(kind, 429, tries, NOW, until) == until
    assert next_try(kind, 429, tries, NOW) == NOW + BACK_OFF
