"""`stories --follow`: a stream that ends when its reader leaves, or with Ctrl-C."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Ingestor


@pytest.fixture
def config(newsroom: Path, tmp_path: Path) -> Path:
    """A newsroom of one's own, to be polled again."""
    return Path(shutil.copytree(newsroom.parent, tmp_path / "room")) / newsroom.name


@contextmanager
def following(config: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "ingestor", "stories", "--follow", "-c", str(config), *more]
    # What a shell starts in the background ignores Ctrl-C, and so would its children.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_new_stories_follow_those_that_are_there(config: Path, ingestor: Ingestor) -> None:
    with following(config, "--since", "7d", "--limit", "2") as process:
        assert process.stdout
        there = [json.loads(process.stdout.readline()) for _ in range(2)]
        (config.parent / "feeds/new.xml").write_text(
            '<rss version="2.0"><channel><title>n</title><item><guid>n</guid>'
            "<link>https://new.example/1</link><title>Fresh</title></item></channel></rss>"
        )
        with config.open("a", encoding="utf-8") as file:
            file.write('[[feeds]]\nurl = "file:feeds/new.xml"\nname = "New"\n')
        assert ingestor("poll", "-c", config, "New").returncode == 0
        fresh = json.loads(process.stdout.readline())

    assert there[0]["updated_at"] <= there[1]["updated_at"]
    assert (fresh["title"], fresh["outlet"]) == ("Fresh", "New")


def test_it_ends_when_its_reader_leaves(config: Path) -> None:
    with following(config, "--limit", "1") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) in {0, 1}
        assert process.stderr.read() == ""


def test_ctrl_c_ends_it_without_a_traceback(config: Path) -> None:
    with following(config, "--limit", "1") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr.read().count("\n") <= 2
