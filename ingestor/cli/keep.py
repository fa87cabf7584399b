"""Commands that keep house: check, backup, prune."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from ingestor import encoders, orders
from ingestor.clean import rulebook
from ingestor.cli.app import Moment, app, config_option
from ingestor.cli.database import open_readonly
from ingestor.cli.given import settings_of
from ingestor.cli.online import check_online
from ingestor.cli.output import print_rows
from ingestor.clock import wall_clock
from ingestor.config import Settings
from ingestor.errors import StoreError, UsageError
from ingestor.store import upkeep
from ingestor.store.database import is_ours
from ingestor.wording import counted, stories


@app.command()
@config_option
@click.option("--feeds", "list_feeds", is_flag=True, help="List the feeds instead.")
@click.option("--online", is_flag=True, help="Ask every feed, and show what would be polled.")
@click.option("--write", is_flag=True, help="With --online: put the feeds of sites into the file.")
@click.option("--json", "as_json", is_flag=True, help="With --online: print JSON Lines.")
def check(
    config_path: Path | None, list_feeds: bool, online: bool, write: bool, as_json: bool
) -> None:
    """Check the configuration and name every problem in it.

    Each comes with its line; the exit status is 78 if there is one.

    With --online every address is asked once, and the feed is found of each that is a site's: the
    first that its page names (rel=alternate) and that is one; nothing is guessed. --write puts it
    into the file, which keeps its comments; a copy of the file as it was stays, with .bak after
    its name. The exit status is 69 if an address gives no feed and names none.

    Examples:
      ingestor check
      ingestor check --feeds
      ingestor check --online --write
      ingestor check -c /etc/ingestor/ingestor.toml && systemctl reload ingestor
    """
    if (write or as_json) and not online:
        raise UsageError("--write and --json go with --online")
    settings = settings_of(config_path)
    encoder = encoders.load(settings.dedup.encoder)
    rulebook.read(settings.clean.rules)
    if list_feeds:
        print_rows("", ("feed", "url"), ((feed.name, feed.url) for feed in settings.feeds))
        return
    if online:
        check_online(settings, as_json=as_json, write=write)
        return
    if encoder is None:
        means = "copies and rewordings in one language only"
    else:
        means = f"available; trained for {' '.join(sorted(encoder.languages)) or 'any language'}"
    click.echo(f"{settings.path}: no problems")
    click.echo(f"database  {settings.database}")
    click.echo(f"feeds     {len(settings.feeds)}")
    click.echo(f"encoder   {settings.dedup.encoder}: {means}")


@app.command()
@config_option
@click.argument("target", type=click.Path(path_type=Path))
def backup(config_path: Path | None, target: Path) -> None:
    """Write a verified copy of the database to the file TARGET.

    The daemon may run meanwhile.

    Examples:
      ingestor backup /var/backups/news.db
    """
    settings = settings_of(config_path)
    open_readonly(settings.database).close()
    _check_target(target, settings)
    upkeep.backup(settings.database, target)
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
    """Forget old articles.

    What a feed still shows stays known, so that it does not come back. While the daemon runs, it
    is asked to do it: there are never two writers. It goes step by step, and polls go on meanwhile;
    what an interrupted one has forgotten stays so.

    Examples:
      ingestor prune --before 90d
      ingestor prune --before 2026-01-01 --yes
    """
    settings, now = settings_of(config_path), wall_clock()
    open_readonly(settings.database).close()
    if before > now:
        raise UsageError(
            f"{before:%Y-%m-%d %H:%M} UTC is still to come: that would forget every article"
        )
    if not yes:
        _confirm(f"Forget articles first seen before {before:%Y-%m-%d %H:%M} UTC?")
    steps = tuple(orders.place_in_steps(settings, "prune", now, before=before.isoformat()))
    articles, gone = (
        sum(int(str(step[kind])) for step in steps) for kind in ("articles", "stories")
    )
    click.echo(f"{counted(articles, 'article')} and {stories(gone)} forgotten")


def _check_target(target: Path, settings: Settings) -> None:
    """Refuse to replace what is no copy: the database itself, or a file of another kind.

    Raises:
        UsageError: it would be lost, or is a directory.
        StoreError: its directory is missing: perhaps a disk that is not mounted.
    """
    if not target.parent.is_dir():
        raise StoreError(f"{target}: there is no directory {target.parent}")
    if target.is_dir():
        raise UsageError(f"{target} is a directory: name a file, such as {target / 'news.db'}")
    if target.exists():
        if target.samefile(settings.database):
            raise UsageError(f"{target} is the database itself")
        if not is_ours(target):
            raise UsageError(f"{target} is there, and is no copy of such a database")


def _confirm(question: str) -> None:
    """Ask a person.

    Raises:
        UsageError: there is nobody to ask.
        click.Abort: no.
    """
    try:
        click.confirm(question, abort=True)
    except click.Abort as refusal:
        if isinstance(refusal.__context__, EOFError):
            raise UsageError("there is nobody to ask: add --yes") from None
        raise
