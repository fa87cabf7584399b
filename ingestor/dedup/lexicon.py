"""Words that every language has its own form of, found in running text: countries, days, months.

A form is found with the endings of its language: ``vietnamesischen`` for ``Vietnam``, ``Вьетнама``
for ``Вьетнам``. How many letters may follow depends on how many are fixed, so that a short name is
not found in every word that begins like it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache, partial
from itertools import chain, compress, count
from typing import TYPE_CHECKING, NamedTuple

from ingestor.dedup.scripts import leads, may_hold
from ingestor.runs import letters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_KEY = 3  # letters that a form is looked up by; no word alone is shorter, unless one is a syllable
_PARTED = 4  # letters of a form of several words
_LONG = 5  # letters: so long a stem is found as part of a longer word, an adjective for example
_REMEMBERED = 20_000  # words of a language
_DERIVED = 7  # letters that may follow a long stem
# Accents; and what many leave out: Hebrew and Arabic points, Indian nuktas, and what joins letters
# and is not seen.
_MARKS = re.compile(
    "[\u0300-\u036f\u05b0-\u05c7\u05f3\u05f4\u064b-\u065f\u0670\u093c\u09bc\u0a3c\u0abc\u200c\u200d]"
)
# Letters and marks of scripts in which words have marks; no stops.
MARKED = "[\u0900-\u0963\u0966-\u0dff\u0e00-\u0eff\u1000-\u1049\u1050-\u109f]"
_MARKED = re.compile(MARKED)
WORD = re.compile(rf"[^\W\d_]+(?:{MARKED}[^\W\d_]*)*")
ENDING = re.compile(
    r"[aeiouyæøœаеёиоуыэюяйьїієαεηιουωաեէըիոօւآةيىაეიოუ"
    r"\u093e-\u094d\u09be-\u09cd\u0a3e-\u0a4d\u0abe-\u0acd\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbe-\u0ccd"
    r"\u0d3e-\u0d4d\u0dca-\u0ddf]+$"
)
# "And", "in", "to", "the": Arabic, Hebrew and Amharic write them to the word, with these letters.
_CLITICS = frozenset("ابفكلو"), frozenset("בהוכלמש"), frozenset("ለስበእከየ")
_MOST_CLITICS = 4  # letters, as in Arabic "and in the"
_ARTICLE = "ال"  # of Arabic, with which CLDR writes some names
_WITH_CLITICS = re.compile("[\u0590-\u06ff\u1200-\u137f]")
_MARKED_LEADS = leads(map(chr, range(0x900, 0x10A0)))
_SYLLABLES = re.compile("[\uac00-\ud7a3]")  # Korean, whose particles are written to the word
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


class _Part(NamedTuple):
    """One word of a form.

    Attributes:
        more: How many letters may follow.
        capital: Whether it begins with one.
    """

    stem: str
    more: int
    capital: bool


class _Form(NamedTuple):
    parts: tuple[_Part, ...]
    code: str
    named: bool  # whether a word that begins with a small letter is not meant


_Opened = list[list[_Form]]
"""The forms that a word may begin, for each length of their key; empty if none."""


class Lexicon:
    """Forms of one language, and what each stands for."""

    def __init__(
        self,
        names: Iterable[tuple[str, str]],
        common: Iterable[tuple[str, str]],
        whole: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Prepare the search.

        Args:
            names: Names, which are written with a capital where there are any, and their codes.
            common: Words that may be written small, and their codes.
            whole: Words like these, of which no stem of less than `_LONG` letters is looked for.
        """
        self._unspaced: dict[str, str] = {}
        self._by_key: dict[str, list[_Form]] = {}
        self._keys: set[int] = set()
        self._begins = set[str]().union(*_CLITICS)  # beginnings of words that may open a form
        self._opening = _Opening(self._forms)
        for name, code in names:
            plain = fold(name)  # without capitals a short stem is a piece of many words
            self._learn(plain, code, named=True, shorten=plain != plain.lower())
        for given, shorten in ((common, True), (whole, False)):
            for name, code in given:
                self._learn(fold(name), code, named=False, shorten=shorten)
        for forms in self._by_key.values():
            forms.sort(key=lambda form: [*(-len(part.stem) for part in form.parts), 0])
        longest = sorted(map(re.escape, self._unspaced), key=len, reverse=True)
        self._pattern = re.compile("|".join(longest)) if longest else None

    def _learn(self, plain: str, code: str, *, named: bool, shorten: bool) -> None:
        if UNSPACED.search(plain):
            if len(plain) > 1:
                self._unspaced.setdefault(plain, code)
            return
        words = [word.removeprefix(_ARTICLE) or word for word in WORD.findall(plain)]
        least = _KEY if len(words) == 1 else _PARTED
        if sum(map(len, words)) < least and not _SYLLABLES.search(plain):
            return  # too short to be told from other words
        ending = 1 if named else 2
        stems = partial(_part, shorten=shorten)
        for cut in (_whole, stems):  # Nigerian is of Nigeria, though it begins like Niger
            parts = tuple(cut(word, ending) for word in words)
            if parts:
                key = parts[0].stem[:_KEY]
                self._by_key.setdefault(key, []).append(_Form(parts, code, named))
                self._keys.add(len(key))
                self._begins.add(key[0] if len(key) < _KEY and parts[0].more else key)

    def find(self, text: str) -> Iterator[str]:
        """Yield the code of each form that stands in a text.

        Args:
            text: As `fold` gives it, but with its capitals.
        """
        if self._pattern:
            yield from (self._unspaced[match.group()] for match in self._pattern.finditer(text))
        written = _written(text)
        opening = list(map(self._opening.__getitem__, written))
        places = list(compress(count(), opening))
        for number in range(len(self._keys) if places else 0):  # most texts name no day of the week
            behind = 0  # what stands in a longer name counts once
            for start in places:
                for form in opening[start][number] if start >= behind else ():
                    if _goes_on(form, written, start):
                        yield form.code
                        behind = start + len(form.parts)
                        break

    def _forms(self, word: str) -> _Opened:
        lowered = word.lower()
        if lowered[:_KEY] not in self._begins and lowered[0] not in self._begins:
            return []  # most words
        variants = _variants(lowered)
        found = [
            [
                form
                for lowered in variants
                for form in self._by_key.get(lowered[:length], ())
                if _opens(form, word, lowered)
            ]
            for length in self._keys
        ]
        return found if any(found) else []


class _Opening(dict[str, _Opened]):
    """What each of the words last read opens: texts consist of the same words."""

    def __init__(self, forms: Callable[[str], _Opened]) -> None:
        self._forms = forms

    def __missing__(self, word: str) -> _Opened:
        if len(self) >= _REMEMBERED:
            self.clear()
        return self.setdefault(word, self._forms(word))


@lru_cache(maxsize=2)  # several lexicons read the same text, one after the other
def _written(text: str) -> Sequence[str]:
    """The words of a text as they are written, in their order."""
    marked = may_hold(text, _MARKED_LEADS) and _MARKED.search(text)
    return WORD.findall(text) if marked else letters(text)


def _opens(form: _Form, word: str, lowered: str) -> bool:
    """Tell whether a word may be the first of a form."""
    stem = form.parts[0].stem
    if not _fits(form.parts[0], lowered):
        return False
    if not form.named or not is_small(word):
        return True
    return len(stem) > _LONG and len(lowered) > len(stem) + 2  # an adjective is written small


def is_small(word: str) -> bool:
    """Tell whether a word begins with a small letter where a capital could stand.

    Unicode calls all Georgian letters small: their capitals are for words that have no other.
    """
    return word[0].islower() and not "\u10d0" <= word[0] <= "\u10ff"


def _goes_on(form: _Form, written: Sequence[str], start: int) -> bool:
    """Tell whether the other words of a form follow the one that may be its first."""
    end = start + len(form.parts)
    if end > len(written):
        return False
    return all(
        any(_fits(part, lowered) for lowered in _variants(word.lower()))
        and not (form.named and part.capital and is_small(word))
        for part, word in zip(form.parts[1:], written[start + 1 : end], strict=True)
    )


def _variants(word: str) -> Sequence[str]:
    """A word, and what is left of it without the letters that may be words of their own."""
    if not _WITH_CLITICS.match(word):
        return (word,)
    first = next((letters for letters in _CLITICS if word[0] in letters), frozenset())
    count = 0
    while count < min(_MOST_CLITICS, len(word) - _KEY) and word[count] in first:
        count += 1
    return [word[start:] for start in range(count + 1)]


def _fits(part: _Part, word: str) -> bool:
    return 0 <= len(word) - len(part.stem) <= part.more and word.startswith(part.stem)


def _whole(word: str, ending: int) -> _Part:
    """Give a word, and how many letters may follow: many after a long one, none after two."""
    plain, capital = word.lower(), word[0].isupper()
    if len(plain) >= _LONG:
        return _Part(plain, _DERIVED, capital)
    short = len(plain) < _KEY and not _SYLLABLES.search(plain)
    return _Part(plain, 0 if short else ending, capital)


def _part(word: str, ending: int, *, shorten: bool) -> _Part:
    """Give a word without its ending, and how many letters may stand for that."""
    plain, capital = word.lower(), word[0].isupper()
    stem = ENDING.sub("", plain)
    if ending > 1 and _MARKED.search(plain):
        stem = plain  # its marks count as letters: a piece of it is a piece of many words
    elif ending > 1 and stem == plain and len(plain) >= _LONG + 3:
        stem = plain[:-2]  # Lithuanian days of the week end in -is, and in -į when they are meant
    if len(stem) >= _LONG:
        return _Part(stem, _DERIVED, capital)
    if shorten and len(plain) >= _LONG and len(stem) >= len(plain) - 2:
        return _Part(stem, len(plain) - len(stem) + ending, capital)
    return _whole(word, ending)


def fold(text: str) -> str:
    """Take accents off letters, which endings move; capitals stay."""
    if text.isascii():
        return text
    moved = set(_MOVED.findall(text))
    if not moved <= _BARE.keys():
        return _fold(text)
    for letter in moved:
        text = text.replace(letter, _BARE[letter])
    return text


def _fold(text: str) -> str:
    """Do what `fold` does where characters change together, at several times the cost."""
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", bare)


# Latin, Greek and Cyrillic letters that lose an accent.
_ACCENTED = chain(
    range(0x80, 0x300), range(0x370, 0x483), range(0x48A, 0x530), range(0x1E00, 0x2000)
)
_BARE = {letter: bare for letter in map(chr, _ACCENTED) if (bare := _fold(letter)) != letter}
# And what may change together with its neighbours: marks, and all scripts but these, kana, Han and
# Hangul.
_MOVED = re.compile(
    f"[{re.escape(''.join(_BARE))}\u0300-\u036f\u0483-\u0489\u0530-\u1dff\u2000-\u200f\u2028-\u202f"
    "\u205f-\u209f\u20c0-\u3000\u302a-\u302f\u3099\u309a\u3100-\u33ff\ua000-\uabff\ud7a4-\U0010ffff]"
)
