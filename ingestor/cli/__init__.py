"""The command line: `ingestor COMMAND`, one module for each group of commands."""

from __future__ import annotations

import errno
import gc
import os
import sys

import click

from ingestor.cli.app import app
from ingestor.errors import IngestorError, StoreError, UsageError

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
        _let_go_of_output()  # its reader went away, as `head` does
        sys.exit(1)  # as click does where it meets it first
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        _let_go_of_output()
        click.echo("ingestor: the output cannot be written: the disk is full", err=True)
        sys.exit(StoreError.exit_status)
    finally:
        # The interpreter would look for cycles among all that was imported before it lets go of it,
        # which takes longer than 200 unchanged feeds; the system takes the memory back anyway.
        gc.freeze()


def _let_go_of_output() -> None:
    """Nor must the last flush complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
