"""The command that shows it all: demo."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
import time
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import click

from ingestor import sample
from ingestor.cli.app import app
from ingestor.cli.output import print_rows, say
from ingestor.cli.work import poll_feeds, print_reports, total
from ingestor.config import Settings, load
from ingestor.errors import UsageError
from ingestor.evaluate import score
from ingestor.lock import Lock
from ingestor.store import queries
from ingestor.store.export import matches_by_relation, removals_by_rule
from ingestor.store.store import Store
from ingestor.wording import stories

PEEK = "SELECT rule, text FROM removals"


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
        first, _ = asyncio.run(poll_feeds(settings, settings.feeds, in_turn=True))
        sample.publish_later(directory)
        second, _ = asyncio.run(poll_feeds(settings, settings.feeds, in_turn=True))
    print_reports(first)
    say(f"second edition: {total(second)}\n")
    with closing(Store.open(settings.database, readonly=True)) as store:
        widest = _print_findings(store)
        found = score(sample.truth(), queries.grouping(store))
    say(
        f"\nCompared with the true grouping of {found.articles} articles:"
        f" {found.right} of {found.together} pairs found, {found.found - found.right} wrong;"
        f" precision {found.precision:.1%}, recall {found.recall:.1%}, F1 {found.f1:.1%}."
        f"\nDone in {time.monotonic() - started:.1f} s. Now look into it:\n"
    )
    where, database, program = _quoted(settings.path), _quoted(settings.database), _program()
    for step in (
        *([f"{program} inspect -c {where}"] if find_spec("datasette") else ()),
        f"{program} show -c {where} {widest}",
        f"{program} stories -c {where} --language de",
        f"sqlite3 -box {database} '{PEEK}'",
    ):
        click.echo(f"  {step}")


def _program() -> str:
    """How this program is called from here: by its name, or by its path if that is not enough."""
    called = Path(sys.argv[0])
    known = called.name != "ingestor" or shutil.which("ingestor")
    return "ingestor" if known else _quoted(called.absolute())


def _quoted(path: Path) -> str:
    """A path to type in a shell, from here if it lies below the present folder."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def _print_findings(store: Store) -> int:
    """Print what became of the newsroom; return the story that most articles tell."""
    rows = sorted(queries.stories(store, limit=1000), key=lambda row: (-row.articles, row.id))
    print_rows(
        stories(len(rows)),
        ("#story", "#articles", "languages", "canonical in", "title"),
        ((r.id, r.articles, r.languages, r.outlet, r.title or "(no title)") for r in rows),
        spare=("canonical in",),
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
