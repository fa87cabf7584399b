"""What one decision costs, and what the candidate search finds, as the window grows.

::

    python -m benchmarks.bench_window [--quick] [SIZE …]

Writes a database of made-up articles for each size (a gigabyte for a million), starts from it as
the daemon does, and judges articles each of which is a translation of one that is stored. Times
are of the one thread's CPU, since other processes on the machine would only stretch the clock's.
The bound beside them is the time that reading the searched bytes takes at the memory's speed.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks import synthetic
from ingestor.config import Settings
from ingestor.ledger import Ledger

T = TypeVar("T")

SIZES = (10_000, 100_000, 1_000_000)
PROBES = 1000
DECISION_MS = 30.0  # ceiling of the 95th percentile
START_SECONDS = 10.0
RECALL = 0.999
BYTES = 72  # an article's, that a search reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one size.

    Attributes:
        start: Seconds from the closed database to a ledger that can judge.
        search, decision: Milliseconds at the median and the 95th percentile; the decision has the
            search in it, sifting, which a quarter of the candidates gives some work, and the
            judgement of what it leaves.
        recall: Share of the reports that were among the candidates.
        found: Share of them that were judged to be one report with their translation.
        unread: As `decision`, of articles in a language that the encoder does not know.
        bound: Milliseconds that reading the searched bytes takes.
        memory: Bytes that the process grew by.
    """

    start: float
    search: tuple[float, float]
    decision: tuple[float, float]
    recall: float
    found: float
    unread: tuple[float, float]
    bound: float
    memory: int


def measure(size: int, count: int) -> Figures:
    """Measure a window of this size."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="bench-window-") as name:
        settings = Settings(path=Path(name, "x.toml"), database=Path(name, "news.db"), feeds=())
        stored = synthetic.build(settings.database, size, now)
        before = _resident()
        ledger, start = timed(partial(Ledger.open, settings, now))
        memory = _resident() - before
        with closing(ledger):
            searches, decisions, recall, found = [], [], 0, 0
            for target, probe in synthetic.probes(stored, count, now, "it"):
                near, took = timed(partial(ledger.stories._window.search, probe))
                searches.append(took * 1000)
                recall += target in near.ids
                matches, took = timed(partial(ledger.stories.judged, probe, now))
                decisions.append(took * 1000)
                found += target in {match.article_id for match in matches}
            unread = [
                1000 * timed(partial(ledger.stories.judged, probe, now))[1]
                for _, probe in synthetic.probes(stored, count, now, "cs")
            ]
    return Figures(
        start=start,
        search=_percentiles(searches),
        decision=_percentiles(decisions),
        recall=recall / count,
        found=found / count,
        unread=_percentiles(unread),
        bound=_bound(size),
        memory=memory,
    )


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Do something; give what came of it, and the seconds of CPU that it took in this thread."""
    started = time.thread_time()
    return work(), time.thread_time() - started


def _percentiles(values: list[float]) -> tuple[float, float]:
    p50, p95 = np.percentile(values, [50, 95])
    return float(p50), float(p95)


def _bound(size: int) -> float:
    data = np.ones(size * BYTES // 8, dtype=np.uint64)
    return 1000 * min(timed(data.max)[1] for _ in range(5))


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def main(arguments: list[str] | None = None) -> int:
    """Measure each size; give 1 if a floor or a ceiling is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES), metavar="SIZE")
    parser.add_argument("--quick", action="store_true", help="a tenth of the probes")
    options = parser.parse_args(arguments)
    count = PROBES // 10 if options.quick else PROBES
    print(
        f"{'articles':>10}{'start s':>9}{'search p50':>12}{'p95':>7}{'bound':>7}"
        f"{'decision p50':>14}{'p95':>7}{'unread p50':>12}{'p95':>7}{'recall':>8}{'found':>7}"
        f"{'MB':>6}   (times in ms)"
    )
    held = True
    last: tuple[int, float] | None = None
    for size in options.sizes:
        f = measure(size, count)
        print(
            f"{size:10,}{f.start:9.2f}{f.search[0]:12.2f}{f.search[1]:7.2f}{f.bound:7.2f}"
            f"{f.decision[0]:14.2f}{f.decision[1]:7.2f}{f.unread[0]:12.2f}{f.unread[1]:7.2f}"
            f"{f.recall:8.4f}{f.found:7.3f}{f.memory / 1e6:6.0f}",
            flush=True,
        )
        if last is not None:
            grew, slower = size / last[0], f.decision[0] / last[1]
            print(f"{'':10} {grew:.0f} times as many articles, {slower:.1f} times the time")
        last = size, f.decision[0]
        held &= _held(f)
    return int(not held)


def _held(figures: Figures) -> bool:
    """Say which bounds do not hold."""
    wrong = [
        f"{name} {value:.4g}, wanted {sign} {limit:g}"
        for name, value, sign, limit in (
            ("decision p95 in ms", figures.decision[1], "<=", DECISION_MS),
            ("decision, unread, p95 in ms", figures.unread[1], "<=", DECISION_MS),
            ("start in s", figures.start, "<=", START_SECONDS),
            ("recall", figures.recall, ">=", RECALL),
        )
        if (value > limit if sign == "<=" else value < limit)
    ]
    for line in wrong:
        print(f"FLOOR: {line}")
    return not wrong


if __name__ == "__main__":
    sys.exit(main())
