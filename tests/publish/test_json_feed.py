"""What other programs get to read."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from ingestor.models import Feed, Fetched
from ingestor.parse import parse
from ingestor.publish.json_feed import Item, Version, render

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ITEM = Item(
    story_id=7,
    url="https://hafenbote.example/fluss",
    title="Der Fluss steigt",
    text="Erster Absatz.\n\nZweiter Absatz.",
    language="de",
    outlet="Hafenbote",
    published=NOON,
    modified=NOON,
    also_in=(Version(url="https://ledger.example/river", outlet="Ledger", language="en"),),
)


def test_what_is_published_is_read_back_without_loss() -> None:
    feed = Feed(url="https://us.example/stories.json", name="us")
    document = Fetched(
        url=feed.url,
        body=render("Stories", [ITEM]).encode(),
        content_type="application/feed+json; charset=utf-8",
    )

    (entry,) = parse(feed.url, document, limit=10, now=NOON).entries

    assert (entry.guid, entry.link, entry.title) == ("story-7", ITEM.url, ITEM.title)
    assert (entry.language, entry.published) == ("de", NOON)


def test_the_other_versions_of_a_story_are_named() -> None:
    (item,) = json.loads(render("Stories", [ITEM]))["items"]

    assert item["_ingestor"]["also_in"] == [
        {"url": "https://ledger.example/river", "outlet": "Ledger", "language": "en"}
    ]


def test_the_same_stories_give_the_same_bytes() -> None:
    assert render("Stories", [ITEM]) == render("Stories", [replace(ITEM)])
