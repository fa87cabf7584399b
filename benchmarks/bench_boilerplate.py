"""How well what sites repeat is learned: planted lines, and captures of real feeds.

::

    python -m benchmarks.bench_boilerplate

The planted sites have a line of their own under every report, in ten languages, and lines that
recur in some reports but belong to them. Of the real feeds nobody knows the truth: what is taken
out is printed, to be read. Exit status 1 if a floor is missed.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tarfile
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from ingestor import polled
from ingestor.boilerplate import LISTED
from ingestor.clean import clean
from ingestor.clean.evidence import NEEDED, different, is_boilerplate
from ingestor.config import DedupSettings, Settings
from ingestor.errors import FeedError
from ingestor.ledger import Ledger
from ingestor.models import Entry, Feed, Fetched, FetchResult, Validators
from ingestor.pipeline import Line, poll
from ingestor.reclean import keep_up
from ingestor.store.store import Store

P = ParamSpec("P")
T = TypeVar("T")

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
LINES = Path(__file__).with_name("boilerplate.toml")
NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
REPORTS, POLLS = 48, 4  # of each planted site
SITES = 3  # of each language

LEAST_REMOVED = 0.99
LEAST_KEPT = 0.999


# --- the line, in this process -------------------------------------------------------------


@dataclass(slots=True)
class Room:
    """A database, and a line over it whose stages run in this process."""

    ledger: Ledger
    line: Line
    bodies: dict[str, bytes] = field(default_factory=dict)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        return self.ledger.store.db.conn.execute(sql).fetchall()

    async def poll(self, feed: Feed, body: bytes) -> None:
        """Poll a feed that answers this."""
        self.bodies[feed.url] = body
        await poll(self.line, feed, self.ledger.states()[feed.url])


@contextmanager
def room(feeds: Sequence[Feed]) -> Iterator[Room]:
    """Open an empty database for these feeds."""
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(
            path=Path(directory) / "ingestor.toml",
            database=Path(directory) / "news.db",
            feeds=tuple(feeds),
            dedup=DedupSettings(encoder="none"),
        )
        with closing(Ledger.open(settings, NOW)) as ledger:
            ledger.sync(settings, NOW)
            made = Room(ledger=ledger, line=_line(ledger, settings, lambda: made.bodies))
            yield made


def _line(ledger: Ledger, settings: Settings, bodies: Callable[[], dict[str, bytes]]) -> Line:
    async def fetch(feed: Feed, _: Validators) -> FetchResult:
        return Fetched(url=feed.url, body=bodies()[feed.url])

    async def work(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return fn(*args, **kwargs)

    async def write(
        function: Callable[Concatenate[Ledger, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return function(ledger, *args, **kwargs)

    async def record(ended: polled.Polled, now: datetime, /) -> polled.Report:
        (told,) = ledger.record([(ended, now)])
        return told

    return Line(
        fetch=fetch, work=work, write=write, record=record, clock=lambda: NOW, settings=settings
    )


# --- planted -------------------------------------------------------------------------------


class Report(NamedTuple):
    """An item of a planted site: what must stay of it, and what must go."""

    link: str
    xml: str
    stays: tuple[str, ...]
    goes: tuple[str, ...]


class Writer:
    """Writes the reports of one site."""

    def __init__(self, words: dict[str, Any], seed: int) -> None:
        self._pick = random.Random(seed)
        self._words = words
        self._syllables = words["syllables"].split()
        self.site = self._name(3, 3).capitalize()
        self.host = f"site{seed}.example"
        count = len(words["planted"])
        self._planted = self._pick.sample(words["planted"], self._pick.randint(2, count))

    def _name(self, least: int, most: int) -> str:
        return "".join(self._pick.choices(self._syllables, k=self._pick.randint(least, most)))

    def _sentence(self) -> str:
        words = [self._name(1, 3) for _ in range(self._pick.randint(6, 14))]
        return f"{self._words['joint'].join(words).capitalize()}{self._words['stop']}"

    def _filled(self, line: str) -> str:
        at = NOW - timedelta(minutes=self._pick.randrange(500_000))
        date = f"{at:%Y-%m-%d}"
        number = self._pick.randint(2, 9999)
        return line.format(n=number, date=date, time=f"{at:%H:%M}", site=self.site)

    def report(self, number: int) -> Report:
        """One report: some paragraphs, at times a line of its own at the end, the site's lines."""
        stays = [
            " ".join(self._sentence() for _ in range(self._pick.randint(1, 3)))
            for _ in range(self._pick.randint(1, 9))
        ]
        if self._pick.random() < 0.3:
            stays.append(self._filled(self._pick.choice(self._words["report"])))
        goes = [self._filled(line) for line in self._planted]
        title = self._words["joint"].join(self._name(2, 3) for _ in range(5)).capitalize()
        link = f"https://{self.host}/{number}"
        html = "".join(f"<p>{escape(part)}</p>" for part in (*stays, *goes))
        xml = (
            f"<item><guid>{link}</guid><link>{link}</link><title>{escape(title)}</title>"
            f"<description>{escape(html)}</description></item>"
        )
        return Report(link, xml, tuple(stays), tuple(goes))


async def planted() -> list[str]:
    """Poll the planted sites, and count what went and what stayed; give the floors missed."""
    words = tomllib.loads(LINES.read_text(encoding="utf-8"))
    print(f"{'language':10}{'planted':>9}{'removed':>9}{'by rules':>9}{'report':>9}{'kept':>9}")
    sums = [0, 0, 0, 0]
    for index, (language, its) in enumerate(words.items()):
        counts = [0, 0, 0, 0]
        by_rules = 0
        for number in range(SITES):
            found, other = await _one_site(Writer(its, 100 * index + number), language)
            counts = [a + b for a, b in zip(counts, found, strict=True)]
            by_rules += other
        sums = [a + b for a, b in zip(sums, counts, strict=True)]
        _print_counts(language, counts, by_rules)
    _print_counts("all", sums, 0)
    return [
        *_floor("planted lines removed", sums[1] / sums[0], LEAST_REMOVED),
        *_floor("paragraphs of reports kept", sums[3] / sums[2], LEAST_KEPT),
    ]


def _print_counts(name: str, counts: Sequence[int], by_rules: int) -> None:
    lines, removed, parts, kept = counts
    print(f"{name:10}{lines:>9}{removed / lines:>9.2%}{by_rules:>9}{parts:>9}{kept / parts:>9.2%}")


async def _one_site(writer: Writer, language: str) -> tuple[list[int], int]:
    """Count planted lines, those that are gone, paragraphs of reports, those that are there."""
    feed = Feed(url=f"https://{writer.host}/rss", name=writer.site, language=language)
    reports = [writer.report(number) for number in range(REPORTS)]
    with room([feed]) as made:
        for turn in range(POLLS):
            shown = "".join(report.xml for report in reports[turn::POLLS])
            document = f'<rss version="2.0"><channel><title>t</title>{shown}</channel></rss>'
            await made.poll(feed, document.encode())
        await keep_up(made.line, 10_000)
        texts = dict(made.rows("SELECT url, text FROM articles"))
        ((by_rules,),) = made.rows("SELECT count(*) FROM removals WHERE rule <> 'learned'")
    counts = [0, 0, 0, 0]
    for report in reports:
        paragraphs = set(texts[report.link].split("\n\n"))
        counts[0] += len(report.goes)
        counts[1] += sum(line not in paragraphs for line in report.goes)
        counts[2] += len(report.stays)
        counts[3] += sum(part in paragraphs for part in report.stays)
    return counts, by_rules


# --- real ----------------------------------------------------------------------------------


def documents() -> Iterator[tuple[str, bytes]]:
    """The captured feeds: those of many sites, then the histories of three."""
    for archive in (CORPORA / "feeds-real.tar.xz", *sorted((CORPORA / "feeds-polls").glob("*.xz"))):
        with tarfile.open(archive) as files:
            members = sorted(files.getmembers(), key=lambda member: member.name)
            for number, member in enumerate(members):
                if member.isfile() and (stream := files.extractfile(member)) is not None:
                    history = archive.parent.name == "feeds-polls"
                    name = archive.name.partition(".")[0] if history else f"captured{number}"
                    yield name.replace("_", "-"), stream.read()


async def real() -> None:
    """Poll the captures, and print what was learned."""
    bodies: dict[str, dict[bytes, None]] = {}
    for name, body in documents():
        bodies.setdefault(name, {})[body] = None
    feeds = {name: Feed(url=f"https://{name}.example/rss", name=name) for name in bodies}
    with room(tuple(feeds.values())) as made:
        for name, versions in bodies.items():
            for body in versions:
                try:
                    await made.poll(feeds[name], body)
                except FeedError as error:
                    print(f"{name}: {error}")
        started = time.process_time()
        done = await keep_up(made.line, 1_000_000)
        seconds = time.process_time() - started
        ((articles,),) = made.rows("SELECT count(*) FROM articles")
        ((sites,),) = made.rows("SELECT count(*) FROM sites")
        print(f"\n{articles} articles of {sites} sites; {done.done} cleaned again, {done.changed}")
        print(f"of them came out otherwise; {seconds:.1f} s of CPU time for learning and that\n")
        _print_learned(made)
        _print_counts_tried(made.ledger.store)
        _print_sizes(made, articles)


def _print_learned(made: Room) -> None:
    """Print how often what was removed, a line for each wording, to be read by a person."""
    rows = made.rows(
        "SELECT name, count(*), removals.text FROM removals JOIN cleanings USING (article_id)"
        " JOIN sites ON sites.id = site_id WHERE rule = 'learned'"
        " GROUP BY name, removals.text ORDER BY name, 2 DESC, 3"
    )
    ((learned,),) = made.rows("SELECT count(*) FROM boilerplate WHERE state = 'learned'")
    print(f"{learned} blocks learned, {sum(row[1] for row in rows)} pieces removed")
    for site, count, text in rows:
        print(f"{site:32.32}{count:>6}  {text:.160}")


def _print_counts_tried(store: Store) -> None:
    """Print what other counts of different articles would learn, or leave."""
    rows = store.db.conn.execute("SELECT id, name FROM sites ORDER BY name").fetchall()
    found: dict[int, list[str]] = {}
    for number, name in rows:
        for block, seen in store.recurring_blocks(number, 3).items():
            apart = different(store.witnesses(number, block), block, 12)
            of_all = store.articles_between(number, seen)
            if is_boilerplate(block, seen.articles, max(apart, NEEDED), of_all):
                _, parts = store.passages(number, block)
                row = store.boilerplate_of(number).get(block)
                sample = row.sample if row else parts[-1]
                found.setdefault(apart, []).append(f"{name}: {sample:.90}")
    print("\nblocks by the number of different articles that they were seen in, at most 12")
    for apart, samples in sorted(found.items()):
        print(f"{apart:>4}: {len(samples)}")
        for sample in sorted(samples) if LISTED <= apart < NEEDED + 2 else ():
            print(f"        {sample}")


def _print_sizes(made: Room, articles: int) -> None:
    ((originals, plain),) = made.rows("SELECT sum(length(html)), sum(size) FROM originals")
    print(
        f"\noriginals: {plain / articles:.0f} bytes an article, {originals / articles:.0f} packed"
    )
    for table in ("originals", "cleanings", "block_sightings"):
        rows = made.rows(
            f"SELECT sum(pgsize) FROM dbstat WHERE name LIKE '{table}%' AND aggregate = 1"
        )
        if rows and rows[0][0]:
            print(f"{table}: {rows[0][0] / articles:.0f} bytes an article on disk")


def cost() -> None:
    """Print what noting the blocks costs, beside cleaning as a whole."""
    writer = Writer(tomllib.loads(LINES.read_text(encoding="utf-8"))["en"], 7)
    html = "".join(f"<p>{part}</p>" for part in writer.report(1).stays) * 3
    timings = {}
    for name, link in (("without", ""), ("with", "https://site.example/1")):
        entry = Entry(guid="1", link=link, title="A title of five words", html=html)
        started = time.process_time()
        for _ in range(2000):
            clean(entry)
        timings[name] = (time.process_time() - started) / 2000
    print(
        f"cleaning takes {timings['with'] * 1e6:.0f} µs an article, of which noting blocks"
        f" {(timings['with'] - timings['without']) * 1e6:.0f} µs"
    )


def _floor(what: str, value: float, floor: float) -> list[str]:
    return [] if value >= floor else [f"{what}: {value:.4f} is below {floor:.4f}"]


async def run() -> int:
    """Run everything; give the exit status."""
    missed = await planted()
    cost()
    if CORPORA.exists():
        await real()
    else:
        print(f"no corpora at {CORPORA}: real feeds not read")
    for line in missed:
        print(f"FLOOR MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
