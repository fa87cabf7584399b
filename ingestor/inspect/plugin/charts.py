"""Plots as inline SVG, drawn here: no script, no style attribute, colours from the style sheet.

Widths are percentages, so a plot is as wide as its place while its strokes and letters keep their
size; heights are pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from ingestor.inspect.plugin.site import at, language_name, words
from ingestor.store.values import ArticleRow

_HEIGHT = 132  # pixels, of the bars
_AXIS = 20  # pixels, below them
_SPARK = (120, 24)  # pixels
_DOT = Markup('<circle class="{}" cx="{:.2f}%" cy="12" r="{}"><title>{}</title></circle>')
_TICK = Markup('<text class="tick" x="{:.2f}%" y="{}" text-anchor="{}">{}</text>')
_BAR = Markup('<rect class="{}" x="{:.2f}%" y="{:.1f}" width="{:.2f}%" height="{:.1f}"/>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a bar plot.

    Attributes:
        label: What it is, for whoever points at it.
        tick: What stands below it; may be empty.
        lower, upper: What is stacked, from the ground.
        marked: Whether it is the one that the page is about.
    """

    label: str
    lower: int
    upper: int = 0
    tick: str = ""
    marked: bool = False


def bars(columns: Sequence[Column], title: str) -> Markup:
    """Draw stacked columns over a line, with the highest number beside the top."""
    top = max((column.lower + column.upper for column in columns), default=0) or 1
    step = 100 / max(1, len(columns))
    drawn = Markup("").join(
        _column(column, i * step, step, _HEIGHT / top) for i, column in enumerate(columns)
    )
    return Markup(
        '<svg class="plot" role="img" width="100%" height="{}" aria-label="{}">'
        '<line class="grid" x1="0" x2="100%" y1="14.5" y2="14.5"/>'
        '<text class="tick" x="0" y="10">{:,}</text>{}'
        '<line class="ground" x1="0" x2="100%" y1="{}" y2="{}"/></svg>'
    ).format(_HEIGHT + 14 + _AXIS, title, top, drawn, _HEIGHT + 14.5, _HEIGHT + 14.5)


def _column(column: Column, x: float, step: float, unit: float) -> Markup:
    low, high = column.lower * unit, column.upper * unit
    ground = _HEIGHT + 14
    inset = step * 0.12
    width = step - 2 * inset
    kind = "first marked" if column.marked else "first"
    shapes = _BAR.format(kind, x + inset, ground - low, width, low)
    if column.upper:
        shapes += _BAR.format("again", x + inset, ground - low - high, width, high)
    if column.tick:
        middle = x + step / 2
        anchor = "start" if middle < 4 else "end" if middle > 96 else "middle"
        edge = {"start": x, "end": x + step, "middle": middle}[anchor]
        shapes += _TICK.format(edge, ground + 15, anchor, column.tick)
    return Markup("<g><title>{}</title>{}</g>").format(column.label, shapes)


def share(part: int, rest: int, top: int) -> Markup:
    """Draw one bar of two lengths, for a cell of a table that says the same in numbers."""
    unit = 100 / max(1, top)
    return Markup(
        '<svg class="share" aria-hidden="true" width="100%" height="12">{}{}</svg>'
    ).format(
        _BAR.format("first", 0, 1, part * unit, 10),
        _BAR.format("again", part * unit, 1, rest * unit, 10),
    )


def spark(counts: Sequence[int], label: str) -> Markup:
    """Draw a small row of bars, one for each day."""
    width, height = _SPARK
    step = width / max(1, len(counts))
    top = max(counts, default=0) or 1
    heights = [count / top * (height - 2) for count in counts]
    drawn = _small(
        "first",
        [(i * step, height - 1 - high, step * 0.7, high) for i, high in enumerate(heights) if high],
    )
    return Markup(
        '<svg class="spark" role="img" width="{0}" height="{1}" viewBox="0 0 {0} {1}"'
        ' aria-label="{2}"><line class="ground" x1="0" x2="{0}" y1="{3}" y2="{3}"/>{4}</svg>'
    ).format(width, height, label, height - 0.5, drawn)


def _small(kind: str, bars: Sequence[tuple[float, float, float, float]]) -> Markup:
    """Draw bars of one colour as one path, for a page holds thousands: x, y, width and height."""
    path = "".join(
        f"M{x:.1f} {y:.1f}h{width:.1f}v{high:.1f}h-{width:.1f}z" for x, y, width, high in bars
    )
    return Markup('<path class="{}" d="{}"/>').format(kind, path) if bars else Markup("")


_HEIGHTS = {"failed": 1.0, "fetched": 0.75, "unchanged": 0.4, "not_modified": 0.25}


def strip(outcomes: Sequence[str], slots: int) -> Markup:
    """Draw the latest polls, the latest at the right; a failure is the highest bar."""
    width, height = _SPARK
    step = width / slots
    bars: dict[str, list[tuple[float, float, float, float]]] = {}
    for i, outcome in enumerate(outcomes, slots - len(outcomes)):
        high = height * _HEIGHTS.get(outcome, 0.2)
        bars.setdefault(outcome, []).append((i * step, height - high, step * 0.7, high))
    drawn = Markup("").join(_small(outcome, found) for outcome, found in bars.items())
    counts = ", ".join(f"{len(list(g))} {words(name)}" for name, g in groupby(sorted(outcomes)))
    return Markup(
        '<svg class="spark" role="img" width="{0}" height="{1}" viewBox="0 0 {0} {1}"'
        ' aria-label="{2}">{3}</svg>'
    ).format(width, height, f"Latest polls: {counts or 'none'}", drawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """A timeline: a lane for each language, a dot for each article.

    Attributes:
        lanes: Tag of the language and its drawn lane, in the order of their first articles.
        first, last: The ends of the axis.
    """

    lanes: tuple[tuple[str, Markup], ...]
    first: str
    last: str


def lanes(articles: Sequence[ArticleRow], canonical_id: int) -> Lanes | None:
    """Draw when the versions of a story came; None where there is no time between them."""
    moments = {a.id: min(a.published_at or a.first_seen_at, a.first_seen_at) for a in articles}
    if len(articles) < 2:
        return None
    first, last = min(moments.values()), max(moments.values())
    span = (last - first).total_seconds() or 1.0
    by_language: dict[str, list[ArticleRow]] = {}
    for article in sorted(articles, key=lambda a: moments[a.id]):
        by_language.setdefault(article.language, []).append(article)
    drawn = []
    for language, members in by_language.items():
        dots = Markup("").join(
            _DOT.format(
                "canonical" if article.id == canonical_id else "version",
                100 * (moments[article.id] - first).total_seconds() / span,
                7 if article.id == canonical_id else 5,
                f"{at(moments[article.id])} UTC: {article.outlet}",
            )
            for article in members
        )
        label = f"{language_name(language)}: " + "; ".join(
            f"{article.outlet}, {at(moments[article.id])}" for article in members
        )
        lane = Markup(
            '<svg class="lane" role="img" width="100%" height="24" aria-label="{}">'
            '<line class="grid" x1="0" x2="100%" y1="12" y2="12"/>{}</svg>'
        ).format(label, dots)
        drawn.append((language, lane))
    return Lanes(lanes=tuple(drawn), first=at(first), last=at(last))
