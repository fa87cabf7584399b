"""A true history of polls: what three feeds published, one version after the other.

Skipped where the collection is not: ``../shared/corpora``, beside the project. For figures:
``pytest --log-cli-level=info tests/corpora``.
"""

from __future__ import annotations

import logging
import re
import tarfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from ingestor.config import DedupSettings, Settings
from ingestor.engine import Engine
from ingestor.models import Feed
from ingestor.pipeline import poll_all
from ingestor.polled import Report
from tests.daemon_harness import rows

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "feeds-polls"
VERSIONS = 150
LOG = logging.getLogger("corpora")


class Snapshot(NamedTuple):
    """What the feed was at a moment."""

    at: datetime
    body: bytes


def snapshots(feed: str) -> Sequence[Snapshot]:
    """The first versions; a file is named like ``0272_2025-06-25T042344p0000.xml``."""
    archive = CORPORA / f"{feed}.tar.xz"
    if not archive.exists():
        pytest.skip(f"{archive} is not here")
    found: list[Snapshot] = []
    with tarfile.open(archive) as files:
        for member in sorted(files.getmembers(), key=lambda m: m.name):
            if len(found) < VERSIONS and (file := files.extractfile(member)) is not None:
                stamp = Path(member.name).stem.partition("_")[2]
                stamp = stamp[:17] + stamp[17:].replace("p", "+").replace("m", "-")
                at = datetime.strptime(stamp, "%Y-%m-%dT%H%M%S%z").astimezone(UTC)
                found.append(Snapshot(at, file.read()))
    return found


def words(html: str) -> str:
    """What there is to read, however it is marked up."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def expected(history: Sequence[Snapshot]) -> Mapping[str, Sequence[tuple[str, str]]]:
    """By guid the versions that a reader of the raw XML sees, who knows nothing of our code.

    A version ends when another title or other words of the description follow under the same
    guid. Two snapshots hold the marks of a failed merge and are no XML; they bring no new guid.
    """
    versions: dict[str, list[tuple[str, str]]] = {}
    for snapshot in history:
        with suppress(ElementTree.ParseError):
            for item in ElementTree.fromstring(snapshot.body).iter("item"):
                text = words(item.findtext("title", "")), words(item.findtext("description", ""))
                known = versions.setdefault(item.findtext("guid", ""), [])
                if known[-1:] != [text]:
                    known.append(text)
    return versions


async def replay(directory: Path, history: Sequence[Snapshot]) -> list[Report]:
    """Poll every version at the moment at which it was captured."""
    now, document = history[0].at, directory / "feed.xml"
    feed = Feed(url=document.as_uri(), name="replay")
    settings = Settings(
        database=directory / "news.db", feeds=(feed,), dedup=DedupSettings(encoder="none")
    )
    document.touch()
    reports: list[Report] = []
    async with Engine(settings, lambda: now, workers=1) as engine:
        for snapshot in history:
            now = snapshot.at
            document.write_bytes(snapshot.body)
            reports += await poll_all(engine.line, settings.feeds, lambda _: None)
    return reports


@pytest.mark.parametrize("name", ["economist", "nyt_econ", "wsj_econ"])
async def test_every_guid_becomes_one_article_and_every_edit_a_revision(
    tmp_path: Path, name: str
) -> None:
    history = snapshots(name)
    reports = await replay(tmp_path, history)
    versions = expected(history)
    sightings = rows(tmp_path / "news.db", "SELECT guid, article_id FROM sightings")
    revisions = Counter(
        id for (id,) in rows(tmp_path / "news.db", "SELECT article_id FROM revisions")
    )
    outcomes = Counter(report.outcome for report in reports)
    LOG.info("%s: %s, %d articles", name, dict(outcomes), len(set(sightings)))
    LOG.info("  %d guids, %d revisions", len(versions), revisions.total())

    assert not outcomes["failed"]
    assert sorted(guid for guid, _ in sightings) == sorted(versions)
    # Nothing was deleted, and no two guids share an article.
    articles = rows(tmp_path / "news.db", "SELECT id FROM articles ORDER BY id")
    assert sorted((article,) for _, article in sightings) == articles
    assert sum(report.new for report in reports) == len(articles)
    edits = {guid: len(known) - 1 for guid, known in versions.items()}
    assert {guid: revisions[article] for guid, article in sightings} == edits
    assert sum(report.updated for report in reports) == sum(edits.values())
