"""What tells the entries of one feed apart, and which of them to keep when there are too many."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ingestor import urls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestor.models import Entry

MAX_GUID: Final = 512  # characters; a longer guid is replaced by its hash


def _digest(*parts: str) -> str:
    """Hash strings with their borders, so that ("ab", "c") is not ("a", "bc")."""
    return "sha256:" + sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def _own_guid(entry: Entry) -> str:
    """Choose guid, else link, else a hash of the content."""
    guid = entry.guid or entry.link
    if not guid:
        return _digest(entry.title, entry.html)
    return guid if len(guid) <= MAX_GUID else _digest(guid)


def _unused(guid: str, link: str, taken: Counter[str]) -> str:
    """Make a guid unique: the first keeps it, later ones append their link, else a number.

    `taken` holds how often each name was asked for; a number starts there, so that a feed that
    gives one guid to all of its n entries costs n steps and not n².
    """
    if guid in taken and link:
        guid = f"{guid}|{link}"
    name = guid
    while name in taken:
        taken[guid] += 1
        name = f"{guid}|{taken[guid]}"
    taken[name] = 1
    return name


def distinct(entries: Sequence[Entry]) -> list[Entry]:
    """Keep the first of entries that are one item given twice, as in a document merged badly.

    They agree in guid, link and title; where one of these is missing, nothing tells.
    """
    kept: dict[object, Entry] = {}
    for number, entry in enumerate(entries):
        name = (entry.guid, entry.link, entry.title)
        kept.setdefault(name if all(name) else number, entry)
    return list(kept.values())


def identify(entries: Sequence[Entry]) -> list[Entry]:
    """Give every entry a guid that is unique in the feed, and say whose link is its own.

    Depends on nothing but the entries and their order, so that the next poll finds them again.
    """
    names = [urls.canonical(e.link) for e in entries]
    shared = Counter(name for name in names if name)
    taken: Counter[str] = Counter()
    identified = []
    for entry, name in zip(entries, names, strict=True):
        guid = _unused(_own_guid(entry), entry.link, taken)
        own_link = shared[name] == 1 and not urls.names_home_page(name)
        as_it_is = entry.guid == guid and entry.own_link == own_link  # as are most
        identified.append(entry if as_it_is else replace(entry, guid=guid, own_link=own_link))
    return identified


def newest(entries: Sequence[Entry], limit: int) -> tuple[Entry, ...]:
    """Keep at most `limit` entries, in document order.

    The newest are kept if all have a date; else the first ones, because feeds put new ones on top.
    """
    if len(entries) <= limit:
        return tuple(entries)
    dates = [e.published for e in entries if e.published]
    if len(dates) < len(entries):
        return tuple(entries[:limit])
    # Sorting is stable: of equally old ones the upper is kept.
    kept = sorted(range(len(entries)), key=dates.__getitem__, reverse=True)[:limit]
    return tuple(entries[index] for index in sorted(kept))
