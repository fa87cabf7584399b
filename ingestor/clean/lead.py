"""The lead of a report, which many pages print apart from its body, under their headline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lxml import etree

from ingestor.clean.markup import Block, essence, normalise

LEAD = 40
"""Shortest lead, and shortest summary to know it by, in letters."""

LONGEST = 800
"""Longest lead that is known by its name, in characters."""

ALIKE = 80
"""How many first letters a lead and a summary must share: either may be cut off."""

_NAME = re.compile(
    r"(?<![a-z])(?:stand-?first|dek|lede|lead|sub-?head(?:line|ing)?|sub-?title|vorspann|chap[oô]"
    r"|chapeau|entradilla|bajada|sottotitolo|occhiello|manchet|ingress|anons|zajawka|sapo)(?![a-z])",
    re.IGNORECASE,
)
_OTHER = re.compile(r"image|img|photo|picture|media|caption|meta|author|byline|date", re.IGNORECASE)
_BODY = frozenset(("html", "body", "main", "article"))


def standfirst(root: Any) -> list[str]:
    """What a page calls a standfirst, dek or lead, below its headline.

    Args:
        root: An lxml tree of the whole page.
    """
    found: list[str] = []
    below = False
    for element in root.iter():
        if element.tag == "h1":
            below = True
        elif below and isinstance(element.tag, str) and _is_named_so(element):
            text = normalise("".join(element.itertext()))
            if len(text) <= LONGEST:
                found.append(text)
    return found


def _is_named_so(element: Any) -> bool:
    if element.tag in _BODY:
        return False
    if element.get("itemprop") == "description":
        return True
    names = f"{element.get('class', '')} {element.get('data-testid', '')}"[:400]
    return bool(_NAME.search(names)) and not _OTHER.search(names)


def add_lead(body: Any, page: Sequence[Block], said: Sequence[str]) -> None:
    """Put the lead back: what stands above the report and is what the page calls so.

    Args:
        body: The article, changed in place.
        page: The blocks of the whole page.
        said: What the page gives as its summary, or names as its lead.
    """
    text = essence("".join(body.itertext()))
    summaries = [summary for summary in map(essence, said) if len(summary) >= LEAD]
    for block in page if summaries else ():
        letters = essence(block.text)
        if len(letters) < LEAD:
            continue
        if letters in text:
            return  # here the report begins
        if block.role not in {"caption", "cell"} and any(_alike(letters, s) for s in summaries):
            lead = etree.Element("p")
            lead.text = block.text
            body.insert(0, lead)
            return


def _alike(letters: str, summary: str) -> bool:
    return letters.startswith(summary[:ALIKE]) or summary.startswith(letters[:ALIKE])
