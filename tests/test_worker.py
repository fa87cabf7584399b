"""Worker processes: real ones, really killed."""

from __future__ import annotations

import asyncio
import operator
import os
import re
import select
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestor.errors import ConfigError, FetchError
from ingestor.worker import WorkerBug, WorkerDied, Workers

# Tasks are builtins, or source for the builtin `exec`: a child can unpickle them without this file.
WHOLE_MEMORY = "x = []\nwhile True: x.append(bytearray(1 << 24))"
SPIN = "while True: pass"


async def test_a_function_runs_in_another_process() -> None:
    async with Workers(1) as workers:
        assert await workers.run(divmod, 17, 5) == (3, 2)
        assert await workers.run(os.getpid) != os.getpid()


async def test_workers_let_the_process_that_hands_out_the_work_go_first() -> None:
    async with Workers(1) as workers:
        assert await workers.run(os.nice, 0) > os.nice(0)


async def test_workers_that_are_expected_answer_like_others() -> None:
    async with Workers(1) as workers:
        await workers.expect()
        assert await workers.run(divmod, 17, 5) == (3, 2)


def test_workers_come_from_the_fork_server_that_was_started_for_them() -> None:
    script = """import asyncio, os
from pathlib import Path
from ingestor import worker

def children():
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()

async def parent():
    async with worker.Workers(1, preload=worker.PRELOAD) as workers:
        return await workers.run(os.getppid)

worker.expect()
before = children()
assert str(asyncio.run(parent())) in before
assert children() == before
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_a_fork_server_that_still_imports_leaves_a_ctrl_c_to_its_parent() -> None:
    script = """import signal
from multiprocessing import forkserver
from pathlib import Path
from ingestor import worker

worker.expect()
status = Path(f"/proc/{forkserver._forkserver._forkserver_pid}/status").read_text()
(blocked,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:"))
assert int(blocked, 16) & 1 << signal.SIGINT - 1
assert not signal.pthread_sigmask(signal.SIG_BLOCK, ())
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


async def test_large_arguments_and_answers_pass() -> None:
    async with Workers(1) as workers:
        assert len(await workers.run(operator.mul, b"ab", 5_000_000)) == 10_000_000
        assert await workers.run(len, b"x" * 10_000_000) == 10_000_000


async def test_calls_run_side_by_side() -> None:
    async with Workers(2) as workers:
        pids = await asyncio.gather(
            *(workers.run(exec, "__import__('time').sleep(.2)") for _ in "ab")
        )
        assert pids == [None, None]
        assert len(workers._children) == 2


async def test_linear_algebra_in_a_worker_takes_one_thread() -> None:
    source = "(lambda a: a @ a)(__import__('numpy').ones((500, 500))).any() and {}"
    async with Workers(1) as workers:
        threads = await workers.run(
            eval, source.format("__import__('os').listdir('/proc/self/task')")
        )
    assert len(threads) == 1


async def test_our_own_errors_come_back_as_themselves() -> None:
    source = (
        "from ingestor.errors import FetchError\nfrom datetime import datetime, UTC\n"
        "raise FetchError('https://a.example/', 'gone', 'HTTP 410', status=410, hard=True,"
        " retry_at=datetime(2026, 1, 2, tzinfo=UTC))"
    )
    async with Workers(1) as workers:
        with pytest.raises(FetchError, match=r"^https://a\.example/: HTTP 410$") as caught:
            await workers.run(exec, source)
        error = caught.value
        assert (error.url, error.kind, error.status, error.hard) == (
            "https://a.example/",
            "gone",
            410,
            True,
        )
        assert error.retry_at == datetime(2026, 1, 2, tzinfo=UTC)
        with pytest.raises(ConfigError) as several:
            await workers.run(exec, "from ingestor.errors import *\nraise ConfigError(['a', 'b'])")
        assert several.value.problems == ("a", "b")


async def test_a_bug_comes_back_in_one_line_and_with_its_traceback() -> None:
    async with Workers(1) as workers:
        with pytest.raises(WorkerBug) as caught:
            await workers.run(operator.truediv, 1, 0)
        fault = r"a fault of ours: ZeroDivisionError: division by zero \(worker/child\.py:\d+\)"
        assert re.fullmatch(fault, caught.value.reason)
        assert "in _answer" in caught.value.story
        assert caught.value.__notes__ == [caught.value.story]
        with pytest.raises(WorkerBug, match="cannot travel"):
            await workers.run(
                exec, "class Odd(Exception): pass\nraise Odd('cannot travel', lambda: 0)", {}
            )
        with pytest.raises(WorkerBug, match="pickle"):
            await workers.run(eval, "lambda: 0")
        assert await workers.run(abs, -1) == 1


@pytest.mark.parametrize(
    ("source", "kind", "reason"),
    [
        ("__import__('time').sleep(60)", "timeout", "within 1 s"),
        (SPIN, "timeout", "within 1 s"),
        (WHOLE_MEMORY, "memory", "over 256 MiB"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed", "SIGKILL"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "killed", "SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "cpu", "CPU time"),
        ("import os; os._exit(3)", "killed", "exit status 3"),
        ("raise SystemExit(4)", "killed", "exit status 4"),
        ("def f(): f()\nf()", "depth", "nested too deep"),
    ],
    ids=["sleeps", "spins", "memory", "sigkill", "crash", "cpu", "exit", "sys.exit", "recursion"],
)
async def test_a_worker_that_dies_is_replaced(source: str, kind: str, reason: str) -> None:
    timeout = 1 if kind == "timeout" else 60
    async with Workers(1, timeout=timeout, memory=256 << 20) as workers:
        with pytest.raises(WorkerDied, match=reason) as caught:
            await workers.run(exec, source, {})
        assert caught.value.kind == kind
        assert await workers.run(abs, -1) == 1


async def test_a_hanging_worker_does_not_hold_up_the_others() -> None:
    async with Workers(2, timeout=2) as workers:
        hanging = asyncio.create_task(workers.run(time.sleep, 60))
        for number in range(100):
            assert await workers.run(abs, -number) == number
        assert not hanging.done()
        with pytest.raises(WorkerDied, match="no answer within 2 s"):
            await hanging


async def test_a_worker_killed_while_idle_costs_one_call_at_most() -> None:
    async with Workers(1) as workers:
        os.kill(await workers.run(os.getpid), signal.SIGKILL)
        with pytest.raises(WorkerDied, match="SIGKILL"):
            await workers.run(abs, -1)
        assert await workers.run(abs, -1) == 1


async def test_the_cpu_limit_ends_a_worker_by_itself() -> None:
    """This is what ends a busy worker after its parent was killed."""
    async with Workers(1, timeout=1) as workers:
        workers._timeout = 30
        with pytest.raises(WorkerDied, match="CPU time") as caught:
            await workers.run(exec, SPIN)
        assert caught.value.kind == "cpu"


async def test_the_cpu_limit_counts_each_call_anew() -> None:
    async with Workers(1, timeout=4) as workers:
        workers._timeout = 60  # of real time, which other programs may need
        burn = "import time\nwhile time.process_time() < {}: pass"
        pids = [await workers.run(os.getpid)]
        for until in (1.5, 3, 4.5):
            await workers.run(exec, burn.format(until))
        pids.append(await workers.run(os.getpid))
        assert len(set(pids)) == 1


async def test_a_worker_is_replaced_after_its_share_of_calls() -> None:
    async with Workers(1, tasks_per_worker=3) as workers:
        pids = [await workers.run(os.getpid) for _ in range(7)]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]


async def test_calls_are_served_in_the_order_of_their_coming() -> None:
    done: list[int] = []

    async def call(number: int) -> None:
        done.append(await workers.run(abs, -number))

    async with Workers(1) as workers:
        await asyncio.gather(*(call(number) for number in range(50)))
    assert done == list(range(50))


async def test_a_cancelled_call_frees_its_worker() -> None:
    async with Workers(1) as workers:
        await workers.run(abs, 0)
        call = asyncio.create_task(workers.run(time.sleep, 60))
        await asyncio.wait([call], timeout=0.05)
        call.cancel()
        began = time.monotonic()
        assert await workers.run(abs, -1) == 1
        assert time.monotonic() - began < 2
        assert call.cancelled()


async def test_closing_ends_busy_and_waiting_calls_at_once() -> None:
    workers = Workers(1)
    pid = await workers.run(os.getpid)
    calls = [asyncio.create_task(workers.run(time.sleep, 60)) for _ in range(3)]
    await asyncio.wait(calls, timeout=0.05)
    began = time.monotonic()
    await workers.close()
    assert time.monotonic() - began < 1
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [getattr(error, "kind", error) for error in results] == ["closed"] * 3
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(WorkerDied, match="stopped"):
        await workers.run(abs, 1)


async def test_closing_while_the_first_process_starts_leaves_none() -> None:
    workers = Workers(1)
    call = asyncio.create_task(workers.run(abs, -1))
    await asyncio.wait([call], timeout=0)
    await workers.close()
    with pytest.raises(WorkerDied):
        await call
    assert not workers._children


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_workers_leave_signals_to_their_parent(number: signal.Signals) -> None:
    async with Workers(1) as workers:
        pid = await workers.run(os.getpid)
        os.kill(pid, number)
        assert await workers.run(os.getpid) == pid


@pytest.mark.parametrize("task", ["pass", SPIN], ids=["idle", "busy"])
def test_workers_end_after_their_parent_was_killed(task: str) -> None:
    source = (
        "import asyncio, os, sys\nfrom ingestor.worker import Workers\n"
        "async def main():\n"
        "    workers = Workers(1, timeout=1)\n"
        "    print(await workers.run(os.getpid), flush=True)\n"
        "    workers._timeout = 60\n"
        "    await workers.run(exec, sys.argv[1])\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())"
    )
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-c", source, task]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    ended, _, _ = select.select([worker], [], [], 10)
    os.close(worker)
    assert ended


async def test_what_cannot_be_pickled_is_refused_before_a_worker_sees_it() -> None:
    async with Workers(1) as workers:
        with pytest.raises((AttributeError, TypeError), match=r"pickle|lambda"):
            await workers.run(map, lambda x: x, [1])
        assert not workers._children
