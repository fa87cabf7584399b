"""The life of a worker process: it answers requests, within its limits, until its parent goes."""

from __future__ import annotations

import math
import os
import pickle
import resource
import signal
import struct
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestor.errors import IngestorError
from ingestor.worker.failure import WorkerBug, WorkerDied

if TYPE_CHECKING:
    import socket

LENGTH = struct.Struct("!Q")
"""Stands before each request and each answer."""

_OUT_OF_MEMORY = 100  # exit statuses of a worker that gives up on its task; any free numbers
_TOO_DEEP = 101
_NICER = 5  # the process that hands out the work goes first, else workers wait for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one process may take."""

    seconds: float  # CPU time of one call; this also ends a busy worker whose parent has died
    memory: int  # bytes of address space beyond what a fresh worker has mapped already


def autopsy(status: int | None, limits: Limits) -> WorkerDied:
    """Tell from its exit status, negative for a signal, why a process ended."""
    known: dict[int | None, WorkerDied] = {
        None: WorkerDied("killed", "closed its socket and went on"),
        _OUT_OF_MEMORY: WorkerDied("memory", f"needed over {limits.memory >> 20} MiB of memory"),
        _TOO_DEEP: WorkerDied("depth", "met content that is nested too deep"),
        -signal.SIGXCPU: WorkerDied("cpu", f"needed over {limits.seconds:g} s of CPU time"),
    }
    if status in known:
        return known[status]
    if status is not None and status < 0:
        return WorkerDied("killed", f"was killed by {signal.Signals(-status).name}")
    return WorkerDied("killed", f"ended with exit status {status}")


def serve(connection: socket.socket, limits: Limits) -> None:
    """Answer requests until the parent closes its end: the life of a worker process.

    Signals that go to the whole process group, such as a Ctrl-C, are for the parent to act on.
    """
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    with suppress(PermissionError):  # a service may be denied it, and it is but a wish
        os.nice(_NICER)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit_memory(limits.memory)
    with connection, connection.makefile("rb") as requests:
        while header := requests.read(LENGTH.size):
            (length,) = LENGTH.unpack(header)
            _limit_cpu(limits.seconds)
            answer = _answer(requests.read(length))
            try:
                connection.sendall(LENGTH.pack(len(answer)) + answer)
            except (BrokenPipeError, ConnectionResetError):
                return


def _answer(request: bytes) -> bytes:
    """Run one request; a worker without memory or stack cannot even report, so it exits."""
    try:
        fn, args, kwargs = unpack(request)
        return pack((True, fn(*args, **kwargs)))
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except RecursionError:
        os._exit(_TOO_DEEP)
    except IngestorError as error:
        return pack((False, error))
    except Exception:  # noqa: BLE001 - a bug may raise anything, and only the parent can tell of it
        return pack((False, WorkerBug(traceback.format_exc())))


def pack(value: object) -> bytes:
    """Write a request or an answer."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def unpack(message: bytes) -> Any:
    """Read what the other end of the socket wrote, which runs the same code with the same rights.

    Hostile content has been read by then in a worker; what is pickled are values of our own.
    """
    return pickle.loads(message)  # noqa: S301 - both ends are ours, with the same rights


def _limit_memory(extra: int) -> None:
    """Cap the address space at what is mapped now and `extra` bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + extra
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _limit_cpu(seconds: float) -> None:
    """Give the process this much more CPU time; the kernel counts in whole seconds."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    limit = math.ceil(usage.ru_utime + usage.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
