"""B³, the adjusted Rand index and the sweep count what their definitions say."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ingestor import sample
from ingestor.cli import app
from ingestor.cli.chart import bar, svg
from ingestor.cli.measure import read_labels
from ingestor.errors import DataError
from ingestor.evaluate import Link, b_cubed, score, sweep
from tests.newsroom import ALPHA, BETA, item, newsroom

GROUPINGS = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 3))


@given(truth=GROUPINGS, grouping=GROUPINGS)
def test_b_cubed_is_the_mean_over_articles(
    truth: Mapping[str, int], grouping: Mapping[str, int]
) -> None:
    common = truth.keys() & grouping.keys()
    shares = []
    for one in common:
        true = {other for other in common if truth[other] == truth[one]}
        found = {other for other in common if grouping[other] == grouping[one]}
        shares.append((len(true & found) / len(found), len(true & found) / len(true)))
    precision, recall = (sum(s) / len(s) for s in zip(*shares, strict=True)) if shares else (1, 1)

    measured = b_cubed(truth, grouping)

    assert (measured.precision, measured.recall) == pytest.approx((precision, recall))
    assert measured.f1 == pytest.approx(2 * precision * recall / (precision + recall))


@given(truth=GROUPINGS, grouping=GROUPINGS)
def test_adjusted_rand_is_agreement_beyond_chance(
    truth: Mapping[str, int], grouping: Mapping[str, int]
) -> None:
    pairs = list(combinations(sorted(truth.keys() & grouping.keys()), 2))
    together = [truth[a] == truth[b] for a, b in pairs]
    found = [grouping[a] == grouping[b] for a, b in pairs]
    both = sum(t and f for t, f in zip(together, found, strict=True))
    chance = sum(together) * sum(found) / max(1, len(pairs))
    room = (sum(together) + sum(found)) / 2 - chance
    expected = (both - chance) / room if room else 1.0

    assert score(truth, grouping).adjusted_rand == pytest.approx(expected)


LINKS = st.lists(
    st.builds(
        Link,
        one=st.integers(0, 9),
        other=st.integers(0, 9),
        score=st.sampled_from((0.1, 0.5, 0.9)),
    ),
    max_size=20,
)


@given(truth=GROUPINGS, links=LINKS, threshold=st.sampled_from((0.0, 0.3, 0.5, 0.7, 1.0)))
def test_a_step_of_the_sweep_groups_what_sufficient_links_connect(
    truth: Mapping[str, int], links: list[Link], threshold: float
) -> None:
    articles = {key: number for number, key in enumerate("abcdefghij")}
    groups = {number: {number} for number in articles.values()}
    for link in links:
        if link.score >= threshold:
            union = groups[link.one] | groups[link.other]
            groups |= dict.fromkeys(union, union)
    expected = score(truth, {key: min(groups[number]) for key, number in articles.items()})

    (step,) = sweep(truth, articles, links, [threshold])

    assert (step.threshold, step.score) == (threshold, expected)


@given(truth=GROUPINGS, links=LINKS)
def test_a_higher_threshold_finds_no_more(truth: Mapping[str, int], links: list[Link]) -> None:
    articles = {key: number for number, key in enumerate("abcdefghij")}
    found = [step.score.found for step in sweep(truth, articles, links, (0, 0.2, 0.6, 1))]
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    ("share", "drawn"), [(0, ""), (0.5, "██"), (1, "████"), (0.28, "█▏"), (0.001, "")]
)
def test_a_bar_is_exact_to_an_eighth(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


def test_the_plot_is_well_formed_and_stays_inside() -> None:
    steps = sweep(
        {"a": 1, "b": 1}, {"a": 0, "b": 1}, [Link(one=0, other=1, score=0.5)], (0, 0.5, 1)
    )
    root = ET.fromstring(svg(steps))
    lines = root.findall("{http://www.w3.org/2000/svg}polyline")
    points = [pair.split(",") for line in lines for pair in line.attrib["points"].split()]
    assert len(points) == 6
    assert all(56 <= float(x) <= 620 and 44 <= float(y) <= 308 for x, y in points)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("", "does not name the columns", id="empty"),
        pytest.param("story\turl\n", "holds no labels", id="only a header"),
        pytest.param("story,url\na,b\n", "does not name the columns", id="commas"),
        pytest.param("story\turl\na\n", "line 2: story or url is missing", id="a field short"),
        pytest.param("story\turl\na\tx\nb\tx\n", "line 3: x has two stories", id="contradiction"),
        pytest.param("story\turl\na\t\udcff\n", "not UTF-8", id="no UTF-8"),
    ],
)
def test_labels_that_are_no_table_are_refused(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "labels.tsv"
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(DataError, match=reason):
        read_labels(path)


def test_the_bundled_truth_can_be_read() -> None:
    assert read_labels(sample.path() / "truth.tsv") == sample.truth()


async def test_evaluate_measures_a_database_and_names_what_it_lacks(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        await room.publish(ALPHA, item(1), item(2))
        await room.publish(BETA, item(1), item(3))
    config = tmp_path / "ingestor.toml"
    config.write_text(
        'database = "news.db"\n[dedup]\nencoder = "none"\n'
        '[[feeds]]\nname = "Alpha"\nurl = "https://alpha.example/rss"\n',
        encoding="utf-8",
    )
    labels = tmp_path / "labels.tsv"
    rows = (
        "one\talpha.example/1",
        "one\tbeta.example/1",
        "one\talpha.example/2",
        "x\tgone.example",
    )
    lines = [row.replace("\t", "\thttps://") for row in rows]
    labels.write_text("\n".join(["story\turl", *lines]), encoding="utf-8")
    arguments = ["evaluate", str(labels), "-c", str(config), "--plot", str(tmp_path / "plot.svg")]

    measured = json.loads(_output([*arguments, "--json"]))

    assert measured["missing"] == ["https://gone.example"]
    assert (measured["articles"], measured["unlabelled"]) == (3, 1)
    assert measured["pairs"]["precision"] == 1
    assert measured["pairs"]["recall"] == pytest.approx(1 / 3)
    assert measured["b_cubed"]["recall"] == pytest.approx(5 / 9)
    assert measured["sweep"][0]["recall"] == pytest.approx(1 / 3)
    assert "missing\thttps://gone.example" in _output(arguments)
    assert (tmp_path / "plot.svg").read_text(encoding="utf-8").startswith("<svg")


def _output(arguments: list[str]) -> str:
    assert isinstance(app, click.Group)
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output
