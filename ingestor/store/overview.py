"""What lists and the status show: one line for each story, feed or poll, and the state of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ingestor.store.values import Outcome, RulingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """One story, by its canonical article.

    Attributes:
        articles, outlets: How many belong to it.
        languages: Sorted, joined by a blank.
    """

    id: int
    canonical_article_id: int
    title: str
    url: str
    outlet: str
    language: str
    articles: int
    outlets: int
    languages: str
    first_seen_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """One feed and how it does; `health` is one word, `reason` the sentence for it.

    One that is muted, or not configured any more, has no next poll.
    """

    id: int
    name: str
    url: str
    health: str
    reason: str
    articles: int
    last_poll_at: datetime | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    next_poll_at: datetime | None
    interval_seconds: int | None
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRow:
    """One past poll.

    Attributes:
        etag, last_modified: Validators that the answer brought, else empty.
        next_poll_at, plan: What was planned after it, and why.
    """

    feed: str
    started_at: datetime
    seconds: float
    outcome: Outcome
    status: int
    kind: str
    reason: str
    bytes: int
    entries: int
    new: int
    updated: int
    etag: str
    last_modified: str
    next_poll_at: datetime
    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """One article whose page was wanted.

    Attributes:
        state: Whose text it has: ``page``, ``feed``, or ``waiting``.
        characters: Of its text.
        kind, reason, status: Of the latest try, if the page's text was not taken.
    """

    article_id: int
    outlet: str
    title: str
    url: str
    state: str
    characters: int
    kind: str | None
    reason: str | None
    status: int | None
    asked_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many rows there are, each a short scan of an index."""

    feeds: int
    articles: int
    stories: int
    matches: int
    revisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of the whole, for `ingestor status`.

    Attributes:
        health: Feeds by their health word.
        languages, relations: Articles by language, matches by relation.
        polls_today: Polls of the last 24 hours by outcome.
        poll_seconds: How long one of them took, on average and at most; None without any.
        feeds_due: Active feeds whose time to be polled has come.
        pages_waiting: Linked pages that are still to be read.
        to_clean: Articles that other rules cleaned than those asked for; None if none were.
        bytes: Size of the database file without its write-ahead log.
        schema: The latest migration that was applied.
    """

    counts: Counts
    health: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    relations: Mapping[str, int] = field(default_factory=dict)
    polls_today: Mapping[str, int] = field(default_factory=dict)
    poll_seconds: tuple[float, float] | None = None
    feeds_due: int = 0
    pages_waiting: int = 0
    to_clean: int | None = None
    last_success_at: datetime | None = None
    last_poll_at: datetime | None = None
    next_poll_at: datetime | None = None
    bytes: int = 0
    sqlite: str = ""
    schema: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingRow:
    """A person's word, with the titles of the articles it is about."""

    kind: RulingKind
    article_id: int
    other_article_id: int | None
    title: str
    other_title: str
    ruled_at: datetime
