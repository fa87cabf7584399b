"""The command line: `ingestor COMMAND`, one module for each group of commands."""

from __future__ import annotations

import sys

import click

from ingestor.cli import keep, look, work
from ingestor.cli.app import app
from ingestor.errors import IngestorError

__all__ = ["keep", "look", "main", "work"]  # importing them adds their commands


def main() -> None:
    """Run a command; an error that a user can cause is one line and an exit status."""
    try:
        app.main(standalone_mode=False)
    except IngestorError as error:
        for line in str(error).splitlines():
            click.echo(f"ingestor: {line}", err=True)
        sys.exit(error.exit_status)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("ingestor: interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away, as `head` does
        sys.exit(0)
