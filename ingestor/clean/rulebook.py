r"""The cleaning rules: data files, read and checked, made into patterns.

A file holds rules, words and parts, all of them optional; `docs/cleaning.md` explains each::

    off = ["feed_footer"]              # rules of other files that shall not be used

    [parts]                            # bits of patterns
    n = '\d{1,6}'

    [words.de]                         # by language, then by kind: plain text, not patterns
    comment = ["Kommentar", "Kommentare"]

    [[rule]]
    name = "counter"
    where = "closing"                  # any | outer | closing | edge
    pattern = '{n}\s{comment}'         # a part, and any word of a kind in any language
    matches = ["12 {comment}"]         # the whole line goes (edge: the part that matches goes)
    keeps = ["12 Kommentare waren zu lesen."]

``edge`` patterns match the start or the end of a block, all others a whole block: ``closing`` ones
at the end of an article, ``outer`` ones at either end, ``any`` wherever it stands. A group named
``source`` is what the line says the report comes from; one named ``credit`` likewise, but only
agencies and addresses count in it, for it may as well be where a picture comes from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ingestor.clean.rulefile import RuleFile, Sheet, Where, builtin_files, read_file
from ingestor.clean.words import alternation
from ingestor.errors import ConfigError
from ingestor.positions import KeyPath

Words = Mapping[str, Collection[str]]
"""The words of each kind, of all languages together."""

MAX_LINE = 240
"""Longest block that is compared with a whole-block rule, in characters. Nothing that repeats
under articles is longer, and no pattern gets the room to become slow."""

EDGE = 160
"""Length of a block's end, or start, in which an edge rule looks, in characters."""

_REFERENCE = re.compile(r"\{([a-z_]+)\}")
_NEVER = "(?!)"
_UNKNOWN = "neither a part nor a kind of words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that is not the report.

    Attributes:
        pattern: For a whole block, or for its start.
        tail: The same, for the end of a block.
        tail_only: Whether an edge rule leaves the start of blocks alone.
        between: Whether an edge rule also acts between two sentences of a block.
        ends: For an edge rule: what the parts that it matches may end with, a cheap question
            before the dear one; empty is anything.
        roles: The roles of blocks that it applies to; empty is all but quotes.
        inline: Whether a closing rule may take the end of the last block, after a full stop.
        after_sentence: Whether it applies only if what is above it ends like a sentence: in a
            list or table, the same shape is a line of the report.
        leads: Whether linked blocks that follow it belong to it (teasers under their heading).
        linked: The least share of the block's characters that lies inside of links, 0 to 1.
        same_site: Whether its links must lead to the site of the article.
        titled: Whether it must repeat the title of the article.
        names_site: Whether the group ``own`` of the pattern must be the name of the article's site.
        holds: What must be found in it, in any order; in its group ``head`` if it has one.
    """

    name: str
    where: Where
    pattern: re.Pattern[str]
    tail: re.Pattern[str]
    matches: tuple[str, ...]
    keeps: tuple[str, ...]
    tail_only: bool = False
    between: bool = False
    ends: str = ""
    roles: frozenset[str] = frozenset()
    inline: bool = False
    after_sentence: bool = False
    leads: bool = False
    linked: float = 0.0
    same_site: bool = False
    titled: bool = False
    names_site: bool = False
    holds: tuple[re.Pattern[str], ...] = ()

    def match(self, text: str) -> re.Match[str] | None:
        """Compare a whole text with the rule, and look for the words that it must hold."""
        match = self.pattern.fullmatch(text)
        return match if match and self.is_held(match) else None

    def is_held(self, match: re.Match[str]) -> bool:
        """Look for the words that a text of the right shape must hold."""
        if not self.holds:
            return True
        head = match["head"] if "head" in self.pattern.groupindex else match.string
        return all(words.search(head) for words in self.holds)

    def takes(self, part: str) -> bool:
        """Whether a whole line, or for an edge rule a part of one, is what the rule means."""
        return bool(self.tail.fullmatch(part) if self.where == "edge" else self.match(part))


class Rules(tuple[Rule, ...]):
    """Some rules in their order. Equal to nothing but itself: what it found is looked up by it."""

    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules in the order in which they are tried, and the words that they know."""

    rules: tuple[Rule, ...]
    words: Words = field(default_factory=dict)
    _at: dict[tuple[object, ...], Rules] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def at(self, *places: Where, only: Callable[[Rule], bool] | None = None) -> Rules:
        """The rules for one place, or for several; `only` picks among them."""
        if (found := self._at.get((only, *places))) is None:
            found = Rules(r for r in self.rules if r.where in places and (only is None or only(r)))
            self._at[only, *places] = found
        return found


# --- the book ----------------------------------------------------------------------------


def read(paths: Sequence[Path]) -> tuple[RuleFile, ...]:
    """Read and check a user's files of rules.

    Raises:
        ConfigError: a file cannot be read, or is wrong; names every fault with its line.
    """
    found = tuple(read_file(path) for path in paths)
    if found:  # else nothing is to be checked: the package's own files are sound
        book(found)
    return found


@lru_cache(maxsize=4)  # a function of its arguments; compiling takes longer than a hundred articles
def book(extra: tuple[RuleFile, ...] = (), *, without: str = "") -> RuleBook:
    """Make the rule book of the package's own files, and of others after them.

    Args:
        extra: A user's files. Their words join those of the package, their rules come first.
        without: A language whose words are left out, to measure what holds without them.

    Raises:
        ConfigError: names every fault with its file and line.
    """
    sheets = [Sheet(file) for file in (*extra, *builtin_files())]
    problems = [problem for sheet in sheets for problem in sheet.problems()]
    if problems:
        raise ConfigError(problems)
    words = _words(sheets, without)
    off = {name for sheet in sheets for name in sheet.table.get("off", ())}
    maker = _Maker(words, proving=not without)
    for sheet in reversed(sheets):  # a user's parts may use ours, and stand for them
        maker.add_parts(sheet)
    made = [maker.rules(sheet, off) for sheet in sheets]
    if maker.problems:
        raise ConfigError(maker.problems)
    return RuleBook(tuple(rule for rules in made for rule in rules), words)


def _words(sheets: Sequence[Sheet], without: str) -> dict[str, list[str]]:
    """Words by kind; what one language leaves out, no other that writes it alike brings back."""
    tables = [(lang, t) for s in sheets for lang, t in s.table.get("words", {}).items()]
    unknown = {
        word.casefold()
        for language, kinds in tables
        if language == without
        for entries in kinds.values()
        for word in entries
    }
    words: dict[str, list[str]] = {}
    for _, kinds in tables:
        for kind, entries in kinds.items():
            words.setdefault(kind, []).extend(w for w in entries if w.casefold() not in unknown)
    return words


@lru_cache(maxsize=4)  # a function of its arguments
def version(extra: tuple[RuleFile, ...] = ()) -> int:
    """Number the rules, and the code that applies them.

    Another number means that what was cleaned before may come out otherwise.

    Args:
        extra: A user's files.

    Returns:
        48 bits of a hash of all files of this package and of the user's; never 0.
    """
    package = files(__package__)
    digest = hashlib.sha256()
    for folder in (package, package / "rules"):
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            if file.name.endswith((".py", ".toml")):
                digest.update(file.read_bytes())
    for _, text in extra:
        digest.update(text.encode())
    return int.from_bytes(digest.digest()[:6]) or 1


# --- making ------------------------------------------------------------------------------


class _Maker:
    """Makes rules of tables; lives as long as one call of `book`."""

    def __init__(self, words: Words, *, proving: bool = True) -> None:
        self.problems: list[str] = []
        self._proving = proving  # examples may be made of the words that are left out
        self._bits = {kind: alternation(entries) or _NEVER for kind, entries in words.items()}

    def add_parts(self, sheet: Sheet) -> None:
        """Take the parts of a file; each may use what stands above it."""
        for name, part in sheet.table.get("parts", {}).items():
            try:
                self._bits[name] = self._filled(part)
            except KeyError as error:
                self.problems.append(sheet.fault(("parts", name), f"{_UNKNOWN}: {error}"))

    def _filled(self, pattern: str) -> str:
        return _REFERENCE.sub(lambda match: f"(?:{self._bits[match[1]]})", pattern)

    def rules(self, sheet: Sheet, off: Collection[str]) -> list[Rule]:
        """The rules of one file, without those that are switched off."""
        tables = enumerate(sheet.table.get("rule", ()))
        made = [self._made(sheet, index, table) for index, table in tables]
        return [rule for rule in made if rule and rule.name not in off]

    def _made(self, sheet: Sheet, index: int, table: Mapping[str, Any]) -> Rule | None:
        at: KeyPath = ("rule", index, "pattern")
        edge = table["where"] == "edge"
        try:
            pattern = self._filled(table["pattern"])
            whole = re.compile(pattern, re.IGNORECASE)
            end = re.compile(rf"(?:{pattern})\s*\Z", re.IGNORECASE) if edge else whole
            rule = Rule(
                **{**table, "roles": frozenset(table.get("roles", ()))}
                | {key: tuple(table[key]) for key in ("matches", "keeps")}
                | {"pattern": whole, "tail": end, "holds": self._held(table.get("holds", ()))}
            )
        except KeyError as error:
            self.problems.append(sheet.fault(at, f"{_UNKNOWN}: {error}"))
        except re.error as error:
            self.problems.append(sheet.fault(at, f"not a pattern: {error}"))
        else:
            if self._proving:
                self._prove(sheet, index, rule)
            return rule
        return None

    def _held(self, patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
        """Whole words, wherever a line holds them; `re` compiles each but once."""
        filled = (self._filled(f"{{bow}}(?:{pattern}){{eow}}") for pattern in patterns)
        return tuple(re.compile(pattern, re.IGNORECASE) for pattern in filled)

    def _prove(self, sheet: Sheet, index: int, rule: Rule) -> None:
        """Try a rule on its own examples; those with words in them are left to the tests."""
        for key, wanted in (("matches", True), ("keeps", False)):
            for place, example in enumerate(getattr(rule, key)):
                if "{" in example and _REFERENCE.search(example):
                    continue
                found = (
                    rule.tail.fullmatch(example) if rule.where == "edge" else rule.match(example)
                )
                if bool(found) is not wanted and (wanted or not _guarded(rule)):
                    said = "is not matched" if wanted else "is matched"
                    fault = sheet.fault(("rule", index, key, place), f"{example!r} {said}")
                    self.problems.append(fault)


def _guarded(rule: Rule) -> bool:
    """Whether more than its pattern decides, so that a line it keeps may well match."""
    return (
        rule.after_sentence or rule.linked > 0 or rule.same_site or rule.titled or rule.names_site
    )
