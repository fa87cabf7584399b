"""Every table and column is described, every canned query runs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from ingestor.inspect.functions import FUNCTIONS
from ingestor.inspect.metadata import metadata
from ingestor.inspect.recipes import RECIPES, Recipe
from ingestor.store.export import definitions
from ingestor.store.store import Store

PARAMETERS = {
    "words": "larnova", "story": 1, "since": "2026-01-01", "article": 1,
    "rule": "placeholder", "site": "a.example",
}  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    with closing(Store.open(tmp_path_factory.mktemp("empty") / "news.db")) as store:
        found: Any = metadata("news", definitions(store))
    tables = found["databases"]["news"]["tables"]
    return {name: table for name, table in tables.items() if not table.get("hidden")}


def test_every_table_and_view_is_described(tables: Mapping[str, Any]) -> None:
    assert {name for name, table in tables.items() if not table["description"]} == set()


def test_every_column_is_described(tables: Mapping[str, Any]) -> None:
    missing = [
        f"{name}.{column}"
        for name, table in tables.items()
        for column, words in table["columns"].items()
        if not words
    ]
    assert len(tables) > 20
    assert missing == [], "add them to ingestor/inspect/columns.toml"


def test_no_description_is_of_a_column_that_is_gone(tables: Mapping[str, Any]) -> None:
    file = files("ingestor.inspect") / "columns.toml"
    known = {f"{name}.{c}" for name, table in tables.items() for c in table["columns"]}
    known |= {column.partition(".")[2] for column in known}
    assert set(tomllib.loads(file.read_text(encoding="utf-8"))) - known == set()


def test_facets_and_sort_orders_are_columns(tables: Mapping[str, Any]) -> None:
    for table in tables.values():
        named = {*table.get("facets", ()), *filter(None, [table.get("sort_desc")])}
        assert named <= set(table["columns"])


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda r: r.name)
def test_a_canned_query_finds_something(calm: Path, recipe: Recipe) -> None:
    asked = {name: PARAMETERS[name] for name in re.findall(r":(\w+)", recipe.sql)}
    assert asked, "a query that asks nothing is a view"
    assert all(name in recipe.description for name in asked)
    with closing(Store.open(calm, readonly=True)) as store:
        for name, function in FUNCTIONS.items():
            store.db.conn.create_function(name, 2, function)
        assert store.db.conn.execute(recipe.sql, asked).fetchall()


def test_the_queries_of_the_manual_run(calm: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/inspect.md").read_text(encoding="utf-8")
    queries = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert queries
    with closing(Store.open(calm, readonly=True)) as store:
        for name, function in FUNCTIONS.items():
            store.db.conn.create_function(name, 2, function)
        for sql in queries:
            assert store.db.conn.execute(sql).fetchall()
