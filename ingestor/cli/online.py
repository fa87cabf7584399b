"""`ingestor check --online`: ask every configured address, and show what would be polled."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ingestor.cli.output import harmless, on_terminal, print_json, print_rows
from ingestor.clock import wall_clock
from ingestor.config import Settings, edit, read_text
from ingestor.discover import Answer, Inquiry
from ingestor.errors import FeedError, UsageError
from ingestor.fetch.client import Client
from ingestor.fetch.robots import product_token
from ingestor.urls import feed_key

COLUMNS = ("feed", "answer", "format", "#entries", "validators", "robots", "where")


def check_online(settings: Settings, *, as_json: bool, write: bool) -> None:
    """Ask, show, and write what was found into the file if that is wanted.

    Ends the program with status 69 if an address gives no feed and names none.
    """
    answers = asyncio.run(_ask_all(settings))
    answers = _unless_known(settings, answers)
    if as_json:
        print_json(answers)
    else:
        print_rows("", COLUMNS, map(_row, answers), spare=("validators", "format", "entries"))
    if write:
        _write(settings, answers)
    elif not as_json and any(answer.proposed for answer in answers):
        click.echo("`--write` puts the addresses that were found into the configuration", err=True)
    if not all(answer.sound for answer in answers):
        sys.exit(FeedError.exit_status)


async def _ask_all(settings: Settings) -> tuple[Answer, ...]:
    columns = (TextColumn("Asking", markup=False), BarColumn(), MofNCompleteColumn())
    token = product_token(settings.fetch.user_agent)
    with Progress(*columns, transient=True, disable=not on_terminal()) as progress:
        bar = progress.add_task("", total=len(settings.feeds))
        async with Client(settings.fetch, clock=wall_clock) as client, asyncio.TaskGroup() as group:
            inquiry = Inquiry(client, wall_clock, token)
            tasks = [group.create_task(inquiry.ask(feed)) for feed in settings.feeds]
            for task in tasks:
                task.add_done_callback(lambda _: progress.update(bar, advance=1))
    return tuple(task.result() for task in tasks)


def _unless_known(settings: Settings, answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """Propose no address that another feed has already."""
    known = {feed_key(feed.url): feed.name for feed in settings.feeds}
    found = []
    for answer in answers:
        key = feed_key(answer.proposed)
        if answer.proposed and key in known:
            reason = f"its feed is configured already, as {known[key]}"
            found.append(replace(answer, proposed="", reason=reason))
            continue
        known |= {key: answer.feed} if answer.proposed else {}
        found.append(answer)
    return tuple(found)


def _row(answer: Answer) -> tuple[str | int | None, ...]:
    offered = ("ETag", answer.etag), ("Last-Modified", answer.last_modified)
    gives = answer.format != ""
    return (
        answer.feed,
        "a site" if answer.outcome == "site" else answer.outcome.replace("_", " "),
        answer.format,
        answer.entries if gives else None,
        ", ".join(name for name, value in offered if value) or ("none" if gives else ""),
        answer.robots,
        _where(answer),
    )


def _where(answer: Answer) -> str:
    unread = f"; its robots.txt: {answer.robots_reason}" if answer.robots_reason else ""
    if answer.proposed:
        more = f" (and {len(answer.named) - 1} more)" if len(answer.named) > 1 else ""
        return f"its feed: {answer.proposed}{more}{unread}"
    if answer.redirected_to:
        way = "moved for good" if answer.moved else "redirected"
        return f"{way} to {answer.redirected_to}{unread}"
    return f"{answer.reason or answer.url}{unread}"


def _write(settings: Settings, answers: Sequence[Answer]) -> None:
    found = {answer.url: answer.proposed for answer in answers if answer.proposed}
    if not found:
        click.echo(f"nothing to write into {settings.path}", err=True)
        return
    try:
        _, backup = edit.save(settings.path, edit.with_urls(read_text(settings.path), found))
    except OSError as error:
        name = error.filename or settings.path
        raise UsageError(f"cannot write {name}: {error.strerror}") from error
    click.echo(
        f"{harmless(str(settings.path))}: addresses replaced by those of feeds: {len(found)};"
        f" the file as it was: {backup}",
        err=True,
    )
