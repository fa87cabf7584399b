"""The news for other Python programs: read-only, beside the daemon, without knowing the tables.

::

    from ingestor.api import News

    with News("news.db") as news:
        for story in news.stories(language="de"):
            print(story.title, story.languages)

What it gives are frozen values; what a database cannot give is a `StoreError`. This module is a
contract, as the tables and commands are: names are added to it, not changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from ingestor.errors import StoreError
from ingestor.store import changes, export, queries
from ingestor.store.overview import FeedRow, StoryRow
from ingestor.store.store import Store
from ingestor.store.values import ArticleDetail, StoryDetail

__all__ = ["ArticleDetail", "FeedRow", "News", "StoreError", "StoryDetail", "StoryRow"]


class News:
    """A database, opened for reading; to be used in the thread that opened it."""

    def __init__(self, path: str | Path) -> None:
        """Open a database.

        Raises:
            StoreError: there is none, or it cannot be read by this version.
        """
        self._store = Store.open(Path(path), readonly=True)
        self._last = changes.last(self._store)
        self._version = changes.version(self._store)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; the object is of no use after that."""
        self._store.close()

    def stories(
        self,
        *,
        since: datetime | None = None,
        language: str | None = None,
        several: bool = False,
        limit: int = 50,
    ) -> tuple[StoryRow, ...]:
        """List stories, the one with the latest article first.

        Args:
            since: Only those that an article joined since then.
            language: Only those with an article in this language.
            several: Only those that several articles tell.
            limit: At most so many.
        """
        return queries.stories(
            self._store, since=since, language=language, several=several, limit=limit
        )

    def story(self, number: int) -> StoryDetail | None:
        """A story with its articles and the judgements between them; None if there is none."""
        return queries.story(self._store, number)

    def article(self, number: int) -> ArticleDetail | None:
        """An article with text, sources, removals and revisions; None if there is none."""
        return queries.article(self._store, number)

    def feeds(self) -> tuple[FeedRow, ...]:
        """All feeds and how they do, by name."""
        return queries.feed_rows(self._store)

    def languages(self) -> tuple[str, ...]:
        """The languages that articles are in."""
        return export.languages(self._store)

    def changed(self) -> tuple[StoryRow, ...]:
        """The stories that came or changed since the last call, or since opening.

        It costs next to nothing if nobody wrote meanwhile.
        """
        version = changes.version(self._store)
        if version == self._version:
            return ()
        with self._store.snapshot():
            found = changes.changed(self._store, self._last)
            self._last = changes.last(self._store)
        self._version = version
        return found

    def follow(self, *, every: float = 1.0) -> Iterator[StoryRow]:
        """Yield stories as they come or change, without end.

        Args:
            every: Seconds between two looks.
        """
        while True:
            yield from self.changed()
            time.sleep(every)
