"""How well the article of a page is found and cleaned, trafilatura alone beside us in the same run.

::

    python -m benchmarks.bench_pages

Two collections of captured pages, both cut in half by their sites: one half was looked at while
the rules were made, of the other only the sums are known. Exit status 1 if a floor is missed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sys
import tarfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from trafilatura import extract

from ingestor.clean import clean
from ingestor.clean.markup import normalise
from ingestor.clean.page import read_page
from ingestor.models import Entry

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
TOKENS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]|[^\W_]+")
ROUGE_TOKENS = 1200  # its cost is quadratic; more is compared by its first tokens only

MOST_REQUIRED_LOST = 0.5  # percentage points, of the required segments
LEAST_FORBIDDEN_TAKEN = 1 / 3  # share of the forbidden segments that trafilatura leaves
MOST_COUNTRY_LOST = 2.0  # points of F1 or ROUGE-L


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A page with what is known of it: segments, or its whole text."""

    url: str
    body: bytes
    group: str = ""
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    truth: str = ""

    @property
    def seen(self) -> bool:
        """Whether its site belongs to the half that we looked at."""
        site = urlsplit(self.url).hostname or self.url
        return hashlib.sha256(site.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The text that both sides find in a page, and the CPU seconds that they took."""

    theirs: str
    ours: str
    their_seconds: float
    our_seconds: float


def theirs(case: Case) -> str:
    """Trafilatura as it comes, without comments."""
    return extract(case.body, url=case.url, include_comments=False) or ""


def ours(case: Case) -> str:
    """The page read and cleaned; a headline that was moved to the title is no lost segment."""
    found = read_page(case.body, url=case.url)
    entry = Entry(guid=case.url, link=case.url, title=found.title, html=found.html)
    cleaned = clean(entry, page=True)
    moved = any(removal.rule == "page_title" for removal in cleaned.removals)
    return f"{cleaned.title}\n\n{cleaned.text}" if moved and not case.truth else cleaned.text


def answer(case: Case) -> Answer:
    """Have both sides read a page."""
    logging.disable(logging.CRITICAL)
    (a, first), (b, second) = _timed(theirs, case), _timed(ours, case)
    return Answer(theirs=a, ours=b, their_seconds=first, our_seconds=second)


def _timed(read: Callable[[Case], str], case: Case) -> tuple[str, float]:
    started = time.process_time()
    text = normalise(read(case))
    return text, time.process_time() - started


# --- the collections -----------------------------------------------------------------------


def _members(name: str) -> dict[str, bytes]:
    with tarfile.open(CORPORA / f"{name}.tar.xz") as archive:
        files = (member for member in archive if member.isfile())
        return {m.name: stream.read() for m in files if (stream := archive.extractfile(m))}


def segments() -> Iterator[Case]:
    """html-trafilatura: what must appear and what must not."""
    files = _members("html-trafilatura")
    by_name = {Path(name).name: body for name, body in files.items()}
    for url, row in json.loads(by_name["evaldata.json"]).items():
        yield Case(
            url=url,
            body=by_name[row["file"]],
            required=tuple(map(normalise, row["with"])),
            forbidden=tuple(map(normalise, row["without"])),
        )


def bodies() -> Iterator[Case]:
    """html-fundus: the whole body of news pages, by country."""
    files = _members("html-fundus")
    for name, content in files.items():
        path = Path(name)
        if path.suffix != ".json":
            continue
        truths = [_body(version) for version in json.loads(content).values()]
        metas = json.loads(files.get(str(path.with_name("meta.info")), b"{}"))
        pages = [p for p in files if re.fullmatch(rf"{path.with_suffix('')}_[\d_]+\.html", p)]
        for page in pages:
            body = files[page]
            url = metas.get(f"{Path(page).name}.gz", {}).get("url", f"https://{path.stem}.example/")
            fitting = max(truths, key=lambda truth: _present(truth, body), default="")
            if _present(fitting, body) > 0.9 and len(fitting) > 200:
                yield Case(url=url, body=body, group=path.parent.name, truth=fitting)


def _body(version: Mapping[str, object]) -> str:
    match version.get("body"):
        case {"summary": list(summary), "sections": list(sections)}:
            parts = [*summary, *(p for s in sections for p in (*s["headline"], *s["paragraphs"]))]
            return normalise(" ".join(parts))
    return ""


def _present(truth: str, body: bytes) -> float:
    """Share of the truth's words that the page has at all: it may be another version's."""
    words = set(TOKENS.findall(truth))
    there = set(TOKENS.findall(body.decode("utf-8", "replace")))
    return len(words & there) / max(1, len(words))


# --- measures ------------------------------------------------------------------------------


def counts(pairs: Iterable[tuple[Case, str]]) -> Counter[str]:
    """How many required and forbidden segments texts hold."""
    found: Counter[str] = Counter()
    for case, text in pairs:
        found["required"] += len(case.required)
        found["hit"] += sum(part in text for part in case.required)
        found["left"] += sum(part in text for part in case.forbidden)
    return found


def f_score(found: Mapping[str, int]) -> float:
    """F1 of the segments that appear."""
    return 2 * found["hit"] / (found["hit"] + found["left"] + found["required"])


def token_f1(text: str, truth: str) -> float:
    """F1 over bags of words; of a script without spaces each character is one."""
    a, b = Counter(TOKENS.findall(text)), Counter(TOKENS.findall(truth))
    common = (a & b).total()
    return 2 * common / max(1, a.total() + b.total())


def rouge_l(text: str, truth: str) -> float:
    """F1 over the longest common subsequence of words. Source: Lin 2004."""
    a, b = TOKENS.findall(text)[:ROUGE_TOKENS], TOKENS.findall(truth)[:ROUGE_TOKENS]
    return 2 * _longest_common(a, b) / max(1, len(a) + len(b))


def _longest_common(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the longest common subsequence, 64 words a step and more. Source: Hyyrö 2004."""
    places: dict[str, int] = defaultdict(int)
    for position, word in enumerate(a):
        places[word] |= 1 << position
    full = (1 << len(a)) - 1
    state = full
    for word in b:
        hits = state & places.get(word, 0)
        state = ((state + hits) | (state - hits)) & full
    return len(a) - state.bit_count()


# --- reports -------------------------------------------------------------------------------


def report_segments(done: Sequence[tuple[Case, Answer]]) -> list[str]:
    """Print the table of segments; return the floors that were missed."""
    print(f"\nsegments of {len(done)} pages (html-trafilatura)")
    print(f"{'':24}{'required':>10}{'forbidden':>10}{'F':>8}   trafilatura:{'':4}forbidden{'F':>8}")
    for name, chosen in (
        ("half looked at", [pair for pair in done if pair[0].seen]),
        ("half only scored", [pair for pair in done if not pair[0].seen]),
        ("all", done),
    ):
        us = counts((case, found.ours) for case, found in chosen)
        them = counts((case, found.theirs) for case, found in chosen)
        total = us["required"]
        print(
            f"{name:24}{us['hit'] / total:>10.2%}{us['left']:>10}{f_score(us):>8.2%}"
            f"{them['hit'] / total:>17.2%}{them['left']:>12}{f_score(them):>8.2%}"
        )
    lost = 100 * (them["hit"] - us["hit"]) / total
    taken = 1 - us["left"] / them["left"]
    print(
        f"of trafilatura's forbidden segments taken {taken:.1%}, required ones lost {lost:.2f} pt"
    )
    return [
        *_floor("F of segments", f_score(us), f_score(them)),
        *_floor("required segments kept", -lost, -MOST_REQUIRED_LOST),
        *_floor("forbidden segments taken", taken, LEAST_FORBIDDEN_TAKEN),
    ]


def report_bodies(done: Sequence[tuple[Case, Answer]]) -> list[str]:
    """Print the table of countries; return the floors that were missed."""
    groups: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for case, found in done:
        scores = tuple(
            100 * score(text, case.truth)
            for score in (token_f1, rouge_l)
            for text in (found.ours, found.theirs)
        )
        groups[case.group].append(scores)
        groups["~ looked at" if case.seen else "~ only scored"].append(scores)
        groups["~~ all"].append(scores)
    print(f"\nbodies of {len(done)} pages (html-fundus), points")
    print(f"{'country':16}{'pages':>6}{'F1':>8}{'theirs':>8}{'ROUGE-L':>9}{'theirs':>8}")
    missed = []
    for group, rows in sorted(groups.items()):
        f1, f1_theirs, rouge, rouge_theirs = (sum(c) / len(c) for c in zip(*rows, strict=True))
        print(
            f"{group:16}{len(rows):>6}{f1:>8.1f}{f1_theirs:>8.1f}{rouge:>9.1f}{rouge_theirs:>8.1f}"
        )
        slack = 0.0 if group.startswith("~~") else MOST_COUNTRY_LOST
        if group[0] != "~" or group == "~~ all":
            missed += _floor(f"F1 of {group}", f1, f1_theirs - slack)
            missed += _floor(f"ROUGE-L of {group}", rouge, rouge_theirs - slack)
    return missed


def _floor(what: str, value: float, floor: float) -> list[str]:
    return [] if value >= floor else [f"{what}: {value:.4f} is below {floor:.4f}"]


def main() -> int:
    """Run both collections; give the exit status."""
    if not CORPORA.exists():
        print(f"no corpora at {CORPORA}: nothing measured")
        return 0
    missed: list[str] = []
    with ProcessPoolExecutor(2) as processes:
        for cases, report in ((list(segments()), report_segments), (list(bodies()), report_bodies)):
            answers = list(processes.map(answer, cases, chunksize=8))
            missed += report(list(zip(cases, answers, strict=True)))
            us, them = (
                sum(getattr(found, name) for found in answers)
                for name in ("our_seconds", "their_seconds")
            )
            print(
                f"{len(cases) / us:.0f} pages/s of CPU time, trafilatura alone"
                f" {len(cases) / them:.0f} ({us / them:.2f} of its time)"
            )
    for line in missed:
        print(f"FLOOR MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
