"""What commands print: a table on a terminal, tab-separated lines in a pipe, JSON on request."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingestor.clock import wall_clock

_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # controls, formats, surrogates, line separators
_JOINERS = {"\u200c", "\u200d"}  # formats that Persian words and emoji are written with


Cell = str | int | float | datetime | None


def on_terminal() -> bool:
    """Whether a person looks at standard output right now."""
    return sys.stdout.isatty()


def console() -> Console:
    """Where tables and progress bars go."""
    return Console(highlight=False, emoji=False, markup=False)


def steers(character: str) -> bool:
    """Whether a character could steer a terminal or reorder a line, rather than be read."""
    return unicodedata.category(character) in _STEERING and character not in _JOINERS


def harmless(text: str) -> str:
    """Text of a feed on one line, with a blank for each character that steers."""
    return "".join(" " if steers(c) else c for c in text)


def show_time(moment: datetime | None) -> str:
    """A moment in UTC, to the minute, or a dash."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if moment is not None else "-"


def show_age(moment: datetime, now: datetime) -> str:
    """A moment as a person says it: ``4 min ago``, ``in 12 min``, further away the date."""
    seconds = (now - moment).total_seconds()
    away = abs(seconds)
    if away >= 48 * 3600:
        return moment.strftime("%Y-%m-%d")
    for unit, size in (("h", 3600), ("min", 60)):
        if away >= size:
            span = f"{away // size:.0f} {unit}"
            return f"{span} ago" if seconds > 0 else f"in {span}"
    return "now"


def say(text: str, style: str = "") -> None:
    """Print a sentence; on a terminal it is wrapped between words."""
    if on_terminal():
        console().print(Text(text, style))
    else:
        click.echo(text)


def print_rows(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print rows under their column names; in a pipe without decoration, a line a row.

    A column whose name begins with ``#`` holds numbers and is set flush right. The last column
    takes the width that the others leave, and wraps.
    """
    if not on_terminal():
        for row in rows:
            click.echo("\t".join(map(_field, row)))
        return
    if title:
        console().print(Text(harmless(title), style="bold"))
    table = Table(header_style="dim", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(
            name.removeprefix("#"),
            justify="right" if name.startswith("#") else "left",
            no_wrap=name != columns[-1],
            overflow="fold" if name == columns[-1] else "ellipsis",
            max_width=None if name == columns[-1] else 28,
        )
    now = wall_clock()
    for row in rows:
        table.add_row(*(_styled(cell, now) for cell in row))
    if table.row_count:
        console().print(table)
    else:
        console().print("none", style="dim")


def _field(cell: Cell) -> str:
    """A cell for a program: nothing for None, moments as in JSON."""
    return "" if cell is None else harmless(str(plain(cell)))


def _styled(cell: Cell, now: datetime) -> Text:
    """A cell for a person."""
    if cell is None:
        return Text("-", style="dim")
    return Text(show_age(cell, now) if isinstance(cell, datetime) else harmless(str(cell)))


def print_json(values: Iterable[object]) -> None:
    """Print JSON Lines: one value a line."""
    for value in values:
        line = json.dumps(plain(value), ensure_ascii=False)
        click.echo("".join(json.dumps(c)[1:-1] if steers(c) else c for c in line))


def plain(value: object) -> object:
    """A value as JSON knows it; moments become ISO 8601 text, durations seconds."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value
