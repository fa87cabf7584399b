"""Commands for lists of feeds: opml import, opml export."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import click

from ingestor import opml
from ingestor.cli.app import Commands, app, config_option
from ingestor.cli.database import open_readonly
from ingestor.cli.given import settings_of
from ingestor.cli.output import harmless
from ingestor.config import edit, find, read_text
from ingestor.errors import DataError, UsageError
from ingestor.files import write
from ingestor.models import Feed
from ingestor.store.export import site_urls
from ingestor.urls import feed_key
from ingestor.wording import counted


@app.group("opml", cls=Commands)
def opml_group() -> None:
    """Exchange lists of feeds with other feed readers, as OPML.

    Examples:
      ingestor opml import subscriptions.opml
      ingestor opml export -o feeds.opml
    """


@opml_group.command("import")
@config_option
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Show what would be added, and change nothing.")
def import_command(config_path: Path | None, file: Path, dry_run: bool) -> None:
    """Add the feeds of an OPML file to the configuration.

    Folders become tags. Comments and order of the configuration stay as they are; of the file as
    it was a copy is kept, with .bak after its name. Feeds that are there already are left alone;
    what cannot be used is named with its line. A configuration that does not exist is made.

    Examples:
      ingestor opml import subscriptions.opml --dry-run
      ingestor opml import subscriptions.opml -c my.toml
    """
    path = find(config_path)
    listing = _listing(file)
    known = edit.feed_keys(path)
    fresh = [one for one in listing.subscriptions if feed_key(one.url) not in known]
    remarks = [*listing.remarks]
    remarks += [
        opml.Remark(line=one.line, text=f"already in {path}: {one.url}")
        for one in listing.subscriptions
        if feed_key(one.url) in known
    ]
    for remark in sorted(remarks, key=lambda remark: remark.line):
        click.echo(f"{file}:{remark.line}: {harmless(remark.text)}", err=True)
    added = [Feed(url=o.url, name=o.name, language=o.language, tags=o.tags) for o in fresh]
    click.echo(_add(path, added, dry_run=dry_run))


def _listing(file: Path) -> opml.Listing:
    try:
        with click.open_file(str(file), "rb") as stream:
            return opml.read(stream.read(opml.MAX_BYTES + 1))
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    except DataError as error:
        raise DataError(f"{file}: {error}") from error


def _add(path: Path, feeds: list[Feed], *, dry_run: bool) -> str:
    """Write the feeds into the file; say what was done."""
    if not feeds:
        return f"nothing to add to {path}"
    text = edit.with_feeds(read_text(path) if path.exists() else "", feeds)
    if dry_run:
        click.echo(edit.with_feeds("", feeds))
        return f"{counted(len(feeds), 'feed')} would be added to {path}"
    try:
        settings, backup = edit.save(path, text)
    except OSError as error:
        raise UsageError(f"cannot write {error.filename or path}: {error.strerror}") from error
    kept = f"; the file as it was: {backup}" if backup else ""
    added = counted(len(feeds), "feed")
    return f"{added} added to {path}, which names {len(settings.feeds)} now{kept}"


@opml_group.command("export")
@config_option
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file. [default: standard output]",
)
def export_command(config_path: Path | None, output: Path | None) -> None:
    """Write the feeds of the configuration as OPML.

    Tags become folders. Feeds that are files of this machine are left out.

    Examples:
      ingestor opml export -o feeds.opml
    """
    settings = settings_of(config_path)
    sites = {}
    if settings.database.exists():
        with closing(open_readonly(settings.database)) as store:
            sites = dict(site_urls(store))
    public = [feed for feed in settings.feeds if not feed.url.lower().startswith("file:")]
    content = opml.write(
        "Feeds",
        (
            opml.Subscription(
                url=feed.url,
                name=feed.name,
                tags=feed.tags,
                language=feed.language,
                site_url=sites.get(feed.url, ""),
            )
            for feed in public
        ),
    )
    if secret := [feed.name for feed in public if "@" in urlsplit(feed.url).netloc]:
        names = harmless(", ".join(secret))
        click.echo(f"it holds the user or password of: {names}", err=True)
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        write(output, content)
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from error
    click.echo(f"{output}: {counted(len(public), 'feed')}")
