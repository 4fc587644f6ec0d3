"""VRPLIB variants: node numbers stay, sections and headings fill in for each other, and faults have their line."""

from __future__ import annotations

import pytest

from benchmarks.errors import FormatError
from benchmarks.readers import vrplib
from benchmarks.vrp import Client, Vehicle
from tests.benchmarks.worlds import TWO_PRIZES, TWO_VEHICLES

SITES = TWO_VEHICLES.read_text(encoding="utf-8")
PRIZES = TWO_PRIZES.read_text(encoding="utf-8")


def test_site_dependent_instances_count_in_thousandths() -> None:
    instance = vrplib.parse(SITES, name="sites")
    assert instance.clients[1] == Client("3", 2, demand=3, open=20_000, close=30_000, service=5_000)
    assert instance.vehicles == (Vehicle("1", 4, frozenset({"2", "3"})), Vehicle("2", 9, frozenset({"3"})))
    assert (instance.close, instance.max_duration) == (100_000, 20_000)
    # The roots of 25, 2 and 13 = 3.60555, rounded.
    assert instance.distance.tolist() == [[0, 5000, 1414], [5000, 0, 3606], [1414, 3606, 0]]


def test_prize_collecting_instances_count_in_tenths() -> None:
    instance = vrplib.parse(PRIZES, name="prizes")
    assert instance.clients[0] == Client("2", 1, demand=1, open=0, close=500, service=100, prize=50)
    assert instance.vehicles == (Vehicle("1", 10), Vehicle("2", 10))
    assert instance.distance.tolist() == [[0, 50, 60], [50, 0, 36], [60, 36, 0]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("TYPE: SDVRPTW", "TYPE: MDVRPTW", "type 'MDVRPTW' is not read; known are SDVRPTW, PCVRPTW"),
        ("EUC_2D", "EXPLICIT", "distances of type 'EXPLICIT'"),
        ("DIMENSION: 3\n", "", "no line 'DIMENSION: ...'"),
        ("DIMENSION: 3", "DIMENSION: many", "DIMENSION is 'many', no whole number"),
        ("DEMAND_SECTION", "LOAD_SECTION", "no DEMAND_SECTION"),
        ("2\t3\t4\n", "", "line 10, NODE_COORD_SECTION: row 3 where 2 was expected"),
        ("2\t3\t4\n", "2\t3\n", "line 10, NODE_COORD_SECTION: 2 figures where 3 were expected"),
        ("3\t20\t30", "3\t20", "TIME_WINDOW_SECTION: 2 figures where 3 were expected"),
        ("3\t20\t30", "3\t20\t10", "the window of node 3 closes at 10, before it opens at 20"),
        ("1\t4\n2\t9\n", "1\t4\n", "CAPACITY_SECTION has 1 rows where 2 were expected"),
        ("3\t20\t30", "3\ttwenty\t30", "line 23: could not convert"),
        ("NAME: two_vehicles", "two vehicles", "line 1: 'two vehicles' is neither a heading nor in a section"),
    ],
)
def test_a_broken_file_is_refused(old: str, new: str, message: str) -> None:
    assert old in SITES
    with pytest.raises(FormatError, match=message):
        vrplib.parse(SITES.replace(old, new, 1), name="broken")
