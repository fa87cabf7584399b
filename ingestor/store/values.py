"""What goes into the store and comes out of it: frozen values, never rows.

Fields are named like the columns they come from; every `datetime` is aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from ingestor.fingerprint import Readable
from ingestor.models import Article, ParsedFeed, Relation, Validators
from ingestor.moves import STAYED, Moved
from ingestor.rhythm import Rhythm

FULL_POLL_AFTER = timedelta(days=7)  # how long we believe a server that only says "304"

Outcome = Literal["fetched", "unchanged", "not_modified", "failed"]
RulingKind = Literal["split", "join", "pin"]


# --- feeds -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedChanges:
    """What a new configuration changed, as feed URLs."""

    added: tuple[str, ...] = ()
    resumed: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What the next poll of a feed has to know.

    Attributes:
        body_hash: SHA-256 (hex) of the last body that was taken in whole, else empty.
        interval: The adaptive interval in force; None before the first poll.
        key: The normalised URL.
        rhythm: When it brings news; None before the first answer.
        moved: Where permanent redirects lead, and whether that is asked.
        answer_key, same_as: As its last poll left them, see `PollRecord`.
        ttl, skip_hours, skip_days: What its last document said of when to ask, as in `ParsedFeed`.
        last_body_at: When a body last came, whether or not it was new.
        last_new_at: When it last brought a new or edited article.
    """

    id: int
    url: str
    name: str
    validators: Validators
    body_hash: str
    failures: int
    next_poll_at: datetime
    interval: timedelta | None
    rhythm: Rhythm | None
    last_poll_at: datetime | None
    last_success_at: datetime | None
    last_body_at: datetime | None
    last_new_at: datetime | None
    key: str = ""
    moved: Moved = STAYED
    answer_key: str = ""
    same_as: int | None = None
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()

    def full_due(self, now: datetime) -> bool:
        """Whether to ask without validators: some broken servers answer 304 for ever."""
        return self.last_body_at is None or now - self.last_body_at >= FULL_POLL_AFTER


class PollRecord(NamedTuple):
    """How a poll ended: a row of `polls`, and what changes in `feeds`.

    A tuple, for there is one a poll, and a dataclass of so many fields takes three times as long.

    Attributes:
        kind, reason: Of the failure, else empty.
        gone: Whether it mutes the feed for good.
        bytes: Received on the wire.
        url: The address that answered, or was asked last.
        plan: Why the next poll is at `next_poll_at`.
        interval: The adaptive interval from now on; None keeps what is there.
        rhythm: When the feed brings news; None keeps what is there.
        validators: As the answer gave them. They replace the stored ones, those of a 304 only
            where it gives one; None keeps both.
        body_hash: Of a body that was taken in whole; None keeps the stored one.
        parsed: The feed's own words about itself are taken from it, its entries are not.
        moved: Where permanent redirects lead from now on.
        answer_key: Normalised address that answered; None keeps what is known.
        host: Of the address that is asked from now on; None keeps what is known.
        same_as: The feed that ends at the same address, and is polled for both.
        same_place: Whether `host`, `answer_key` and `same_as` are known to be what they were.
        silent_host, retry_at: Before this, this host wants to hear from none of its feeds.
    """

    started_at: datetime
    seconds: float
    outcome: Outcome
    next_poll_at: datetime
    status: int = 0
    kind: str = ""
    reason: str = ""
    gone: bool = False
    bytes: int = 0
    url: str = ""
    entries: int = 0
    new: int = 0
    updated: int = 0
    plan: str = ""
    interval: timedelta | None = None
    rhythm: Rhythm | None = None
    validators: Validators | None = None
    body_hash: str | None = None
    parsed: ParsedFeed | None = None
    moved: Moved = STAYED
    answer_key: str | None = None
    host: str | None = None
    same_as: int | None = None
    same_place: bool = False
    silent_host: str = ""
    retry_at: datetime | None = None


# --- articles ----------------------------------------------------------------------------

Numbered = tuple[int, Article]
"""An article, as a feed gives it, with the id that it is stored under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A guid that this feed has shown before; `article_id` is None once it was pruned."""

    article_id: int | None
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleText(Readable):
    """As much of a stored article as its fingerprints depend on."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Which fingerprints an article has: the part and algorithm of each."""

    article_id: int
    language: str
    algorithms: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How many articles are stored, and the lowest and highest of their ids; 0 if none."""

    articles: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The text of an article as it stands, and the feed whose text it is.

    Attributes:
        teaser_hash: Tells what the feed gave (`prepare.teaser_hash`), if the text is the page's.
        rules: The version of the rules that cleaned it; 0 if they are not those of today.
    """

    feed_id: int
    title: str
    text: str
    teaser_hash: str = ""
    rules: int = 0


# --- rulings -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A person's word on stories, which no judgement overrules.

    Attributes:
        kind: ``split`` (never one story), ``join`` (always one story), ``pin`` (the canonical).
        other_article_id: None for a pin.
    """

    kind: RulingKind
    article_id: int
    other_article_id: int | None = None


# --- for people --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    """One article in a list."""

    id: int
    story_id: int
    title: str
    url: str
    outlet: str
    language: str
    published_at: datetime | None
    first_seen_at: datetime
    canonical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """One judgement, with its evidence read from JSON.

    Attributes:
        article_id: The article that was published later.
        other_article_id: The one that it repeats.
    """

    article_id: int
    other_article_id: int
    relation: Relation
    score: float
    evidence: Mapping[str, object]
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source that an article names."""

    kind: str
    name: str
    url: str
    position: int
    cited_article_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalRow:
    """One piece that cleaning took out."""

    rule: str
    field: str
    position: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SightingRow:
    """One feed that shows, or showed, an article."""

    feed: str
    guid: str
    link: str
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """One earlier version of an article, counted from 1."""

    number: int
    title: str
    text: str
    published_at: datetime | None
    replaced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDetail:
    """A story with its articles, the canonical one first, and the judgements between them."""

    id: int
    canonical_article_id: int
    first_seen_at: datetime
    updated_at: datetime
    articles: tuple[ArticleRow, ...]
    matches: tuple[MatchRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDetail:
    """An article with everything that is known about it."""

    id: int
    story_id: int
    url: str
    canonical_url: str
    title: str
    text: str
    language: str
    author: str
    published_at: datetime | None
    updated_at: datetime | None
    first_seen_at: datetime
    outlet: str
    text_from: str
    sources: tuple[SourceRow, ...]
    removals: tuple[RemovalRow, ...]
    sightings: tuple[SightingRow, ...]
    revisions: tuple[RevisionRow, ...]
    matches: tuple[MatchRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What a step of forgetting deleted.

    Attributes:
        article_ids: The articles.
        stories: How many stories, each with all of its articles.
        tombstones: How many guids, of which nothing is known any more.
        finished: Whether nothing is left that is too old.
    """

    article_ids: tuple[int, ...] = ()
    stories: int = 0
    tombstones: int = 0
    finished: bool = True
