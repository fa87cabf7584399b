"""What cleaning removes of real feeds, by which rule; how fast; and that cost grows with size only.

::

    python -m benchmarks.bench_removals [--lines]

The table is for people to read: `--lines` prints every removed part, so that somebody can look for
a sentence of a report among them. Of sizes, the same shape is cleaned at 16 to 256 KB, ordinary and
hostile; exit status 1 if doubling the size more than triples the time.
"""

from __future__ import annotations

import argparse
import sys
import tarfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from ingestor.clean import clean
from ingestor.errors import IngestorError
from ingestor.models import Cleaned, Entry, Fetched, Removal
from ingestor.parse import parse

FEEDS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "feeds-real.tar.xz"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SAMPLES = 3
KILOBYTES = (16, 32, 64, 128, 256)
MOST_GROWTH = 3.0  # of the time, for twice the size
NOISE = 0.004  # seconds of CPU time below which a growth says nothing

# Repeated up to the size. What a hostile feed would try on a parser, or on the rules' patterns.
SHAPES: Mapping[str, str] = {
    "report": "<p>The ministers agreed on Monday to build the bridge (see page 3).</p>\n",
    "breaks": "The ministers agreed on Monday<br><br>to build the bridge.<br>",
    "list": "<ul><li>Kommentar (3)</li><li>Quelle: dpa</li></ul>",
    "table": "<table><tr><td>1</td><td>2</td></tr></table>",
    "links": '<p><a href="/a-b-c">Another report of this site</a></p>',
    "nested divs": "<div>",
    "nested tables": "<table><tr><td>",
    "comments": "<!--",
    "unclosed": "<p><b><i><a href=x>word ",
    "attributes": '<p a1="x" a2="y" a3=z ',
    "escaped": "&lt;p&gt;word&lt;/p&gt; ",
    "cdata": "<![CDATA[ word ]]>",
    "brackets": "(((([[[[",
    "placeholders": "[ad_1] ",
    "digits": "1234567890",
    "pipes": "a | b | ",
    "newlines": "\n \n",
    "ideographs": "字。字",
    "counters": "Kommentar (0). ",
    "capitals": "Ab Cd/Ef, ",
    "invisible": "\u200b\u00ad",
    # Lines as long as whole-block rules read, made of what their patterns repeat.
    "quoted": f"<p>Follow us {'„a“' * 60}.</p>",
    "names": f"<p>{'Ab-Cd/' * 36}.</p>",
    "questions": f"<p>{'Subscriber?' * 20}.</p>",
    "labels": f"<p>{'Read more : ' * 18}.</p>",
    "bars": f"<p>{'| Facebook ' * 20}.</p>",
    "numbers": f"<p>Views {'1 000 ' * 38}.</p>",
    "citations": f"<p>{'according to the a ' * 12}.</p>",
}


def entries() -> Iterator[tuple[str, Entry]]:
    """Every entry of every feed that can be read, with the feed's name."""
    with tarfile.open(FEEDS) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is None:
                continue
            url = f"https://feeds.example/{member.name}"
            try:
                feed = parse(url, Fetched(url=url, body=stream.read()), now=NOW)
            except IngestorError:
                continue
            yield from ((member.name, entry) for entry in feed.entries)


def table(removals: Sequence[tuple[str, Removal]], *, lines: bool) -> None:
    """Print what was removed, the rules that remove most first."""
    by_rule: dict[str, Counter[str]] = defaultdict(Counter)
    for _, removal in removals:
        by_rule[removal.rule][removal.text] += 1
    print(f"{'rule':26}{'removed':>9}{'distinct':>10}   most often")
    for rule, texts in sorted(by_rule.items(), key=lambda pair: -pair[1].total()):
        shown = " · ".join(text[:48] for text, _ in texts.most_common(SAMPLES))
        print(f"{rule:26}{texts.total():>9}{len(texts):>10}   {shown}")
        if lines:
            print(*(f"    {count:>5} {text}" for text, count in texts.most_common()), sep="\n")


def seconds(html: str) -> float:
    """CPU time of one cleaning, the shortest of three."""
    return min(_timed(html)[0] for _ in range(3))


def _timed(html: str) -> tuple[float, Cleaned]:
    started = time.process_time()
    cleaned = clean(Entry(guid="1", html=html))
    return time.process_time() - started, cleaned


def growth() -> list[str]:
    """Print the time of every shape at every size; return the shapes that grow too fast."""
    print(f"\nmilliseconds of CPU time at {' '.join(f'{kb:>7} KB' for kb in KILOBYTES)}")
    missed = []
    for name, shape in SHAPES.items():
        times = [seconds((shape * (kb * 1024 // len(shape) + 1))[: kb * 1024]) for kb in KILOBYTES]
        print(f"{name:28}{' '.join(f'{1000 * t:>10.1f}' for t in times)}")
        steps = pairwise(times)
        if any(after > MOST_GROWTH * max(before, NOISE) for before, after in steps):
            missed.append(f"{name}: more than {MOST_GROWTH} times the time for twice the size")
    return missed


def main() -> int:
    """Print both tables; give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", action="store_true", help="print every removed part")
    asked = parser.parse_args()
    if FEEDS.exists():
        found = list(entries())
        clean(Entry(guid="0", html="warm"))
        started = time.process_time()
        removals = [(name, r) for name, entry in found for r in clean(entry).removals]
        spent = time.process_time() - started
        print(f"{len(found)} items, {len(found) / spent:.0f} items/s of CPU time")
        table(removals, lines=asked.lines)
    else:
        print(f"no corpus at {FEEDS}: only sizes are measured")
    missed = growth()
    for line in missed:
        print(f"FLOOR MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
