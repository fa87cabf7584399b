"""Commands that hand the stories on: publish to other programs, inspect in a browser."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import click

from ingestor.cli.app import Moment, app, config_option, open_readonly, settings_of
from ingestor.errors import UsageError
from ingestor.inspect.metadata import metadata
from ingestor.publish.json_feed import Item, Version, render
from ingestor.publish.writer import write
from ingestor.store.export import StoryText, definitions, story_texts


@app.command()
@config_option
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file; it is replaced as a whole, and only if it changed.",
)
@click.option("--since", type=Moment(), default="7d", show_default=True, help="7d, 12h or a date.")
@click.option("--language", help="Only stories whose canonical article is in this language.")
@click.option("--title", default="News", show_default=True, help="What the feed calls itself.")
def publish(
    config_path: Path | None, output: Path, since: datetime, language: str | None, title: str
) -> None:
    """Write the stories as a JSON Feed, one item for each report.

    The canonical article is the item; `_ingestor.also_in` lists who else carried the report. At
    most the latest 500 stories are written.

    Examples:
      ingestor publish --output /var/www/news/stories.json
      ingestor publish -o german.json --since 2d --language de --title Nachrichten
    """
    with closing(open_readonly(settings_of(config_path).database)) as store:
        found = story_texts(store, since=since, language=language)
    try:
        changed = write(output, render(title, map(_item, found)))
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from error
    click.echo(f"{output}: {len(found)} stories, {'written' if changed else 'unchanged'}")


def _item(story: StoryText) -> Item:
    return Item(
        story_id=story.id,
        url=story.url,
        title=story.title,
        text=story.text,
        language=story.language,
        outlet=story.outlet,
        published=story.dated_at,
        modified=story.changed_at,
        also_in=tuple(
            Version(url=a.url, outlet=a.outlet, language=a.language) for a in story.also_in
        ),
    )


@app.command()
@config_option
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True)
@click.option("--metadata", "print_only", is_flag=True, help="Print the metadata and end.")
def inspect(config_path: Path | None, port: int, print_only: bool) -> None:
    """Look into the database with a browser, by Datasette.

    It is served to this machine alone (127.0.0.1), read-only, until Ctrl-C; the daemon may run
    meanwhile. Every table, view and column comes with its description.

    Examples:
      ingestor inspect
      ingestor inspect --metadata > metadata.json     for a Datasette of your own
    """
    database = settings_of(config_path).database
    with closing(open_readonly(database)) as store:
        about = json.dumps(
            metadata(database.stem, definitions(store)), ensure_ascii=False, indent=1
        )
    if print_only:
        click.echo(about)
        return
    if find_spec("datasette") is None:
        raise UsageError(
            f"Datasette is not installed: {sys.executable} -m pip install 'datasette>=0.65'"
        )
    # Not --immutable: the daemon goes on writing. Metadata on stdin needs no file to clean up.
    serve = [sys.executable, "-m", "datasette", "serve", str(database), "--metadata", "-"]
    done = subprocess.run(  # noqa: S603 - no shell, and the arguments are ours
        [*serve, "--host", "127.0.0.1", "--port", str(port)], input=about, text=True, check=False
    )
    sys.exit(done.returncode)
