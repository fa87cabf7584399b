"""Entry → the report and nothing else, with a record of what was removed and what it cites."""

from __future__ import annotations

from dataclasses import replace

from ingestor.clean.attribution import attribute
from ingestor.clean.markup import blocks
from ingestor.clean.remainder import sift_page
from ingestor.clean.rulebook import RuleBook, book
from ingestor.clean.rulefile import RuleFile
from ingestor.clean.sieve import Context, Placed, Taken, clean_title, sift
from ingestor.models import Cleaned, Entry


def clean(
    entry: Entry, *, base_url: str = "", rules: tuple[RuleFile, ...] = (), page: bool = False
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
    """
    known, address = book(rules), entry.link or base_url
    title, title_removals = clean_title(entry.title, known)
    context = Context(title=title, url=address)
    if page:
        kept, taken = _sift_page(entry, known, context)
    else:
        kept, taken = sift(blocks(entry.html), known, context)
    return Cleaned(
        title=title,
        text="\n\n".join(block.text for _, block in kept),
        removals=title_removals + tuple(part.removal for part in taken),
        sources=attribute(entry, kept, taken, base_url=address),
    )


def _sift_page(
    entry: Entry, known: RuleBook, context: Context
) -> tuple[tuple[Placed, ...], tuple[Taken, ...]]:
    """Sift what a page prints around its report, then the report like any other."""
    placed, around = sift_page(blocks(entry.html), entry.link, context.title)
    places = [position for position, _ in placed]
    kept, taken = sift([block for _, block in placed], known, context)
    moved = (
        replace(part, removal=replace(part.removal, position=places[part.removal.position]))
        for part in taken
    )
    return (
        tuple((places[position], block) for position, block in kept),
        tuple(sorted((*around, *moved), key=lambda part: part.removal.position)),
    )
