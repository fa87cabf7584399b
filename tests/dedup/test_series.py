"""Reports of one form are not one report; translations of each are, in languages that are known."""

from collections.abc import Iterator
from itertools import combinations

import pytest

from ingestor.dedup.judge import Verdict, compare
from ingestor.encoders.use import UseEncoder
from tests.dedup.series import Told, signatures

SERIES = ("quarterly results", "market report", "weather", "lottery", "match", "earthquake")


def verdicts(series: str) -> Iterator[tuple[Told, Told, Verdict]]:
    """What the judge says of every two reports of a series."""
    own = [(told, signature) for told, signature in signatures() if told.series == series]
    for (one, left), (other, right) in combinations(own, 2):
        yield one, other, compare(left, right)


def known(*reports: Told) -> bool:
    return all(report.language in UseEncoder.languages for report in reports)


@pytest.mark.parametrize("series", SERIES)
def test_another_day_or_company_is_another_report_in_and_across_all_languages(series: str) -> None:
    merged = [
        (one.variant, one.language, other.variant, other.language, verdict.evidence)
        for one, other, verdict in verdicts(series)
        if one.variant != other.variant and verdict.relation is not None
    ]
    assert merged == []


@pytest.mark.parametrize("series", SERIES)
def test_a_report_of_a_series_is_recognised_in_every_known_language(series: str) -> None:
    missed = [
        (one.variant, one.language, other.language, verdict.reason)
        for one, other, verdict in verdicts(series)
        if one.variant == other.variant and known(one, other) and verdict.relation is None
    ]
    assert missed == []
