"""Opening, refusing, migrating, and what becomes of sqlite's errors."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from ingestor.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull
from ingestor.store import migrations
from ingestor.store.database import connect, interruptible, sqlite_warning
from ingestor.store.store import Store
from ingestor.store.upkeep import integrity
from tests.store.support import NOW, add, article, opened, poll, scalar

STEPS = [step.name for step in migrations.migrations().pending(Database(memory=True))]


def schema(db: Database) -> list[tuple[str, str, str]]:
    """All that is in the schema, in an order that does not depend on its history."""
    sql = "SELECT type, name, ifnull(sql, '') FROM sqlite_master ORDER BY type, name"
    return db.conn.execute(sql).fetchall()


def test_a_new_database_is_ours_in_wal_mode_and_checks_references(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "deep" / "news.db")) as store:
        assert scalar(store, "PRAGMA journal_mode") == "wal"
        assert scalar(store, "PRAGMA foreign_keys") == 1
        assert scalar(store, "PRAGMA synchronous") == 1
        assert scalar(store, "PRAGMA application_id") == 0x4E657773
        assert not store.db.conn.in_transaction


def test_every_table_is_strict(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "news.db")) as store:
        lax = store.db.conn.execute(
            "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0"
            " AND schema = 'main' AND name NOT LIKE 'sqlite_%' AND name <> '_sqlite_migrations'"
        ).fetchall()
    assert lax == []


def test_every_foreign_key_has_an_index(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "news.db")) as store:
        keys = store.db.conn.execute(
            'SELECT t.name, k."from" FROM pragma_table_list AS t, pragma_foreign_key_list(t.name)'
            " AS k WHERE t.schema = 'main'"
        ).fetchall()
        indexed = store.db.conn.execute(
            "SELECT t.name, c.name FROM pragma_table_list AS t, pragma_index_list(t.name) AS i,"
            " pragma_index_info(i.name) AS c WHERE t.schema = 'main' AND c.seqno = 0"
        ).fetchall()
    own_keys = {(table, "article_id") for table in ("originals", "cleanings", "page_queue")}
    assert len(keys) > 10
    assert set(keys) <= {*indexed, *own_keys}


@pytest.mark.parametrize("step", STEPS)
def test_a_database_of_any_earlier_version_becomes_the_present_one(
    tmp_path: Path, step: str
) -> None:
    path = tmp_path / "old.db"
    with closing(connect(path, readonly=False)) as old:
        migrations.migrations().apply(old, stop_before=step)
    with closing(Store.open(path)) as upgraded, closing(Store.open(tmp_path / "new.db")) as new:
        assert schema(upgraded.db) == schema(new.db)
        assert migrations.version(upgraded.db) == STEPS[-1]


def test_articles_of_the_time_before_sites_were_learned_are_cleaned_again(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "news.db", readonly=False)) as old:
        migrations.migrations().apply(old, stop_before="0010_cleaning")
        for statement in _OLD_ARTICLES:
            old.conn.execute(statement)
    with closing(Store.open(tmp_path / "news.db")) as store:
        assert store.count_stale(7) == 2
        first, second = store.originals_of(store.stale(7, 10))
    assert (first.entry.title, first.entry.html, first.entry.language) == ("One", "<p>1</p>", "de")
    assert (first.entry.link, first.entry.via_url) == ("https://a.example/1", "https://b.example/")
    assert (second.entry.html, second.text) == ("", "Second")


def test_a_story_of_the_time_before_changed_at_changed_with_its_last_edit(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "news.db", readonly=False)) as old:
        migrations.migrations().apply(old, stop_before="0019_changes")
        for statement in _OLD_ARTICLES:
            old.conn.execute(statement)
        old.conn.execute(
            "INSERT INTO revisions (article_id, feed_id, number, title, text, published_at,"
            " content_hash, replaced_at) VALUES (2, 1, 1, '', '', NULL, '', '2026-01-03T00:00:00Z')"
        )
    with closing(Store.open(tmp_path / "news.db")) as store:
        assert scalar(store, "SELECT changed_at FROM stories") == "2026-01-03T00:00:00Z"


_ARTICLE = (
    "INSERT INTO articles (story_id, feed_id, title, url, language, author, published_at,"
    " first_seen_at, canonical_url, content_hash, text_hash, text) VALUES"
)
_OLD_ARTICLES = (
    "INSERT INTO feeds (url, key, name, language, next_poll_at, added_at)"
    " VALUES ('https://a.example/', 'a', 'A', 'de', '2026-01-01T00:00:00Z', '')",
    "BEGIN",
    "INSERT INTO stories (canonical_article_id, first_seen_at, updated_at) VALUES (1, '', '')",
    f"{_ARTICLE} (1, 1, 'One', 'https://a.example/1', 'de', '', '2026-01-01T00:00:00Z',"
    " '2026-01-02T00:00:00Z', '', '', '', 'First')",
    f"{_ARTICLE} (1, 1, 'Two', '', 'de', '', NULL, '2026-01-02T00:00:00Z', '', '', '', 'Second')",
    "INSERT INTO sources (article_id, kind, name, url, position)"
    " VALUES (1, 'via', 'B', 'https://b.example/', -1)",
    "INSERT INTO originals (article_id, size, html)"
    f" VALUES (1, 8, x'{zlib.compress(b'<p>1</p>').hex()}')",
    "COMMIT",
)


def test_search_finds_articles_of_the_time_before_search(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "news.db", readonly=False)) as old:
        migrations.migrations().apply(old, stop_before="0002_search")
        old.conn.execute(
            "INSERT INTO feeds (id, url, key, name, next_poll_at, added_at)"
            " VALUES (1, 'u', 'k', 'n', '2026-11-23T20:00:00Z', '2026-11-23T20:00:00Z')"
        )
        old.conn.execute("BEGIN")
        old.conn.execute("INSERT INTO stories VALUES (1, 1, 0, '2026', '2026')")
        old.conn.execute(
            "INSERT INTO articles (id, story_id, feed_id, title, url, language, author,"
            " first_seen_at, canonical_url, content_hash, text_hash, text) VALUES"
            " (1, 1, 1, 'Ngân sách', '', 'vi', '', '2026-11-23T20:00:00Z', '', '', '', '')"
        )
        old.conn.execute("COMMIT")
    with closing(Store.open(tmp_path / "news.db")) as store:
        assert scalar(store, "SELECT rowid FROM articles_fts('ngan sach')") == 1


def test_a_failing_migration_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with closing(connect(path, readonly=False)) as db:
        db.conn.execute("CREATE TABLE revisions (in_the_way)")
        with pytest.raises(sqlite3.OperationalError, match="revisions"):
            migrations.migrate(db)
        assert db.table_names() == ["revisions", "_sqlite_migrations"]
        assert migrations.version(db) == ""


def test_a_script_is_split_between_statements_and_not_inside_a_trigger() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  SELECT 1;\n  SELECT 2;\nEND;\n"
    script = f"-- first; not yet\nSELECT ';';\n{trigger}"
    assert list(migrations.statements(script)) == ["-- first; not yet\nSELECT ';';\n", trigger]


@pytest.mark.parametrize("readonly", [False, True], ids=["writer", "reader"])
def test_a_database_of_a_newer_version_is_refused(tmp_path: Path, readonly: bool) -> None:
    with closing(Store.open(tmp_path / "news.db")) as store:
        store.db.conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('ingestor', '0999_future', '')"
        )
    with pytest.raises(StoreError, match=r"newer version.*0999_future"):
        Store.open(tmp_path / "news.db", readonly=readonly)


def test_a_reader_does_not_migrate(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "news.db", readonly=False)) as old:
        migrations.migrations().apply(old, stop_before=STEPS[-1])
    with pytest.raises(StoreError, match=f"lacks {STEPS[-1]}"):
        Store.open(tmp_path / "news.db", readonly=True)


def another_programs(path: Path) -> None:
    """A database that we did not make."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url)")


def overwritten(path: Path, start: int, length: int) -> None:
    """A database of ours with one part destroyed."""
    with closing(Store.open(path)):
        pass
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * length)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        pytest.param(lambda p: p.write_bytes(b"<rss/>" * 999), StoreCorrupt, id="not SQLite"),
        pytest.param(lambda p: p.write_bytes(b"SQLite"), StoreCorrupt, id="a stump"),
        pytest.param(lambda p: overwritten(p, 0, 100), StoreCorrupt, id="header destroyed"),
        pytest.param(lambda p: overwritten(p, 4096, 8192), StoreCorrupt, id="pages destroyed"),
        pytest.param(another_programs, StoreError, id="another program's"),
        pytest.param(lambda p: p.mkdir(), StoreError, id="a directory"),
    ],
)
def test_what_is_unusable_is_refused_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], object], error: type[StoreError]
) -> None:
    path = tmp_path / "news.db"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(error, match=r"news\.db"):
        Store.open(path)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_reader_needs_a_database_and_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database yet"):
        Store.open(tmp_path / "news.db", readonly=True)
    assert not (tmp_path / "news.db").exists()
    with closing(opened(tmp_path)), closing(Store.open(tmp_path / "news.db", readonly=True)) as ro:
        with pytest.raises(StoreError, match="cannot be written"), ro.transaction():
            ro.touch(1, ["1"], NOW)
        assert not ro.db.conn.in_transaction


LOCK = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_lock_of_another_process_is_busy_and_passes(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        with subprocess.Popen(
            [sys.executable, "-c", LOCK, str(store.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"locked\n"
            with pytest.raises(StoreBusy), store.transaction():
                pytest.fail("began although another process writes")
            assert len(store.feed_states()) == 2, "readers are not blocked"
            other.communicate()
        assert add(store, article()) == 1


def test_a_full_database_undoes_the_poll_and_recovers(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        pages = scalar(store, "PRAGMA page_count")
        store.db.conn.execute(f"PRAGMA max_page_count = {pages}")
        large = article("large", text="word " * 100_000)
        with pytest.raises(StoreFull), store.transaction():
            store.add_articles(1, [large], NOW)
        assert not store.db.conn.in_transaction
        assert scalar(store, "SELECT count(*) FROM stories") == 0
        store.db.conn.execute("PRAGMA max_page_count = 1000000")
        add(store, large)
        assert integrity(store) == ()


def test_an_error_inside_undoes_the_whole_transaction(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        with pytest.raises(sqlite3.IntegrityError), store.transaction():
            _ = store.add_articles(1, [article()], NOW), store.finish_polls([(99, poll(new=1))])
        assert scalar(store, "SELECT (SELECT count(*) FROM articles) + count(*) FROM polls") == 0


def test_writes_want_one_transaction(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        with pytest.raises(RuntimeError, match="touch: no transaction"):
            store.touch(1, [], NOW)
        with (
            store.transaction(),
            pytest.raises(RuntimeError, match="open already"),
            store.transaction(),
        ):
            pytest.fail("nested")


def test_our_own_mistakes_are_not_disguised(tmp_path: Path) -> None:
    with (
        closing(opened(tmp_path)) as store,
        pytest.raises(sqlite3.IntegrityError),
        store.transaction(),
    ):
        store.add_articles(99, [article()], NOW)


@pytest.mark.parametrize(
    ("version", "warned"),
    [((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False), ((3, 60, 0), False)],
    ids=str,
)
def test_an_old_sqlite_library_is_named(version: tuple[int, int, int], warned: bool) -> None:
    assert bool(sqlite_warning(version)) is warned


def test_a_statement_that_is_given_up_is_interrupted() -> None:
    endless = (
        "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    )
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        interruptible(connection, lambda: True),
        pytest.raises(sqlite3.OperationalError, match="interrupted"),
    ):
        connection.execute(endless)
