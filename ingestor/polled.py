"""What a poll found out, what it came to, and the plan that follows from it: values only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from ingestor import schedule
from ingestor.errors import FeedError
from ingestor.models import (
    Article,
    Feed,
    Fetched,
    FetchResult,
    NotModified,
    ParsedFeed,
    Validators,
)
from ingestor.store.values import FeedState, PollRecord

Outcome = Literal["fetched", "unchanged", "not_modified", "failed"]
Change = Literal["new", "updated", "seen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one poll found out, before anything of it is stored.

    Attributes:
        parsed: None unless the body was new.
        articles: Prepared entries that are new or edited; the other entries are known.
        error: Why the poll failed; then there is nothing else.
    """

    feed: Feed
    state: FeedState
    started_at: datetime
    result: FetchResult | None = None
    body_hash: str = ""
    parsed: ParsedFeed | None = None
    articles: tuple[Article, ...] = ()
    error: FeedError | None = None

    @property
    def outcome(self) -> Outcome:
        """One word for the `polls` table."""
        if self.error is not None:
            return "failed"
        if isinstance(self.result, NotModified):
            return "not_modified"
        return "fetched" if self.parsed is not None else "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a poll came to, for the log, the progress bar and the exit message."""

    feed: Feed
    outcome: Outcome
    entries: int = 0
    new: int = 0
    updated: int = 0
    kind: str = ""
    reason: str = ""
    next_poll_at: datetime
    warnings: tuple[str, ...] = field(default=())


def outcome_of(polled: Polled, changes: Counter[Change]) -> schedule.Outcome:
    """What the schedule has to know of a poll."""
    rhythm = polled.state.interval
    if (error := polled.error) is not None:
        return schedule.Failure(
            count=polled.state.failures + 1,
            kind=error.kind,
            hard=error.hard,
            retry_at=error.retry_at,
            rhythm=rhythm,
        )
    return schedule.Success(
        new_entries=changes["new"],
        fresh_for=polled.result.fresh_for if polled.result else None,
        ttl=polled.parsed.ttl if polled.parsed else None,
        rhythm=rhythm,
    )


def poll_record(
    polled: Polled, changes: Counter[Change], plan: schedule.Plan, now: datetime
) -> PollRecord:
    """The row of `polls`, and what changes in `feeds`."""
    record = PollRecord(
        started_at=polled.started_at,
        seconds=(now - polled.started_at).total_seconds(),
        outcome=polled.outcome,
        next_poll_at=plan.at,
        interval=plan.rhythm,
        new=changes["new"],
        updated=changes["updated"],
    )
    if (error := polled.error) is not None:
        return replace(record, status=error.status, kind=error.kind, reason=error.reason)
    match polled.result:
        case Fetched() as fetched:
            return replace(
                record,
                status=fetched.status,
                bytes=fetched.wire_bytes,
                url=fetched.url,
                moved_to=fetched.moved_to,
                validators=fetched.validators,
                body_hash=polled.body_hash,
                parsed=polled.parsed,
                entries=len(polled.parsed.entries) if polled.parsed else 0,
            )
        case NotModified() as same:
            # New validators replace ours, absent ones do not (RFC 9110 §15.4.5).
            renewed = same.validators if same.validators != Validators() else None
            return replace(
                record, status=304, url=same.url, moved_to=same.moved_to, validators=renewed
            )
    return record


def report(polled: Polled, changes: Counter[Change], plan: schedule.Plan) -> Report:
    """What to tell about a poll."""
    return Report(
        feed=polled.feed,
        outcome=polled.outcome,
        entries=len(polled.parsed.entries) if polled.parsed else 0,
        new=changes["new"],
        updated=changes["updated"],
        kind=polled.error.kind if polled.error else "",
        reason=polled.error.reason if polled.error else "",
        next_poll_at=plan.at,
        warnings=polled.parsed.warnings if polled.parsed else (),
    )
