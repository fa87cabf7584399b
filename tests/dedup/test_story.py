"""Stories do not chain; who stands for one depends on its members alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from ingestor.dedup.story import Choice, Member, StoryView, choose_story, elect
from ingestor.models import Match

START = datetime(2026, 1, 1, tzinfo=UTC)


def match(article_id: int, score: float = 0.9) -> Match:
    return Match(article_id=article_id, relation="translation", score=score)


def story(story_id: int, *ids: int) -> StoryView:
    return StoryView(story_id=story_id, canonical_article_id=ids[0], article_ids=frozenset(ids))


@pytest.mark.parametrize(
    ("matches", "stories", "choice"),
    [
        pytest.param([], [], Choice(), id="nothing alike: a story of its own"),
        pytest.param([match(1)], [story(7, 1, 2, 3, 4)], Choice(story_id=7), id="the canonical"),
        pytest.param([match(4)], [story(7, 1, 2, 3, 4)], Choice(), id="one member is a chain"),
        pytest.param([match(2), match(3)], [story(7, 1, 2, 3)], Choice(story_id=7), id="most"),
        pytest.param([match(2), match(3)], [story(7, 1, 2, 3, 4)], Choice(), id="half is not most"),
        pytest.param(
            [match(1, 0.8), match(5, 0.9)],
            [story(7, 1, 2, 3), story(8, 5, 6, 9)],
            Choice(story_id=8),
            id="the strongest match wins",
        ),
        pytest.param(
            [match(1, 0.9), match(5, 0.8), match(6)],
            [story(7, 1), story(8, 5, 6)],
            Choice(story_id=7, absorbed=(8,)),
            id="two stories of which it is wholly a part are one",
        ),
    ],
)
def test_choice(matches: list[Match], stories: list[StoryView], choice: Choice) -> None:
    assert choose_story(matches, stories) == choice
    assert choose_story(matches, stories[::-1]) == choice


PLAIN = Member(
    article_id=5, canonical_url="https://a.example/5", cited_urls=frozenset(), priority=0,
    published=START, length=100,
)  # fmt: skip
CITING = replace(PLAIN, article_id=9, cited_urls=frozenset({"https://b.example/6"}))
LATER = replace(
    PLAIN, article_id=6, canonical_url="https://b.example/6", published=START + timedelta(1)
)


@pytest.mark.parametrize(
    ("members", "elected"),
    [
        pytest.param([PLAIN, replace(LATER, pin=1), CITING], 6, id="pinned by the user"),
        pytest.param([replace(PLAIN, pin=1), replace(LATER, pin=2)], 6, id="pinned last"),
        pytest.param([replace(PLAIN, priority=9), LATER, CITING], 6, id="then the cited original"),
        pytest.param([PLAIN, replace(LATER, priority=1)], 6, id="then the feed's priority"),
        pytest.param([LATER, PLAIN], 5, id="then the earliest"),
        pytest.param([PLAIN, replace(PLAIN, article_id=6, length=200)], 6, id="then the longest"),
        pytest.param([PLAIN, replace(PLAIN, article_id=4)], 4, id="then the lowest id"),
    ],
)
def test_election_does_not_depend_on_the_order(members: list[Member], elected: int) -> None:
    assert {elect(order) for order in permutations(members)} == {elected}


def test_an_article_without_an_address_is_not_the_cited_one() -> None:
    nameless = replace(LATER, canonical_url="")
    assert elect([PLAIN, nameless, replace(CITING, cited_urls=frozenset({""}))]) == 5
