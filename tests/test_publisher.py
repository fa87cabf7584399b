"""The daemon publishes after news, and only then; what hinders it is tried again."""

from __future__ import annotations

from pathlib import Path

from ingestor.config import PublishSettings
from tests.newsroom import HOUR
from tests.test_daemon import world


async def test_feeds_are_written_after_news_and_only_then(tmp_path: Path) -> None:
    public = PublishSettings(dir=tmp_path / "public")
    async with world(tmp_path, publish=public) as w:
        await w.daemon.publish()
        await w.daemon.publish()
        w.clock.advance(HOUR)
        await w.tick()
        await w.daemon.publish()
        first, second = w.events("published")

    assert (first["written"], second["written"]) == (2, 10)  # three stories and a language more
    assert b"Report 1" in (tmp_path / "public/all.atom").read_bytes()


async def test_a_directory_that_cannot_be_written_is_logged_and_tried_again(
    tmp_path: Path,
) -> None:
    public = PublishSettings(dir=tmp_path / "public")
    (tmp_path / "public").touch()
    async with world(tmp_path, publish=public) as w:
        await w.daemon.publish()
        (tmp_path / "public").unlink()
        await w.daemon.publish()
        (failed,) = w.events("feeds not published")
        (done,) = w.events("published")

    assert ("exists" in failed["reason"], done["written"]) == (True, 2)
