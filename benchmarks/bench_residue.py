"""How much of what portals leave in their feeds is removed, and whether the report stays whole.

::

    python -m benchmarks.bench_residue [--quick] [--show]

Own reports in the shape of news, in 59 languages, with the lines that portals print around them
(`benchmarks/residue/`), put together in every position and markup that the line is seen in. Then
the same once more for placeholders and counters, with the words of the language tested taken out
of the rule book. Exit status 1 if a floor is missed.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ingestor.clean.markup import blocks, normalise
from ingestor.clean.matching import Context
from ingestor.clean.rule import RuleBook
from ingestor.clean.rulebook import book
from ingestor.clean.sieve import sift

TEXTS = Path(__file__).parent / "residue"

LEAST_REMOVED = 0.99
LEAST_KEPT = 0.999
LEAST_REMOVED_BLIND = 0.95  # with the words of the language unknown

UNSPACED = frozenset(("zh", "zh-Hant", "ja", "th"))
SITE = "https://portal.example"

# Where a line of each kind is seen: above the report, within it, under it, under it among others,
# behind its last full stop (`glued`); `start` and `end` are those of any paragraph.
PLACES: Mapping[str, tuple[str, ...]] = {
    "placeholder": ("first", "between", "last", "start", "end", "among"),
    "ad": ("first", "between", "last", "among"),
    "counter": ("last", "among"),
    "source": ("last", "among", "glued"),
    "credit": ("first", "between", "last"),
    "teaser": ("between", "last", "among"),
    "appeal": ("last", "among", "glued"),
    "share": ("first", "last", "among"),
    "wall": ("last",),
    "more": ("last", "glued"),
    "rights": ("last", "among", "glued"),
    "reading": ("first",),
    "views": ("first", "last"),
    "stamp": ("first", "last", "among"),
    "note": ("last", "among"),
    "note_first": ("first",),
    "note_between": ("between",),
    "odd_source": ("last", "among"),
    "odd_credit": ("between", "last"),
    "odd_teaser": ("between", "last"),
    "odd_label": ("last", "among"),
}
INSIDE = frozenset(("start", "end", "glued"))
SLOTS = ("[{}_1]", "[{}_2]", "[{}_12]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item of a feed: what must stay of it, and what must go."""

    language: str
    kind: str
    place: str
    markup: str
    html: str
    sentences: tuple[str, ...]
    residue: str = ""


# --- items ---------------------------------------------------------------------------------


def _paragraphs(lines: Sequence[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def _last_in(outer: str, inner: str) -> Callable[[Sequence[str], int], str]:
    """Paragraphs, of which the residue stands in markup of its own."""

    def write(lines: Sequence[str], residue: int) -> str:
        own = f"<{outer}><{inner}>{lines[residue]}</{inner}></{outer}>"
        return _paragraphs(lines[:residue]) + own + _paragraphs(lines[residue + 1 :])

    return write


MARKUPS: Mapping[str, Callable[[Sequence[str], int], str]] = {
    "p": lambda lines, _: _paragraphs(lines),
    "br": lambda lines, _: "<br><br>\n".join(lines),
    "div": lambda lines, _: "\n".join(f"<div><span>{line}</span></div>" for line in lines),
    "list": _last_in("ul", "li"),
    "table": lambda lines, _: (
        "<table>" + "".join(f"<tr><td>{line}</td></tr>" for line in lines) + "</table>"
    ),
    "plain": lambda lines, _: "\n\n".join(lines),
    "escaped": lambda lines, _: escape(_paragraphs(lines)),
    "linked": _last_in("p", 'a href="/other/page-12.html"'),
    "strong": _last_in("p", "strong"),
}


def items(texts: Mapping[str, Mapping[str, Sequence[str]]], *, quick: bool) -> Iterator[Item]:
    """Every line in every place and markup that suits it, and every trap."""
    markups = {"p": MARKUPS["p"], "br": MARKUPS["br"]} if quick else MARKUPS
    for language, table in texts.items():
        yield from _traps(language, table)
        for kind, line in _lines(table):
            for place in PLACES[kind]:
                for markup, write in markups.items():
                    if place in INSIDE and markup in {"list", "linked", "strong"}:
                        continue
                    yield _item(language, table, kind, line, place, markup, write)


def _lines(table: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for word in table["slot"]:
        yield from (("placeholder", slot.format(word)) for slot in SLOTS)
    for kind in PLACES:
        yield from ((kind, line) for line in table.get(kind, ()))


def _report(language: str, table: Mapping[str, Sequence[str]]) -> list[str]:
    gap = "" if language in UNSPACED else " "
    first, second, third, *rest = table["report"]
    return [f"{first}{gap}{second}", third, gap.join(rest)]


def _item(  # noqa: PLR0917 - the dimensions of the benchmark
    language: str, table: Mapping[str, Sequence[str]], kind: str, line: str, place: str,
    markup: str, write: Callable[[Sequence[str], int], str],
) -> Item:  # fmt: skip
    lines = _report(language, table)
    at = {"first": 0, "between": 2}.get(place, len(lines))
    if place == "start":
        lines[1] = f"{line} {lines[1]}"
    elif place == "glued":
        lines[-1] = f"{lines[-1]} {line}"
    elif place == "end":
        lines[1] = f"{lines[1]} {line}"
    else:
        lines.insert(at, line)
    if place == "among":
        slot = table["slot"][0]
        lines[at:at] = [f"[{slot}_1]"]
        lines.append(f"[{slot}_2]")
        at += 1
    return Item(
        language=language, kind=kind, place=place, markup=markup, html=write(lines, at),
        sentences=tuple(table["report"]), residue=line,
    )  # fmt: skip


def _traps(language: str, table: Mapping[str, Sequence[str]]) -> Iterator[Item]:
    report = _report(language, table)
    for trap in table.get("traps", ()):
        for place, lines in (
            ("last", [*report, trap]), ("first", [trap, *report]), ("alone", [trap]),
            ("between", [report[0], trap, *report[1:]]),
        ):  # fmt: skip
            yield Item(
                language=language, kind="trap", place=place, markup="p", html=_paragraphs(lines),
                sentences=(trap, *(table["report"] if place != "alone" else ())),
            )  # fmt: skip


# Reports of which nothing may be lost.
WHOLE = (
    "<p>He names three reasons.</p><ol><li>(1) the price</li><li>the noise</li><li>(3)</li></ol>",
    "<p>The court cited an old case.</p><p>Smith v. Jones, 12 Ex. 345 (1803)</p>",
    "<p>Oh follow us down the river<br>And read the news again<br>And all of us are free</p>",
    "<p>The results of Sunday:</p><p>Rovers 3<br>Albion 0<br>United 2</p>",
    "<p>The new release is out.</p><p>Updated the parser to version 2.3.1 (60.0.3112.78)</p>",
    "<p>The bridge is open. “Follow us to the other side,” he said.</p>",
    "<p>“I read the whole article,” she said. “Share it with nobody.”</p>",
    "<p>It was a bad day, he said. (Reuters)</p>",
    "<table><tr><td>Comments</td><td>3</td></tr><tr><td>Views</td><td>14</td></tr></table>",
    "<p>The magazine lost 300 subscribers. Only members may read the article in the archive.</p>",
    "<p>Advertisement spending rose, and it continues to rise on YouTube.</p><p>Sales fell.</p>",
    "<p>Photo by photo, the archive is put online.</p><p>Source of all this: a flood in 1953.</p>",
    "<p>Facebook and WhatsApp were down on Monday.</p><p>Users could share nothing.</p>",
)


def wholes() -> Iterator[Item]:
    """Items that hold no residue; each line of them must stay."""
    for html in WHOLE:
        yield Item(
            language="en", kind="trap", place="alone", markup="whole", html=html,
            sentences=tuple(block.text for block in blocks(html)),
        )  # fmt: skip


def load() -> dict[str, dict[str, list[str]]]:
    """Read the texts: by language, then by kind."""
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for path in sorted(TEXTS.glob("*.toml")):
        for language, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for kind, lines in table.items():
                found[language].setdefault(kind, []).extend(lines)
    return found


# --- measures ------------------------------------------------------------------------------


@dataclass(slots=True)
class Score:
    """What was asked, and what of it was done."""

    residue: int = 0
    removed: int = 0
    sentences: int = 0
    kept: int = 0

    def add(self, item: Item, text: str) -> tuple[bool, list[str]]:
        """Count one item; say whether residue is left, and which sentences are lost."""
        lost = [s for s in item.sentences if normalise(s) not in text]
        rest = text
        for sentence in sorted(item.sentences, key=len, reverse=True):
            rest = rest.replace(normalise(sentence), "")
        left = bool(item.residue) and not lost and any(map(str.isalnum, rest))
        self.residue += bool(item.residue)
        self.removed += bool(item.residue) and not left
        self.sentences += len(item.sentences)
        self.kept += len(item.sentences) - len(lost)
        return left, lost


def text_of(html: str, rules: RuleBook) -> str:
    """The report that cleaning leaves of an item, paragraphs joined by blank lines."""
    kept, _ = sift(blocks(html), rules, Context(title="Tide", url=f"{SITE}/news/this-page.html"))
    return "\n\n".join(block.text for _, block in kept)


def measure(found: Iterable[Item], rules: RuleBook, *, show: bool) -> dict[str, Score]:
    """Clean all items; score them by kind, and altogether."""
    scores: dict[str, Score] = defaultdict(Score)
    failed: Counter[str] = Counter()
    for item in found:
        text = text_of(item.html, rules)
        left, lost = scores[item.kind].add(item, text)
        scores["all"].add(item, text)
        scores[f"in {item.language}"].add(item, text)
        scores[f"as {item.markup}"].add(item, text)
        if left:
            failed[f"LEFT {item.language} {item.kind}: {item.residue}"] += 1
            failed[f"     {item.place} {item.markup} {item.kind}"] += 1
        failed.update(f"LOST {item.language} {item.kind} {item.residue}: {s}" for s in lost)
    if show:
        print(*(f"{count:5} {line}" for line, count in sorted(failed.items())), sep="\n")
    return scores


def report(title: str, scores: Mapping[str, Score], names: Iterable[str]) -> None:
    """Print a table."""
    print(f"\n{title:28}{'residue':>9}{'removed':>10}{'sentences':>11}{'kept':>10}")
    for name in names:
        s = scores[name]
        removed = f"{s.removed / s.residue:.2%}" if s.residue else "-"
        print(f"{name:28}{s.residue:>9}{removed:>10}{s.sentences:>11}{s.kept / s.sentences:>10.3%}")


def main() -> int:
    """Run the benchmark; give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two kinds of markup instead of nine")
    parser.add_argument("--show", action="store_true", help="print what was left and what was lost")
    asked = parser.parse_args()
    texts = load()
    found = [*items(texts, quick=asked.quick), *wholes()]
    scores = measure(found, book(), show=asked.show)
    report("by kind", scores, [*(k for k in PLACES if k in scores), "trap", "all"])
    report("by markup", scores, [n for n in scores if n.startswith("as ")])
    worst = sorted(
        (n for n in scores if n.startswith("in ")),
        key=lambda n: scores[n].removed / scores[n].residue,
    )
    report("the ten worst languages", scores, worst[:10])
    blind = _blind(texts, found, show=asked.show)
    report("words unknown", blind, ["placeholder", "counter", "all"])
    floors = (
        ("residue removed", scores["all"].removed / scores["all"].residue, LEAST_REMOVED),
        ("sentences kept", scores["all"].kept / scores["all"].sentences, LEAST_KEPT),
        ("removed without words", blind["all"].removed / blind["all"].residue, LEAST_REMOVED_BLIND),
        ("kept without words", blind["all"].kept / blind["all"].sentences, LEAST_KEPT),
    )
    missed = [f"{what}: {value:.4f} < {floor}" for what, value, floor in floors if value < floor]
    for line in missed:
        print(f"FLOOR MISSED: {line}")
    return 1 if missed else 0


def _blind(
    texts: Mapping[str, Mapping[str, Sequence[str]]], found: Sequence[Item], *, show: bool
) -> dict[str, Score]:
    """The same for placeholders and counters, by books that know no word of the language."""
    total: dict[str, Score] = defaultdict(Score)
    for language in texts:
        own = (
            item for item in found
            if item.language == language and item.kind in {"placeholder", "counter"}
        )  # fmt: skip
        scores = measure(own, book(without=language.partition("-")[0]), show=show)
        for name, score in scores.items():
            into = total[name]
            for field in ("residue", "removed", "sentences", "kept"):
                setattr(into, field, getattr(into, field) + getattr(score, field))
    return total


if __name__ == "__main__":
    sys.exit(main())
