"""Stories follow from what agrees and what was ruled, not from the order of arrival."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.dedup.story import Agreement, Pair, Web, partition, renumber


def web(
    articles: int,
    *agreeing: tuple[int, int, float],
    citing: Sequence[tuple[int, int]] = (),
    copies: Sequence[int] = (),
    apart: Sequence[tuple[int, int]] = (),
    joined: Sequence[tuple[int, int]] = (),
    languages: str = "",
    unread: Sequence[int] = (),
) -> Web:
    return Web(
        story_of={i: i for i in range(1, articles + 1)},
        agreements={frozenset((a, b)): Agreement(score=score) for a, b, score in agreeing}
        | {frozenset(pair): Agreement(score=0.1, cites=True) for pair in citing},
        copies=dict.fromkeys(copies, len(copies)),
        apart=[frozenset(pair) for pair in apart],
        joined=[frozenset(pair) for pair in joined],
        languages=dict(enumerate(languages.split(), start=1)),
        unread=unread,
    )


TRIANGLE = ((1, 2, 0.9), (2, 3, 0.9), (1, 3, 0.9))


@pytest.mark.parametrize(
    ("given_web", "stories"),
    [
        pytest.param(web(2), [{1}, {2}], id="nothing agrees"),
        pytest.param(web(2, (1, 2, 0.8)), [{1, 2}], id="two agree"),
        pytest.param(web(3, *TRIANGLE), [{1, 2, 3}], id="all agree"),
        pytest.param(web(3, (1, 2, 0.9), (2, 3, 0.8)), [{1, 2}, {3}], id="half is not most"),
        pytest.param(
            web(4, (1, 2, 0.9), (2, 3, 0.95), (3, 4, 0.9)), [{1}, {2, 3}, {4}], id="no chain"
        ),
        pytest.param(web(4, *TRIANGLE, (1, 4, 0.9), (2, 4, 0.9)), [{1, 2, 3, 4}], id="most"),
        pytest.param(
            web(4, (1, 2, 0.9), (3, 4, 0.9), (1, 3, 0.7), (2, 3, 0.7), (2, 4, 0.7)),
            [{1, 2, 3, 4}],
            id="two stories of which most pairs agree are one",
        ),
        pytest.param(
            web(4, *TRIANGLE, (1, 4, 0.9), copies=[2, 3]),
            [{1, 2, 3}, {4}],
            id="half of the texts is not most",
        ),
        pytest.param(
            web(
                5,
                *TRIANGLE,
                (1, 4, 0.9),
                (2, 4, 0.9),
                (3, 4, 0.9),
                (1, 5, 0.9),
                (4, 5, 0.9),
                copies=[2, 3],
            ),
            [{1, 2, 3, 4, 5}],
            id="copies of one text have one voice",
        ),
        pytest.param(
            web(4, *TRIANGLE, citing=[(1, 4)]), [{1, 2, 3, 4}], id="a citing article counts more"
        ),
        pytest.param(
            web(5, *TRIANGLE, citing=[(3, 4), (3, 5)]),
            [{1, 2, 3, 4}, {5}],
            id="who cites two reports makes them no story",
        ),
        pytest.param(
            web(3, *TRIANGLE, apart=[(1, 2)]), [{1, 3}, {2}], id="split, the third goes with one"
        ),
        pytest.param(web(3, (1, 2, 0.9), joined=[(2, 3)]), [{1, 2, 3}], id="joined stories"),
        pytest.param(
            web(4, (1, 3, 0.9), (2, 4, 0.9), joined=[(1, 2)], apart=[(3, 2)]),
            [{1, 2, 4}, {3}],
            id="what is split comes by no join",
        ),
        pytest.param(
            web(3, (1, 2, 0.9), (2, 3, 0.8), languages="en de vi", unread=[3]),
            [{1, 2, 3}],
            id="that an unread language does not agree says little",
        ),
        pytest.param(
            web(3, (1, 2, 0.9), (2, 3, 0.8), languages="vi en vi", unread=[1, 3]),
            [{1, 2}, {3}],
            id="but within one language it says much",
        ),
        pytest.param(
            web(
                5,
                *TRIANGLE,
                (1, 4, 0.9),
                (2, 4, 0.9),
                (3, 4, 0.9),
                (4, 5, 0.8),
                languages="en de fr es vi",
                unread=[5],
            ),
            [{1, 2, 3, 4}, {5}],
            id="and of many it is heard",
        ),
    ],
)
def test_stories_of_a_web(given_web: Web, stories: list[set[int]]) -> None:
    assert [set(group) for group in partition(given_web)] == stories


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Mapping[Pair, Agreement]]:
    """Some articles, and which pairs of them agree: clumps with noise between them."""
    size = draw(st.integers(2, 14))
    pick = random.Random(draw(st.integers(0, 10_000)))
    clump = [pick.randrange(4) for _ in range(size)]
    within, across = draw(st.floats(0.3, 1)), draw(st.floats(0, 0.4))
    return size, {
        frozenset((a, b)): Agreement(
            score=pick.choice((0.75, 0.9, 1.0, pick.random())), cites=pick.random() < 0.1
        )
        for a in range(size)
        for b in range(a)
        if pick.random() < (within if clump[a] == clump[b] else across)
    }


def assembled(order: Sequence[int], agreements: Mapping[Pair, Agreement]) -> set[frozenset[int]]:
    """What becomes of articles that arrive one by one, as the ledger groups them."""
    story_of: dict[int, int] = {}
    for turn, article in enumerate(order):
        story_of[article] = turn
        connected, found = {article}, [article]
        while found:
            one = found.pop()
            near = {i for i in story_of if frozenset((one, i)) in agreements} - connected
            connected |= near
            found += near
        part = Web(
            story_of={i: story_of[i] for i in sorted(connected)},
            agreements={pair: s for pair, s in agreements.items() if pair <= connected},
        )
        for number, (kept, group) in enumerate(renumber(partition(part), part.story_of)):
            story_of |= dict.fromkeys(group, 1000 * (turn + 1) + number if kept is None else kept)
    stories: dict[int, set[int]] = {}
    for article, story in story_of.items():
        stories.setdefault(story, set()).add(article)
    return set(map(frozenset, stories.values()))


@given(graph=graphs(), data=st.data())
def test_every_order_of_arrival_gives_the_same_stories(
    graph: tuple[int, Mapping[Pair, Agreement]], data: st.DataObject
) -> None:
    size, agreements = graph
    order = data.draw(st.permutations(range(size)))
    assert assembled(order, agreements) == assembled(range(size), agreements)


@given(graph=graphs(), data=st.data())
def test_rulings_hold_in_every_web(
    graph: tuple[int, Mapping[Pair, Agreement]], data: st.DataObject
) -> None:
    size, agreements = graph
    pairs = st.sets(st.integers(0, size - 1), min_size=2, max_size=2).map(frozenset)
    split, joined = data.draw(pairs), data.draw(pairs)
    found = partition(
        Web(
            story_of={i: i for i in range(size)},
            agreements=agreements,
            apart=[split],
            joined=[joined] if joined != split else [],
        )
    )
    assert sorted(i for group in found for i in group) == list(range(size))
    assert not any(split <= group for group in found)
    assert joined == split or any(joined <= group for group in found)


def test_a_group_keeps_the_number_of_most_of_its_articles() -> None:
    story_of = {1: 7, 2: 7, 3: 7, 4: 8, 5: 9}
    groups = [frozenset({1}), frozenset({2, 3, 4}), frozenset({5})]
    assert [kept for kept, _ in renumber(groups, story_of)] == [None, 7, 9]
