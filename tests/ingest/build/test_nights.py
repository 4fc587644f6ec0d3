"""Times of a night shift, read in its night: which, and how many of them are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.units import at
from tests.cases.branches import DAY, lay_out, order, read, shift

if TYPE_CHECKING:
    from pathlib import Path

A = order("A", "")

#: How many are named here.
SHOWN = 3


@pytest.mark.parametrize(
    ("start", "end", "end_s"),
    [
        ("19:00", "07:00", at(31)),
        ("15:00", "00:00", at(24)),
        ("18:00", "08:00", at(32)),  # 14 hours
        ("19:00", "次日07:00", at(31)),
        ("10:00", "next day 09:00", at(33)),
        ("19:00", "07:00 +1", at(31)),
        ("2026-11-23 19:00", "07:00", at(31)),
    ],
)
def test_a_shift_ends_on_the_next_day(tmp_path: Path, start: str, end: str, end_s: int) -> None:
    _, problem, _ = read(lay_out(tmp_path / "in", (A,), shifts=(shift("T1", start, end),)))
    assert problem.shifts[0].end_s == end_s


@pytest.mark.parametrize(
    ("start", "end", "works"),
    [
        ("01:00", "", (at(19), at(25))),
        ("01:00", "06:00", (at(19), at(25))),  # the longer part
        ("", "01:00", (at(25), at(31))),
        ("21:00", "01:00", (at(25), at(31))),
        ("08:00", "12:00", (at(19), at(31))),  # by day, when nobody works at night
    ],
)
def test_an_absence_lies_in_the_night(tmp_path: Path, start: str, end: str, works: tuple[int, int]) -> None:
    absent = {"technician_id": "T1", "date": DAY, "start": start, "end": end}
    night = shift("T1", "19:00", "2026-11-24 07:00")
    _, problem, _ = read(lay_out(tmp_path / "in", (A,), shifts=(night,), absences=(absent,)))
    assert (problem.shifts[0].start_s, problem.shifts[0].end_s) == works


def test_a_day_shift_has_no_night(tmp_path: Path) -> None:
    """Seven in the morning, before the shift begins, is seven in the morning."""
    told = {"visit_id": "A", "technician_id": "T1", "date": DAY, "told_open": "07:00", "told_close": "07:30"}
    intake, problem, _ = read(lay_out(tmp_path / "in", (A,), published=(told,)))
    assert problem.published[0].told is not None
    assert problem.published[0].told.open_s == at(7)
    assert intake.report.issues == ()


def test_a_lock_on_a_dated_start_is_of_the_shift_that_has_it(tmp_path: Path) -> None:
    """At 02:00 the night shift of Monday works; at 09:00 on Tuesday that of Tuesday, which is not planned."""
    night = shift("T1", "19:00", "2026-11-24 07:00")
    held = {"visit_id": "A", "level": "start", "technician_id": "T1", "start": "2026-11-24 02:00"}
    _, problem, _ = read(lay_out(tmp_path / "in", (order("A", "20:00/23:59"),), shifts=(night,), locks=(held,)))
    (lock,) = problem.locks
    assert (lock.day, problem.day_of_lock(lock), lock.start_s) == (0, 0, at(26))


def test_of_many_times_the_first_few_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.ingest.build.nights.SHOWN_READ_AS", SHOWN)
    people = tuple({"technician_id": f"T{n:02d}"} for n in range(SHOWN + 3))
    shifts = tuple(shift(person["technician_id"], "19:00", "07:00") for person in people)
    intake, problem, _ = read(lay_out(tmp_path / "in", (A,), technicians=people, shifts=shifts))
    codes = [issue.code for issue in intake.report.issues]
    assert codes.count("READ_AS") == SHOWN
    assert [issue.value for issue in intake.report.issues if issue.code == "READ_AS_MORE"] == ["3"]
    assert all(worked.end_s == at(31) for worked in problem.shifts)


BY_CALENDAR = (shift("T1", "19:00", "2026-11-24 07:00"), {**shift("T1", "18:00", "23:00"), "date": "2026-11-24"})


@pytest.mark.parametrize("shifts", [BY_CALENDAR, BY_CALENDAR[:1]])
@pytest.mark.parametrize(
    ("start", "end", "works"),
    [
        ("00:00", "08:00", (at(19), at(24))),
        ("03:00", "", (at(19), at(27))),
        ("", "02:00", (at(26), at(31))),
        ("2026-11-24 03:00", "2026-11-24 12:00", (at(19), at(27))),
        ("", "", (at(19), at(31))),  # on Tuesday the technician does not begin
    ],
)
def test_an_absence_may_be_dated_by_the_calendar(
    tmp_path: Path, shifts: tuple[dict[str, str], ...], start: str, end: str, works: tuple[int, int]
) -> None:
    absent = {"technician_id": "T1", "date": "2026-11-24", "start": start, "end": end}
    _, problem, _ = read(lay_out(tmp_path / "in", (A,), shifts=shifts, absences=(absent,)))
    assert (problem.shifts[0].start_s, problem.shifts[0].end_s) == works


def test_locks_and_what_was_told_may_be_dated_by_the_calendar(tmp_path: Path) -> None:
    about = {"visit_id": "A", "technician_id": "T1", "date": "2026-11-24"}
    held, told = {**about, "level": "start", "start": "02:00"}, {**about, "told_open": "01:30", "told_close": "02:30"}
    visit = order("A", "", requested="2026-11-24 00:00/06:00")
    one = ({"technician_id": "T1"},)
    branch = lay_out(tmp_path / "in", (visit,), technicians=one, shifts=BY_CALENDAR, locks=(held,), published=(told,))
    intake, problem, _ = read(branch)
    assert intake.report.issues == ()
    assert (problem.locks[0].day, problem.locks[0].start_s) == (0, at(26))
    assert (problem.published[0].day, problem.published[0].told) == (0, Interval(at(25, 30), at(26, 30)))


def test_a_row_is_of_the_night_that_begins_on_its_date_if_there_is_one(tmp_path: Path) -> None:
    """T1 works in the night to Tuesday and in the night after it; Tuesday 02:00 is read as of the second."""
    nights = (shift("T1", "19:00", "07:00"), {**shift("T1", "19:00", "07:00"), "date": "2026-11-24"})
    absent = {"technician_id": "T1", "date": "2026-11-24", "start": "02:00"}
    where = {
        "branch_id": "B1",
        "lat": "30.27",
        "lon": "120.15",
        "plan_date": DAY,
        "as_of": "2026-11-20 16:00",
        "days": "2",
    }
    branch = lay_out(tmp_path / "in", (A,), branch=(where,), shifts=nights, absences=(absent,))
    _, problem, _ = read(branch)
    assert [worked.end_s for worked in problem.shifts] == [at(31), at(26, day=1)]
