"""Where a fetch goes next: every hop is checked, counted, and remembered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from aiohttp import encode_basic_auth
from yarl import URL

from ingestor import urls
from ingestor.fetch.failure import Failure
from ingestor.models import Permit, Validators

MAX_HOPS = 5
PERMANENT = frozenset({301, 308})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
BAD_PORTS = frozenset(
    {
        1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
        102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389,
        427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636,
        989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665,
        6666, 6667, 6668, 6669, 6679, 6697, 10080,
    }
)  # fmt: skip
"""Other services listen there, which a request line could talk into something. Source: WHATWG
Fetch, "port blocking"."""
MOST_ADDRESSES = 1 << 14
"""Addresses that are read once and kept: a feed is asked at the same one for years."""
_LABEL = 63  # bytes of one part of a host name; 253 for all. Source: RFC 1035 §2.3.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a journey is made for.

    Attributes:
        limit: Largest body, in bytes.
        cut: Whether the beginning of a larger one will do.
        accept: The Accept header, where it is not that of feeds.
        types: Media types that will do; empty is any.
        permit: Asked before each address; None lets all be asked for.
    """

    limit: int
    cut: bool = False
    accept: str = ""
    types: frozenset[str] = frozenset()
    permit: Permit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """One answer that names another address, as the server wrote it."""

    status: int
    location: str


@lru_cache(maxsize=1 << 12)  # asked several times for each request
def _as_stored(host: str | None) -> str:
    return urls.host(f"http://{host}")


class Journey:
    """One fetch under way, from its first address to the one that answers.

    Attributes:
        url: Where the next request goes.
        validators: What it asks with; empty once a server has shown that it cannot handle them.
        start: Where it began.
        seconds: What is left of the deadline.
        errand: What it is made for.
        redirected: Whether it was sent on, even if to nowhere.
    """

    def __init__(self, start: str, validators: Validators, seconds: float, errand: Errand) -> None:
        self.start = self.url = parse(start)
        self.validators = validators
        self.errand = errand
        self.seconds = seconds
        self._seen = [self.url]
        self._permanent = True
        self.redirected = False

    @property
    def host(self) -> str:
        """The host of the next request, as the database names it; else as the library does.

        So the silence that it asks for finds all its feeds, however they write it (`urls.host`).
        """
        return _as_stored(self.url.host_subcomponent) or self.url.host or ""

    @property
    def lane(self) -> tuple[str, int]:
        """What one turn with a host is good for: with a permit one request, else all of the host.

        A permit may have to ask the host itself, for which it needs a turn.
        """
        return self.host, len(self._seen) if self.errand.permit else 0

    @property
    def conditional(self) -> bool:
        """Whether the next request may be answered by 304."""
        return self.validators.given

    @property
    def address(self) -> str:
        """The present address without credentials: it becomes the base of links."""
        return str(self.url.with_user(None)) if self.url.user else str(self.url)

    @property
    def moved_to(self) -> str:
        """The present address if all hops were permanent, and none gave up encryption.

        It is empty where credentials are in use: they belong to the address that was configured.
        """
        hops = len(self._seen) - 1
        return str(self.url) if hops and self._permanent and self.url.user is None else ""

    def follow(self, redirect: Redirect) -> None:
        """Go one hop further.

        Raises:
            Failure: redirect, or scheme.

        Source: RFC 9110 §15.4 and §17.9; credentials stay with their origin.
        """
        self.redirected = True
        target = self._target(redirect)
        if target in self._seen:
            raise Failure("redirect", "the redirects go in a circle")
        if len(self._seen) > MAX_HOPS:
            raise Failure("redirect", f"more than {MAX_HOPS} redirects")
        exposed = self.url.scheme == "https" and target.scheme == "http"
        self._permanent = self._permanent and redirect.status in PERMANENT and not exposed
        self._seen.append(target)
        self.url = target

    def _target(self, redirect: Redirect) -> URL:
        if not redirect.location:
            raise Failure("redirect", f"status {redirect.status} names no address to go to")
        try:
            target = checked(self.url.join(_url(redirect.location)))
        except ValueError as error:
            raise Failure("redirect", "the redirect's address cannot be read") from error
        target = target.with_fragment(None).with_user(None)
        if self.url.user and target.origin() == self.url.origin():
            target = target.with_user(self.url.user).with_password(self.url.password)
        return target


@lru_cache(maxsize=MOST_ADDRESSES)
def parse(text: str) -> URL:
    """Read an absolute http(s) address.

    Raises:
        Failure: scheme or dns.
    """
    try:
        url = checked(_url(text))
        if url.user or url.password:
            encode_basic_auth(url.user or "", url.password or "", "latin1")  # as it will be sent
        return url
    except ValueError as error:
        raise Failure("scheme", "the address is not a usable http(s) URL") from error


def _url(text: str) -> URL:
    """Read an address; one that can be sent as it is stays as it is.

    Quoting anew would turn ``?next=a%2Fb`` into ``?next=a/b``, which not every server takes alike.

    Raises:
        ValueError: It is none, as far as can be seen without asking for its parts (`checked`).
    """
    try:
        return URL(text, encoded=text.isascii() and text.isprintable() and " " not in text)
    except IndexError as error:  # the library's way with ``//[[::1]é@``
        raise ValueError("no address") from error


def checked(url: URL) -> URL:
    """Let only http and https pass, with a possible host and no other service's port.

    Raises:
        Failure: scheme or dns.
        ValueError: Its host or port cannot be read; the library reads them here, when first asked.
    """
    if url.scheme not in {"http", "https"} or not url.host:
        raise Failure("scheme", f"only http and https are fetched, not {url.scheme or 'this'}:")
    if url.port in BAD_PORTS:
        raise Failure("scheme", f"port {url.port} is another service's, not the web's")
    host = (url.raw_host or "").removesuffix(".")
    if len(host) > 253 or not all(0 < len(label) <= _LABEL for label in host.split(".")):
        raise Failure("dns", f"no host can be named {host[:60]}")
    return url
