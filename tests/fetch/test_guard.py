"""The guard: public addresses pass, everything else is refused by name."""

import errno
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.fetch.guard import REFUSED, RefusedAddress, guarded, refusal

PRIVATE_V4 = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("169.254.169.254", "link-local"),
        ("100.64.0.1", "private"),
        ("198.18.0.1", "private"),
        ("192.0.2.1", "private"),
        ("192.88.99.1", "6to4 relay"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "private"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("::127.0.0.1", "reserved"),
        ("64:ff9b::7f00:1", "NAT64"),
        ("64:ff9b:1::1", "local NAT64"),
        ("2001::1", "Teredo tunnel"),
        ("2002:7f00:1::", "6to4 tunnel"),
        ("3fff::1", "documentation"),
        ("2001:db8::1", "private"),
        ("5f00::1", "reserved"),
        ("fc00::1", "private"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
    ],
)
def test_an_address_that_is_not_public_is_refused_by_name(address: str, why: str) -> None:
    assert refusal(address).endswith(f"({why})")


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "2a00:1450::1"]
)
def test_a_public_address_passes(address: str) -> None:
    assert refusal(address) == ""


@pytest.mark.parametrize(
    ("address", "network", "passes"),
    [
        pytest.param("127.0.0.1", "127.0.0.0/8", True, id="inside"),
        pytest.param("127.0.0.1", "127.0.0.2/32", False, id="beside"),
        pytest.param("::ffff:127.0.0.1", "127.0.0.0/8", True, id="mapped, judged as IPv4"),
        pytest.param("::1", "127.0.0.0/8", False, id="other version"),
        pytest.param("fd00::5", "fd00::/8", True, id="IPv6"),
    ],
)
def test_an_allowed_network_is_an_exception_and_no_more(
    address: str, network: str, passes: bool
) -> None:
    assert (refusal(address, (ip_network(network),)) == "") is passes


@given(st.ip_addresses(v=4))
def test_no_spelling_of_a_private_ipv4_address_in_ipv6_passes(ip: IPv4Address) -> None:
    inside = any(ip in block for block in PRIVATE_V4)

    assert bool(refusal(str(ip))) >= inside
    assert bool(refusal(f"::ffff:{ip}")) == bool(refusal(str(ip)))
    for prefix in (0, 0x0064FF9B << 96):
        assert refusal(str(IPv6Address(prefix | int(ip))))
    assert refusal(str(IPv6Address(0x2002 << 112 | int(ip) << 80)))


@given(st.ip_addresses())
def test_what_passes_is_global_unicast(ip: IPv4Address | IPv6Address) -> None:
    if not refusal(str(ip)):
        plain = ip_address(str(ip))
        plain = getattr(plain, "ipv4_mapped", None) or plain
        assert plain.is_global
        assert not plain.is_multicast


def test_the_socket_factory_refuses_before_there_is_a_socket() -> None:
    with pytest.raises(RefusedAddress, match=r"127\.0\.0\.1.*loopback") as caught:
        guarded(())((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80)))

    assert caught.value.errno == REFUSED
    assert REFUSED not in errno.errorcode


def test_the_socket_factory_makes_the_socket_that_was_asked_for() -> None:
    allowed = (ip_network("127.0.0.0/8"),)
    info = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80))

    with guarded(allowed)(info) as made:
        assert (made.family, made.type) == (socket.AF_INET, socket.SOCK_STREAM)
