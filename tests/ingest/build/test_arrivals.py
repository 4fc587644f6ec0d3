"""When parts come: a date, or a date and time; and how it is written down again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.stock import Arrival
from optimizer.domain.units import at
from optimizer.ingest.write import problem_to_json
from tests.cases.branches import lay_out, order, read
from tests.worlds import MONDAY

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.problem import Problem

TUESDAY = date(2026, 11, 24)


def with_arrival(tmp_path: Path, cell: str, column: str = "usable_on") -> Problem:
    parts = ({"part_id": "P", "on_hand": "0"},)
    arrivals = ({"part_id": "P", "quantity": "2", column: cell},)
    _, problem, _ = read(lay_out(tmp_path / "in", (order("A", parts="P:1"),), parts=parts, arrivals=arrivals))
    return problem


@pytest.mark.parametrize(
    ("cell", "on", "arrives_s", "written"),
    [
        ("2026-11-24", TUESDAY, None, "2026-11-24"),
        ("2026-11-24 00:00", TUESDAY, None, "2026-11-24"),  # As a workbook has a date in a column of moments.
        ("2026-11-23 10:00", MONDAY, at(10), "2026-11-23T10:00:00+08:00"),
        ("2026/11/23 10:00", MONDAY, at(10), "2026-11-23T10:00:00+08:00"),
        ("2026年11月23日 10:00", MONDAY, at(10), "2026-11-23T10:00:00+08:00"),
        ("2026-11-23T02:00:00Z", MONDAY, at(10), "2026-11-23T10:00:00+08:00"),
        ("2026-11-22 23:50", date(2026, 11, 22), at(23, 50, day=-1), "2026-11-22T23:50:00+08:00"),
    ],
)
def test_a_cell_is_a_date_or_a_moment(tmp_path: Path, cell: str, on: date, arrives_s: int | None, written: str) -> None:
    problem = with_arrival(tmp_path, cell)
    assert problem.arrivals == (Arrival("P", 2, on, arrives_s),)
    assert problem_to_json(problem)["arrivals"] == [{"part_id": "P", "quantity": 2, "usable_on": written}]


@pytest.mark.parametrize("column", ["usable_from", "可用时间", "到货时间", "可用日期"])
def test_the_column_has_other_names(tmp_path: Path, column: str) -> None:
    assert with_arrival(tmp_path, "2026-11-23 10:00", column).arrivals[0].arrives_s == at(10)


def test_booking_in_takes_half_an_hour_by_default(tmp_path: Path) -> None:
    assert with_arrival(tmp_path, "2026-11-23 10:00").policy.pick_s == 1800
