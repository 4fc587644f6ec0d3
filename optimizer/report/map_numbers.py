"""Where the numbers of a map's stops stand: aside of each other, and near their places."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]

#: Two numbers closer than this cannot both be read.
APART = 17.0
#: A number stands no farther aside than this, or it seems to belong elsewhere.
_FARTHEST = 40.0
#: So often numbers push each other; most are still after a few times.
_ROUNDS = 80
#: A cell and its neighbours.
_AROUND = tuple((i, j) for i in (-1, 0, 1) for j in (-1, 0, 1))


def spread(points: Sequence[Point], fixed: Sequence[Point] = ()) -> list[Point]:
    """Return how far each number moves aside so that all of them can be read, as far as there is room.

    Parameters
    ----------
    points
        The places of the numbers.
    fixed
        What they keep clear of, and which stays.
    """
    # Equal points would push each other nowhere: a tiny fan in a fixed order gives every pair a direction.
    moved = [(x + 0.01 * math.cos(2.4 * k), y + 0.01 * math.sin(2.4 * k)) for k, (x, y) in enumerate(points)]
    moved += fixed
    for _ in range(_ROUNDS):
        is_still = True
        for a, b in _close_pairs(moved):
            dx, dy = moved[a][0] - moved[b][0], moved[a][1] - moved[b][1]
            distance = math.hypot(dx, dy) or 1e-6
            if distance < APART:
                push = (APART - distance) / 2 / distance
                for number, way in ((a, push), (b, -push)):
                    if number < len(points):
                        x, y = moved[number]
                        moved[number] = _held(points[number], (x + dx * way, y + dy * way))
                is_still = False
        if is_still:
            break
    return [(round(mx - x, 1), round(my - y, 1)) for (mx, my), (x, y) in zip(moved, points, strict=False)]


def _close_pairs(points: Sequence[Point]) -> list[tuple[int, int]]:
    """Return the pairs that may be too close, the later point first."""
    cells: dict[tuple[int, int], list[int]] = {}
    pairs = []
    for a, (x, y) in enumerate(points):
        column, row = int(x // APART), int(y // APART)
        # Most cells are empty: a list of each took half the time.
        for i, j in _AROUND:
            for b in cells.get((column + i, row + j), ()):
                pairs.append((a, b))
        cells.setdefault((column, row), []).append(a)
    return pairs


def _held(at: Point, aside: Point) -> Point:
    """Return where a number goes, no farther from its place than it may."""
    dx, dy = aside[0] - at[0], aside[1] - at[1]
    share = min(1.0, _FARTHEST / (math.hypot(dx, dy) or 1e-6))
    return at[0] + dx * share, at[1] + dy * share
