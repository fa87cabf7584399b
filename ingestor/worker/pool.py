"""The pool of worker processes, and the fork server that they come from."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import forkserver, resource_tracker
from typing import TYPE_CHECKING, ParamSpec, Self, TypeVar, cast

from ingestor.worker.child import LENGTH, Limits, autopsy, pack, serve, unpack
from ingestor.worker.failure import WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.context import ForkServerContext
    from multiprocessing.process import BaseProcess

P = ParamSpec("P")
T = TypeVar("T")

PRELOAD = ("ingestor.warm",)  # what the fork server imports once for all, a second of work

_REAP_SECONDS = 5.0  # a killed process needs microseconds, unless a disk holds it
_BUFFER = 1 << 20  # bytes of an answer read ahead
# The workers are as many as the cores. With threads of its own in each, linear algebra spends most
# of its time waiting for a core: measured, 530 sentences a second of CPU time became 90 to 160.
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def _context(preload: Sequence[str]) -> ForkServerContext:
    """The fork server, of which a process has but one, as it is or will be started."""
    for variable in _THREADS:
        os.environ.setdefault(variable, "1")  # it inherits them
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *preload])
    return context


def _ensure_server() -> None:
    """Start the fork server unless it runs; a Ctrl-C, which all get, is for its parent alone.

    A process inherits which signals are blocked. The server ignores this one by itself only after
    it has imported everything.
    """
    resource_tracker.ensure_running()  # else the server would start it, which unblocks the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def expect(preload: Sequence[str] = PRELOAD) -> None:
    """Have the fork server import what it preloads before there is a pool; wait for nothing."""
    _context(preload)
    _ensure_server()


class Workers:
    """A pool of processes; calls wait for a free one in the order in which they came."""

    def __init__(
        self,
        count: int,
        *,
        timeout: float = 60.0,
        memory: int = 1 << 30,
        tasks_per_worker: int = 2000,
        preload: Sequence[str] = (),
    ) -> None:
        """Set the limits; processes start when the first calls need them.

        Args:
            count: The number of processes that work at the same time.
            timeout: Seconds a call may take, of real time and of CPU time.
            memory: Bytes a worker may take beyond what it has at its start.
            tasks_per_worker: Calls after which a process is replaced, against slow leaks.
            preload: Modules the fork server imports once, for all processes.
        """
        self._timeout = timeout
        self._limits = Limits(seconds=timeout, memory=memory)
        self._tasks_per_worker = tasks_per_worker
        self._context = _context(preload)
        self._turns = asyncio.Semaphore(count)
        self._children: set[_Child] = set()
        self._idle: list[_Child] = []
        # One thread, because multiprocessing's book-keeping of children is not made for several.
        self._clerk = ThreadPoolExecutor(1, thread_name_prefix="worker-clerk")
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in a worker process.

        Args:
            fn: A function of the top level of a module, so that it can be pickled.
            *args: Its arguments, which with what it returns are pickled too.
            **kwargs: Likewise.

        Raises:
            IngestorError: the function raised it.
            WorkerDied: the process died or overstayed; it has been replaced.
            WorkerBug: the function raised anything else.
        """
        async with self._turns:
            answer = await self._ask(pack((fn, args, kwargs)))
        succeeded, value = unpack(answer)
        if not succeeded:
            raise value
        return cast("T", value)

    async def expect(self) -> None:
        """Have the fork server import what it preloads before the first call; wait for nothing."""
        await self._in_clerk(_ensure_server)

    async def close(self) -> None:
        """Kill every process, busy or not; calls under way raise `WorkerDied`."""
        self._closed = True
        for child in tuple(self._children):
            self._discard(child)
        await asyncio.to_thread(self._clerk.shutdown)

    async def _ask(self, request: bytes) -> bytes:
        """Have one child answer one request, and keep the child only if it did."""
        self._check_open()
        child = self._idle.pop() if self._idle else await self._start()
        answered = False
        try:
            async with asyncio.timeout(self._timeout):
                answer = await child.ask(request)
            answered = True
        except TimeoutError:
            raise WorkerDied("timeout", f"gave no answer within {self._timeout:g} s") from None
        except (asyncio.IncompleteReadError, OSError) as error:
            self._check_open()
            await self._in_clerk(child.process.join, _REAP_SECONDS)
            raise autopsy(child.process.exitcode, self._limits) from error
        finally:
            if answered and child.tasks < self._tasks_per_worker and not self._closed:
                self._idle.append(child)
            else:
                self._discard(child)
        return answer

    async def _start(self) -> _Child:
        """Start a process; one that nobody waits for any more is killed as soon as it runs."""
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_unix_connection(sock=ours, limit=_BUFFER)
            process = self._context.Process(target=serve, args=(theirs, self._limits), daemon=True)
            child = _Child(process, reader, writer)
            try:
                self._check_open()
                self._children.add(child)
                await self._in_clerk(_ensure_server)
                await self._in_clerk(process.start)
                self._check_open()
            except BaseException:
                self._discard(child)
                raise
        return child

    def _discard(self, child: _Child) -> None:
        """Kill a process and forget it; the clerk reaps it in due course."""
        child.kill()
        if child in self._children:
            self._children.remove(child)
            self._clerk.submit(child.reap)

    def _check_open(self) -> None:
        if self._closed:
            raise WorkerDied("closed", "the worker processes have been stopped")

    async def _in_clerk(self, fn: Callable[..., None], *args: object) -> None:
        await asyncio.get_running_loop().run_in_executor(self._clerk, fn, *args)


class _Child:
    """One process and our end of its socket."""

    def __init__(
        self, process: BaseProcess, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.process = process
        self.tasks = 0
        self._reader = reader
        self._writer = writer

    async def ask(self, request: bytes) -> bytes:
        """Send a request and wait for its answer.

        Raises:
            asyncio.IncompleteReadError: the process ended before it had answered.
            OSError: the process ended before it had read the request.
        """
        self.tasks += 1
        self._writer.writelines((LENGTH.pack(len(request)), request))
        await self._writer.drain()
        (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
        return await self._reader.readexactly(length)

    def kill(self) -> None:
        """End the process at once, whatever it does; only on the event loop."""
        self._writer.transport.abort()
        if self.process.pid is not None:
            self.process.kill()

    def reap(self) -> None:
        """Collect the process, which may have started only after it was killed; may block."""
        if self.process.pid is not None:
            self.process.kill()
            self.process.join(_REAP_SECONDS)
