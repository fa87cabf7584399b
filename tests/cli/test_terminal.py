"""On a terminal: tables and pages that fit it, and no way out of a cell for hostile text."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import sqlite3
import struct
import subprocess
import sys
import termios
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from ingestor.cli.look import POLL_COLUMNS
from ingestor.cli.output import harmless, show_age

STYLE = re.compile(r"\x1b\[[0-9;]*m")  # what rich colours with


def on_terminal(*args: object, columns: int = 100) -> str:
    """What the real program shows on a terminal of that width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "ingestor", *map(str, args)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "NO_COLOR": ""},
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # EIO: the program has ended
        while piece := os.read(ours, 65536):
            shown += piece
    os.close(ours)
    assert process.wait(30) == 0
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [80, 160])
@pytest.mark.parametrize(
    "args", [("status",), ("feeds",), ("stories",), ("show", "1"), ("explain", "1", "12")]
)
def test_a_table_fits_its_terminal(newsroom: Path, args: tuple[str, ...], columns: int) -> None:
    shown = STYLE.sub("", on_terminal(*args, "-c", newsroom, columns=columns))
    assert "\x1b" not in shown
    assert max(cell_len(line) for line in shown.splitlines()) <= columns


@pytest.mark.parametrize("columns", [60, 80, 100])
@pytest.mark.parametrize(
    ("args", "last"),
    [
        pytest.param(("feeds",), "why", id="feeds"),
        pytest.param(("polls", "--limit", "99"), "why", id="polls"),
        pytest.param(("stories", "--since", "2020-01-01"), "title", id="stories"),
    ],
)
def test_the_last_column_keeps_room_to_be_read(
    newsroom: Path, args: tuple[str, ...], last: str, columns: int
) -> None:
    shown = STYLE.sub("", on_terminal(*args, "-c", newsroom, columns=columns)).splitlines()
    heading = next(line for line in shown if line.rstrip().endswith(f" {last}"))
    assert cell_len(heading[heading.rindex(last) :]) >= 24
    assert "…" not in heading
    assert max(map(cell_len, shown)) <= columns


def left_out(shown: str) -> list[str]:
    """The columns for which there was no room, in the order in which they stand."""
    _, _, names = shown.partition("\nno room here for: ")
    return [name for name in re.split(r",?\s+", names) if name]


@pytest.mark.parametrize("columns", [60, 80, 160])
def test_columns_that_there_is_no_room_for_are_left_out_and_named(
    newsroom: Path, columns: int
) -> None:
    shown = STYLE.sub("", on_terminal("polls", "--limit", "99", "-c", newsroom, columns=columns))
    heading = shown.splitlines()[1].split()
    every = [name.removeprefix("#") for name in ("feed", *POLL_COLUMNS)]
    gone = left_out(shown)
    assert [name for name in every if name not in gone] == heading
    assert (columns == 160) == (gone == [])
    assert gone == [] or "validators" in gone  # which the command can spare first


def test_texts_are_cut_and_numbers_and_times_are_not(newsroom: Path) -> None:
    shown = STYLE.sub("", on_terminal("feeds", "-c", newsroom, columns=60))
    assert "The Harbour Wire: Markets" not in shown
    assert re.search(r"^The Harbour[\w: ]*…", shown, re.MULTILINE)
    assert not re.search(r"\d…|(ago|in|now|min)…", shown)


def test_hostile_text_stays_in_its_cell(newsroom: Path) -> None:
    shown = STYLE.sub("", on_terminal("stories", "-c", newsroom, columns=160))
    (line,) = (line for line in shown.splitlines() if "gnp.exe" in line)
    assert "[bold]markup[/bold]" in line
    assert re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown) == []


def test_an_article_is_a_page(newsroom: Path) -> None:
    shown = STYLE.sub("", on_terminal("show", "-c", newsroom, "--article", "1"))
    names = [line.split()[0] for line in shown.splitlines() if line[:1].strip()]
    assert names[:3] == ["title", "article", "outlet"]
    assert len(names) == len(set(names))


NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "words"),
    [
        pytest.param(timedelta(seconds=30), "now", id="now"),
        pytest.param(timedelta(minutes=-4), "4 min ago", id="past"),
        pytest.param(timedelta(minutes=12.5), "in 12 min", id="future"),
        pytest.param(timedelta(hours=-47), "47 h ago", id="hours"),
        pytest.param(timedelta(hours=-48), "2026-11-21", id="far away"),
    ],
)
def test_show_age(away: timedelta, words: str) -> None:
    assert show_age(NOW + away, NOW) == words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\x1b[2Jb", "a [2Jb", id="escape sequence"),
        pytest.param("a\u009b2Jb", "a 2Jb", id="C1 control"),
        pytest.param("a\u202eb\u2066c", "a b c", id="bidi"),
        pytest.param("a\nb\tc\u2028d", "a b c d", id="lines"),
        pytest.param("می\u200cشود", "می\u200cشود", id="Persian joiner stays"),
    ],
)
def test_harmless(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_what_was_fingerprinted_again_is_said_when_the_bar_is_gone(newsroom: Path) -> None:
    shown = STYLE.sub("", on_terminal("refingerprint", "--judge", "-c", newsroom))
    assert re.search(r"0 of \d+ articles fingerprinted again", shown)
    assert re.search(r"\d+ articles judged anew, 0 changed their story", shown)


def test_where_a_rule_forbids_it_no_score_is_named(newsroom: Path) -> None:
    with closing(sqlite3.connect(newsroom.parent / "newsroom.db")) as database:
        one, other = database.execute(
            "SELECT min(id), max(id) FROM articles GROUP BY feed_id HAVING count(*) > 1"
        ).fetchone()
    shown = STYLE.sub("", on_terminal("explain", one, other, "-c", newsroom, columns=160))
    assert shown.startswith("not one report: same site, and not verbatim\n")
