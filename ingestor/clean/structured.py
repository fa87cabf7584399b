"""What a page says about itself: JSON-LD (schema.org), Open Graph and plain ``meta`` elements."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any

from ingestor.clean.markup import normalise

MAX_JSON = 1_000_000
"""Longest JSON-LD block that is read, in characters."""

MAX_NODES = 2_000
"""Most objects of one block that are looked at."""

_ARTICLE = re.compile(r"(?:Article|NewsArticle|BlogPosting|Report|Posting)\Z")
_RAW_BREAK = re.compile(r"[\r\n\t]+")
_TAGS = re.compile(r"<[^<>]{1,2000}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """A page's own words; each may be empty.

    Attributes:
        body: ``articleBody``, plain text with the line breaks that it came with.
        published: Aware, in UTC.
        origins: Addresses that the page names as the origin of its report, verbatim.
        free: False if it says that not all may read it.
        robots: ``<meta name=robots>``, and the one that names us.
    """

    headline: str = ""
    title: str = ""
    site_name: str = ""
    body: str = ""
    language: str = ""
    author: str = ""
    canonical: str = ""
    published: datetime | None = None
    origins: tuple[str, ...] = ()
    description: str = ""
    free: bool = True
    robots: str = ""


def metadata(root: Any) -> Metadata:
    """Read what a page's head says; JSON-LD before ``meta``, the first article of several.

    Args:
        root: An lxml tree of the whole page.
    """
    meta = _metas(root)
    article = next(_articles(root), {})
    html = root if root.tag == "html" else root.getroottree().getroot()
    return Metadata(
        headline=_line(article.get("headline")),
        title=meta.get("og:title") or meta.get("twitter:title") or _title(root),
        site_name=meta.get("og:site_name", ""),
        body=_body(article.get("articleBody")),
        language=html.get("lang") or _line(article.get("inLanguage")) or meta.get("og:locale", ""),
        author=_name(article.get("author")) or meta.get("author", ""),
        canonical=_canonical(root) or meta.get("og:url", ""),
        published=_published(root, meta, article),
        origins=_origins(meta, article),
        description=meta.get("og:description") or meta.get("description", ""),
        free=not str(article.get("isAccessibleForFree", True)).lower().endswith("false"),
        robots=f"{meta.get('robots', '')} {meta.get('ingestor', '')}".strip(),
    )


def _metas(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if content := element.get("content"):
            found.setdefault(name.lower(), normalise(content))
    return found


def _title(root: Any) -> str:
    return next((normalise(e.text_content()) for e in root.iter("title")), "")


def _canonical(root: Any) -> str:
    return next(
        (e.get("href") for e in root.iter("link")
         if e.get("rel", "").lower() == "canonical" and e.get("href")), ""
    )  # fmt: skip


def _published(root: Any, meta: Mapping[str, str], article: Mapping[str, Any]) -> datetime | None:
    texts = [
        _line(article.get("datePublished")),
        *(meta.get(name, "") for name in (
            "article:published_time", "datepublished", "og:article:published_time", "date",
            "dc.date", "dc.date.issued", "dcterms.date", "dcterms.created", "pubdate",
            "publish-date", "parsely-pub-date", "sailthru.date",
        )),
        *(e.get("datetime", "") for e in root.iter("time")
          if e.get("pubdate") is not None or e.get("itemprop") == "datePublished"),
    ]  # fmt: skip
    return next(filter(None, map(_moment, texts)), None)


def _moment(text: str) -> datetime | None:
    """Read ISO 8601; a time without zone counts as UTC, as feeds' dates do."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _origins(meta: Mapping[str, str], article: Mapping[str, Any]) -> tuple[str, ...]:
    based = article.get("isBasedOn")
    found = [meta.get("original-source", ""), meta.get("syndication-source", "")]
    found += [_line(item) for item in (based if isinstance(based, list) else [based])]
    return tuple(filter(None, found))


# --- JSON-LD ------------------------------------------------------------------------------


def _articles(root: Any) -> Iterator[Mapping[str, Any]]:
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            yield from filter(_is_article, _objects(_parse(script.text or "")))


def _parse(text: str) -> Any:
    """Read JSON; sites leave raw line breaks in strings, and comments around it."""
    if len(text) > MAX_JSON:
        return None
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """All objects within, the outer ones first."""
    waiting, seen = [value], 0
    while waiting and seen < MAX_NODES:
        seen += 1
        match waiting.pop(0):
            case dict() as found:
                yield found
                waiting += [v for v in found.values() if isinstance(v, dict | list)]
            case list() as several:
                waiting += [v for v in several if isinstance(v, dict | list)]


def _is_article(found: Mapping[str, Any]) -> bool:
    kinds = found.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and _ARTICLE.search(name) for name in names)


def _line(value: Any) -> str:
    return normalise(unescape(value)) if isinstance(value, str) else ""


def _name(value: Any) -> str:
    people = value if isinstance(value, list) else [value]
    names = [p.get("name") if isinstance(p, dict) else p for p in people[:5]]
    return ", ".join(filter(None, map(_line, names)))


def _body(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    return _TAGS.sub("\n", unescape(unescape(value)))
