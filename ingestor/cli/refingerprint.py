"""The command that makes outdated fingerprints anew: refingerprint."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from ingestor import control
from ingestor.cli.app import app, config_option, json_option
from ingestor.cli.database import open_readonly
from ingestor.cli.given import settings_of
from ingestor.cli.output import on_terminal, print_json, print_rows, say
from ingestor.cli.work import WORKERS
from ingestor.clock import wall_clock
from ingestor.config import Settings
from ingestor.engine import Engine
from ingestor.errors import IngestorError, LockedError
from ingestor.lock import Lock
from ingestor.refingerprint import Progress, learn, reassess, refingerprint
from ingestor.wording import counted

LOOK_EVERY = 0.5  # seconds, at what the daemon does

Show = Callable[[Progress], None]


@app.command("refingerprint")
@config_option
@json_option
@click.option("--judge", is_flag=True, help="Judge the articles of the window anew afterwards.")
def refingerprint_command(config_path: Path | None, as_json: bool, judge: bool) -> None:
    """Make the fingerprints anew that are missing or outdated.

    After a change of [dedup] encoder, or a version with other fingerprints, older articles cannot
    be compared by meaning with newer ones until this is done. The latest articles come first. It
    may be stopped at any time; called again, it goes on. While the daemon runs, it does the work,
    and goes on if this command is stopped; it also does it by itself, slowly.

    Stories stay as they are. With --judge the articles of dedup.window are judged anew: what the
    new fingerprints show to be one report comes together, what only the old ones held together
    parts. Rulings stay.

    Examples:
      ingestor refingerprint
      ingestor refingerprint --judge
      ingestor refingerprint --json | jq .done
    """
    settings = settings_of(config_path)
    open_readonly(settings.database).close()
    with _shown(as_json=as_json) as show:
        try:
            with Lock(settings.database):
                asyncio.run(_alone(settings, show, judge=judge))
        except LockedError:
            if not control.is_served(settings.database):
                raise
            _follow(settings, show, judge=judge)


async def _alone(settings: Settings, show: Show, *, judge: bool) -> None:
    """Do it in this process."""
    async with Engine(settings, wall_clock, workers=WORKERS) as engine:
        await learn(engine.line)  # else what is made now would soon be outdated
        async for progress in refingerprint(engine.line, beside=WORKERS):
            show(progress)
        if judge:
            async for progress in reassess(engine.line):
                show(progress)


def _follow(settings: Settings, show: Show, *, judge: bool) -> None:
    """Have the daemon do it, and look on.

    Raises:
        LockedError: no daemon holds the database, or it has been stopped.
        IngestorError: what the daemon says against it.
    """
    database, encoder = settings.database, settings.dedup.encoder
    answer = control.ask(database, "refingerprint", encoder=encoder, begin=True, judge=judge)
    while True:
        for stage in _listed(answer):
            show(Progress(**stage))
        if answer["error"]:
            error = IngestorError(str(answer["error"]))
            error.exit_status = int(str(answer["exit_status"]))
            raise error
        if not answer["running"]:
            return
        time.sleep(LOOK_EVERY)
        answer = control.ask(database, "refingerprint", encoder=encoder)


def _listed(answer: Mapping[str, object]) -> list[dict[str, Any]]:
    stages = answer["stages"]
    return stages if isinstance(stages, list) else []


# --- what is seen of it ------------------------------------------------------------------


@contextmanager
def _shown(*, as_json: bool) -> Iterator[Show]:
    """Show bars on a terminal, else a line for each tenth that is done; at last what it came to."""
    told: dict[str, Progress] = {}
    if as_json or not on_terminal():
        yield lambda progress: _tell(told, progress, as_json=as_json)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, transient=True) as bars:
        tasks = {}

        def advance(progress: Progress) -> None:
            told[progress.stage] = progress
            if progress.stage not in tasks:
                tasks[progress.stage] = bars.add_task(_DOING[progress.stage], total=progress.total)
            bars.update(tasks[progress.stage], completed=progress.done)

        yield advance
    for progress in told.values():
        say(_outcome(progress))


def _tell(told: dict[str, Progress], progress: Progress, *, as_json: bool) -> None:
    """Print a line if another tenth is done."""
    before = told.get(progress.stage)
    if before is not None and _tenths(before) == _tenths(progress):
        return
    told[progress.stage] = progress
    if as_json:
        print_json([progress])
    else:
        figures = (progress.done, progress.total, progress.changed, progress.failed)
        print_rows("", (), [(progress.stage, *figures, progress.reason)])


def _tenths(progress: Progress) -> int:
    return 10 * progress.done // max(1, progress.total)


_DOING = {"fingerprints": "Fingerprinting", "stories": "Judging"}


def _outcome(progress: Progress) -> str:
    """Say what a stage came to."""
    articles = counted(progress.total, "article")
    if progress.stage == "stories":
        return f"{articles} judged anew, {progress.changed:,} changed their story"
    told = f"{progress.changed:,} of {articles} fingerprinted again"
    if progress.failed:
        told += f"; the encoder failed on {progress.failed:,}: {progress.reason}"
    return told
