"""The words of the field, as frozen values: one type for each moment of an article's way.

::

    Feed ─fetch→ Fetched ─parse→ ParsedFeed of Entry ─clean→ Article ─dedup→ Decision ─store

Names are those of Atom (RFC 4287) and HTTP (RFC 9110). Every `datetime` is aware and in UTC.
Text fields never hold NUL, lone surrogates or C0 controls other than tab and newline.

The small ones, of which each article has several, are tuples: these go from process to process at a
quarter of the cost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Literal, NamedTuple

Network = IPv4Network | IPv6Network
Fulltext = Literal["auto", "always", "never"]


# --- config → schedule -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed, as the configuration asks for it.

    Attributes:
        url: http(s), or an absolute ``file:`` URL; its normalised form identifies the feed.
        interval: The shortest time between two polls; None takes the schedule's.
        priority: Among equals, the article of the feed with the higher number is canonical.
        language: What the feed is written in, if the user says so (BCP 47), else empty.
        allow_networks: Private addresses that this feed, and only it, may contact.
        tags: What the user files it under; a slash parts the levels, as in ``News/World``.
        fulltext: Whether the pages that it links to are read; None takes the general setting.
    """

    url: str
    name: str
    interval: timedelta | None = None
    priority: int = 0
    language: str = ""
    allow_networks: tuple[Network, ...] = ()
    tags: tuple[str, ...] = ()
    fulltext: Fulltext | None = None


# --- fetch -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask "has it changed?" with, verbatim. Source: RFC 9110 §8.8."""

    etag: str = ""
    last_modified: str = ""

    @property
    def given(self) -> bool:
        """Whether there is any."""
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A whole response body, decoded from its content coding and within the size cap.

    Attributes:
        url: The address that answered, after redirects.
        moved_to: The target, if every redirect on the way was permanent (301, 308) and led neither
            from https to http nor from a public to a private address, else empty.
        content_type: The header, verbatim; may be empty.
        headers: All response headers, lower-cased names; of repeated ones the values joined.
        wire_bytes: Bytes received, before decoding.
        fresh_for: What Cache-Control or Expires promise; None where they say nothing.
    """

    url: str
    body: bytes
    status: int = 200
    content_type: str = ""
    moved_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    validators: Validators = Validators()
    wire_bytes: int = 0
    fresh_for: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304: nothing new. Its validators, if any, replace ours (RFC 9110 §15.4.5)."""

    url: str
    moved_to: str = ""
    validators: Validators = Validators()
    fresh_for: timedelta | None = None


FetchResult = Fetched | NotModified  # a refusal is not a result: it raises FetchError
Fetch = Callable[[Feed, Validators], Awaitable[FetchResult]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a page must not be asked for.

    Attributes:
        kind: One word, such as ``robots``.
        reason: The sentence a person reads.
        retry_at: When it may be otherwise, if that is known.
    """

    kind: Literal["robots", "robots_unreachable"]
    reason: str
    retry_at: datetime | None = None


Permit = Callable[[str], Awaitable[Refusal | None]]
"""Asked before each address of a page, those of redirects too."""


# --- parse -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item, as the feed published it, made harmless but not yet cleaned.

    Attributes:
        guid: Unique within its feed: the feed's own, else the link, else a hash of the content.
        link: Absolute http(s) URL of the article, or empty.
        title: Plain text on one line.
        html: The longest of the item's contents, as HTML, capped; still hostile.
        published: Only if it is sane (1990 … fetch + 24 h).
        own_link: Whether the link names this entry alone. False if the feed gives the same link
            to several entries, or it is a bare home page: such a link identifies nothing.
        via_url, via_name: The RSS ``source`` or Atom ``source``/``rel=via``, if any.
    """

    guid: str
    link: str = ""
    title: str = ""
    html: str = ""
    language: str = ""
    author: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    own_link: bool = True
    via_url: str = ""
    via_name: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document.

    Attributes:
        format: ``rss20``, ``atom10``, ``rdf10``, ``json11`` …, feedparser's words.
        entries: In document order, at most the cap; `dropped` counts what was left out.
        warnings: What was wrong with it although we could read it, one sentence each.
        ttl: The longest wait that the feed itself asks for (``ttl``, ``sy:``), if any.
        skip_hours, skip_days: In which it brings nothing: hours of the day in UTC, and days of
            the week, Monday is 0.
        hub: A WebSub hub that would tell of news, else empty.
    """

    format: str
    title: str = ""
    site_url: str = ""
    language: str = ""
    entries: tuple[Entry, ...] = ()
    dropped: int = 0
    warnings: tuple[str, ...] = ()
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub: str = ""


# --- clean -------------------------------------------------------------------------------


class Removal(NamedTuple):
    """What cleaning took out of an article, and by which rule.

    Attributes:
        field: ``title`` or ``text``.
        position: Index of the paragraph it stood in, before anything was removed, from 0.
    """

    rule: str
    text: str
    field: Literal["title", "text"] = "text"
    position: int = 0


class Source(NamedTuple):
    """Where an article says it comes from.

    Attributes:
        kind: ``url`` (a cited address), ``agency``, ``publisher`` (a name), or ``via``
            (the feed's own element).
        url: Canonical form, or empty.
        position: Paragraph before removal, -1 where it stood outside of the text.
    """

    kind: Literal["url", "agency", "publisher", "via"]
    name: str = ""
    url: str = ""
    position: int = -1


class Cleaning(NamedTuple):
    """What cleaning depends on besides the entry, as names: to know when to do it again.

    Attributes:
        base_url: What relative links in the entry were relative to, if it has no link itself.
        claim: The language that the entry or its feed claims to be in, else empty.
        rules: Version of the rules (`rulebook.version`); 0 if unknown.
        learned: Keys of the blocks that were known to be boilerplate of the site.
    """

    base_url: str = ""
    claim: str = ""
    rules: int = 0
    learned: frozenset[int] = frozenset()


class Trace(NamedTuple):
    """What an article tells about its site: the blocks that may recur (`clean.recurring`).

    Attributes:
        site: Whose article it is: the registrable domain of its link; empty if unknown.
        blocks: Keys of the blocks that may be boilerplate, as the rules alone leave them.
        longest: Key of the longest block; 0 if there is none.
    """

    site: str = ""
    blocks: tuple[int, ...] = ()
    longest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """The report and nothing else: paragraphs joined by one blank line, and what was taken out."""

    title: str
    text: str
    removals: tuple[Removal, ...] = ()
    sources: tuple[Source, ...] = ()
    trace: Trace = field(default_factory=Trace)


# --- fingerprint, dedup ------------------------------------------------------------------


class Fingerprint(NamedTuple):
    """One bit string of an article.

    Attributes:
        algorithm: Everything that its bits depend on, such as ``simhash64-words-2``.
        part: ``text``, ``title`` or ``sentences`` (then `value` holds several of equal size).
        value: Big-endian bytes.
    """

    algorithm: str
    part: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One entry, ready to be compared and stored.

    Attributes:
        canonical_url: `entry.link` without what does not identify it, or empty.
        language: Detected from the cleaned text with the feed's claim as a hint; empty if unsure.
        content_hash: SHA-256 (hex) of what the feed published (title, html): equal means "no edit".
        text_hash: SHA-256 (hex) of the normalised cleaned text; empty if too short to judge.
        cleaning: How it was cleaned.
        trace: What it tells about its site.
    """

    entry: Entry
    canonical_url: str
    title: str
    text: str
    language: str
    content_hash: str
    text_hash: str
    removals: tuple[Removal, ...] = ()
    sources: tuple[Source, ...] = ()
    fingerprints: tuple[Fingerprint, ...] = ()
    cleaning: Cleaning = field(default_factory=Cleaning)
    trace: Trace = field(default_factory=Trace)


Relation = Literal["copy", "rewording", "translation", "cites"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The judgement that two articles are alike.

    Attributes:
        article_id: The stored article that the judged one is like.
        score: 0..1, 1 is identical.
        evidence: What the judgement rests on, ready for JSON.
    """

    article_id: int
    relation: Relation
    score: float
    evidence: Mapping[str, object] = field(default_factory=dict)
