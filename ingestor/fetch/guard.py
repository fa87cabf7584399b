"""Which addresses may be contacted: the public internet, and what the user allows beside it.

The judgement is on the address that is about to be connected to, inside the socket factory, so it
holds alike for names, literals in any spelling, redirects, and names that resolve differently the
second time (DNS rebinding).
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from aiohttp.abc import AbstractResolver
    from yarl import URL

    from ingestor.models import Network

    AddrInfo = tuple[int, int, int, str, tuple[str | int, ...]]

REFUSED = -1
"""The errno of a refusal. No system uses it, and it survives where several errors become one."""

GLOBAL_UNICAST = ip_network("2000::/3")
"""All of IPv6 that is handed out to anybody. Source: RFC 4291 §2.4, IANA."""

NOT_PUBLIC = tuple(
    (ip_network(block), name)
    for block, name in (
        ("192.88.99.0/24", "6to4 relay"),  # RFC 7526
        ("2001::/32", "Teredo tunnel"),  # RFC 4380: carries an IPv4 address
        ("2002::/16", "6to4 tunnel"),  # RFC 3056: carries an IPv4 address
        ("3fff::/20", "documentation"),  # RFC 9637
        ("64:ff9b::/96", "NAT64"),  # RFC 6052: carries an IPv4 address
        ("64:ff9b:1::/48", "local NAT64"),  # RFC 8215
        ("fec0::/10", "site-local"),  # RFC 3879
    )
)
"""Blocks that `ipaddress.is_global` takes for public, although they lead, or may lead, inside."""


class RefusedAddress(OSError):
    """The guard said no; `strerror` says to which address and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(REFUSED, reason)


def refusal(address: str, allowed: Collection[Network] = ()) -> str:
    """Say why an address must not be contacted.

    Args:
        address: A literal as the system gives it, with or without an IPv6 scope.
        allowed: Blocks that are contacted whatever they are.

    Returns:
        Such as ``127.0.0.1, a loopback address``; empty if it may be contacted.

    Raises:
        ValueError: It is not an address.

    Source: IANA special-purpose registries (RFC 6890).
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if any(ip in network for network in allowed):
        return ""
    name = _not_public(ip)
    return f"{ip}, which is not public ({name})" if name else ""


def _not_public(ip: IPv4Address | IPv6Address) -> str:
    """Name the kind of an address that is not public; empty for a public one."""
    kinds = (
        (ip.is_unspecified, "unspecified"),
        (ip.is_loopback, "loopback"),
        (ip.is_link_local, "link-local"),
        (ip.is_multicast, "multicast"),
        *((ip in block, name) for block, name in NOT_PUBLIC),
        (not ip.is_global, "private"),
        (ip.version == 6 and ip not in GLOBAL_UNICAST, "reserved"),
    )
    return next((name for holds, name in kinds if holds), "")


async def leads_inside(url: URL, resolver: AbstractResolver) -> bool:
    """Whether any address of a host is not public.

    Args:
        url: Its host is a name or a literal.
        resolver: Asked for a name; one that has no address leads nowhere.
    """
    host = url.raw_host or ""
    try:
        return bool(refusal(host))
    except ValueError:  # a name
        pass
    try:
        found = await resolver.resolve(host, url.port or 0, socket.AF_UNSPEC)
    except OSError:
        return False
    return any(refusal(result["host"]) for result in found)


def guarded(allowed: Collection[Network]) -> Callable[[AddrInfo], socket.socket]:
    """Make a socket factory that refuses before anything is sent.

    Returns:
        A function for `aiohttp.TCPConnector(socket_factory=…)`; it raises RefusedAddress.
    """

    def make(info: AddrInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if reason := refusal(str(address[0]), allowed):
            raise RefusedAddress(reason)
        return socket.socket(family, kind, protocol)

    return make
