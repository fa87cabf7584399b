"""What commands do that poll."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ingestor import by_hand, control
from ingestor.cli.output import harmless, on_terminal, print_json, print_rows
from ingestor.clock import wall_clock
from ingestor.config import Settings
from ingestor.engine import Engine
from ingestor.errors import IngestorError, LockedError
from ingestor.ledger import Ledger
from ingestor.linked import PageReport
from ingestor.lock import Lock
from ingestor.models import Feed
from ingestor.pipeline import poll_all
from ingestor.polled import Report
from ingestor.publish.site import publish
from ingestor.reader import Pages, read_all
from ingestor.reclean import keep_up
from ingestor.refingerprint import learn
from ingestor.wording import counted

RECLEAN_AT_ONCE = 200  # articles that a poll with news cleans again; `reclean` does the rest
WORKERS = max(1, min(4, len(os.sched_getaffinity(0))))  # fetching and writing take little of one


def poll(
    settings: Settings, feeds: Sequence[Feed], *, seconds: float, as_json: bool = False
) -> None:
    """Poll some feeds, or have the daemon do it if one runs, and print what they came to.

    Raises:
        LockedError: another process works on the database, and it is no daemon, or it has stopped.
        IngestorError: why the daemon could not poll a feed; what it says of the others is printed.
    """
    try:
        with Lock(settings.database):
            reports, pages = asyncio.run(poll_feeds(settings, feeds, seconds=seconds))
    except LockedError:
        if not control.is_served(settings.database):
            raise
        _poll_by_daemon(settings, feeds, as_json=as_json)
        return
    _publish(settings)
    _print(reports, as_json=as_json)
    if pages.read or pages.left:
        click.echo(total_of_pages(pages), err=not on_terminal())


def _poll_by_daemon(settings: Settings, feeds: Sequence[Feed], *, as_json: bool) -> None:
    with _progress() as progress:
        polled = asyncio.run(by_hand.poll_all(settings, feeds, _advancing(progress, len(feeds))))
    _print([report for report in polled if isinstance(report, Report)], as_json=as_json)
    for error in polled:
        if isinstance(error, IngestorError):
            raise error


def _print(reports: Sequence[Report], *, as_json: bool) -> None:
    if as_json:
        print_json(reports)
    elif reports:
        print_reports(reports)


def _publish(settings: Settings) -> None:
    """Write the feeds that the configuration asks for; what hinders it does not undo the poll."""
    if settings.publish.dir is None:
        return
    try:
        publish(settings.database, settings.publish, settings.publish.dir)
    except OSError as error:
        name = error.filename or settings.publish.dir
        click.echo(f"ingestor: feeds not published: {name}: {error.strerror}", err=True)


async def poll_feeds(
    settings: Settings, feeds: Sequence[Feed], *, in_turn: bool = False, seconds: float = 0
) -> tuple[tuple[Report, ...], Pages]:
    """Poll with a progress bar, which only a terminal shows.

    Args:
        settings: The configuration.
        feeds: What to poll.
        in_turn: One after the other, so that articles arrive in the same order each time.
        seconds: For how long to read the linked pages that are wanted.

    Returns:
        What became of each feed, and of the pages.
    """
    with _progress() as progress:
        advance = _advancing(progress, len(feeds))

        def turn_page(report: PageReport) -> None:
            progress.update(bar, advance=1, description=harmless(f"Read {report.url:.40}"))

        async with Engine(settings, wall_clock, workers=WORKERS) as engine:
            line = engine.line
            turns = [[feed] for feed in feeds] if in_turn else [feeds]
            reports = [await poll_all(line, turn, advance) for turn in turns]
            bar = progress.add_task("Reading linked pages", total=None)
            states = await line.write(Ledger.states)
            ids = [states[feed.url].id for feed in feeds]
            pages = await read_all(line, ids, turn_page, seconds)
            polled = any(report.new or report.updated for turn in reports for report in turn)
            if polled or pages.read:
                await learn(line)
                await keep_up(line, RECLEAN_AT_ONCE)
    return tuple(chain.from_iterable(reports)), pages


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, transient=True, disable=not on_terminal())


def _advancing(progress: Progress, feeds: int) -> Callable[[Report], None]:
    """A bar of polls, and what moves it."""
    bar = progress.add_task("Polling", total=feeds)

    def advance(report: Report) -> None:
        progress.update(bar, advance=1, description=harmless(f"Polled {report.feed.name:.24}"))

    return advance


def print_reports(reports: Sequence[Report]) -> None:
    """Print one line for each poll, and what they came to."""
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
        spare=("entries", "updated"),
    )
    click.echo(total(reports), err=not on_terminal())


def total(reports: Sequence[Report]) -> str:
    """Say in one line what polls came to."""
    new, updated = (sum(getattr(r, name) for r in reports) for name in ("new", "updated"))
    failed = sum(report.outcome == "failed" for report in reports)
    polled, fresh = counted(len(reports), "feed"), counted(new, "new article")
    return f"{polled} polled, {failed} failed; {fresh}, {updated} updated"


def total_of_pages(pages: Pages) -> str:
    """Say in one line what linked pages came to, and what hindered most of the others."""
    if not pages.read:
        return f"{counted(pages.left, 'linked page')} left to the next poll"
    tally = Counter(page.outcome for page in pages.read)
    words = f"{counted(len(pages.read), 'linked page')}: {tally['used']} gave a fuller text"
    unread = Counter(page.kind for page in pages.read if page.outcome in {"failed", "skipped"})
    why = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in unread.most_common(3))
    failed = f", {sum(unread.values())} not read ({why})" if unread else ""
    left = f"; {pages.left} left to the next poll" if pages.left else ""
    return f"{words}{failed}{left}"
