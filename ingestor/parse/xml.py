"""RSS, Atom and RDF, read by feedparser.

feedparser gets UTF-8 in a `BytesIO` and nothing else: given bytes it would open a file of that
name. It neither sanitises nor resolves links in HTML, which costs a third of its time and which
`clean` does better. Its dictionaries answer ``updated`` with *published* and ``url`` with *href*,
so they are read as the plain dicts that they are (`_own`). Its XML reader is our own (`sax`).
"""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from xml.sax import SAXParseException

import feedparser
import feedparser.api

from ingestor import urls
from ingestor.errors import ParseError
from ingestor.models import Entry, ParsedFeed
from ingestor.parse import dates, hints, sax
from ingestor.parse.discovery import feed_links
from ingestor.parse.document import describe, is_html, root_name
from ingestor.parse.text import cap_html, clean_str, language_tag, paragraphs, plain
from ingestor.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

feedparser.api.PREFERRED_XML_PARSERS[:] = [sax.__name__]

_HEADERS: Final = {"content-type": "application/xml; charset=utf-8"}
_FEED_ROOT: Final = re.compile(r"<((?:[\w.-]+:)?(?:rss|feed|rdf))\b", re.IGNORECASE)
_MAX_TAGS: Final = 32
_HINTS: Final = ("ttl", "sy_updateperiod", "sy_updatefrequency")
_DETAILS: Final = ("summary_detail", "title_detail")


def _told(fault: Exception) -> str:
    """What is wrong, without a place: that is one in what we made of the document."""
    return fault.getMessage() if isinstance(fault, SAXParseException) else str(fault)


def _own(record: Any, key: str) -> Any:
    """Read a key that feedparser really set, past its aliases and fallbacks."""
    return dict.get(record, key) if isinstance(record, dict) else None


def _html(detail: Any) -> str:
    """Return one content as HTML; plain text is escaped, pictures and sound are left out."""
    value, kind = clean_str(_own(detail, "value")), _own(detail, "type") or ""
    if kind == "text/plain":
        return paragraphs(value)
    return value if kind.startswith("text/") or kind.endswith("xml") else ""


def _longest(record: Any) -> str:
    """Return the longest of an item's contents: the others are extracts of it."""
    details = [*(_own(record, "content") or ()), _own(record, "summary_detail")]
    return cap_html(max((_html(d) for d in details if d), key=len, default=""))


def _links(record: Any, rel: str) -> Iterator[Any]:
    return (link for link in _own(record, "links") or () if _own(link, "rel") == rel)


def _link(record: Any, base: str) -> str:
    """Return the first address that a browser can open.

    FeedBurner's original comes before its own redirect. Some feeds escape ``&`` once too often.
    """
    candidates = [_own(record, "feedburner_origlink"), _own(record, "link")]
    candidates += [_own(link, "href") for link in _links(record, "alternate")]
    resolved = (urls.resolve(base, clean_str(c).replace("&amp;", "&")) for c in candidates if c)
    return next((url for url in resolved if url), "")


def _via(record: Any, base: str) -> tuple[str, str]:
    """Return URL and name of the source that an item credits (RSS ``source``, Atom ``via``)."""
    source = _own(record, "source") or next(_links(record, "via"), None)
    if source is None:
        return "", ""
    href = _own(source, "href") or _own(source, "link")
    return urls.resolve(base, clean_str(href)), plain(_own(source, "title"), 200)


def _language(record: Any) -> str:
    """Return what the item says of itself, else what its content inherits (``xml:lang``)."""
    details = [*(_own(record, "content") or ()), *(_own(record, k) for k in _DETAILS)]
    claims = [_own(record, "language"), *(_own(d, "language") for d in details)]
    return next((tag for c in claims if (tag := language_tag(c))), "")


def _date(record: Any, name: str, now: datetime) -> datetime | None:
    return dates.from_struct(_own(record, f"{name}_parsed"), clean_str(_own(record, name)), now)


def _tags(record: Any) -> tuple[str, ...]:
    terms = (plain(_own(t, "term") or _own(t, "label"), 100) for t in _own(record, "tags") or ())
    return tuple(dict.fromkeys(t for t in terms if t))[:_MAX_TAGS]


def _entry(record: Any, base: str, now: datetime) -> Entry:
    """Read one item. Without a date of publication, that of the update is the nearest we know."""
    updated = _date(record, "updated", now)
    published = _date(record, "published", now) or _date(record, "created", now) or updated
    via_url, via_name = _via(record, base)
    return Entry(
        guid=clean_str(_own(record, "id")).strip(),
        link=_link(record, base),
        title=plain(_own(record, "title")),
        html=_longest(record),
        language=_language(record),
        author=plain(_own(record, "author"), 200),
        published=published,
        updated=updated,
        via_url=via_url,
        via_name=via_name,
        tags=_tags(record),
    )


def _unusable(records: Iterable[Any], entries: Iterable[Entry]) -> int:
    """Count the items that have a date, but none that can be true."""
    names = ("published", "updated", "created")
    pairs = zip(records, entries, strict=True)
    return sum(e.published is None and any(_own(r, n) for n in names) for r, e in pairs)


def _is_truncated(text: str) -> bool:
    """Whether a document that is not well-formed stops before its end.

    A channel that is closed is complete, even where ``</rss>`` was forgotten; in RDF the items
    come after it. The messages that a broken script prints may stand before the root.
    """
    named = _FEED_ROOT.search(text)
    root = (named[1] if named else root_name(text)).lower()
    ends = (f"</{root}", "</channel") if root == "rss" else (f"</{root}",)
    lowered = text.lower()
    return not any(end in lowered for end in ends)


def parse_xml(feed_url: str, text: str, base: str, now: datetime) -> ParsedFeed:
    """Read a document in any dialect of RSS or Atom, well-formed or not.

    Args:
        feed_url: The feed, for errors.
        text: The document without its XML declaration.
        base: The address that answered; links are resolved against it and ``xml:base``.
        now: The moment of fetching.

    Returns:
        The feed; the guids of its entries are those of the document, neither complete nor unique.

    Raises:
        ParseError: ``not_a_feed`` or ``truncated``.
    """
    if is_html(text):
        named = feed_links(text, base)
        hint = f"; the page names its feed: {named[0][:300]}" if named else ""
        raise ParseError(feed_url, "not_a_feed", f"not a feed but {describe(text, base)}{hint}")
    result = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers=_HEADERS,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    records, channel = _own(result, "entries"), _own(result, "feed")
    fault, dialect = _own(result, "bozo_exception"), _own(result, "version") or ""
    if not dialect and not records:
        raise ParseError(feed_url, "not_a_feed", f"not a feed but {describe(text, base)}")
    if isinstance(fault, SAXParseException) and _is_truncated(text):
        reason = f"the document stops in the middle, after {counted(len(records), 'item')}"
        raise ParseError(feed_url, "truncated", reason)
    entries = tuple(_entry(record, base, now) for record in records)
    warnings = []
    if fault is not None:
        warnings.append(f"not well-formed: {plain(_told(fault), 200)}")
    if unusable := _unusable(records, entries):
        warnings.append(f"{counted(unusable, 'item')} with a date that cannot be read or be true")
    hours, days = hints.skipped(text)
    return ParsedFeed(
        format=dialect or "unknown",
        title=plain(_own(channel, "title")),
        site_url=_link(channel, base),
        language=language_tag(_own(channel, "language")),
        entries=entries,
        warnings=tuple(warnings),
        ttl=hints.ttl(*(_own(channel, name) for name in _HINTS)),
        skip_hours=hours,
        skip_days=days,
        hub=next((clean_str(_own(link, "href")) for link in _links(channel, "hub")), ""),
    )
