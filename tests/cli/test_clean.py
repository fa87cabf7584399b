"""What sites repeat is listed and switched, and stored articles cleaned, from the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from html import escape
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command, Ingestor

FOOTER = "Harbour \u202eDaily [red]Newsletter"
NOUNS = ("bridge", "theatre", "school", "glacier", "market", "railway", "budget", "choir")
RULES = """
[[rule]]
name = "own"
where = "closing"
pattern = 'Glons and mirbli'
matches = ["Glons and mirbli"]
keeps = ["Glons"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A newsroom of one feed, whose site prints a footer under every report."""
    items = "".join(
        f"<item><guid>{n}</guid><link>https://harbour.example/{n}</link>"
        f"<title>News of the {noun} {noun}house</title><description>"
        + escape(f"<p>The {noun} is new.</p><p>Glons and mirbli</p><p>{FOOTER}</p>")
        + "</description></item>"
        for n, noun in enumerate(NOUNS)
    )
    feed = f'<rss version="2.0"><channel><title>H</title>{items}</channel></rss>'
    (tmp_path / "feed.xml").write_text(feed, encoding="utf-8")
    (tmp_path / "rules.toml").write_text("", encoding="utf-8")
    path = tmp_path / "ingestor.toml"
    path.write_text(
        'database = "news.db"\n[clean]\nrules = ["rules.toml"]\n[dedup]\nencoder = "none"\n'
        '[[feeds]]\nurl = "file:feed.xml"\nname = "H"\n',
        encoding="utf-8",
    )
    return path


def texts(config: Path) -> set[str]:
    with closing(sqlite3.connect(config.parent / "news.db")) as database:
        return {row[0] for row in database.execute("SELECT text FROM articles")}


def listed(command: Command, config: Path, *args: str) -> list[dict[str, Any]]:
    found = command("boilerplate", "-c", config, "--json", *args)
    return [json.loads(line) for line in found.stdout.splitlines()]


def test_a_poll_learns_and_the_list_shows_it(config: Path, command: Command) -> None:
    command("poll", "-c", config)
    assert texts(config) == {f"The {noun} is new." for noun in NOUNS}
    rows = listed(command, config)
    assert {(row["site"], row["state"], row["articles"]) for row in rows} == {
        ("harbour.example", "learned", len(NOUNS))
    }
    assert {row["sample"] for row in rows} == {"Glons and mirbli", "Harbour Daily [red]Newsletter"}
    assert listed(command, config, "--site", "other.example") == []
    assert listed(command, config, "--state", "off") == []
    plain = command("boilerplate", "-c", config).stdout
    assert [len(line.split("\t")) for line in plain.splitlines()] == [7, 7]


def test_switches_are_obeyed_by_the_next_cleaning(config: Path, command: Command) -> None:
    command("poll", "-c", config)
    number = next(row["id"] for row in listed(command, config) if "Glons" in row["sample"])
    said = command("boilerplate", "off", number, "-c", config).stdout
    assert said.splitlines() == [
        "harbour.example: kept: Glons and mirbli",
        "8 articles to be cleaned again: `ingestor reclean`",
    ]
    assert "8 articles cleaned again, 8 of them" in command("reclean", "-c", config).stdout
    assert texts(config) == {f"The {noun} is new.\n\nGlons and mirbli" for noun in NOUNS}
    assert [row["state"] for row in listed(command, config, "--state", "off")] == ["off"]
    command("boilerplate", "auto", number, "-c", config)
    command("reclean", "-c", config)
    assert texts(config) == {f"The {noun} is new." for noun in NOUNS}


def test_a_rule_of_ones_own_is_applied_to_what_is_stored(config: Path, command: Command) -> None:
    command("poll", "-c", config)
    for row in listed(command, config):
        command("boilerplate", "off", row["id"], "-c", config)
    command("reclean", "-c", config)
    (config.parent / "rules.toml").write_text(RULES, encoding="utf-8")
    found = json.loads(command("reclean", "-c", config, "--json").stdout)
    assert found == {"done": 8, "changed": 8, "left": 0, "finished": True}
    (config.parent / "rules.toml").write_text(RULES.replace("closing", "any"), encoding="utf-8")
    found = json.loads(command("reclean", "-c", config, "--json").stdout)
    assert (found["done"], found["changed"]) == (8, 0), "it went above the footer already"
    assert "0 articles cleaned again" in command("reclean", "-c", config).stdout
    assert "8 articles cleaned again, 0 of them" in command("reclean", "--all", "-c", config).stdout


def test_a_dry_run_tells_what_would_change_and_writes_nothing(
    config: Path, command: Command
) -> None:
    command("poll", "-c", config)
    for row in listed(command, config):
        command("boilerplate", "off", row["id"], "-c", config)
    command("reclean", "-c", config)
    before = texts(config)
    (config.parent / "rules.toml").write_text(RULES.replace("closing", "any"), encoding="utf-8")
    rows = [
        json.loads(line)
        for line in command("reclean", "--dry-run", "-c", config, "--json").stdout.splitlines()
    ]
    assert [(r["rule"], r["taken"], r["put_back"]) for r in rows[:-1]] == [("own", 8, 0)]
    assert [text for _, _, text in rows[0]["examples"]] == ["Glons and mirbli"]
    assert rows[-1] == {"done": 8, "changed": 8, "written": False}
    said = command("reclean", "--dry-run", "-c", config).stdout.splitlines()
    assert said[0].split("\t")[:3] == ["own", "+8", "-0"]
    assert said[-1].endswith("8 of them would come out otherwise; nothing was written")
    assert texts(config) == before
    assert "8, 8 to be cleaned again" in command("status", "-c", config).stdout
    command("reclean", "-c", config)
    assert "to be cleaned" not in command("status", "-c", config).stdout
    assert "0 articles would" in command("reclean", "--dry-run", "-c", config).stdout


def test_a_feed_is_shown_without_what_its_site_repeats(config: Path, command: Command) -> None:
    command("poll", "-c", config)
    lines = command("clean", config.parent / "feed.xml", "-c", config).stdout.splitlines()
    assert "text\t[-Glons and mirbli-]{learned}" in lines


def test_what_cannot_be_done_is_one_line(config: Path, ingestor: Ingestor) -> None:
    found = ingestor("reclean", "-c", config)
    assert (found.returncode, found.stderr.count("\n")) == (74, 1)
    assert ingestor("poll", "-c", config).returncode == 0
    found = ingestor("boilerplate", "on", 99, "-c", config)
    assert found.returncode == 64
    assert found.stderr == "ingestor: there is no boilerplate 99: see `ingestor boilerplate`\n"
