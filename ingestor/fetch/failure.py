"""What can go wrong with a fetch: a small vocabulary, and how the library's errors map to it.

==================  ==============================================================================
``timeout``         no complete answer within the deadline of the whole fetch, redirects included
``dns``             the name has no address, or nobody could tell
``refused_address`` our own guard: the address is not on the public internet (hard)
``connect``         no connection, or it broke before an answer came
``tls``             the certificate or the handshake is bad
``http``            any other status than success; `status` says which
``gone``            410 (hard)
``too_many_requests``  429, or 503 with a Retry-After
``silenced``        nothing was sent, because a Retry-After of the host still runs
``challenge``       a page that wants to see a human, where the feed should be
``redirect``        a circle, too many hops, or no usable target
``scheme``          neither http nor https, or a port of another service (hard)
``protocol``        the answer is not HTTP, or not an answer to what was asked
``encoding``        a content coding that we did not ask for, or that does not decode
``truncated``       the body ended before its end
``too_large``       the body is larger than the cap, counted after decoding
``not_a_page``      neither HTML nor text, where a page was asked for
``robots``          nothing was sent, because the site's robots.txt forbids it
``robots_unreachable``  nothing was sent, because nobody could tell what robots.txt says
``file``            a local feed cannot be read
==================  ==============================================================================
"""

from __future__ import annotations

import errno
import os
import socket
from typing import TYPE_CHECKING, Literal

import aiohttp

from ingestor.errors import FetchError
from ingestor.fetch.guard import REFUSED

if TYPE_CHECKING:
    from datetime import datetime

Kind = Literal[
    "timeout", "dns", "refused_address", "connect", "tls", "http", "gone", "too_many_requests",
    "silenced", "challenge", "redirect", "scheme", "protocol", "encoding", "truncated",
    "too_large", "not_a_page", "robots", "robots_unreachable", "file",
]  # fmt: skip
HARD: frozenset[Kind] = frozenset({"refused_address", "scheme", "gone"})


class Failure(Exception):
    """A fault found by a part that does not know whose fetch it serves; never leaves `fetch/`."""

    def __init__(
        self,
        kind: Kind,
        reason: str,
        *,
        status: int = 0,
        host: str = "",
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(reason)
        self.kind: Kind = kind
        self.reason = reason
        self.status = status
        self.host = host
        self.retry_at = retry_at
        self.redirected = False

    def of(self, url: str) -> FetchError:
        """Name the feed it happened to."""
        error = FetchError(
            url,
            self.kind,
            self.reason,
            status=self.status,
            hard=self.kind in HARD,
            retry_at=self.retry_at,
        )
        error.host = self.host
        error.redirected = self.redirected
        return error


def explain(error: aiohttp.ClientError | OSError | ValueError, seconds: float) -> Failure:
    """Translate an error of the library or the system.

    Args:
        error: What was raised before the body began.
        seconds: The deadline of the whole fetch, for the reason.
    """
    match error:
        case TimeoutError():
            return Failure("timeout", f"no complete answer within {seconds:g} s")
        case aiohttp.ClientConnectorError():
            return _unconnected(error)
        case aiohttp.InvalidURL() | UnicodeError():  # a host name that TLS cannot say
            return Failure("scheme", "the address is not a usable http(s) URL")
        case aiohttp.ClientResponseError():
            return Failure("protocol", f"the answer is not sound HTTP: {_one_line(error.message)}")
        case _:
            return Failure("connect", f"the connection broke before an answer: {_plain(error)}")


def _unconnected(error: aiohttp.ClientConnectorError) -> Failure:
    """Say why there is no connection."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return Failure("tls", f"the certificate was refused: {_certificate(error)}")
        case aiohttp.ClientSSLError():
            return Failure("tls", f"the TLS handshake failed: {_plain(error.os_error)}")
        case aiohttp.ClientConnectorDNSError():
            return _unresolved(error)
        case _ if error.os_error.errno == REFUSED:
            return Failure("refused_address", f"our guard refused {error.os_error.strerror}")
        case _:
            return Failure("connect", f"no connection to {error.host}: {_system(error.os_error)}")


def _unresolved(error: aiohttp.ClientConnectorDNSError) -> Failure:
    """Tell "there is no such name" from "ask again later", which says nothing about the feed."""
    match error.os_error.errno:
        case socket.EAI_AGAIN:
            what = "the name server did not answer for"
        case errno.EAGAIN:
            what = "too many name servers do not answer; nobody was asked for"
        case _:
            what = "there is no address for"
    return Failure("dns", f"{what} {error.host}")


def _certificate(error: aiohttp.ClientConnectorCertificateError) -> str:
    cause = error.certificate_error
    return getattr(cause, "verify_message", "") or _one_line(str(cause))


def _system(error: OSError) -> str:
    """Prefer the system's words ("Connection refused") to those of the event loop."""
    number = error.errno or 0
    return os.strerror(number).lower() if number > 0 else _plain(error)


def _plain(error: BaseException) -> str:
    if isinstance(error, ConnectionError) and not error.args:
        return "the server broke it off"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return _one_line(str(text))


def _one_line(text: str) -> str:
    """Keep a server's words harmless in a log: one line, printable, short."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return " ".join(words)[:200]
