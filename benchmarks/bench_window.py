"""What one candidate search costs, and what it finds, as the window grows.

::

    python -m benchmarks.bench_window [SIZE …]

Random fingerprints, among them for each probe one planted at the distance of a far translation.
The bound beside it is the time that reading the searched bytes takes at the memory's speed.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

import numpy as np

from ingestor.dedup.signature import Signature
from ingestor.dedup.window import Slot, Window
from ingestor.models import Fingerprint

SEED = 20260101
PROBES = 200
DISTANCE = 160  # bits of 512: farther than 99 of 100 true translations
START = datetime(2026, 1, 1, tzinfo=UTC)
CEILING_MS = 30.0  # 95th percentile at a million
SIZES = (10_000, 100_000, 1_000_000)


def probe(whole: bytes, words: bytes) -> Signature:
    """Make an article that has these fingerprints."""
    marks = (
        Fingerprint(algorithm="simhash512-use-1/0", part="text", value=whole),
        Fingerprint(algorithm="simhash64-words-1", part="text", value=words),
    )
    return Signature(
        article_id=0, feed="", site="", language="", published=START, fingerprints=marks
    )


def measure(size: int) -> float:
    """Print one line for a window of this size; give the 95th percentile in milliseconds."""
    rng = np.random.default_rng(SEED)
    wholes, words = rng.bytes(64 * size), rng.bytes(8 * size)
    slots = [
        Slot(i + 1, START, words[8 * i : 8 * i + 8], wholes[64 * i : 64 * i + 64])
        for i in range(size)
    ]
    window = Window()
    started = time.perf_counter()
    window.load(slots)
    loaded = time.perf_counter() - started
    took, found = [], 0
    for target in rng.integers(0, size, PROBES):
        flips = np.packbits(rng.permutation(512) < DISTANCE).tobytes()
        far = int.from_bytes(slots[target].whole) ^ int.from_bytes(flips)
        article = probe(far.to_bytes(64), rng.bytes(8))
        started = time.perf_counter()
        candidates = window.candidates(article)
        took.append((time.perf_counter() - started) * 1000)
        found += int(target) + 1 in candidates
    p50, p95 = np.percentile(took, [50, 95])
    print(
        f"{size:9,} articles: p50 {p50:6.2f} ms, p95 {p95:6.2f} ms, recall {found / PROBES:.3f},"
        f" {88 * size / 1e6:6.1f} MB, loaded in {loaded:5.2f} s, bound {bound(size):5.2f} ms"
    )
    return float(p95)


def bound(size: int) -> float:
    """Give the milliseconds that one pass over the searched bytes takes."""
    data = np.ones(9 * size, dtype=np.uint64)
    started = time.perf_counter()
    data.max()
    return (time.perf_counter() - started) * 1000


def main() -> int:
    """Measure each size; give 1 if the largest misses its ceiling."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    slowest = [measure(size) for size in sizes]
    return int(max(slowest) > CEILING_MS)


if __name__ == "__main__":
    sys.exit(main())
