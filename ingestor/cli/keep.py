"""Commands that keep house: check, backup, prune."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from ingestor import control, housekeeping
from ingestor.cli.app import Moment, app, config_option, open_readonly, settings_of
from ingestor.cli.output import print_rows
from ingestor.daemon import wall_clock
from ingestor.errors import LockedError
from ingestor.ledger import Ledger
from ingestor.lock import Lock
from ingestor.store import upkeep


@app.command()
@config_option
@click.option("--feeds", "list_feeds", is_flag=True, help="Also list the feeds.")
def check(config_path: Path | None, list_feeds: bool) -> None:
    r"""Check the configuration; every problem is named at once, with its line (exit status 78).

    \b
    Examples:
      ingestor check
      ingestor check -c /etc/ingestor/ingestor.toml && systemctl reload ingestor
    """
    settings = settings_of(config_path)
    if list_feeds:
        print_rows("", ("feed", "url"), ((feed.name, feed.url) for feed in settings.feeds))
    click.echo(
        f"{settings.path}: {len(settings.feeds)} feeds into {settings.database}, no problems"
    )


@app.command()
@config_option
@click.argument("target", type=click.Path(path_type=Path))
def backup(config_path: Path | None, target: Path) -> None:
    r"""Write a verified copy of the database to TARGET, also while the daemon runs.

    \b
    Examples:
      ingestor backup /var/backups/news.db
    """
    database = settings_of(config_path).database
    open_readonly(database).close()
    upkeep.backup(database, target)
    click.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB, verified")


@app.command()
@config_option
@click.option(
    "--before",
    type=Moment(),
    required=True,
    help="Forget what was first seen before: 90d or a date.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def prune(config_path: Path | None, before: datetime, yes: bool) -> None:
    r"""Forget old articles. What a feed still shows stays known, so that it does not come back.

    While the daemon runs, it is asked to do it: there are never two writers.

    \b
    Examples:
      ingestor prune --before 90d
      ingestor prune --before 2026-01-01 --yes
    """
    settings = settings_of(config_path)
    open_readonly(settings.database).close()
    if not yes:
        click.confirm(f"Forget articles first seen before {before:%Y-%m-%d %H:%M} UTC?", abort=True)
    try:
        with Lock(settings.database), closing(Ledger.open(settings, wall_clock())) as ledger:
            pruned = housekeeping.prune(ledger, before, wall_clock())
            answer: Mapping[str, object] = {"articles": pruned.articles, "stories": pruned.stories}
    except LockedError:
        answer = control.ask(settings.database, "prune", before=before.isoformat())
    click.echo(f"{answer['articles']} articles and {answer['stories']} stories forgotten")
