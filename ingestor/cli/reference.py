"""The reference of all commands, from their own help: `python -m ingestor.cli.reference`."""

from __future__ import annotations

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
    for name in app.list_commands(group):
        command = app.get_command(group, name)
        if command is not None:
            context = click.Context(command, parent=group, info_name=name, terminal_width=WIDTH)
            parts += [f"## `ingestor {name}`", _help(context)]
    return "\n\n".join(parts) + "\n"


def _help(context: click.Context) -> str:
    return f"```text\n{context.command.get_help(context)}\n```"


if __name__ == "__main__":
    click.echo(reference(), nl=False)
