"""What a poll found out, what it came to, and the plan that follows from it: values only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from ingestor import moves, schedule, urls
from ingestor import rhythm as rhythms
from ingestor.dedup.signature import Signature
from ingestor.errors import FeedError, FetchError
from ingestor.models import (
    Article,
    Feed,
    Fetched,
    FetchResult,
    NotModified,
    ParsedFeed,
    Validators,
)
from ingestor.rhythm import Rhythm
from ingestor.store.values import FeedState, PollRecord

TWIN_AGAIN = timedelta(days=1)  # until a feed that ends where another does is asked again

Outcome = Literal["fetched", "unchanged", "not_modified", "failed"]


class Changes(NamedTuple):
    """How many articles of a poll are new, and how many were edited."""

    new: int = 0
    updated: int = 0


class Polled(NamedTuple):
    """What one poll found out, before anything of it is stored.

    Attributes:
        parsed: None unless the body was new.
        articles: Prepared entries that are new or edited; the other entries are known.
        error: Why the poll failed; then there is nothing else.
        by_hand: A person asks, so the configured address is asked, adopted or not.
        twin: Another feed that ends at the same address: its id and name.
    """

    feed: Feed
    state: FeedState
    started_at: datetime
    result: FetchResult | None = None
    body_hash: str = ""
    parsed: ParsedFeed | None = None
    articles: tuple[Article, ...] = ()
    error: FeedError | None = None
    by_hand: bool = False
    twin: tuple[int, str] | None = None

    @property
    def full(self) -> bool:
        """Whether it is asked without validators, at the configured address."""
        return self.state.full_due(self.started_at)

    @property
    def asked(self) -> str:
        """The address that is asked."""
        anew = self.by_hand or self.full
        return self.feed.url if anew else self.state.moved.adopted or self.feed.url

    @property
    def answer_key(self) -> str | None:
        """The normalised address that answered; None for a failure.

        It is empty where the feed has credentials: another's answer at that address may differ.
        """
        if self.result is None:
            return None
        key = self.state.key or urls.feed_key(self.feed.url)
        if "@" in key:
            return ""
        return key if self.result.url == self.feed.url else urls.feed_key(self.result.url)

    @property
    def moved(self) -> moves.Moved:
        """Where permanent redirects lead, this poll included."""
        known = self.state.moved
        if self.result is not None and self.error is None:
            return moves.answered(known, self.asked, self.result.moved_to, self.started_at)
        if self.error is not None and self.error.retry_at is None:
            return moves.failed(known, self.asked)
        return known

    @property
    def gone(self) -> bool:
        """Whether the configured address itself says that the feed is gone for good (410).

        Another address cannot: it may be left out of the way, or led to no longer.
        """
        error = self.error
        here = self.asked == self.feed.url
        return (
            here and isinstance(error, FetchError) and error.kind == "gone" and not error.redirected
        )

    @property
    def outcome(self) -> Outcome:
        """One word for the `polls` table."""
        if self.error is not None:
            return "failed"
        if isinstance(self.result, NotModified):
            return "not_modified"
        return "fetched" if self.parsed is not None else "unchanged"

    @property
    def status(self) -> int:
        """Of HTTP; 0 if there was no answer."""
        if self.error is not None:
            return self.error.status
        if self.result is None:
            return 0
        return self.result.status if isinstance(self.result, Fetched) else 304


class Report(NamedTuple):
    """What a poll came to, for the log, the progress bar and the exit message."""

    feed: Feed
    outcome: Outcome
    next_poll_at: datetime
    entries: int = 0
    new: int = 0
    updated: int = 0
    kind: str = ""
    reason: str = ""
    warnings: tuple[str, ...] = ()


def outcome_of(polled: Polled, rhythm: Rhythm | None) -> schedule.Outcome:
    """What the schedule has to know of a poll."""
    if (error := polled.error) is not None:
        return schedule.Failure(
            count=polled.state.failures + (error.kind != "silenced"),
            kind=error.kind,
            hard=error.hard and polled.asked == polled.feed.url,  # else another is asked next
            retry_at=error.retry_at,
        )
    return schedule.Success(
        fresh_for=polled.result.fresh_for if polled.result else None,
        ttl=polled.parsed.ttl if polled.parsed else polled.state.ttl,
        rhythm=rhythm,
    )


def heard(polled: Polled, changes: Changes, now: datetime) -> Rhythm | None:
    """When the feed brings news, as far as is known after this poll; None if it never answered.

    An entry counts when it says it was published, if that is since the last poll, else in the
    middle of that time.
    """
    known, since = polled.state.rhythm, polled.state.last_success_at
    if polled.error is not None:
        return known
    dated = [a.entry.published for a in polled.articles if a.entry.published is not None]
    if known is None or since is None:
        return rhythms.begin(dated, now)
    if not changes.new:
        return known
    fresh = [moment for moment in dated if since < moment <= now]
    between = since + max(now - since, timedelta()) / 2
    return rhythms.learn(known, fresh + [between] * (changes.new - len(fresh)), now)


def poll_record(
    polled: Polled,
    changes: Changes,
    plan: schedule.Plan,
    rhythm: Rhythm | None,
    now: datetime,
) -> PollRecord:
    """The row of `polls`, and what changes in `feeds`."""
    state, moved, result, error = polled.state, polled.moved, polled.result, polled.error
    stays = moved.adopted == state.moved.adopted
    answer_key, same_as = polled.answer_key, polled.twin[0] if polled.twin else None
    fetched = result if isinstance(result, Fetched) else None
    return PollRecord(
        started_at=polled.started_at,
        seconds=(now - polled.started_at).total_seconds(),
        outcome=polled.outcome,
        status=polled.status,
        kind=error.kind if error else "",
        reason=error.reason if error else "",
        gone=polled.gone,
        bytes=fetched.wire_bytes if fetched else 0,
        url=result.url if result else "",
        entries=len(polled.parsed.entries) if polled.parsed else 0,
        new=changes.new,
        updated=changes.updated,
        next_poll_at=plan.at,
        plan=plan.reason,
        interval=plan.rhythm,
        rhythm=None if rhythm is state.rhythm else rhythm,
        validators=_renewed(result),
        body_hash=polled.body_hash if fetched else None,
        parsed=polled.parsed,
        moved=moved,
        host=None if stays else urls.host(moved.adopted or polled.feed.url),
        answer_key=answer_key,
        same_as=same_as,
        same_place=stays and (answer_key, same_as) == (state.answer_key, state.same_as),
        silent_host=error.host if isinstance(error, FetchError) else "",
        retry_at=error.retry_at if error else None,
    )


def _renewed(result: FetchResult | None) -> Validators | None:
    """The validators that renew ours; a 304 need not bring any (RFC 9110 §15.4.5)."""
    if result is None or (isinstance(result, NotModified) and not result.validators.given):
        return None
    return result.validators


def final_plan(polled: Polled, plan: schedule.Plan, now: datetime) -> schedule.Plan:
    """Add to the schedule's plan what follows from the feed's own words and its company."""
    if polled.error is None and polled.twin is not None:
        later = max(plan.at, now + TWIN_AGAIN)
        return replace(plan, at=later, reason=f"the same feed as {polled.twin[1]}")
    told = polled.parsed or polled.state
    at = schedule.awake(plan.at, told.skip_hours, told.skip_days)
    return plan if at == plan.at else replace(plan, at=at, reason="the feed rests until then")


def report(polled: Polled, record: PollRecord) -> Report:
    """What to tell about a poll."""
    return Report(
        feed=polled.feed,
        outcome=record.outcome,
        entries=record.entries,
        new=record.new,
        updated=record.updated,
        kind=record.kind,
        reason=record.reason,
        next_poll_at=record.next_poll_at,
        warnings=_warnings(polled, record),
    )


def _warnings(polled: Polled, record: PollRecord) -> tuple[str, ...]:
    """What a person should know of a poll that did not fail."""
    said = polled.parsed.warnings if polled.parsed else ()
    if polled.twin is not None and polled.error is None:
        said += (f"the same feed as {polled.twin[1]}, which is polled for both",)
    if (to := record.moved.adopted) and to != polled.state.moved.adopted:
        said += (f"moved for good: asked at {to} from now on",)
    return said


def signature_of(article_id: int, article: Article, feed: Feed, now: datetime) -> Signature:
    """What the judge needs to know of an article that a poll of a feed brought."""
    link = article.entry.link
    return Signature(
        article_id=article_id,
        feed=feed.url,
        site=urls.site(link) if link else "",
        language=article.language,
        published=article.entry.published or now,
        title=article.title,
        text_hash=article.text_hash,
        canonical_url=article.canonical_url,
        cited_urls=frozenset(s.url for s in article.sources if s.kind in {"url", "via"} and s.url),
        fingerprints=article.fingerprints,
    )
