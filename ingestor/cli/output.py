"""What commands print: a table on a terminal, tab-separated lines in a pipe, JSON on request."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, datetime, timedelta

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingestor.clock import wall_clock

_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # controls, formats, surrogates, line separators
_JOINERS = {"\u200c", "\u200d"}  # formats that Persian words and emoji are written with
_GAP = 2  # blanks between two columns
_MOST = 28  # characters of a text before the last column
_CUT = 12  # what such a text is cut to where there is little room
_LAST = 24  # what the last column keeps: it holds the reason, or the title

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


def print_rows(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    spare: Sequence[str] = (),
) -> None:
    """Print rows under their column names; in a pipe without decoration, a line a row.

    A column whose name begins with ``#`` holds numbers and is set flush right. The last column
    takes the width that the others leave, and wraps; texts before it are cut where there is little
    room, and where there is less, whole columns are left out, which a line below them says.

    Args:
        title: Above all of it; may be empty.
        columns: Their names.
        rows: Their cells.
        spare: Names of the columns that are left out first; after them those at the right.
    """
    if not on_terminal():
        for row in rows:
            click.echo("\t".join(map(_field, row)))
        return
    if title:
        console().print(Text(harmless(title), style="bold"))
    if not (given := list(rows)):
        console().print("none", style="dim")
        return
    found = _columns(columns, given)
    widths = _fitted(found, console().width, spare)
    table = Table(header_style="dim", box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
    for place, width in widths.items():
        last = place == len(columns) - 1
        table.add_column(
            found[place].name,
            justify="right" if columns[place].startswith("#") else "left",
            no_wrap=not last,
            overflow="fold" if last else "ellipsis",
            width=width,
        )
    for place in range(len(given)):
        table.add_row(*(found[column].cells[place] for column in widths))
    console().print(table)
    if left_out := ", ".join(one.name for n, one in enumerate(found) if n not in widths):
        console().print(Text(f"no room here for: {left_out}", "dim"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A column of a table for a person.

    Attributes:
        width: Of its widest cell.
        least: What it may be cut or wrapped to.
    """

    name: str
    cells: Sequence[Text]
    width: int
    least: int


def _columns(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[_Column]:
    """Read a table by columns; numbers and moments are never cut."""
    now, found = wall_clock(), []
    for place, (name, values) in enumerate(zip(names, zip(*rows, strict=True), strict=True)):
        cells = [_styled(value, now) for value in values]
        width = max(cell_len(name.removeprefix("#")), *(cell.cell_len for cell in cells))
        least = width
        if place == len(names) - 1:
            least = min(width, _LAST)
        elif any(isinstance(value, str) for value in values) and not name.startswith("#"):
            width = min(width, _MOST)
            least = min(width, _CUT)
        found.append(_Column(name=name.removeprefix("#"), cells=cells, width=width, least=least))
    return found


def _fitted(columns: Sequence[_Column], room: int, spare: Sequence[str]) -> dict[int, int]:
    """Choose the columns that there is room for, and their widths; the first and last stay."""
    kept = list(range(len(columns)))
    named = [n for name in spare for n in kept[1:-1] if columns[n].name == name]
    for goes in (*named, *(n for n in kept[-2:0:-1] if n not in named)):
        if sum(columns[n].least for n in kept) <= room - _GAP * (len(kept) - 1):
            break
        kept.remove(goes)
    widths = {n: min(columns[n].width, room) for n in kept}
    least = {n: columns[n].least for n in kept}
    # The widest gives way first, but none below its least as long as another can.
    while sum(widths.values()) > max(len(kept), room - _GAP * (len(kept) - 1)):
        widest = max(kept, key=lambda n: (widths[n] > least[n], widths[n], n))
        widths[widest] -= 1
    return widths


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
