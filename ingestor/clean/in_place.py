"""What cleaning took out, shown where it stood in what the feed published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ingestor.clean.markup import blocks


class Taken(Protocol):
    """What was taken out, by which rule, from which paragraph."""

    @property
    def rule(self) -> str:
        """The rule that took it out."""
        ...

    @property
    def position(self) -> int:
        """The index of its paragraph in the original, from 0."""
        ...

    @property
    def text(self) -> str:
        """What was taken out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a paragraph; `rule` is the one that took it out, empty if it stayed."""

    text: str
    rule: str = ""


Paragraph = tuple[Piece, ...]


def kept(text: str) -> tuple[Paragraph, ...]:
    """The paragraphs of a cleaned text, without what was taken out."""
    return tuple((Piece(text=part),) for part in text.split("\n\n") if part)


def place(html: str, text: str, removals: Sequence[Taken]) -> tuple[Paragraph, ...] | None:
    """Put the removals back where they stood.

    Args:
        html: What the feed published; empty if it was not kept.
        text: The cleaned text.
        removals: Those of the text, in the order in which they were taken out.

    Returns:
        The original's paragraphs; None where they are not exactly the text and the removals, for
        then (another version of the rules, a text from elsewhere) no position is certain.
    """
    if not html:
        return None
    taken: defaultdict[int, list[Taken]] = defaultdict(list)
    for removal in removals:
        taken[removal.position].append(removal)
    paragraphs = []
    for position, block in enumerate(blocks(html)):
        paragraph = _cut(block.text, taken.pop(position, []))
        if paragraph is None:
            return None
        paragraphs.append(paragraph)
    stayed = [piece.text for paragraph in paragraphs for piece in paragraph if not piece.rule]
    return None if taken or "\n\n".join(stayed) != text else tuple(paragraphs)


def _cut(text: str, removals: Sequence[Taken]) -> Paragraph | None:
    """Cut removals off the ends of a paragraph; None if one stands at neither end."""
    before: list[Piece] = []
    behind: list[Piece] = []
    for removal in removals:
        piece = Piece(text=removal.text, rule=removal.rule)
        if text.endswith(removal.text):
            text = text.removesuffix(removal.text).rstrip()
            behind.insert(0, piece)
        elif text.startswith(removal.text):
            text = text.removeprefix(removal.text).lstrip()
            before.append(piece)
        else:
            return None
    return (*before, *([Piece(text=text)] if text else []), *behind)
