"""Run a program and say what its whole process tree took, as JSON on standard output.

::

    python -m benchmarks.measure LOG PROGRAM [ARGUMENT…]

LOG takes the program's own output. A process of its own, because the kernel tells the CPU time of
children only in sum; and it adopts orphans (PR_SET_CHILD_SUBREAPER, prctl(2)), or a fork server's
workers would be left out.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
SAMPLE_SECONDS = 0.1
SHARE = 0.01  # of a core that looking may take: it costs milliseconds for processes of many pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run took.

    Attributes:
        status: Exit status of the program.
        started, ended: Moments of its start and end, in seconds of the monotonic clock.
        cpu: User and system seconds of all processes of the tree.
        memory: Peak in bytes of the sum of all proportional sets (PSS), sampled up to ten times a
            second: a page that several processes share counts once, in parts.
    """

    status: int
    started: float
    ended: float
    cpu: float
    memory: int


def measure(command: list[str], log: Path) -> Cost:
    """Run a command to its end, and all that it leaves behind."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    memory = 0
    with log.open("wb") as output:
        started = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        while True:
            before = time.process_time()
            memory = max(memory, _proportional(child.pid))
            looked = time.process_time() - before
            try:
                status = child.wait(max(SAMPLE_SECONDS, looked / SHARE))
                break
            except subprocess.TimeoutExpired:
                continue
        ended = time.monotonic()
    _reap()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    return Cost(status=status, started=started, ended=ended, cpu=cpu, memory=memory)


def _proportional(pid: int) -> int:
    """Sum the proportional sets (bytes) of a process and its descendants. Source: proc(5)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kilobytes = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):  # it ended while we looked
        return 0
    return kilobytes * 1024 + sum(map(_proportional, children))


def _reap() -> None:
    """Wait for adopted orphans, whose time then counts."""
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass


if __name__ == "__main__":
    print(json.dumps(asdict(measure(sys.argv[2:], Path(sys.argv[1])))))
