"""The command that polls once: poll."""

from __future__ import annotations

from pathlib import Path

import click

from ingestor import worker
from ingestor.cli.app import app, config_option, json_option
from ingestor.cli.given import feeds_of, settings_of


@app.command("poll")
@config_option
@json_option
@click.option(
    "--pages",
    "seconds",
    type=click.IntRange(0),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="How long to read linked pages; 0 leaves them to the next poll.",
)
@click.argument("names", nargs=-1, metavar="[FEED]...")
def poll_command(
    config_path: Path | None, as_json: bool, seconds: int, names: tuple[str, ...]
) -> None:
    """Poll feeds once, now, due or not.

    FEED is a name or a URL; without one every feed is polled. Feeds that fail are named with the
    reason, and do not stop the others. Then the linked pages of articles that came as a mere
    teaser are read (`clean.fulltext`), for at most --pages seconds: what is left then is left to
    the next poll, or the daemon. While the daemon runs it does the polling, at once, and reads the
    pages when it comes to them.

    Examples:
      ingestor poll
      ingestor poll --pages 600
      ingestor poll "BBC World" https://example.org/rss
      ingestor poll --json | jq 'select(.outcome == "failed")'
    """
    settings = settings_of(config_path)
    feeds = feeds_of(settings, names)
    if not settings.database.exists():
        # Workers import and compile for a second; so they do while this process imports the rest.
        worker.expect()
    # At the top it would have to be imported before: a first poll took 0.7 s longer (measured).
    from ingestor.cli import work  # noqa: PLC0415 - beside what was begun just now

    work.poll(settings, feeds, seconds=seconds, as_json=as_json)
