"""Whether a place lies inside a branch's service area."""

from __future__ import annotations

import math
from itertools import pairwise

from optimizer.domain.order import Place

#: So near to the border a place lies on it: written coordinates are no finer.
_BORDER_M = 1.0
_M_PER_DEGREE = 111_195.0


def is_inside(place: Place, corners: tuple[Place, ...]) -> bool:
    """Return whether a place lies inside a polygon of corners in order, or on its border (to the metre).

    Edges are straight in latitude and longitude; the last corner joins the first.
    """
    east_m = _M_PER_DEGREE * math.cos(math.radians(place.lat))
    points = [((corner.lon - place.lon) * east_m, (corner.lat - place.lat) * _M_PER_DEGREE) for corner in corners]
    edges = list(pairwise([*points, points[0]]))
    if any(_distance_m(*start, *end) <= _BORDER_M for start, end in edges):
        return True
    return sum(_crosses_eastward(*start, *end) for start, end in edges) % 2 == 1


def _crosses_eastward(x1: float, y1: float, x2: float, y2: float) -> bool:
    """Return whether an edge crosses the ray from the origin to the east."""
    return (y1 > 0) != (y2 > 0) and x1 + (x2 - x1) * -y1 / (y2 - y1) > 0


def _distance_m(x1: float, y1: float, x2: float, y2: float) -> float:
    """Return the distance of an edge from the origin."""
    dx, dy = x2 - x1, y2 - y1
    length2 = dx * dx + dy * dy
    along = 0.0 if length2 == 0 else min(1.0, max(0.0, -(x1 * dx + y1 * dy) / length2))
    return math.hypot(x1 + along * dx, y1 + along * dy)
