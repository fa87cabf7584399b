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
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from ingestor.clean.rulefile import RuleFile, Sheet, Where, builtin_files, read_file
from ingestor.clean.words import Openings, alternation, first_letters
from ingestor.errors import ConfigError

Words = Mapping[str, Collection[str]]
"""The words of each kind, of all languages together."""

MAX_LINE = 240
"""Longest block that is compared with a whole-block rule, in characters. Nothing that repeats
under articles is longer, and no pattern gets the room to become slow."""

EDGE = 160
"""Length of a block's end, or start, in which an edge rule looks, in characters."""

_DIGIT = re.compile(r"\d")
_REFERENCE = re.compile(r"\{([a-z_]+)\}")
_NEVER = "(?!)"
_KINDS = re.compile(rf"{_REFERENCE.pattern}(?:\|{_REFERENCE.pattern})*")
_UNKNOWN = "neither a part nor a kind of words"


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
        signs: For an edge rule: characters, one of which it has in it; empty is anything.
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

    def __new__(cls, rules: Iterable[Rule], words: Words) -> Self:
        """Keep rules together with how the words begin that they ask for."""
        made = super().__new__(cls, rules)
        first = frozenset().union(*(rule.begins for rule in made))
        held = frozenset().union(*(kinds for rule in made for kinds in rule.kinds))
        made.first = Openings({kind: words[kind] for kind in first}, whole=False)
        made.held = Openings({kind: words[kind] for kind in held}, whole=True)
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


# --- the book ----------------------------------------------------------------------------


def read(paths: Sequence[Path]) -> tuple[RuleFile, ...]:
    """Read and check a user's files of rules.

    Raises:
        ConfigError: a file cannot be read, or is wrong; names every fault with its line.
    """
    found = tuple(read_file(path) for path in paths)
    if found:  # else nothing is to be checked: the package's own files are sound
        check(found)
    return found


def check(extra: tuple[RuleFile, ...]) -> None:
    """Try all patterns and their examples; ours, too, for a user's parts may stand for ours.

    Raises:
        ConfigError: names every fault with its file and line.
    """
    _make(extra, "", proving=True)


def book(extra: tuple[RuleFile, ...] = (), *, without: str = "") -> RuleBook:
    """Make the rule book of the package's own files, and of others after them.

    Args:
        extra: A user's files, as `read` gave them. Their words join those of the package, their
            rules come first.
        without: A language whose words are left out, to measure what holds without them.

    Raises:
        ConfigError: names every fault but those of patterns, with its file and line.
    """
    return _make(extra, without, proving=False)


@lru_cache(maxsize=4)  # a function of its arguments; it takes longer than a hundred articles
def _make(extra: tuple[RuleFile, ...], without: str, *, proving: bool) -> RuleBook:
    sheets = [Sheet(file) for file in (*extra, *builtin_files())]
    problems = [problem for sheet in sheets for problem in sheet.problems()]
    if problems:
        raise ConfigError(problems)
    words = _words(sheets, without)
    off = {name for sheet in sheets for name in sheet.table.get("off", ())}
    maker = _Maker(words, proving=proving)
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

    def __init__(self, words: Words, *, proving: bool) -> None:
        self.problems: list[str] = []
        self._words = words
        self._kinds = set(words)  # those that a part stands for are told by no word
        self._proving = proving
        self._bits = {kind: alternation(entries) or _NEVER for kind, entries in words.items()}

    def add_parts(self, sheet: Sheet) -> None:
        """Take the parts of a file; each may use what stands above it."""
        for name, part in sheet.table.get("parts", {}).items():
            try:
                self._bits[name] = self._filled(part)
                self._kinds.discard(name)
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
        holds = table.get("holds", ())
        settings = {key: value for key, value in table.items() if key != "pattern"}
        try:
            shape = self._filled(table["pattern"])
            rule = Rule(
                **settings
                | {key: tuple(table[key]) for key in ("matches", "keeps")}
                | {"roles": frozenset(table.get("roles", ()))}
                | {"shape": shape, "holds": tuple(map(self._whole, holds))}
                | {"begins": self._told(table.get("begins", ()))}
                | {
                    "kinds": ()
                    if "(?P<head>" in shape or table["where"] == "any"
                    else tuple(self._held(holds))
                }
            )
        except KeyError as error:
            self.problems.append(sheet.fault(("rule", index, "pattern"), f"{_UNKNOWN}: {error}"))
            return None
        if self._proving:
            self._prove(sheet, index, rule)
        return rule

    def _whole(self, pattern: str) -> tuple[str, ...]:
        """Patterns of whole words, wherever a line holds them: one for each kind."""
        either = pattern.split("|") if _KINDS.fullmatch(pattern) else (pattern,)
        return tuple(self._filled(f"{{bow}}(?:{pattern}){{eow}}") for pattern in either)

    def _held(self, holds: Iterable[str]) -> Iterator[frozenset[str]]:
        """What is quick to tell of the words that a line must hold: those asked for by kind."""
        for pattern in filter(_KINDS.fullmatch, holds):
            if kinds := self._told(_REFERENCE.findall(pattern)):
                yield kinds

    def _told(self, kinds: Collection[str]) -> frozenset[str]:
        """Some kinds, if the first letters of their words tell all that they match."""
        for kind in kinds:
            _ = self._bits[kind]  # or it is a fault
        return frozenset(kinds) if self._kinds.issuperset(kinds) else frozenset()

    def _prove(self, sheet: Sheet, index: int, rule: Rule) -> None:
        """Try a rule on its own examples."""
        try:
            rule.compile()
        except (re.error, OverflowError, RecursionError) as error:
            self.problems.append(sheet.fault(("rule", index, "pattern"), f"not a pattern: {error}"))
            return
        if rule.names_site and "own" not in rule.pattern.groupindex:
            fault = sheet.fault(("rule", index, "names_site"), "the pattern has no group `own`")
            self.problems.append(fault)
        for place, example in enumerate(rule.matches):
            line = self._spelled_out(example)
            if line and (said := self._denial(rule, line)):
                fault = sheet.fault(("rule", index, "matches", place), f"{line!r} {said}")
                self.problems.append(fault)
        for place, line in enumerate(rule.keeps):
            if not _REFERENCE.search(line) and not _guarded(rule) and rule.takes(line):
                fault = sheet.fault(("rule", index, "keeps", place), f"{line!r} is matched")
                self.problems.append(fault)

    def _spelled_out(self, example: str) -> str:
        """An example with a word of each kind that it names; empty if it names what is none.

        Where the package has words of a kind it is one of these, which the tests prove.
        """
        if not self._kinds.issuperset(_REFERENCE.findall(example)):
            return ""
        return _REFERENCE.sub(lambda kind: ["", *self._words[kind[1]]][-1], example)

    def _denial(self, rule: Rule, line: str) -> str:
        """What keeps a rule from a line that it is to match; empty if nothing does."""
        if not rule.takes(line):
            return "is not matched"
        denied = {"ends": bool(rule.ends) and line[-1] not in rule.ends}
        if rule.where == "edge":
            denied["signs"] = bool(rule.signs) and set(rule.signs).isdisjoint(line)
        else:
            openings = Openings({kind: self._words[kind] for kind in rule.begins}, whole=False)
            first = openings.of(first_letters(line))
            denied["begins"] = bool(rule.begins) and rule.begins.isdisjoint(first)
            denied["never_ends"] = line[-1] in rule.never_ends
            denied["numbered"] = rule.numbered and not _DIGIT.search(line)
        wrong = ", ".join(key for key, value in denied.items() if value)
        return f"is matched, and denied by {wrong}" if wrong else ""


def _guarded(rule: Rule) -> bool:
    """Whether more than its pattern decides, so that a line it keeps may well match."""
    return (
        rule.after_sentence or rule.linked > 0 or rule.same_site or rule.titled or rule.names_site
    )
