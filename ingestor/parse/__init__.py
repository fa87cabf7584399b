"""A response body to entries: ``decode → xml | json_feed → identity``.

The body is hostile and the work is CPU: `parse` runs in a worker process that can be killed, and
takes and returns nothing but plain values.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingestor.errors import ParseError
from ingestor.parse import hints
from ingestor.parse.decode import decode
from ingestor.parse.identity import distinct, identify, newest
from ingestor.parse.json_feed import parse_json
from ingestor.parse.xml import parse_xml
from ingestor.wording import counted

if TYPE_CHECKING:
    from datetime import datetime

    from ingestor.models import Fetched, ParsedFeed


def parse(feed_url: str, fetched: Fetched, *, limit: int = 1000, now: datetime) -> ParsedFeed:
    """Read the feed that a response holds.

    Args:
        feed_url: The feed as configured, for errors.
        fetched: The response; links are resolved against the address that answered.
        limit: Keep at most so many entries, the newest; `ParsedFeed.dropped` counts the others.
        now: The moment of fetching; dates more than a day later are not believed.

    Raises:
        ParseError: ``empty_body``, ``not_a_feed`` (the reason says what came instead), or
            ``truncated``: then nothing of it may be stored, so that the next poll asks again.
    """
    text, warnings = decode(fetched.body, fetched.content_type)
    if not text.strip():
        raise ParseError(feed_url, "empty_body", "the body is empty", status=fetched.status)
    read = parse_json if text.startswith(("{", "[")) else parse_xml
    feed = read(feed_url, text, fetched.url, now)
    stated = [e for e in feed.entries if e.title or e.html or e.link]
    once = distinct(stated)
    entries = newest(identify(once), limit)
    if blank := len(feed.entries) - len(stated):
        warnings += (counted(blank, "empty item"),)
    if again := len(stated) - len(once):
        warnings += (f"{counted(again, 'item')} repeated",)
    if over := len(once) - len(entries):
        warnings += (f"{counted(over, 'item')} above the limit of {limit}",)
    return replace(
        feed,
        entries=entries,
        dropped=feed.dropped + blank + again + over,
        hub=hints.hub(feed.hub, fetched.headers.get("link", ""), fetched.url),
        warnings=warnings + feed.warnings,
    )
