"""The cost of a move as a picture: a point an instance, visits to the right, microseconds upwards, both logarithmic."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from html import escape
from statistics import geometric_mean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.speed import Line, Speed

WIDTH, HEIGHT = 640, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 24, 52

#: Of 12-pixel letters: the width of one, on the wide side, and the height of a line.
LETTER, LINE_HEIGHT = 7.0, 14.0


@dataclass(frozen=True, slots=True)
class _Axis:
    """A logarithmic axis from pixel `begin` (at `low`, an exponent of ten) to pixel `end` (at `high`)."""

    low: float
    high: float
    begin: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], begin: float, end: float) -> _Axis:
        """Return an axis over all values, with a margin."""
        logs = [math.log10(max(value, 1e-9)) for value in values]
        pad = max(0.08 * (max(logs) - min(logs)), 0.15)
        return cls(min(logs) - pad, max(logs) + pad, begin, end)

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        share = (math.log10(max(value, 1e-9)) - self.low) / (self.high - self.low)
        return self.begin + share * (self.end - self.begin)

    def ticks(self, *, apart: float) -> list[float]:
        """Return 1, 2 and 5 times the powers of ten that lie on the axis, at least so many pixels apart."""
        powers = range(math.floor(self.low), math.ceil(self.high) + 1)
        chosen: list[float] = []
        # Powers of ten come first, so that they are kept where there is room for few.
        for factor in (1, 5, 2):
            for power in powers:
                value = factor * 10.0**power
                is_on = self.low <= math.log10(value) <= self.high
                if is_on and all(abs(self.at(value) - self.at(other)) >= apart for other in chosen):
                    chosen.append(value)
        return sorted(chosen)


@dataclass(frozen=True, slots=True)
class _Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        """Say whether the two have a point in common."""
        is_beside = self.right < other.left or other.right < self.left
        return not is_beside and self.top <= other.bottom and other.top <= self.bottom


def speed_svg(speed: Speed) -> str:
    """Return an SVG picture; a bar is the range of the rounds, a point's title names its instance and figures."""
    lines = speed.lines
    across = _Axis.over([line.visits for line in lines], LEFT, WIDTH - RIGHT)
    upward = _Axis.over([us for line in lines for us in line.range_us], HEIGHT - BOTTOM, TOP)
    points = [(across.at(line.visits), upward.at(line.move_us)) for line in lines]
    means = [(across.at(visits), upward.at(us)) for visits, us in _means(lines)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in means)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        *_frame(across, upward),
        f'<path d="M{path}" fill="none" stroke="navy" stroke-opacity="0.35"/>',
    ]
    bars = [_bar(x, upward, line) for (x, _), line in zip(points, lines, strict=True)]
    for (x, y), bar, line in zip(points, bars, lines, strict=True):
        title = f"{line.instance}: {line.visits} visits, {line.move_us:.1f} us a move"
        parts.append(f'<path d="M{x:.1f} {bar.top:.1f}V{bar.bottom:.1f}" stroke="navy"/>')
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="navy"><title>{escape(title)}</title></circle>')
    parts += _labels(points, bars, [line.instance for line in lines])
    return "\n".join([*parts, "</svg>", ""])


def _means(lines: Sequence[Line]) -> list[tuple[int, float]]:
    """Return, for each number of visits, the geometric mean over its instances: the line goes through these."""
    of_size: dict[int, list[float]] = defaultdict(list)
    for line in lines:
        of_size[line.visits].append(line.move_us)
    return [(visits, geometric_mean(found)) for visits, found in sorted(of_size.items())]


def _frame(across: _Axis, upward: _Axis) -> list[str]:
    floor = HEIGHT - BOTTOM
    parts = [f'<path d="M{LEFT} {TOP}V{floor}H{WIDTH - RIGHT}" fill="none" stroke="black"/>']
    for value in across.ticks(apart=6 * LETTER):
        x = across.at(value)
        parts.append(f'<path d="M{x:.1f} {floor}v4" stroke="black"/>')
        parts.append(f'<text x="{x:.1f}" y="{floor + 18}" text-anchor="middle">{value:g}</text>')
    for value in upward.ticks(apart=1.5 * LINE_HEIGHT):
        y = upward.at(value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="gray" stroke-opacity="0.25"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    middle = (TOP + floor) / 2
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">visits</text>')
    parts.append(
        f'<text x="16" y="{middle}" text-anchor="middle" transform="rotate(-90 16 {middle})">'
        "processor microseconds a move</text>"
    )
    return parts


def _bar(x: float, upward: _Axis, line: Line) -> _Box:
    """Return what a point and its bar cover."""
    least, most = line.range_us
    y = upward.at(line.move_us)
    return _Box(x - 5, min(upward.at(most), y - 5), x + 5, max(upward.at(least), y + 5))


def _labels(points: Sequence[tuple[float, float]], bars: Sequence[_Box], names: Sequence[str]) -> list[str]:
    """Return a label for each point where one has room: no label meets another, a point, or the edge."""
    parts, taken = [], list(bars)
    edge = _Box(LEFT, 0, WIDTH, HEIGHT - BOTTOM)
    for (x, y), name in zip(points, names, strict=True):
        wide = LETTER * len(name)
        places = [(x + dx, y + dy) for dy in (4, 20, -12, 36, -28, 52, -44) for dx in (9, -9 - wide)]
        for left, base in places:
            box = _Box(left, base - LINE_HEIGHT + 3, left + wide, base + 3)
            is_inside = edge.left <= box.left and box.right <= edge.right and box.top >= 0 and box.bottom <= edge.bottom
            if is_inside and not any(box.meets(other) for other in taken):
                taken.append(box)
                # A white rim keeps the letters apart from the line below them.
                rim = 'stroke="white" stroke-width="3" paint-order="stroke"'
                parts.append(f'<text x="{left:.1f}" y="{base:.1f}" {rim}>{escape(name)}</text>')
                break
    return parts
