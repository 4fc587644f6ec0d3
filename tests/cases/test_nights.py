"""Nights: times over midnight as people write them, and shifts over a change of clocks.

T1 works from 19:00 to 07:00 of the next day; every place is ten minutes from every other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.plan import BUSINESS, ReasonCode
from optimizer.errors import InputError
from optimizer.explain.sentences import sentence
from optimizer.explain.unassigned import explain_unassigned
from optimizer.judge.verdict import judge_plan
from optimizer.text.catalogue import translator
from tests.cases.branches import DAY, lay_out, order, read, shift
from tests.test_solver import plan_of

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from tests.cases.branches import Rows

NEXT = "2026-11-24"
SUNDAY = "2026-11-22 16:00"
NIGHT = shift("T1", "19:00", f"{NEXT} 07:00")
ONE = {"technicians": ({"technician_id": "T1"},), "shifts": (NIGHT,)}
LATE = order("N", "", requested=f"{NEXT} 02:00/03:00")
#: Requested for all of the night.
ANY = order("N", "", requested=f"{DAY} 20:00/{NEXT} 06:00")


def nights(tmp_path: Path, *orders: dict[str, str], **sheets: Rows) -> tuple[Problem, Plan, list[str]]:
    """Return the problem, the plan and the codes of what was noted."""
    intake, problem, matrix = read(lay_out(tmp_path / "in", orders, **{**ONE, **sheets}))
    plan = plan_of(problem, matrix, moves=100, use_master=False)
    assert judge_plan(problem, matrix, plan).is_clean
    plan = replace(plan, unassigned=explain_unassigned(problem, matrix, plan))
    return problem, plan, [issue.code for issue in intake.report.issues]


def shown(problem: Problem, plan: Plan) -> dict[str, str]:
    """Return from when until when each visit is served, as the clock shows it."""
    local = problem.clock.local
    return {s.visit_id: f"{local(s.start_s):%d %H:%M}-{local(s.end_s):%H:%M}" for r in plan.routes for s in r.stops}


def opens(hours: str) -> Rows:
    return ({"customer_id": "C1", "opening": hours},)


def published(told_open: str, told_close: str) -> Rows:
    row = {"visit_id": "N", "technician_id": "T1", "date": DAY}
    return ({**row, "told_open": told_open, "told_close": told_close},)


def lock(start: str, day: str = DAY) -> Rows:
    return ({"visit_id": "N", "level": "start", "technician_id": "T1", "date": day, "start": start},)


@pytest.mark.parametrize(
    ("visit", "sheets", "served", "noted"),
    [
        pytest.param(LATE, {}, "24 02:00-02:30", [], id="window after midnight"),
        pytest.param(LATE, {"shifts": (shift("T1", "19:00", "07:00"),)}, "24 02:00-02:30", ["READ_AS"], id="19 to 7"),
        pytest.param(order("N", "20:00/23:00"), {"shifts": (shift("T1", "15:00", "00:00"),)}, "23 20:00-20:30",
                     ["READ_AS"], id="until 00:00"),
        pytest.param(order("N", "20:00/23:00"), {"shifts": (shift("T1", "15:00", "24:00"),)}, "23 20:00-20:30", [],
                     id="until 24:00"),
        pytest.param(order("N", "22:00/02:00"), {}, "23 22:00-22:30", ["READ_AS"], id="window over midnight"),
        pytest.param(order("N", "22:00-02:00"), {}, "23 22:00-22:30", ["READ_AS"], id="window with a dash"),
        pytest.param(order("N", "", service_min="180"), {"customers": opens("Mon-Sun 22:00-04:00")}, "23 22:00-01:00",
                     [], id="hours over midnight"),
        pytest.param(order("N", "", service_min="180"),
                     {"customers": opens("Mon-Sun 22:00-24:00; Mon-Sun 00:00-04:00")}, "23 22:00-01:00", [],
                     id="hours until 24:00 and from 00:00"),
        pytest.param(order("N", "", service_min="90"),
                     {"customers": ({"customer_id": "C1", "opening": "Mon-Sun 00:00-24:00",
                                     "closed_hours": "20:00-23:00"},), "shifts": (shift("T1", "20:00", "07:00"),)},
                     "23 23:00-00:30", ["READ_AS"], id="open all day"),
        pytest.param(order("N", "20:00/23:00", service_min="30"),
                     {"customers": ({"customer_id": "C1", "closed_hours": "19:00-22:30"},)}, "23 22:30-23:00", [],
                     id="closed in the evening"),
        pytest.param(ANY, {"customers": ({"customer_id": "C1", "closed_hours": "19:00-03:00"},)}, "24 03:00-03:30", [],
                     id="closed over midnight"),
        pytest.param(ANY, {"locks": lock(f"{NEXT} 02:00")}, "24 02:00-02:30", [], id="lock with its date"),
        pytest.param(ANY, {"locks": lock("02:00")}, "24 02:00-02:30", ["READ_AS"], id="lock without a date"),
        pytest.param(ANY, {"locks": lock(f"{NEXT} 02:00", "")}, "24 02:00-02:30", [], id="lock without a day"),
        pytest.param(order("N", "23:30/23:50", service_min="60"),
                     {"shifts": ({**shift("T1", "15:00", "24:00"), "overtime_limit_min": "120"},)}, "23 23:30-00:30",
                     [], id="overtime after midnight"),
    ],
)  # fmt: skip
def test_a_night_is_read_as_it_is_meant(
    tmp_path: Path, visit: dict[str, str], sheets: dict[str, Rows], served: str, noted: list[str]
) -> None:
    problem, plan, codes = nights(tmp_path, visit, **sheets)
    assert shown(problem, plan) == {"N": served}
    assert codes == noted


@pytest.mark.parametrize("told", [("01:30", "02:30"), (f"{NEXT} 01:30", f"{NEXT} 02:30"), ("23:30", "00:30")])
def test_a_told_window_of_the_night_is_kept(tmp_path: Path, told: tuple[str, str]) -> None:
    """On Sunday the notice of Monday is over."""
    problem, plan, _ = nights(tmp_path, ANY, published=published(*told), as_of=SUNDAY)
    start = {"01:30": "24 01:30", "23:30": "23 23:30"}[told[0][-5:]]
    assert shown(problem, plan)["N"].startswith(start)


def test_a_break_of_the_night_is_taken_in_the_night(tmp_path: Path) -> None:
    pause = {"break_open": "00:30", "break_close": "03:30", "break_min": "45"}
    problem, plan, codes = nights(tmp_path, ANY, shifts=({**NIGHT, **pause},))
    assert codes == ["READ_AS", "READ_AS"]
    (route,) = plan.routes
    assert route.break_ is not None
    assert f"{problem.local_time(route.break_.start_s):%d %H:%M}" == "24 00:30"


@pytest.mark.parametrize("start", ["01:00", f"{NEXT} 01:00"])
def test_who_leaves_at_one_is_home_by_one(tmp_path: Path, start: str) -> None:
    """19:10 to 00:10 would fit; the customer is there from 20:00 on, which is ten minutes too late."""
    absent = {"technician_id": "T1", "date": DAY, "start": start}
    problem, plan, _ = nights(tmp_path, {**ANY, "service_min": "300"}, absences=(absent,))
    assert f"{problem.local_time(problem.shifts[0].end_s):%d %H:%M}" == "24 01:00"
    (left,) = plan.unassigned
    assert [(r.code, r.amount) for r in left.reasons] == [(ReasonCode.SHIFT_CAPACITY, 600)]


def test_a_night_shift_belongs_to_the_day_on_which_it_begins(tmp_path: Path) -> None:
    skills = ({"technician_id": "T1", "skill": "gas", "level": "1", "valid_until": DAY},)
    problem, plan, _ = nights(tmp_path, {**LATE, "skills": "gas"}, skills=skills)
    assert shown(problem, plan) == {"N": "24 02:00-02:30"}
    parts = {"parts": ({"part_id": "P", "on_hand": "0"},),
             "arrivals": ({"part_id": "P", "quantity": "1", "usable_on": NEXT},)}  # fmt: skip
    _, plan, _ = nights(tmp_path, {**LATE, "parts": "P"}, **parts)
    assert [r.code for r in plan.unassigned[0].reasons] == [ReasonCode.PART_ARRIVES_LATE]


def test_who_states_neither_window_nor_hours_is_not_visited_by_night(tmp_path: Path) -> None:
    problem, plan, _ = nights(tmp_path, order("N", "", ready=f"{NEXT} 01:00"))
    (reason,) = plan.unassigned[0].reasons
    assert (reason.code, reason.subject, reason.amount) == (ReasonCode.TIME_WINDOW, BUSINESS, 27_000)
    assert sentence(reason, problem, translator("en")) == (
        "T1 comes closest but would start 7 h 30 min after the branch's business hours, which count where a customer "
        "states no window and no hours: agree a window."
    )
    assert "晚 7 小时 30 分" in sentence(reason, problem, translator("zh"))


@pytest.mark.parametrize(
    ("sheets", "text"),
    [
        ({"shifts": (shift("T1", "17:00", "08:00"),)}, "an end on the next day is written with its date"),
        ({"shifts": (shift("T1", "09:00", "09:00"),)}, "an end on the next day is written with its date"),
        ({"shifts": (shift("T1", "19:00", "31:00"),)}, "Write 07:00 with the date of the next day"),
        ({"customers": opens("Mon-Fri 17:00-09:00")}, "a long night is two stretches"),
        ({"orders": (order("N", "11:00/09:00"),)}, "write the date after the slash"),
        ({"published": published("10:00", "09:00")}, "The told window closes before it opens."),
    ],
)
def test_what_may_be_two_times_swapped_is_refused_with_the_form(
    tmp_path: Path, sheets: dict[str, Rows], text: str
) -> None:
    orders = sheets.get("orders", (ANY,))
    with pytest.raises(InputError) as refused:
        read(lay_out(tmp_path / "in", orders, **{**ONE, **{n: rows for n, rows in sheets.items() if n != "orders"}}))
    assert text in refused.value.report.text("en")


# --- changes of clocks ----------------------------------------------------------------------------------------------

SPRING, AUTUMN = ("2027-03-27", "2027-03-28"), ("2027-10-30", "2027-10-31")


def berlin(tmp_path: Path, days: tuple[str, str], window: str, minutes: str = "30") -> tuple[Problem, Plan, list[str]]:
    """Return the same of a night from 22:00 to 06:00 in Berlin."""
    where = {"branch_id": "B1", "lat": "52.52", "lon": "13.40", "plan_date": days[0], "as_of": f"{days[0]} 06:00",
             "timezone": "Europe/Berlin", "holidays": "DE"}  # fmt: skip
    row = order("N", "", lat="52.53", lon="13.41", requested=window, service_min=minutes)
    shifts = ({"technician_id": "T1", "date": days[0], "start": "22:00", "end": f"{days[1]} 06:00"},)
    works = ({"date": days[0], "working": "yes"},)
    return nights(tmp_path, row, branch=(where,), shifts=shifts, calendar=works)


@pytest.mark.parametrize(
    ("days", "minutes", "is_served"),
    [(SPRING, "400", True), (SPRING, "401", False), (AUTUMN, "520", True), (AUTUMN, "521", False)],
)
def test_a_night_lasts_as_long_as_it_lasts(
    tmp_path: Path, days: tuple[str, str], minutes: str, *, is_served: bool
) -> None:
    """Seven hours or nine, less 20 minutes on the road."""
    problem, plan, _ = berlin(tmp_path, days, f"{days[0]} 22:00/{days[1]} 00:30", minutes)
    assert ("N" in shown(problem, plan)) is is_served
    if is_served:
        assert shown(problem, plan) == {"N": f"{days[0][-2:]} 22:10-05:50"}


def test_a_time_that_no_clock_shows_is_named_and_read_as_after_the_change(tmp_path: Path) -> None:
    problem, plan, codes = berlin(tmp_path, SPRING, "2027-03-28 02:15/02:45")
    assert shown(problem, plan) == {"N": "28 03:15-03:45"}
    assert codes == ["CLOCK_LEAVES_OUT", "CLOCK_LEAVES_OUT"]


def test_of_a_time_that_comes_twice_the_first_is_meant_unless_the_offset_says_otherwise(tmp_path: Path) -> None:
    problem, plan, codes = berlin(tmp_path, AUTUMN, "2027-10-31 02:15/02:45")
    assert codes == ["CLOCK_TWICE", "CLOCK_TWICE"]
    first_s = plan.routes[0].stops[0].start_s
    second = "2027-10-31T02:15:00+01:00/2027-10-31T02:45:00+01:00"
    problem, plan, codes = berlin(tmp_path, AUTUMN, second)
    assert codes == []
    assert shown(problem, plan) == {"N": "31 02:15-02:45"}
    assert plan.routes[0].stops[0].start_s == first_s + 3600


@pytest.mark.parametrize(("start", "end"), [("18:00", "08:00"), ("08:00", "2027-10-31 08:00")])
def test_how_long_a_shift_may_be_is_told_by_the_clock(tmp_path: Path, start: str, end: str) -> None:
    """14 hours over midnight, and 24: an hour more is no fault in the night in which the clocks go back."""
    where = {"branch_id": "B1", "lat": "52.52", "lon": "13.40", "plan_date": AUTUMN[0], "as_of": f"{AUTUMN[0]} 06:00",
             "timezone": "Europe/Berlin", "holidays": "DE"}  # fmt: skip
    shifts = ({"technician_id": "T1", "date": AUTUMN[0], "start": start, "end": end},)
    row = order("N", "", lat="52.53", lon="13.41")
    one = {"technicians": ONE["technicians"]}
    _, problem, _ = read(lay_out(tmp_path / "in", (row,), branch=(where,), shifts=shifts, **one))
    assert problem.shifts[0].end_s == problem.clock.moment_s(1, 8 * 3600)
