"""What is left around the report of a page when its furniture is gone.

Needs no words: position and shape tell. Pages print the headline again, a date line under it,
links to other reports between paragraphs, and a heading over the boxes at their end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from ingestor import urls
from ingestor.clean.markup import Block, essence
from ingestor.clean.matching import Context, matching
from ingestor.clean.rule import RuleBook, Rules
from ingestor.clean.sieve import Placed, Taken
from ingestor.models import Removal

SHORT = 140
"""Longest block that can be a label, a date line or a teaser, in characters."""

PROSE = 80
"""Shortest block that is prose for sure, in characters."""

LINKED = 0.5
"""Share of links from which on a block is no prose."""

TITLE_SHARE = 0.6
"""Least share that a headline and a line must have in common to be one, in letters."""

_ENDS = frozenset(".!?…。！？।؟۔»”\"'’)）」』")
_DATED = re.compile(
    r"\b\d{1,2}[:.h]\d\d\b|\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\d{1,2}[月월]\s?\d{1,2}[日일]"
    r"|\b\d{1,2}\.?(?:\s\w+){1,3}\s\d{4}\b|\b\w+\s\d{1,2},\s\d{4}\b"
)
_ADDRESS = re.compile(r"\S@\S|https?:|\bwww\.|\w\.\w+/")
_COLONS = frozenset(":：")
_RIGHTS = re.compile(r"(?:©|\(c\)\s|ⓒ|copyright\b)", re.IGNORECASE)


def sift_page(
    blocks: Sequence[Block], book: RuleBook, context: Context
) -> tuple[list[Placed], list[Taken]]:
    """Take off what a page prints around its report.

    Args:
        blocks: Of the page.
        book: Whose rules for whole pages are applied.
        context: Its headline, which it prints again, and its address.

    Returns:
        The blocks that stay, and what was taken, each with its position among `blocks`. A page of
        which nothing would stay is left as it is.
    """
    marks = {position: rule for position, rule in _marks(blocks, context) if rule}
    prose = max((n for n, block in enumerate(blocks) if _is_prose(block)), default=len(blocks))
    _mark_lists(blocks, context.url, marks)
    _mark_by_rules(blocks, book.at("page"), context, marks)
    _mark_tail(blocks, prose, marks)
    _mark_labels(blocks, marks)
    kept = [(position, block) for position, block in enumerate(blocks) if position not in marks]
    if not kept:
        return list(enumerate(blocks)), []
    taken = [
        Taken(removal=Removal(rule=rule, text=blocks[position].text, position=position))
        for position, rule in sorted(marks.items())
    ]
    return kept, taken


def _mark_lists(blocks: Sequence[Block], url: str, marks: dict[int, str]) -> None:
    """Mark lists of which every item leads to another page of the site, and says little else."""
    for is_item, run in groupby(range(len(blocks)), lambda n: blocks[n].role == "item"):
        places = list(run)
        if is_item and len(places) > 1 and all(_is_pointer(blocks[n], url) for n in places):
            marks.update((n, marks.get(n, "page_teaser")) for n in places)


def _is_pointer(block: Block, url: str) -> bool:
    return block.link_share >= LINKED and any(_leads_on(url, link) for link in block.links)


def _mark_by_rules(
    blocks: Sequence[Block], rules: Rules, context: Context, marks: dict[int, str]
) -> None:
    for position, block in enumerate(blocks):
        found = matching(block, rules, context)
        if found and position not in marks:
            marks[position] = found[0].name


def _mark_tail(blocks: Sequence[Block], prose: int, marks: dict[int, str]) -> None:
    """Mark what stands below the last prose, from a heading on: boxes, not sections of a report.

    Where lists or tables stand there, it may be a recipe, or results: doubt keeps.
    """
    tail = range(prose + 1, len(blocks))
    begin = next((n for n in tail if blocks[n].role == "heading" and n not in marks), len(blocks))
    below = range(begin, len(blocks))
    if not any(blocks[n].role in {"item", "cell"} for n in below):
        marks.update((n, marks.get(n, "page_tail")) for n in below)


def _is_prose(block: Block) -> bool:
    return len(block.text) >= PROSE and block.text[-1] in _ENDS and block.link_share < LINKED


def _marks(blocks: Sequence[Block], context: Context) -> list[tuple[int, str]]:
    found = []
    before = True  # the report has not begun
    title = essence(context.title)
    for position, block in enumerate(blocks):
        rule = _anywhere(block, context.url)
        if before and not rule and _is_dateline(block):
            rule = "page_dateline"
        if before and not rule and _is_title(block, title):
            rule = "page_title"
        before = before and (bool(rule) or block.role == "heading")
        found.append((position, rule))
    return found


def _is_title(block: Block, title: str) -> bool:
    """Whether a line is the headline once more, with a word above it or without the site's name."""
    line = essence(block.text)
    shorter, longer = sorted((line, title), key=len)
    return shorter in longer and len(shorter) >= TITLE_SHARE * len(longer)


def _is_dateline(block: Block) -> bool:
    text = block.text
    if block.role == "heading":
        return False
    return len(text) <= SHORT and text[-1] not in _ENDS and _DATED.search(text) is not None


def _anywhere(block: Block, url: str) -> str:
    if block.role == "caption":
        return "page_caption"
    if len(block.text) <= SHORT and _RIGHTS.match(block.text):
        return "page_rights"
    if _is_teaser(block, url):
        return "page_teaser"
    return ""


def _is_teaser(block: Block, url: str) -> bool:
    """A whole line is a link to another page of the site, and is no address itself."""
    return (
        block.linked
        and block.role in {"paragraph", "heading"}
        and any(_leads_on(url, link) for link in block.links)
        and len(block.text) <= 2 * SHORT
        and _ADDRESS.search(block.text) is None
    )


def _leads_on(url: str, link: str) -> bool:
    target = urls.resolve(url, link)
    return (
        bool(target)
        and urls.site(target) == urls.site(url)
        and target.partition("#")[0] != url.partition("#")[0]
    )


def _mark_labels(blocks: Sequence[Block], marks: dict[int, str]) -> None:
    """Mark the headings and ``labels:`` that announce nothing that is left."""
    bare = True  # nothing stays between this block and the end, or the heading that follows it
    for position in range(len(blocks) - 1, -1, -1):
        if position in marks:
            continue
        bare = bare and _is_label(blocks[position])
        if bare:
            marks[position] = "page_label"


def _is_label(block: Block) -> bool:
    """Whether a block does nothing but announce: a heading, or a line that ends with a colon."""
    if len(block.text) > SHORT:
        return False
    return block.role == "heading" or block.text[-1] in _COLONS
