"""Where a fetch goes next: every hop is checked, counted, and remembered."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import encode_basic_auth
from yarl import URL

from ingestor.fetch.failure import Failure
from ingestor.models import Validators

MAX_HOPS = 5
PERMANENT = frozenset({301, 308})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """One answer that names another address, as the server wrote it."""

    status: int
    location: str


class Journey:
    """One fetch under way, from its first address to the one that answers.

    Attributes:
        url: Where the next request goes.
        validators: What it asks with; empty once a server has shown that it cannot handle them.
        seconds: What is left of the deadline.
    """

    def __init__(self, start: str, validators: Validators, seconds: float) -> None:
        self.url = parse(start)
        self.validators = validators
        self.seconds = seconds
        self._seen = [self.url]
        self._permanent = True

    @property
    def host(self) -> str:
        """The host of the next request, lower-case."""
        return self.url.host or ""

    @property
    def conditional(self) -> bool:
        """Whether the next request may be answered by 304."""
        return self.validators != Validators()

    @property
    def address(self) -> str:
        """The present address without credentials: it becomes the base of links."""
        return str(self.url.with_user(None)) if self.url.user else str(self.url)

    @property
    def moved_to(self) -> str:
        """The present address if all hops were permanent.

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
        target = self._target(redirect)
        if target in self._seen:
            raise Failure("redirect", "the redirects go in a circle")
        if len(self._seen) > MAX_HOPS:
            raise Failure("redirect", f"more than {MAX_HOPS} redirects")
        self._permanent = self._permanent and redirect.status in PERMANENT
        self._seen.append(target)
        self.url = target

    def _target(self, redirect: Redirect) -> URL:
        if not redirect.location:
            raise Failure("redirect", f"status {redirect.status} names no address to go to")
        try:
            target = self.url.join(_url(redirect.location))
        except ValueError as error:
            raise Failure("redirect", "the redirect's address cannot be read") from error
        target = checked(target).with_fragment(None).with_user(None)
        if self.url.user and target.origin() == self.url.origin():
            target = target.with_user(self.url.user).with_password(self.url.password)
        return target


def parse(text: str) -> URL:
    """Read an absolute http(s) address.

    Raises:
        Failure: scheme.
    """
    try:
        url = checked(_url(text))
        encode_basic_auth(url.user or "", url.password or "", "latin1")  # as it will be sent
        return url
    except ValueError as error:
        raise Failure("scheme", "the address is not a usable http(s) URL") from error


def _url(text: str) -> URL:
    """Read an address; one that can be sent as it is stays as it is.

    Quoting anew would turn ``?next=a%2Fb`` into ``?next=a/b``, which not every server takes alike.
    """
    return URL(text, encoded=all("!" <= character <= "~" for character in text))


def checked(url: URL) -> URL:
    """Let only http and https pass, with a host.

    Raises:
        Failure: scheme.
    """
    if url.scheme not in {"http", "https"} or not url.host:
        raise Failure("scheme", f"only http and https are fetched, not {url.scheme or 'this'}:")
    return url
