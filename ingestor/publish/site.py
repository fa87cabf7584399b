"""The directory of published feeds: all stories, each language, each of the latest stories.

::

    all.atom            all.json                the canonical article of each story
    languages/de.atom   languages/de.json       what can be read in German, told in German
    stories/12.atom     stories/12.json         all versions of one story

Only files with such names are ever deleted: those of stories and languages that are past.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from ingestor.config import PublishSettings
from ingestor.files import write
from ingestor.publish import atom, json_feed
from ingestor.publish.document import Document, Origin, of_language, of_stories, of_story
from ingestor.store import export
from ingestor.store.store import Store

FORMATS: Mapping[str, Callable[[Document], bytes]] = MappingProxyType(
    {atom.SUFFIX: atom.render, json_feed.SUFFIX: json_feed.render}
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_OURS = re.compile(rf"(stories/[1-9]\d*|languages/{_LANGUAGE.pattern})\.(atom|json)")
_UNBORN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of the files of a directory."""

    files: int
    written: int
    removed: int


def publish(database: Path, settings: PublishSettings, directory: Path) -> Published:
    """Write the feeds, each whole and only if it changed, and delete those of past stories.

    It may run in any thread and beside the writer.

    Args:
        database: The store's file.
        settings: What the feeds call themselves and how long they are.
        directory: Made if it is missing.

    Raises:
        StoreError: the database cannot be read.
        OSError: the directory cannot be written; every file in it is whole.
    """
    paths, written = set(), 0
    with closing(Store.open(database, readonly=True)) as store, store.snapshot():
        for document in documents(store, settings):
            for suffix, render in FORMATS.items():
                path = directory / (document.name + suffix)
                path.parent.mkdir(parents=True, exist_ok=True)
                written += write(path, render(document))
                paths.add(path)
    past = [path for path in _ours(directory) if path not in paths]
    for path in past:
        path.unlink(missing_ok=True)
    return Published(files=len(paths), written=written, removed=len(past))


def origin_of(store: Store, settings: PublishSettings) -> Origin:
    """Who publishes."""
    born = export.born(store) or _UNBORN
    return Origin(base_url=settings.base_url, born=born, title=settings.title)


def documents(store: Store, settings: PublishSettings) -> Iterator[Document]:
    """Every feed, one after the other."""
    origin, limit = origin_of(store, settings), settings.limit
    stories = export.latest(store, limit=limit)
    yield of_stories(origin, stories)
    for language in filter(_LANGUAGE.fullmatch, export.languages(store)):
        yield of_language(origin, language, export.latest_in(store, language, limit=limit))
    for story in stories:
        yield of_story(origin, export.versions(store, story.story_id, limit=limit))


def _ours(directory: Path) -> Iterator[Path]:
    """The files that only we can have written."""
    for folder in ("languages", "stories"):
        for path in (directory / folder).glob("*"):
            if _OURS.fullmatch(path.relative_to(directory).as_posix()) and path.is_file():
                yield path
