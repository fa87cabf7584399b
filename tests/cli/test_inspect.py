"""Datasette: metadata for it, and the way to it."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Ingestor


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
