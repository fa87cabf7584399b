"""`ingestor status`: one glance at the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command, Ingestor


def test_the_check_is_one_line_and_an_exit_status(
    newsroom: Path, tmp_path: Path, ingestor: Ingestor
) -> None:
    well = ingestor("status", "-c", newsroom, "--check", "--late", "10080")
    assert (well.returncode, well.stdout.count("\n")) == (0, 1)
    assert well.stdout.startswith("ok: 25 feeds, 1 failing")

    config = tmp_path / "my.toml"
    config.write_text('[[feeds]]\nurl = "https://a.example/"\n')
    missing = ingestor("status", "-c", config, "--check")
    assert (missing.returncode, missing.stdout, missing.stderr.count("\n")) == (74, "", 1)


@pytest.mark.parametrize(
    ("encoder", "told"),
    [
        pytest.param("use", "use, not trained for ", id="16 languages"),
        pytest.param("none", "none", id="no encoder"),
    ],
)
def test_articles_beyond_the_encoders_languages_are_counted(
    newsroom: Path, tmp_path: Path, command: Command, encoder: str, told: str
) -> None:
    config = tmp_path / "my.toml"
    config.write_text(
        f'database = "{newsroom.parent / "newsroom.db"}"\n[dedup]\nencoder = "{encoder}"\n'
        '[[feeds]]\nurl = "https://a.example/"\n'
    )
    shown = command("status", "-c", config).output
    (line,) = [line for line in shown.splitlines() if line.startswith("encoder")]
    assert line.removeprefix("encoder\t").startswith(told)
    assert ("uk 1" in line, "de " in line) == (encoder == "use", False)
