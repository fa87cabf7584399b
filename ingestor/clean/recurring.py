"""What a site prints under report after report: blocks that recur are not the report.

Cleaning by rules needs a rule. Here the site itself tells: a line that stands at the edge of
articles which are about quite different things belongs to the site (`clean.evidence`). Here are
the pure functions of one article:

- `zone`: which of its blocks may be boilerplate, and the key of each. Only blocks at the edges, and
  linked ones, are asked: a block between two paragraphs of a report is the report.
- `lift`: what is taken out, given the keys that are boilerplate on that site.

A key is the same for what is near-verbatim the same: without regard to case, punctuation and the
article's own title; a date or time in a stamp, and the number of a counter, do not matter. Other
numbers do: "Price: 15.50" and "Price: 18.00" are two facts. What the keys are computed from is
the article as the rules alone clean it, never what was learned before, so that the order in which
articles come changes nothing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ingestor import urls
from ingestor.clean.markup import Block
from ingestor.clean.sieve import SENTENCE_END, Placed, Taken
from ingestor.models import Removal

RULE = "learned"
"""The name under which removals are noted."""

FIRST, LAST = 3, 10
"""So many blocks at the start and at the end of an article may be boilerplate."""

MAX_BLOCK = 400
"""Longest block that may be, in characters."""

MAX_KEYS = 24
"""Most keys of one article."""

LINKED = 0.5
"""A block of which so much is links may be boilerplate wherever it stands."""

_DATE = re.compile(
    r"(?:[^\W\d_]{2,14}\.?,?\s)?\d{1,2}(?:\.|st|nd|rd|th|º|°)?\s(?:de\s|di\s)?[^\W\d_]{3,14}\.?,?\s"
    r"(?:de\s)?\d{4}"
    r"|[^\W\d_]{3,14}\.?\s\d{1,2},?\s\d{4}"
    r"|\d{1,4}\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,4}日?"
    r"|\d{1,2}\s?[:h時时点點시]\s?\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?(?!\w))?",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d[\d.,'’\s]*")
_COUNTED = re.compile(r"[(\[（［][^()\[\]（）［］]{0,30}[)\]）］]")
_COUNT_FIRST = re.compile(r"\W{0,3}\d[\d.,'’]*(?:\s?[kmkм](?!\w))?\s?(?=[^\W\d])(\D{1,30})")
_PUNCTUATION = re.compile(r"[\W_]+")
_PLACE = re.compile(r"\.(?<=\w\.)[a-z]{2,6}(?![a-z])")  # begins with its stop: quick to look for
_HANDLE = re.compile(r"[@#](?<!\w#)(?=\w)")
_FACT = re.compile(r"[^:：\d]{1,40}[:：]\s?\S")
_STOPLESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # Thai, Lao, Burmese, Khmer
_SHORT = 40  # characters: a stamp, a counter, a sentence of a script without stops is longer
_LONG = 100  # characters: what is longer is compared letter by letter
_TAIL = 12  # characters: in which the end of a sentence is looked for
_MIN_TITLE = 8  # characters of a title that is recognised inside of a block
_LITTLE = 3  # letters


def site_of(link: str, feed_url: str, home: str = "") -> str:
    """Tell whose words an entry holds: the site that it links to, or that of its feed.

    Feeds lie on hosts of their own, so the home page that they name counts too. A feed that links
    to others' reports prints its own lines under them, not theirs.

    Args:
        link: The entry's own.
        feed_url: Where the feed was found, or the page of which the text is.
        home: The home page that the feed names.

    Returns:
        A registrable domain; empty if there is none.
    """
    linked, own = urls.site(link), urls.site(feed_url)
    return linked if not own or (linked and linked in {own, urls.site(home)}) else own


# --- keys ----------------------------------------------------------------------------------


def key(block: Block, title: str, site: str) -> int:
    """Name a block, the same for what is near-verbatim the same.

    Args:
        block: As the rules left it.
        title: Of its article: in the block, it stands for any title.
        site: The registrable domain: a line that names it is the site's.

    Returns:
        32 bits, never 0. Below zero: it reads like a line of a report, and needs more evidence.
    """
    bare = _essence(block.text, title)
    number = int.from_bytes(hashlib.blake2b(bare.encode(), digest_size=4).digest()) >> 1 or 1
    label = site.partition(".")[0]
    named = len(label) > _LITTLE and label in bare.replace(" ", "")
    return -number if not named and _reads_like_report(block) else number


def _essence(text: str, title: str) -> str:
    folded = _folded(text)
    if len(title) >= _MIN_TITLE:
        folded = folded.replace(_folded(title), "\ufffc")
    if len(text) > _LONG:
        return folded
    if _DIGIT.search(folded):
        folded = _without_numbers(folded)
    return _PUNCTUATION.sub(" ", folded).strip() or folded


def _folded(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


def _without_numbers(text: str) -> str:
    """Take the date out of a stamp and the number out of a counter; leave all else."""
    if _ends_like_sentence(text):
        return text
    rest, dates = _DATE.subn(" ", text)
    if dates and not _DIGIT.search(rest) and len(rest.strip()) <= _SHORT:
        return f"{rest} date"
    rest = _COUNTED.sub("", text)
    bracketed = rest != text and not _DIGIT.search(rest)
    if len(text) <= _SHORT and (bracketed or _COUNT_FIRST.fullmatch(text)):
        return _NUMBER.sub(" count ", text)
    return text


def _reads_like_report(block: Block) -> bool:
    """Whether it is a sentence or a fact, and leads nowhere."""
    text = block.text
    if block.link_share >= LINKED or _leads_away(text):
        return False
    if _ends_like_sentence(text) or _FACT.match(text):
        return True
    return len(text) > _SHORT and _STOPLESS.search(text) is not None


def _leads_away(text: str) -> bool:
    """Whether a text names an address, of the web or of a person. Cheap questions come first."""
    if "://" in text or "www." in text or _PLACE.search(text):
        return True
    return ("@" in text or "#" in text) and _HANDLE.search(text) is not None


def _ends_like_sentence(text: str) -> bool:
    return SENTENCE_END.search(text[-_TAIL:]) is not None


# --- one article ---------------------------------------------------------------------------


def zone(kept: Sequence[Placed], title: str, site: str) -> dict[int, int]:
    """Find the blocks that may be boilerplate; the only block of an article is not.

    Args:
        kept: The blocks that the rules alone leave of an article.
        title: Its title.
        site: Whose it is; empty if nobody knows, then nothing is.

    Returns:
        The key of each, by position.
    """
    if len(kept) < 2 or not site:
        return {}
    last = len(kept) - LAST
    chosen = [
        (position, block)
        for index, (position, block) in enumerate(kept)
        if (index < FIRST or index >= last or block.link_share >= LINKED)
        and len(block.text) <= MAX_BLOCK
        and block.role not in {"quote", "cell"}
    ]
    return {position: key(block, title, site) for position, block in chosen[-MAX_KEYS:]}


def longest(kept: Sequence[Placed], keys: Mapping[int, int], title: str, site: str) -> int:
    """The key of the longest block, by which one report is told from another."""
    position, block = max(kept, key=lambda placed: len(placed[1].text))
    known = keys.get(position)
    return known or key(replace(block, text=block.text[:MAX_BLOCK]), title, site)


def lift(
    kept: Sequence[Placed], keys: Mapping[int, int], learned: Collection[int]
) -> tuple[list[Placed], list[Taken]]:
    """Take out what a site is known to repeat; one block at least stays.

    Linked blocks go wherever they stand, others only from the ends, up to the first that stays;
    what announces the report stays with it.

    Args:
        kept: The blocks of an article.
        keys: Of those that may be boilerplate, by position, as `zone` gave them.
        learned: The keys that are boilerplate on this site.
    """
    rest, taken = list(kept), []

    def goes(placed: Placed) -> bool:
        return keys.get(placed[0]) in learned

    for placed in kept:
        leads_away = placed[1].link_share >= LINKED and not _announces(placed[1])
        if len(rest) > 1 and leads_away and goes(placed):
            rest.remove(placed)
            taken.append(_take(placed))
    while len(rest) > 1 and goes(rest[-1]):
        taken.append(_take(rest.pop()))
    while len(rest) > 1 and goes(rest[0]) and not _announces(rest[0][1]):
        taken.append(_take(rest.pop(0)))
    return rest, taken


def _announces(block: Block) -> bool:
    """Whether a block is about what follows it."""
    return block.role == "heading" or block.text[-1] in ":："


def _take(placed: Placed) -> Taken:
    position, block = placed
    return Taken(removal=Removal(rule=RULE, text=block.text, position=position), links=block.links)
