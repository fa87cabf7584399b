"""Lists of feeds as OPML 2.0, the format that feed readers exchange them in.

Folders become tags: a feed in ``News`` within ``World`` is tagged ``World/News``, one that stands
in two folders has two tags. Source: http://opml.org/spec2.opml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html.entities import html5
from itertools import islice
from typing import Any

from lxml import etree

from ingestor.config.reader import url_fault
from ingestor.errors import DataError
from ingestor.urls import feed_key, is_http, resolve

MAX_BYTES = 16 << 20
MOST = 1000  # remarks on ampersands

# What begins no reference that XML knows of itself: a bare ampersand, or a name of HTML's.
_AMPERSAND = re.compile(rb"&(?!(?:#\d+|#x[0-9A-Fa-f]+|amp|lt|gt|quot|apos);)(\w{1,32};)?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One feed of a list.

    Attributes:
        site_url: The page that it is the feed of.
        line: Where it stands, from 1; 0 for what was not read from a file.
    """

    url: str
    name: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    site_url: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a reader of the list should know of one line of it."""

    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a document lists: each feed once, and what could not be used of it."""

    subscriptions: tuple[Subscription, ...] = ()
    remarks: tuple[Remark, ...] = ()


def read(content: bytes) -> Listing:
    """Read a list of feeds, as far as it can be read.

    Raises:
        DataError: it is no OPML, or too large.
    """
    if len(content) > MAX_BYTES:
        raise DataError(f"larger than {MAX_BYTES >> 20} MiB")
    content, mended = _mended(content)
    root, faults = _parsed(content)
    remarks = [*mended, *faults]
    found: dict[str, Subscription] = {}
    for element, folder in _outlines(root, ""):
        entry = _entry(element, folder)
        if isinstance(entry, Remark):
            remarks.append(entry)
        elif entry is not None:
            key = feed_key(entry.url)
            if (first := found.get(key)) is None:
                found[key] = entry
                continue
            found[key] = replace(first, tags=tuple(dict.fromkeys((*first.tags, *entry.tags))))
            if found[key].tags == first.tags:
                same = f"the same feed as on line {first.line}: {entry.url}"
                remarks.append(Remark(line=entry.line, text=same))
    ordered = sorted(remarks, key=lambda remark: remark.line)
    return Listing(subscriptions=tuple(found.values()), remarks=tuple(ordered))


def write(title: str, subscriptions: Iterable[Subscription]) -> bytes:
    """Write a list; a feed of several tags stands in several folders."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    folders: dict[str, Any] = {"": body}
    for one in subscriptions:
        for tag in one.tags or ("",):
            etree.SubElement(_folder(folders, tag), "outline", dict(_attributes(one)))
    etree.indent(root)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return content + b"\n"


def _mended(content: bytes) -> tuple[bytes, list[Remark]]:
    """Write bare ampersands and the names of HTML as XML does, lest a lenient parser drop them.

    ``?a=1&b=2`` would become ``?a=1=2``: another address.
    """
    lines: dict[int, None] = {}
    line, at = 1, 0

    def mend(found: re.Match[bytes]) -> bytes:
        nonlocal line, at
        line, at = line + content.count(b"\n", at, found.start()), found.start()
        lines[line] = None
        name = (found[1] or b"").decode(errors="replace")
        if letters := html5.get(name):
            return "".join(f"&#{ord(letter)};" for letter in letters).encode()
        return b"&amp;" + (found[1] or b"")

    if b"\0" in content[:64]:  # UTF-16, where an ampersand is two bytes
        return content, []
    mended = _AMPERSAND.sub(mend, content)
    text = "faulty XML: & should be written &amp;"
    return mended, [Remark(line=number, text=text) for number in islice(lines, MOST)]


def _parsed(content: bytes) -> tuple[Any, list[Remark]]:
    """The root of the document; no entity is replaced, nothing is loaded, faults are remarks."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DataError(f"line {error.lineno or 1}: no OPML: {error.msg}") from error
    if root is None or _local(root) != "opml":
        raise DataError("no OPML: the document has no <opml>")
    if root.getroottree().docinfo.internalDTD is not None:
        raise DataError("a document that declares a DTD is not read")
    return root, [Remark(line=e.line, text=f"faulty XML: {e.message}") for e in parser.error_log]


def _outlines(parent: Any, folder: str) -> Iterator[tuple[Any, str]]:
    """Every outline with the folder that it stands in, in the order of the document."""
    for element in parent:
        if _local(element) in {"body", "outline"}:
            yield element, folder
            yield from _outlines(element, _inner(folder, element))


def _inner(folder: str, element: Any) -> str:
    """The folder that an outline is for those inside it; a feed is none."""
    given = _lowered(element)
    name = "" if given.get("xmlurl") else _clean(given.get("text") or given.get("title") or "")
    return "/".join(part for part in (folder, name.strip(" /")) if part)


def _entry(element: Any, folder: str) -> Subscription | Remark | None:
    """What an outline says: a feed, a mistake, or nothing of its own, such as a folder."""
    given, line = _lowered(element), element.sourceline or 0
    url = _http(given.get("xmlurl", "").strip())
    name = _clean(given.get("title") or given.get("text") or "")
    if not url:
        if given.get("type", "").lower() in {"rss", "atom", "rdf", "include"} or "xmlurl" in given:
            return Remark(line=line, text=f"no address of a feed (xmlUrl): {name or 'no name'}")
        return None
    if not is_http(url):
        return Remark(line=line, text=f"should begin with https:// or http://: {_clean(url)}")
    if url_fault(url) and url_fault(url := resolve("", url)):  # a blank is written %20, and so on
        return Remark(line=line, text=f"no address that a configuration can name: {_clean(url)}")
    language = given.get("language", "").strip()
    return Subscription(
        url=url,
        name=name,
        tags=tuple(dict.fromkeys(tag for tag in (folder, *_categories(given)) if tag)),
        language=language if _LANGUAGE.fullmatch(language) else "",
        site_url=given.get("htmlurl", "").strip(),
        line=line,
    )


def _http(url: str) -> str:
    """An address as it is meant: ``feed://a.example`` and ``feed:https://a.example`` are others."""
    if not url.lower().startswith("feed:"):
        return url
    rest = url[len("feed:") :].removeprefix("//") if "://" in url[5:] else url[len("feed:") :]
    return f"http:{rest}" if rest.startswith("//") else rest


def _categories(given: Mapping[str, str]) -> Iterator[str]:
    """Categories are comma-separated, their levels parted by slashes."""
    for part in given.get("category", "").split(","):
        yield _clean(part).strip(" /")


def _lowered(element: Any) -> Mapping[str, str]:
    """Attributes by their names in lower case: programs write xmlUrl, xmlurl and xmlURL."""
    return {str(name).lower(): value for name, value in element.attrib.items()}


def _local(element: Any) -> str:
    """The name of an element without its namespace; empty for a comment."""
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _clean(text: str) -> str:
    """Text on one line, without what cannot be seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _folder(folders: dict[str, Any], tag: str) -> Any:
    """The outline of a tag, made with all above it when it is first needed."""
    if tag not in folders:
        above, _, name = tag.rpartition("/")
        folders[tag] = etree.SubElement(_folder(folders, above), "outline", text=name, title=name)
    return folders[tag]


def _attributes(one: Subscription) -> Iterator[tuple[str, str]]:
    yield from (("type", "rss"), ("text", one.name), ("title", one.name), ("xmlUrl", one.url))
    yield from ((n, v) for n, v in (("htmlUrl", one.site_url), ("language", one.language)) if v)
