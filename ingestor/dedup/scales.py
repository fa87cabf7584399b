"""Numbers that words part: ``16 हज़ार 900``, ``2 bin 900`` and ``1만6천900`` are one number each.

What thousands and millions are called is what CLDR calls them where numbers are short of room.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from ingestor.dedup.places import locale_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from babel import Locale

_EAST_ASIAN = {
    **dict.fromkeys("千천", 3), **dict.fromkeys("万萬만", 4), **dict.fromkeys("亿億억", 8),
    **dict.fromkeys("兆조", 12),
}  # fmt: skip
# The decimal sign in words, where news writes it so; CLDR does not know them.
_POINTS = {
    "am": "ነጥብ", "bn": "দশমিক", "fa": "ممیز", "gu": "દશાંશ|પોઇન્ટ", "hi": "दशमलव|पॉइंट",
    "mr": "दशांश|पॉइंट", "my": "ဒသမ", "ne": "दशमलव", "pa": "ਦਸ਼ਮਲਵ|ਪੁਆਇੰਟ", "si": "දශම",
    "ur": "اعشاریہ",
}  # fmt: skip
_WIDTHS = ("long", "short")
_SHORT = 4  # letters: a shorter word has endings, but no other form
_NUKTA = "\u093c"  # which many leave out
# The digit first, then what must not stand before it: so the engine skips other letters at once.
_NUMBER = r"[0-9](?<![\d.,].)\d{0,3}"


class _Scales(NamedTuple):
    """The words of one language.

    Attributes:
        point: A decimal sign in words, or None.
        whole: A number in two parts or more.
        part: One part of it, with the power of ten as the name of its group, or none.
    """

    point: re.Pattern[str] | None
    whole: re.Pattern[str]
    part: re.Pattern[str]


def written_out(text: str, language: str) -> str:
    """Write each number that words part as one.

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
    return f"{' '.join(map(str, totals))} "


@functools.lru_cache(maxsize=128)
def _scales(language: str) -> _Scales:
    locale = locale_of(language)
    powers = dict(_EAST_ASIAN)
    powers.update(_named(locale) if locale else ())
    by_power: dict[int, list[str]] = {}
    for word in sorted(powers, key=len, reverse=True):
        by_power.setdefault(powers[word], []).append(_form(word, powers))
    named = "|".join(f"(?P<e{power}>{'|'.join(forms)})" for power, forms in by_power.items())
    plain = re.sub(r"\?P<e\d+>", "?:", named)
    point = _POINTS.get(language)
    return _Scales(
        point=re.compile(rf"(?<=\d)\s?(?:{point})\s?(?=\d)") if point else None,
        whole=re.compile(
            rf"{_NUMBER}\s?(?:{plain})(?:\s?و?\s?{_NUMBER}\s?(?:{plain}))*\s?و?\s?{_NUMBER}"
            rf"(?:\s?(?:{plain}))?(?![\d.,:]\d)"
        ),
        part=re.compile(rf"(\d+)\s?(?:{named})?"),
    )


def _named(locale: Locale) -> Iterator[tuple[str, int]]:
    """Yield the words that follow a number, and the power of ten that each stands for."""
    for width in _WIDTHS:
        for forms in locale.compact_decimal_formats.get(width, {}).values():
            for size, form in forms.items():
                digits, _, word = str(getattr(form, "pattern", form)).strip("\u200f").partition(" ")
                if digits.strip("0") == "" and digits and len(word) > 1:
                    power = len(size) - len(digits)
                    yield word, power
                    yield word.replace(_NUKTA, ""), power


def _form(word: str, powers: Mapping[str, int]) -> str:
    """A pattern of a word, with whatever ending it has."""
    if word in _EAST_ASIAN:
        return word
    stem = word[: max(_SHORT, len(word) - 2)]
    if " " in word or any(
        other.startswith(stem) and powers[other] != powers[word] for other in powers
    ):
        stem = word
    return rf"{re.escape(stem)}[^\s\d.,;:!?()/–—-]{{0,5}}"
