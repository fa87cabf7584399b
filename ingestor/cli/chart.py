"""Precision and recall over a threshold, drawn in characters or as a small SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingestor.evaluate import Score, Step

CURVES: tuple[tuple[str, str, Callable[[Score], float]], ...] = (
    ("precision", "#1f6fb4", lambda score: score.precision),
    ("recall", "#c8552b", lambda score: score.recall),
)
_WIDTH, _HEIGHT = 640, 360  # pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 620, 44, 308  # edges of the plot
_TICKS = tuple(n / 5 for n in range(6))
_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(share: float, width: int) -> str:
    """Draw a share of 0..1 as a bar of at most so many characters, exact to an eighth of one."""
    whole, part = divmod(round(share * width * 8), 8)
    return ("█" * whole + _EIGHTHS[part]).rstrip()


def svg(steps: Sequence[Step]) -> str:
    """Draw the curves of a sweep; a file of its own, without script or font."""
    drawn = "\n".join((*_grid(), *_curves(steps)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        f' width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" font-size="12">\n'
        "<title>Precision and recall of pairs by smallest match score</title>\n"
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>\n{drawn}\n</svg>\n'
    )


def _x(threshold: float) -> float:
    return round(_LEFT + threshold * (_RIGHT - _LEFT), 1)


def _y(share: float) -> float:
    return round(_BOTTOM - share * (_BOTTOM - _TOP), 1)


def _grid() -> list[str]:
    """The axes, both from 0 to 1, and their labels."""
    lines = [
        f'<path d="M{_LEFT} {_y(tick)}H{_RIGHT}M{_x(tick)} {_TOP}V{_BOTTOM}" stroke="#ddd"/>'
        f'<text x="{_LEFT - 8}" y="{_y(tick) + 4}" text-anchor="end">{tick:.0%}</text>'
        f'<text x="{_x(tick)}" y="{_BOTTOM + 18}" text-anchor="middle">{tick:.1f}</text>'
        for tick in _TICKS
    ]
    middle = (_LEFT + _RIGHT) / 2
    label = f'<text x="{middle}" y="{_HEIGHT - 12}" text-anchor="middle">smallest score</text>'
    return [*lines, label]


def _curves(steps: Sequence[Step]) -> list[str]:
    """A line and its legend for each curve."""
    lines = []
    for number, (name, colour, share) in enumerate(CURVES):
        points = " ".join(f"{_x(s.threshold)},{_y(share(s.score))}" for s in steps)
        left = _LEFT + 110 * number
        lines.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<path d="M{left} 24h20" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{left + 26}" y="28">{name}</text>'
        )
    return lines
