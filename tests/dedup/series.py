"""Reports of one form about other things, or of other days, in many languages; see series.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from ingestor.dedup.anchors import anchors_of, to_fingerprint
from ingestor.dedup.signature import Signature
from ingestor.encoders import load
from ingestor.encoders.centroids import Centroids
from ingestor.fingerprint import fingerprints

LANGUAGES = ("en", "de", "fr", "es", "pt", "ru", "pl", "tr", "zh", "ja", "ko", "ar", "cs", "vi")
VARIANTS = ("a", "b", "c")  # a report; one of another day; one of another company or place


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One report of a series, in one language."""

    series: str
    variant: str
    language: str
    title: str
    text: str


def told() -> Iterator[Told]:
    """Write every report of every series in every language."""
    data = tomllib.loads((Path(__file__).parent / "series.toml").read_text(encoding="utf-8"))
    for series in data["series"]:
        for variant in VARIANTS:
            for language in LANGUAGES:
                values = {
                    key: _written(key, value, language, data["places"])
                    for key, value in series[variant].items()
                }
                title, _, text = series[language].format(**values).partition("\n")
                yield Told(
                    series=series["name"], variant=variant, language=language, title=title,
                    text=text,
                )  # fmt: skip


def _written(key: str, value: Any, language: str, places: Any) -> str:
    """Write a value as the language does."""
    if key == "place":
        return str(places[value][language])
    if isinstance(value, date):
        if key == "weekday":
            return format_date(value, "EEEE", locale=language)
        return format_skeleton("MMMMd", value, locale=language)
    return format_decimal(value, locale=language) if isinstance(value, float) else str(value)


@cache
def signatures() -> tuple[tuple[Told, Signature], ...]:
    """What the judge sees of each."""
    made = []
    for number, report in enumerate(told(), start=1):
        title, text, language = report.title, report.text, report.language
        marks = fingerprints(title, text, language, encoder=load("use"), centroids=Centroids())
        anchors = to_fingerprint(anchors_of(title, text, language))
        signature = Signature(
            article_id=number, feed=f"outlet {number}", site="", language=language, title=title,
            published=datetime(2026, 3, 17, tzinfo=UTC), fingerprints=(*marks, anchors),
        )  # fmt: skip
        made.append((report, signature))
    return tuple(made)
