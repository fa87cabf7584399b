"""A whole page → the article in it, as simple HTML that is cleaned like a feed's own.

trafilatura finds the article. Before it, what pages hang around their reports is pruned; after it,
its result is compared with what the page says about itself. Where it finds nothing the page's own
``articleBody`` (JSON-LD) is taken, then what its scripts hold, and last its unlinked paragraphs.

Pure and picklable, because it runs in a worker process that bounds its time: a page is hostile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from ingestor import urls
from ingestor.clean.embedded import embedded
from ingestor.clean.furniture import prune
from ingestor.clean.lead import add_lead, standfirst
from ingestor.clean.markup import Block, blocks, essence, normalise, read
from ingestor.clean.rule import MAX_LINE
from ingestor.clean.structured import Metadata, metadata
from ingestor.parse.decode import decode
from ingestor.parse.obstacle import obstacle
from ingestor.parse.text import clean_str

MAX_CHARS = 4_000_000
"""Longest page that is read; the rest is cut off. In characters."""

ENOUGH = 200
"""Characters of text from which on a result is an article."""

CAPTION = 15
"""Shortest description of an image that can be a caption, in characters."""

AGREEMENT = 0.8
"""Share of a result that must stand in the page's ``articleBody`` for that to be believed."""

GRAM = 8
"""Letters in a row by which two texts are compared: words would fail where nobody writes spaces."""

FOREIGN = 0.2
"""Share of a paragraph below which it does not belong to an ``articleBody``."""

_LINES = frozenset(("p", "h2", "li", "blockquote", "figcaption"))
_TAGS = {
    "head": "h2", "list": "ul", "item": "li", "quote": "blockquote", "row": "tr", "cell": "td",
    "ref": "a", "lb": "br", "hi": "b", "fw": "p", "main": "div",
}  # fmt: skip
_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An article, as its page gives it.

    Attributes:
        html: The article in simple markup, still to be cleaned; empty if there is none.
        language: As the page claims, else empty.
        canonical_url: What the page calls its own address, absolute, or empty.
        origins: Addresses that the page names as where its report comes from.
        description: Its own summary; what feeds give as a teaser often is that.
        obstacle: What it is, if it stands in the way of another: a challenge, a consent, a login.
        free: Whether all may read it, as far as it says (``isAccessibleForFree``).
        robots: What it asks robots not to do, verbatim.
    """

    url: str
    title: str = ""
    html: str = ""
    language: str = ""
    author: str = ""
    published: datetime | None = None
    canonical_url: str = ""
    origins: tuple[str, ...] = ()
    description: str = ""
    obstacle: str = ""
    free: bool = True
    robots: str = ""


def read_page(body: bytes, *, url: str = "", content_type: str = "") -> Page:
    """Find the article of a page.

    Args:
        body: The whole document, as fetched.
        url: Its address, which relative links in it are relative to.
        content_type: The HTTP header, which may name a charset.
    """
    if not content_type and (inner := _CHARSET.search(body[:2048])):
        content_type = f"text/html; charset={inner[1].decode('ascii', 'replace')}"
    markup = decode(body, content_type, trust=True).text[:MAX_CHARS]
    root = _tree(markup)
    stands = obstacle(markup, url)
    if root is None:
        return Page(url=url, obstacle=stands)
    about = metadata(root)
    canonical = urls.resolve(url, about.canonical) if about.canonical else ""
    elsewhere = (canonical,) if canonical and url and urls.site(canonical) != urls.site(url) else ()
    title = _title(root, about)
    return Page(
        url=url,
        title=title,
        html=clean_str(_article(root, about, title) or _paragraphs(markup)),
        language=about.language,
        author=about.author,
        published=about.published,
        canonical_url=canonical,
        origins=(*about.origins, *elsewhere),
        description=about.description,
        obstacle=stands,
        free=about.free,
        robots=about.robots,
    )


def _tree(markup: str) -> Any:  # lxml is not typed
    parser = lxml_html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True
    )
    try:
        return lxml_html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _title(root: Any, about: Metadata) -> str:
    """The headline: the page's only ``h1``, if its title or JSON-LD agrees; else what these say."""
    heads = [normalise(h.text_content()) for h in root.iter("h1")]
    said = about.headline or about.title
    agreed = [h for h in heads if h and (h in said or h in about.title or said in h)]
    if agreed:
        return max(agreed, key=len)
    site = re.escape(about.site_name)
    return re.sub(rf"\s[-–—|·:]\s{site}\Z", "", said) if site else said


# --- the article ---------------------------------------------------------------------------


def _article(root: Any, about: Metadata, title: str) -> str:
    found = _trafilatura(root)
    if found is None:
        said = about.body.splitlines() if len(about.body) >= ENOUGH else ()
        return _paragraphs_of(said) or embedded(root)
    captions = {normalise(i.get("alt") or i.get("title") or "") for i in root.iter("img")}
    captions = {text for text in captions if len(text) >= CAPTION and text not in title}
    page, standfirsts = read(root), standfirst(root)
    ground = {essence(block.text): block for block in reversed(page)}
    prune(root, normalise(" ".join(found.itertext())))
    furniture = ground.keys() - {essence(block.text) for block in read(root)}
    lines = [(line, normalise("".join(line.itertext()))) for line in _lines(found)]
    gone = [line for line, text in lines if essence(text) in furniture]
    for line, text in lines:
        _restore(line, text, ground.get(essence(text)), is_caption=text in captions)
    if len(gone) < len(lines):
        for line in gone:
            _remove(line)
    _drop_foreign(found, about.body)
    leads = [about.description, *standfirsts]
    add_lead(found, [block for block in page if block.text not in captions], leads)
    return str(etree.tostring(found, encoding="unicode", method="html"))


def _paragraphs_of(lines: Iterable[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line.strip())


def _trafilatura(root: Any) -> Any:
    # Imported at the top it takes 90 ms of each poll without news, which reads no page: 0.76 s
    # instead of 0.67 (measured). tests/cli/test_help.py holds such a poll to be without it.
    from trafilatura import bare_extraction

    # Its links are not asked for: with them it loses words beside some.
    return getattr(bare_extraction(root, include_comments=False), "body", None)


def _lines(body: Any) -> list[Any]:
    """Put trafilatura's own elements (TEI) into those of HTML; give those that are a line each."""
    for element in body.iter():
        element.attrib.clear()
        element.tag = _TAGS.get(element.tag, element.tag)
    return [element for element in body.iter() if element.tag in _LINES]


def _remove(line: Any) -> None:
    if (parent := line.getparent()) is not None:
        parent.remove(line)


def _restore(line: Any, text: str, ground: Block | None, *, is_caption: bool) -> None:
    """Give a line back what the page's markup said of it: that it is a caption, or a link."""
    if is_caption:
        line.tag = "figcaption"
    if ground is not None and ground.links and (ground.linked or len(text) <= MAX_LINE):
        for child in list(line):
            line.remove(child)
        line.text = ""
        for link in ground.links:
            etree.SubElement(line, "a", href=link)
        # Its links need not be where they were: no more is asked of a block than their share.
        linked = len(text) if ground.linked else round(len(text) * ground.link_share)
        line[0].text, line[0].tail = text[:linked], text[linked:]


# --- the page's own word --------------------------------------------------------------------


def _drop_foreign(body: Any, said: str) -> None:
    """Keep what the page itself calls the article's body, if nearly all of the result is in it.

    A body that is cut off, or of another article, does not agree, and is not believed.
    """
    own = _grams(essence(said))
    parts = [(part, essence("".join(part.itertext()))) for part in body]
    shares = [_share(letters, own) for _, letters in parts]
    total = sum(len(letters) for _, letters in parts)
    within = sum(len(e) * share for (_, e), share in zip(parts, shares, strict=True))
    if total and within >= AGREEMENT * total:
        for (part, _), share in zip(parts, shares, strict=True):
            if share < FOREIGN and part.tag in _LINES:
                body.remove(part)


def _grams(letters: str) -> frozenset[str]:
    return frozenset(letters[i : i + GRAM] for i in range(len(letters) - GRAM + 1))


def _share(letters: str, own: frozenset[str]) -> float:
    grams = _grams(letters) or frozenset((letters,))
    return len(grams & own) / len(grams)


def _paragraphs(markup: str) -> str:
    """What is left of a page that is nested too deep for anybody: its sentences."""
    found = (b for b in blocks(markup) if not b.linked and len(b.text) >= ENOUGH)
    return "".join(f"<p>{escape(block.text)}</p>" for block in found)
