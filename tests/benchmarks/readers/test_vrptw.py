"""Solomon's text: figures to tenths, and faults with their line."""

from __future__ import annotations

import pytest

from benchmarks.errors import FormatError
from benchmarks.readers import vrptw
from benchmarks.vrp import Client, Vehicle
from tests.benchmarks.worlds import THREE_CUSTOMERS

TEXT = THREE_CUSTOMERS.read_text(encoding="utf-8")
INSTANCE = vrptw.parse(TEXT, name="three_customers")


def test_customers_vehicles_and_the_depot_are_read_in_tenths() -> None:
    assert INSTANCE.clients[2] == Client("3", 3, demand=4, open=300, close=400, service=50)
    assert INSTANCE.vehicles == (Vehicle("1", 10), Vehicle("2", 10))
    assert (INSTANCE.open, INSTANCE.close, INSTANCE.scale, INSTANCE.max_duration) == (0, 1000, 10, None)


def test_distances_are_cut_to_one_decimal() -> None:
    # 1 to 2 is the root of 4 + 9 = 3.6055, the depot to 2 the root of 2 = 1.4142, 2 to 3 the root of 26 = 5.0990.
    assert INSTANCE.distance.tolist() == [[0, 50, 14, 60], [50, 0, 36, 36], [14, 36, 0, 50], [60, 36, 50, 0]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("CUST NO.", "CLIENT", "no line that begins with CUST"),
        ("2          10", "2       ten", "line 5: expected the number of vehicles and their capacity"),
        ("2          10", "0       10", "line 5: 0 vehicles of capacity 10 cannot be"),
        ("    2       1 ", "    7       1 ", "line 12: customer 7 where 2 was expected"),
        ("50          5\n", "50\n", "line 12: 6 figures where 7 were expected"),
        ("30         40", "30         20", "line 13: due 20 is before ready 30"),
        ("30         40", "30        4O", "line 13: could not convert"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(FormatError, match=f"broken.*{message}"):
        vrptw.parse(TEXT.replace(old, new), name="broken")


def test_a_file_without_customers_is_refused() -> None:
    lines = TEXT.splitlines()
    with pytest.raises(FormatError, match="no customer below the depot"):
        vrptw.parse("\n".join(lines[:10]), name="empty")
