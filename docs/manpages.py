"""The man pages ``ingestor(1)`` and ``ingestor.toml(5)``, from commands and models.

Source: man-pages(7), groff_man(7).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

import click

from ingestor import __version__
from ingestor.cli import app
from ingestor.cli.app import CONTEXT
from ingestor.config.describe import feed_settings, settings


def man_of_commands() -> Iterator[str]:
    """``ingestor(1)``, from the help of all commands. Source: man-pages(7)."""
    group = click.Context(app, info_name="ingestor", **CONTEXT)
    summary, *rest = _paragraphs(app)
    yield _title("INGESTOR", 1)
    yield ".SH NAME"
    yield _roff(f"ingestor - {summary[:1].lower()}{summary[1:].rstrip('.')}")
    yield ".SH SYNOPSIS\n.B ingestor\n.I COMMAND\n.RI [ OPTIONS ]\n.RI [ ARGUMENTS ]"
    yield ".SH DESCRIPTION"
    yield from _prose(rest)
    yield ".SH COMMANDS"
    for context in _contexts(app, group):
        yield from _command(context)
    yield ".SH FILES\n.TP\n.I config/ingestor.toml\n.TQ\n.I /etc/ingestor/ingestor.toml"
    yield _roff("The configuration, the first that is there; see ingestor.toml(5).")
    yield ".SH SIGNALS\n.TP\n.B SIGHUP"
    yield _roff("The daemon reads the configuration again; if it is wrong, it keeps the old one.")
    yield ".TP\n.B SIGTERM\n.TQ\n.B SIGINT"
    yield _roff("The daemon ends the polls under way, then itself.")
    yield ".SH SEE ALSO\n.BR ingestor.toml (5),\n.BR sqlite3 (1),\n.BR systemctl (1)"


def _contexts(group: click.Group, parent: click.Context) -> Iterator[click.Context]:
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        assert command is not None
        context = click.Context(command, parent=parent, info_name=name)
        yield context
        if isinstance(command, click.Group):
            yield from _contexts(command, context)


def _command(context: click.Context) -> Iterator[str]:
    command = context.command
    yield f".SS {_roff(' '.join([context.command_path, *command.collect_usage_pieces(context)]))}"
    yield from _prose(_paragraphs(command))
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and record[1] and "--help" not in parameter.opts:
            yield f".TP\n.B {_roff(record[0])}\n{_roff(record[1])}"


def _paragraphs(command: click.Command) -> list[str]:
    return (command.help or "").replace("\b\n", "").split("\n\n")


def _prose(paragraphs: Iterable[str]) -> Iterator[str]:
    """Paragraphs; those with indented lines keep their lines."""
    for number, paragraph in enumerate(paragraphs):
        lines = paragraph.splitlines() if "\n  " in paragraph else [" ".join(paragraph.split())]
        yield (".PP\n" if number else "") + _roff(lines[0])
        if lines[1:]:
            yield ".PP\n.nf\n.RS 4"
            yield from (_escaped(line[2:]) for line in lines[1:])
            yield ".RE\n.fi"


def man_of_settings() -> Iterator[str]:
    """``ingestor.toml(5)``, from the models of the configuration."""
    yield _title("INGESTOR.TOML", 5)
    yield ".SH NAME\n" + _roff("ingestor.toml - configuration of ingestor(1)")
    yield ".SH DESCRIPTION"
    yield _roff(
        "One TOML file. Unknown settings are errors; ingestor check names every problem with its"
        " line. Durations are written 30s, 15m, 2h, 14d or 1d 12h. Paths are relative to the file."
    )
    section = None
    for setting in (*settings(), *feed_settings()):
        begun, _, key = setting.name.rpartition(".")
        if begun != section:
            section = begun
            yield f".SH {_roff(_HEADINGS.get(begun, f'[{begun}]'))}"
        default = f" Default: {setting.default}" if setting.default else ""
        values = _roff(setting.values.replace("``", "")).replace('"', "\\(dq")
        yield f'.TP\n.BR {_roff(key)} " ({values})"'
        yield _roff(f"{setting.meaning.replace('``', '')}{default}")
    yield ".SH EXAMPLE\n.nf"
    yield from map(_escaped, _EXAMPLE.splitlines())
    yield ".fi\n.SH SEE ALSO\n.BR ingestor (1)"


_EXAMPLE = """database = "news.db"

[[feeds]]
url = "https://feeds.bbci.co.uk/news/world/rss.xml"
name = "BBC World"
tags = ["World"]"""
_HEADINGS = {"": "THE WHOLE FILE", "feeds": "[[feeds]], ONE FOR EACH FEED"}


def _title(name: str, section: int) -> str:
    return f'.TH {name} {section} "" "ingestor {__version__}" "Manual of the ingestor"'


def _roff(text: str) -> str:
    """Write text to be filled, on short lines."""
    lines = textwrap.wrap(text, 76, break_long_words=False, break_on_hyphens=False)
    return "\n".join(map(_escaped, lines))


def _escaped(line: str) -> str:
    """Escape what roff would take for its own. Source: groff(7), groff_char(7)."""
    for sign, written in _SIGNS.items():
        line = line.replace(sign, written)
    return f"\\&{line}" if line.startswith(".") else line


_SIGNS = {
    "\\": "\\e",
    "-": "\\-",
    "'": "\\(aq",
    "^": "\\(ha",
    "~": "\\(ti",
    "’": "\\(cq",
    "…": "\\&...",
    "–": "\\(en",
}
