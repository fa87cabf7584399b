"""Tell systemd how the service is: the protocol of sd_notify(3), one datagram a message.

Without systemd every call does nothing. A message that cannot be delivered is dropped: whoever
should read it notices its absence, and a news service must not stop for that.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_WATCHDOG = 15.0  # seconds between two looks at our own health when nobody asks for it
_SEND_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Notifier:
    """The way to the service manager.

    Attributes:
        address: A path, an abstract name after ``@``, or empty when nobody listens.
        watchdog_interval: Seconds between two calls of `watchdog`, half of what systemd allows.
    """

    address: str = ""
    watchdog_interval: float = _NO_WATCHDOG

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, as systemd sets them."""
        address = environ.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):  # vsock: and the like are for virtual machines
            address = ""
        for_us = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        microseconds = environ.get("WATCHDOG_USEC", "")
        if not (address and for_us and microseconds.isdecimal() and int(microseconds)):
            return cls(address)
        return cls(address, int(microseconds) / 2e6)

    def ready(self, status: str) -> None:
        """Say that start or reload is complete."""
        self._send("READY=1", _status(status))

    def reloading(self) -> None:
        """Say that a reload begins; `ready` ends it. systemd wants to know since when."""
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={microseconds}")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._send("STOPPING=1")

    def status(self, status: str) -> None:
        """Set the line that ``systemctl status`` shows."""
        self._send(_status(status))

    def watchdog(self) -> None:
        """Say that all is well; systemd kills and restarts a service that says so too rarely."""
        self._send("WATCHDOG=1")

    def _send(self, *assignments: str) -> None:
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address[0] == "@" else self.address
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out,
        ):
            out.settimeout(_SEND_SECONDS)
            out.sendto("\n".join(assignments).encode(), address)


def _status(text: str) -> str:
    """Keep a status on its line: what follows a newline would be an assignment of its own."""
    return "STATUS=" + " ".join(text.split())
