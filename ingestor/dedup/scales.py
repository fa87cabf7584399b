"""Numbers that words part: ``16 हज़ार 900``, ``2 bin 900`` and ``1만6천900`` are one number each.

What thousands and millions are called is what CLDR calls them in compact numbers.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from ingestor.dedup.lexicon import MARKED, UNSPACED
from ingestor.dedup.places import locale_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from babel import Locale

_EAST_ASIAN = {
    **dict.fromkeys(("百", "백"), 2), **dict.fromkeys(("千", "천"), 3),
    **dict.fromkeys(("万", "萬", "만"), 4), **dict.fromkeys(("十万", "십만"), 5),
    **dict.fromkeys(("百万", "백만"), 6), **dict.fromkeys(("千万", "천만"), 7),
    **dict.fromkeys(("亿", "億", "억"), 8), **dict.fromkeys(("十亿", "十億", "십억"), 9),
    **dict.fromkeys(("百亿", "百億", "백억"), 10), **dict.fromkeys(("千亿", "千億", "천억"), 11),
    **dict.fromkeys(("兆", "조", "万亿"), 12),
}  # fmt: skip
_CORRECTED = {"ne": {"करोड": 7}}  # CLDR has a million
# The decimal sign in words, where news writes it so; CLDR does not know them.
_POINTS = {
    "am": "ነጥብ", "bn": "দশমিক", "fa": "ممیز", "gu": "દશાંશ|પોઇન્ટ", "hi": "दशमलव|पॉइंट",
    "mr": "दशांश|पॉइंट", "my": "ဒသမ", "ne": "दशमलव", "pa": "ਦਸ਼ਮਲਵ|ਪੁਆਇੰਟ", "si": "දශම",
    "ur": "اعشاریہ",
}  # fmt: skip
_FEW = 4  # ten to the power of: after more, a number without a word is another number
_SHORT = 4  # letters: a shorter word begins too many others
_NUKTAS = re.compile("[\u093c\u09bc\u0a3c\u0abc]")  # which many leave out
# The digit first, then what must not stand before it: so the engine skips other letters at once.
_NUMBER = r"[0-9](?<![\d.,].)\d{0,3}"
_ENDING = rf"(?:[^\W\d_]|{MARKED[:-1]}\u064b-\u0652]){{0,5}}"
_AND = " ?و? ?"  # Persian and Arabic say it between the parts


class _Form(NamedTuple):
    """A word, or what is fixed of it if it bends."""

    stem: str
    bends: bool


class _Scales(NamedTuple):
    """The words of one language.

    Attributes:
        point: A decimal sign in words, or None.
        whole: A number in two parts or more, in one line.
        part: One part of it, with the power of ten as the name of its group, or none.
    """

    point: re.Pattern[str] | None
    whole: re.Pattern[str]
    part: re.Pattern[str]


def written_out(text: str, language: str) -> str:
    """Write each number that words part as one; lines stay.

    Args:
        text: As NFKC leaves it, with ASCII digits.
        language: A primary BCP 47 subtag; of one that CLDR does not know nothing changes but what
            is grouped by East Asian signs.
    """
    scales = _scales(language)
    if scales.point:
        text = scales.point.sub(".", text)
    return scales.whole.sub(lambda match: _sum(match.group(), scales.part), text)


def _sum(parts: str, part: re.Pattern[str]) -> str:
    """Add the parts of a number up; what is not less than one of the last begins another."""
    totals, room = [0], 0
    for match in part.finditer(parts):
        scale = 10 ** int(match.lastgroup[1:]) if match.lastgroup else 1
        value = int(match[1]) * scale
        if room and value >= room:
            totals.append(0)
        totals[-1] += value
        room = scale
    return " ".join(map(str, totals))


@functools.lru_cache(maxsize=128)
def _scales(language: str) -> _Scales:
    locale = locale_of(language)
    powers = _EAST_ASIAN | (dict(_named(locale)) if locale else {}) | _CORRECTED.get(language, {})
    forms: dict[int, list[_Form]] = {}
    for word in sorted(powers, key=len, reverse=True):
        forms.setdefault(powers[word], []).append(_form(word, powers))
    # The longest words first, and those with endings: some begin with others.
    order = sorted(
        forms,
        key=lambda power: max((form.bends, len(form.stem)) for form in forms[power]),
        reverse=True,
    )
    any_word = _any([form for power in order for form in forms[power]])
    few = _any([form for power in order if power <= _FEW for form in forms[power]])
    named = "|".join(f"(?P<e{power}>{_any(forms[power])})" for power in order)
    point = _POINTS.get(language)
    return _Scales(
        point=re.compile(rf"(?<=\d) ?(?:{point}) ?(?=\d)") if point else None,
        whole=re.compile(
            rf"{_NUMBER} ?(?:(?:{any_word}){_AND}{_NUMBER} ?)*"
            rf"(?:(?:{few}){_AND}{_NUMBER}(?!\d|[.,:]\d| ?(?:{any_word}))"
            rf"|(?:{any_word}){_AND}{_NUMBER} ?(?:{any_word}))"
        ),
        part=re.compile(rf"(\d+) ?(?:{named})?"),
    )


def _named(locale: Locale) -> Iterator[tuple[str, int]]:
    """Yield the words that follow a number, and the power of ten that each stands for."""
    for forms in locale.compact_decimal_formats.get("long", {}).values():
        for size, form in forms.items():
            digits, _, word = str(getattr(form, "pattern", form)).strip("\u200f").partition(" ")
            if digits and not digits.strip("0") and len(word) > 1:
                power = len(size) - len(digits)
                yield word, power
                yield _NUKTAS.sub("", word), power


def _form(word: str, powers: Mapping[str, int]) -> _Form:
    """What is fixed of a word, whatever ending it has."""
    short = len(word) < _SHORT and word.isascii()  # others than bin and mil have one
    if word in _EAST_ASIAN or short or UNSPACED.search(word):
        return _Form(word, bends=False)
    stem = word[: max(_SHORT, len(word) - 2)]
    if " " in word or any(
        other.startswith(stem) and powers[other] != powers[word] for other in powers
    ):
        stem = word
    return _Form(stem, bends=True)


def _any(forms: Sequence[_Form]) -> str:
    """A pattern of some words. To compile an ending takes long, so that they share one."""
    bending = "|".join(re.escape(form.stem) for form in forms if form.bends)
    rigid = [re.escape(form.stem) for form in forms if not form.bends]
    return "|".join([*([f"(?:{bending}){_ENDING}"] if bending else ()), *rigid])
