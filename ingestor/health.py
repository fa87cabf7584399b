"""Whether the whole is well: one word and one sentence, for scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingestor.store.overview import Status
from ingestor.wording import counted, stories

FAILING = ("failing", "broken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a script has to know."""

    well: bool
    reason: str


def judge(found: Status, now: datetime, late: timedelta) -> Verdict:
    """Judge by what the database says: are feeds polled when they are due, and do they answer?

    Args:
        found: The state at `now`.
        now: The present.
        late: How long after its time a poll may begin.
    """
    feeds = found.counts.feeds
    if not feeds:
        return Verdict(well=False, reason="no feed is known: was the daemon, or a poll, ever run?")
    overdue = now - found.next_poll_at if found.next_poll_at else timedelta()
    if overdue > late:
        minutes = overdue.total_seconds() / 60
        many = f"{found.feeds_due} of {counted(feeds, 'feed')} due, one for {minutes:.0f} min"
        return Verdict(well=False, reason=f"polling stands still: {many}")
    failing = sum(found.health.get(word, 0) for word in FAILING)
    if failing * 2 > feeds:
        return Verdict(well=False, reason=f"{failing} of {counted(feeds, 'feed')} failing")
    return Verdict(
        well=True,
        reason=f"{counted(feeds, 'feed')}, {failing} failing, {found.feeds_due} due;"
        f" {counted(found.counts.articles, 'article')} in {stories(found.counts.stories)}",
    )
