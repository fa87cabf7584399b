"""What real feeds, and the edge cases of other parsers, come to; skipped where they are not."""

from __future__ import annotations

import tarfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestor.errors import ParseError
from ingestor.models import Fetched, ParsedFeed
from ingestor.parse import parse

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def count(outcome: ParsedFeed | ParseError) -> Counter[str]:
    if isinstance(outcome, ParseError):
        return Counter({outcome.kind: 1})
    entries = outcome.entries
    return Counter(
        feeds=1,
        entries=len(entries),
        titles=sum(bool(e.title) for e in entries),
        texts=sum(bool(e.html) for e in entries),
        links=sum(bool(e.link) for e in entries),
        own_links=sum(bool(e.link) and e.own_link for e in entries),
        dates=sum(e.published is not None for e in entries),
        dropped=outcome.dropped,
        warned=bool(outcome.warnings),
    )


def outcome(body: bytes) -> ParsedFeed | ParseError:
    try:
        return parse("u", Fetched(url="https://f.example/x", body=body), now=NOW)
    except ParseError as error:
        return error


def counts(name: str) -> dict[str, int]:
    archive = CORPORA / f"{name}.tar.xz"
    if not archive.exists():
        pytest.skip(f"{archive} is not here")
    total: Counter[str] = Counter()
    with tarfile.open(archive) as files:
        for member in files:
            body = files.extractfile(member)
            if body is not None and not member.name.endswith(".md"):
                total += count(outcome(body.read()))
    return dict(total)


FIELDS = "feeds entries titles texts links own_links dates dropped warned not_a_feed truncated"
GOLDEN = {
    "feeds-real": (170, 4231, 4159, 4044, 4228, 3824, 4037, 6, 14, 36, 1),
    "feeds-edge": (458, 1885, 1827, 1462, 1466, 1375, 1276, 43, 65, 86, 1),
    "feeds-feedparser": (2098, 957, 198, 733, 108, 63, 30, 261, 533, 8, 1),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_counts_over_collections_of_feeds(name: str) -> None:
    assert counts(name) == dict(zip(FIELDS.split(), GOLDEN[name], strict=True))
