"""The whole pipeline with an encoder on two cores, over a window of 100,000 articles.

::

    python -m benchmarks.bench_scale [--quick] [--encoder use]

Polls feeds of made-up reports from files into a database that holds the window already, and has the
same worker processes encode the same sentences with nothing around it: the limit. Copies of the
same reports follow, which need no encoder. Then `benchmarks.bench_window`: one decision, as the
window grows.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import bench_window, corpus, synthetic
from benchmarks.encoding import bare
from ingestor.config import DedupSettings, FetchSettings, Settings
from ingestor.engine import Engine
from ingestor.fingerprint import sentences
from ingestor.models import Feed
from ingestor.pipeline import poll_all, portions
from ingestor.store.values import ArticleText

WORKERS = 2
WINDOW = 100_000
FEEDS, ITEMS = 60, 20
RATE = 60.0  # articles a second
SHARE = 0.75  # of the limit
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What something took.

    Attributes:
        seconds: By the clock.
        main, workers: Seconds of CPU of this process, and of the worker processes.
        busy: Share of the machine's CPU that went to other programs meanwhile, 0..1.
    """

    seconds: float
    main: float
    workers: float
    busy: float

    def rate(self, articles: int) -> float:
        """Articles a second by the clock."""
        return articles / self.seconds

    def rate_alone(self, articles: int) -> float:
        """Articles a second if the CPU time were spread over two idle cores."""
        return articles / ((self.main + self.workers) / WORKERS)


async def measured(engine: Engine, work: Callable[[], Awaitable[object]]) -> Cost:
    """Do something, and tell what it took."""
    before = time.perf_counter(), time.process_time(), _workers(engine), _machine()
    await work()
    after = time.perf_counter(), time.process_time(), _workers(engine), _machine()
    seconds, main, workers, machine = (b - a for a, b in zip(before, after, strict=True))
    cores = os.cpu_count() or 1
    others = max(0.0, machine - main - workers)
    return Cost(
        seconds=seconds, main=main, workers=workers, busy=min(1.0, others / (seconds * cores))
    )


def _workers(engine: Engine) -> float:
    """CPU seconds that the worker processes have used so far. Source: proc(5), stat."""
    used = 0.0
    for child in engine._workers._children:
        fields = Path(f"/proc/{child.process.pid}/stat").read_text().rpartition(")")[2].split()
        used += (int(fields[11]) + int(fields[12])) / _TICKS
    return used


def _machine() -> float:
    """CPU seconds that all programs of the machine have used. Source: proc(5), stat."""
    user, nice, system = Path("/proc/stat").read_text().split()[1:4]
    return (int(user) + int(nice) + int(system)) / _TICKS


def publish(folder: Path, feeds: int, items: int) -> tuple[list[Feed], list[Feed]]:
    """Write feeds, and copies of them as other sites would publish them."""
    corpus.write(folder, feeds, items)
    first, copies = [], []
    for path in sorted(folder.glob("*.xml")):
        copy = path.with_name(f"copy-{path.name}")
        copy.write_bytes(path.read_bytes().replace(b"//news", b"//copy"))
        first.append(Feed(url=f"file://{path}", name=path.stem))
        copies.append(Feed(url=f"file://{copy}", name=copy.stem))
    return first, copies


async def encode_all(engine: Engine, name: str, parts: Sequence[Sequence[ArticleText]]) -> None:
    """Encode the sentences of articles, portion by portion, and nothing else."""
    read = [[s for text in part for s in sentences(text.title, text.text)] for part in parts]
    await asyncio.gather(*(engine.line.work(bare, name, part) for part in read))


async def run(folder: Path, options: argparse.Namespace) -> bool:
    """Measure the pipeline; say whether it holds its floors."""
    feeds, items = (FEEDS // 6, ITEMS) if options.quick else (FEEDS, ITEMS)
    now = datetime.now(UTC)
    first, copies = publish(folder, feeds, items)
    settings = Settings(
        path=folder / "x.toml",
        database=folder / "news.db",
        feeds=(*first, *copies),
        fetch=FetchSettings(per_host_interval=0),
        dedup=DedupSettings(encoder=options.encoder),
    )
    synthetic.build(settings.database, WINDOW // 10 if options.quick else WINDOW, now)
    articles = feeds * items
    async with Engine(settings, lambda: datetime.now(UTC), workers=WORKERS) as engine:
        line = engine.line
        ready = [[f"Sentence {n} to warm up." for n in range(50)]] * WORKERS
        await asyncio.gather(*(line.work(bare, options.encoder, part) for part in ready))
        whole = await measured(engine, lambda: poll_all(line, first, lambda _: None))
        again = await measured(engine, lambda: poll_all(line, copies, lambda _: None))
        texts = await line.write(
            lambda ledger: ledger.store.texts(ledger.store.recent(now)[:articles])
        )
        parts = portions(texts)
        alone = await measured(engine, lambda: encode_all(engine, options.encoder, parts))
    count = sum(len(sentences(text.title, text.text)) for text in texts)
    print(f"{articles:,} articles, {count:,} sentences, {WORKERS} worker processes")
    print(
        f"{'':18}{'articles/s':>11}{'on idle cores':>15}{'CPU ms: main':>14}{'workers':>9}"
        f"{'other programs':>16}"
    )
    for name, cost in (("whole pipeline", whole), ("bare encoder", alone), ("copies", again)):
        print(
            f"{name:18}{cost.rate(articles):11.1f}{cost.rate_alone(articles):15.1f}"
            f"{cost.main / articles * 1000:14.2f}{cost.workers / articles * 1000:9.2f}"
            f"{cost.busy:16.0%}"
        )
    return _held(whole, alone, articles)


def _held(whole: Cost, alone: Cost, articles: int) -> bool:
    """Say which floors do not hold."""
    rate = whole.rate_alone(articles)
    share = rate / alone.rate_alone(articles)
    print(f"the pipeline has {share:.2f} of the limit's rate")
    held = True
    for name, value, floor in (("articles/s", rate, RATE), ("share of the limit", share, SHARE)):
        if value < floor:
            print(f"FLOOR: {name} {value:.3g}, wanted {floor:g}")
            held = False
    return held


def main() -> int:
    """Measure; give 1 if a floor is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a smaller run")
    parser.add_argument("--encoder", default="use")
    parser.add_argument("--no-window", action="store_true", help="leave out bench_window")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as name:
        held = asyncio.run(run(Path(name), options))
    if not options.no_window:
        print()
        sizes = ["10000", "100000"] if options.quick else []
        held &= not bench_window.main([*sizes, *(["--quick"] if options.quick else [])])
    return 0 if held or options.quick else 1


if __name__ == "__main__":
    sys.exit(main())
