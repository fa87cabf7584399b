"""Words that every language has its own form of, found in running text: countries, days, months.

A form is found with the endings of its language: ``vietnamesischen`` for ``Vietnam``, ``Вьетнама``
for ``Вьетнам``. How many letters may follow depends on how many are fixed, so that a short name is
not found in every word that begins like it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_KEY = 3  # letters that a form is looked up by; no form is shorter, but where one is a syllable
_LONG = 5  # letters: so long a stem is found as part of a longer word, an adjective for example
_DERIVED = 7  # letters that may follow a long stem
_MARKS = re.compile("[\u0300-\u036f]")
_MARKED = re.compile("[\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f]")  # scripts with marks in words
_WORD = re.compile(rf"[^\W\d_]+(?:{_MARKED.pattern}[^\W\d_]*)*")
_PLAIN_WORD = re.compile(r"[^\W\d_]+")
ENDING = re.compile(r"[aeiouyæøœаеёиоуыэюяйьїієαεηιουωةيى]+$")
# "And", "in", "to", "the": Arabic and Hebrew write them to the word.
_CLITIC = re.compile(r"\b(?:[وبلكف]?ال|[وبلكف](?=\w{4})|[ובלהמשכ](?=[\u05d0-\u05ea]{3}))")
_SEMITIC = re.compile("[\u0590-\u06ff]")
_SYLLABLES = re.compile("[\uac00-\ud7a3]")  # Korean, whose particles are written to the word
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


class _Part(NamedTuple):
    """One word of a form."""

    stem: str
    more: int  # letters that may follow


class _Form(NamedTuple):
    parts: tuple[_Part, ...]
    code: str
    capital: bool  # whether a word that begins with a small letter is not meant


class Lexicon:
    """Forms of one language, and what each stands for."""

    def __init__(self, names: Iterable[tuple[str, str]], common: Iterable[tuple[str, str]]) -> None:
        """Prepare the search.

        Args:
            names: Names, which are written with a capital where there are any, and their codes.
            common: Words that may be written small, and their codes.
        """
        self._unspaced: dict[str, str] = {}
        self._by_key: dict[str, list[_Form]] = {}
        self._keys: set[int] = set()
        for given, capital in ((names, True), (common, False)):
            for name, code in given:
                self._learn(name, code, capital=capital)
        for forms in self._by_key.values():
            forms.sort(key=lambda form: [-len(part.stem) for part in form.parts])
        longest = sorted(map(re.escape, self._unspaced), key=len, reverse=True)
        self._pattern = re.compile("|".join(longest)) if longest else None

    def _learn(self, name: str, code: str, *, capital: bool) -> None:
        plain = fold(name)
        if UNSPACED.search(plain):
            if len(plain) > 1:
                self._unspaced.setdefault(plain, code)
            return
        words = _words(plain)
        for cut in (_whole, _part):  # Nigerian is of Nigeria, though it begins like Niger
            parts = tuple(cut(word, 1 if capital else 2) for word in words)
            if parts and (len(parts[0].stem) >= _KEY or _SYLLABLES.search(plain)):
                key = parts[0].stem[:_KEY]
                self._by_key.setdefault(key, []).append(_Form(parts, code, capital))
                self._keys.add(len(key))

    def find(self, text: str) -> Iterator[str]:
        """Yield the code of each form that stands in a text.

        Args:
            text: As `fold` gives it, but with its capitals.
        """
        if self._pattern:
            yield from (self._unspaced[match.group()] for match in self._pattern.finditer(text))
        written, words = _written(text)
        for length in self._keys:
            beginnings = _beginnings(words, length)
            if self._by_key.keys().isdisjoint(beginnings):
                continue  # most texts name no day of the week
            behind = 0  # what stands in a longer name counts once
            for start, beginning in enumerate(beginnings):
                if beginning not in self._by_key or start < behind:
                    continue
                word = words[start]
                for form in self._by_key[beginning]:
                    if word.startswith(form.parts[0].stem) and _stands(form, words, written, start):
                        yield form.code
                        behind = start + len(form.parts)
                        break


@lru_cache(maxsize=2)  # several lexicons read the same text, one after the other
def _written(text: str) -> tuple[Sequence[str], Sequence[str]]:
    """The words of a text as they are written, and in small letters."""
    pattern = _WORD if _MARKED.search(text) else _PLAIN_WORD  # which takes half the time
    written = pattern.findall(_without_clitics(text))
    return tuple(written), tuple("\n".join(written).lower().split("\n") if written else ())


@lru_cache(maxsize=4)
def _beginnings(words: Sequence[str], length: int) -> Sequence[str]:
    return tuple([word[:length] for word in words])


def _stands(form: _Form, words: Sequence[str], written: Sequence[str], start: int) -> bool:
    """Tell whether a form stands at a place."""
    if start + len(form.parts) > len(words):
        return False
    for part, word in zip(form.parts, words[start:], strict=False):
        extra = len(word) - len(part.stem)
        if not 0 <= extra <= part.more or not word.startswith(part.stem):
            return False
    if not form.capital or not written[start][0].islower():
        return True
    stem = form.parts[0].stem
    return len(stem) > _LONG and len(words[start]) > len(stem) + 2  # an adjective is written small


def _whole(word: str, ending: int) -> _Part:
    return _Part(word, _DERIVED if len(word) >= _LONG else ending)


def _part(word: str, ending: int) -> _Part:
    """Give a word without its ending, and how many letters may stand for that."""
    stem = ENDING.sub("", word)
    if len(stem) >= _LONG:
        return _Part(stem, _DERIVED)
    if len(word) >= _LONG and len(stem) >= len(word) - 2:
        return _Part(stem, len(word) - len(stem) + ending)
    return _Part(word, ending)


def _words(text: str) -> list[str]:
    return _WORD.findall(_without_clitics(text).lower())


def _without_clitics(text: str) -> str:
    """Take the small words off those that they are written to."""
    return _CLITIC.sub("", text) if _SEMITIC.search(text) else text


def fold(text: str) -> str:
    """Take accents off letters, which endings move; capitals stay."""
    if text.isascii():
        return text
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", bare)
