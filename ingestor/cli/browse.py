"""The command that opens the database in a browser."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import click

from ingestor.cli.app import app, config_option
from ingestor.cli.database import open_readonly
from ingestor.cli.given import settings_of
from ingestor.errors import UsageError
from ingestor.inspect.metadata import metadata
from ingestor.store.export import definitions

if find_spec("datasette") is not None:  # it comes with the extra `inspect`
    from ingestor.inspect.serve import serve


@app.command()
@config_option
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True)
@click.option("--metadata", "print_only", is_flag=True, help="Print the metadata and end.")
def inspect(config_path: Path | None, port: int, print_only: bool) -> None:
    """Look into the database with a browser.

    Stories with their versions side by side, texts, feeds, days, and the tables behind them. It is
    served by Datasette to this machine alone (127.0.0.1), read-only, until Ctrl-C; the daemon may
    run meanwhile. Every table, view and column comes with its description.

    Examples:
      ingestor inspect
      ingestor inspect --port 0                       on any free port
      ingestor inspect --metadata > metadata.json     for a Datasette of your own
    """
    database = settings_of(config_path).database
    with closing(open_readonly(database)) as store:
        about = metadata(database.stem, definitions(store))
    if print_only:
        click.echo(json.dumps(about, ensure_ascii=False, indent=1))
        return
    if find_spec("datasette") is None:
        raise UsageError(
            f"Datasette is not installed: {sys.executable} -m pip install 'datasette>=0.65,<1'"
        )
    serve(database, about, port)
