"""Local feeds: ``file:`` URLs, which only the configuration can name."""

from __future__ import annotations

import asyncio
import os
import stat
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ingestor.fetch.decode import too_large
from ingestor.fetch.failure import Failure
from ingestor.models import Fetched, NotModified, Validators

if TYPE_CHECKING:
    from ingestor.models import FetchResult


async def read(url: str, validators: Validators, limit: int) -> FetchResult:
    """Read a local feed, in a thread.

    Args:
        url: Absolute ``file:`` URL.
        validators: What the last read gave; its ``etag`` stands for the file's time and size.
        limit: The most bytes.

    Raises:
        Failure: file or too_large.
    """
    return await asyncio.to_thread(_read, url, validators, limit)


def _read(url: str, validators: Validators, limit: int) -> FetchResult:
    try:
        # A pipe would hold the thread for ever; O_NONBLOCK opens it at once, and it is refused.
        number = os.open(_path(url), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with closing(os.fdopen(number, "rb")) as file:
            status = os.fstat(number)
            if not stat.S_ISREG(status.st_mode):
                raise Failure("file", "not a regular file")
            now = Validators(etag=f'"{status.st_mtime_ns:x}-{status.st_size:x}"')
            if now == validators:
                return NotModified(url=url, validators=now)
            body = file.read(limit + 1)
    except OSError as error:
        raise Failure("file", f"the file cannot be read: {error.strerror}") from error
    if len(body) > limit:
        raise too_large(limit)
    return Fetched(url=url, body=body, validators=now, wire_bytes=len(body))


def _path(url: str) -> str:
    """Take the path out of a ``file:`` URL. Source: RFC 8089."""
    parts = urlsplit(url)
    path = unquote(parts.path, errors="surrogateescape")
    if parts.netloc not in {"", "localhost"} or not path.startswith("/") or "\0" in path:
        raise Failure("file", "a file: URL is file:///absolute/path")
    return path
