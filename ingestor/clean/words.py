"""Words → the pattern that finds any of them, however a portal spells it.

Accents may be missing (capitals often lose them), apostrophes and Arabic letters have variants,
and ``ё``, ``ș`` and ``ţ`` are written in two ways. So a word stands in the rules once. A final
``*`` stands for whatever ends the word.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

_VARIANTS = (
    "'’ʼ`´", "أإآا", "يىی", "كک", "هةہە", "ёе", "șşs", "țţt", "łl", "đd", "øo", "ıi", "əe",
)  # fmt: skip
_CLASS = {letter: f"[{variants}]" for variants in _VARIANTS for letter in variants[:3]} | {
    "s": "s", "t": "t", "l": "l", "d": "d", "o": "o", "i": "i", "e": "e", "е": "е",
    "ا": "[أإآا]", "ی": "[يىی]", "ک": "[كک]", "ہ": "[هةہە]", "ە": "[هةہە]",
    "*": r"[^\s.,:;!?()]{0,16}",
    " ": r"\s", "\u00a0": r"\s", "\u200c": r"[\u200c\s]?", "-": "[-‐‑–\\s]",
}  # fmt: skip


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
