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
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from ingestor.clean.agencies import spellings
from ingestor.clean.rule import RuleBook
from ingestor.clean.rulefile import RuleFile, Sheet, builtin_files, read_file
from ingestor.clean.rulemaker import Maker
from ingestor.clean.words import exact
from ingestor.errors import ConfigError


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
    problems = list(_unknown_off(sheets))
    if problems:
        raise ConfigError(problems)
    maker = Maker(words, proving=proving)
    maker.add("agency", f"(?-i:{exact(spellings())})")
    for sheet in reversed(sheets):  # a user's parts may use ours, and stand for them
        maker.add_parts(sheet)
    made = [maker.rules(sheet, off) for sheet in sheets]
    if maker.problems:
        raise ConfigError(maker.problems)
    return RuleBook(tuple(rule for rules in made for rule in rules), words)


def _unknown_off(sheets: Sequence[Sheet]) -> Iterator[str]:
    """Rules that are switched off, and are none: a slip of the pen would leave the rule on."""
    known = {rule["name"] for sheet in sheets for rule in sheet.table.get("rule", ())}
    for sheet in sheets:
        for index, name in enumerate(sheet.table.get("off", ())):
            if name not in known:
                yield sheet.fault(("off", index), f"there is no rule {name!r}")


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
