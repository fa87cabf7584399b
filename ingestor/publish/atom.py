"""A feed as Atom 1.0. Source: RFC 4287."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Any

from lxml import etree

from ingestor import __version__
from ingestor.publish.document import Document, Entry, paragraphs
from ingestor.store.export import Carrier

NAMESPACE = "http://www.w3.org/2005/Atom"
TYPE = "application/atom+xml"
SUFFIX = ".atom"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def render(document: Document) -> bytes:
    """The feed document; an equal one gives the same bytes."""
    origin = document.origin
    feed = etree.Element(f"{{{NAMESPACE}}}feed", nsmap={None: NAMESPACE})
    if document.language:
        feed.set(LANGUAGE, document.language)
    _add(feed, "title", document.title)
    _add(feed, "id", document.id)
    _add(feed, "updated", stamp(document.updated))
    _add(feed, "link", rel="self", type=TYPE, href=origin.url(document.name + SUFFIX))
    _add(feed, "link", rel="alternate", type="application/feed+json",
         href=origin.url(document.name + ".json"))  # fmt: skip
    _add(feed, "generator", "ingestor", version=__version__)
    for entry in document.entries:
        _add_entry(feed, entry)
    etree.indent(feed)
    content: bytes = etree.tostring(feed, xml_declaration=True, encoding="utf-8")
    return content + b"\n"


def html(text: str) -> str:
    """Paragraphs as HTML."""
    return "\n".join(f"<p>{escape(part, quote=False)}</p>" for part in paragraphs(text))


def stamp(moment: datetime) -> str:
    """A moment in UTC as RFC 3339 writes it."""
    return moment.isoformat().replace("+00:00", "Z")


def _add_entry(feed: Any, entry: Entry) -> None:
    element = _add(feed, "entry")
    if entry.language:
        element.set(LANGUAGE, entry.language)
    _add(element, "title", entry.title)
    _add(element, "id", entry.id)
    for attributes in _links(entry):
        _add(element, "link", **attributes)
    _add(element, "published", stamp(entry.published))
    _add(element, "updated", stamp(entry.updated))
    _add(_add(element, "author"), "name", entry.outlet)
    _add(element, "content", html(entry.text), type="html")


def _links(entry: Entry) -> Iterator[dict[str, str]]:
    """The article, one alternate for each other language, the rest as related.

    No two alternates may share type and hreflang (RFC 4287 §4.1.2). The article's own address
    stands first and, bare, last: most readers take the first alternate, feedparser the last.
    """
    if entry.url:
        yield _link("alternate", entry.url, entry.language)
    languages = {entry.language}
    for carrier in entry.also_in:
        rel = "related" if carrier.language in languages else "alternate"
        languages.add(carrier.language)
        yield _link(rel, carrier.url, carrier.language, _label(carrier))
    if entry.url and any(carrier.language not in {entry.language} for carrier in entry.also_in):
        yield {"rel": "alternate", "href": entry.url}


def _link(rel: str, href: str, language: str, title: str = "") -> dict[str, str]:
    found = {"rel": rel, "type": "text/html", "hreflang": language, "title": title, "href": href}
    return {name: value for name, value in found.items() if value}


def _label(carrier: Carrier) -> str:
    return f"{carrier.outlet}: {carrier.title}" if carrier.title else carrier.outlet


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    if text:
        element.text = text
    return element
