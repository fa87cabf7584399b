"""Words → the pattern that finds any of them, however a portal spells it.

Accents may be missing (capitals often lose them), apostrophes and Arabic letters have variants,
and ``ё``, ``ș`` and ``ţ`` are written in two ways. So a word stands in the rules once. A final
``*`` stands for whatever ends the word. `Openings` tells quickly that a text holds none of some.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

_VARIANTS = (
    "'’ʼ`´", "أإآا", "يىی", "كک", "هةہە", "ёе", "șşs", "țţt", "łl", "đd", "øo", "ıi", "əe",
)  # fmt: skip
_CLASS = {letter: f"[{variants}]" for variants in _VARIANTS for letter in variants[:3]} | {
    "s": "s", "t": "t", "l": "l", "d": "d", "o": "o", "i": "i", "e": "e", "е": "е",
    **dict.fromkeys("أإآا", "[آ-إا]"), "ی": "[يىی]", "ک": "[كک]", "ہ": "[هةہە]", "ە": "[هةہە]",
    "*": r"[^\s.,:;!?()]{0,16}",
    " ": r"\s", "\u00a0": r"\s", "\u200c": r"[\u200c\s]?", "-": "[-‐‑–\\s]",
}  # fmt: skip


OPENING = 6
"""By so many first letters, words are told from most others."""

_LETTERS = re.compile(r"[^\W\d_]+")
_FIRST = re.compile(rf"[\W\d_]*([^\W\d_]{{1,{OPENING}}})")
_ASCII_LETTERS = re.compile(r"[A-Za-z]+")
_APOSTROPHE = re.compile(f"[{_VARIANTS[0]}]")
# Scripts in which words begin where no space is, or behind an article that is written with them.
_UNSPACED = re.compile("[\u0590-\u109f\u1780-\u17ff\u3040-\ud7ff]")
_BASE = str.maketrans({letter: group[-1] for group in _VARIANTS[1:] for letter in group})

_GROUP = 6  # alternatives that are tried one by one
_PLAIN = re.compile(r"\w|\[\w+\]")  # a letter, or a choice of some


def alternation(words: Iterable[str]) -> str:
    """A pattern for any of some words, the longest that fits; empty if there are none.

    It is a trie, so that its cost does not grow with the number of words that begin alike.
    """
    trie: dict[str, Any] = {}
    for word in words:
        node = trie
        for letter in unicodedata.normalize("NFC", word).replace("İ", "i").lower():
            node = node.setdefault(_loose(letter), {})
        node[""] = {}
    return _pattern(trie)


def exact(words: Iterable[str]) -> str:
    """A pattern for any of some words as they are written, the longest that fits; also a trie."""
    trie: dict[str, Any] = {}
    for word in words:
        node = trie
        for letter in word:
            node = node.setdefault(re.escape(letter), {})
        node[""] = {}
    return _pattern(trie)


def _loose(letter: str) -> str:
    """A letter, and what it becomes under careless hands."""
    if letter in _CLASS:
        return _CLASS[letter]
    base = unicodedata.normalize("NFD", letter)[0]
    if base != letter and unicodedata.name(base, "").startswith(("LATIN", "GREEK")):
        return f"[{letter}{base}]"
    return re.escape(letter)


def _pattern(node: dict[str, Any]) -> str:
    branches = [(letter, letter + _pattern(below)) for letter, below in node.items() if letter]
    if not branches:
        return ""
    joined = branches[0][1] if len(branches) == 1 else f"(?:{_guarded(branches)})"
    return f"(?:{joined})?" if "" in node else joined


def _guarded(branches: Sequence[tuple[str, str]]) -> str:
    """Join alternatives; many of them in groups, each entered only by a letter that begins one.

    Without regard to case the engine tries one alternative after the other, where two questions
    for sets of letters would do.
    """
    if len(branches) <= _GROUP:
        return "|".join(pattern for _, pattern in branches)
    size = math.isqrt(len(branches)) + 1
    groups = []
    for start in range(0, len(branches), size):
        group = branches[start : start + size]
        joined = "|".join(pattern for _, pattern in group)
        plain = all(_PLAIN.fullmatch(letter) for letter, _ in group)
        letters = "".join(letter.strip("[]") for letter, _ in group)
        groups.append(f"(?=[{letters}])(?:{joined})" if plain else joined)
    return "|".join(groups)


class Openings:
    """How words begin, by their kinds: of most texts it tells that no word of a kind is in them."""

    def __init__(self, words: Mapping[str, Collection[str]], *, whole: bool) -> None:
        """Learn words.

        Args:
            words: By kind.
            whole: Whether no letter may follow them.
        """
        self._all = frozenset(words)
        self._kinds: dict[str, set[str]] = {}
        for kind, entries in words.items():
            for opening in {opening for word in entries for opening in _openings(word, whole)}:
                self._kinds.setdefault(opening, set()).add(kind)
        self.of = lru_cache(maxsize=1 << 13)(self._of)

    def within(self, text: str) -> frozenset[str]:
        """The kinds of which a word may stand in a text, where a word can begin."""
        if text.isascii():
            runs = _ASCII_LETTERS.findall(text)
        elif _UNSPACED.search(text):
            return self._all
        else:
            runs = _LETTERS.findall(text)
        return frozenset().union(self.of(""), *map(self.of, {run[:OPENING] for run in runs}))

    def _of(self, letters: str) -> frozenset[str]:
        """The kinds of which a word may begin with these letters, the first of some or all."""
        key = _key(letters)
        starts = (key[:end] for end in range(len(key) + 1))
        return frozenset().union(*(self._kinds.get(start, ()) for start in starts))


def first_letters(text: str) -> str:
    """The first letters of a text, without what stands before them; at most `OPENING`."""
    found = _FIRST.match(text)
    return found[1] if found else ""


def _openings(word: str, whole: bool) -> Iterator[str]:
    """The beginnings of keys, one of which each text has that begins with this word."""
    word = unicodedata.normalize("NFC", word)
    letters = _LETTERS.match(_APOSTROPHE.sub("'", word))
    if not letters:
        yield ""
        return
    after = word[letters.end() :][:1]
    if after in ("*", "\u200c") or not (after or whole):
        yield _folded(letters[0][:OPENING])
    else:
        yield _key(letters[0])
    if _APOSTROPHE.match(after):
        yield _folded(f"{letters[0]}ʼ"[:OPENING])  # one of them is a letter


def _key(letters: str) -> str:
    """The first letters of a run as they are compared, and its end if that is near."""
    return f"{_folded(letters[:OPENING])} "[:OPENING]


def _folded(letters: str) -> str:
    """Letters without case and without what careless hands do to them, one for each."""
    if letters.isascii():
        return letters.lower()
    base = (unicodedata.normalize("NFD", letter)[0].casefold()[0] for letter in letters)
    return "".join(base).translate(_BASE)
