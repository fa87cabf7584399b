"""The statements of every poll and every start find their rows by an index, however many there are.

`sqlite3` tells which plan it would take; a scan of a large table is the mistake looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ingestor.models import Cleaning, Match, Source, Trace
from ingestor.store import export, queries, state, upkeep
from ingestor.store.cleaned import Seen
from ingestor.store.store import Store
from tests.store.support import DAY, NOW, add, article, opened, poll, put

LARGE = (
    "articles",
    "stories",
    "sightings",
    "matches",
    "sources",
    "removals",
    "revisions",
    "fingerprints",
    "originals",
    "polls",
    "cleanings",
    "block_sightings",
    "boilerplate",
)
CITING = article("2", sources=(Source(kind="url", url="https://a.example/1"),))


@contextmanager
def plans_of(store: Store) -> Iterator[list[str]]:
    """Collect the plan of each statement that runs inside, its triggers not among them."""
    statements: list[str] = []
    steps: list[str] = []
    store.db.conn.set_trace_callback(statements.append)
    try:
        yield steps
    finally:
        store.db.conn.set_trace_callback(None)
    for sql in statements:
        if sql.lstrip().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            plan = store.db.conn.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
            steps += [f"{detail}  <- {' '.join(sql.split())}" for *_, detail in plan]


def add_and_cite(store: Store) -> None:
    """What a poll with one new article does."""
    with store.transaction():
        store.known(1, ["2"])
        store.articles_by_url([CITING.canonical_url])
        store.citation_candidates(CITING.canonical_url, {"https://a.example/1"}, NOW - DAY)
        article_id = put(store, CITING)
        store.add_match(article_id, Match(article_id=1, relation="cites", score=1.0), NOW)
        store.resolve_citations([article_id])
        store.sight(1, [(article_id, CITING)], NOW)
        store.touch(1, ["1", "2"], NOW)
        store.finish_polls([(1, poll(new=1))])


def edit(store: Store) -> None:
    """What a poll with an edited article does."""
    with store.transaction():
        store.version(1)
        store.revise_article(1, article(text="Edited."), NOW)
        store.replace_fingerprints(store.texts([1])[0], [])


TRACED = replace(
    article("3"),
    cleaning=Cleaning(rules=7),
    trace=Trace(site="a.example", blocks=(1, -2), longest=3),
)


def note_blocks(store: Store) -> None:
    """What noting, concluding and cleaning again read and write."""
    with store.transaction():
        number = put(store, TRACED)
        store.revise_article(number, TRACED, NOW)
        store.reclean_article(number, TRACED)
        store.clean_again(1, 1)
        store.mark_clean([number], 8)
        store.looked_at(1)
    store.pending_sites(3)
    store.recurring_blocks(1, 3, [1])
    store.witnesses(1, 1)
    store.passages(1, 1)
    store.articles_between(1, Seen(articles=1, first=NOW, last=NOW))
    store.boilerplate_of(1)
    store.taken_out_of(1)
    store.originals_of(store.stale(8, 10))
    store.count_stale(8)
    store.versions([number])
    store.removals_of(number)


def group(store: Store) -> None:
    """What judging and grouping read and write."""
    store.signatures([1])
    store.fingerprints([1], "sentences")
    store.members(1)
    store.story_views([1])
    store.web([1], 256)
    with store.transaction():
        store.join_story(1, store.new_story(1, NOW), NOW)
        store.set_canonical(1, 1, NOW)
        store.drop_matches(1)
        store.split_pairs([1])


def forget(store: Store) -> None:
    """What `ON DELETE` and the triggers cost when an article goes is not planned, but cascaded."""
    with store.transaction():
        store.db.conn.execute("DELETE FROM articles WHERE id = 99")


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(add_and_cite, id="a new article"),
        pytest.param(edit, id="an edit"),
        pytest.param(group, id="grouping"),
        pytest.param(note_blocks, id="what sites repeat"),
        pytest.param(forget, id="deleting"),
        pytest.param(lambda s: list(s.window_slots(NOW - DAY)), id="the window"),
        pytest.param(lambda s: s.due_feeds(NOW, 10), id="due feeds"),
        pytest.param(lambda s: s.first_texts("en", 10), id="texts of a language"),
        pytest.param(lambda s: s.languages_with(10, {"de"}), id="languages of enough articles"),
        pytest.param(lambda s: s.texts_made_by("en", "simhash512-e5-3/0"), id="not yet learned"),
        pytest.param(lambda s: s.texts([1, 2]), id="texts"),
        pytest.param(lambda s: s.made(1, 10), id="fingerprints made"),
        pytest.param(lambda s: s.meanings([("h", "t", "en", "a")]), id="meanings"),
        pytest.param(lambda s: s.recent(NOW), id="recent articles"),
        pytest.param(lambda s: s.matched(1), id="what one is like"),
        pytest.param(lambda s: queries.story(s, 1), id="one story"),
        pytest.param(lambda s: queries.article(s, 1), id="one article"),
        pytest.param(lambda s: queries.stories(s, since=NOW), id="recent stories"),
        pytest.param(lambda s: export.latest(s, limit=9), id="stories to publish"),
        pytest.param(lambda s: export.latest_in(s, "en", limit=9), id="stories in a language"),
        pytest.param(lambda s: export.versions(s, 1, limit=9), id="versions of a story"),
        pytest.param(lambda s: queries.polls(s, 1), id="polls of a feed"),
    ],
)
def test_no_large_table_is_scanned(tmp_path: Path, work: Callable[[Store], object]) -> None:
    with closing(opened(tmp_path)) as store:
        add(store, article())
        upkeep.optimize(store)  # must not make plans for the one article that there is
        with plans_of(store) as steps:
            work(store)
    scans = [f"SCAN {table} " for table in LARGE]
    assert steps
    assert [s for s in steps if s.startswith(tuple(scans)) and "VIRTUAL TABLE" not in s] == []


def test_no_filter_is_made_of_a_large_table(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        add(store, article())
        db = store.db.conn
        db.execute("ANALYZE")
        millions = "'1000000' || substr(stat, instr(stat || ' ', ' '))"
        db.execute(f"UPDATE sqlite_stat1 SET stat = {millions}")
        db.execute("ANALYZE sqlite_schema")  # read anew what is said of the tables
        with plans_of(store) as steps:
            group(store)
    assert [step for step in steps if step.startswith("SEARCH fingerprints")]
    assert [step for step in steps if "BLOOM FILTER" in step] == []


def test_of_many_feeds_only_those_that_are_due_are_looked_at(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store, plans_of(store) as steps:
        store.due_feeds(NOW, 10)
        store.due_feeds(NOW, 10, (1,), spaced=True)
    assert [step for step in steps if step.startswith("SCAN feeds")] == []
    assert any("feeds_next_minute (<expr><?)" in step for step in steps)


def test_the_look_at_the_whole_counts_by_indexes_alone(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store, plans_of(store) as steps:
        state.status(store, NOW, 7)
    scans = [step for step in steps if step.startswith("SCAN ")]
    large = [step for step in scans if step.split()[1] in LARGE]
    assert any("matches_relation" in step for step in large)
    assert [step for step in large if "COVERING INDEX" not in step] == []


def test_the_window_is_read_from_indexes_alone(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store, plans_of(store) as steps:
        list(store.window_slots(NOW - DAY))
    assert "USING COVERING INDEX articles_first_seen_at" in steps[0]
    assert "USING COVERING INDEX fingerprints_text" in steps[1]
