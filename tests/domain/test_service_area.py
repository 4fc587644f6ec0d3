"""Inside, on the border or outside of a service area."""

from __future__ import annotations

import pytest

from optimizer.domain.order import Place
from optimizer.domain.service_area import is_inside
from tests.promise_worlds import ELL, SQUARE

#: One hundredth of a degree is 1.1 km north, 0.95 km east here.
TRIANGLE = (Place(31.0, 121.0), Place(31.0, 121.3), Place(31.3, 121.0))


@pytest.mark.parametrize(
    ("corners", "lat", "lon", "expected"),
    [
        (SQUARE, 31.2, 121.4, True),
        (SQUARE, 31.2, 121.5, True),
        (SQUARE, 31.3, 121.3, True),
        (SQUARE, 31.2, 121.50001, True),  # 0.95 m outside is still the border
        (SQUARE, 31.2, 121.50002, False),
        (SQUARE, 31.3, 121.6, False),  # in line with an edge
        (SQUARE, 31.1, 121.2, False),
        (ELL, 31.15, 121.45, True),
        (ELL, 31.25, 121.35, True),
        (ELL, 31.25, 121.45, False),
        (ELL, 31.2, 121.45, True),  # on the edge inside the notch
        (TRIANGLE, 31.15, 121.15, True),  # half-way on the slanted edge
        (TRIANGLE, 31.16, 121.16, False),
        (TRIANGLE, 31.14, 121.14, True),
    ],
)
@pytest.mark.parametrize("turn", [0, 1, 2])
@pytest.mark.parametrize("is_reversed", [False, True])
def test_inside(
    corners: tuple[Place, ...], lat: float, lon: float, expected: bool, turn: int, is_reversed: bool
) -> None:
    order = (*corners[turn:], *corners[:turn])
    assert is_inside(Place(lat, lon), order[::-1] if is_reversed else order) is expected
