"""`ingestor check --online`: what each address gives, and the feed of a site."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestor.config import load
from tests.daemon_harness import Ended, command
from tests.fault_server import ETAG, FEED, FaultServer, conditional, redirect, reply

HTML = {"Content-Type": "text/html"}
SITE = (
    b"<!DOCTYPE html><title>Site</title><link rel=alternate type=application/rss+xml href=/none>"
    b"<link rel=alternate type=application/atom+xml href=/plain><p>News</p>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server, and a configuration of some of its addresses."""

    server: FaultServer
    config: Path

    async def check(self, *options: str) -> Ended:
        return await command("check", "-c", self.config, "--online", *options)

    async def answers(self) -> dict[str, Any]:
        lines = (await self.check("--json")).out.splitlines()
        return {answer["feed"]: answer for answer in map(json.loads, lines)}


@asynccontextmanager
async def place(folder: Path, **feeds: str) -> AsyncIterator[Place]:
    async with FaultServer() as server:
        server.route("/robots.txt", reply(200, b"User-agent: *\nDisallow: /forbidden"))
        server.route("/", reply(200, SITE, HTML))
        server.route("/none", reply(404))
        config = folder / "my.toml"
        tables = "".join(
            f'[[feeds]]  # number {n}\nurl = "{server.url(path)}"  # keep me\nname = "{name}"\n'
            for n, (name, path) in enumerate(feeds.items())
        )
        config.write_text(
            '# mine\n[fetch]\nallow_networks = ["127.0.0.0/8"]\nper_host_interval = 0\n' + tables
        )
        yield Place(server=server, config=config)


async def test_it_shows_what_would_be_polled(tmp_path: Path) -> None:
    async with place(tmp_path, Sound="/ok", Moved="/moved", Found="/found") as there:
        answers = await there.answers()
        sound = answers["Sound"]
        assert (sound["outcome"], sound["format"], sound["entries"]) == ("feed", "rss20", 1)
        assert (sound["etag"], sound["robots"], sound["proposed"]) == (ETAG, "allowed", "")
        assert answers["Moved"]["redirected_to"] == there.server.url("/ok")
        assert [answers[name]["moved"] for name in ("Sound", "Moved", "Found")] == [
            False, True, False,
        ]  # fmt: skip
        shown = await there.check()
        assert (shown.status, shown.err) == (0, "")
        assert "Moved\tfeed\trss20\t1\tETag, Last-Modified\tallowed\tmoved for good to" in shown.out


async def test_the_feed_of_a_site_is_found_and_written_with_all_comments(tmp_path: Path) -> None:
    async with place(tmp_path, Site="/", Sound="/ok") as there:
        before = there.config.read_text()
        found = (await there.answers())["Site"]
        feed = there.server.url("/plain")
        assert (found["outcome"], found["proposed"]) == ("site", feed)
        assert found["named"] == [there.server.url("/none"), feed]
        assert there.config.read_text() == before
        written = await there.check("--write")
        assert written.status == 0
        assert "addresses replaced by those of feeds: 1;" in written.err
        home = f'"{there.server.url("/")}"'
        assert there.config.read_text() == before.replace(home, f'"{feed}"')
        assert there.config.with_name("my.toml.bak").read_text() == before
        assert load(there.config).feeds[0].url == feed


async def test_a_feed_that_is_configured_already_is_not_proposed_again(tmp_path: Path) -> None:
    async with place(tmp_path, Site="/", Plain="/plain") as there:
        answers = await there.answers()
        assert answers["Site"]["proposed"] == ""
        assert answers["Site"]["reason"] == "its feed is configured already, as Plain"


async def test_what_gives_no_feed_is_named_and_ends_with_its_own_status(tmp_path: Path) -> None:
    async with place(tmp_path, Sound="/ok", Gone="/404", Page="/page", Forbidden="/forbidden") as t:
        t.server.route("/page", reply(200, b"<html><title>Nothing here</title></html>", HTML))
        t.server.route("/forbidden", conditional)
        shown = await t.check()
        assert shown.status == 69
        lines = {line.split("\t")[0]: line.split("\t") for line in shown.out.splitlines()}
        assert lines["Gone"][1] == "http"
        assert lines["Gone"][-1] == "status 404 (Not Found)"
        assert lines["Page"][1] == "not a feed"
        assert 'titled "Nothing here"' in lines["Page"][-1]
        assert lines["Forbidden"][5] == "forbidden"
        assert (await t.check("--write")).err.startswith("nothing to write")


async def test_a_site_that_redirects_within_is_followed(tmp_path: Path) -> None:
    async with place(tmp_path, Site="/start") as there:
        there.server.route("/start", redirect("/de/"))
        page = b"<html><link rel=alternate type=application/rss+xml href=feed.xml></html>"
        there.server.route("/de/", reply(200, page, HTML))
        there.server.route("/de/feed.xml", reply(200, FEED))
        found = (await there.answers())["Site"]
        assert found["proposed"] == there.server.url("/de/feed.xml")


async def test_robots_txt_is_asked_for_once_a_host(tmp_path: Path) -> None:
    async with place(tmp_path, A="/ok", B="/plain", C="/forbidden") as there:
        there.server.route("/forbidden", conditional)
        answers = await there.answers()
        said = {name: answer["robots"] for name, answer in answers.items()}
        assert said == {"A": "allowed", "B": "allowed", "C": "forbidden"}
        asked = [request.path for request in there.server.requests]
        assert asked.count("/robots.txt") == 1


async def test_the_reason_why_robots_txt_is_unreadable_is_told(tmp_path: Path) -> None:
    async with place(tmp_path, Sound="/ok") as there:
        there.server.route("/robots.txt", reply(503))
        answer = (await there.answers())["Sound"]
        assert (answer["outcome"], answer["robots"]) == ("feed", "unreadable")
        assert answer["robots_reason"] == "status 503 (Service Unavailable)"
        assert (await there.check()).out.endswith(
            "; its robots.txt: status 503 (Service Unavailable)\n"
        )


async def test_a_site_whose_host_asks_for_silence_is_a_site_with_that_reason(
    tmp_path: Path,
) -> None:
    async with place(tmp_path, Site="/") as there:
        there.server.route("/robots.txt", reply(429, headers={"Retry-After": "600"}))
        site = (await there.answers())["Site"]
        assert (site["outcome"], site["proposed"], site["robots"]) == ("site", "", "unreadable")
        assert f"{there.server.url('/plain')}: 127.0.0.1 asked for silence until" in site["reason"]
        assert "asks for silence" in site["robots_reason"]
        assert (await there.check()).status == 69


async def test_its_options_go_together(tmp_path: Path) -> None:
    async with place(tmp_path, Sound="/ok") as there:
        ended = await command("check", "-c", there.config, "--write")
        assert (ended.status, there.server.connections) == (64, 0)
