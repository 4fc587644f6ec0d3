"""Local times in the night of a change of clocks: named where no clock shows them, or where it shows them twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.read import read_branch_report
from tests.cases.branches import lay_out, order

if TYPE_CHECKING:
    from pathlib import Path

#: In Berlin the clocks go forward on 28 March 2027 at 02:00, back on 31 October at 03:00.
SPRING, AUTUMN = "2027-03-28", "2027-10-31"


def noted(
    tmp_path: Path, day: str, *, zone: str = "Europe/Berlin", start: str = "00:30", window: str = ""
) -> list[str]:
    where = {"branch_id": "B1", "lat": "52.52", "lon": "13.40", "plan_date": day, "as_of": f"{day} 00:00",
             "timezone": zone, "holidays": "DE"}  # fmt: skip
    shifts = ({"technician_id": "T1", "date": day, "start": start, "end": "09:00"},)
    row = order("A", "", lat="52.53", lon="13.41", requested=window)
    people = ({"technician_id": "T1"},)
    works = ({"date": day, "working": "yes"},)
    branch = lay_out(tmp_path / "in", (row,), branch=(where,), technicians=people, shifts=shifts, calendar=works)
    _, report = read_branch_report(branch)
    return report.text("en").splitlines()


def test_a_time_that_is_left_out(tmp_path: Path) -> None:
    assert noted(tmp_path, SPRING, start="02:30") == [
        "Warning: shifts.csv row 2, column 'start': No clock shows 02:30 on 2027-03-28: the clocks go forward then. "
        "It was read as 2027-03-28 03:30. Correct the time if that is not meant."
    ]


def test_a_time_that_comes_twice(tmp_path: Path) -> None:
    assert noted(tmp_path, AUTUMN, window=f"{AUTUMN} 02:30/04:00") == [
        "Warning: orders.csv row 2, column 'requested': The clock shows 02:30 twice on 2027-10-31, because the clocks "
        "go back; it was read as the first. Write 2027-10-31T02:30+01:00 if the second is meant."
    ]


@pytest.mark.parametrize(
    ("day", "zone", "window"),
    [
        (SPRING, "Europe/Berlin", f"{SPRING} 03:00/04:00"),  # the first moment after the change
        (SPRING, "Europe/Berlin", f"{SPRING}T02:30:00+01:00/{SPRING}T04:00:00+02:00"),
        (AUTUMN, "Europe/Berlin", f"{AUTUMN} 03:00/04:00"),
        (AUTUMN, "Europe/Berlin", f"{AUTUMN}T02:30:00+01:00/{AUTUMN}T04:00:00+01:00"),
        (SPRING, "Asia/Shanghai", f"{SPRING} 02:30/04:00"),  # no clock changes
    ],
)
def test_what_is_in_no_doubt_is_not_named(tmp_path: Path, day: str, zone: str, window: str) -> None:
    assert noted(tmp_path, day, zone=zone, window=window) == []
