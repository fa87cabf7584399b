"""The group of commands, and the options that they share."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from ingestor import __version__
from ingestor.clock import wall_clock

CONTEXT: Mapping[str, Any] = MappingProxyType(
    {"help_option_names": ["-h", "--help"], "max_content_width": 100}
)


# In the order in which a new user needs them: where each command is, and its first sentence. They
# stand here so that the list of commands need not wait for all their imports; a test compares.
PLACES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "demo": ("demo", "Try it all on a bundled sample newsroom, without network."),
        "check": ("keep", "Check the configuration and name every problem in it."),
        "poll": ("poll", "Poll feeds once, now, due or not."),
        "run": ("run", "Run the daemon in the foreground."),
        "status": ("status", "Show in a few lines how the whole is doing."),
        "feeds": ("look", "List the feeds: the health of each in one word, and the reason."),
        "polls": ("look", "Show the latest polls, and why the next one is due then."),
        "pages": ("look", "Show which linked pages were read, and why others were not."),
        "stories": ("look", "List stories, the latest first."),
        "show": ("look", "Show a story with its articles, or one article in full."),
        "clean": (
            "specimen",
            "Show a page or a feed cleaned, and what was taken out.",
        ),
        "publish": ("share", "Write the stories as Atom and JSON feeds, an entry a report."),
        "opml": ("lists", "Exchange lists of feeds with other feed readers, as OPML."),
        "inspect": ("browse", "Look into the database with a browser."),
        "explain": ("judge", "Show why two articles are, or are not, one story."),
        "split": ("judge", "Give an ARTICLE a story of its own, for good."),
        "join": ("judge", "Make the stories of articles A and B one, for good."),
        "pin": ("judge", "Let an ARTICLE stand for its story, whatever articles come."),
        "rulings": ("judge", "List what was split, joined and pinned, or revoke it."),
        "evaluate": ("measure", "Measure the stories by what is known to be true."),
        "refingerprint": (
            "refingerprint",
            "Make the fingerprints anew that are missing or outdated.",
        ),
        "boilerplate": ("clean", "List what sites repeat under their articles, and switch it."),
        "reclean": ("clean", "Clean stored articles again with the rules of today."),
        "backup": ("keep", "Write a verified copy of the database to the file TARGET."),
        "prune": ("keep", "Forget old articles."),
    }
)


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
    """Commands in the order in which they were written, not in that of the alphabet."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.help = keep_layout(self.help or "")

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in order."""
        return list(self.commands)


class Program(Commands):
    """The program: imports the module of a command when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in order."""
        return list(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command; None if there is none of that name."""
        if cmd_name in PLACES:
            import_module(f"ingestor.cli.{PLACES[cmd_name][0]}")
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of the commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in PLACES.items()])


@click.group(cls=Program, context_settings=dict(CONTEXT))
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
      1   the reader of the output went away
      64  wrong arguments
      65  a document that cannot be read: empty, binary, or of another kind
      69  a server gave no answer, or no sound one (clean URL, check --online)
      70  the sentence encoder failed
      74  the database cannot be read or written
      75  another instance works on this database
      78  the configuration is wrong
      130 interrupted
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
        now = wall_clock()
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
