"""What two articles name alike, and what only one of them names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestor.dedup.names import MAX_CONSONANTS

if TYPE_CHECKING:
    from ingestor.dedup.anchors import Anchors


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The anchors of two articles, compared; which is which does not matter.

    Attributes:
        numbers: Of both, but not that of a day that both name: all reports of that day share it.
        clashing_numbers: Those that only one side has.
        missing_numbers: How many of the side that has fewer are not on the other.
        names: Those of one side that are among the names of the other, or among its words without
            capitals; of the words of both without capitals, the longest.
        names_share: The first of these by the names of the side that has fewer, 0..1; None if it
            has none.
        days: Of both.
        missing_days: As of numbers.
        countries: Of both.
        missing_countries: As of numbers.
    """

    numbers: frozenset[str]
    clashing_numbers: frozenset[str]
    missing_numbers: int
    names: frozenset[str]
    names_share: float | None
    days: frozenset[str]
    missing_days: int
    countries: frozenset[str]
    missing_countries: int


def shared_by(ours: Anchors, theirs: Anchors) -> Shared:
    """Compare the anchors of two articles."""
    days = ours.dates & theirs.dates
    day_numbers = {day.rpartition("-")[2] for day in days}
    names = (ours.names & (theirs.names | theirs.words)) | (ours.words & theirs.names)
    long_words = {word for word in ours.words & theirs.words if len(word) >= MAX_CONSONANTS}
    fewer_names = min(len(ours.names), len(theirs.names))
    return Shared(
        numbers=(ours.numbers & theirs.numbers) - day_numbers,
        clashing_numbers=ours.numbers ^ theirs.numbers,
        missing_numbers=_missing(ours.numbers - day_numbers, theirs.numbers - day_numbers),
        names=names | long_words,
        names_share=min(1.0, len(names) / fewer_names) if fewer_names else None,
        days=days,
        missing_days=_missing(ours.dates, theirs.dates),
        countries=ours.countries & theirs.countries,
        missing_countries=_missing(ours.countries, theirs.countries),
    )


def _missing(ours: frozenset[str], theirs: frozenset[str]) -> int:
    """Count what of the side that has fewer the other does not have."""
    return min(len(ours), len(theirs)) - len(ours & theirs)
