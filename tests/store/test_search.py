"""Search finds words in every script, whatever people type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.store.articles import delete_articles
from ingestor.store.search import search
from ingestor.store.store import Store
from tests.store.support import NOW, add, article, opened, put, scalar

TEXTS = {
    1: "The ministry has published its budget for the harbour.",
    2: "Das Ministerium hat den Haushalt für den Hafen veröffentlicht.",
    3: "東浜電機は北沢市に工場を建設すると発表した。",
    4: "사전 투표가 서울에서 시작되었다. The Seoul budget.",
    5: "รัฐบาลประกาศงบประมาณใหม่",
    6: "Chính phủ công bố ngân sách, 北京",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(opened(tmp_path_factory.mktemp("search"))) as filled:
        for number, text in TEXTS.items():
            add(filled, article(str(number), title=f"Report {number}", text=text))
        yield filled


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("budget", [4, 1], id="a word, the newest first"),
        pytest.param("budget harbour", [1], id="every word"),
        pytest.param('"published its budget"', [1], id="a phrase"),
        pytest.param('"its published"', [], id="no phrase"),
        pytest.param("budget -harbour", [4], id="without a word"),
        pytest.param("veroffentlicht", [2], id="without accents"),
        pytest.param("minist*", [2, 1], id="the beginning of a word"),
        pytest.param("minist", [], id="no whole word"),
        pytest.param("電機は北", [3], id="a run of Japanese"),
        pytest.param("電機", [3], id="two characters"),
        pytest.param("電", [3], id="one character"),
        pytest.param("北京", [6], id="the last two characters of a text"),
        pytest.param("京", [6], id="the last character of a text"),
        pytest.param("北 工場", [3], id="two terms of Japanese"),
        pytest.param("北 -工場", [6], id="without a term of Chinese"),
        pytest.param("서울", [4], id="Korean with its particle"),
        pytest.param("서울 budget -북경", [4], id="two scripts"),
        pytest.param("งบประมาณ", [5], id="Thai"),
        pytest.param("-budget", [], id="exclusions alone find nothing"),
        pytest.param('" * ( ) NEAR AND', [], id="no syntax of the index"),
        pytest.param("", [], id="nothing"),
        pytest.param("title : budget", [], id="no column either"),
    ],
)
def test_search_finds(store: Store, words: str, found: list[int]) -> None:
    assert [hit.id for hit in search(store, words)] == found


def test_search_goes_on_and_keeps_to_a_language(store: Store) -> None:
    assert [hit.id for hit in search(store, "report", limit=2)] == [6, 5]
    assert [hit.id for hit in search(store, "report", before=5, limit=2)] == [4, 3]
    assert search(store, "report", language="fr") == ()
    assert len(search(store, "report", language="en")) == len(TEXTS)


@given(words=st.text(max_size=60))
def test_no_question_is_an_error(store: Store, words: str) -> None:
    search(store, words)


def test_the_index_of_trigrams_follows_edits_and_deletions(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        number = add(store, article("1", title="新聞", text="北京の新聞"))
        assert search(store, "北京")
        with store.transaction():
            store.revise_article(number, article("1", title="新聞", text="東京の新聞"), NOW)
        assert not search(store, "北京")
        assert search(store, "東京の")
        with store.transaction():
            store.revise_article(number, article("1", title="News", text="In Latin"), NOW)
        assert not search(store, "新聞")
        with store.transaction():
            store.revise_article(number, article("1", title="新聞", text="奈良"), NOW)
            store.db.conn.execute("DELETE FROM sightings")
            store.db.conn.execute("DELETE FROM stories")
            store.db.conn.execute("DELETE FROM articles")
        assert not search(store, "新聞")
        check = (
            "INSERT INTO articles_fts_trigrams (articles_fts_trigrams) VALUES ('integrity-check')"
        )
        store.db.conn.execute(check)
        assert scalar(store, "SELECT count(*) FROM articles_fts_terms") == 0


def whole(store: Store) -> None:
    """Have SQLite compare both indexes with the articles; it raises if they differ."""
    for index in ("articles_fts", "articles_fts_trigrams"):
        store.db.conn.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")


def test_what_a_transaction_adds_is_found_once_it_ends(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        with store.transaction():
            for guid, title in (("1", "News"), ("2", "新聞"), ("3", "More news")):
                put(store, article(guid, title=title))
            assert not search(store, "news")
        assert [hit.id for hit in search(store, "news")] == [3, 1]
        assert [hit.id for hit in search(store, "新聞")] == [2]
        whole(store)


def test_what_is_edited_or_deleted_before_it_is_found_leaves_nothing(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        kept = add(store, article("1", title="Old"))
        with store.transaction():
            edited = put(store, article("2", title="新聞"))
            store.revise_article(edited, article("2", title="東京"), NOW)
            gone = put(store, article("3", title="Gone 北京"))
            store.revise_article(kept, article("1", title="奈良"), NOW)
            delete_articles(store.db.conn, [gone])
        assert not search(store, "新聞")
        assert not search(store, "北京")
        assert not search(store, "old")
        assert [hit.id for hit in search(store, "東京")] == [edited]
        assert [hit.id for hit in search(store, "奈良")] == [kept]
        whole(store)
        with store.transaction():
            delete_articles(store.db.conn, [edited])
        last = add(store, article("4", title="Next 北京"))
        assert [hit.id for hit in search(store, "北京")] == [last]
        whole(store)


def test_sqlite_utils_and_datasette_know_the_index(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        add(store, article(title="A bridge"))
        assert store.db.table("articles").detect_fts() == "articles_fts"
        assert [row["title"] for row in store.db.table("articles").search("bridge")] == ["A bridge"]
