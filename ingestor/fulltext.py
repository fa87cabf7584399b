"""Which linked pages are read, and when again: arithmetic only.

With ``auto`` a page is read if the feed gives only a teaser of it. A teaser is

1. a text that says so: it ends in an ellipsis, or a "continue reading" was taken off its end;
2. nothing at all;
3. a short text (under `FULL` characters) in a feed most of whose latest texts are short, too. In a
   feed that gives whole reports, a short one is a short report. Nor is it one if none of the latest
   pages of the feed that were read (`PROBES`) gave more: then it is a feed of short reports.

The characters of Chinese, Japanese and Korean say more than letters do, and count so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from statistics import median

from ingestor.models import Article, Feed, Fulltext

FULL = 3000
"""Characters from which on a text is a report, not a teaser of one. Measured: see
benchmarks/bench_fulltext.py."""

PROBES = 5
"""Pages in a row that gave no more than their feed, after which its texts are taken for whole."""

PROBED = timedelta(days=30)
"""For how long that is believed: feeds change."""

LATEST = 30
"""How many of a feed's texts tell what it usually gives."""

BARE = 24
"""Longest "read more" that leads to nothing else, and so to the rest of the text; in characters."""

TRIES = 3
"""How often a page is asked for before we give up."""

BACK_OFF = timedelta(minutes=15)
"""Until the second try; four times as long until each further one."""

GIVE_UP = timedelta(days=2)
"""Age of a wish that is given up, whatever it waits for: the cap of the day, a Retry-After."""

_AGAIN = frozenset({"timeout", "dns", "connect", "tls", "truncated", "protocol", "http"})
LATER = frozenset({"too_many_requests", "silenced", "robots_unreachable"})
"""What is no failure of the page."""

HOST_WIDE = frozenset({"timeout", "dns", "connect", "tls"}) | LATER
"""What goes wrong for one page of a host goes wrong for the others, so they wait with it."""

_MARKS = frozenset({"excerpt_mark", "continue_reading", "continue_linked"})
_ELLIPSES = ("…", "...", "[…]", "[...]", "(…)", "(...)", "⋯", "……")
_DENSE = {"zh": 3, "ja": 3, "ko": 2}


def wants_page(
    setting: Fulltext,
    feed: Feed,
    article: Article,
    latest: Callable[[], Sequence[int]],
    fuller: Callable[[], Sequence[bool]] = tuple,
) -> bool:
    """Whether the page that an article links to is to be read.

    Args:
        setting: What holds for all feeds; the feed's own goes before it.
        feed: With ``auto``, one that is a file of this machine asks for no network.
        article: As the feed gives it.
        latest: Tells the lengths of the feed's latest texts, in characters; dear, asked last.
        fuller: Tells whether the latest pages that were read for the feed gave more than it did.
    """
    mode = feed.fulltext or setting
    if mode == "never" or not article.entry.link or not article.entry.own_link:
        return False
    if mode == "always":
        return True
    return not feed.url.startswith("file:") and is_teaser(article, latest, fuller)


def is_teaser(
    article: Article,
    latest: Callable[[], Sequence[int]],
    fuller: Callable[[], Sequence[bool]] = tuple,
) -> bool:
    """Whether a text is only the beginning of a report, or less."""
    if not article.text or article.text.endswith(_ELLIPSES):
        return True
    taken = [removal for removal in article.removals if removal.field == "text"]
    if any(removal.rule in _MARKS for removal in taken):
        return True
    if taken and taken[-1].rule == "read_also" and len(taken[-1].text) <= BARE:
        return True
    dense = _DENSE.get(article.language, 1)
    if len(article.text) * dense >= FULL:
        return False
    if median(latest() or (0,)) * dense >= FULL:
        return False
    probes = fuller()[:PROBES]
    return len(probes) < PROBES or any(probes)


def next_try(
    kind: str, status: int, tries: int, now: datetime, retry_at: datetime | None = None
) -> datetime | None:
    """When a page that failed is tried again; None for never.

    Args:
        kind: Of the failure.
        status: The HTTP status, 0 when there was none.
        tries: That failed, this one included.
        now: When it failed.
        retry_at: Before which the server, or its robots.txt, is not to be asked.
    """
    if kind in LATER:
        return max(retry_at or now, now + BACK_OFF)
    if kind not in _AGAIN or tries >= TRIES or (kind == "http" and status < 500):
        return None
    return now + BACK_OFF * (1 << 2 * (tries - 1))
