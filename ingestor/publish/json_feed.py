"""A feed as JSON Feed 1.1. Source: https://www.jsonfeed.org/version/1.1/."""

from __future__ import annotations

import json

from ingestor.publish.atom import html, stamp
from ingestor.publish.document import Document, Entry

VERSION = "https://jsonfeed.org/version/1.1"
TYPE = "application/feed+json"
SUFFIX = ".json"
ABOUT = "also_in lists the other articles that carry the same report, the earliest first"


def render(document: Document) -> bytes:
    """The feed document; an equal one gives the same bytes."""
    feed: dict[str, object] = {
        "version": VERSION,
        "title": document.title,
        "home_page_url": document.origin.base_url,
        "feed_url": document.origin.url(document.name + SUFFIX),
        "language": document.language,
        "_ingestor": {"about": ABOUT, "id": document.id},
        "items": [_item(entry) for entry in document.entries],
    }
    return (json.dumps(_present(feed), ensure_ascii=False, indent=1) + "\n").encode()


def _item(entry: Entry) -> dict[str, object]:
    found: dict[str, object] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": html(entry.text),
        "content_text": entry.text,
        "language": entry.language,
        "authors": [{"name": entry.outlet}],
        "date_published": stamp(entry.published),
        "date_modified": stamp(entry.updated),
    }
    if entry.also_in:
        found["_ingestor"] = {
            "about": ABOUT,
            "also_in": [
                _present(
                    {"url": c.url, "title": c.title, "outlet": c.outlet, "language": c.language}
                )
                for c in entry.also_in
            ],
        }
    # An item must have a content, if need be an empty one.
    return _present(found) | {"content_text": entry.text}


def _present(values: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value != ""}
