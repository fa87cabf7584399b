"""Countries and nationalities in any language, by the names that CLDR gives them.

A nationality is often not spelled like its country: Deutschland and deutsch, Frankreich and
französisch. It is spelled like the language that is spoken there, whose name CLDR knows as well.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from ingestor.dedup.lexicon import Lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

# Named like one country, and spoken in many: news that calls something English means no country.
_WORLDWIDE = frozenset({"en", "pt", "ar"})


_MOST = 50  # percent


def countries(text: str, language: str) -> Iterator[str]:
    """Yield the ISO 3166 code of each country that a text names, in order.

    Args:
        text: As `lexicon.fold` gives it.
        language: A primary BCP 47 subtag; of one that CLDR does not know nothing is found.
    """
    return _lexicon(language).find(text)


@functools.lru_cache(maxsize=128)
def _lexicon(language: str) -> Lexicon:
    locale = locale_of(language)
    if locale is None:
        return Lexicon((), ())
    names = [(n, code) for code, n in locale.territories.items() if len(code) == 2]
    spoken = [(name, home) for code, name in locale.languages.items() if (home := _home(code))]
    return Lexicon(
        [(name.partition(" (")[0], code) for name, code in names if code not in _NO_COUNTRY],
        [(name, home) for name, home in spoken if home in _SHORT],
        [(name, home) for name, home in spoken if home not in _SHORT],
    )


# Countries whose adjective has a short stem in many languages. Those of others are pieces of common
# words: of half in Finnish (Polish), about in German (Rundi), percent in Indonesian (Persian).
_SHORT = frozenset({"RU", "CZ", "GR"})
_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"})


def _home(code: str) -> str:
    """The one country that a language is named like; empty if there are several or none."""
    if code in _WORLDWIDE or "_" in code:
        return ""
    subtags = get_global("likely_subtags").get(code, "").split("_")
    home = subtags[-1]
    spoken = get_global("territory_languages").get(home, {}).get(code, {})
    return home if float(spoken.get("population_percent") or 0) > _MOST else ""


def locale_of(language: str) -> Locale | None:
    """What CLDR knows of a language; None if nothing."""
    try:
        return Locale.parse(language) if language else None
    except (UnknownLocaleError, ValueError):
        return None
