"""The help says what there is, with examples, and the reference is made from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ingestor.cli import app
from ingestor.cli.app import ORDER, keep_layout
from ingestor.cli.reference import reference


def test_every_command_is_listed_in_the_order_of_need() -> None:
    listed = CliRunner().invoke(app, ["--help"]).output.partition("Commands:\n")[2]
    assert tuple(line.split()[0] for line in listed.splitlines()) == ORDER
    assert "..." not in listed  # the first sentence of each fits on its line


@pytest.mark.parametrize("name", ORDER)
def test_the_help_of_a_command_has_examples_on_lines_of_their_own(name: str) -> None:
    found = CliRunner().invoke(app, [name, "-h"])
    assert found.exit_code == 0
    assert f"Examples:\n    ingestor {name}" in found.output


def test_only_paragraphs_with_indented_lines_keep_their_layout() -> None:
    assert keep_layout("One.\n\n    Two:\n      a\n      b") == "One.\n\n\b\nTwo:\n  a\n  b"


def test_the_reference_is_up_to_date() -> None:
    written = (Path(__file__).parents[2] / "docs/commands.md").read_text(encoding="utf-8")
    assert written == reference(), "python -m ingestor.cli.reference > docs/commands.md"
