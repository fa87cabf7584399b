"""What a published feed says, whichever format it is written in.

Everything here follows from the database alone, with no look at the clock: the same database gives
the same bytes, and what did not change keeps its date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from ingestor.store.export import Carrier, Told

# What XML 1.0 §2.2 has no way to write, and the controls that it advises against: readers differ.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BEYOND_URI = re.compile(r'[\x00-\x20<>"{}|\\^`\x7f-\x9f]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who publishes, which every id is made from.

    Attributes:
        base_url: Where the directory of the feeds is served, with a slash at its end.
        born: The day from which on the database counts its stories.
        title: What the feeds call themselves.
    """

    base_url: str
    born: datetime
    title: str

    def tag(self, *names: object) -> str:
        """A name that nothing else has, now or later. Source: RFC 4151 §2.1."""
        specific = "/".join(map(str, names))
        return f"tag:{urlsplit(self.base_url).hostname},{self.born:%Y-%m-%d}:{specific}"

    def url(self, name: str) -> str:
        """Where a file is served."""
        return urljoin(self.base_url, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One report in a feed.

    Attributes:
        id: The same for as long as the story (or, among the versions of a story, the article)
            exists, whichever article it is told by.
        url: Of the article that tells it; may be empty.
        text: Paragraphs parted by blank lines.
        updated: When it last changed.
        also_in: Who else carries the report.
    """

    id: str
    url: str
    title: str
    text: str
    language: str
    outlet: str
    published: datetime
    updated: datetime
    also_in: tuple[Carrier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One feed; `name` is the path of its file below the directory, without a suffix."""

    name: str
    id: str
    title: str
    origin: Origin
    language: str = ""
    entries: tuple[Entry, ...] = ()

    @property
    def updated(self) -> datetime:
        """When an entry last changed; of an empty feed the day of its birth."""
        return max((entry.updated for entry in self.entries), default=self.origin.born)


def of_stories(origin: Origin, stories: Sequence[Told]) -> Document:
    """All stories, each by its canonical article."""
    return Document(
        name="all",
        id=origin.tag("all"),
        title=origin.title,
        origin=origin,
        entries=tuple(_entry(told, origin.tag("story", told.story_id)) for told in stories),
    )


def of_language(origin: Origin, language: str, stories: Sequence[Told]) -> Document:
    """The stories that can be read in one language, told in it."""
    return Document(
        name=f"languages/{language}",
        id=origin.tag("language", language),
        title=f"{origin.title} ({language})",
        origin=origin,
        language=language,
        entries=tuple(
            _entry(told, origin.tag("story", told.story_id, language)) for told in stories
        ),
    )


def of_story(origin: Origin, versions: Sequence[Told]) -> Document:
    """One story: an entry for each article, the canonical one first."""
    first = versions[0]
    return Document(
        name=f"stories/{first.story_id}",
        id=origin.tag("story", first.story_id, "versions"),
        title=f"{origin.title}: {legal(first.title)}" if first.title else origin.title,
        origin=origin,
        entries=tuple(_version(told, origin.tag("article", told.id)) for told in versions),
    )


def legal(text: str) -> str:
    """Text without the few characters that have no place in XML."""
    return _ILLEGAL.sub("", text)


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a cleaned text."""
    return tuple(part for part in text.split("\n\n") if part.strip())


def _entry(told: Told, name: str) -> Entry:
    """A story, told by one of its articles."""
    carriers = tuple(
        replace(
            carrier, url=_iri(carrier.url), title=legal(carrier.title), outlet=legal(carrier.outlet)
        )
        for carrier in told.also_in
        if carrier.url
    )
    return replace(_version(told, name), updated=told.changed_at, also_in=carriers)


def _version(told: Told, name: str) -> Entry:
    """An article by itself."""
    return Entry(
        id=name,
        url=_iri(told.url),
        title=legal(told.title),
        text=legal(told.text),
        language=told.language,
        outlet=legal(told.outlet),
        published=told.dated_at,
        updated=told.edited_at,
    )


def _iri(url: str) -> str:
    """An address as RFC 3987 writes it: what no address may hold is percent-encoded."""
    return _BEYOND_URI.sub(lambda found: f"%{ord(found[0]):02X}", legal(url))
