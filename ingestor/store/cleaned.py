"""Cleaning as values: what was published, what was made of it, and what sites repeat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ingestor.models import Entry, Removal, Source, Trace

Switch = Literal["auto", "on", "off"]
BoilerplateState = Literal["seen", "learned", "on", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A stored article with what its feed published, to be cleaned again.

    Attributes:
        entry: As it was published, as far as cleaning depends on it; its link is the address that
            its relative links are relative to.
        site: Whose words they are.
        page: Whether it is the linked page's, not the feed's.
        version: To see whether another has come meanwhile.
        title, text: What cleaning made of it.
        removals, sources, trace: Likewise.
    """

    article_id: int
    entry: Entry
    site: str
    page: bool
    version: str
    title: str
    text: str
    removals: tuple[Removal, ...] = ()
    sources: tuple[Source, ...] = ()
    trace: Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How often a block was seen on a site, and in what time."""

    articles: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Boilerplate:
    """What was concluded about a block that recurs on a site.

    Attributes:
        block: Its key (`clean.recurring.key`).
        sample: How it reads in one of the articles.
        articles: In how many it was seen.
        apart: How many of them are about different things, as far as was counted.
        learned: Whether that is enough to take it out.
        settled: Whether articles that it was learned from are forgotten by now.
        switched: What a person says about it.
    """

    id: int = 0
    site_id: int
    site: str
    block: int
    sample: str
    articles: int
    apart: int
    first_seen_at: datetime
    last_seen_at: datetime
    learned: bool
    settled: bool = False
    switched: Switch = "auto"

    @property
    def taken_out(self) -> bool:
        """Whether cleaning takes it out."""
        return self.switched == "on" or (self.switched == "auto" and bool(self.learned))


@dataclass(frozen=True, slots=True, kw_only=True)
class BoilerplateRow:
    """A block that recurs on a site, for people."""

    id: int
    site: str
    state: BoilerplateState
    articles: int
    apart: int
    first_seen_at: datetime
    last_seen_at: datetime
    sample: str
