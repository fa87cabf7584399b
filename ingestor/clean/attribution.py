"""Where an article says it comes from: source lines, datelines, bylines, the feed's own element."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ingestor import urls
from ingestor.clean.agencies import spellings
from ingestor.clean.citations import (
    is_cited,
    is_outlet,
    is_picture_source,
    is_written_as_one,
    outlets_in,
)
from ingestor.clean.sieve import Placed, Taken
from ingestor.clean.words import exact
from ingestor.models import Entry, Source

HEAD = 120
"""A dateline stands within so many characters of the start, a closing credit of the end."""

BYLINE = 60
"""Longest line that can be a byline, in characters."""

LEAD = 1_500
"""How much of a report's beginning is searched for whom it cites, in characters."""

MAX_SOURCES = 20
"""Most sources of one article that are kept: a source line may repeat without end."""

_BRACKETED = re.compile(r"[(（\[【]([^()（）\[\]【】]{2,60})[)）\]】]")
_DASH = re.compile(r"\s?[-–—:]")
_CLOSING = re.compile(r"[(（\[【]([^()（）\[\]【】]{2,60})[)）\]】]\s?\.?\Z")
# Such as: MOSKAU, 26. Dezember (TASS) – … or PARIS, AFP — … or 新华社北京1月1日电 …
_DATELINE = re.compile(r"\A([^.!?。]{2,80}?)(?:\s[-–—]{1,2}\s|\s?[–—]{1,2}\s?|日电|日電)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Agencies:
    """The known agencies: where one begins, a pattern of all spellings, the name of each."""

    begins: re.Pattern[str]
    pattern: re.Pattern[str]
    names: Mapping[str, str]

    def find(self, text: str) -> Iterator[re.Match[str]]:
        """Yield each spelling that stands in a text."""
        end = 0
        for place in self.begins.finditer(text):
            start = place.start()
            if start >= end and (match := self.pattern.match(text, start)):
                end = match.end()
                yield match


@cache  # of what is part of the package: making it again would give the same
def _agencies() -> _Agencies:
    names = spellings()
    # No letters beside it, or "AP" would be found in "APEC"; Chinese and Japanese have no spaces.
    spaced = exact(name for name in names if not _is_cjk(name))
    unspaced = exact(name for name in names if _is_cjk(name))
    pattern = rf"(?<!\w)(?:{spaced})(?!\w)|{unspaced}"
    # It begins with a set of letters, so that the engine skips all others at once; what a name
    # needs around its first letter is asked next, and then, looking back at it, for the whole name.
    first = re.escape("".join(sorted({name[0] for name in names})))
    begins = (
        rf"[{first}](?:(?<!\w.)(?<=(?=(?:{spaced})(?!\w)).)"
        rf"|(?<=[\u3040-\ud7a3])(?<=(?={unspaced}).))"
    )
    return _Agencies(begins=re.compile(begins), pattern=re.compile(pattern), names=names)


def _is_cjk(text: str) -> bool:
    return "\u3040" <= text[0] <= "\ud7a3"


def agencies_in(text: str) -> tuple[str, ...]:
    """Names of the agencies that a short text mentions, in order, each once."""
    known = _agencies()
    return tuple(dict.fromkeys(known.names[m[0]] for m in known.find(text)))


def attribute(
    entry: Entry, kept: Sequence[Placed], taken: Sequence[Taken], *, base_url: str
) -> tuple[Source, ...]:
    """Collect what an article says it comes from, each source once, the clearest first.

    Args:
        entry: For its author, and for the feed's own ``source`` element.
        kept: The blocks of the report.
        taken: What was removed from it.
        base_url: What relative links are relative to.
    """
    found: dict[tuple[str, str, str], Source] = {}
    for source in _all(entry, kept, taken, base_url):
        found.setdefault((source.kind, source.name, source.url), source)
    return tuple(found.values())[:MAX_SOURCES]


def _all(
    entry: Entry, kept: Sequence[Placed], taken: Sequence[Taken], base_url: str
) -> Iterator[Source]:
    for part in taken:
        if part.source:
            at_end = not kept or part.removal.position >= kept[-1][0]
            yield from _from_line(part, base_url, at_end=at_end)
    if entry.via_url or entry.via_name:
        yield Source(kind="via", name=entry.via_name, url=urls.canonical(entry.via_url))
    yield from (Source(kind="agency", name=name) for name in agencies_in(entry.author))
    if kept:
        for position, text in _credit_places(kept):
            yield from (
                Source(kind="agency", name=name, position=position) for name in agencies_in(text)
            )
        yield from _cited(kept)


def _cited(kept: Sequence[Placed]) -> Iterator[Source]:
    """Whom the sentences of a report cite, near its beginning and in its last paragraph."""
    read = 0
    for position, block in kept:
        if read > LEAD and position != kept[-1][0]:
            continue
        text = block.text[:LEAD]
        read += len(text)
        for match in _agencies().find(text):
            if is_cited(text, *match.span()):
                name = _agencies().names[match[0]]
                yield Source(kind="agency", name=name, position=position)
        for outlet in outlets_in(text):
            if not agencies_in(outlet):
                yield Source(kind="publisher", name=outlet, position=position)


def _from_line(part: Taken, base_url: str, *, at_end: bool) -> Iterator[Source]:
    """Read one source line: its address if it has one, else the agencies, else the name.

    A name may as well be a photographer's where the line says so, or stands within the report.
    """
    position = part.removal.position
    addresses = [part.source] if urls.is_http(part.source) else []
    addresses += [urls.resolve(base_url, link) for link in part.links]
    url = next(filter(None, map(urls.canonical, addresses)), "")
    name = "" if urls.is_http(part.source) else part.source
    agencies = agencies_in(name)
    if url:
        yield Source(kind="url", name=name, url=url, position=position)
    yield from (Source(kind="agency", name=agency, position=position) for agency in agencies)
    doubtful = is_picture_source(name)
    if part.removal.rule.startswith("according"):
        doubtful = not (is_outlet(name) or is_written_as_one(name))
    elif part.credit:
        doubtful |= not (at_end or is_outlet(name))
    if name and not url and not agencies and not doubtful:
        yield Source(kind="publisher", name=name, position=position)


def _credit_places(kept: Sequence[Placed]) -> Iterator[tuple[int, str]]:
    """Yield the bits of text in which an agency's name is a credit, not a subject."""
    first, last = kept[0], kept[-1]
    head = first[1].text[:HEAD]
    for match in _BRACKETED.finditer(head):
        if not match.start() or _DASH.match(head, match.end()):
            yield first[0], match[1]
    if dateline := _DATELINE.match(head):
        yield first[0], dateline[1]
    for position, block in (first, last):
        if len(block.text) <= BYLINE and _is_byline(block.text):
            yield position, block.text
    if closing := _CLOSING.search(last[1].text[-HEAD:]):
        yield last[0], closing[1]


def _is_byline(text: str) -> bool:
    """Whether a line is nothing but agencies, perhaps after a word such as "By"."""
    rest = _agencies().pattern.sub("", text)
    return rest != text and sum(map(str.isalpha, rest)) <= 4
