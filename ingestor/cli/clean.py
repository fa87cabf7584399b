"""Commands on cleaning: reclean, boilerplate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ingestor import batches, orders
from ingestor.clean import rulebook
from ingestor.cli.app import Commands, app, config_option, json_option
from ingestor.cli.database import open_readonly
from ingestor.cli.given import settings_of
from ingestor.cli.output import harmless, on_terminal, print_json, print_rows
from ingestor.cli.work import WORKERS
from ingestor.clock import wall_clock
from ingestor.config import Settings
from ingestor.rehearsal import Outcome, rehearse
from ingestor.store.boilerplate import boilerplate_rows
from ingestor.wording import counted

_COLUMNS = (TextColumn("Cleaning"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
_TELL_EVERY = 1000  # articles between two lines in a pipe


@app.command()
@config_option
@json_option
@click.option("--all", "everything", is_flag=True, help="Also what is up to date.")
@click.option("--dry-run", is_flag=True, help="Show what would change, by rule; write nothing.")
def reclean(config_path: Path | None, as_json: bool, everything: bool, dry_run: bool) -> None:
    """Clean stored articles again with the rules of today.

    Taken are those that other rules cleaned, and those of sites that were learned to repeat
    something since. Text, title, removals, sources, language and fingerprints become what they
    would be if the article came today, and its story is judged anew; that is no edit, so it makes
    no revision. What is interrupted goes on where it ended. The daemon does the same by itself,
    some articles every minute; while it runs, it is asked to hurry.

    With --dry-run nothing is written: the rules that would take more, or less, are listed with how
    many parts of reports they would take out (+) and put back (-), and with some of them.

    Examples:
      ingestor reclean
      ingestor reclean --dry-run
      ingestor reclean --all
      ingestor reclean --json | tail -1
    """
    settings = settings_of(config_path)
    if dry_run:
        _rehearse(settings, as_json, everything)
        return
    open_readonly(settings.database).close()
    first = {"all": True} if everything else {}
    done = changed = 0
    for step in _shown(batches.work_through(settings, "reclean", WORKERS, **first), as_json):
        done, changed = done + step["done"], changed + step["changed"]
        for one in step["switched"]:
            verb = "taken out" if one["taken_out"] else "kept"
            if not as_json:
                click.echo(
                    f"{harmless(one['site'])}: {verb} from now on: {harmless(one['sample'])}"
                )
    if as_json:
        print_json([{"done": done, "changed": changed, "left": 0, "finished": True}])
    else:
        click.echo(
            f"{counted(done, 'article')} cleaned again, {changed} of them came out otherwise"
        )


def _rehearse(settings: Settings, as_json: bool, everything: bool) -> None:
    rules, outcome = rulebook.read(settings.clean.rules), Outcome(total=0)
    with (
        closing(open_readonly(settings.database)) as store,
        Progress(*_COLUMNS, transient=True, disable=as_json or not on_terminal()) as progress,
    ):
        bar = progress.add_task("", total=None)
        for outcome in rehearse(store, rules, everything=everything):
            progress.update(bar, completed=outcome.done, total=outcome.total)
    found = sorted(outcome.rules.items(), key=lambda one: -one[1].taken - one[1].put_back)
    if as_json:
        print_json([{"rule": rule, **asdict(difference)} for rule, difference in found])
        print_json([{"done": outcome.done, "changed": outcome.changed, "written": False}])
        return
    print_rows(
        "",
        ("rule", "#out", "#back", "article", "such as"),
        [
            (rule, f"+{one.taken}", f"-{one.put_back}", number, f"{'+' if goes else '-'} {text}")
            for rule, one in found
            for number, goes, text in one.examples
        ],
    )
    click.echo(
        f"{counted(outcome.done, 'article')} would be cleaned again,"
        f" {outcome.changed} of them would come out otherwise; nothing was written"
    )


def _shown(steps: Iterator[Mapping[str, Any]], as_json: bool) -> Iterator[Mapping[str, Any]]:
    """Pass steps on, and show how far they are: a bar, or now and then a line."""
    done = told = 0
    with Progress(*_COLUMNS, transient=True, disable=as_json or not on_terminal()) as progress:
        bar = progress.add_task("", total=None)
        for step in steps:
            done += step["done"]
            progress.update(bar, completed=done, total=done + step["left"])
            if done - told >= _TELL_EVERY and not on_terminal():
                told = done
                _tell(done, step["left"], as_json)
            yield step


def _tell(done: int, left: int, as_json: bool) -> None:
    if as_json:
        print_json([{"done": done, "left": left, "finished": False}])
    else:
        click.echo(f"{done} of {counted(done + left, 'article')} cleaned again", err=True)


# --- boilerplate ---------------------------------------------------------------------------


@app.group("boilerplate", cls=Commands, invoke_without_command=True)
@config_option
@json_option
@click.option("--site", default="", help="Only of this site, such as example.org.")
@click.option(
    "--state",
    type=click.Choice(["seen", "learned", "on", "off"]),
    default=None,
    help="Only in this state.",
)
@click.pass_context
def boilerplate_group(
    context: click.Context, config_path: Path | None, as_json: bool, site: str, state: str | None
) -> None:
    """List what sites repeat under their articles, and switch it.

    A line that stands at the end or the start of articles about different things is the site's, not
    the report's. Once it was seen in enough of them its state is learned, and cleaning takes it
    out, also of articles that are stored already. Every removal is in the table removals under the
    rule learned. Seen means: not often enough. On and off is what you say; auto takes it back.

    Examples:
      ingestor boilerplate
      ingestor boilerplate --site example.org --json
      ingestor boilerplate off 12            it is part of the reports: put it back
      ingestor boilerplate on 15             take it out, however seldom it was seen
      ingestor boilerplate auto 12           leave it to what is learned
    """
    context.obj = config_path
    if context.invoked_subcommand is not None:
        return
    with closing(open_readonly(settings_of(config_path).database)) as store:
        rows = boilerplate_rows(store, site=site, state=state or "")
    if as_json:
        print_json(rows)
        return
    print_rows(
        "",
        ("#id", "site", "state", "#articles", "first seen", "last seen", "text"),
        (
            (
                row.id,
                row.site,
                row.state,
                row.articles,
                f"{row.first_seen_at:%Y-%m-%d}",
                f"{row.last_seen_at:%Y-%m-%d}",
                row.sample,
            )
            for row in rows
        ),
    )


@boilerplate_group.command("off")
@config_option
@click.argument("number", type=int, metavar="ID")
@click.pass_context
def off_command(context: click.Context, config_path: Path | None, number: int) -> None:
    """Keep a block in the reports, however often it is seen.

    What was taken out is put back by the daemon within minutes, or at once by `ingestor reclean`.

    Examples:
      ingestor boilerplate off 12
    """
    _switch(config_path or context.obj, number, "off")


@boilerplate_group.command("on")
@config_option
@click.argument("number", type=int, metavar="ID")
@click.pass_context
def on_command(context: click.Context, config_path: Path | None, number: int) -> None:
    """Take a block out of the reports, however seldom it was seen.

    Examples:
      ingestor boilerplate on 15
    """
    _switch(config_path or context.obj, number, "on")


@boilerplate_group.command("auto")
@config_option
@click.argument("number", type=int, metavar="ID")
@click.pass_context
def auto_command(context: click.Context, config_path: Path | None, number: int) -> None:
    """Leave it to what is learned whether a block is taken out.

    Examples:
      ingestor boilerplate auto 12
    """
    _switch(config_path or context.obj, number, "auto")


def _switch(config_path: Path | None, number: int, word: str) -> None:
    settings = settings_of(config_path)
    open_readonly(settings.database).close()
    answer = orders.place(settings, "boilerplate", wall_clock(), number=number, switch=word)
    verb = "taken out" if answer["taken_out"] else "kept"
    click.echo(f"{harmless(str(answer['site']))}: {verb}: {harmless(str(answer['sample']))}")
    if answer["articles"]:
        articles = counted(int(str(answer["articles"])), "article")
        click.echo(f"{articles} to be cleaned again: `ingestor reclean`")
