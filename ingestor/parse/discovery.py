"""The feeds that a web page names: ``rel=alternate`` with the media type of a feed.

Nothing is guessed: a page that names none has none. Source: HTML, link type "alternate";
https://www.rssboard.org/rss-autodiscovery.
"""

from __future__ import annotations

from typing import Any, Final

from lxml import etree
from lxml import html as lxml_html

from ingestor import urls

MAX_CHARS: Final = 1_000_000
"""How far into a page it is looked for links."""

MOST: Final = 20
"""Most feeds of one page."""

_TYPES: Final = frozenset({
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
})  # fmt: skip


def feed_links(text: str, url: str) -> tuple[str, ...]:
    """The addresses of the feeds that a page names, in its order, each once.

    Args:
        text: The page.
        url: Its address, which relative ones are relative to, unless it has a ``<base>``.
    """
    root = _tree(text[:MAX_CHARS])
    if root is None:
        return ()
    base = next((e.get("href") for e in root.iter("base") if e.get("href")), "")
    base = urls.resolve(url, base) or url
    named = (urls.resolve(base, e.get("href") or "") for e in root.iter("link", "a") if _names(e))
    return tuple({urls.feed_key(address): address for address in named if address}.values())[:MOST]


def _names(element: Any) -> bool:
    rel = (element.get("rel") or "").lower().split()
    kind = (element.get("type") or "").partition(";")[0].strip().lower()
    return "alternate" in rel and kind in _TYPES


def _tree(text: str) -> Any:  # lxml is not typed
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, no_network=True)
    try:
        return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError):
        return None
