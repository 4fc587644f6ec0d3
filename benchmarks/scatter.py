"""A comparison as a picture: one point an instance, ours upwards, the other to the right, both axes logarithmic."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.compare import Comparison

SIZE, MARGIN = 480, 56


def scatter_svg(comparison: Comparison) -> str:
    """Return an SVG picture; below the diagonal we are better, losses are red, a point's title names its instance."""
    points = [
        (line.ours.instance, line.other.least[1], line.ours.mean, line.is_loss)
        for line in comparison.lines
        if line.other is not None and line.ratio is not None
    ]
    values = [value for _, x, y, _ in points for value in (x, y) if value > 0] or [1.0, 10.0]
    low, high = math.log10(min(values)), math.log10(max(values))
    pad = 0.05 * (high - low) or 0.1
    low, high = low - pad, high + pad

    def along(value: float) -> float:
        return (math.log10(max(value, 10**low)) - low) / (high - low) * (SIZE - 2 * MARGIN)

    far = SIZE - MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" font-family="sans-serif" font-size="12">',
        f'<rect width="{SIZE}" height="{SIZE}" fill="white"/>',
        f'<path d="M{MARGIN} {MARGIN}V{far}H{far}" fill="none" stroke="black"/>',
        f'<path d="M{MARGIN} {far}L{far} {MARGIN}" stroke="gray" stroke-dasharray="4 4"/>',
        f'<text x="{SIZE / 2}" y="{SIZE - 12}" text-anchor="middle">{escape(comparison.against)}</text>',
        f'<text x="16" y="{SIZE / 2}" text-anchor="middle" transform="rotate(-90 16 {SIZE / 2})">'
        f"{escape(comparison.label)}</text>",
    ]
    for share in (0.0, 0.5, 1.0):
        at, shown = share * (SIZE - 2 * MARGIN), f"{10 ** (low + share * (high - low)):.4g}"
        parts.append(f'<text x="{MARGIN + at:.1f}" y="{far + 16}" text-anchor="middle">{shown}</text>')
        parts.append(f'<text x="{MARGIN - 4}" y="{far - at + 4:.1f}" text-anchor="end">{shown}</text>')
    for name, x, y, is_loss in points:
        colour = "red" if is_loss else "navy"
        parts.append(
            f'<circle cx="{MARGIN + along(x):.1f}" cy="{far - along(y):.1f}" r="4" fill="{colour}" '
            f'fill-opacity="0.6"><title>{escape(name)}: {y:.10g} to {x:.10g}</title></circle>'
        )
    return "\n".join([*parts, "</svg>", ""])
