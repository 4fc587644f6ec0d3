"""Estimates from coordinates: against geopy, against hand calculation, and their relations."""

from __future__ import annotations

import numpy as np
import pytest
from geopy.distance import great_circle

from optimizer.domain.order import Place
from optimizer.domain.units import great_circle_m
from optimizer.errors import TravelError
from optimizer.travel.geodesic import GeodesicProvider, SpeedProfile, great_circle_matrix_m

#: 0.1 degree of the meridian is 6 371 008.8 m x 0.1 x pi / 180 = 11 119.51 m.
SOUTH, NORTH = Place(30.0, 120.0), Place(30.1, 120.0)
ENDS = {"south": SOUTH, "north": NORTH}


def _scattered(count: int) -> dict[str, Place]:
    rng = np.random.default_rng(7)
    return {f"V{k}": Place(30.0 + 0.4 * rng.random(), 120.0 + 0.4 * rng.random()) for k in range(count)}


def test_great_circle_agrees_with_geopy_to_a_thousandth() -> None:
    points = [
        (30.27, 120.15),
        (30.2701, 120.1501),
        (31.23, 121.47),
        (-33.9, 18.4),
        (60.0, 179.9),
        (60.0, -179.9),
    ]
    ours = great_circle_matrix_m(lat=np.array([p[0] for p in points]), lon=np.array([p[1] for p in points]))
    for a, here in enumerate(points):
        for b, there in enumerate(points):
            assert ours[a, b] == pytest.approx(great_circle(here, there).meters, rel=1e-3, abs=1e-6)


def test_the_table_and_the_single_distance_of_the_domain_agree() -> None:
    ours = great_circle_matrix_m(lat=np.array([30.27, 31.23]), lon=np.array([120.15, 121.47]))
    assert ours[0, 1] == pytest.approx(great_circle_m(30.27, 120.15, 31.23, 121.47), rel=1e-12)


def test_car_by_hand() -> None:
    matrix = GeodesicProvider().matrix(ENDS, ["car"])
    # 11 119.51 m x 1.35 = 15 011.3 m by road; x 3.6 / 32 = 1 688.8 s, so 1 689 s; + 180 s.
    assert matrix.travel_m("car", "south", "north") == 15_012
    assert matrix.travel_s("car", "south", "north") == 1_869


def test_ebike_and_walk_by_hand() -> None:
    matrix = GeodesicProvider().matrix(ENDS, ["walk", "ebike"])
    # ebike: 11 119.51 m x 1.25 x 3.6 / 18 = 2 779.9 s, so 2 780 s; + 60 s.
    assert matrix.travel_s("ebike", "south", "north") == 2_840
    # walk: 11 119.51 m x 1.2 x 3.6 / 4.5 = 10 674.7 s, so 10 675 s.
    assert matrix.travel_s("walk", "south", "north") == 10_675
    assert matrix.profiles == ("walk", "ebike")


def test_same_coordinates_are_one_place() -> None:
    matrix = GeodesicProvider().matrix({"branch": SOUTH, "V1": Place(30.0, 120.0, "another name")}, ["car"])
    assert matrix.seconds.tolist() == [[[0, 0], [0, 0]]]
    assert matrix.metres.tolist() == [[[0, 0], [0, 0]]]


def test_next_door_costs_the_fixed_time_and_the_started_second() -> None:
    # 0.00001 degree is 1.1 m: 1.5 m by road, 0.17 s, so 1 s; + 180 s.
    near = {"A": SOUTH, "B": Place(30.00001, 120.0)}
    assert GeodesicProvider().matrix(near, ["car"]).travel_s("car", "A", "B") == 181


def test_matrix_is_symmetric_whole_and_zero_on_the_diagonal() -> None:
    matrix = GeodesicProvider().matrix(_scattered(40), ["car"])
    assert matrix.seconds.dtype == matrix.metres.dtype == np.int32
    assert (matrix.seconds == matrix.seconds.transpose(0, 2, 1)).all()
    assert not matrix.seconds[0].diagonal().any()
    assert (matrix.seconds[0][~np.eye(40, dtype=bool)] > 180).all()


def test_a_matrix_does_not_depend_on_the_order_of_places() -> None:
    places = _scattered(12)
    there = GeodesicProvider().matrix(places, ["car"])
    back = GeodesicProvider().matrix(dict(reversed(places.items())), ["car"])
    assert (there.seconds == back.seconds[:, ::-1, ::-1]).all()


def test_provenance_states_the_figures() -> None:
    provenance = GeodesicProvider().matrix(ENDS, ["car"]).provenance
    assert provenance["provider"] == "geodesic"
    assert provenance["profile car"] == "32 km/h, detour 1.35, 3 min per leg"


def test_a_branch_may_bring_its_own_speeds() -> None:
    van = SpeedProfile("van", kmh=36.0, detour=1.0, fixed_s=0)
    # 36 km/h are 10 m/s: 11 119.51 m take 1 111.95 s, so 1 112 s.
    assert GeodesicProvider((van,)).matrix(ENDS, ["van"]).travel_s("van", "south", "north") == 1_112


def test_an_unknown_profile_is_named_with_the_known_ones() -> None:
    with pytest.raises(TravelError, match=r"'boat' is not one of car, ebike, walk"):
        GeodesicProvider().matrix(ENDS, ["boat"])


@pytest.mark.parametrize(("kmh", "detour", "fixed_s"), [(0.0, 1.3, 0), (30.0, 0.9, 0), (30.0, 1.3, -1)])
def test_a_profile_that_cannot_be_is_refused(kmh: float, detour: float, fixed_s: int) -> None:
    with pytest.raises(ValueError, match="profile 'x'"):
        SpeedProfile("x", kmh=kmh, detour=detour, fixed_s=fixed_s)
