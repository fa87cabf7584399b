"""Which articles are one story, and which of them stands for it.

Stories are a function of the articles that are connected by agreement and of what people ruled,
not of the order in which the articles arrived: each time one arrives, all that it is connected to
is parted into stories anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from ingestor.models import Match

Pair = frozenset[int]


_CITING = 3.0  # voices of a pair of which one names the other, or both the same, as its source
# Voice of two that do not agree, in languages of which the encoder does not know both. Of true
# pairs 24 of 100 do not agree there, elsewhere 1.5: log 0.24 is a third of log 0.015.
_FAINT = 1 / 3
_MARGIN = 1e-9  # voices: half of them, summed in another order, are not most


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """That two articles were judged to be one report.

    Attributes:
        score: 0..1.
        cites: Whether it rests on a source that is named.
    """

    score: float
    cites: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """Articles that are connected by agreement, by a ruling, or by the story they share.

    Attributes:
        story_of: The present story of each, in an order that does not depend on their arrival.
        agreements: The pairs that agree.
        copies: For articles that are not the only ones with their text, how many have it.
        apart: Pairs that a person split: they never come to be in one story.
        joined: Pairs that a person joined: their stories are one.
        languages: Of each article, where it is known.
        unread: Articles in languages that the encoder does not know.
    """

    story_of: Mapping[int, int]
    agreements: Mapping[Pair, Agreement] = field(default_factory=dict)
    copies: Mapping[int, int] = field(default_factory=dict)
    apart: Collection[Pair] = ()
    joined: Collection[Pair] = ()
    languages: Mapping[int, str] = field(default_factory=dict)
    unread: Collection[int] = ()


def partition(web: Web) -> tuple[frozenset[int], ...]:
    """Part a web into stories, without chaining.

    Average-linkage clustering: of all groups of articles the two that agree best become one, as
    long as most voices across them agree. So no article joins for being like one of many, and two
    groups that had only not met their link become one when it arrives. Each two articles are a
    voice; those that cite are several, and all copies of one text have one together. That two do
    not agree says little where the encoder does not know their languages: it is a third of one.

    Returns:
        The stories, ordered by their first article in the order of the web.

    Source: Sokal and Michener, "A statistical method for evaluating systematic relationships",
    1958 (UPGMA); pairs that were not judged alike count 0.
    """
    articles = list(web.story_of)
    if not web.apart and 2 * len(web.agreements) == len(articles) * (len(articles) - 1):
        return (frozenset(articles),)  # all agree: the usual story
    index = {article: i for i, article in enumerate(articles)}
    weight = np.array([1 / web.copies.get(article, 1) for article in articles])
    citing = _matrix(index, {pair: float(a.cites) for pair, a in web.agreements.items()})
    agree = _matrix(index, dict.fromkeys(web.agreements, 1.0))
    faint = _unread_pairs(web) & (agree == 0)
    voices = np.outer(weight, weight) * np.where(citing, _CITING, np.where(faint, _FAINT, 1.0))
    scores = voices * _matrix(index, {pair: a.score for pair, a in web.agreements.items()})
    agreeing = voices * agree
    labels = _joined_labels(index, web.joined)
    apart = _matrix(index, dict.fromkeys(web.apart, 1.0))
    while (best := _best_two(scores, agreeing, voices, _barred(apart, labels))) is not None:
        one, other = best
        for matrix in (scores, agreeing, voices):
            matrix[one] += matrix[other]
            matrix[:, one] += matrix[:, other]
            matrix[other] = matrix[:, other] = 0
        labels[labels == labels[other]] = labels[one]
    groups: dict[int, set[int]] = {}
    for article, label in zip(articles, labels.tolist(), strict=True):
        groups.setdefault(label, set()).add(article)
    return tuple(map(frozenset, groups.values()))


def _matrix(index: Mapping[int, int], pairs: Mapping[Pair, float]) -> NDArray[np.float64]:
    """Write pairs into a symmetric matrix."""
    made = np.zeros((len(index), len(index)))
    for (one, other), value in pairs.items():
        made[index[one], index[other]] = made[index[other], index[one]] = value
    return made


def _unread_pairs(web: Web) -> NDArray[np.bool_]:
    """Which two articles are in two languages of which the encoder does not know both."""
    unread = np.array([article in web.unread for article in web.story_of])
    languages = np.array([web.languages.get(article, "") for article in web.story_of])
    found: NDArray[np.bool_] = (unread[:, None] | unread) & (languages[:, None] != languages)
    return found


def _joined_labels(index: Mapping[int, int], joined: Iterable[Pair]) -> NDArray[np.int64]:
    """Number the articles such that those joined by rulings have one number."""
    labels = np.arange(len(index))
    for one, other in joined:
        labels[labels == labels[index[other]]] = labels[index[one]]
    return labels


def _barred(apart: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    """Which articles must not come together, directly or with what they are together with."""
    if not apart.any():
        return None
    together = (labels[:, None] == labels[None, :]).astype(np.float64)
    return np.asarray(together @ apart @ together > 0)


def _best_two(
    scores: NDArray[np.float64],
    agreeing: NDArray[np.float64],
    voices: NDArray[np.float64],
    barred: NDArray[np.bool_] | None,
) -> tuple[int, int] | None:
    """Find the two groups with the highest mean score that may become one; None if none may."""
    possible = 2 * agreeing > voices + _MARGIN
    np.fill_diagonal(possible, val=False)
    if barred is not None:
        possible &= ~barred
    if not possible.any():
        return None
    means = np.divide(scores, voices, out=np.full_like(scores, -1.0), where=possible)
    one, other = divmod(int(means.argmax()), len(scores))
    return one, other


def renumber(
    groups: Sequence[frozenset[int]], story_of: Mapping[int, int]
) -> tuple[tuple[int | None, frozenset[int]], ...]:
    """Let each group keep the number of the story that most of its articles come from.

    Returns:
        The groups with their numbers; None for a story that is new.
    """
    shared = sorted(
        (-sum(story_of[article] == story for article in group), story, number)
        for number, group in enumerate(groups)
        for story in {story_of[article] for article in group}
    )
    kept: dict[int, int] = {}
    taken: set[int] = set()
    for _, story, number in shared:
        if number not in kept and story not in taken:
            kept[number] = story
            taken.add(story)
    return tuple((kept.get(number), group) for number, group in enumerate(groups))


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
        pin: The number of the ruling by which a person chose it, the latest of all counts; else 0.
    """

    article_id: int
    canonical_url: str
    cited_urls: frozenset[str]
    priority: int
    published: datetime
    length: int
    pin: int = 0


def elect(members: Iterable[Member]) -> int:
    """Elect the article that stands for a story.

    The order is total, so that the result depends on the members alone, not on their arrival:
    pinned last, cited by most others as their source, feed priority, earliest, longest, lowest id.

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
            -member.pin,
            -cited[member.article_id],
            -member.priority,
            member.published,
            -member.length,
            member.article_id,
        ),
    )
    return best.article_id
