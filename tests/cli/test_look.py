"""Looking, in a pipe: lines of tab-separated fields, or JSON Lines; nothing that steers."""

from __future__ import annotations

import json
import shutil
import unicodedata
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Ingestor

COMMANDS = [
    pytest.param(("status",), 2, id="status"),
    pytest.param(("feeds",), 7, id="feeds"),
    pytest.param(("polls",), 9, id="polls"),
    pytest.param(("stories", "--limit", "100"), 6, id="stories"),
    pytest.param(("show", "1"), 7, id="show a story"),
    pytest.param(("show", "1", "--article"), 2, id="show an article"),
]


@pytest.mark.parametrize(("args", "fields"), COMMANDS)
def test_a_row_is_a_line_of_tab_separated_fields(
    newsroom: Path, command: Command, args: tuple[str, ...], fields: int
) -> None:
    lines = command(*args, "-c", newsroom).stdout.splitlines()
    assert lines
    assert {line.count("\t") + 1 for line in lines} == {fields}


@pytest.mark.parametrize("args", [entry.values[0] for entry in COMMANDS])
def test_json_is_a_value_a_line_in_plain_characters(
    newsroom: Path, command: Command, args: tuple[str, ...]
) -> None:
    found = command(*args, "-c", newsroom, "--json")
    values = [json.loads(line) for line in found.stdout.splitlines()]
    assert values
    assert all(isinstance(value, dict) for value in values)
    assert steering(found.stdout) == set()


def test_a_poll_is_told_feed_by_feed(newsroom: Path, tmp_path: Path, ingestor: Ingestor) -> None:
    shutil.copytree(newsroom.parent, tmp_path / "copy")
    config = tmp_path / "copy" / newsroom.name
    found = ingestor("poll", "Hafenbote", "-c", config, "--json")
    told = [json.loads(line) for line in found.stdout.splitlines()]
    assert [(each["outcome"], each["feed"]["name"]) for each in told] == [("fetched", "Hafenbote")]


def test_stories_can_be_chosen(newsroom: Path, command: Command) -> None:
    def count(*args: str) -> int:
        return len(command("stories", "-c", newsroom, *args).stdout.splitlines())

    everything = count("--limit", "100")
    assert everything > count("--limit", "100", "--several") > 0
    assert everything > count("--language", "de", "--limit", "100") > 0
    assert count("--since", "2100-01-01") == 0
    assert count("--limit", "3") == 3


def test_a_language_is_known_in_any_spelling_and_an_unknown_one_is_named(
    newsroom: Path, ingestor: Ingestor
) -> None:
    several = ("stories", "--since", "900d", "--json", "-c", newsroom)
    plain, spelled = (ingestor(*several, "--language", word) for word in ("de", "DE-at"))
    unknown = ingestor(*several, "--language", "german")
    assert plain.stdout == spelled.stdout != ""
    assert (unknown.returncode, unknown.stdout) == (0, "")
    assert unknown.stderr.startswith("no article is in 'german'; there are: ")


def test_the_polls_of_a_feed_say_when_the_next_is_and_why(newsroom: Path, command: Command) -> None:
    rows = [
        json.loads(line) for line in command("polls", "-c", newsroom, "--json").stdout.splitlines()
    ]
    name = rows[0]["feed"]
    found = command("polls", name, "-c", newsroom, "--json").stdout.splitlines()
    assert {json.loads(line)["feed"] for line in found} == {name}
    assert all(row["plan"] and row["next_poll_at"] > row["started_at"] for row in rows)


def test_hostile_text_is_shown_but_steers_nothing(newsroom: Path, command: Command) -> None:
    found = command("stories", "-c", newsroom, "--limit", "100").stdout
    (line,) = (line for line in found.splitlines() if "gnp.exe" in line)
    assert "[bold]markup[/bold]" in line
    assert steering(found) == set()
    assert steering(command("feeds", "-c", newsroom).stdout) == set()


def steering(text: str) -> set[str]:
    """Characters other than tab, newline and joiners that are no text."""
    return {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - set(
        "\t\n\u200c\u200d"
    )


def test_check_names_feeds_and_encoder(newsroom: Path, tmp_path: Path, command: Command) -> None:
    config = tmp_path / "mine.toml"
    config.write_text('[[feeds]]\nurl = "https://news.example/rss"\nname = "News"\n')
    found = command("check", "-c", config)
    assert "feeds     1" in found.stdout
    assert "encoder   use: available" in found.stdout
    assert found.stderr == ""
    assert command("check", "-c", newsroom).stderr == ""
    assert command("check", "-c", config, "--feeds").stdout == "News\thttps://news.example/rss\n"
