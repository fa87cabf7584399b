"""Handing on: a JSON Feed that changes only with the news, and Datasette metadata."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Ingestor


def test_publish_writes_a_json_feed(newsroom: Path, tmp_path: Path, command: Command) -> None:
    output = tmp_path / "stories.json"
    found = command("publish", "-c", newsroom, "-o", output, "--title", "Sample")
    assert found.stdout.endswith("stories, written\n")
    feed = json.loads(output.read_text(encoding="utf-8"))
    assert (feed["version"], feed["title"]) == ("https://jsonfeed.org/version/1.1", "Sample")
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"]) > 10
    assert any(item["_ingestor"]["also_in"] for item in feed["items"])


def test_publish_touches_the_file_only_if_it_changed(
    newsroom: Path, tmp_path: Path, command: Command
) -> None:
    args = ("publish", "-c", newsroom, "-o", tmp_path / "stories.json")
    command(*args)
    before = (tmp_path / "stories.json").stat()
    assert command(*args).stdout.endswith("stories, unchanged\n")
    assert (tmp_path / "stories.json").stat().st_mtime_ns == before.st_mtime_ns
    assert command(*args, "--language", "de").stdout.endswith("stories, written\n")
    feed = json.loads((tmp_path / "stories.json").read_text(encoding="utf-8"))
    assert {item["language"] for item in feed["items"]} == {"de"}


def test_metadata_describes_tables_and_columns(newsroom: Path, command: Command) -> None:
    found = json.loads(command("inspect", "-c", newsroom, "--metadata").stdout)
    tables = found["databases"]["newsroom"]["tables"]
    assert tables["feeds"]["description"].startswith("one row for each feed")
    assert tables["articles"]["columns"]["language"] == "detected from the text, BCP 47"
    assert tables["stories_today"]["description"]


@pytest.mark.skipif(find_spec("datasette") is not None, reason="Datasette is installed")
def test_without_datasette_the_way_to_it_is_named(newsroom: Path, ingestor: Ingestor) -> None:
    found = ingestor("inspect", "-c", newsroom)
    assert found.returncode == 64
    assert "pip install 'datasette" in found.stderr
