"""The reference of all commands, from their own help: `python -m ingestor.cli.reference`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from ingestor.cli import app
from ingestor.cli.app import CONTEXT

WIDTH = 90  # of the help, whatever terminal this runs in


def reference() -> str:
    """The text of ``docs/commands.md``."""
    group = click.Context(app, info_name="ingestor", terminal_width=WIDTH, **CONTEXT)
    parts = [
        "# Commands",
        "Written by `python -m ingestor.cli.reference > docs/commands.md` from the help texts.",
        _help(group),
    ]
    parts += _sections(app, group)
    return "\n\n".join(parts) + "\n"


def _sections(group: click.Group, parent: click.Context) -> Iterator[str]:
    """The commands of a group, and those of the groups among them."""
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        if command is None:
            continue
        context = click.Context(command, parent=parent, info_name=name, terminal_width=WIDTH)
        yield f"## `{context.command_path}`"
        yield _help(context)
        if isinstance(command, click.Group):
            yield from _sections(command, context)


def _help(context: click.Context) -> str:
    return f"```text\n{context.command.get_help(context)}\n```"


if __name__ == "__main__":
    click.echo(reference(), nl=False)
