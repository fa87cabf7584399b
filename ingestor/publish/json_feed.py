"""Stories → JSON Feed 1.1: one item for a report, however many outlets carried it.

Source: https://www.jsonfeed.org/version/1.1/ (items, `_`-prefixed extensions).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

VERSION = "https://jsonfeed.org/version/1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One more article of a story: who else carried it, in which language."""

    url: str
    outlet: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A story by its canonical article.

    Attributes:
        story_id: Stable for as long as the story exists.
        modified: When the story last changed; equal stories give equal bytes.
        also_in: The other articles, in the order of their ids.
    """

    story_id: int
    url: str
    title: str
    text: str
    language: str
    outlet: str
    published: datetime
    modified: datetime
    also_in: tuple[Version, ...] = ()


def render(title: str, items: Iterable[Item]) -> str:
    """The feed document; the same items give the same text."""
    document = {"version": VERSION, "title": title, "items": [_item(item) for item in items]}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _item(item: Item) -> dict[str, object]:
    found: dict[str, object] = {
        "id": f"story-{item.story_id}",
        "url": item.url,
        "title": item.title,
        "content_text": item.text,
        "language": item.language,
        "authors": [{"name": item.outlet}],
        "date_published": _stamp(item.published),
        "date_modified": _stamp(item.modified),
        "_ingestor": {
            "about": "also_in lists the other articles that carry the same report",
            "also_in": [
                {"url": v.url, "outlet": v.outlet, "language": v.language} for v in item.also_in
            ],
        },
    }
    return {key: value for key, value in found.items() if value not in ("", None)}


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
