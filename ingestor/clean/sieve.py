"""Rules × blocks → what stays and what goes. Structure and position decide; doubt keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from ingestor.clean.markup import Block, normalise
from ingestor.clean.rulebook import EDGE, MAX_LINE, Rule, Where, rules
from ingestor.models import Removal

Placed = tuple[int, Block]
"""A block and its position before anything was removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One removal, with what it says about where the report comes from.

    Attributes:
        source: The part of the line that names a source, or empty.
        links: Addresses that the removed block linked to, verbatim.
    """

    removal: Removal
    source: str = ""
    links: tuple[str, ...] = ()


def sift(blocks: Sequence[Block]) -> tuple[tuple[Placed, ...], tuple[Taken, ...]]:
    """Part the report from what is not.

    Returns:
        The blocks that stay, some of them without an edge; and what was taken, in text order.
    """
    kept, taken = _trim_edges(enumerate(blocks), _rules("edge"))
    kept, anywhere = _take_anywhere(kept)
    kept, closing = _take_closing(kept)
    taken = sorted(taken + anywhere + closing, key=lambda t: t.removal.position)
    return tuple(kept), tuple(taken)


def clean_title(title: str) -> tuple[str, tuple[Removal, ...]]:
    """Take placeholders off either end of a title; a title is not touched otherwise."""
    placeholders = [rule for rule in _rules("edge") if rule.name == "placeholder"]
    kept, taken = _trim_edges([(0, Block(text=normalise(title)))], placeholders)
    removals = tuple(replace(part.removal, field="title") for part in taken)
    return "".join(block.text for _, block in kept), removals


@cache  # of the constant rules
def _rules(where: Where) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules() if rule.where == where)


def _take(rule: Rule, position: int, block: Block, match: re.Match[str] | None) -> Taken:
    source = match.groupdict().get("source") if match else ""
    removal = Removal(rule=rule.name, text=block.text, position=position)
    return Taken(removal=removal, source=source or "", links=block.links)


# --- edges -------------------------------------------------------------------------------


def _trim_edges(
    blocks: Iterable[Placed], edge_rules: Sequence[Rule]
) -> tuple[list[Placed], list[Taken]]:
    kept: list[Placed] = []
    taken: list[Taken] = []
    for position, original in blocks:
        block = original
        while block.text and (found := _edge(block, edge_rules)):
            rule, match, rest = found
            part = replace(block, text=match[0].strip(), links=())
            taken.append(_take(rule, position, part, match))
            block = replace(block, text=rest)
        if block.text:
            kept.append((position, block))
    return kept, taken


def _edge(block: Block, edge_rules: Sequence[Rule]) -> tuple[Rule, re.Match[str], str] | None:
    """Find a rule that matches either end, and what the block is without that part."""
    text = block.text
    for rule in edge_rules:
        if rule.roles and block.role not in rule.roles:
            continue
        if match := _at_end(rule, text):
            return rule, match, text[: len(text) - len(match[0])].rstrip()
        if not rule.tail_only and (match := rule.pattern.match(text[:EDGE])):
            return rule, match, text[match.end() :].lstrip()
    return None


def _at_end(rule: Rule, text: str) -> re.Match[str] | None:
    if rule.ends and text[-1] not in rule.ends:
        return None
    return rule.tail.search(text[-EDGE:])


# --- whole blocks ------------------------------------------------------------------------


def _matching(block: Block, candidates: Sequence[Rule]) -> tuple[Rule, re.Match[str]] | None:
    if len(block.text) > MAX_LINE:
        return None
    for rule in candidates:
        if rule.linked and not block.links:
            continue
        if rule.roles and block.role not in rule.roles:
            continue
        if match := rule.pattern.fullmatch(block.text):
            return rule, match
    return None


def _take_anywhere(blocks: Sequence[Placed]) -> tuple[list[Placed], list[Taken]]:
    candidates = _rules("any")
    kept: list[Placed] = []
    taken: list[Taken] = []
    leader: Rule | None = None
    for position, block in blocks:
        if found := _matching(block, candidates):
            leader = found[0] if found[0].leads else None
            taken.append(_take(found[0], position, block, found[1]))
        elif leader and block.linked:
            taken.append(_take(leader, position, block, None))
        else:
            leader = None
            kept.append((position, block))
    return kept, taken


def _take_closing(blocks: Sequence[Placed]) -> tuple[list[Placed], list[Taken]]:
    """Take closing lines off the end, up to the first block that is none; never the only block."""
    candidates = _rules("closing")
    kept = list(blocks)
    taken: list[Taken] = []
    while len(kept) > 1 and (found := _matching(kept[-1][1], candidates)):
        rule, match = found
        before = kept[-2][1].text
        if rule.alone and len(before) <= MAX_LINE and rule.pattern.fullmatch(before):
            break
        taken.append(_take(rule, *kept.pop(), match))
    return kept, taken
