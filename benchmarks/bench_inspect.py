"""How long the pages for people take over a large newsroom, and whether one reads all of it.

::

    python -m benchmarks.bench_inspect [--articles N] [--database FILE]

The database (`benchmarks.archive`) is kept in ``build/`` for the next run. Each page is asked for
as a browser would, in this process, without a network between. Its statements are counted and the
plan of each is looked at: a scan of a large table is a fault, unless it follows an index and a
LIMIT ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.plugins import pm

from benchmarks.archive import Size, build
from ingestor.inspect.metadata import metadata
from ingestor.inspect.serve import datasette_for
from ingestor.store.export import definitions
from ingestor.store.store import Store

CEILING_MS = 300.0  # of CPU time, the best of a page's turns: what else runs is not counted
MOST_QUERIES = 30  # of one of our pages
TURNS = 7
LARGE = frozenset(
    ("articles", "stories", "sightings", "matches", "sources", "removals", "revisions",
     "fingerprints", "originals", "polls")
)  # fmt: skip
ALLOWED = frozenset(("query: cites",))  # a part of an address is found by looking at every one
BUILD = Path(__file__).parents[1] / "build"
_TABLE = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?", re.IGNORECASE)
_SCAN = re.compile(r"SCAN (\w+)(?P<index> USING (?:COVERING )?INDEX)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one page took.

    Attributes:
        milliseconds: From asking to the whole answer, the best of all turns.
        cpu: The same in CPU time of all threads: what an idle machine would need at most.
        statements: That it sent to the database, each as often as it was sent.
        scans: Large tables that a plan reads from end to end.
    """

    milliseconds: float
    cpu: float
    statements: int
    scans: Sequence[str]


class Listener:
    """A plugin that hears every statement of the connections to one database."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.__name__ = "benchmarks"  # as Datasette lists its plugins
        self.heard: list[str] = []

    @hookimpl  # type: ignore[untyped-decorator]
    def prepare_connection(self, conn: Any, database: str) -> None:
        """Listen to a new connection."""
        if database == self.database:
            conn.set_trace_callback(self.heard.append)


def pages(database: Path) -> Mapping[str, str]:
    """What to open: a name, and the path below the database."""
    with closing(Store.open(database, readonly=True)) as store:
        ask = store.db.conn.execute
        (widest,) = ask("SELECT id FROM stories ORDER BY articles DESC LIMIT 1").fetchone()
        (middle,) = ask("SELECT max(id) / 2 FROM articles").fetchone()
        (day, moment) = ask(
            "SELECT substr(dated_at, 1, 10), dated_at FROM articles WHERE id = ?", (middle,)
        ).fetchone()
        (rare,) = ask("SELECT language FROM articles GROUP BY 1 ORDER BY count(*)").fetchone()
    return {
        "stories": "-/stories",
        "stories, deep": f"-/stories?after={moment}.{middle}",
        "stories in a language": f"-/stories?language={rare}",
        "stories of an outlet": "-/stories?outlet=200",
        "stories of a day": f"-/stories?day={day}&language=en&outlet=1",
        "story, the widest": f"-/story/{widest}",
        "article": f"-/article/{middle}",
        "day, the last": "-/day",
        "day": f"-/day/{day}",
        "feeds": "-/feeds",
        "feeds of a health": "-/feeds?health=ok&skip=60",
        "search, a common word": "-/search?q=aword0",
        "search, two words": "-/search?q=bword27+cword2000",
        "search, two characters": "-/search?q=一丁",
        "search in a language": f"-/search?q=aword0&language={rare}",
        "search, nothing": "-/search?q=zzz",
        "Datasette: database": "",
        "Datasette: articles": "articles",
        "Datasette: an article": f"articles/{middle}",
        "Datasette: matches": "matches",
        "Datasette: removals": "removals",
        "Datasette: polls": "polls",
        "query: story": f"story?story={widest}",
        "query: search": "search?words=aword0",
        "query: who copies whom": f"who_copies_whom?since={day}",
        "query: who was first": f"who_was_first?since={day}",
        "query: nearest": f"nearest?article={middle}",
        "query: removed by": "removed_by?rule=counter",
        "query: cites": "cites?site=outlet0.example",
    }


def scans(store: Store, statements: Sequence[str]) -> list[str]:
    """The large tables that statements read from end to end, each with its statement."""
    found = []
    for sql in dict.fromkeys(statements):
        names: dict[str, str] = {alias or table: table for table, alias in _TABLE.findall(sql)}
        names |= {table: table for table in names.values()}
        plan = [row[3] for row in store.db.conn.execute(f"EXPLAIN QUERY PLAN {sql}")]
        sorts = any("TEMP B-TREE FOR ORDER BY" in step for step in plan)
        ends = "LIMIT" in sql.upper() and not sorts
        for step in plan:
            match = _SCAN.match(step)
            table = match and names.get(match[1], match[1])
            if match and table in LARGE and not (match["index"] and ends):
                found.append(f"{table}: {step} <- {' '.join(sql.split())[:300]}")
    return found


async def visit(datasette: Any, listener: Listener, path: str) -> tuple[float, float, list[str]]:
    """Open a page a few times; the least milliseconds, by clock and CPU, and its statements."""
    took, cpu = [], []
    for _ in range(TURNS):
        listener.heard.clear()
        started, busy = time.perf_counter(), time.process_time()
        response = await datasette.client.get(path)
        took.append(1000 * (time.perf_counter() - started))
        cpu.append(1000 * (time.process_time() - busy))
        if response.status_code != 200:
            raise SystemExit(f"{path}: {response.status_code}")
    return min(took), min(cpu), _queries(listener.heard)


def _queries(heard: Sequence[str]) -> list[str]:
    """Leave out what triggers did and what opens and closes a transaction."""
    frame = {"BEGIN", "ROLLBACK", "PRAGMA", "--"}
    return [sql for sql in heard if sql.split(maxsplit=1)[0] not in frame]


async def measure(database: Path) -> dict[str, Visit]:
    """Open every page."""
    listener = Listener(database.stem)
    pm.register(listener, "listener")
    found = {}
    with closing(Store.open(database, readonly=True)) as store:
        described = metadata(database.stem, definitions(store))
        datasette = datasette_for(database, described)
        await datasette.invoke_startup()
        for function in ("hamming", "simhash_cosine"):
            store.db.conn.create_function(function, 2, lambda *_: None)
        for name, path in pages(database).items():
            took, cpu, heard = await visit(
                datasette, listener, f"/{database.stem}/{path}".rstrip("/")
            )
            found[name] = Visit(
                milliseconds=took, cpu=cpu, statements=len(heard), scans=scans(store, heard)
            )
            print(
                f"{name:26} {took:7.0f} ms {cpu:7.0f} ms of CPU {len(heard):5} queries"
                f" {len(found[name].scans):3} full scans",
                flush=True,
            )
    return found


def faults(found: dict[str, Visit]) -> list[str]:
    """What misses a floor."""
    told = []
    for name, page in found.items():
        own = not name.startswith("Datasette")
        if page.cpu > CEILING_MS:
            told.append(f"{name}: {page.cpu:.0f} ms of CPU, at most {CEILING_MS:.0f}")
        if own and page.statements > MOST_QUERIES:
            told.append(f"{name}: {page.statements} queries, at most {MOST_QUERIES}")
        if own and name not in ALLOWED:
            told += [f"{name}: reads all of {scan}" for scan in page.scans]
    return told


def main() -> int:
    """Build the newsroom if it is not there, open its pages; give 1 if one misses a floor."""
    parser = argparse.ArgumentParser(description="Speed of the pages of `ingestor inspect`.")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--database", type=Path, help="one that is there already")
    chosen = parser.parse_args()
    database = chosen.database or BUILD / f"archive-{chosen.articles}.db"
    if not database.exists():
        database.parent.mkdir(exist_ok=True)
        started = time.perf_counter()
        part = database.with_suffix(".part")
        part.unlink(missing_ok=True)
        build(part, Size(articles=chosen.articles))
        part.rename(database)
        print(f"built {database} in {time.perf_counter() - started:.0f} s\n")
    with closing(Store.open(database)):  # of an earlier schema: migrate it
        pass
    missed = faults(asyncio.run(measure(database)))
    print(*(f"FAILED {line}" for line in missed), sep="\n")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
