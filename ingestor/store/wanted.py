"""Linked pages as values: what is to be read, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ingestor.models import Entry

PageOutcome = Literal["used", "kept", "failed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A linked page in the queue, without its article.

    Attributes:
        host: Of the link.
        wanted_at: Since when.
        tries: Those that failed, up to now.
    """

    article_id: int
    feed_id: int
    host: str
    wanted_at: datetime
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(Queued):
    """A linked page that is to be read, with what its feed gave.

    Attributes:
        entry: The article as its feed gave it, its title cleaned.
        content_hash: Of what the feed published: with another one it is another page that counts.
        text: The cleaned text that the feed gave.
        language: As detected in that; may be empty.
        claim: The language that the feed claims, or the user.
    """

    entry: Entry
    content_hash: str
    text: str
    language: str
    claim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecord:
    """How a try to read a page ended: a row of `page_fetches`.

    Attributes:
        kind, reason: Why its text was not taken, else empty.
        bytes: Received on the wire.
        url: The address that answered.
        characters: Of the text that was found in it.
        tries: Those that failed, up to now.
        next_at: When it is tried again; None for never.
    """

    started_at: datetime
    seconds: float
    outcome: PageOutcome
    kind: str = ""
    reason: str = ""
    status: int = 0
    bytes: int = 0
    url: str = ""
    characters: int = 0
    tries: int = 0
    next_at: datetime | None = None
