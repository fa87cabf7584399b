"""Commands that look: status, feeds, stories, show. They read only, whatever else is running."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from ingestor.cli.app import Moment, app, config_option, json_option, open_readonly, settings_of
from ingestor.cli.output import print_json, print_rows, show_time
from ingestor.cli.pages import show_article, show_story
from ingestor.errors import UsageError
from ingestor.store import queries
from ingestor.store.values import StoryDetail


@app.command()
@config_option
@json_option
def status(config_path: Path | None, as_json: bool) -> None:
    """Show in a few lines how the whole is doing.

    Examples:
      ingestor status
      ingestor status --json | jq .counts.articles
    """
    settings = settings_of(config_path)
    with closing(open_readonly(settings.database)) as store:
        found = queries.status(store)
    if as_json:
        print_json([found])
        return
    counts = found.counts
    health = ", ".join(f"{number} {word}" for word, number in found.health.items())
    languages = ", ".join(f"{name or '?'} {number}" for name, number in found.languages.items())
    print_rows(
        str(settings.database),
        ("", " "),
        (
            ("feeds", f"{counts.feeds} ({health})" if health else counts.feeds),
            ("articles", counts.articles),
            ("stories", counts.stories),
            ("matches", counts.matches),
            ("revisions", counts.revisions),
            ("languages", languages),
            ("last poll", found.last_poll_at),
            ("next poll", found.next_poll_at),
            ("size", f"{found.bytes / 1e6:.1f} MB"),
            ("SQLite", f"{found.sqlite}, schema {found.schema}"),
        ),
    )


@app.command()
@config_option
@json_option
def feeds(config_path: Path | None, as_json: bool) -> None:
    """List the feeds: the health of each in one word, and the reason.

    Examples:
      ingestor feeds
      ingestor feeds --json | jq 'select(.health != "ok")'
    """
    with closing(open_readonly(settings_of(config_path).database)) as store:
        rows = queries.feed_rows(store)
    if as_json:
        print_json(rows)
        return
    print_rows(
        f"{len(rows)} feeds",
        ("feed", "health", "#articles", "polled", "news", "next", "why"),
        (
            (r.name, r.health, r.articles, r.last_poll_at, r.last_new_at, r.next_poll_at, r.reason)
            for r in rows
        ),
    )


@app.command()
@config_option
@json_option
@click.option("--since", type=Moment(), default="1d", show_default=True, help="7d, 12h or a date.")
@click.option("--language", help="Only stories with an article in this language.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.option("--several", is_flag=True, help="Only stories that several articles tell.")
def stories(
    config_path: Path | None,
    as_json: bool,
    since: datetime,
    language: str | None,
    limit: int,
    several: bool,
) -> None:
    """List stories, the latest first.

    One line for a report, however often and in however many languages it was published.

    Examples:
      ingestor stories
      ingestor stories --since 7d --language de --several
      ingestor stories --since 2026-11-01 --json
    """
    with closing(open_readonly(settings_of(config_path).database)) as store:
        rows = queries.stories(store, since=since, limit=limit, language=language, several=several)
    if as_json:
        print_json(rows)
        return
    print_rows(
        f"Stories since {show_time(since)} UTC",
        ("#story", "latest", "#articles", "languages", "outlet", "title"),
        ((r.id, r.updated_at, r.articles, r.languages, r.outlet, r.title) for r in rows),
    )


@app.command()
@config_option
@json_option
@click.argument("number", type=int)
@click.option("--article", is_flag=True, help="NUMBER is an article's, not a story's.")
def show(config_path: Path | None, as_json: bool, number: int, article: bool) -> None:
    """Show a story with its articles, or one article in full.

    In a pipe a story is a line for each article; `--json` also holds the matches.

    Examples:
      ingestor show 12
      ingestor show --article 31
    """
    with closing(open_readonly(settings_of(config_path).database)) as store:
        found = queries.article(store, number) if article else queries.story(store, number)
    if found is None:
        raise UsageError(f"there is no {'article' if article else 'story'} {number}")
    if as_json:
        print_json([found])
    elif isinstance(found, StoryDetail):
        show_story(found)
    else:
        show_article(found)
