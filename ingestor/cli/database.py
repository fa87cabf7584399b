"""The database that a command looks into."""

from __future__ import annotations

import re
from pathlib import Path

import click

from ingestor.cli.output import harmless
from ingestor.errors import StoreError
from ingestor.store import export
from ingestor.store.store import Store


def open_readonly(database: Path) -> Store:
    """The database, for looking only; the daemon is not disturbed.

    Raises:
        StoreError: there is none yet, or it cannot be opened.
    """
    if not database.exists():
        raise StoreError(f"no database at {database}: run `ingestor poll` first")
    return Store.open(database, readonly=True)


def language_of(store: Store, word: str | None) -> str | None:
    """The language that an option names, as articles have it: "pt-BR" and "PT" are "pt".

    Where no article is in it, a line says which languages there are.
    """
    if not word:
        return None
    language = re.split("[-_]", word.lower())[0]
    there = export.languages(store)
    if language not in there:
        known = ", ".join(there) or "none yet"
        click.echo(f"no article is in {harmless(word)!r}; there are: {known}", err=True)
    return language
