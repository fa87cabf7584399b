"""The command that hands the stories on to other programs: publish."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from ingestor.cli.app import Moment, app, config_option
from ingestor.cli.database import language_of, open_readonly
from ingestor.cli.given import settings_of
from ingestor.config import PublishSettings
from ingestor.errors import UsageError
from ingestor.files import write
from ingestor.publish import site
from ingestor.publish.document import Document, of_language, of_stories
from ingestor.store import export
from ingestor.wording import counted, stories


@app.command()
@config_option
@click.option(
    "-d",
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the feeds go. [default: dir of \\[publish]]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Write one feed only, to this file or -: Atom if it is .atom or .xml, else JSON Feed.",
)
@click.option("--since", type=Moment(), help="With -o: 7d, 12h or a date.")
@click.option("--language", help="With -o: only what can be read in this language.")
@click.option("--title", help="What the feed calls itself. [default: title of \\[publish]]")
def publish(
    config_path: Path | None,
    directory: Path | None,
    output: Path | None,
    since: datetime | None,
    language: str | None,
    title: str | None,
) -> None:
    """Write the stories as Atom and JSON feeds, an entry a report.

    All stories, those of each language, and the versions of each story are a feed each. Files are
    replaced as a whole, and only if they change. With `dir` in [publish] the daemon and `poll`
    do the same after each change.

    Examples:
      ingestor publish
      ingestor publish --directory /var/www/feeds
      ingestor publish -o german.json --since 2d --language de --title Nachrichten
    """
    settings = settings_of(config_path)
    wanted = replace(settings.publish, title=title or settings.publish.title)
    open_readonly(settings.database).close()  # says what to do if there is none yet
    try:
        if output is not None:
            found = _one(settings.database, wanted, since, language)
            render = site.FORMATS[".atom" if output.suffix in {".atom", ".xml"} else ".json"]
            if str(output) == "-":
                click.echo(render(found), nl=False)
                return
            changed = write(output, render(found))
            state = "written" if changed else "unchanged"
            click.echo(f"{output}: {stories(len(found.entries))}, {state}")
            return
        if since is not None or language is not None:
            raise UsageError("--since and --language are for one feed: name its file with --output")
        click.echo(publish_all(settings.database, wanted, directory or wanted.dir))
    except OSError as error:
        raise UsageError(
            f"cannot write {error.filename or output or directory}: {error.strerror}"
        ) from error


def publish_all(database: Path, settings: PublishSettings, directory: Path | None) -> str:
    """Write every feed; say what became of the files.

    Raises:
        UsageError: there is no directory to write to.
        OSError: it cannot be written.
    """
    if directory is None:
        raise UsageError("where to? Give --directory DIR, or set dir in [publish]")
    found = site.publish(database, settings, directory)
    files = counted(found.files, "file")
    return f"{directory}: {files}, {found.written} written, {found.removed} removed"


def _one(
    database: Path, settings: PublishSettings, since: datetime | None, asked: str | None
) -> Document:
    with closing(open_readonly(database)) as store, store.snapshot():
        origin, limit = site.origin_of(store, settings), settings.limit
        if language := language_of(store, asked):
            told = export.latest_in(store, language, limit=limit, since=since)
            return of_language(origin, language, told)
        return of_stories(origin, export.latest(store, limit=limit, since=since))
