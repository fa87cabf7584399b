"""What a cleaning rule is, and how rules are kept together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from ingestor.clean.rulefile import Where
from ingestor.clean.words import Openings

Words = Mapping[str, Collection[str]]
"""The words of each kind, of all languages together."""

MAX_LINE = 240
"""Longest block that is compared with a whole-block rule, in characters. Nothing that repeats
under articles is longer, and no pattern gets the room to become slow."""

EDGE = 160
"""Length of a block's end, or start, in which an edge rule looks, in characters."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that is not the report. Its patterns are compiled when a line needs them.

    Attributes:
        shape: The pattern for a whole block, or for its start or end, all words filled in.
        tail_only: Whether an edge rule leaves the start of blocks alone.
        between: Whether an edge rule also acts between two sentences of a block.
        begins: Kinds of words, one of which comes before any other letter.
        ends: What it may end with; empty is anything.
        never_ends: What it never ends with.
        numbered: Whether it has a digit in it.
        signs: Characters, one of which it has in it; empty is anything.
        roles: The roles of blocks that it applies to; empty is all but quotes.
        inline: Whether a closing rule may take the end of the last block, after a full stop.
        after_sentence: Whether it applies only if what is above it ends like a sentence: in a
            list or table, the same shape is a line of the report.
        leads: Whether linked blocks that follow it belong to it (teasers under their heading).
        linked: The least share of the block's characters that lies inside of links, 0 to 1.
        same_site: Whether its links must lead to the site of the article.
        titled: Whether it must repeat the title of the article.
        names_site: Whether the group ``own`` of the pattern must be the name of the article's site.
        holds: Patterns of what must be found in it, one of each group, in any order; in the group
            ``head`` of its shape if it has one.
        kinds: Kinds of words, of each group of which one must be in it: what of `holds` is quick
            to tell.
    """

    name: str
    where: Where
    shape: str
    matches: tuple[str, ...]
    keeps: tuple[str, ...]
    tail_only: bool = False
    between: bool = False
    begins: frozenset[str] = frozenset()
    ends: str = ""
    never_ends: str = ""
    numbered: bool = False
    signs: str = ""
    roles: frozenset[str] = frozenset()
    inline: bool = False
    after_sentence: bool = False
    leads: bool = False
    linked: float = 0.0
    same_site: bool = False
    titled: bool = False
    names_site: bool = False
    holds: tuple[tuple[str, ...], ...] = ()
    kinds: tuple[frozenset[str], ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """For a whole block, or for its start."""
        return re.compile(self.shape, re.IGNORECASE)

    @cached_property
    def tail(self) -> re.Pattern[str]:
        """For the end of a block."""
        return re.compile(rf"(?:{self.shape})\s*\Z", re.IGNORECASE)

    @cached_property
    def _held(self) -> tuple[tuple[re.Pattern[str], ...], ...]:
        """For what it must hold; `re` compiles what several rules ask for but once."""
        return tuple(tuple(re.compile(p, re.IGNORECASE) for p in group) for group in self.holds)

    def match(self, text: str) -> re.Match[str] | None:
        """Compare a whole text with the rule, and look for the words that it must hold."""
        match = self.pattern.fullmatch(text)
        return match if match and self._is_held(match) else None

    def _is_held(self, match: re.Match[str]) -> bool:
        if not self.holds:
            return True
        head = match["head"] if "head" in self.pattern.groupindex else match.string
        return all(any(words.search(head) for words in group) for group in self._held)

    def takes(self, part: str) -> bool:
        """Whether a whole line, or for an edge rule a part of one, is what the rule means."""
        return bool(self.tail.fullmatch(part) if self.where == "edge" else self.match(part))

    def compile(self) -> None:
        """Compile what lines are compared with, before a line needs it.

        Raises:
            re.error: a pattern is none.
        """
        _ = self.pattern, self._held, self.where == "edge" and self.tail


class Rules(tuple[Rule, ...]):
    """Some rules in their order. Equal to nothing but itself: what it found is looked up by it."""

    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__

    first: Openings
    """Of the words with which a line must begin for some rules."""

    held: Openings
    """Of the words that a line must hold for some rules."""

    signs: frozenset[str]
    """The characters that a line must have for some rules."""

    def __new__(cls, rules: Iterable[Rule], words: Words) -> Self:
        """Keep rules together with how the words begin that they ask for."""
        made = super().__new__(cls, rules)
        first = frozenset().union(*(rule.begins for rule in made))
        held = frozenset().union(*(kinds for rule in made for kinds in rule.kinds))
        made.first = Openings({kind: words[kind] for kind in first}, whole=False)
        made.held = Openings({kind: words[kind] for kind in held}, whole=True)
        made.signs = frozenset().union(*(rule.signs for rule in made))
        return made


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules in the order in which they are tried, and the words that they know."""

    rules: tuple[Rule, ...]
    words: Words
    _at: dict[tuple[object, ...], Rules] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def at(self, *places: Where, only: Callable[[Rule], bool] | None = None) -> Rules:
        """The rules for one place, or for several; `only` picks among them."""
        if (found := self._at.get((only, *places))) is None:
            chosen = (r for r in self.rules if r.where in places and (only is None or only(r)))
            found = self._at[only, *places] = Rules(chosen, self.words)
        return found
