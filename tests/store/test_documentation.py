"""docs/database.md names every table, view and column, and its recipes run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingestor.models import Match, Source
from ingestor.store.store import Store
from tests.store.support import NOW, add, article, opened, poll

DOCUMENT = (Path(__file__).parents[2] / "docs/database.md").read_text(encoding="utf-8")
RECIPES = re.findall(r"^([^\n]+:)\n\n```sql\n(.*?)```", DOCUMENT, flags=re.DOTALL | re.MULTILINE)
SECTIONS = dict(
    re.findall(r"^### `(\w+)`\n(.*?)(?=^#|\Z)", DOCUMENT, flags=re.DOTALL | re.MULTILINE)
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with something in every table that the recipes read."""
    with closing(opened(tmp_path_factory.mktemp("documented"))) as filled:
        cited = Source(kind="url", url="https://origin.example/1")
        add(filled, article(sources=(cited,)))
        add(filled, article("2"), feed=2, story=1)
        with filled.transaction():
            match = Match(article_id=1, relation="translation", score=0.9, evidence={"reason": "x"})
            filled.add_match(2, match, NOW)
            filled.revise_article(1, article(title="Budget", sources=(cited,)), NOW)
            filled.finish_polls([(1, poll("failed"))])
        yield filled


def test_every_table_view_and_column_is_documented(store: Store) -> None:
    objects = store.db.conn.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main'"
        " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_%' ESCAPE '\\'"
        " AND name NOT LIKE 'articles_fts_%'"
    ).fetchall()
    columns = {
        name: [
            column
            for (column,) in store.db.conn.execute(
                "SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1", (name,)
            )
        ]
        for (name,) in objects
    }
    missing = [
        f"{name}.{column}"
        for name, its in columns.items()
        for column in its
        if not re.search(rf"^\| `{column}` \|.*\| .+ \|$", SECTIONS.get(name, ""), re.MULTILINE)
    ]
    assert set(SECTIONS) == set(columns)
    assert missing == []


@pytest.mark.parametrize("sql", [pytest.param(sql, id=title) for title, sql in RECIPES])
def test_a_recipe_runs(store: Store, sql: str) -> None:
    found = store.db.conn.execute(sql)
    assert len(found.description) > 1
    found.fetchall()


def test_there_are_a_dozen_recipes_and_most_find_something(store: Store) -> None:
    found = [sql for _, sql in RECIPES if store.db.conn.execute(sql).fetchall()]
    assert len(RECIPES) >= 12
    assert len(found) >= 11
