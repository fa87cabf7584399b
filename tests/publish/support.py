"""What the tests of publishing share: reports to publish, and the rules for what is published."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from ingestor.publish.document import Origin
from ingestor.store.export import Carrier, Told

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORIGIN = Origin(base_url="https://news.example.org/feeds/", born=NOON, title="Sample")
ATOM = "{http://www.w3.org/2005/Atom}"
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[A-Za-z0-9/_.-]*")
URI = re.compile(r"[^\x00-\x20<>\"{}|\\^`]+")


def carrier(number: int, language: str, **changes: Any) -> Carrier:
    """An article that carries the report too."""
    given: dict[str, Any] = {
        "url": f"https://{language or 'x'}.example/{number}",
        "title": f"T{number}",
    }
    given |= {"id": number, "outlet": f"O{number}", "language": language}
    return Carrier(**given | changes)


def told(**changes: Any) -> Told:
    """A report."""
    values: dict[str, Any] = {
        "id": 31,
        "story_id": 7,
        "url": "https://hafenbote.example/fluss",
        "title": "Der Fluss steigt",
        "text": "Erster Absatz.\n\nZweiter Absatz.",
        "language": "de",
        "outlet": "Hafenbote",
        "dated_at": NOON,
        "edited_at": NOON,
        "changed_at": NOON,
        "also_in": (),
    }
    return Told(**values | changes)


def atom_faults(content: bytes) -> list[str]:
    """Every MUST of RFC 4287 that a document breaks, as far as they can be seen in it."""
    feed = etree.fromstring(content)
    return [*_feed_faults(feed), *(f for e in feed.iter(ATOM + "entry") for f in _entry_faults(e))]


def _feed_faults(feed: Any) -> Iterator[str]:
    if feed.tag != ATOM + "feed":
        yield f"the root is {feed.tag}"
    yield from _common_faults(feed)
    if sum(link.get("rel") == "self" for link in feed.findall(ATOM + "link")) != 1:
        yield "not one link to itself"
    moments = [e.findtext(ATOM + "updated") for e in feed.iter(ATOM + "entry")]
    if moments and feed.findtext(ATOM + "updated") != max(moments):
        yield "not updated when its last entry was"
    ids = [e.findtext(ATOM + "id") for e in feed.iter(ATOM + "entry")]
    if len(ids) != len(set(ids)):
        yield "an id twice"


LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
MEDIA = re.compile(r"[a-z]+/[a-z0-9.+-]+")


def _common_faults(element: Any) -> Iterator[str]:
    """Rules of §4.1.1, §4.1.2, §4.2.6, §4.2.7 that feeds and entries share."""
    for name in ("id", "title", "updated"):
        if len(element.findall(ATOM + name)) != 1:
            yield f"not one {name}"
    if not TAG.fullmatch(element.findtext(ATOM + "id")):
        yield f"no tag URI: {element.findtext(ATOM + 'id')}"
    for name in ("updated", "published"):
        for date in element.findall(ATOM + name):
            if not STAMP.fullmatch(date.text):
                yield f"no RFC 3339 date: {date.text}"
    lang = element.get("{http://www.w3.org/XML/1998/namespace}lang")
    if lang is not None and not LANGUAGE.fullmatch(lang):
        yield f"no language: {lang}"
    yield from _link_faults(element.findall(ATOM + "link"))


def _link_faults(links: Sequence[Any]) -> Iterator[str]:
    seen = set()
    for link in links:
        kind = (link.get("rel", "alternate"), link.get("type"), link.get("hreflang"))
        if not URI.fullmatch(link.get("href", "")):
            yield f"no IRI: {link.get('href')}"
        if kind[1] is not None and not MEDIA.fullmatch(kind[1]):
            yield f"no media type: {kind[1]}"
        if kind[2] is not None and not LANGUAGE.fullmatch(kind[2]):
            yield f"no language: {kind[2]}"
        if kind in seen and kind[0] == "alternate":
            yield f"two alternates of {kind}"
        seen.add(kind)


def _entry_faults(entry: Any) -> Iterator[str]:
    yield from _common_faults(entry)
    if not [name for name in entry.iterfind(f"{ATOM}author/{ATOM}name") if name.text]:
        yield "no author"
    contents = entry.findall(ATOM + "content")
    if len(contents) != 1 or contents[0].get("type") not in {"text", "html"}:
        yield "not one content of a known type"
    if len(entry.findall(ATOM + "published")) > 1:
        yield "more than one published"


def json_faults(content: bytes) -> list[str]:
    """Every rule of JSON Feed 1.1 that a document breaks."""
    feed = json.loads(content)
    faults = [name for name in ("version", "title", "items") if name not in feed]
    for item in feed["items"]:
        if not isinstance(item.get("id"), str):
            faults.append("an item without id")
        if not {"content_text", "content_html"} & set(item):
            faults.append(f"no content in {item['id']}")
        faults += [
            f"no date: {item[name]}"
            for name in ("date_published", "date_modified")
            if not STAMP.fullmatch(item.get(name, ""))
        ]
        faults += [f"{key} is empty" for key, value in item.items() if value in ({}, [], None)]
    if len({item["id"] for item in feed["items"]}) != len(feed["items"]):
        faults.append("an id twice")
    return faults
