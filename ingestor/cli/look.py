"""Commands that look: feeds, polls, stories, show. They only read, whatever else runs."""

from __future__ import annotations

import select
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypedDict, Unpack

import click

from ingestor.api import News
from ingestor.cli.app import Moment, app, config_option, json_option
from ingestor.cli.database import language_of, open_readonly
from ingestor.cli.given import settings_of
from ingestor.cli.output import Cell, print_json, print_rows, show_time
from ingestor.cli.pages import show_article, show_story
from ingestor.errors import UsageError
from ingestor.store import queries
from ingestor.store.overview import FeedRow, PollRow, StoryRow
from ingestor.store.values import StoryDetail
from ingestor.urls import feed_key
from ingestor.wording import counted

FOLLOW_MILLISECONDS = 500
POLL_COLUMNS = ("polled", "outcome", "#bytes", "#new", "#edited", "validators", "next", "why")


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
        counted(len(rows), "feed"),
        ("feed", "health", "#articles", "polled", "news", "next", "why"),
        (
            (r.name, r.health, r.articles, r.last_poll_at, r.last_new_at, r.next_poll_at, r.reason)
            for r in rows
        ),
        spare=("news", "articles"),
    )


@app.command()
@config_option
@json_option
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@click.argument("name", metavar="[FEED]", required=False)
def polls(config_path: Path | None, as_json: bool, limit: int, name: str | None) -> None:
    """Show the latest polls, and why the next one is due then.

    FEED is a name or a URL; without one the polls of all feeds are shown.

    Examples:
      ingestor polls "BBC World"
      ingestor polls --limit 100 --json | jq 'select(.outcome == "failed")'
    """
    with closing(open_readonly(settings_of(config_path).database)) as store:
        feed = None if name is None else _named(queries.feed_rows(store), name)
        rows = queries.polls(store, None if feed is None else feed.id, limit)
    if as_json:
        print_json(rows)
        return
    print_rows(
        f"{feed.name}: {feed.health}{feed.reason and f', {feed.reason}'}" if feed else "All feeds",
        POLL_COLUMNS if feed else ("feed", *POLL_COLUMNS),
        ((*(() if feed else (row.feed,)), *_poll_cells(row)) for row in rows),
        spare=("validators", "bytes", "edited", "new"),
    )


@app.command()
@config_option
@json_option
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@click.option("--missing", is_flag=True, help="Only articles without the text of their page.")
@click.argument("name", metavar="[FEED]", required=False)
def pages(
    config_path: Path | None, as_json: bool, limit: int, missing: bool, name: str | None
) -> None:
    """Show which linked pages were read, and why others were not.

    FEED is a name or a URL. Pages are read where a feed gives only a teaser (`clean.fulltext`);
    `page` and `feed` say whose text an article has, `waiting` that its page is still to be read.

    Examples:
      ingestor pages --missing
      ingestor pages "BBC World" --json | jq -r 'select(.kind == "robots") | .url'
    """
    with closing(open_readonly(settings_of(config_path).database)) as store:
        outlet = None if name is None else _named(queries.feed_rows(store), name).name
        rows = queries.pages(store, outlet, missing=missing, limit=limit)
    if as_json:
        print_json(rows)
        return
    print_rows(
        f"{outlet or 'All feeds'}: texts of articles",
        ("#article", "outlet", "text", "#characters", "asked", "next", "title", "why"),
        (
            (
                r.article_id,
                r.outlet,
                r.state,
                r.characters,
                r.asked_at,
                r.next_at,
                r.title,
                r.reason or "",
            )
            for r in rows
        ),
        spare=("characters", "asked", "next"),
    )


def _named(feeds: Sequence[FeedRow], name: str) -> FeedRow:
    """The feed of that name or URL.

    Raises:
        UsageError: there is none, or there are several.
    """
    match [feed for feed in feeds if name == feed.name or feed_key(name) == feed_key(feed.url)]:
        case [feed]:
            return feed
        case []:
            known = ", ".join(feed.name for feed in feeds)
            raise UsageError(f"no feed {name!r} in the database; there are: {known}")
        case several:
            known = ", ".join(feed.url for feed in several)
            raise UsageError(f"several feeds are called {name!r}; give the URL of one: {known}")


def _poll_cells(row: PollRow) -> tuple[Cell, ...]:
    status = f" {row.status}" if row.status else ""
    validators = ", ".join(filter(None, (row.etag, row.last_modified))) or "-"
    why = f"{row.reason}; {row.plan}" if row.reason else row.plan
    return (
        row.started_at,
        f"{row.outcome}{status}",
        row.bytes,
        row.new,
        row.updated,
        validators,
        row.next_poll_at,
        why,
    )


class Asked(TypedDict):
    """Which stories to list: as `News.stories` takes it."""

    since: datetime
    language: str | None
    several: bool
    limit: int


@app.command()
@config_option
@json_option
@click.option("--since", type=Moment(), default="1d", show_default=True, help="7d, 12h or a date.")
@click.option("--language", help="Only stories with an article in this language.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.option("--several", is_flag=True, help="Only stories that several articles tell.")
@click.option("--follow", is_flag=True, help="Then go on: each story that comes or changes.")
def stories(config_path: Path | None, as_json: bool, follow: bool, **asked: Unpack[Asked]) -> None:
    """List stories, the latest first.

    One line for a report, however often and in however many languages it was published. With
    --follow the latest comes last, as JSON Lines, until Ctrl-C or until nobody reads.

    Examples:
      ingestor stories
      ingestor stories --since 7d --language de --several
      ingestor stories --since 2026-11-01 --json
      ingestor stories --follow --since 1h | jq -r .title
    """
    database = settings_of(config_path).database
    with closing(open_readonly(database)) as store:  # says what to do if there is none yet
        asked["language"] = language_of(store, asked["language"])
    with News(database) as news:
        rows = news.stories(**asked)
        if follow:
            print_json(reversed(rows))
            wanted = partial(_wanted, language=asked["language"], several=asked["several"])
            for found in _followed(news):
                print_json(filter(wanted, found))
            return
    if as_json:
        print_json(rows)
        return
    print_rows(
        f"Stories since {show_time(asked['since'])} UTC",
        ("#story", "latest", "#articles", "languages", "outlet", "title"),
        ((r.id, r.updated_at, r.articles, r.languages, r.outlet, r.title) for r in rows),
        spare=("outlet", "languages"),
    )


def _wanted(row: StoryRow, *, language: str | None, several: bool) -> bool:
    told = row.languages.split(" ")
    return (language is None or language in told) and row.articles > several


def _followed(news: News) -> Iterator[tuple[StoryRow, ...]]:
    """What came or changed, again and again, as long as somebody reads our output."""
    reader = select.poll()
    reader.register(sys.stdout.fileno(), 0)  # asks for nothing: a reader who left is always told
    while not reader.poll(FOLLOW_MILLISECONDS):
        yield news.changed()


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
