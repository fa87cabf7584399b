"""Commands on judgements: explain one, or overrule it by split, join and pin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType

import click
from rich.table import Column, Table
from rich.text import Text

from ingestor import orders
from ingestor.cli.app import app, config_option, json_option
from ingestor.cli.database import open_readonly
from ingestor.cli.given import settings_of
from ingestor.cli.output import console, harmless, on_terminal, print_json, print_rows, say
from ingestor.clock import wall_clock
from ingestor.explain import Explanation, Pair, canonical_of
from ingestor.explain import explain as explain_pair
from ingestor.store import queries
from ingestor.wording import counted

_CLOSE = 0.5  # cosine from which two sentences are shown as saying the same


@app.command()
@config_option
@json_option
@click.option(
    "--story", is_flag=True, help="A and B are stories; compare their canonical articles."
)
@click.argument("a", type=int)
@click.argument("b", type=int)
def explain(config_path: Path | None, as_json: bool, story: bool, a: int, b: int) -> None:
    """Show why two articles are, or are not, one story.

    The pair is judged again from what is stored, whether or not it was compared before. In a pipe
    a line is a kind, a name or cosine, and the values of both articles.

    Examples:
      ingestor explain 12 31
      ingestor explain --story 3 4
      ingestor explain 12 31 --json | jq .evidence
    """
    with closing(open_readonly(settings_of(config_path).database)) as store:
        one, other = (canonical_of(store, i) if story else i for i in (a, b))
        found = explain_pair(store, one, other)
    if as_json:
        print_json([found])
    elif on_terminal():
        _show(found)
    else:
        print_rows("", (), _lines(found))


@app.command()
@config_option
@click.option("--from", "other", type=int, help="Split it from this article alone.")
@click.argument("article", type=int)
def split(config_path: Path | None, article: int, other: int | None) -> None:
    """Give an ARTICLE a story of its own, for good.

    Without --from it is split from all articles of its story; with it, the others go with whichever
    of the two they agree with best. It never again shares a story with what it was split from,
    whatever articles come.

    Examples:
      ingestor split 31
      ingestor split 31 --from 12
    """
    _rule(config_path, "split", article=article, other=other)


@app.command()
@config_option
@click.argument("a", type=int)
@click.argument("b", type=int)
def join(config_path: Path | None, a: int, b: int) -> None:
    """Make the stories of articles A and B one, for good.

    Examples:
      ingestor join 12 31
    """
    _rule(config_path, "join", article=a, other=b)


@app.command()
@config_option
@click.argument("article", type=int)
def pin(config_path: Path | None, article: int) -> None:
    """Let an ARTICLE stand for its story, whatever articles come.

    Examples:
      ingestor pin 31
    """
    _rule(config_path, "pin", article=article)


@app.command()
@config_option
@json_option
@click.option("--undo", type=int, metavar="ARTICLE", help="Revoke all that name this article.")
def rulings(config_path: Path | None, as_json: bool, undo: int | None) -> None:
    """List what was split, joined and pinned, or revoke it.

    After --undo the stories are what they would be without the ruling.

    Examples:
      ingestor rulings
      ingestor rulings --undo 31
    """
    if undo is not None:
        _rule(config_path, "undo", article=undo)
        return
    with closing(open_readonly(settings_of(config_path).database)) as store:
        rows = queries.ruling_rows(store)
    if as_json:
        print_json(rows)
        return
    print_rows(
        "Rulings",
        ("ruled", "kind", "#article", "#other", "title", "other title"),
        (
            (r.ruled_at, r.kind, r.article_id, r.other_article_id, r.title, r.other_title)
            for r in rows
        ),
    )


def _rule(
    config_path: Path | None, command: str, *, article: int, other: int | None = None
) -> None:
    """Have something ruled by whoever holds the database, and say what came of it."""
    settings = settings_of(config_path)
    open_readonly(settings.database).close()
    ruled = orders.place(settings, command, wall_clock(), article=article, other=other)
    written = counted(int(str(ruled["written"])), "ruling")
    revoked = counted(int(str(ruled["revoked"])), "earlier one")
    say(
        f"article {article} is in story {ruled['story_id']}, whose canonical article is"
        f" {ruled['canonical_article_id']}; {written} written,"
        f" {revoked} revoked"
    )


# --- what an explanation looks like ------------------------------------------------------


def _verdict(found: Explanation) -> str:
    """The judgement in one sentence."""
    score = f" (score {found.score:.2f})" if found.decided_by_score else ""
    return f"{found.relation or 'not one report'}{score}: {found.reason}"


def _sides(found: Explanation) -> Iterator[tuple[str, str, str]]:
    left, right = found.left, found.right
    yield "article", str(left.article_id), str(right.article_id)
    yield "story", str(left.story_id), str(right.story_id)
    yield "outlet", left.outlet, right.outlet
    yield "language", left.language or "?", right.language or "?"
    yield "title", left.title or "(no title)", right.title or "(no title)"
    yield "sentences", str(left.sentences), str(right.sentences)


def _evidence(found: Explanation) -> Iterator[tuple[str, str]]:
    """What was measured, flat; the log odds term by term, and their sum."""
    for name, value in found.evidence.items():
        match value:
            case Mapping():
                yield from ((f"{name}: {term}", f"{odds:+.2f}") for term, odds in value.items())
                if value:
                    yield f"{name}: sum", f"{sum(value.values()):+.2f}"
            case _:
                yield name.replace("_", " "), _told(value)


def _thresholds(found: Explanation) -> Iterator[tuple[str, str]]:
    return ((name.replace("_", " "), f"{line:g}") for name, line in found.thresholds.items())


def _lines(found: Explanation) -> Iterator[tuple[str, str, str, str]]:
    """All of it for a program: what kind, a name or cosine, and the value of either side."""
    yield "verdict", found.relation or "none", f"{found.score:.4f}", found.reason
    yield from (("side", name, left, right) for name, left, right in _sides(found))
    yield from (("note", "", note, "") for note in found.notes)
    yield from (("evidence", name, value, "") for name, value in _evidence(found))
    yield from (("threshold", name, value, "") for name, value in _thresholds(found))
    for pair in found.pairs:
        yield "sentence", "" if pair.cosine is None else f"{pair.cosine:.3f}", pair.left, pair.right


def _show(found: Explanation) -> None:
    """All of it for a person: the verdict, what it rests on, then the sentences side by side."""
    say(_verdict(found), "bold green" if found.relation else "bold red")
    for note in found.notes:
        say(note, "yellow")
    console().print(
        _two_columns((name, Text(harmless(a)), Text(harmless(b))) for name, a, b in _sides(found))
    )
    say("\nEvidence", "bold")
    console().print(_balance(found))
    if found.pairs:
        in_order = found.in_order and found.evidence.get("in_order") is not None
        paired = "lined up in their order" if in_order else "each with its best partner"
        say(f"\nSentences, {paired}, and their cosine", "bold")
        console().print(_two_columns(_row(pair, in_order=in_order) for pair in found.pairs))


# What is measured: what to call it, the threshold that it is held against, its term of the odds.
_MEASURED: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "distance_words": ("words: bits apart, of 64", "copy_words", ""),
        "entire": ("agreement of all sentences", "copy_entire", ""),
        "aligned": ("agreement but for the worst", "", "aligned"),
        "shared_numbers": ("numbers of both", "", "shared numbers"),
        "clashing_numbers": ("numbers of one alone", "", "missing numbers"),
        "shared_names": ("names of both", "", "names"),
    }
)


def _balance(found: Explanation) -> Table:
    """What was measured, the line it is held against, and what it adds to the log odds."""
    table = Table(header_style="dim", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("what", no_wrap=True)
    table.add_column("measured", ratio=1, overflow="fold")
    table.add_column("line", justify="right")
    table.add_column("log odds", justify="right", no_wrap=True)
    odds = _odds(found)
    for key, value in found.evidence.items():
        if key == "odds":
            continue
        shown = ", ".join(found.told[key]) or None if key in found.told else value
        name, line, term = _MEASURED.get(key, (key.replace("_", " "), "", ""))
        drawn = f"{found.thresholds[line]:g}" if line in found.thresholds else ""
        table.add_row(name, Text(harmless(_told(shown))), drawn, _signed(odds.pop(term, None)))
    for term, value in odds.items():
        table.add_row(term, "", "", _signed(value))
    if found_odds := _odds(found):
        total = sum(found_odds.values())
        needed = f"{found.thresholds[_needed(found)]:g}"
        table.add_row(Text("sum", "bold"), "", Text(needed, "bold"), _signed(total))
    return table


def _odds(found: Explanation) -> dict[str, float]:
    odds = found.evidence.get("odds")
    return dict(odds) if isinstance(odds, Mapping) else {}


def _needed(found: Explanation) -> str:
    """Name the line that the sum of the odds has to reach."""
    if found.relation == "cites":
        return "cited_odds"
    if found.in_order:
        return "in_order_odds"
    return "odds_e5" if "-e5-" in found.left.encoder else "odds"


def _signed(value: float | None) -> Text:
    if value is None:
        return Text("")
    return Text(f"{value + 0:+.2f}", "red" if value < 0 else "green")


def _told(value: object) -> str:
    """A value of the evidence, as a person reads it."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list():
            return " ".join(map(str, value)) or "-"
        case _:
            return str(value)


def _row(pair: Pair, *, in_order: bool) -> tuple[str, Text, Text]:
    """A pair of sentences; dimmed if they say little alike, or one stands alone."""
    name = "" if pair.cosine is None else f"{pair.cosine:.2f}"
    close = in_order or (pair.cosine is not None and pair.cosine >= _CLOSE)
    style = "" if close and pair.left and pair.right else "dim"
    return name, Text(harmless(pair.left), style), Text(harmless(pair.right), style)


def _two_columns(rows: Iterable[tuple[str, Text, Text]]) -> Table:
    """Both sides next to each other, under what the row is about."""
    left, right = (Column(ratio=1, overflow="fold") for _ in range(2))
    table = Table.grid(Column(no_wrap=True), left, right, padding=(0, 2, 0, 0), expand=True)
    for name, one, other in rows:
        table.add_row(Text(name, "dim"), one, other)
    return table
