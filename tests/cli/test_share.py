"""Handing on: feeds that change only with the news."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import feedparser
import pytest

from tests.cli.conftest import Command, Ingestor
from tests.publish.support import atom_faults, json_faults


def test_publish_writes_valid_feeds_of_everything(
    newsroom: Path, tmp_path: Path, command: Command
) -> None:
    found = command("publish", "-c", newsroom, "-d", tmp_path, "--title", "Sample")
    atoms, jsons = sorted(tmp_path.rglob("*.atom")), sorted(tmp_path.rglob("*.json"))

    assert (
        found.stdout == f"{tmp_path}: {len(atoms) * 2} files, {len(atoms) * 2} written, 0 removed\n"
    )
    assert len(atoms) == len(jsons) > 30
    for path in atoms:
        assert atom_faults(path.read_bytes()) == []
        assert not feedparser.parse(path.read_bytes()).bozo
    assert [fault for path in jsons for fault in json_faults(path.read_bytes())] == []
    assert (tmp_path / "languages/vi.atom").exists()


def test_the_same_news_leave_every_file_untouched(
    newsroom: Path, tmp_path: Path, command: Command
) -> None:
    command("publish", "-c", newsroom, "-d", tmp_path)
    before = {path: path.stat() for path in tmp_path.rglob("*")}
    assert command("publish", "-c", newsroom, "-d", tmp_path).stdout.endswith(
        " 0 written, 0 removed\n"
    )
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == {
        path: found.st_mtime_ns for path, found in before.items()
    }


@pytest.mark.parametrize("suffix", ["json", "atom"])
def test_one_feed_can_be_written_alone(
    suffix: str, newsroom: Path, tmp_path: Path, command: Command
) -> None:
    output = tmp_path / f"stories.{suffix}"
    args = ("publish", "-c", newsroom, "-o", output, "--since", "1d", "--language", "de")
    assert command(*args).stdout.endswith("stories, written\n")
    assert command(*args).stdout.endswith("stories, unchanged\n")
    assert [path.name for path in tmp_path.iterdir()] == [output.name]
    if suffix == "json":
        feed = json.loads(output.read_bytes())
        assert {item["language"] for item in feed["items"]} == {"de"}


def test_one_feed_can_be_printed(newsroom: Path, ingestor: Ingestor) -> None:
    found = ingestor("publish", "-o", "-", "--language", "DE", "-c", newsroom)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["language"] == "de"


def test_a_poll_publishes_what_the_configuration_asks_for_and_a_second_changes_nothing(
    newsroom: Path, tmp_path: Path, ingestor: Ingestor
) -> None:
    config = Path(shutil.copytree(newsroom.parent, tmp_path / "room")) / newsroom.name
    with config.open("a", encoding="utf-8") as file:
        file.write('\n[publish]\ndir = "public"\n')

    ingestor("poll", "-c", config)
    first = {p: p.read_bytes() for p in (config.parent / "public").rglob("*") if p.is_file()}
    assert ingestor("poll", "-c", config).returncode == 0
    again = {p: p.read_bytes() for p in (config.parent / "public").rglob("*") if p.is_file()}

    assert len(first) > 60
    assert first == again


def test_what_cannot_be_written_is_one_line(newsroom: Path, ingestor: Ingestor) -> None:
    found = ingestor("publish", "-c", newsroom, "-d", "/proc/feeds")
    assert (found.returncode, found.stderr.count("\n")) == (64, 1)
    assert "cannot write /proc/feeds" in found.stderr


def test_without_a_directory_publish_says_what_to_do(newsroom: Path, ingestor: Ingestor) -> None:
    found = ingestor("publish", "-c", newsroom)
    assert (found.returncode, found.stdout) == (64, "")
    assert "--directory DIR, or set dir in [publish]" in found.stderr
