"""The published directory: complete, valid, touched only by news, and tidy."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from ingestor import rulings
from ingestor.config import PublishSettings
from ingestor.housekeeping import prune
from ingestor.publish.site import publish
from tests.newsroom import ALPHA, BETA, GAMMA, NOW, Newsroom, item, newsroom, story
from tests.publish.support import atom_faults, json_faults

PUBLIC = PublishSettings(base_url="https://news.example.org/", limit=3)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """Two outlets tell report 1; reports 2 and 3 stand alone."""
    with newsroom(tmp_path) as opened:
        await opened.publish(ALPHA, item(1), item(2))
        await opened.publish(BETA, item(1), item(3))
        yield opened


def published(room: Newsroom, settings: PublishSettings = PUBLIC) -> Mapping[str, bytes]:
    """Publish, and read all files."""
    directory = room.settings.path.parent / "feeds"
    publish(room.settings.database, settings, directory)
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def dates(files: Mapping[str, bytes], name: str = "all.json") -> dict[str, str]:
    return {item["id"]: item["date_modified"] for item in json.loads(files[name])["items"]}


async def test_all_languages_and_stories_have_a_feed_in_both_formats(room: Newsroom) -> None:
    files = published(room)

    names = ["all", "languages/en", "stories/1", "stories/2", "stories/4"]
    assert sorted(files) == sorted(name + suffix for name in names for suffix in (".atom", ".json"))
    assert [f for name in files if name.endswith(".atom") for f in atom_faults(files[name])] == []
    assert [f for name in files if name.endswith(".json") for f in json_faults(files[name])] == []
    assert len(json.loads(files["stories/1.json"])["items"]) == 2


async def test_nothing_is_touched_if_nothing_changed(room: Newsroom) -> None:
    before = published(room)
    await room.publish(ALPHA, item(1), item(2))
    done = publish(room.settings.database, PUBLIC, room.settings.path.parent / "feeds")

    assert (done.written, done.removed) == (0, 0)
    assert published(room) == before


async def test_only_what_changed_gets_a_new_date(room: Newsroom) -> None:
    before = dates(published(room))
    await room.publish(GAMMA, item(2, text=story(2)))
    after = dates(published(room))

    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == [
        f"tag:news.example.org,{NOW:%Y-%m-%d}:story/2"
    ]


async def test_an_edit_is_a_change(room: Newsroom) -> None:
    before = dates(published(room), "stories/4.json")
    await room.publish(BETA, replace(item(3), title="Corrected"))
    files = published(room)

    assert b"Corrected" in files["stories/4.atom"]
    assert [*dates(files, "stories/4.json").values()] > [*before.values()]


async def test_a_ruling_is_a_change(room: Newsroom) -> None:
    before = published(room)
    room.clock.advance(timedelta(hours=1))
    rulings.pin(room.ledger, 3, room.clock())
    after = published(room)

    name = f"tag:news.example.org,{NOW:%Y-%m-%d}:story/1"
    assert dates(after)[name] > dates(before)[name]


async def test_a_story_that_is_split_gets_a_feed_of_its_own_and_the_rest_keeps_its_id(
    room: Newsroom,
) -> None:
    before = published(room)
    room.clock.advance(timedelta(hours=1))
    rulings.split(room.ledger, 3, None, room.clock())
    after = published(room, replace(PUBLIC, limit=10))

    (new,) = dates(after).keys() - dates(before).keys()
    parts = ("stories/1.json", f"stories/{new.rpartition('/')[2]}.json")
    assert dates(before).keys() < dates(after).keys()
    assert [len(json.loads(after[part])["items"]) for part in parts] == [1, 1]


async def test_a_story_that_was_joined_to_another_is_withdrawn_with_its_files(
    room: Newsroom,
) -> None:
    before = published(room)
    rulings.join(room.ledger, 2, 4, room.clock())
    after = published(room)

    assert set(before) - set(after) == {"stories/4.atom", "stories/4.json"}
    assert not [name for name in dates(after) if name.endswith("story/4")]
    assert len(json.loads(after["stories/2.json"])["items"]) == 2


async def test_forgotten_stories_leave_nothing_behind(room: Newsroom) -> None:
    published(room)
    room.clock.advance(timedelta(days=30))
    prune(room.ledger, room.clock() - timedelta(days=1), room.clock())
    files = published(room)

    assert sorted(files) == ["all.atom", "all.json"]
    assert json.loads(files["all.json"])["items"] == []


async def test_every_feed_names_the_place_where_it_is_served(room: Newsroom) -> None:
    for name, content in published(room).items():
        own = f"https://news.example.org/{name}"
        if name.endswith(".json"):
            assert json.loads(content)["feed_url"] == own
        else:
            assert f'rel="self" type="application/atom+xml" href="{own}"'.encode() in content


async def test_a_server_answers_a_poll_without_news_by_not_modified(room: Newsroom) -> None:
    published(room)
    served = partial(Quiet, directory=str(room.settings.path.parent / "feeds"))
    with ThreadingHTTPServer(("127.0.0.1", 0), served) as server:
        Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}/all.atom"
        try:
            with urlopen(url) as first:
                validators = {"If-Modified-Since": first.headers["Last-Modified"]}
            await room.publish(ALPHA, item(1), item(2))
            published(room)
            with pytest.raises(HTTPError) as answer, urlopen(Request(url, headers=validators)):
                pass
            assert answer.value.code == 304
            answer.value.close()
        finally:
            server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """Serves a directory and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


async def test_feeds_of_past_stories_go_and_files_of_others_stay(room: Newsroom) -> None:
    published(room)
    (room.settings.path.parent / "feeds/stories/mine.atom").touch()
    (room.settings.path.parent / "feeds/index.html").touch()
    files = published(room, replace(PUBLIC, limit=1))

    assert sorted(name for name in files if not name.endswith(".json")) == [
        "all.atom",
        "index.html",
        "languages/en.atom",
        "stories/4.atom",
        "stories/mine.atom",
    ]


async def test_an_empty_database_is_published_too(tmp_path: Path) -> None:
    with newsroom(tmp_path) as empty:
        files = published(empty)
    assert sorted(files) == ["all.atom", "all.json"]
    assert atom_faults(files["all.atom"]) == json_faults(files["all.json"]) == []
