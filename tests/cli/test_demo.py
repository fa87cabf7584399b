"""The demo: ingests, scores itself, replaces only what an earlier demo made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ingestor import sample
from tests.cli.conftest import Ingestor


def test_the_demo_shows_its_findings_and_replaces_an_earlier_one(
    tmp_path: Path, ingestor: Ingestor
) -> None:
    sample.place(tmp_path)
    (tmp_path / "earlier").touch()
    found = ingestor("demo", "--directory", tmp_path)
    assert found.returncode == 0
    assert not (tmp_path / "earlier").exists()
    assert "23 feeds polled, 0 failed; 44 new articles, 0 updated" in found.stderr
    assert "Taken out by cleaning: " in found.stdout
    assert "Compared with the true grouping of 46 articles: 59 of 59 pairs" in found.stdout


def test_the_demo_names_files_as_they_are_typed_from_here(
    tmp_path: Path, ingestor: Ingestor
) -> None:
    found = ingestor("demo", cwd=tmp_path)
    assert "  ingestor show -c demo/newsroom.toml " in found.stdout
    assert "sqlite3 -box demo/newsroom.db " in found.stdout


def test_the_demo_names_the_program_as_it_was_called(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("ingestor")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/ingestor").symlink_to(script)
    found = subprocess.run(
        [tmp_path / "bin/ingestor", "demo"],
        cwd=tmp_path,
        env={**os.environ, "PATH": "/usr/bin:/bin"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert "  bin/ingestor inspect -c demo/newsroom.toml" in found.stdout


def test_the_demo_leaves_what_is_not_its_own(tmp_path: Path, ingestor: Ingestor) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    found = ingestor("demo", "--directory", tmp_path)
    assert found.returncode == 64
    assert "choose another" in found.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
