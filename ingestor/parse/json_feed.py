"""JSON Feed 1.0 and 1.1, which feedparser 6 cannot read. Source: jsonfeed.org/version/1.1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingestor import urls
from ingestor.errors import ParseError
from ingestor.models import Entry, ParsedFeed
from ingestor.parse import dates
from ingestor.parse.document import describe
from ingestor.parse.text import cap_html, clean_str, language_tag, paragraphs, plain
from ingestor.wording import counted

if TYPE_CHECKING:
    from datetime import datetime

_VERSION = "jsonfeed.org/version/"


def _load(feed_url: str, text: str) -> Any:
    """Read the JSON.

    Raises:
        ParseError: ``truncated`` if it stops before its end, else ``not_a_feed``.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            reason = f"the document stops in the middle, at character {len(text)}"
            raise ParseError(feed_url, "truncated", reason) from error
        raise ParseError(feed_url, "not_a_feed", f"not a feed but broken JSON: {error}") from error
    except (ValueError, RecursionError) as error:  # numbers of 5000 digits, 1000 nested lists
        raise ParseError(feed_url, "not_a_feed", "not a feed but hostile JSON") from error


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _guid(value: object) -> str:
    """Return an id as text: numbers must be accepted, by the specification."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return clean_str(value).strip()


def _html(item: dict[str, Any]) -> str:
    text = clean_str(item.get("content_text"))
    options = [clean_str(item.get("content_html")), paragraphs(text)]
    options.append(paragraphs(clean_str(item.get("summary"))))
    return cap_html(max(options, key=len))


def _author(item: dict[str, Any]) -> str:
    """Return the names of the authors; version 1.0 has one ``author`` only."""
    people = [*_list(item.get("authors")), item.get("author")]
    names = (plain(person.get("name"), 200) for person in people if isinstance(person, dict))
    return ", ".join(dict.fromkeys(name for name in names if name))[:200]


def _entry(item: dict[str, Any], base: str, now: datetime) -> Entry:
    """Read one item. ``external_url`` is what a link blog talks about: its source."""
    link = urls.resolve(base, clean_str(item.get("url")))
    external = urls.resolve(base, clean_str(item.get("external_url")))
    updated = dates.from_iso(clean_str(item.get("date_modified")), now)
    published = dates.from_iso(clean_str(item.get("date_published")), now)
    tags = (plain(tag, 100) for tag in _list(item.get("tags"))[:32])
    return Entry(
        guid=_guid(item.get("id")),
        link=link or external,
        title=plain(item.get("title")),
        html=_html(item),
        language=language_tag(item.get("language")),
        author=_author(item),
        published=published or updated,
        updated=updated,
        via_url=external if link and external != link else "",
        tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
    )


def parse_json(feed_url: str, text: str, base: str, now: datetime) -> ParsedFeed:
    """Read a JSON Feed; arguments, result and errors are those of `parse_xml`."""
    document = _load(feed_url, text)
    version = clean_str(document.get("version")) if isinstance(document, dict) else ""
    if _VERSION not in version:
        raise ParseError(feed_url, "not_a_feed", f"not a feed but {describe(text)}")
    items = _list(document.get("items"))
    records = [item for item in items if isinstance(item, dict)]
    odd = len(items) - len(records)
    hubs = [hub for hub in _list(document.get("hubs")) if isinstance(hub, dict)]
    return ParsedFeed(
        format="json11" if version.rstrip("/").endswith("1.1") else "json1",
        title=plain(document.get("title")),
        site_url=urls.resolve(base, clean_str(document.get("home_page_url"))),
        language=language_tag(document.get("language")),
        entries=tuple(_entry(record, base, now) for record in records),
        warnings=(f"{counted(odd, 'item')} not a JSON object",) if odd else (),
        dropped=odd,
        hub=next((clean_str(h.get("url")) for h in hubs if h.get("type") == "WebSub"), ""),
    )
