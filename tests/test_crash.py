"""The daemon is killed at fifty random moments, and loses nothing and doubles nothing.

The moments are drawn by a seeded generator and tied to what happens, not to the clock: somewhere
in the bytes of an answer that the daemon reads, or when its write-ahead log has just changed for
the n-th time, which is mostly in the middle of a commit.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.daemon_harness import (
    PATIENCE,
    Newsfeed,
    command,
    item,
    rows,
    started,
    write_config,
)
from tests.fault_server import FaultServer, Handler, Request

SEED = 20261123
KILLS = 50
WORLDS = 2  # run side by side, since most of a life is the start of the process
FEEDS = 12
LONGEST_LIFE = FEEDS + 1  # answers: when it begins to ask again, it is killed at the latest
SHARED = 5  # every fifth report stands in two feeds, under one address

# Each finds rows that must not be there.
LIES = {
    "an article without a sighting": """
        SELECT id FROM articles WHERE id NOT IN
        (SELECT article_id FROM sightings WHERE article_id IS NOT NULL)""",
    "a sighting without its article": "SELECT guid FROM sightings WHERE article_id IS NULL",
    "an article twice": "SELECT canonical_url FROM articles GROUP BY 1 HAVING count(*) > 1",
    "a story whose canonical article is not its own": """
        SELECT stories.id FROM stories LEFT JOIN articles ON articles.id = canonical_article_id
        WHERE articles.story_id IS NOT stories.id""",
    "a story that miscounts its articles": """
        SELECT id, articles FROM stories
        WHERE articles <> (SELECT count(*) FROM articles AS a WHERE a.story_id = stories.id)""",
    "a poll that miscounts what it stored": """
        SELECT id FROM feeds WHERE
        (SELECT ifnull(sum(new), 0) FROM polls WHERE feed_id = feeds.id)
        <> (SELECT count(*) FROM articles WHERE feed_id = feeds.id)""",
    "half of a document": """
        SELECT id FROM feeds WHERE
        (SELECT ifnull(max(entries), 0) FROM polls WHERE feed_id = feeds.id)
        <> (SELECT count(*) FROM sightings WHERE feed_id = feeds.id)""",
    "validators of a document that is not stored": """
        SELECT id FROM feeds WHERE etag <> '' AND etag NOT LIKE
        '%-' || (SELECT count(*) FROM sightings WHERE feed_id = feeds.id) || '"'""",
    "an article that search does not find": """
        SELECT id FROM articles EXCEPT SELECT id FROM articles_fts_docsize""",
    "a failed poll": "SELECT feed_id, reason FROM polls WHERE outcome = 'failed'",
}


class Site:
    """Feeds that publish at random whenever they are asked.

    Attributes:
        asked: Set by the first request after `cut_at`.
        cut: Set when an answer was cut, as `cut_at` had asked for.
    """

    def __init__(self, chance: random.Random) -> None:
        self.feeds = [Newsfeed() for _ in range(FEEDS)]
        self._chance = chance
        self._published = 0
        self.cut_at(LONGEST_LIFE, 1.0)

    def cut_at(self, answer: int, part: float) -> None:
        """Break off an answer, counted from now, after a part (0..1) of its bytes."""
        self.asked, self.cut = asyncio.Event(), asyncio.Event()
        self._to_go = answer
        self._part = part

    def handler(self, number: int) -> Handler:
        """Serve one of the feeds."""

        async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
            self.asked.set()
            self._publish(number)
            self._to_go -= 1
            _, whole = self.feeds[number].response(request)
            writer.write(whole if self._to_go else whole[: int(len(whole) * self._part)])
            await writer.drain()
            if not self._to_go:
                self.cut.set()

        return answer

    def _publish(self, number: int) -> None:
        for _ in range(self._chance.choice((0, 0, 1, 2))):
            self._published += 1
            report = item(self._published)
            self.feeds[number].publish(report)
            if self._published % SHARED == 0:
                self.feeds[number - 1].publish(report)

    def shown(self) -> set[tuple[int, str]]:
        """Every feed's number with the link of each report that it ever published."""
        return {(n, report.link) for n, feed in enumerate(self.feeds) for report in feed.items}


async def log_written(database: Path, times: int, then: Callable[[], None]) -> None:
    """Look at the write-ahead log until it has changed this often, and act at once."""
    log, before = Path(f"{database}-wal"), None
    while times:
        await asyncio.sleep(0)
        with suppress(FileNotFoundError):
            status = log.stat()
            now = (status.st_mtime_ns, status.st_size)
            times -= now != before
            before = now
    then()


async def kill_sometime(
    site: Site, database: Path, chance: random.Random, kill: Callable[[], None]
) -> None:
    """Kill within an answer, or else within a commit, if there is one before the last answer."""
    if chance.random() < 0.3:
        site.cut_at(chance.randrange(1, LONGEST_LIFE), chance.random())
        await site.cut.wait()
        kill()
        return
    site.cut_at(LONGEST_LIFE, 1.0)
    changes = chance.randrange(2, 12)
    await site.asked.wait()
    watching = asyncio.ensure_future(log_written(database, changes, kill))
    last = asyncio.ensure_future(site.cut.wait())
    await asyncio.wait((watching, last), return_when=asyncio.FIRST_COMPLETED)
    if watching.cancel():
        kill()
    last.cancel()


async def live_and_die(config: Path, site: Site, chance: random.Random) -> None:
    """Run the daemon up to a random moment."""
    async with started(config) as daemon:
        async with asyncio.timeout(PATIENCE):
            await kill_sometime(
                site, config.parent / "news.db", chance, lambda: daemon.send(signal.SIGKILL)
            )
        assert await daemon.ends() == -signal.SIGKILL, daemon.log.events[-5:]


def check(database: Path) -> set[int]:
    """The file is sound, and nothing in it contradicts anything else; give the articles' ids."""
    assert rows(database, "PRAGMA integrity_check") == [("ok",)]
    assert rows(database, "PRAGMA foreign_key_check") == []
    if not rows(database, "SELECT 1 FROM sqlite_schema WHERE name = 'stories_overview'"):
        return set()  # killed between two migrations
    assert {lie: rows(database, sql) for lie, sql in LIES.items()} == {lie: [] for lie in LIES}
    return {number for (number,) in rows(database, "SELECT id FROM articles")}


async def crash_often(directory: Path, seed: int) -> int:
    """Kill the daemon again and again, then poll once in peace; give the number of articles."""
    chance = random.Random(seed)
    site, database, stored = Site(chance), directory / "news.db", set[int]()
    async with FaultServer() as server:
        urls = [server.route(f"/{n}", site.handler(n)) for n in range(FEEDS)]
        config = write_config(directory, urls)
        for _ in range(KILLS // WORLDS):
            await live_and_die(config, site, chance)
            before, stored = stored, check(database)
            assert before <= stored
        for n, feed in enumerate(site.feeds):  # nothing more is published
            server.route(f"/{n}", feed)
        polled = await command("poll", "-c", config)
    assert polled.status == 0, polled.err
    assert len(check(database)) >= len(stored) > KILLS // WORLDS  # it did work between the kills
    sightings = rows(database, "SELECT url, guid FROM sightings JOIN feeds ON feeds.id = feed_id")
    assert sorted((urls.index(url), guid) for url, guid in sightings) == sorted(site.shown())
    articles = [url for (url,) in rows(database, "SELECT url FROM articles")]
    assert sorted(articles) == sorted({link for _, link in site.shown()})
    return len(stored)


async def test_fifty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    worlds = [tmp_path / str(number) for number in range(WORLDS)]
    for world in worlds:
        world.mkdir()
    await asyncio.gather(*(crash_often(world, SEED + n) for n, world in enumerate(worlds)))
