"""Content codings, undone in bounded steps: a bomb costs no more than the cap.

The HTTP library's own decoder is switched off, because it takes a gzip body that stops half-way for
a whole one.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from ingestor.fetch.failure import Failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterable

ACCEPTED = "gzip, deflate"
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


async def decoded(
    chunks: AsyncIterable[bytes], coding: str, limit: int, *, cut: bool = False
) -> tuple[bytes, int]:
    """Read a body to its end.

    Args:
        chunks: As they come from the network.
        coding: The Content-Encoding header; empty for none.
        limit: The most bytes, received or decoded.
        cut: Whether the beginning of a body that is larger will do.

    Returns:
        The body, and how many bytes were received.

    Raises:
        Failure: encoding, truncated or too_large.
    """
    decoder = decoder_for(coding, limit)
    wire = 0
    try:
        async for chunk in chunks:
            wire += len(chunk)
            decoder.feed(chunk)
            if wire > limit:  # a stream may also decode to nothing, for ever
                raise too_large(limit)
    except Failure as failure:
        if cut and failure.kind == "too_large":
            return decoder.beginning(), wire
        raise
    return decoder.close(), wire


def decoder_for(coding: str, limit: int) -> Identity | Inflate:
    """Choose the decoder of one content coding; what we did not ask for is not decoded.

    Source: RFC 9110 §8.4.1; a chain of codings multiplies bombs (CVE-2025-66418).
    """
    match coding.strip().lower():
        case "" | "identity":
            return Identity(limit)
        case "gzip" | "x-gzip":
            return Inflate("gzip", limit)
        case "deflate":
            return Inflate("deflate", limit)
        case other:
            raise Failure("encoding", f"the body is coded as {other[:60]!r}, we read only gzip")


def too_large(limit: int) -> Failure:
    """Say that a body is over the cap."""
    return Failure("too_large", f"the body is larger than {limit:,} bytes")


class Identity:
    """No coding."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._body = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Take what was received.

        Raises:
            Failure: too_large.
        """
        self._body += chunk
        if len(self._body) > self._limit:
            raise too_large(self._limit)

    def close(self) -> bytes:
        """Give the whole body."""
        return bytes(self._body)

    def beginning(self) -> bytes:
        """Give what there is, up to the cap."""
        return bytes(self._body[: self._limit])


class Inflate:
    """gzip, of one or several members (RFC 1952 §2.2), or deflate, with or without its wrapper."""

    def __init__(self, coding: str, limit: int) -> None:
        self._coding = coding
        self._limit = limit
        self._body = bytearray()
        self._stream: zlib._Decompress | None = None

    def feed(self, chunk: bytes) -> None:
        """Decode what was received, never further than one byte past the cap.

        Raises:
            Failure: encoding or too_large.
        """
        while chunk:
            stream = self._stream = self._stream or self._open(chunk)
            try:
                self._body += stream.decompress(chunk, self._limit + 1 - len(self._body))
            except zlib.error as error:
                raise Failure("encoding", f"the {self._coding} body is damaged") from error
            if len(self._body) > self._limit:
                raise too_large(self._limit)
            if not stream.eof:
                return
            chunk = self._next_member(stream.unused_data)

    def close(self) -> bytes:
        """Give the whole body.

        Raises:
            Failure: truncated.
        """
        if self._stream is None or not self._stream.eof:
            raise Failure("truncated", f"the {self._coding} body stops before its end")
        return bytes(self._body)

    def beginning(self) -> bytes:
        """Give what there is, up to the cap."""
        return bytes(self._body[: self._limit])

    def _open(self, chunk: bytes) -> zlib._Decompress:
        if self._coding == "gzip":
            return zlib.decompressobj(_GZIP)
        # Servers have never agreed whether "deflate" means RFC 1950 or the bare RFC 1951; a zlib
        # header begins with the method, 8, in its low half.
        return zlib.decompressobj(_ZLIB if chunk[0] & 0x0F == 8 else _RAW)

    def _next_member(self, rest: bytes) -> bytes:
        """Begin the next member; what follows the last one is padding, as gzip(1) has it."""
        if self._coding != "gzip" or not rest.startswith(b"\x1f"):
            return b""
        self._stream = None
        return rest
