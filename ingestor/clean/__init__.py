"""Entry → the report and nothing else, with a record of what was removed and what it cites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from ingestor import urls
from ingestor.clean import recurring
from ingestor.clean.attribution import MAX_SOURCES, attribute
from ingestor.clean.markup import blocks
from ingestor.clean.matching import Context
from ingestor.clean.remainder import sift_page
from ingestor.clean.rule import RuleBook
from ingestor.clean.rulebook import book
from ingestor.clean.rulefile import RuleFile
from ingestor.clean.sieve import Placed, Taken, clean_title, sift, trim_ends
from ingestor.models import Cleaned, Entry, Removal, Trace

Learned = Mapping[str, frozenset[int]]
"""By site, the keys of the blocks that it is known to repeat (`recurring.key`)."""

NOTHING_LEARNED: Learned = MappingProxyType({})

_ROUNDS = 5  # of taking what is learned and what rules then find at the ends; two are the rule


def clean(
    entry: Entry,
    *,
    base_url: str = "",
    rules: tuple[RuleFile, ...] = (),
    page: bool = False,
    site: str = "",
    learned: Learned = NOTHING_LEARNED,
) -> Cleaned:
    """Keep the report of an entry, and say what was taken out and by which rule.

    Pure and picklable, because it runs in a worker process: its input is hostile, its time is
    linear in the size of `entry.html`, and what exceeds `markup.MAX_CHARS` is not read.

    Args:
        entry: As the feed published it.
        base_url: What relative links in it are relative to; the entry's own link goes before it.
        rules: A user's files of rules, as `rulebook.read` gave them.
        page: Whether `entry.html` comes from a whole page (`page.read_page`), which prints more
            around its report than a feed does.
        site: Whose words they are, as `recurring.site_of` says; empty takes the entry's address.
        learned: What sites are known to repeat.
    """
    known, address = book(rules), entry.link or base_url
    title, title_removals = clean_title(entry.title, known)
    context = Context(title=title, url=address)
    if page:
        kept, taken = _sift_page(entry, known, context)
    else:
        kept, taken = sift(blocks(entry.html), known, context)
    site = site or urls.site(address)
    keys = recurring.zone(kept, title, site)
    rest, lifted = _lift(kept, keys, learned.get(site, frozenset()), known, context)
    sources = attribute(entry, kept, taken, base_url=address)
    if lifted:  # a credit may have stood at the end of what stays
        sources += attribute(entry, rest, lifted, base_url=address)
    return Cleaned(
        title=title,
        text="\n\n".join(block.text for _, block in rest),
        removals=title_removals + _in_order(taken + lifted),
        sources=tuple(dict.fromkeys(sources))[:MAX_SOURCES],
        trace=Trace(
            site=site,
            blocks=tuple(dict.fromkeys(keys.values())),
            longest=recurring.longest(kept, keys, title, site) if keys else 0,
        ),
    )


def _lift(
    kept: tuple[Placed, ...],
    keys: Mapping[int, int],
    learned: frozenset[int],
    book: RuleBook,
    context: Context,
) -> tuple[tuple[Placed, ...], tuple[Taken, ...]]:
    """Take what the site repeats, and what rules find at the ends when that is gone."""
    rest = kept
    taken: tuple[Taken, ...] = ()
    for _ in range(_ROUNDS if learned else 0):
        fewer, gone = recurring.lift(rest, keys, learned)
        if not gone:
            break
        rest, more = trim_ends(fewer, book, context)
        taken += (*gone, *more)
    return rest, taken


def _in_order(taken: tuple[Taken, ...]) -> tuple[Removal, ...]:
    return tuple(part.removal for part in sorted(taken, key=lambda part: part.removal.position))


def _sift_page(
    entry: Entry, known: RuleBook, context: Context
) -> tuple[tuple[Placed, ...], tuple[Taken, ...]]:
    """Sift what a page prints around its report, then the report like any other."""
    placed, around = sift_page(blocks(entry.html), known, context)
    places = [position for position, _ in placed]
    kept, taken = sift([block for _, block in placed], known, context)
    moved = (
        replace(part, removal=part.removal._replace(position=places[part.removal.position]))
        for part in taken
    )
    return (
        tuple((places[position], block) for position, block in kept),
        tuple(sorted((*around, *moved), key=lambda part: part.removal.position)),
    )
