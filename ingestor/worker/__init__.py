"""Run pure functions in worker processes that can be killed.

Parsing and cleaning meet hostile input in C code that may loop for hours, eat all memory or crash.
A thread cannot be stopped and `concurrent.futures.ProcessPoolExecutor` breaks as a whole when one
process dies, so each call here has one process to itself, and a process that overstays is killed
and replaced while the others go on.

A request and its answer are pickles, each after its length in 8 bytes, on a socket pair of their
own. Processes come from multiprocessing's fork server: it has imported the code once, so that a
replacement takes milliseconds (`spawn` would import everything again for each one).
"""

from __future__ import annotations

from ingestor.worker.failure import WorkerBug, WorkerDied, WorkerFailed
from ingestor.worker.pool import PRELOAD, Workers, expect

__all__ = ["PRELOAD", "WorkerBug", "WorkerDied", "WorkerFailed", "Workers", "expect"]
