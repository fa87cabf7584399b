"""The command that measures: evaluate."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import click

from ingestor.cli.app import app, config_option, json_option
from ingestor.cli.chart import bar, svg
from ingestor.cli.database import open_readonly
from ingestor.cli.given import settings_of
from ingestor.cli.output import on_terminal, print_json, print_rows, say
from ingestor.errors import DataError, UsageError
from ingestor.evaluate import BCubed, Link, Score, Step, b_cubed, score, sweep
from ingestor.store import evaluation, queries
from ingestor.store.store import Store
from ingestor.wording import counted

THRESHOLDS = tuple(n / 20 for n in range(21))
BAR = 20  # characters of a full one


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What the database's stories are worth by the labels.

    Attributes:
        missing: Labelled addresses that the database does not have, in the order of the labels.
        unlabelled: How many addresses of the database have no label.
    """

    pairs: Score
    b_cubed: BCubed
    missing: tuple[str, ...]
    unlabelled: int
    steps: tuple[Step, ...]


@app.command("evaluate")
@config_option
@json_option
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also draw precision and recall by threshold into this SVG file.",
)
@click.argument("labels", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def evaluate_command(
    config_path: Path | None, as_json: bool, plot: Path | None, labels: Path
) -> None:
    """Measure the stories by what is known to be true.

    LABELS is a file of tab-separated values with a header line and at least the columns `story`
    (any word, equal for reports of one story) and `url` (the link as the feed gives it, or the
    guid of an entry without one).

    The sweep shows what would be left of the stories if only matches of at least that score held
    them together: whether a stricter judgement would have been a better one.

    Examples:
      ingestor evaluate labels.tsv
      ingestor evaluate labels.tsv --plot sweep.svg
      ingestor evaluate labels.tsv --json | jq .b_cubed.f1
    """
    truth = read_labels(labels)
    with closing(open_readonly(settings_of(config_path).database)) as store:
        found = evaluate(truth, store)
    if len(found.missing) == len(truth):
        raise DataError(f"{labels}: no address in it is that of an article in the database")
    if plot is not None:
        _write(plot, svg(found.steps))
    if as_json:
        print_json([_flat(found)])
    else:
        _print(found)


def read_labels(path: Path) -> Mapping[str, str]:
    """Read the label of each address.

    Raises:
        DataError: the file is not such a table, or says two things of one address.
        UsageError: it cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            labels = _labels(file)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text") from error
    except (DataError, csv.Error) as error:
        raise DataError(f"{path}: {error}") from error
    if not labels:
        raise DataError(f"{path}: holds no labels")
    return labels


def _labels(file: TextIO) -> Mapping[str, str]:
    labels: dict[str, str] = {}
    rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    if not {"story", "url"} <= set(rows.fieldnames or ()):
        raise DataError("the first line does not name the columns story and url")
    for row in rows:
        story, url = row["story"], row["url"]
        if not (story and url):
            raise DataError(f"line {rows.line_num}: story or url is missing")
        if labels.setdefault(url, story) != story:
            raise DataError(f"line {rows.line_num}: {url} has two stories")
    return labels


def evaluate(truth: Mapping[str, str], store: Store) -> Evaluation:
    """Compare the stories of a database with the labels."""
    grouping = queries.grouping(store)
    links = (Link(one=a, other=b, score=value) for a, b, value in evaluation.links(store))
    return Evaluation(
        pairs=score(truth, grouping),
        b_cubed=b_cubed(truth, grouping),
        missing=tuple(url for url in truth if url not in grouping),
        unlabelled=len(grouping.keys() - truth.keys()),
        steps=sweep(truth, evaluation.article_ids(store), links, THRESHOLDS),
    )


def _print(found: Evaluation) -> None:
    pairs, cubed = found.pairs, found.b_cubed
    print_rows(
        "Stories and labels" if on_terminal() else "",
        ("measure", "#precision", "#recall", "#F1"),
        (
            ("pairs", *_percent(pairs.precision, pairs.recall, pairs.f1)),
            ("B³", *_percent(cubed.precision, cubed.recall, cubed.f1)),
        ),
    )
    say(
        f"\nAdjusted Rand index {pairs.adjusted_rand:.4f}. Of {pairs.articles} labelled articles,"
        f" {pairs.right} of {pairs.together} pairs found, {pairs.found - pairs.right} wrong;"
        f" {found.unlabelled} articles without label."
    )
    if found.missing:
        print_rows(
            f"\n{counted(len(found.missing), 'labelled article')} not in the database",
            ("state", "url"),
            (("missing", url) for url in found.missing),
        )
    say("")
    print_rows(
        "If only matches of at least this score counted",
        ("#score", "#precision", "precision", "#recall", "recall"),
        (_step(step) for step in found.steps),
    )


def _step(step: Step) -> Sequence[str]:
    """One line of the sweep, for a person with bars."""
    found = step.score
    precision, recall = _percent(found.precision, found.recall)
    if not on_terminal():
        return (f"{step.threshold:.2f}", precision, recall)
    bars = (bar(share, BAR) for share in (found.precision, found.recall))
    return (f"{step.threshold:.2f}", precision, next(bars), recall, next(bars))


def _percent(*shares: float) -> tuple[str, ...]:
    return tuple(f"{share:.2%}" for share in shares)


def _flat(found: Evaluation) -> Mapping[str, object]:
    """The evaluation with its shares, which are computed, for JSON."""
    pairs = found.pairs
    return {
        "articles": pairs.articles,
        "unlabelled": found.unlabelled,
        "missing": found.missing,
        "pairs": {
            "together": pairs.together,
            "found": pairs.found,
            "right": pairs.right,
            **_shares(pairs),
        },
        "b_cubed": _shares(found.b_cubed),
        "adjusted_rand": pairs.adjusted_rand,
        "sweep": [{"threshold": s.threshold, **_shares(s.score)} for s in found.steps],
    }


def _shares(found: Score | BCubed) -> Mapping[str, float]:
    return {"precision": found.precision, "recall": found.recall, "f1": found.f1}


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
