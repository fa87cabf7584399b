"""How the whole is doing: for people, for programs, and in one line for scripts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import click

from ingestor import encoders, health
from ingestor.clean import rulebook
from ingestor.cli.app import app, config_option, json_option
from ingestor.cli.database import open_readonly
from ingestor.cli.given import settings_of
from ingestor.cli.output import print_json, print_rows
from ingestor.clock import wall_clock
from ingestor.config import Settings
from ingestor.errors import ConfigError
from ingestor.store import state


@app.command()
@config_option
@json_option
@click.option("--check", is_flag=True, help="One line for scripts; exit status 1 if unwell.")
@click.option(
    "--late",
    type=click.IntRange(1, 10_080),
    default=15,
    show_default=True,
    help="With --check: minutes that a poll may be late.",
)
def status(config_path: Path | None, as_json: bool, check: bool, late: int) -> None:
    """Show in a few lines how the whole is doing.

    With --check: unwell is a database that polls are late in by more than --late, whether no
    daemon runs or it stands still, and one most of whose feeds fail.

    Examples:
      ingestor status
      ingestor status --json | jq .counts.articles
      ingestor status --check || systemctl restart ingestor
    """
    settings, now = settings_of(config_path), wall_clock()
    with closing(open_readonly(settings.database)) as store:
        found = state.status(store, now, _rules(settings))
    if check:
        verdict = health.judge(found, now, timedelta(minutes=late))
        click.echo(f"{'ok' if verdict.well else 'unwell'}: {verdict.reason}")
        sys.exit(0 if verdict.well else 1)
    if as_json:
        print_json([found])
        return
    counts = found.counts
    print_rows(
        str(settings.database),
        ("", " "),
        (
            ("feeds", f"{counts.feeds} ({_tally(found.health)}), {found.feeds_due} due"),
            ("polls", f"{_tally(found.polls_today) or 'none'} in 24 h"),
            ("a poll took", _seconds(found.poll_seconds)),
            ("pages", f"{found.pages_waiting} waiting to be read"),
            ("articles", _articles(counts.articles, found.to_clean)),
            ("stories", counts.stories),
            ("matches", _matches(counts.matches, found.relations)),
            ("revisions", counts.revisions),
            ("languages", _counted(found.languages)),
            ("encoder", _encoder(settings.dedup.encoder, found.languages)),
            ("last poll", found.last_poll_at),
            ("last success", found.last_success_at),
            ("next poll", found.next_poll_at),
            ("size", f"{found.bytes / 1e6:.1f} MB"),
            ("SQLite", f"{found.sqlite}, schema {found.schema}"),
        ),
    )


def _rules(settings: Settings) -> int | None:
    """The version of the rules of cleaning; None where they cannot be read, which `check` tells."""
    try:
        return rulebook.version(rulebook.read(settings.clean.rules))
    except ConfigError:
        return None


def _articles(count: int, to_clean: int | None) -> str:
    return f"{count}, {to_clean} to be cleaned again" if to_clean else str(count)


def _seconds(taken: tuple[float, float] | None) -> str:
    return "" if taken is None else f"{taken[0]:.2f} s on average, {taken[1]:.2f} s at most"


def _matches(number: int, relations: Mapping[str, int]) -> str:
    return f"{number} ({_tally(relations)})" if relations else str(number)


def _tally(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {word.replace('_', ' ')}" for word, number in numbers.items())


def _counted(languages: Mapping[str, int]) -> str:
    return ", ".join(f"{language or '?'} {count}" for language, count in languages.items())


def _encoder(name: str, languages: Mapping[str, int]) -> str:
    """The encoder, and the articles in languages whose translations it will seldom recognise."""
    try:
        trained = encoders.trained_for(name)
    except ConfigError as error:
        return str(error)
    beyond = {n: count for n, count in languages.items() if trained and n and n not in trained}
    return f"{name}, not trained for {_counted(beyond)}" if beyond else name
