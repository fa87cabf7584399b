"""Local feeds: read whole or not at all, and only when they changed."""

import os
from pathlib import Path

import pytest

from ingestor.fetch.failure import Failure
from ingestor.fetch.file import read
from ingestor.models import Fetched, NotModified, Validators


async def test_a_file_is_read_once_until_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "a feed é.xml"
    path.write_bytes(b"<rss/>")

    first = await read(path.as_uri(), Validators(), 100)
    assert isinstance(first, Fetched)
    assert (first.body, first.wire_bytes) == (b"<rss/>", 6)

    again = await read(path.as_uri(), first.validators, 100)
    assert again == NotModified(url=path.as_uri(), validators=first.validators)

    path.write_bytes(b"<rss>!")
    os.utime(path, ns=(1, 1))
    changed = await read(path.as_uri(), first.validators, 100)
    assert isinstance(changed, Fetched)
    assert changed.body == b"<rss>!"


async def test_the_cap_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(b"x" * 100)

    assert isinstance(await read(path.as_uri(), Validators(), 100), Fetched)
    with pytest.raises(Failure) as caught:
        await read(path.as_uri(), Validators(), 99)
    assert caught.value.kind == "too_large"


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("file:///does/not/exist.xml", id="missing"),
        pytest.param("file:///", id="a directory"),
        pytest.param("file:///dev/zero", id="a device"),
        pytest.param("file://elsewhere/feed.xml", id="another host"),
        pytest.param("file:feed.xml", id="relative"),
        pytest.param("file:///tmp/a%00b", id="NUL"),
    ],
)
async def test_what_is_no_readable_file_is_an_error(url: str) -> None:
    with pytest.raises(Failure) as caught:
        await read(url, Validators(), 100)
    assert caught.value.kind == "file"


async def test_a_pipe_does_not_hold_us_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(Failure, match="not a regular file"):
        await read((tmp_path / "pipe").as_uri(), Validators(), 100)
