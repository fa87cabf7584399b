"""A linked page → the article once more, with the fuller text: runs in a worker process.

What a page gives is taken only if it is about the same report as the feed's words, and only if it
gives more than the feed did. Not taken at all is what its publisher does not want kept: pages
behind a wall (``isAccessibleForFree``), and those that say ``noarchive``. (``noindex`` is a word to
search engines, about their results, and is not meant here.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from ingestor import urls
from ingestor.clean.attribution import MAX_SOURCES
from ingestor.clean.page import Page, read_page
from ingestor.models import Article, Entry, Fetched, Source
from ingestor.parse.dates import sane
from ingestor.parse.obstacle import LOGIN
from ingestor.parse.text import cap_html, plain
from ingestor.prepare import Recipe, prepare
from ingestor.store.wanted import PageOutcome, Wanted

MORE = 1.2
"""How many times as long as the feed's text a page's text has to be."""

LEAST = 80
"""Shortest text of a page that is taken, in characters."""

RELATED = 0.2
"""Share of a feed's words on a report that its page has to hold."""

GRAM = 8
"""Letters in a row by which words are compared; of 500 texts one shares a fifth of
its own with an unrelated one of its language (measured on 119 news pages)."""

DENSE_GRAM = 3
"""The same for scripts that write a word in one or two characters."""

_WORD = re.compile(r"\w+")
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_KEEP_OUT = re.compile(r"\bnoarchive\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page came to.

    Attributes:
        kind, reason: Why its text was not taken, else empty.
        article: The article with what the page adds; None if it adds nothing.
        characters: Of the text that was found in it.
    """

    outcome: PageOutcome
    kind: str = ""
    reason: str = ""
    article: Article | None = None
    characters: int = 0


def reread(wanted: Wanted, fetched: Fetched, recipe: Recipe, now: datetime) -> Reading:
    """Read a page, and compare it with what the feed gave.

    Args:
        wanted: The article, as the feed gave it.
        fetched: The page.
        recipe: What preparation depends on.
        now: The moment of fetching; a date more than a day later is not believed.
    """
    if urls.is_home_page(fetched.url):
        return _failed("elsewhere", "the link leads to a front page")
    page = read_page(fetched.body, url=fetched.url, content_type=fetched.content_type)
    if refusal := _refusal(page, fetched):
        return refusal
    entry = _completed(wanted.entry, page, now)
    told = replace(entry, html=cap_html(page.html), link=fetched.url)
    article = _prepared(told, recipe, page.language, page=True)
    found = len(article.text)
    if not _related(wanted, page, article):
        what = page.obstacle or "a page about something else"
        kind = "obstacle" if page.obstacle else "unrelated"
        return replace(_failed(kind, f"the link leads to {what}"), characters=found)
    article = _named(page, fetched, article)
    if found >= max(LEAST, MORE * len(wanted.text)):
        return Reading(outcome="used", article=article, characters=found)
    return Reading(
        outcome="kept",
        kind="no_fuller",
        reason=f"the page gives {found} characters, the feed {len(wanted.text)}",
        article=_feeds_own(wanted, entry, article, recipe),
        characters=found,
    )


def _prepared(entry: Entry, recipe: Recipe, claim: str, *, page: bool = False) -> Article:
    """Prepare one entry; what its page claims to be in counts if its feed claims nothing."""
    recipe = replace(recipe, claim=recipe.claim or claim)
    return prepare([entry], recipe, page=page)[0]


def _failed(kind: str, reason: str) -> Reading:
    return Reading(outcome="failed", kind=kind, reason=reason)


def _refusal(page: Page, fetched: Fetched) -> Reading | None:
    """Say why nothing of a page is to be taken, if so."""
    if page.obstacle not in {"", LOGIN}:  # a report may have a field for passwords beside it
        return _failed("obstacle", f"the link leads to {page.obstacle}")
    if _KEEP_OUT.search(f"{page.robots} {fetched.headers.get('x-robots-tag', '')}"):
        return _failed("noarchive", "the page asks not to be kept (noarchive)")
    if not page.free:
        return _failed("paywall", "the page says that it is not free to read")
    return None


def _completed(entry: Entry, page: Page, now: datetime) -> Entry:
    """Add what the feed lacks and the page knows."""
    return replace(
        entry,
        title=entry.title or plain(page.title),
        author=entry.author or plain(page.author, 200),
        published=entry.published or sane(page.published, now),
    )


def _feeds_own(wanted: Wanted, entry: Entry, told: Article, recipe: Recipe) -> Article | None:
    """The article with the feed's text and what else its page tells; None if that is nothing."""
    if entry == wanted.entry and (wanted.language or not told.language):
        return None
    own = _prepared(entry, recipe, told.language)
    return replace(own, canonical_url=told.canonical_url)


def _named(page: Page, fetched: Fetched, article: Article) -> Article:
    """The article under the address that its page calls its own, with the origins it names.

    Only a page of the same site may name it, and no front page: some name that on every page.
    """
    own = page.canonical_url
    if not own or urls.site(own) != urls.site(fetched.url) or urls.is_home_page(own):
        own = fetched.url
    canonical = urls.canonical(own)
    origins = (urls.canonical(urls.resolve(fetched.url, origin)) for origin in page.origins)
    known = {source.url for source in article.sources}
    more = tuple(
        Source(kind="url", url=origin)
        for origin in dict.fromkeys(origins)
        if origin and origin != canonical and origin not in known and not urls.is_home_page(origin)
    )
    return replace(
        article, canonical_url=canonical, sources=(*article.sources, *more)[:MAX_SOURCES]
    )


# --- is it about the same? ------------------------------------------------------------------


def _related(wanted: Wanted, page: Page, article: Article) -> bool:
    """Whether a page holds enough of the words by which the feed announced it."""
    entry = wanted.entry
    size = DENSE_GRAM if _DENSE.search(entry.title + wanted.text[:200]) else GRAM
    held = _essence(f"{page.title} {article.text} {page.description}")
    there = _grams(held, size)
    announced = [
        essence for part in (entry.title, wanted.text[:1000]) if (essence := _essence(part))
    ]
    return not announced or any(
        len((grams := _grams(essence, size)) & there) >= RELATED * len(grams)
        if len(essence) >= size
        else essence in held
        for essence in announced
    )


def _essence(text: str) -> str:
    return "".join(_WORD.findall(text)).casefold()


def _grams(essence: str, size: int) -> frozenset[str]:
    return frozenset(essence[i : i + size] for i in range(len(essence) - size + 1))
