"""Judgements are explained, and overruled, from the command line."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Ingestor


@pytest.fixture
def own(newsroom: Path, tmp_path: Path) -> Path:
    """A copy of the newsroom to write to."""
    shutil.copytree(newsroom.parent, tmp_path / "copy")
    return tmp_path / "copy" / newsroom.name


@pytest.fixture
def pair(own: Path) -> tuple[int, int]:
    """Two articles that were judged to be one report."""
    with closing(sqlite3.connect(own.parent / "newsroom.db")) as database:
        one, other = database.execute(
            "SELECT min(id), max(id) FROM articles GROUP BY story_id HAVING count(*) = 2"
        ).fetchone()
    return int(one), int(other)


def story_of(own: Path, article: int) -> int:
    with closing(sqlite3.connect(own.parent / "newsroom.db")) as database:
        sql = "SELECT story_id FROM articles WHERE id = ?"
        return int(database.execute(sql, (article,)).fetchone()[0])


def test_an_explanation_is_lines_of_four_fields(
    own: Path, pair: tuple[int, int], ingestor: Ingestor
) -> None:
    found = ingestor("explain", *pair, "-c", own)
    assert found.returncode == 0, found.stderr
    lines = [line.split("\t") for line in found.stdout.splitlines()]
    assert {len(line) for line in lines} == {4}
    assert lines[0][:2] == ["verdict", "copy"]
    assert {line[0] for line in lines} >= {"side", "note", "evidence", "threshold"}
    assert any("no encoded sentences" in line[2] for line in lines)


def test_an_explanation_names_the_ruling_that_decides(
    own: Path, pair: tuple[int, int], ingestor: Ingestor
) -> None:
    one, other = pair
    assert ingestor("split", other, "--from", one, "-c", own).returncode == 0
    found = json.loads(ingestor("explain", one, other, "-c", own, "--json").stdout)
    assert (found["ruling"], found["one_story"], found["relation"]) == ("split", False, "copy")
    assert "a person's ruling decides: split" in found["notes"]


def test_stories_are_explained_by_their_canonical_articles(own: Path, ingestor: Ingestor) -> None:
    found = json.loads(ingestor("explain", "--story", 1, 2, "-c", own, "--json").stdout)
    assert (found["left"]["story_id"], found["right"]["story_id"]) == (1, 2)
    assert not found["one_story"]


def test_rulings_are_applied_listed_and_undone(
    own: Path, pair: tuple[int, int], ingestor: Ingestor
) -> None:
    one, other = pair
    assert ingestor("split", other, "-c", own).returncode == 0
    assert story_of(own, one) != story_of(own, other)
    assert ingestor("rulings", "-c", own).stdout.split("\t")[1:4] == ["split", str(other), str(one)]

    assert ingestor("rulings", "--undo", other, "-c", own).returncode == 0
    assert ingestor("rulings", "-c", own).stdout == ""
    assert ingestor("join", one, other, "-c", own).returncode == 0
    assert story_of(own, one) == story_of(own, other)

    pinned = ingestor("pin", other, "-c", own)
    assert f"whose canonical article is {other};" in pinned.stdout


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        pytest.param(("explain", 1, 1), "with itself", id="explain one article"),
        pytest.param(("explain", 1, 9999), "no article 9999", id="explain an unknown article"),
        pytest.param(("explain", "--story", 1, 9999), "no story 9999", id="an unknown story"),
        pytest.param(("split", 9999), "no article 9999", id="split an unknown article"),
        pytest.param(("rulings", "--undo", 1), "nothing is ruled", id="undo nothing"),
    ],
)
def test_what_does_not_exist_is_a_usage_error(
    own: Path, ingestor: Ingestor, args: tuple[object, ...], reason: str
) -> None:
    refused = ingestor(*args, "-c", own)
    assert (refused.returncode, refused.stdout) == (64, "")
    assert reason in refused.stderr
