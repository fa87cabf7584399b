"""The help says what there is, with examples, and the reference is made from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ingestor.cli import app
from ingestor.cli.app import PLACES, keep_layout
from ingestor.cli.reference import reference


def test_every_command_is_listed_in_the_order_of_need() -> None:
    listed = CliRunner().invoke(app, ["--help"]).output.partition("Commands:\n")[2]
    assert tuple(line.split()[0] for line in listed.splitlines()) == tuple(PLACES)
    assert "..." not in listed  # the first sentence of each fits on its line


@pytest.mark.parametrize("name", PLACES)
def test_the_help_of_a_command_has_examples_on_lines_of_their_own(name: str) -> None:
    found = CliRunner().invoke(app, [name, "-h"])
    assert found.exit_code == 0
    assert f"Examples:\n    ingestor {name}" in found.output


@pytest.mark.parametrize("name", PLACES)
def test_the_list_of_commands_says_of_each_what_its_own_help_says(name: str) -> None:
    command = app.get_command(click.Context(app), name)
    assert command is not None
    assert PLACES[name][1] == command.get_short_help_str(limit=100)


def test_a_command_that_is_not_there_is_named() -> None:
    found = CliRunner().invoke(app, ["pol"])
    assert found.exit_code == 2
    assert "No such command 'pol'" in found.output


SLOW = "aiohttp apscheduler datasette feedparser lxml numpy pydantic requests rich sqlite_utils"
UNUSED = "apscheduler datasette requests structlog tldextract trafilatura"


@pytest.mark.parametrize(
    ("does", "modules"),
    [
        pytest.param("app(['--help'], standalone_mode=False)", SLOW, id="the help"),
        pytest.param("import ingestor.cli.work", UNUSED, id="a poll without news"),
    ],
)
def test_nothing_is_imported_that_only_takes_time(does: str, modules: str) -> None:
    script = f"import sys; from ingestor.cli import app; {does}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.PIPE)
    assert set(modules.split()).isdisjoint(done.stdout.decode().splitlines()[-1].split())


def test_only_paragraphs_with_indented_lines_keep_their_layout() -> None:
    assert keep_layout("One.\n\n    Two:\n      a\n      b") == "One.\n\n\b\nTwo:\n  a\n  b"


def test_the_reference_is_up_to_date() -> None:
    written = (Path(__file__).parents[2] / "docs/commands.md").read_text(encoding="utf-8")
    assert written == reference(), "python -m ingestor.cli.reference > docs/commands.md"
