"""Figures for Prometheus: complete from the start, true, bounded, and read by Prometheus itself."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from ingestor.clean.rulefile import RuleFile
from ingestor.config import MetricsSettings
from ingestor.errors import FetchError
from ingestor.models import NotModified
from tests.daemon_harness import Newsfeed, item, manager, started, write_config
from tests.fault_server import FaultServer
from tests.newsroom import ALPHA, BETA, HOUR
from tests.test_daemon import World, world

ROOT = Path(__file__).parents[1]
DASHBOARD = ROOT / "config/grafana/ingestor.json"
RULES = ROOT / "config/prometheus/ingestor.rules.yml"

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is missing (package prometheus)"
)
needs_prometheus = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="prometheus is missing (package prometheus)"
)


def exposed(w: World) -> str:
    return generate_latest(w.daemon.metrics.registry).decode()


def figures(text: str) -> dict[str, float]:
    """Each series as it is written, with its value."""
    return {
        sample.name
        + "".join(
            f'{{{key}="{value}"}}' for key, value in sorted(sample.labels.items())
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_polls_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.press.answers[ALPHA.url] = FetchError(ALPHA.url, "timeout", "no answer")
        w.press.answers[BETA.url] = NotModified(url=BETA.url)
        w.clock.advance(HOUR)
        before = figures(exposed(w))
        await w.tick()
        after = figures(exposed(w))

    changed = {name: after[name] for name in after if before.get(name) != after[name]}
    expected = {
        'ingestor_polls_total{outcome="failed"}': 1,
        'ingestor_polls_total{outcome="fetched"}': 1,
        'ingestor_polls_total{outcome="not_modified"}': 1,
        'ingestor_poll_failures_total{kind="timeout"}': 1,
        'ingestor_articles_polled_total{change="new"}': 1,
        "ingestor_articles": 1,
        "ingestor_stories": 1,
        "ingestor_poll_seconds_count": 3,
        "ingestor_feeds_due": 0,
        'ingestor_feeds{health="waiting"}': 0,
        'ingestor_feeds{health="failing"}': 1,
        'ingestor_feeds{health="ok"}': 2,
        "ingestor_last_success_timestamp_seconds": w.clock.now.timestamp(),
    }
    assert {name: changed.get(name) for name in expected} == expected


async def test_a_watched_line_is_the_same_line(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        line = replace(w.engine.line, rules=(RuleFile(name="mine", text=""),))
        watched = w.daemon.metrics.watched(line)
        assert replace(watched, work=line.work, write=line.write, record=line.record) == line


async def test_every_series_is_there_before_the_first_poll(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        found = figures(exposed(w))
    assert found['ingestor_polls_total{outcome="failed"}'] == 0
    assert found['ingestor_matches{relation="translation"}'] == 0
    assert found['ingestor_feeds{health="broken"}'] == 0
    assert found['ingestor_queue_depth{step="database"}'] == 0
    assert found["ingestor_database_up"] == 1


async def test_a_database_that_cannot_be_read_is_a_figure_too(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        for path in tmp_path.glob("news.db*"):
            path.rename(tmp_path / f"away-{path.name}")
        found = figures(exposed(w))
    assert found["ingestor_database_up"] == 0
    assert "ingestor_articles" not in found


@needs_promtool
async def test_promtool_finds_no_fault(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        text = exposed(w)
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@needs_promtool
def test_the_alerts_are_sound() -> None:
    checked = subprocess.run(
        ["promtool", "check", "rules", str(RULES)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


async def test_dashboard_and_alerts_ask_for_figures_that_exist(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        known = set(re.findall(r"^# TYPE (\w+)", exposed(w), re.MULTILINE)) | {
            "ingestor_last_poll_timestamp_seconds",
            "ingestor_last_success_timestamp_seconds",
        }
    asked = set(
        re.findall(r"\b(?:ingestor|process)_\w+", DASHBOARD.read_text() + RULES.read_text())
    )
    for name in asked:
        assert {name, re.sub(r"_(total|bucket|sum|count)$", "", name)} & known, name
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["title"] for panel in panels}) == len(panels) >= 8


async def test_a_taken_port_is_logged_and_polling_goes_on(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        config = write_config(tmp_path, ["https://a.example/"], f'[metrics]\nlisten = "{listen}"\n')
        async with manager(tmp_path), started(config) as process:
            assert (await process.logs("no metrics"))["listen"] == listen
            await process.logs("ready")


# --- Prometheus itself -------------------------------------------------------------------


@asynccontextmanager
async def prometheus(directory: Path, target: str) -> AsyncIterator[str]:
    """A real Prometheus that reads one target every second; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    (directory / "prometheus.yml").write_text(
        "scrape_configs:\n- job_name: ingestor\n  scrape_interval: 1s\n"
        f"  static_configs:\n  - targets: ['{target}']\n"
    )
    process = await asyncio.create_subprocess_exec(
        "prometheus",
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'tsdb'}",
        f"--web.listen-address={address}",
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    try:
        async with asyncio.timeout(60):
            async for line in process.stderr:
                if b"ready to receive web requests" in line:
                    break
        yield f"http://{address}"
    finally:
        process.terminate()
        await process.communicate()


async def value(server: str, query: str) -> float:
    """What Prometheus answers, as soon as it has read the target."""

    def ask() -> list[dict[str, list[str]]]:
        with urlopen(f"{server}/api/v1/query?query={quote(query)}", timeout=10) as answer:
            return list(json.load(answer)["data"]["result"])

    async with asyncio.timeout(60):
        while not (found := await asyncio.to_thread(ask)):
            await asyncio.sleep(0.1)  # it tells nobody when it has read
    return float(found[0]["value"][1])


@needs_prometheus
async def test_prometheus_reads_the_daemon(tmp_path: Path) -> None:
    feed = Newsfeed()
    feed.publish(item(1), item(2))
    async with FaultServer() as site, manager(tmp_path):
        site.route("/rss", feed)
        config = write_config(tmp_path, [site.url("/rss")], '[metrics]\nlisten = "127.0.0.1:0"\n')
        async with started(config) as process:
            url = (await process.logs("metrics"))["url"]
            await process.logs("polled", new=2)
            async with prometheus(tmp_path, url.split("/")[2]) as server:
                assert await value(server, "ingestor_articles") == 2
                assert await value(server, 'ingestor_articles_polled_total{change="new"}') == 2
                assert await value(server, "up") == 1


def test_nothing_listens_unless_asked() -> None:
    assert MetricsSettings().listen == ""
