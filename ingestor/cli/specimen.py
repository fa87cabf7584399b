"""The command that shows cleaning at work: clean."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from zlib import crc32

import click
from rich.rule import Rule
from rich.text import Text

from ingestor.clean import Learned, rulebook
from ingestor.cli.app import app, config_option
from ingestor.cli.database import open_readonly
from ingestor.cli.given import settings_of
from ingestor.cli.output import console, harmless, on_terminal, print_json, print_rows, show_time
from ingestor.clock import wall_clock
from ingestor.config import FetchSettings, Settings
from ingestor.config.file import DEFAULT_PATHS
from ingestor.errors import DataError, StoreError, UsageError
from ingestor.examine import Cleaner, Examined, Specimen, examine
from ingestor.fetch.client import Client
from ingestor.models import Fetched

MAX_BYTES = 64 << 20
COLOURS = (
    "red", "magenta", "yellow", "cyan", "bright_red", "bright_magenta", "bright_blue", "green",
)  # fmt: skip


@app.command("clean")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON: an array for a feed.")
@click.option("--url", default="", help="Where FILE comes from, for its relative links.")
@click.argument("source", metavar="URL|FILE")
def clean_command(config_path: Path | None, as_json: bool, url: str, source: str) -> None:
    """Show a page or a feed cleaned, and what was taken out.

    What a rule took out stands where it stood: struck through and coloured by rule on a terminal,
    [-like this-]{rule} in a pipe. FILE is a page, a feed (RSS, Atom, RDF, JSON Feed) or a piece of
    HTML or text, in any charset; - is standard input. A URL is fetched as a feed would be: the
    private addresses that may be contacted are those of `[fetch] allow_networks`.

    The rules of the configuration hold, if there is one, and what its database knows that sites
    repeat. An empty or binary document ends the
    command with status 65, an address that gives none with 69.

    Examples:
      ingestor clean https://example.org/2026/11/report.html
      ingestor clean report.html --url https://example.org/report --json | jq -r .text
      curl -s https://example.org/rss | ingestor clean - --json | jq '.[].title'
    """
    settings, now = _settings(config_path), wall_clock()
    cleaner = Cleaner(rules=rulebook.read(settings.clean.rules), learned=_learned(settings))
    fetched = _fetched(source, url, settings.fetch)
    try:
        found = examine(fetched, now, cleaner)
    except DataError as error:
        raise DataError(f"{source}: {error}") from error
    for item in found.items:
        if item.note:
            click.echo(f"ingestor: {source}: {harmless(item.note)}", err=True)
    if as_json:
        _print_json(found)
    else:
        _print(found)


def _settings(config_path: Path | None) -> Settings:
    """The configuration, or the defaults where there is none and none was asked for."""
    if config_path is None and not any(path.is_file() for path in DEFAULT_PATHS):
        return Settings()
    return settings_of(config_path)


def _learned(settings: Settings) -> Learned:
    """What sites are known to repeat; nothing, if no database can tell."""
    if not (settings.path.is_file() and settings.database.is_file()):
        return {}
    try:
        with closing(open_readonly(settings.database)) as store:
            return store.taken_out()
    except StoreError:  # of another version, or none of ours
        return {}


# --- where it comes from -----------------------------------------------------------------


def _fetched(source: str, url: str, settings: FetchSettings) -> Fetched:
    if urlsplit(source).scheme.lower() in {"http", "https"}:
        if url:
            raise UsageError("--url is for files: an address says itself where it is")
        return asyncio.run(_get(source, settings))
    try:
        with click.open_file(source, "rb") as stream:
            body = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {source}: {error.strerror or error}") from error
    if len(body) > MAX_BYTES:
        raise DataError(f"{source}: it is larger than {MAX_BYTES >> 20} MiB")
    return Fetched(url=url, body=body)


async def _get(url: str, settings: FetchSettings) -> Fetched:
    async with Client(settings, clock=wall_clock) as client:
        return await client.document(url)


# --- what is shown -----------------------------------------------------------------------


def _print_json(found: Examined) -> None:
    items = [
        {
            "title": item.title,
            "text": item.text,
            "language": item.language,
            "published_at": item.published_at,
            "sources": item.sources,
            "removals": item.removals,
            "url": item.url,
            "author": item.author,
        }
        for item in found.items
    ]
    print_json([items] if found.kind == "feed" else items)


def _print(found: Examined) -> None:
    for number, item in enumerate(found.items, 1):
        if on_terminal():
            if len(found.items) > 1:
                console().print(Rule(f"{number} of {len(found.items)}", style="dim"))
            _show(item)
        else:
            print_rows("", (), _lines(item))
    if on_terminal() and (taken := Counter(r.rule for item in found.items for r in item.removals)):
        rules = ((rule, number) for rule, number in taken.most_common())
        print_rows("Taken out", ("rule", "#times"), rules)


def _lines(item: Specimen) -> Iterator[tuple[str, str]]:
    """A field and its value a line, as of `ingestor show --article`."""
    yield "title", item.title
    yield from ((name, value) for name, value in _about(item) if value)
    for paragraph in item.paragraphs:
        marked = (f"[-{p.text}-]{{{p.rule}}}" if p.rule else p.text for p in paragraph)
        yield "text", " ".join(marked)
    for removal in item.removals:
        if removal.field == "title" or not item.in_place:
            yield "removed", f"{removal.rule}: {removal.text}"


def _about(item: Specimen) -> Iterator[tuple[str, str]]:
    yield "url", item.url
    yield "language", item.language
    yield "published", f"{show_time(item.published_at)} UTC" if item.published_at else ""
    yield "author", item.author
    for source in item.sources:
        yield "source", " ".join(filter(None, (source.kind, source.name, source.url)))


def _show(item: Specimen) -> None:
    page = Text(harmless(item.title) or "(no title)", style="bold")
    for name, value in _about(item):
        if value:
            page.append(f"\n{name} ", "dim").append(harmless(value), "none not bold")
    for removal in item.removals:
        if removal.field == "title" or not item.in_place:
            page.append("\n").append_text(_struck(removal.text, removal.rule))
    console().print(page, end="\n\n")
    for paragraph in item.paragraphs:
        pieces = (_struck(p.text, p.rule) if p.rule else Text(harmless(p.text)) for p in paragraph)
        console().print(Text(" ").join(pieces), end="\n\n")


def _struck(text: str, rule: str) -> Text:
    """A piece that was taken out, in the colour of its rule."""
    colour = COLOURS[crc32(rule.encode()) % len(COLOURS)]
    return Text.assemble((harmless(text), f"strike {colour}"), (f" {rule}", f"italic dim {colour}"))
