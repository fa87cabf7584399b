"""What pages hang around their reports, known by the names that authors of pages give it.

Class names and ids are written for machines and so are English almost everywhere: ``related-posts``
stands on Japanese pages as on German ones. A name counts only with the shape that belongs to it:
whatever holds a good part of the article's text is not furniture, however it is called, nor is
what stands within a sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from ingestor.clean.markup import normalise

MOST = 0.2
"""Largest share of an article's text that pieces of furniture of one name may hold."""

GRAM = 12
"""First letters by which a text of the page is known to be the article's."""

_NAMES = (
    "ad ads advert advertisement advertising adslot banner breadcrumb breadcrumbs cookie "
    "cookies consent copyright credit credits caption captions comments disqus donate donation "
    "footer mostread newsletter newsletters outbrain pagination promo promobox promos "
    "promotion promotions rating ratings readalso readnext recirc recirculation recommend "
    "recommendation recommendations recommended related share sharebar sharing shares sidebar "
    "signup skip social socials sponsor sponsored subscribe subscription subscriptions taboola "
    "taglist tags teaser teasers timestamp toolbar trending "
    "author authors byline vcard bio biography cta popup modal overlay menu navbar navigation "
    "widget respond commentform commentlist sharedaddy nocontent popular btn paywall noprint "
    "werbung anzeige kommentare empfehlungen autor autorenbox publicidad relacionadas "
    "relacionados publicite commentaires abonnement reklama reklam reklame annons advertentie "
    "pubblicita disclaimer disclosure affiliate affiliates rss addtoany "
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
    r"|key ?words|jp relatedposts|comment (?:area|form|list|reply|respond|section)|no ?print"
    r"|(?:hidden|hide) (?:for )?print|print (?:hidden|hide|none)|only screen|screen only"
    r"|trust badge|(?:right|left) (?:rail|box|bx|col|column|bar|wrap)) "
)
_BODY = re.compile(r" (?:article|story|post|entry) (?:body|content|text) ")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LETTERS = re.compile(r"[^a-z]+")
_WHOLE = frozenset(("html", "body", "main", "article"))
_ALWAYS = frozenset(("figcaption", "aside", "nav", "footer", "menu", "dialog", "form", "button"))
_NEVER_READ = frozenset(("script", "style", "noscript", "template", "svg", "iframe"))
_INLINE = frozenset((
    "a", "abbr", "b", "bdi", "cite", "em", "font", "i", "mark", "q", "s", "small", "span", "strong",
    "sub", "sup", "time", "u",
))  # fmt: skip
_ROLES = frozenset((
    "navigation", "complementary", "contentinfo", "search", "dialog", "menu", "toolbar", "banner",
))  # fmt: skip


def prune(root: Any, text: str) -> None:
    """Take the furniture out of a page's tree, in time linear in its size.

    Args:
        root: An lxml tree, changed in place.
        text: What was found to be the article, on one line.
    """
    most = MOST * len(text)
    weights = _weights(root, text)
    found = [
        element
        for element in root.iter()
        if isinstance(element.tag, str)
        and element.getparent() is not None
        and _is_furniture(element)
        and not _holds_title(element)
        and not _is_in_sentence(element)
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


def _is_in_sentence(element: Any) -> bool:
    """Whether it stands within a line: without it, the line would be another."""
    parent = element.getparent()
    if element.tag not in _INLINE:
        return False
    texts = (parent.text, *(child.tail for child in parent))
    return any(text and not text.isspace() for text in texts)


def _holds_title(element: Any) -> bool:
    return next(element.iter("h1"), None) is not None


def _weights(root: Any, text: str) -> dict[Any, int]:
    """Characters within each element that are found in a text."""
    known = {text[i : i + GRAM] for i in range(len(text) - GRAM + 1)}
    weights: dict[Any, int] = {}
    for element in reversed([e for e in root.iter() if isinstance(e.tag, str)]):
        total = weights.get(element, 0)
        if element.tag not in _NEVER_READ:
            total += _known(element.text, known)
        weights[element] = total
        parent = element.getparent()
        if parent is not None:
            weights[parent] = weights.get(parent, 0) + total + _known(element.tail, known)
    return weights


def _known(text: str | None, known: set[str]) -> int:
    line = normalise(text or "")
    return len(line) if line[:GRAM] in known else 0


def _drop(element: Any) -> None:
    """Empty an element; it stays as the break that it is between what stands around it."""
    element.clear(keep_tail=True)
