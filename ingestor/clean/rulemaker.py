"""Tables of a file → rules: words filled in, and, where that is asked for, tried on examples."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ingestor.clean.rule import Rule, Words
from ingestor.clean.rulefile import Sheet
from ingestor.clean.words import Openings, alternation, first_letters

_DIGIT = re.compile(r"\d")
_REFERENCE = re.compile(r"\{([a-z_]+)\}")
_NEVER = "(?!)"
_KINDS = re.compile(rf"{_REFERENCE.pattern}(?:\|{_REFERENCE.pattern})*")
_UNKNOWN = "neither a part nor a kind of words"


class Maker:
    """Makes rules of tables; lives as long as the making of one book.

    Attributes:
        problems: The faults that were found, each with its file and line.
    """

    def __init__(self, words: Words, *, proving: bool) -> None:
        self.problems: list[str] = []
        self._words = words
        self._kinds = set(words)  # those that a part stands for are told by no word
        self._proving = proving
        self._bits = {kind: alternation(entries) or _NEVER for kind, entries in words.items()}

    def add(self, name: str, part: str) -> None:
        """Take a part that no file has."""
        self._bits[name] = part

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
        denied = {
            "ends": bool(rule.ends) and line[-1] not in rule.ends,
            "signs": bool(rule.signs) and set(rule.signs).isdisjoint(line),
        }
        if rule.where != "edge":
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
