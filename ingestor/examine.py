"""Any document → what cleaning makes of it: a whole page, a feed, or a bare piece of HTML or text.

Nothing here is stored or compared; it shows what a poll would make of the same bytes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from ingestor import urls
from ingestor.clean import Learned, clean
from ingestor.clean.in_place import Paragraph, kept, place
from ingestor.clean.page import Page, read_page
from ingestor.clean.recurring import site_of
from ingestor.clean.rulefile import RuleFile
from ingestor.errors import DataError, ParseError
from ingestor.language import detect
from ingestor.models import Entry, Fetched, Removal, Source
from ingestor.parse import parse
from ingestor.parse.dates import sane
from ingestor.parse.decode import decode
from ingestor.parse.document import describe, is_html, root_name
from ingestor.parse.obstacle import LOGIN
from ingestor.parse.text import cap_html, paragraphs, plain

HEAD = 16 * 1024
"""How far into a document its kind shows, in characters."""

MOST_CONTROLS = 0.02
"""Largest share of control characters at the beginning of a text."""

_FEED = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
_PAGE = re.compile(r"<!doctype\s+html|<(?:html|head|body|title|meta|article|main)\b", re.IGNORECASE)
_MARKUP = re.compile(r"<[a-z!/][^<>]{0,500}>|&[a-z]{2,8};|&#\d{2,6};", re.IGNORECASE)
_XML = re.compile(r"\s*<\?xml\b", re.IGNORECASE)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<", b"\0\0\0<")  # UTF-16 and UTF-32
_SIGNATURES = (
    (b"%PDF", "a PDF"), (b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"), (b"PK\x03\x04", "a ZIP archive"), (b"\x1f\x8b", "gzip data"),
    (b"SQLite format 3", "an SQLite database"), (b"ID3", "an MP3 file"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """One report, cleaned.

    Attributes:
        paragraphs: The text with what was taken out of it, in its place where that is certain.
        in_place: Whether it is.
        note: What a person should know, such as that it is a consent page; empty for nothing.
    """

    url: str
    title: str
    text: str
    language: str
    author: str
    published_at: datetime | None
    sources: tuple[Source, ...]
    removals: tuple[Removal, ...]
    paragraphs: tuple[Paragraph, ...]
    in_place: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A document, cleaned; `items` holds one for all but a feed."""

    kind: Literal["page", "feed", "piece"]
    items: tuple[Specimen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaner:
    """What cleaning depends on besides the document.

    Attributes:
        rules: The user's files of rules.
        learned: What sites are known to repeat.
    """

    rules: tuple[RuleFile, ...] = ()
    learned: Learned = field(default_factory=dict)


def examine(fetched: Fetched, now: datetime, cleaner: Cleaner | None = None) -> Examined:
    """Clean a document of whatever kind.

    Args:
        fetched: Its bytes; `url` may be empty, then what the document says of itself counts.
        now: Dates more than a day later are not believed.
        cleaner: What a poll would clean it with; None is our rules alone.

    Raises:
        DataError: it is empty, binary, or another kind of document.
    """
    cleaner = cleaner or Cleaner()
    if not fetched.body.strip():
        raise DataError("it is empty")
    if binary := _binary(fetched.body):
        raise DataError(f"it is {binary}, neither a page nor a feed")
    text = decode(fetched.body, fetched.content_type).text
    if not text.strip():
        raise DataError("it is empty")
    head = text[:HEAD]
    if text.startswith(("{", "[")) and _is_json(text):
        return _feed(fetched, now, cleaner)
    if not is_html(text) and _FEED.search(head):
        return _feed(fetched, now, cleaner)
    if not is_html(text) and _XML.match(fetched.body[:100].decode("latin-1")) and root_name(text):
        raise DataError(f"it is {describe(text)}, neither a page nor a feed")
    if is_html(text) or _PAGE.search(head):
        return _page(fetched, now, cleaner)
    html = text if _MARKUP.search(head) else paragraphs(text)
    entry = Entry(guid=fetched.url, link=fetched.url, html=cap_html(html))
    return Examined(kind="piece", items=(_specimen(entry, "", cleaner),))


def _binary(body: bytes) -> str:
    """Name a document that is no text; empty for one that is."""
    for signature, name in _SIGNATURES:
        if body.startswith(signature):
            return name
    head = body[:4096]
    if head.startswith(_WIDE):
        return ""
    found = _CONTROLS.findall(head)
    return "binary data" if len(found) > MOST_CONTROLS * len(head) else ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return '"items"' in text[:HEAD]  # one that is cut off
    return True


def _feed(fetched: Fetched, now: datetime, cleaner: Cleaner) -> Examined:
    try:
        feed = parse(fetched.url, fetched, now=now)
    except ParseError as error:
        raise DataError(error.reason) from error
    items = tuple(
        _specimen(
            entry,
            feed.language,
            cleaner,
            base_url=fetched.url,
            site=site_of(entry.link, fetched.url, feed.site_url),
        )
        for entry in feed.entries
    )
    return Examined(kind="feed", items=items)


def _page(fetched: Fetched, now: datetime, cleaner: Cleaner) -> Examined:
    page = read_page(fetched.body, url=fetched.url, content_type=fetched.content_type)
    url = fetched.url or page.canonical_url
    entry = Entry(
        guid=url,
        link=url,
        title=plain(page.title),
        html=cap_html(page.html),
        author=plain(page.author, 200),
        published=sane(page.published, now),
    )
    found = _specimen(entry, page.language, cleaner, page=True)
    found = replace(found, sources=(*found.sources, *_origins(page, url, found.sources)))
    note = f"it is {page.obstacle}" if page.obstacle else ""
    if not found.text:
        note = note or "no report was found in it"
    elif page.obstacle == LOGIN:  # beside a report
        note = ""
    return Examined(kind="page", items=(replace(found, note=note),))


def _origins(page: Page, url: str, known: tuple[Source, ...]) -> list[Source]:
    """Where the page's head says that its report comes from."""
    named = (urls.canonical(urls.resolve(url, origin)) for origin in page.origins)
    there = {source.url for source in known} | {urls.canonical(url)}
    return [
        Source(kind="url", url=origin)
        for origin in dict.fromkeys(named)
        if origin and origin not in there and not urls.is_home_page(origin)
    ]


def _specimen(
    entry: Entry,
    claim: str,
    cleaner: Cleaner,
    *,
    base_url: str = "",
    site: str = "",
    page: bool = False,
) -> Specimen:
    cleaned = clean(
        entry,
        base_url=base_url,
        rules=cleaner.rules,
        page=page,
        site=site,
        learned=cleaner.learned,
    )
    in_text = [removal for removal in cleaned.removals if removal.field == "text"]
    placed = place(entry.html, cleaned.text, in_text)
    return Specimen(
        url=entry.link,
        title=cleaned.title,
        text=cleaned.text,
        language=detect(f"{cleaned.title}\n{cleaned.text}".strip(), claim=entry.language or claim),
        author=entry.author,
        published_at=entry.published,
        sources=cleaned.sources,
        removals=cleaned.removals,
        paragraphs=placed or kept(cleaned.text),
        in_place=placed is not None,
    )
