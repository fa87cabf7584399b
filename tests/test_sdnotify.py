"""What systemd hears, with a real datagram socket in its place."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestor.sdnotify import Notifier


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    name = f"@ingestor-test-{os.getpid()}" if request.param == "abstract" else f"{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(name.replace("@", "\0", 1))
        listener.settimeout(5)
        yield listener, name


def test_each_word_is_one_datagram(manager: tuple[socket.socket, str]) -> None:
    listener, name = manager
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": name})
    notifier.ready("3 feeds")
    notifier.status("busy")
    notifier.watchdog()
    notifier.stopping()
    assert [listener.recv(1000) for _ in range(4)] == [
        b"READY=1\nSTATUS=3 feeds",
        b"STATUS=busy",
        b"WATCHDOG=1",
        b"STOPPING=1",
    ]


def test_a_reload_says_when_it_began(manager: tuple[socket.socket, str]) -> None:
    listener, name = manager
    before = time.monotonic_ns() // 1000
    Notifier(name).reloading()
    first, second = listener.recv(1000).decode().split("\n")
    assert first == "RELOADING=1"
    assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000


def test_a_status_cannot_smuggle_in_an_assignment(manager: tuple[socket.socket, str]) -> None:
    listener, name = manager
    Notifier(name).status("fine\nSTOPPING=1")
    assert listener.recv(1000) == b"STATUS=fine STOPPING=1"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, Notifier()),
        ({"WATCHDOG_USEC": "4000000"}, Notifier()),
        ({"NOTIFY_SOCKET": "vsock:2:1234"}, Notifier()),
        ({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "4000000"}, Notifier("/n", 2.0)),
        (
            {"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": f"{os.getpid()}"},
            Notifier("/n", 2.0),
        ),
        ({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "4", "WATCHDOG_PID": "1"}, Notifier("/n")),
        ({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "0"}, Notifier("/n")),
        ({"NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "soon"}, Notifier("/n")),
    ],
    ids=["none", "no socket", "vsock", "watchdog", "ours", "another's", "zero", "no number"],
)
def test_the_environment_says_who_listens(environ: dict[str, str], expected: Notifier) -> None:
    assert Notifier.from_environment(environ) == expected


@pytest.mark.parametrize("address", ["", "/nonexistent/notify", "@nobody-listens-here"])
def test_nobody_listening_is_no_error(address: str) -> None:
    Notifier(address).ready("")
