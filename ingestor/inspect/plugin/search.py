"""Search: what was found, with the place that matched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from ingestor.inspect.plugin.site import Ask, Context
from ingestor.store import browse
from ingestor.store.search import Term, search, terms
from ingestor.store.store import Store

PER_PAGE = 30
EXCERPT = 260  # characters
_BEFORE = 60  # of them before the first hit

Marked = tuple[tuple[str, bool], ...]
"""Parts of a text, and whether each is a hit."""


def read(store: Store, ask: Ask) -> Context:
    """Search, if there is something to search for."""
    words = ask.query.get("q", "")[:500]
    language = ask.query.get("language") or None
    found = search(store, words, language=language, before=ask.number("before"), limit=PER_PAGE + 1)
    shown = found[:PER_PAGE]
    wanted = [term for term in terms(words) if not term.excluded]
    return {
        "q": words,
        "language": language,
        "languages": browse.languages(store),
        "hits": [(hit, mark(hit.title, wanted), excerpt(hit.text, wanted)) for hit in shown],
        "more": shown[-1].id if len(found) > PER_PAGE else None,
    }


def excerpt(text: str, wanted: Sequence[Term]) -> Marked:
    """The place of a text that matches first, with all hits in it; else its beginning."""
    text = " ".join(text.split())
    first = _pattern(wanted).search(_folded(text))
    start = max(0, first.start() - _BEFORE) if first else 0
    if start:
        start = text.find(" ", start, start + _BEFORE // 2) + 1 or start
    part = text[start : start + EXCERPT]
    return (
        *([("… ", False)] if start else []),
        *mark(part, wanted),
        *([(" …", False)] if start + EXCERPT < len(text) else []),
    )


def mark(text: str, wanted: Sequence[Term]) -> Marked:
    """Part a text into what matches and what does not."""
    found = []
    end = 0
    for match in _pattern(wanted).finditer(_folded(text)):
        found += [(text[end : match.start()], False), (text[match.start() : match.end()], True)]
        end = match.end()
    return tuple(part for part in (*found, (text[end:], False)) if part[0])


def _pattern(wanted: Sequence[Term]) -> re.Pattern[str]:
    """Match any term as the index does: whole words, or any run in a script without spaces."""
    found = []
    for term in wanted:
        words = r"\W+".join(map(re.escape, re.findall(r"\w+", _folded(term.text))))
        if not words:
            continue
        end = "" if term.prefix else r"\b"
        found.append(words if term.unspaced else rf"\b{words}{end}")
    return re.compile("|".join(found) or r"(?!)")


def _folded(text: str) -> str:
    """Small letters without accents, one for each character of the text."""
    return text.lower() if text.isascii() else "".join(map(_fold, text))


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    if character > "\u2000":  # kana and hangul would come apart
        return character
    return unicodedata.normalize("NFD", character)[0].lower()[:1]
