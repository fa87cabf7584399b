"""A polled newsroom to look at, with one feed whose words would like to steer the terminal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingestor import sample
from ingestor.cli import app

HOSTILE = """<rss version="2.0"><channel><title>x</title><item>
<guid>h1</guid><link>https://hostile.example/1</link>
<title>Safe \u202egnp.exe \u009b31m [bold]markup[/bold] &amp;#27;]0;owned&amp;#7; title</title>
<description>One paragraph \u2066of text\u2069 that says nothing at all.</description>
</item></channel></rss>
"""

Ingestor = Callable[..., subprocess.CompletedProcess[str]]
Command = Callable[..., Result]


@pytest.fixture(scope="session")
def ingestor() -> Ingestor:
    """Run the real program, its output in pipes."""

    def run(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ingestor", *map(str, args)]
        return subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
        )

    return run


@pytest.fixture(scope="session")
def command() -> Command:
    """Run a command that must succeed, within this process: a hundred times as fast."""

    def run(*args: object) -> Result:
        found = CliRunner().invoke(app, [*map(str, args)], catch_exceptions=False)
        assert found.exit_code == 0, found.stderr
        return found

    return run


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory: pytest.TempPathFactory, ingestor: Ingestor) -> Path:
    """The configuration of a newsroom that was polled once, without an encoder."""
    config = sample.place(tmp_path_factory.mktemp("newsroom"))
    feeds = {"Hostile [red]\u202efeed": "hostile.xml", "Missing": "missing.xml"}
    (config.parent / "feeds/hostile.xml").write_text(HOSTILE, encoding="utf-8")
    with config.open("a", encoding="utf-8") as file:
        for name, path in feeds.items():
            file.write(f'\n[[feeds]]\nurl = "file:feeds/{path}"\nname = "{name}"\n')
        file.write('\n[dedup]\nencoder = "none"\n')
    polled = ingestor("poll", "-c", config)
    assert polled.returncode == 0, polled.stderr
    assert "25 feeds polled, 1 failed" in polled.stderr
    assert any(line.startswith("Missing\tfailed") for line in polled.stdout.splitlines())
    return config
