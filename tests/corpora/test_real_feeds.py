"""Two polls of whole collections of captured feeds, all of them served from loopback.

Skipped where the collections are not: ``../shared/corpora``, beside the project. For figures:
``pytest --log-cli-level=info tests/corpora``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import tarfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.daemon_harness import command, rows, write_config
from tests.fault_server import FaultServer, Handler, Request, head

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"
HEADER = re.compile(rb"^\s*Header:\s*([\w-]+)\s*[:=]\s*(.+?)\s*$", re.MULTILINE)
TABLES = "articles sightings stories matches revisions removals sources fingerprints originals"

# What the first poll says of the documents; those that are no feed are not meant to be one.
GOLDEN = {
    "feeds-real": {"fetched": 170, "not_a_feed": 36, "truncated": 1},
    "feeds-edge": {"fetched": 458, "not_a_feed": 86, "truncated": 1},
    "feeds-feedparser": {"fetched": 2098, "not_a_feed": 8, "truncated": 1},
}
LOG = logging.getLogger("corpora")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A captured document, and the headers that it wants to be served with."""

    name: str
    body: bytes

    def handler(self, *, validator: bool) -> Handler:
        """Serve it as a model server would, or as one that knows no conditional requests."""
        stated = {k.decode().title(): v.decode() for k, v in HEADER.findall(self.body[:4096])}
        headers = {"Content-Type": "application/xml", **stated}
        if validator:
            headers.setdefault("Etag", f'"{len(self.body)}"')
        whole = head(200, {**headers, "Content-Length": str(len(self.body))}) + self.body

        async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
            known = validator and request.headers.get("if-none-match") == headers["Etag"]
            writer.write(head(304, headers) if known else whole)

        return answer


def pages(collection: str) -> Sequence[Page]:
    archive = CORPORA / f"{collection}.tar.xz"
    if not archive.exists():
        pytest.skip(f"{archive} is not here")
    with tarfile.open(archive) as files:
        found = ((m.name, files.extractfile(m)) for m in files if not m.name.endswith(".md"))
        return [Page(name=name, body=file.read()) for name, file in found if file]


def counts(database: Path) -> dict[str, int]:
    return {t: rows(database, f"SELECT count(*) FROM {t}")[0][0] for t in TABLES.split()}


async def poll(config: Path) -> Sequence[Mapping[str, Any]]:
    ended = await command("poll", "--json", "-c", config)
    assert ended.status == 0, ended.err
    return [json.loads(line) for line in ended.out.splitlines()]


def verdicts(reports: Sequence[Mapping[str, Any]]) -> Counter[str]:
    return Counter(report["kind"] or report["outcome"] for report in reports)


@pytest.mark.parametrize("collection", GOLDEN)
async def test_a_collection_is_taken_in_once(tmp_path: Path, collection: str) -> None:
    found = pages(collection)
    async with FaultServer() as server:
        urls = [
            server.route(f"/{n}", page.handler(validator=n % 3 > 0)) for n, page in enumerate(found)
        ]
        config = write_config(tmp_path, urls)
        first = await poll(config)
        stored = counts(tmp_path / "news.db")
        second = await poll(config)
    show(collection, first, second, stored)
    assert [report["feed"]["url"] for report in first] == urls
    assert stored == counts(tmp_path / "news.db")
    assert sum(report["new"] for report in first) == stored["articles"]
    for before, after in zip(first, second, strict=True):
        if before["outcome"] == "failed":  # and fails again, for the same reason
            assert (after["kind"], after["reason"]) == (before["kind"], before["reason"])
        else:
            assert after["outcome"] in {"not_modified", "unchanged"}
    assert {"not_modified", "unchanged"} <= {report["outcome"] for report in second}
    assert verdicts(first) == GOLDEN[collection]


def show(
    collection: str,
    first: Sequence[Mapping[str, Any]],
    second: Sequence[Mapping[str, Any]],
    stored: Mapping[str, int],
) -> None:
    """Tell what a collection came to."""
    LOG.info("%s: %d documents", collection, len(first))
    LOG.info("  first poll:  %s", dict(verdicts(first)))
    LOG.info("  second poll: %s", dict(verdicts(second)))
    LOG.info("  %d entries; %s", sum(report["entries"] for report in first), stored)
    for reason, number in Counter(r["reason"] for r in first if r["reason"]).most_common():
        LOG.info("  %5d %s", number, reason)
