"""Speed of a first poll and of an unchanged one, beside other feed readers.

The contenders poll the same feeds from the same server in turn, in each round each of them once, so
that a machine that slows down slows them all. The clock runs from the first request that reaches
the server to the end of the program, so that all is stored when it stops; the time to start is
shown apart, since a daemon pays it once. The server's counts and the
stored articles are checked after each run: a program that did not do the work has no figure.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from benchmarks import contenders, corpus
from benchmarks.contenders import BASELINE, OURS, ROOT, Contender, Unavailable
from benchmarks.measure import Cost

ADDRESSES = 20
DELAYS = (0.0, 0.1)  # seconds
FLOORS = {"first": 1.0, "unchanged": 3.0}  # at least so many times the baseline
MAKERS = (contenders.ingestor, contenders.reader, contenders.newsboat, contenders.textbook)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    feeds: int
    items: int
    repeats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One program in one discipline; medians of the repetitions.

    Attributes:
        rate: Items (first poll) or feeds (unchanged poll) a second.
        start: Seconds from its start to its first request.
        cpu: Seconds of all its processes, start included.
        memory: Peak in bytes, shared pages counted once.
    """

    rate: float
    start: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running benchmarks.server."""

    port: int

    def take(self) -> tuple[dict[str, int], float]:
        """Give the answers by status since the last call, and the moment of the first request."""
        with urlopen(f"http://127.0.0.1:{self.port}/counts") as answer:
            told = json.load(answer)
        return told["counts"], told["first"]

    def urls(self, feeds: int) -> list[str]:
        """Spread the feeds over the addresses."""
        return [
            f"http://127.0.0.{number % ADDRESSES + 1}:{self.port}/{number:04}.xml"
            for number in range(feeds)
        ]


class Wrong(Exception):
    """A program did not do what was to be measured."""


Runs = dict[Contender, list[tuple[Figures, Figures]]]  # a first and an unchanged poll each
Results = dict[tuple[str, str, float], Figures]  # contender, discipline, answer time


def main() -> int:
    """Measure, print, and compare with the floors; the exit status says whether they hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a smaller run; no floors")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="measure these contenders")
    arguments = parser.parse_args()
    size = (
        Size(feeds=40, items=10, repeats=1)
        if arguments.quick
        else Size(feeds=200, items=50, repeats=3)
    )
    with tempfile.TemporaryDirectory(prefix="bench-ingest-") as name:
        folder = Path(name)
        pages = folder / "pages"
        pages.mkdir()
        total = corpus.write(pages, size.feeds, size.items)
        print(
            f"{size.feeds} feeds of {size.items} items, {total / 1e6:.0f} MB; "
            f"median of {size.repeats}"
        )
        field = list(_available(arguments.only))
        results: Results = {}
        for delay in DELAYS:
            with serve(pages, delay) as server:
                results |= _results(_in_turn(field, server, folder, size), delay)
        _print(results, field)
        _print_limit(pages)
    return 0 if arguments.quick or _floors_hold(results) else 1


def _available(only: Sequence[str] | None) -> Iterator[Contender]:
    for make in MAKERS:
        if only and make.__name__ not in only:
            continue
        try:
            yield make()
        except Unavailable as reason:
            print(f"skipped {make.__name__}: {reason}")


@contextmanager
def serve(pages: Path, delay: float) -> Iterator[Server]:
    """Run the server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.server", str(pages), str(ADDRESSES), str(delay)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("no pipe")
            yield Server(port=int(process.stdout.readline()))
        finally:
            process.kill()


def _in_turn(field: Sequence[Contender], server: Server, folder: Path, size: Size) -> Runs:
    """Measure contenders round by round; what one does wrong is printed in place of its figures."""
    runs: Runs = {contender: [] for contender in field}
    for _ in range(size.repeats):
        for contender in tuple(runs):
            with tempfile.TemporaryDirectory(prefix=contender.name, dir=folder) as name:
                try:
                    runs[contender].append(_both(contender, server, Path(name), size))
                except Wrong as problem:
                    print(f"{contender.name}: {problem}")
                    del runs[contender]
                    continue
                if contender.name == OURS and len(runs[contender]) == size.repeats:
                    print(f"{OURS} stored {contenders.work_done(Path(name))}")
    return runs


def _results(runs: Runs, delay: float) -> Results:
    return {
        (contender.name, poll, delay): _medians(figures)
        for contender, pairs in runs.items()
        for poll, figures in zip(FLOORS, zip(*pairs, strict=True), strict=True)
    }


def _both(contender: Contender, server: Server, work: Path, size: Size) -> tuple[Figures, Figures]:
    """Poll into an empty database, then again.

    Raises:
        Wrong: it failed, or did not fetch and store what there is.
    """
    command = contender.set_up(work, server.urls(size.feeds))

    def poll(status: str, count: int) -> Figures:
        server.take()
        cost = _measured(command, work / "log")
        counts, first = server.take()
        if cost.status:
            raise Wrong(f"exit status {cost.status}: {(work / 'log').read_text()[-300:]}")
        if counts != {status: size.feeds}:
            raise Wrong(f"expected {size.feeds} answers of {status}, the server gave {counts}")
        if (stored := contender.stored(work)) != size.feeds * size.items:
            raise Wrong(f"{stored} articles are stored, not {size.feeds * size.items}")
        return Figures(
            rate=count / (cost.ended - first),
            start=first - cost.started,
            cpu=cost.cpu,
            memory=cost.memory,
        )

    figures = poll("200", size.feeds * size.items)
    for _ in range(1, contender.primers):
        poll("200", 0)
    return figures, poll("304", size.feeds)


def _measured(command: Sequence[str], log: Path) -> Cost:
    launcher = [sys.executable, "-m", "benchmarks.measure", str(log), *command]
    done = subprocess.run(launcher, cwd=ROOT, capture_output=True, check=True, text=True)
    return Cost(**json.loads(done.stdout))


def _medians(runs: Sequence[Figures]) -> Figures:
    def middle(value: Callable[[Figures], float]) -> float:
        return median(map(value, runs))

    return Figures(
        rate=middle(lambda run: run.rate),
        start=middle(lambda run: run.start),
        cpu=middle(lambda run: run.cpu),
        memory=middle(lambda run: run.memory),
    )


def _print(results: Results, field: Sequence[Contender]) -> None:
    for poll, unit in (("first", "items/s"), ("unchanged", "feeds/s")):
        for delay in DELAYS:
            print(f"\n{poll} poll, {delay * 1000:.0f} ms answer time")
            print(
                f"{'':10}{unit:>10}{'× ' + BASELINE:>10}{'CPU s':>8}{'MB':>6}{'start s':>9}  does"
            )
            for contender in field:
                if figures := results.get((contender.name, poll, delay)):
                    ratio = _ratio(results, contender.name, poll, delay)
                    print(
                        f"{contender.name:10}{figures.rate:10,.0f}{ratio or 0:10.2f}"
                        f"{figures.cpu:8.1f}{figures.memory / 1e6:6.0f}{figures.start:9.2f}"
                        f"  {contender.does}"
                    )


def _print_limit(pages: Path) -> None:
    try:
        rate = contenders.parse_alone(pages)
    except Unavailable:
        return  # said before
    name = f"feedparser {contenders.version('feedparser')}"
    print(f"\nlimit: {name} alone parses {rate:,.0f} items/s on one core")
    print(f"baseline: {BASELINE} {contenders.version(BASELINE)}")


def _ratio(results: Results, name: str, poll: str, delay: float) -> float | None:
    ours, base = results.get((name, poll, delay)), results.get((BASELINE, poll, delay))
    return ours.rate / base.rate if ours and base else None


def _floors_hold(results: Results) -> bool:
    """Say which floors do not hold; a missing figure of ours is one, a missing baseline is none."""
    holds = True
    for poll, floor in FLOORS.items():
        for delay in DELAYS:
            ratio = _ratio(results, OURS, poll, delay)
            missing = (OURS, poll, delay) not in results
            if missing or (ratio is not None and ratio < floor):
                told = "no figure" if missing else f"{ratio:.2f}"
                where = f"{poll} poll, {delay * 1000:.0f} ms"
                print(f"FLOOR: {where}: {told}, wanted {floor} × {BASELINE}")
                holds = False
    return holds


if __name__ == "__main__":
    sys.exit(main())
