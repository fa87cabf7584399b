"""Run a program under the system call filter of the unit, which needs no systemd.

::

    python -m tests.confined PROGRAM [ARGUMENT…]

What the filter denies fails with EPERM, as `SystemCallErrorNumber=` of the unit says (seccomp(2)).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Collection

MACHINE = "x86_64"
"""System calls have other numbers elsewhere."""

RESOURCES = frozenset((142, 144, 141, 160, 203, 237, 238, 251, 256, 279, 314, 450))
"""Those of `@resources`, as ``systemd-analyze syscall-filter`` lists them."""

PRIVILEGED = frozenset((
    92, 93, 94, 260, 105, 106, 113, 114, 116, 117, 119, 122, 123, 126, 153, 155, 161, 163, 164, 165,
    166, 167, 168, 169, 170, 171, 172, 173, 175, 176, 179, 180, 227, 246, 300, 301, 304, 305, 313,
    320, 321,
))  # fmt: skip
"""Those of `@privileged`: to change owners, users, the clock, mounts, modules."""

_AUDIT_ARCH = 0xC000003E
_LOAD, _EQUALS, _RETURN = 0x20, 0x15, 0x06  # BPF: ld abs word, jeq constant, ret constant
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2


def deny(calls: Collection[int]) -> None:
    """Refuse system calls to this process and to all that it starts, for good."""
    numbers = sorted(calls)
    steps = [
        (_LOAD, 0, 0, 4),
        (_EQUALS, 1, 0, _AUDIT_ARCH),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, 0),
    ]
    steps += [(_EQUALS, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERROR | errno.EPERM)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, program, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


if __name__ == "__main__":
    deny(RESOURCES | PRIVILEGED)
    os.execv(sys.argv[1], sys.argv[1:])
