"""The group of commands, and the options that they share."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from ingestor import __version__
from ingestor.config import Settings, find, load
from ingestor.errors import UsageError
from ingestor.store.store import Store

CONTEXT: Mapping[str, Any] = MappingProxyType(
    {"help_option_names": ["-h", "--help"], "max_content_width": 100}
)


ORDER = ("demo", "check", "poll", "run", "status", "feeds", "polls", "stories", "show", "publish",
         "opml", "inspect", "explain", "split", "join", "pin", "rulings", "evaluate", "backup",
         "prune")  # fmt: skip


def keep_layout(text: str) -> str:
    """Mark the paragraphs that are not to be refilled: those that hold an indented line."""
    return "\n\n".join(
        f"\b\n{part}" if "\n  " in part else part for part in inspect.cleandoc(text).split("\n\n")
    )


class Command(click.Command):
    """A command whose docstring is its help; examples in it stay as they are written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.help = keep_layout(self.help or "")


class Commands(click.Group):
    """Commands in the order in which a new user needs them, not in that of the alphabet."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.help = keep_layout(self.help or "")

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in order."""
        return sorted(self.commands, key=[*ORDER, *self.commands].index)


@click.group(cls=Commands, context_settings=dict(CONTEXT))
@click.version_option(__version__, prog_name="ingestor")
def app() -> None:
    """Poll news feeds, keep the report, recognise copies and translations, in one SQLite file.

    Start here:
      ingestor demo                  what it does: a bundled sample newsroom, without network
      ingestor check                 is my configuration right?
      ingestor poll                  poll every feed once, now
      ingestor stories --since 1d    what happened
      ingestor run                   the daemon, in the foreground

    Exit status:
      0   success, also where single feeds failed
      64  wrong arguments
      70  the sentence encoder failed
      74  the database cannot be read or written
      75  another instance works on this database
      78  the configuration is wrong
    """


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``-c/--config`` to a command."""
    return click.option(
        "-c",
        "--config",
        "config_path",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Configuration file. [default: config/ingestor.toml, /etc/ingestor/ingestor.toml]",
    )(command)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json`` to a command."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON Lines.")(command)


def settings_of(config_path: Path | None) -> Settings:
    """The configuration that a command works with.

    Raises:
        ConfigError: there is none, or it is wrong.
    """
    return load(find(config_path))


def open_readonly(database: Path) -> Store:
    """The database, for looking only; the daemon is not disturbed.

    Raises:
        UsageError: there is none yet.
    """
    if not database.exists():
        raise UsageError(f"no database at {database}: run `ingestor poll` first")
    return Store.open(database, readonly=True)


_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Moment(click.ParamType[datetime]):
    """A point in time: ``7d``, ``12h``, ``30m`` ago, or a date such as ``2026-11-23``."""

    name = "when"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read the text of an argument."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        now = datetime.now(UTC)
        if found := re.fullmatch(r"(\d{1,5})([mhdw])", text):
            try:
                return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
            except OverflowError:
                self.fail(f"{text} is too long ago")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is neither an age such as 7d nor a date such as 2026-11-23")
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
