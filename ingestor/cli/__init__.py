"""The command line: `ingestor COMMAND`, one module for each group of commands."""

from __future__ import annotations

import gc
import os
import sys

import click

from ingestor.cli.app import app
from ingestor.errors import IngestorError, UsageError

__all__ = ["app", "main"]


def main() -> None:
    """Run a command; an error that a user can cause is one line and an exit status."""
    try:
        app.main(standalone_mode=False)
        sys.stdout.flush()
    except IngestorError as error:
        for line in str(error).splitlines():
            click.echo(f"ingestor: {line}", err=True)
        sys.exit(error.exit_status)
    except click.ClickException as error:
        error.show()
        sys.exit(UsageError.exit_status)
    except click.Abort:
        click.echo("ingestor: interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; nor must the last flush complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)  # as click does where it meets it first
    finally:
        # The interpreter would look for cycles among all that was imported before it lets go of it,
        # which takes longer than 200 unchanged feeds; the system takes the memory back anyway.
        gc.freeze()
