"""Commands that poll: run, poll, demo."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ingestor import log, sample
from ingestor.cli.app import app, config_option, json_option, settings_of
from ingestor.cli.output import harmless, on_terminal, print_json, print_rows, say
from ingestor.config import Settings, load
from ingestor.daemon import serve, wall_clock
from ingestor.engine import Engine
from ingestor.errors import UsageError
from ingestor.evaluate import score
from ingestor.lock import Lock
from ingestor.models import Feed
from ingestor.pipeline import learn, poll_all
from ingestor.polled import Report
from ingestor.publish.site import publish
from ingestor.sdnotify import Notifier
from ingestor.store import queries
from ingestor.store.export import matches_by_relation, removals_by_rule
from ingestor.store.store import Store
from ingestor.urls import feed_key

WORKERS = max(1, min(4, len(os.sched_getaffinity(0))))  # fetching and writing take little of one
PEEK = "SELECT rule, text FROM removals"


@app.command()
@config_option
def run(config_path: Path | None) -> None:
    """Run the daemon in the foreground.

    SIGTERM ends it in order, SIGHUP makes it read its configuration again.

    Examples:
      ingestor run -c /etc/ingestor/ingestor.toml
      systemctl enable --now ingestor            see docs/install.md
    """
    settings = settings_of(config_path)
    log.configure(
        settings.log.format,
        settings.log.level,
        terminal=sys.stderr.isatty(),
        journal="JOURNAL_STREAM" in os.environ,
    )
    with Lock(settings.database):
        asyncio.run(serve(settings, Notifier.from_environment(os.environ), WORKERS))


@app.command("poll")
@config_option
@json_option
@click.argument("names", nargs=-1, metavar="[FEED]...")
def poll_command(config_path: Path | None, as_json: bool, names: tuple[str, ...]) -> None:
    """Poll feeds once, now, due or not.

    FEED is a name or a URL; without one every feed is polled. Feeds that fail are named with the
    reason, and do not stop the others. While the daemon runs it does the polling, and this command
    says so (exit status 75).

    Examples:
      ingestor poll
      ingestor poll "BBC World" https://example.org/rss
      ingestor poll --json | jq 'select(.outcome == "failed")'
    """
    settings = settings_of(config_path)
    chosen = _choose(settings, names)
    with Lock(settings.database):
        reports = asyncio.run(_poll(settings, chosen))
    _publish(settings)
    if as_json:
        print_json(reports)
    else:
        _print_reports(reports)


def _publish(settings: Settings) -> None:
    """Write the feeds that the configuration asks for; what hinders it does not undo the poll."""
    if settings.publish.dir is None:
        return
    try:
        publish(settings.database, settings.publish, settings.publish.dir)
    except OSError as error:
        name = error.filename or settings.publish.dir
        click.echo(f"ingestor: feeds not published: {name}: {error.strerror}", err=True)


def _choose(settings: Settings, names: Sequence[str]) -> tuple[Feed, ...]:
    """The feeds that were named, or all."""
    if not names:
        return settings.feeds
    found: dict[str, Feed] = {}
    for name in names:
        feeds = [f for f in settings.feeds if name == f.name or feed_key(name) == feed_key(f.url)]
        if not feeds:
            known = ", ".join(feed.name for feed in settings.feeds)
            raise UsageError(f"no feed {name!r} in {settings.path}; there are: {known}")
        found |= {feed.url: feed for feed in feeds}
    return tuple(found.values())


async def _poll(
    settings: Settings, feeds: Sequence[Feed], *, in_turn: bool = False
) -> tuple[Report, ...]:
    """Poll with a progress bar, which only a terminal shows.

    Args:
        settings: The configuration.
        feeds: What to poll.
        in_turn: One after the other, so that articles arrive in the same order each time.
    """
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, transient=True, disable=not on_terminal()) as progress:
        bar = progress.add_task("Polling", total=len(feeds))

        def advance(report: Report) -> None:
            progress.update(bar, advance=1, description=harmless(f"Polled {report.feed.name:.24}"))

        async with Engine(settings, wall_clock, workers=WORKERS) as engine:
            turns = [[feed] for feed in feeds] if in_turn else [feeds]
            reports = [await poll_all(engine.line, turn, advance) for turn in turns]
            await learn(engine.line)
    return tuple(chain.from_iterable(reports))


def _print_reports(reports: Sequence[Report]) -> None:
    print_rows(
        "",
        ("feed", "outcome", "#entries", "#new", "#updated", "why"),
        (
            (
                report.feed.name,
                report.outcome.replace("_", " "),
                report.entries,
                report.new,
                report.updated,
                report.reason or "; ".join(report.warnings),
            )
            for report in reports
        ),
    )
    click.echo(_total(reports), err=not on_terminal())


def _total(reports: Sequence[Report]) -> str:
    new, updated = (sum(getattr(r, name) for r in reports) for name in ("new", "updated"))
    failed = sum(report.outcome == "failed" for report in reports)
    return f"{len(reports)} feeds polled, {failed} failed; {new} new articles, {updated} updated"


@app.command()
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Where the sample newsroom and its database go; an earlier demo there is replaced.",
)
def demo(directory: Path) -> None:
    """Try it all on a bundled sample newsroom, without network.

    The outlets of the newsroom publish two editions; both are polled. Then you see the stories,
    what cleaning took out, and how the result compares with the true grouping.

    Examples:
      ingestor demo
      ingestor demo --directory /tmp/demo && sqlite3 /tmp/demo/newsroom.db .tables
    """
    started = time.monotonic()
    settings = _lay_out(directory)
    with Lock(settings.database):
        first = asyncio.run(_poll(settings, settings.feeds, in_turn=True))
        sample.publish_later(directory)
        second = asyncio.run(_poll(settings, settings.feeds, in_turn=True))
    _print_reports(first)
    say(f"second edition: {_total(second)}\n")
    with closing(Store.open(settings.database, readonly=True)) as store:
        widest = _print_findings(store)
        found = score(sample.truth(), queries.grouping(store))
    say(
        f"\nCompared with the true grouping of {found.articles} articles:"
        f" {found.right} of {found.together} pairs found, {found.found - found.right} wrong;"
        f" precision {found.precision:.1%}, recall {found.recall:.1%}, F1 {found.f1:.1%}."
        f"\nDone in {time.monotonic() - started:.1f} s. Now look into it:\n"
    )
    where, database = _quoted(settings.path), _quoted(settings.database)
    for step in (
        f"ingestor show -c {where} {widest}",
        f"ingestor stories -c {where} --language de",
        f"sqlite3 -box {database} '{PEEK}'",
    ):
        click.echo(f"  {step}")


def _quoted(path: Path) -> str:
    """A path to type in a shell, from here if it lies below the present folder."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def _print_findings(store: Store) -> int:
    """Print what became of the newsroom; return the story that most articles tell."""
    rows = sorted(queries.stories(store, limit=1000), key=lambda row: (-row.articles, row.id))
    print_rows(
        f"{len(rows)} stories",
        ("#story", "#articles", "languages", "canonical in", "title"),
        ((r.id, r.articles, r.languages, r.outlet, r.title or "(no title)") for r in rows),
    )
    for what, tally in (
        ("Judged alike", matches_by_relation(store)),
        ("Taken out by cleaning", removals_by_rule(store)),
    ):
        parts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in tally.items())
        say(f"\n{what}: {parts or 'nothing'}")
    return rows[0].id


def _lay_out(directory: Path) -> Settings:
    """A fresh copy of the newsroom; only what an earlier demo made is deleted."""
    if directory.exists() and any(directory.iterdir()):
        if not (directory / sample.CONFIG).exists():
            raise UsageError(f"{directory} is not empty and holds no earlier demo: choose another")
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True)
    return load(sample.place(directory))
