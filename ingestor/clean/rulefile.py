"""Files of rules: read, parsed and checked for their shape, with the line of every fault."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from ingestor.clean.markup import Role
from ingestor.errors import ConfigError
from ingestor.positions import KeyPath, key_lines

Where = Literal["any", "outer", "closing", "edge", "page"]

MAX_FILE_BYTES = 1 << 20


class RuleFile(NamedTuple):
    """A file of rules as it was read: its name for messages, and its text."""

    name: str
    text: str


@lru_cache(maxsize=1)  # the files are part of the package: reading them again gives the same
def builtin_files() -> tuple[RuleFile, ...]:
    """The rules that come with the package, in the order of their files' names."""
    folder = files("ingestor.clean") / "rules"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(RuleFile(name, (folder / name).read_text(encoding="utf-8")) for name in names)


def read_file(path: Path) -> RuleFile:
    """Read one file of rules; its shape is not looked at yet.

    Raises:
        ConfigError: it cannot be read, or is no text.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror or error}"]) from error
    if len(content) > MAX_FILE_BYTES:
        raise ConfigError([f"{path}: larger than {MAX_FILE_BYTES >> 20} MiB"])
    try:
        return RuleFile(str(path), content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError([f"{path}:{line}: not UTF-8 text"]) from error


_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "name": str, "where": str, "pattern": str, "matches": list, "keeps": list, "begins": list,
    "ends": str, "never_ends": str, "numbered": bool, "signs": str, "roles": list, "holds": list,
    "tail_only": bool, "between": bool, "inline": bool, "after_sentence": bool, "leads": bool,
    "linked": (int, float), "same_site": bool, "titled": bool, "names_site": bool,
}  # fmt: skip
_NEEDED = ("name", "where", "pattern", "matches", "keeps")


class Sheet:
    """One file, parsed, with the lines of its keys for messages."""

    def __init__(self, file: RuleFile) -> None:
        self.name = file.name
        self.table: dict[str, Any] = {}
        self._lines: Mapping[KeyPath, int] = {}
        self._syntax = ""
        try:
            self.table = tomllib.loads(file.text)
        except (ValueError, RecursionError) as error:
            self._syntax = f"{self.name}: not valid TOML: {error}"
        else:
            self._text = file.text

    def fault(self, key: KeyPath, message: str) -> str:
        """One line for a person: file, line, key and what is wrong."""
        self._lines = self._lines or key_lines(self._text)  # rarely needed, and not cheap
        near = key
        while near and near not in self._lines:
            near = near[:-1]
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in key)
        place = "".join(steps).removeprefix(".")
        return f"{self.name}:{self._lines.get(near, 1)}: {place}: {message}"

    def problems(self) -> Iterator[str]:
        """Everything that is wrong with the file's shape."""
        if self._syntax:
            yield self._syntax
            return
        expected = {"off": list, "parts": dict, "words": dict, "rule": list}
        for key, value in self.table.items():
            if key not in expected:
                yield self.fault((key,), f"unknown; known are {', '.join(expected)}")
            elif not isinstance(value, expected[key]):
                yield self.fault((key,), "should be a list" if key == "off" else "should be tables")
            else:
                yield from getattr(self, f"_{key}")(value)

    def _off(self, names: list[Any]) -> Iterator[str]:
        yield from self._texts(("off",), names)

    def _parts(self, parts: Mapping[str, Any]) -> Iterator[str]:
        for name, part in parts.items():
            if not isinstance(part, str):
                yield self.fault(("parts", name), "should be a pattern")

    def _words(self, words: Mapping[str, Any]) -> Iterator[str]:
        for language, kinds in words.items():
            if not isinstance(kinds, dict):
                yield self.fault(("words", language), "should be a table of kinds")
                continue
            for kind, entries in kinds.items():
                yield from self._texts(("words", language, kind), entries)

    def _rule(self, tables: list[Any]) -> Iterator[str]:
        for index, table in enumerate(tables):
            at: KeyPath = ("rule", index)
            if not isinstance(table, dict):
                yield self.fault(at, "should be a table, under [[rule]]")
                continue
            for key in _NEEDED:
                if key not in table:
                    yield self.fault(at, f"{key} is missing")
            for key, value in table.items():
                yield from self._setting((*at, key), key, value)

    def _setting(self, at: KeyPath, key: str, value: Any) -> Iterator[str]:
        if key not in _TYPES:
            yield self.fault(at, f"unknown; known are {', '.join(_TYPES)}")
        elif not isinstance(value, _TYPES[key]):
            yield self.fault(at, "has the wrong type")
        elif isinstance(value, list):
            yield from self._texts(at, value)
            if key == "roles" and set(value) - set(get_args(Role)):
                yield self.fault(at, f"known are {', '.join(get_args(Role))}")
        elif key == "where" and value not in get_args(Where):
            yield self.fault(at, f"should be one of {', '.join(get_args(Where))}")

    def _texts(self, at: KeyPath, values: Any) -> Iterator[str]:
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            yield self.fault(at, "should be a list of texts")
