"""On which line of a TOML document each key stands.

`tomllib` tells the line of a syntax error, but forgets where the values of a sound document came
from. This scanner finds them again. It expects a document that `tomllib` has accepted, and so needs
to know only as much of TOML as tells keys from values: strings, comments, brackets.

Source: TOML 1.0.0, https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

KeyPath = tuple[str | int, ...]

_TOKEN = re.compile(
    r'''(?P<space>[ \t\r]+|\#[^\n]*)
      | (?P<string>"""(?:\\.|[^\\])*?"""(?!")
                 | \'\'\'.*?\'\'\'(?!\')
                 | "(?:\\.|[^"\\\n])*"
                 | '[^'\n]*')
      | (?P<mark>[][{}=,.\n])
      | (?P<bare>[^\s\#"'\][{}=,.]+)''',
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    text: str
    line: int


def key_lines(document: str) -> Mapping[KeyPath, int]:
    """Find the line of every key, table and array element.

    Args:
        document: Valid TOML.

    Returns:
        Path, such as ``("feeds", 2, "url")``, to line, counted from 1. A table that only exists
        because it has children, as ``a`` in ``[a.b]``, has the line of the first of them.
    """
    return _Scanner(document).lines


class _Scanner:
    """One pass over the tokens; lives as long as one call of `key_lines`."""

    def __init__(self, document: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._tables: dict[KeyPath, int] = {}  # arrays of tables: how many elements so far
        self._tokens = _tokens(document)
        self._next = next(self._tokens)
        prefix: KeyPath = ()
        while self._next.text:
            if self._next.text == "\n":
                self._take()
            elif self._next.text == "[":
                prefix = self._header()
            else:
                self._pair(prefix)

    def _take(self) -> _Token:
        token, self._next = self._next, next(self._tokens)
        return token

    def _skip_newlines(self) -> None:
        while self._next.text == "\n":
            self._take()

    def _header(self) -> KeyPath:
        self._take()
        is_array = self._next.text == "["
        if is_array:
            self._take()
        path = self._key(())
        if is_array:
            index = self._tables.get(path, 0)
            self._tables[path] = index + 1
            line = self._next.line
            path = (*path, index)
            self.lines[path] = line
            self._take()
        self._take()
        return path

    def _pair(self, prefix: KeyPath) -> None:
        path = self._key(prefix)
        self._take()  # the equals sign
        self._value(path)

    def _key(self, prefix: KeyPath) -> KeyPath:
        """Read ``a.b."c"``; a step into an array of tables means its latest element."""
        path = prefix
        while True:
            token = self._take()
            path = (*path, _unquote(token.text))
            self.lines.setdefault(path, token.line)
            if self._next.text != ".":
                return path
            self._take()
            if path in self._tables:
                path = (*path, self._tables[path] - 1)

    def _value(self, path: KeyPath) -> None:
        if self._next.text == "[":
            self._array(path)
        elif self._next.text == "{":
            self._inline_table(path)
        else:
            while self._next.text not in {"", "\n", ",", "]", "}"}:
                self._take()  # one value can be several tokens: 1.5, 1979-05-27 07:32:00

    def _array(self, path: KeyPath) -> None:
        self._take()
        index = 0
        self._skip_newlines()
        while self._next.text != "]":
            self.lines[(*path, index)] = self._next.line
            self._value((*path, index))
            index += 1
            self._skip_newlines()
            if self._next.text == ",":
                self._take()
                self._skip_newlines()
        self._take()

    def _inline_table(self, path: KeyPath) -> None:
        self._take()
        while self._next.text != "}":
            if self._next.text == ",":
                self._take()
            else:
                self._pair(path)
        self._take()


def _tokens(document: str) -> Iterator[_Token]:
    """Cut the document into keys, values and marks; after its end comes one empty token."""
    line = 1
    for match in _TOKEN.finditer(document):
        text = match.group()
        if match.lastgroup != "space":
            yield _Token(text, line)
        line += text.count("\n")
    yield _Token("", line)
    yield _Token("", line)


def _unquote(key: str) -> str:
    """Read one step of a key as TOML does, with its quotes and escapes."""
    return next(iter(tomllib.loads(f"{key} = 0"))) if key[0] in "\"'" else key
