"""Lists of feeds from the test data of other readers, there and back."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from ingestor.errors import UsageError
from ingestor.opml import Subscription, read, write

CORPUS = Path(__file__).parents[3] / "shared/corpora/feeds-edge.tar.xz"


def lists() -> dict[str, bytes]:
    found = {}
    with tarfile.open(CORPUS) as archive:
        for member in archive:
            opened = archive.extractfile(member) if member.isfile() else None
            if opened and "opml" in member.name.rpartition("/")[2]:
                found[member.name] = opened.read()
    return found


def content(subscriptions: tuple[Subscription, ...]) -> set[tuple[object, ...]]:
    return {(s.url, s.name, frozenset(s.tags), s.language, s.site_url) for s in subscriptions}


def subscriptions(document: bytes) -> tuple[Subscription, ...]:
    """What is listed; nothing where the document is no list, as some there are not."""
    try:
        return read(document).subscriptions
    except UsageError as error:
        if "no <opml>" in str(error):
            return ()
        raise


def test_real_lists_make_the_round_trip_without_loss() -> None:
    if not CORPUS.exists():
        pytest.skip(f"{CORPUS} is not here")
    feeds = 0
    for name, original in lists().items():
        if listed := subscriptions(original):
            again = read(write("Feeds", listed))
            assert content(again.subscriptions) == content(listed), name
            assert again.remarks == (), name
            feeds += len(listed)
    assert feeds > 20
