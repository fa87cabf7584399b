r"""The cleaning rules, read from the data files in `clean/rules/`.

A rule is a regular expression, what it may be applied to, and two examples that prove it::

    [[rule]]
    name = "counter"
    where = "closing"                  # any | closing | edge
    pattern = '(?:{words})\s?\d+'        # {words} stands for all of the words below
    matches = ["12 Kommentare"]        # the whole line goes (edge: the part that matches goes)
    keeps = ["12 Kommentare waren zu lesen."]
    [rule.words]                       # by language; plain text, not patterns
    de = ["Kommentare"]

``any`` and ``closing`` patterns must match a whole block, ``edge`` patterns the start or the end
of one. A group named ``source`` is what the line says the report comes from.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Where = Literal["any", "closing", "edge"]

MAX_LINE = 240
"""Longest block that is compared with a whole-block rule, in characters. Nothing that repeats
under articles is longer, and no pattern gets the room to become slow."""

EDGE = 160
"""Length of a block's end, or start, in which an edge rule looks, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that is not the report.

    Attributes:
        pattern: For a whole block, or for its start.
        tail: The same, for the end of a block.
        tail_only: Whether an edge rule leaves the start of blocks alone.
        ends: For an edge rule: the last characters of a block that may match at its end, a
            cheap question before the dear one; empty is all.
        roles: The roles of blocks that it applies to; empty is all.
        alone: Whether a neighbour of the same shape makes it a list, which stays.
        leads: Whether linked blocks that follow it belong to it (teasers under their heading).
        linked: Whether it applies only to blocks that hold a link.
    """

    name: str
    where: Where
    pattern: re.Pattern[str]
    tail: re.Pattern[str]
    tail_only: bool
    ends: str
    roles: frozenset[str]
    alone: bool
    leads: bool
    linked: bool
    matches: tuple[str, ...]
    keeps: tuple[str, ...]


def _rule(table: Mapping[str, Any]) -> Rule:
    # Longest first: an alternation takes what fits first, and "Foto" must not hide "Fotos".
    words = sorted({w for ws in table.get("words", {}).values() for w in ws}, key=len, reverse=True)
    pattern = table["pattern"].replace("{words}", "|".join(map(re.escape, words)))
    pattern = pattern.replace("\\ ", r"\s")
    return Rule(
        name=table["name"],
        where=table["where"],
        pattern=re.compile(pattern, re.IGNORECASE),
        tail=re.compile(rf"\s*(?:{pattern})\s*\Z", re.IGNORECASE),
        tail_only=table.get("tail_only", False),
        ends=table.get("ends", ""),
        roles=frozenset(table.get("roles", ())),
        alone=table.get("alone", False),
        leads=table.get("leads", False),
        linked=table.get("linked", False),
        matches=tuple(table["matches"]),
        keeps=tuple(table["keeps"]),
    )


@cache  # the files are part of the package: reading them again would give the same
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of their files' names and of their places within."""
    folder = files("ingestor.clean") / "rules"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    tables = (tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in names)
    return tuple(_rule(table) for file in tables for table in file["rule"])
