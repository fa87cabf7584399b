"""What pages hang around their reports, known by the names that authors of pages give it.

Class names and ids are written for machines and so are English almost everywhere: ``related-posts``
stands on Japanese pages as on German ones. A name counts only with the shape that belongs to it:
whatever holds a good part of a page's text is not furniture, however it is called.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

MOST = 0.2
"""Largest share of a page's text, links not counted, that one piece of furniture may hold."""

_NAMES = (
    "ad ads advert advertisement advertising adslot banner breadcrumb breadcrumbs cookie "
    "cookies consent copyright credit credits caption captions comments disqus donate donation "
    "footer mostread newsletter newsletters outbrain pagination promo promobox promos "
    "promotion promotions rating ratings readalso readnext recirc recirculation recommend "
    "recommendation recommendations recommended related share sharebar sharing shares sidebar "
    "signup skip social socials sponsor sponsored subscribe subscription subscriptions taboola "
    "taglist tags teaser teasers timestamp toolbar trending "
)
_WORDS = frozenset(_NAMES.split())
_PHRASES = re.compile(
    r" (?:read (?:also|more|next|too)|see also|also read"
    r"|more (?:from|on|stories|news|articles|posts)"
    r"|most (?:read|viewed|popular)|author (?:bio|box|info|card)|about (?:the )?author"
    r"|post (?:meta|navigation|nav|tags)|entry (?:meta|footer)|article (?:meta|tags|footer)"
    r"|meta (?:data|info)|publish(?:ed)? date|date published|pub date|sign up|call to action"
    r"|cross ?link|link ?list|link ?box|top stories|latest news|you may|screen reader text"
    r"|visually hidden|sr only|image (?:credit|caption)|wp caption text"
    r"|key ?words|jp relatedposts) "
)
_BODY = re.compile(r" (?:article|story|post|entry) (?:body|content|text) ")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LETTERS = re.compile(r"[^a-z]+")
_WHOLE = frozenset(("html", "body", "main", "article"))
_ALWAYS = frozenset(("figcaption", "aside", "nav", "footer", "menu", "dialog", "form", "button"))
_NEVER_READ = frozenset(("script", "style", "noscript", "template", "svg", "iframe"))
_ROLES = frozenset((
    "navigation", "complementary", "contentinfo", "search", "dialog", "menu", "toolbar", "banner",
))  # fmt: skip


def prune(root: Any) -> None:
    """Take the furniture out of a page's tree, in time linear in its size.

    Args:
        root: An lxml tree, changed in place.
    """
    weights = _weights(root)
    most = MOST * weights.get(root, 0)
    found = [
        element
        for element in root.iter()
        if isinstance(element.tag, str)
        and element.getparent() is not None
        and _is_furniture(element)
        and not _holds_title(element)
    ]
    # One by one small, together the report: pages give each of its paragraphs such a name.
    together: Counter[str] = Counter()
    for element in found:
        together[_kind(element)] += weights.get(element, 0)
    for element in found:
        if together[_kind(element)] <= most or weights.get(element, 0) == 0:
            _drop(element)


def _kind(element: Any) -> str:
    return f"{element.tag} {(element.get('class') or '')[:400].split(' ')[0]}"


def _is_furniture(element: Any) -> bool:
    if element.tag in _WHOLE:
        return False
    if element.tag in _ALWAYS or element.get("role") in _ROLES:
        return True
    return _is_named_so(element)


def _is_named_so(element: Any) -> bool:
    names = f"{element.get('class', '')} {element.get('id', '')} {element.get('data-testid', '')}"
    if len(names) <= 2:
        return False
    words = _LETTERS.sub(" ", _CAMEL.sub(" ", names[:400]).lower()).split()
    line = f" {' '.join(words)} "
    if _BODY.search(line):
        return False
    return not _WORDS.isdisjoint(words) or _PHRASES.search(line) is not None


def _holds_title(element: Any) -> bool:
    return next(element.iter("h1"), None) is not None


def _weights(root: Any) -> dict[Any, int]:
    """Characters of text within each element, those of links left out."""
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    weights: dict[Any, int] = {}
    for element in reversed(elements):
        own = 0 if element.tag in _NEVER_READ else len((element.text or "").strip())
        total = 0 if element.tag == "a" else weights.get(element, 0) + own
        weights[element] = total
        if (parent := element.getparent()) is not None:
            tail = len((element.tail or "").strip())
            weights[parent] = weights.get(parent, 0) + total + tail
    return weights


def _drop(element: Any) -> None:
    """Remove an element; the text after it stays."""
    parent = element.getparent()
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
