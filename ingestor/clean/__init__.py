"""Entry → the report and nothing else, with a record of what was removed and what it cites."""

from __future__ import annotations

from ingestor.clean.attribution import attribute
from ingestor.clean.markup import blocks
from ingestor.clean.rulebook import book
from ingestor.clean.rulefile import RuleFile
from ingestor.clean.sieve import Context, clean_title, sift
from ingestor.models import Cleaned, Entry


def clean(entry: Entry, *, base_url: str = "", rules: tuple[RuleFile, ...] = ()) -> Cleaned:
    """Keep the report of an entry, and say what was taken out and by which rule.

    Pure and picklable, because it runs in a worker process: its input is hostile, its time is
    linear in the size of `entry.html`, and what exceeds `markup.MAX_CHARS` is not read.

    Args:
        entry: As the feed published it.
        base_url: What relative links in it are relative to; the entry's own link goes before it.
        rules: A user's files of rules, as `rulebook.read` gave them.
    """
    known, address = book(rules), entry.link or base_url
    title, title_removals = clean_title(entry.title, known)
    kept, taken = sift(blocks(entry.html), known, Context(title=title, url=address))
    return Cleaned(
        title=title,
        text="\n\n".join(block.text for _, block in kept),
        removals=title_removals + tuple(part.removal for part in taken),
        sources=attribute(entry, kept, taken, base_url=address),
    )
