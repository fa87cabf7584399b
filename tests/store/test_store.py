"""What is written is what is read, and what belongs together stays together."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestor.encoders.centroids import Centroid
from ingestor.errors import UsageError
from ingestor.models import Feed, Fingerprint, Match, ParsedFeed, Source, Validators
from ingestor.store import queries
from ingestor.store.articles import REVISIONS_KEPT
from ingestor.store.store import Store
from ingestor.store.upkeep import integrity
from ingestor.store.values import Known, Outcome, Ruling
from tests.store.support import DAY, FEEDS, NOW, add, article, opened, poll, scalar

HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with two feeds; whatever a test does, it is whole in the end."""
    with closing(opened(tmp_path)) as opened_store:
        yield opened_store
        assert integrity(opened_store) == ()
        assert (
            scalar(
                opened_store,
                "SELECT count(*) FROM stories WHERE articles <>"
                " (SELECT count(*) FROM articles WHERE story_id = stories.id) OR NOT EXISTS"
                " (SELECT 1 FROM articles WHERE story_id = stories.id"
                " AND id = canonical_article_id)",
            )
            == 0
        )


# --- feeds -------------------------------------------------------------------------------


def test_a_new_configuration_adds_stops_and_resumes_feeds(store: Store) -> None:
    third = Feed(url="https://c.example/rss", name="Gamma")
    with store.transaction():
        changes = store.sync_feeds((FEEDS[0], third), {third.url: NOW + DAY}, NOW)
    assert (changes.added, changes.stopped) == ((third.url,), (FEEDS[1].url,))
    assert [state.name for state in store.feed_states()] == ["Alpha", "Gamma"]
    assert store.feed_state(third.url).next_poll_at == NOW + DAY
    with store.transaction():
        assert store.sync_feeds(FEEDS, {}, NOW).resumed == (FEEDS[1].url,)


def test_another_spelling_of_an_url_is_the_same_feed(store: Store) -> None:
    respelled = replace(FEEDS[0], url="HTTPS://A.example:443/rss", name="Alpha Times")
    with store.transaction():
        changes = store.sync_feeds((respelled, FEEDS[1]), {}, NOW)
    assert (changes.added, changes.stopped) == ((), ())
    assert store.feed_state(FEEDS[0].url).name == "Alpha Times"


def test_a_feed_that_was_never_configured_is_a_users_mistake(store: Store) -> None:
    with pytest.raises(UsageError, match="no such feed"):
        store.feed_state("https://nowhere.example/")


@pytest.mark.parametrize(
    ("wait", "due"),
    [
        pytest.param(-DAY, True, id="overdue"),
        pytest.param(timedelta(), True, id="now"),
        pytest.param(timedelta(seconds=1), False, id="not yet"),
    ],
)
def test_due(tmp_path: Path, wait: timedelta, due: bool) -> None:
    with closing(Store.open(tmp_path / "news.db")) as store:
        with store.transaction():
            store.sync_feeds(FEEDS[:1], {FEEDS[0].url: NOW + wait}, NOW)
        assert bool(store.due_feeds(NOW, 10)) is due
        assert store.due_feeds(NOW, 10, frozenset({1})) == ()


def test_a_feed_polled_in_the_future_is_due_for_the_clock_was_set_back(store: Store) -> None:
    with store.transaction():
        store.sync_feeds(FEEDS[:1], {}, NOW)
        store.finish_polls([(1, poll(at=NOW + DAY))])
    assert [state.id for state in store.due_feeds(NOW, 10)] == [1]
    assert store.due_feeds(NOW + DAY, 10) == ()


@pytest.mark.parametrize(
    ("next_poll_at", "polled_at", "due"),
    [
        pytest.param(NOW, NOW - HOUR, True, id="this moment"),
        pytest.param(NOW + HOUR, NOW, False, id="just polled"),
        pytest.param(NOW + 30 * DAY, NOW - DAY, False, id="the server asked for a month"),
        pytest.param(NOW + DAY + HOUR, NOW + DAY, True, id="clock set back a day"),
        pytest.param(NOW + 18250 * DAY, NOW + 18250 * DAY - HOUR, True, id="back 50 years"),
        pytest.param(NOW + HOUR, NOW + timedelta(seconds=2), False, id="small correction"),
        pytest.param(NOW - 3650 * DAY, NOW - 3650 * DAY, True, id="clock set forward ten years"),
    ],
)
def test_a_jump_of_the_clock_neither_silences_nor_hurries_a_feed(
    store: Store, next_poll_at: datetime, polled_at: datetime, *, due: bool
) -> None:
    with store.transaction():
        store.sync_feeds(FEEDS[:1], {}, NOW)
        store.finish_polls([(1, poll(at=polled_at)._replace(next_poll_at=next_poll_at))])
    assert bool(store.due_feeds(NOW, 10)) is due


def test_the_longest_overdue_feed_comes_first(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "news.db")) as store:
        with store.transaction():
            store.sync_feeds(FEEDS, {FEEDS[0].url: NOW, FEEDS[1].url: NOW - DAY}, NOW)
        assert [state.id for state in store.due_feeds(NOW, 1)] == [2]


def test_of_feeds_due_at_one_moment_the_one_polled_longest_ago_comes_first(store: Store) -> None:
    with store.transaction():
        store.sync_feeds(FEEDS, {}, NOW)
        for number, at in ((1, NOW - DAY), (2, NOW - 2 * DAY)):
            store.finish_polls([(number, poll(at=at)._replace(next_poll_at=NOW))])
    assert [state.id for state in store.due_feeds(NOW, 10)][:2] == [2, 1]


CROWD = tuple(Feed(url=f"https://crowd.example/{n}", name=f"Crowd {n}") for n in range(3))


@pytest.mark.parametrize(
    ("under_way", "spaced", "due"),
    [
        pytest.param((), True, [2, 4], id="one of a host"),
        pytest.param((1,), True, [4], id="none of a host that is being polled"),
        pytest.param((4,), True, [2], id="nor of another one"),
        pytest.param((), False, [2, 1, 3, 4], id="all where hosts want no spacing"),
        pytest.param((1,), False, [2, 3, 4], id="but those being polled"),
    ],
)
def test_many_overdue_feeds_of_a_host_leave_the_others_their_turn(
    tmp_path: Path, under_way: tuple[int, ...], spaced: bool, due: list[int]
) -> None:
    with closing(Store.open(tmp_path / "news.db")) as store:
        feeds = (*CROWD, FEEDS[0])
        overdue = [5, 9, 3, 1]  # days
        first = {f.url: NOW - n * DAY for f, n in zip(feeds, overdue, strict=True)}
        with store.transaction():
            store.sync_feeds(feeds, first, NOW)
        found = store.due_feeds(NOW, len(due), under_way, spaced=spaced)
        assert [state.id for state in found] == due
        assert store.due_feeds(NOW, 1, under_way, spaced=spaced) == found[:1]


def test_of_the_feeds_of_a_host_due_at_one_moment_the_one_polled_longest_ago_is_due(
    tmp_path: Path,
) -> None:
    with closing(opened(tmp_path, CROWD)) as store:
        with store.transaction():
            for number, at in ((1, NOW - DAY), (2, NOW - 3 * DAY), (3, NOW - 2 * DAY)):
                store.finish_polls([(number, poll(at=at)._replace(next_poll_at=NOW))])
        assert [state.id for state in store.due_feeds(NOW, 9, spaced=True)] == [2]


def test_feeds_that_are_files_are_of_no_host_and_wait_for_none(tmp_path: Path) -> None:
    files = [Feed(url=f"file:///feeds/{n}.xml", name=str(n)) for n in range(3)]
    with closing(opened(tmp_path, files)) as store:
        assert [state.id for state in store.due_feeds(NOW, 9, {2}, spaced=True)] == [1, 3]


def test_a_poll_changes_only_what_it_learned(store: Store) -> None:
    document = ParsedFeed(format="rss20", title="Alpha News", language="en")
    with store.transaction():
        first = poll(new=3)._replace(
            validators=Validators(etag='"1"'),
            body_hash="b1",
            parsed=document,
            interval=timedelta(minutes=15),
        )
        store.finish_polls([(1, first)])
        store.finish_polls([(1, poll("failed", NOW + DAY))])
        store.finish_polls([(1, poll("failed", NOW + 2 * DAY))])
    state = store.feed_state(FEEDS[0].url)
    assert (state.validators.etag, state.body_hash, state.failures) == ('"1"', "b1", 2)
    assert (state.last_success_at, state.last_poll_at) == (NOW, NOW + 2 * DAY)
    assert state.interval == timedelta(minutes=15)
    with store.transaction():
        store.finish_polls([(1, poll("not_modified", NOW + 3 * DAY))])
    state = store.feed_state(FEEDS[0].url)
    assert (state.failures, state.last_success_at, state.last_body_at) == (0, NOW + 3 * DAY, NOW)
    assert not state.full_due(NOW + 6 * DAY)
    assert state.full_due(NOW + 7 * DAY)


@pytest.mark.parametrize(
    ("outcome", "health", "reason"),
    [
        pytest.param("fetched", "ok", "", id="ok"),
        pytest.param("failed", "failing", "connection refused", id="failing"),
    ],
)
def test_feed_health_is_one_word_with_a_reason(
    store: Store, outcome: Outcome, health: str, reason: str
) -> None:
    with store.transaction():
        store.finish_polls([(1, poll(outcome))])
    alpha, beta = queries.feed_rows(store)
    assert (alpha.health, alpha.reason) == (health, reason)
    assert (beta.health, beta.reason) == ("waiting", "not polled yet")


# --- articles ----------------------------------------------------------------------------


def test_an_article_comes_back_as_it_went_in(store: Store) -> None:
    new = article(sources=(Source(kind="agency", name="Reuters", position=2),))
    article_id = add(store, new)
    stored = queries.article(store, article_id)
    assert stored is not None
    assert (stored.title, stored.text, stored.url) == (new.title, new.text, new.entry.link)
    assert (stored.published_at, stored.first_seen_at) == (NOW - timedelta(hours=1), NOW)
    assert [(s.kind, s.name, s.position) for s in stored.sources] == [("agency", "Reuters", 2)]
    assert [(r.rule, r.text) for r in stored.removals] == [("credit_bracketed", "(Photo: N. N.)")]
    assert [(s.feed, s.guid) for s in stored.sightings] == [("Alpha", "1")]
    assert store.articles_by_url([new.canonical_url]) == {new.canonical_url: article_id}


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)


@settings(max_examples=40, deadline=None)
@given(title=TEXT, text=TEXT, guid=TEXT)
def test_any_text_comes_back_as_it_went_in(title: str, text: str, guid: str) -> None:
    with (
        tempfile.TemporaryDirectory() as directory,
        closing(opened(Path(directory))) as store,
    ):
        new = article(guid, title=title, text=text, url="https://a.example/x")
        article_id = add(store, new)
        stored = queries.article(store, article_id)
        assert stored is not None
        assert (stored.title, stored.text) == (title, text)
        assert store.known(1, [guid]) == {
            guid: Known(article_id=article_id, content_hash=new.content_hash)
        }


def test_an_address_that_identifies_nothing_is_not_looked_up(store: Store) -> None:
    home = article(url="https://a.example/")
    add(store, replace(home, entry=replace(home.entry, own_link=False)))
    add(store, article("2", url=""))
    assert store.articles_by_url(["https://a.example/", ""]) == {}


def test_an_edit_keeps_the_old_version_and_replaces_what_hung_on_it(store: Store) -> None:
    article_id = add(store, article())
    for number in (2, 3):
        edited = article(text=f"Version {number}: the ministry corrected its figures.")
        with store.transaction():
            store.revise_article(article_id, edited, NOW + DAY)
            store.sight(1, [(article_id, edited)], NOW + DAY)
    stored = queries.article(store, article_id)
    assert stored is not None
    assert stored.text.startswith("Version 3")
    assert [r.number for r in stored.revisions] == [1, 2]
    assert stored.revisions[0].text == article().text
    assert len(stored.removals) == 1
    assert scalar(store, "SELECT count(*) FROM fingerprints") == 3
    assert scalar(store, "SELECT count(*) FROM articles_fts('corrected')") == 1
    assert scalar(store, "SELECT count(*) FROM articles_fts('larger')") == 0
    assert store.known(1, ["1"])["1"].content_hash == edited.content_hash


def test_a_date_in_the_future_does_not_sort_first(store: Store) -> None:
    add(store, article(published=NOW + DAY))
    add(store, article("2", published=None))
    assert scalar(store, "SELECT group_concat(DISTINCT dated_at) FROM articles") == (
        "2026-11-23T20:00:00Z"
    )


# --- stories -----------------------------------------------------------------------------


def test_stories_open_join_and_end_with_their_articles(store: Store) -> None:
    first, second = add(store, article("1")), add(store, article("2"), feed=2)
    home, other = (member.story_id for member in store.story_views([first, second]))
    with store.transaction():
        store.join_story(second, home, NOW + DAY)
    (view,) = store.story_views([second])
    assert view.story_id == home
    assert view.article_ids == {first, second}
    assert queries.story(store, other) is None
    with store.transaction():
        own = store.new_story(second, NOW)
        assert store.new_story(second, NOW) == own
    assert own > other, "a story's number is never given again"


def test_who_repeats_whom_goes_by_publication_not_by_arrival(store: Store) -> None:
    late = add(store, article("1", published=NOW))
    early = add(store, article("2", published=NOW - DAY), feed=2)
    with store.transaction():
        store.add_match(early, Match(article_id=late, relation="copy", score=1.0), NOW)
    ((told,),) = store.db.conn.execute(
        "SELECT json_array(article_id, other_article_id) FROM duplicates"
    ).fetchall()
    assert told == f"[{late},{early}]"
    detail = queries.article(store, early)
    assert detail is not None
    (match,) = detail.matches
    assert (match.article_id, match.other_article_id) == (late, early)


def test_a_story_whose_canonical_leaves_gets_another(store: Store) -> None:
    first = add(store, article("1"))
    (home,) = (view.story_id for view in store.story_views([first]))
    second = add(store, article("2"), story=home)
    with store.transaction():
        store.new_story(first, NOW)
    assert {v.canonical_article_id for v in store.story_views([first, second])} == {first, second}


def test_an_election_sees_priority_citations_and_pins(store: Store) -> None:
    cites = (Source(kind="url", url="https://origin.example/1"), Source(kind="agency", name="AP"))
    article_id = add(store, article(sources=cites))
    with store.transaction():
        store.add_ruling(Ruling(kind="pin", article_id=article_id), NOW)
    (member,) = store.members(1)
    assert member.cited_urls == {"https://origin.example/1"}
    assert (member.priority, member.pin, member.length) == (1, 1, len(article().text))


def test_a_new_judgement_of_a_pair_replaces_the_old(store: Store) -> None:
    first, second = add(store, article("1")), add(store, article("2"))
    for score in (0.5, 0.75):
        match = Match(
            article_id=first, relation="copy", score=score, evidence={"reason": "bằng nhau"}
        )
        with store.transaction():
            store.add_match(second, match, NOW)
    detail = queries.article(store, first)
    assert detail is not None
    (row,) = detail.matches
    assert (row.article_id, row.other_article_id, row.score) == (second, first, 0.75)
    assert row.evidence == {"reason": "bằng nhau"}


def test_a_later_ruling_on_a_pair_replaces_the_earlier(store: Store) -> None:
    first, second = add(store, article("1")), add(store, article("2"))
    split = Ruling(kind="split", article_id=first, other_article_id=second)
    join = Ruling(kind="join", article_id=second, other_article_id=first)
    pin = Ruling(kind="pin", article_id=first)
    with store.transaction():
        for ruling in (split, pin, join, pin):
            store.add_ruling(ruling, NOW)
    assert store.rulings() == (join, pin)
    assert store.rulings("pin") == (pin,)


@pytest.mark.parametrize("original_first", [True, False], ids=["original first", "original last"])
def test_a_citation_is_resolved_in_whichever_order_the_articles_come(
    store: Store, original_first: bool
) -> None:
    original = article("o", url="https://origin.example/1")
    citing = article("c", sources=(Source(kind="url", url="https://origin.example/1"),))
    ids = {}
    for new in (original, citing) if original_first else (citing, original):
        ids[new.entry.guid] = add(store, new)
    with store.transaction():
        assert store.resolve_citations([max(ids.values())]) == ((ids["c"], ids["o"]),)
        assert store.resolve_citations([max(ids.values())]) == ()
    assert scalar(store, "SELECT cited_article_id FROM sources") == ids["o"]


def test_an_article_that_names_itself_cites_nothing(store: Store) -> None:
    own = Source(kind="url", url="https://a.example/1")
    article_id = add(store, article("1", sources=(own,)))
    with store.transaction():
        assert store.resolve_citations([article_id]) == ()


# --- deduplication -----------------------------------------------------------------------


def test_the_window_holds_what_was_first_seen_since(store: Store) -> None:
    article_id = add(store, article())
    (slot,) = store.window_slots(NOW)
    assert (slot.article_id, slot.words, slot.whole) == (article_id, bytes(8), bytes(64))
    assert list(store.window_slots(NOW + DAY)) == []


def test_an_article_without_fingerprints_is_in_the_window_too(store: Store) -> None:
    add(store, replace(article(), fingerprints=()))
    (slot,) = store.window_slots(NOW - DAY)
    assert (slot.words, slot.whole) == (b"", b"")


def test_signatures_come_in_the_order_asked_for(store: Store) -> None:
    new = article(sources=(Source(kind="via", url="https://origin.example/1"),))
    first, second = add(store, new), add(store, article("2"), feed=2)
    found = store.signatures([second, 99, first])
    assert [s.article_id for s in found] == [second, first]
    assert (found[0].feed, found[1].feed) == (FEEDS[1].url, FEEDS[0].url)
    assert found[1].site == "a.example"
    assert found[1].cited_urls == {"https://origin.example/1"}
    assert set(found[1].fingerprints) == set(new.fingerprints)


def test_candidates_by_citation(store: Store) -> None:
    origin = "https://origin.example/1"
    original = add(store, article("o", url=origin))
    sibling = add(store, article("s", sources=(Source(kind="url", url=origin),)))
    assert set(store.citation_candidates("", frozenset({origin}), NOW - DAY)) == {original, sibling}
    assert store.citation_candidates(origin, frozenset(), NOW - DAY) == (sibling,)
    assert store.citation_candidates("", frozenset(), NOW - DAY) == ()
    assert store.citation_candidates("", frozenset({origin}), NOW + DAY) == ()


def test_of_each_language_the_latest_centroid_counts(store: Store) -> None:
    for version in (1, 2):
        with store.transaction():
            centroid = Centroid(language="de", version=version, vector=bytes([version]) * 8)
            store.add_centroid("use", centroid, NOW)
    assert store.centroids("use").of("de").vector == bytes([2]) * 8
    assert store.centroids("e5").items == ()


@pytest.mark.parametrize(
    ("articles", "known", "ready"),
    [
        pytest.param(1, (), ("de", "en", "vi"), id="all that are of a language"),
        pytest.param(2, (), ("de", "vi"), id="as many as there must be"),
        pytest.param(3, (), ("vi",), id="and more"),
        pytest.param(2, ("vi",), ("de",), id="but no known one"),
        pytest.param(4, (), (), id="none"),
    ],
)
def test_languages_of_enough_articles(
    store: Store, articles: int, known: tuple[str, ...], ready: tuple[str, ...]
) -> None:
    for number, language in enumerate(["", "", "vi", "de", "en", "vi", "de", "vi"]):
        add(store, article(str(number), language=language))
    assert store.languages_with(articles, known) == ready


def test_texts_of_a_language_and_their_new_fingerprints(store: Store) -> None:
    ids = [add(store, article(str(number))) for number in range(3)]
    assert [text.id for text in store.first_texts("en", 2)] == ids[:2]
    texts = store.texts(ids[::-1])
    assert [text.id for text in texts] == ids[::-1]
    assert (store.languages_with(3), store.languages_with(4)) == (("en",), ())
    again = Fingerprint(algorithm="simhash512-use-4/en-1", part="text", value=bytes(64))
    with store.transaction():
        assert store.replace_fingerprints(texts[-1], [again])
    assert store.signatures(ids[:1])[0].fingerprints == (again,)
    assert [text.id for text in store.texts_made_by("en", again.algorithm)] == ids[:1]


def test_the_first_and_the_latest_revisions_are_kept_under_their_numbers(store: Store) -> None:
    edited, other = add(store, article()), add(store, article("2"))
    with store.transaction():
        for number in range(2, REVISIONS_KEPT + 12):
            store.revise_article(edited, article(text=f"Version {number}."), NOW)
        store.revise_article(other, article("2", text="Version 2."), NOW)
    kept = store.db.execute("SELECT number, text FROM revisions WHERE article_id = 1").fetchall()
    latest = range(11, REVISIONS_KEPT + 11)
    assert kept == [(1, article().text), *((number, f"Version {number}.") for number in latest)]
    assert scalar(store, "SELECT count(*) FROM revisions WHERE article_id = 2") == 1
