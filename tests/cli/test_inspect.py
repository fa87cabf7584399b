"""Datasette: metadata for it, and the way to it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Ingestor


def test_metadata_describes_tables_and_columns(newsroom: Path, command: Command) -> None:
    found = json.loads(command("inspect", "-c", newsroom, "--metadata").stdout)
    tables = found["databases"]["newsroom"]["tables"]
    assert tables["feeds"]["description"].startswith("one row for each feed")
    assert tables["articles"]["columns"]["language"] == "detected from the text, BCP 47"
    assert tables["stories_today"]["description"]


def test_without_datasette_the_way_to_it_is_named(newsroom: Path) -> None:
    script = "import sys; sys.modules['datasette'] = None; from ingestor.cli import main; main()"
    command = [sys.executable, "-c", script, "inspect", "-c", str(newsroom)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 64
    assert "pip install 'datasette" in found.stderr


def test_a_port_that_is_taken_is_one_line_with_a_way_out(
    newsroom: Path, ingestor: Ingestor
) -> None:
    pytest.importorskip("datasette", reason="Datasette (extra `inspect`) is not installed")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = ingestor("inspect", "-c", newsroom, "--port", port)
    assert found.returncode == 64
    (line,) = found.stderr.splitlines()
    assert f"port {port} of 127.0.0.1, it is taken: choose another with --port" in line
