"""The numbers on the map: none covers another where there is room, and none strays from its place."""

from __future__ import annotations

import itertools
import math

from optimizer.report.map_numbers import APART, spread


def placed(points, fixed=()):
    return [(x + dx, y + dy) for (x, y), (dx, dy) in zip(points, spread(points, fixed), strict=True)]


def test_stops_at_one_address_stand_around_it() -> None:
    numbers = placed([(100.0, 100.0)] * 5)
    assert min(math.dist(a, b) for a, b in itertools.combinations(numbers, 2)) > APART - 1
    assert max(math.dist(number, (100.0, 100.0)) for number in numbers) < 2 * APART


def test_numbers_keep_clear_of_what_stays() -> None:
    [number] = placed([(100.0, 101.0)], [(100.0, 100.0)])
    assert math.dist(number, (100.0, 100.0)) > APART - 1


def test_numbers_with_room_stay_at_their_places() -> None:
    assert spread([(0.0, 0.0), (50.0, 0.0)]) == [(0.0, 0.0), (0.0, 0.0)]


def test_in_a_crowd_no_number_strays_far() -> None:
    crowd = [(100.0 + k % 5, 100.0 + k // 5) for k in range(100)]
    assert max(math.hypot(*offset) for offset in spread(crowd)) <= 40.1
