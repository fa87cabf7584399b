"""What commands print: a table on a terminal, tab-separated lines in a pipe, JSON on request."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

Cell = str | int | float | datetime | timedelta | None


def on_terminal() -> bool:
    """Whether a person looks at standard output right now."""
    return sys.stdout.isatty()


def console() -> Console:
    """Where tables and progress bars go."""
    return Console(highlight=False)


def harmless(text: str) -> str:
    """Text of a feed without characters that steer a terminal or reorder a line."""
    return "".join(" " if unicodedata.category(c) in {"Cc", "Cf"} else c for c in text)


def show_time(moment: datetime | None) -> str:
    """A moment in UTC, to the minute, or a dash."""
    return moment.strftime("%Y-%m-%d %H:%M") if moment is not None else "-"


def show_cell(cell: Cell) -> str:
    """One value as text."""
    if cell is None:
        return "-"
    if isinstance(cell, datetime):
        return show_time(cell)
    return harmless(str(cell))


def print_rows(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print rows under their column names; in a pipe without decoration, a line a row.

    A column whose name begins with ``#`` holds numbers and is set flush right.
    """
    texts = [[show_cell(cell) for cell in row] for row in rows]
    if not on_terminal():
        for row in texts:
            click.echo("\t".join(row))
        return
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for name in columns:
        right = name.startswith("#")
        table.add_column(
            name.removeprefix("#"), justify="right" if right else "left", overflow="fold"
        )
    for row in texts:
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)


def print_json(values: Iterable[object]) -> None:
    """Print JSON Lines: one value a line."""
    for value in values:
        click.echo(json.dumps(plain(value), ensure_ascii=False))


def plain(value: object) -> object:
    """A value as JSON knows it; moments become ISO 8601 text, durations seconds."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value
