"""Which story an article belongs to, and which article stands for a story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from ingestor.models import Match


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """A story that one of the matches belongs to."""

    story_id: int
    canonical_article_id: int
    article_ids: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Where an article goes.

    Attributes:
        story_id: None for a story of its own.
        absorbed: Stories that this article shows to be the same one; best first.
    """

    story_id: int | None = None
    absorbed: tuple[int, ...] = ()


def choose_story(
    matches: Sequence[Match],
    stories: Iterable[StoryView],
    *,
    article_id: int = 0,
    never: Collection[frozenset[int]] = (),
) -> Choice:
    """Choose the story that an article joins, without chaining.

    It joins a story only if it agrees with its canonical article or with most of its members; of
    several, that of the strongest match. Where it agrees with most members of a further story,
    and with its canonical article too, both are one: they had only not met their link yet.

    Args:
        matches: What the article was judged to be like.
        stories: The stories of the matched articles; their order does not matter.
        article_id: Of the article itself, where `never` may name it.
        never: Pairs of articles that must not come to be in one story.
    """
    scores = {match.article_id: match.score for match in matches}
    ranked = sorted(
        (story for story in stories if _agrees(story, scores)),
        key=lambda story: (-max(scores.get(i, 0.0) for i in story.article_ids), story.story_id),
    )
    together = frozenset({article_id})
    chosen: list[int] = []
    for story in ranked:
        united = together | story.article_ids
        parted = any(pair <= united for pair in never)
        if not parted and (not chosen or _wholly_agrees(story, scores)):
            together = united
            chosen.append(story.story_id)
    return Choice(story_id=chosen[0], absorbed=tuple(chosen[1:])) if chosen else Choice()


def _agrees(story: StoryView, scores: dict[int, float]) -> bool:
    return story.canonical_article_id in scores or _most(story, scores)


def _wholly_agrees(story: StoryView, scores: dict[int, float]) -> bool:
    return story.canonical_article_id in scores and _most(story, scores)


def _most(story: StoryView, scores: dict[int, float]) -> bool:
    agreeing = sum(i in scores for i in story.article_ids)
    return 2 * agreeing > len(story.article_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article that may stand for its story.

    Attributes:
        priority: Of its feed; the highest of several.
        length: Characters of the cleaned text.
        pinned: The user chose it.
    """

    article_id: int
    canonical_url: str
    cited_urls: frozenset[str]
    priority: int
    published: datetime
    length: int
    pinned: bool = False


def elect(members: Iterable[Member]) -> int:
    """Elect the article that stands for a story.

    The order is total, so that the result depends on the members alone, not on their arrival:
    pinned, cited by most others as their source, feed priority, earliest, longest, lowest id.

    Raises:
        ValueError: there is no member.
    """
    candidates = tuple(members)
    cited = {
        member.article_id: sum(
            bool(member.canonical_url) and member.canonical_url in other.cited_urls
            for other in candidates
            if other.article_id != member.article_id
        )
        for member in candidates
    }
    best = min(
        candidates,
        key=lambda member: (
            not member.pinned,
            -cited[member.article_id],
            -member.priority,
            member.published,
            -member.length,
            member.article_id,
        ),
    )
    return best.article_id
