"""Polls: how they went, and what that changes for the next ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ingestor import rhythm
from ingestor.models import ParsedFeed
from ingestor.store.rows import array, for_each, moment, moment_or_none
from ingestor.store.values import PollRecord


def finish_polls(db: sqlite3.Connection, polls: Sequence[tuple[int, PollRecord]]) -> None:
    """Write down how polls went, and what that changes for the next ones.

    Args:
        db: The connection.
        polls: Each with the id of its feed.
    """
    rows = [_written(feed_id, poll) for feed_id, poll in polls]
    _add_poll(db, rows)
    _finish(db, rows)
    _place(db, [row for row, (_, poll) in zip(rows, polls, strict=True) if not poll.same_place])
    for feed_id, poll in polls:
        if poll.parsed is not None:
            _describe(db, feed_id, poll.parsed)
    for _, poll in polls:  # last, for it holds for the feeds of the other polls as well
        if poll.retry_at is not None and poll.silent_host:
            db.execute(
                "UPDATE feeds SET next_poll_at = :at"
                " WHERE host = :host AND active = 1 AND next_poll_at < :at",
                {"host": poll.silent_host, "at": moment(poll.retry_at)},
            )


def _describe(db: sqlite3.Connection, feed_id: int, parsed: ParsedFeed) -> None:
    """Keep what a document says of its feed."""
    db.execute(
        """
        UPDATE feeds SET
            title = :title, site_url = :site_url, format = :format, hub = :hub,
            language = CASE language WHEN '' THEN :language ELSE language END,
            ttl_seconds = :ttl, skip_hours = :hours, skip_days = :days
        WHERE id = :id
        """,
        {
            "id": feed_id,
            "title": parsed.title,
            "site_url": parsed.site_url,
            "format": parsed.format,
            "hub": parsed.hub,
            "language": parsed.language,
            "ttl": None if parsed.ttl is None else round(parsed.ttl.total_seconds()),
            "hours": array(sorted(parsed.skip_hours)),
            "days": array(sorted(parsed.skip_days)),
        },
    )


_add_poll = for_each("""
    INSERT INTO polls (feed_id, started_at, seconds, outcome, status, kind, reason, bytes,
                       url, entries, new, updated, next_poll_at, plan, etag, last_modified)
    VALUES (:id, :at, :seconds, :outcome, :status, :kind, :reason, :bytes,
            :url, :entries, :new, :updated, :next_poll_at, :plan,
            ifnull(:etag, ''), ifnull(:last_modified, ''))
""")

_finish = for_each("""
    UPDATE feeds SET
        etag = ifnull(:etag, etag),
        last_modified = ifnull(:last_modified, last_modified),
        body_hash = ifnull(:body_hash, body_hash),
        moved_to = :moved_to,
        moved_at = :moved_at,
        moved_polls = :moved_polls,
        adopted_url = :adopted_url,
        gone_at = CASE WHEN :gone THEN ifnull(gone_at, :at)
                       WHEN :outcome = 'failed' THEN gone_at END,
        interval_seconds = ifnull(:interval, interval_seconds),
        rhythm = ifnull(:rhythm, rhythm),
        next_poll_at = :next_poll_at,
        last_error = :reason,
        failures = CASE WHEN :outcome <> 'failed' THEN 0
                        WHEN :kind = 'silenced' THEN failures  -- nothing was asked
                        ELSE failures + 1 END,
        last_poll_at = :at,
        last_success_at = CASE :outcome WHEN 'failed' THEN last_success_at ELSE :at END,
        last_body_at = CASE WHEN :outcome IN ('fetched', 'unchanged') THEN :at
                            ELSE last_body_at END,
        last_document_at = CASE :outcome WHEN 'fetched' THEN :at ELSE last_document_at END,
        last_new_at = CASE WHEN :new + :updated > 0 THEN :at ELSE last_new_at END
    WHERE id = :id
""")

# Apart, for an index is written whenever its column is set, be it to what it was.
_place = for_each("""
    UPDATE feeds SET
        host = ifnull(:host, host),
        answer_key = ifnull(:answer_key, answer_key),
        same_as = CASE :outcome WHEN 'failed' THEN same_as ELSE :same_as END
    WHERE id = :id AND (
        host <> :host OR answer_key <> :answer_key
        OR :outcome <> 'failed' AND same_as IS NOT :same_as
    )
""")


def _written(feed_id: int, poll: PollRecord) -> dict[str, object]:
    """What is written of a poll."""
    etag, last_modified = _renewed(poll)
    return {
        "id": feed_id,
        "at": moment(poll.started_at),
        "seconds": round(poll.seconds, 3),
        "outcome": poll.outcome,
        "status": poll.status,
        "kind": poll.kind,
        "reason": poll.reason,
        "gone": poll.gone,
        "bytes": poll.bytes,
        "url": poll.url,
        "entries": poll.entries,
        "new": poll.new,
        "updated": poll.updated,
        "next_poll_at": moment(poll.next_poll_at),
        "plan": poll.plan,
        "etag": etag,
        "last_modified": last_modified,
        "body_hash": poll.body_hash,
        "moved_to": poll.moved.to,
        "moved_at": moment_or_none(poll.moved.since),
        "moved_polls": poll.moved.polls,
        "adopted_url": poll.moved.adopted,
        "host": poll.host,
        "answer_key": poll.answer_key,
        "same_as": poll.same_as,
        "interval": None if poll.interval is None else round(poll.interval.total_seconds()),
        "rhythm": None if poll.rhythm is None else rhythm.dumps(poll.rhythm),
    }


def _renewed(poll: PollRecord) -> tuple[str | None, str | None]:
    """The validators that replace the stored ones; None keeps one.

    A body comes with all that there are, a 304 only with what has changed. Source: RFC 9111 §3.2.
    """
    if (given := poll.validators) is None:
        return None, None
    if poll.outcome == "not_modified":
        return given.etag or None, given.last_modified or None
    return given.etag, given.last_modified
