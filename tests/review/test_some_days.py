"""A plan of several days beside facts that are newer for some of them: what lies on other days is no question there."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.rules import Rule
from optimizer.errors import InputError
from optimizer.ingest.plans.plan_file import read_plan_file, write_plan
from optimizer.ingest.read import read_branch
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.promise.due_day import with_due_days
from optimizer.review.branch_now import Comparison, check_is_same, compare
from optimizer.travel.provider import travel_for
from tests.ingest.worlds import Sheets, two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def sheets_of_two_days() -> Sheets:
    """Ann serves O1 on Monday, Ben O2 on Tuesday; each takes one of two capacitors, and Ben has one of his own."""
    sheets = two_orders()
    for name in ("loans", "reservations", "published"):
        del sheets[name]
    sheets["branch"][0]["days"] = "2"
    sheets["parts"][0]["on_hand"] = "2"
    sheets["orders"][0]["received"] = "2026-11-20 10:00"
    sheets["orders"][1] |= {"parts": "P1:1", "requested": "2026-11-24 09:00/11:00", "received": "2026-11-20 10:00"}
    sheets["locks"] += [
        {"visit_id": "O2", "level": "person", "technician_id": "T2"},
        {"visit_id": "O2", "level": "day", "technician_id": "T2", "date": "2026-11-24"},
    ]
    return sheets


def of_tuesday(sheets: Sheets) -> Sheets:
    """Return the branch as it is submitted on Monday at 16:00: O1 is done with."""
    made = deepcopy(sheets)
    made["branch"][0] |= {"plan_date": "2026-11-24", "days": "1", "as_of": "2026-11-23 16:00"}
    del made["orders"][0], made["locks"][0]
    made["shifts"] = [row for row in made["shifts"] if row["date"] == "2026-11-24"]
    return made


@pytest.fixture
def plan_json(tmp_path: Path) -> Path:
    return planned(tmp_path, sheets_of_two_days())


def planned(folder: Path, sheets: Sheets) -> Path:
    then = write_folder(folder / "then", sheets)
    problem = read_branch(then)
    matrix = travel_for(problem, then)
    problem = with_due_days(problem, matrix)
    plan = time_routes(problem, matrix, {("T1", 0): ["O1"], ("T2", 1): ["O2"]})
    assert judge_plan(problem, matrix, plan).is_clean
    write_plan(plan, problem, matrix, {}, folder / "plan.json")
    return folder / "plan.json"


def compared(plan_json: Path, sheets: Sheets, *dates: date) -> Comparison:
    folder = write_folder(plan_json.parent / "now", sheets)
    file, now = read_plan_file(plan_json, time_routes=time_routes), read_branch(folder)
    check_is_same(file.problem, now, "now", dates=dates)
    return compare(file, now, travel_for(now, folder), dates=dates)


def texts(found: Comparison) -> list[str]:
    return [one.text("en") for one in found.differences]


def broken(found: Comparison) -> list[tuple[Rule, int]]:
    return [(one.rule, one.amount) for one in found.violations]


def test_a_day_that_has_not_changed_says_nothing(plan_json: Path) -> None:
    sheets = sheets_of_two_days()
    assert compared(plan_json, sheets, MONDAY, TUESDAY) == Comparison()
    assert compared(plan_json, of_tuesday(sheets), TUESDAY) == Comparison()
    monday = with_cell(sheets, "branch", 2, "days", "1")
    del monday["locks"][2]
    assert compared(plan_json, monday, MONDAY) == Comparison()


def test_only_the_day_that_is_asked_for_is_looked_at(plan_json: Path) -> None:
    sheets = sheets_of_two_days()
    sheets["shifts"] = [row for row in sheets["shifts"] if row["date"] == "2026-11-23"]
    assert compared(plan_json, sheets, MONDAY) == Comparison()
    found = compared(plan_json, sheets, TUESDAY)
    assert texts(found) == ["shift T2 2026-11-24 is gone"]
    assert [one.rule for one in found.violations] == [Rule.SHIFT]


def test_a_later_day_is_judged_in_its_own_days_and_clock(plan_json: Path) -> None:
    longer = with_cell(of_tuesday(sheets_of_two_days()), "orders", 2, "service_min", "60")
    found = compared(plan_json, longer, TUESDAY)
    assert texts(found) == ["order O2: service 30 -> 60 min"]
    # The end at the customer and the return are half an hour later.
    assert set(broken(found)) == {(Rule.WINDOW, 1800), (Rule.SHIFT, 1800)}


def test_a_drive_on_a_later_day_that_takes_longer_is_named(plan_json: Path) -> None:
    found = compared(plan_json, with_cell(of_tuesday(sheets_of_two_days()), "orders", 2, "lat", "30.50"), TUESDAY)
    assert any(text.startswith("the way start:T2 -> O2: ") for text in texts(found))


def test_parts_of_the_days_before_are_gone_by_then(plan_json: Path) -> None:
    """One capacitor is left of two: it is Monday's while nobody has left with it, and Tuesday's once it was taken."""
    sheets = with_cell(sheets_of_two_days(), "parts", 2, "on_hand", "1")
    early = with_cell(of_tuesday(sheets), "branch", 2, "as_of", "2026-11-23 08:00")
    found = compared(plan_json, early, TUESDAY)
    assert texts(found) == ["part P1: on hand 2 -> 1"]
    assert broken(found) == [(Rule.STOCK, 1)]
    late = compared(plan_json, of_tuesday(sheets), TUESDAY)
    assert (texts(late), broken(late)) == (["part P1: on hand 2 -> 1"], [])


def test_a_part_reserved_for_a_visit_of_the_day_before_is_counted_once(tmp_path: Path) -> None:
    sheets = sheets_of_two_days()
    sheets["reservations"] = [
        {"reservation_id": "R1", "part_id": "P1", "quantity": "1", "date": "2026-11-23", "visit_id": "O1"}
    ]
    early = with_cell(of_tuesday(sheets), "branch", 2, "as_of", "2026-11-23 08:00")
    assert compared(planned(tmp_path, sheets), early, TUESDAY) == Comparison()


def test_own_parts_of_the_days_before_are_used_up(tmp_path: Path) -> None:
    """Ben has one capacitor of his own and uses it on Monday; on Tuesday he takes one of the branch's."""
    sheets = sheets_of_two_days()
    sheets["technicians"][1]["own_parts"] = "P1:1"
    sheets["skills"] += [row | {"technician_id": "T2"} for row in sheets["skills"]]
    del sheets["locks"]
    then = write_folder(tmp_path / "then", sheets)
    problem = read_branch(then)
    matrix = travel_for(problem, then)
    problem = with_due_days(problem, matrix)
    plan = time_routes(problem, matrix, {("T2", 0): ["O1"], ("T2", 1): ["O2"]})
    assert [len(stop.parts) for route in plan.routes for stop in route.stops] == [0, 1]
    assert judge_plan(problem, matrix, plan).is_clean
    write_plan(plan, problem, matrix, {}, tmp_path / "plan.json")
    sheets["locks"] = [{}]
    tuesday = of_tuesday(sheets)
    del tuesday["locks"]
    # Early in the morning he still has it; by the evening he reports that it is used.
    early = with_cell(tuesday, "branch", 2, "as_of", "2026-11-23 07:00")
    assert compared(tmp_path / "plan.json", early, TUESDAY) == Comparison()
    late = with_cell(tuesday, "technicians", 3, "own_parts", "")
    assert broken(compared(tmp_path / "plan.json", late, TUESDAY)) == []


def test_a_lock_of_another_day_asks_for_nothing(plan_json: Path) -> None:
    sheets = sheets_of_two_days()
    sheets["orders"].append({**sheets["orders"][1], "order_id": "O3", "parts": ""})
    sheets["locks"].append({"visit_id": "O3", "level": "day", "technician_id": "T2", "date": "2026-11-24"})
    monday, tuesday = (compared(plan_json, sheets, day) for day in (MONDAY, TUESDAY))
    assert Rule.LOCK not in {one.rule for one in monday.violations}
    assert (Rule.LOCK, 1) in broken(tuesday)


def test_a_day_that_is_not_planned_now_is_a_fault(plan_json: Path) -> None:
    with pytest.raises(InputError, match="The plan is for 2026-11-23 – 2026-11-24, the branch plans 2026-11-24"):
        compared(plan_json, of_tuesday(sheets_of_two_days()), MONDAY)


def test_a_plan_without_times_is_timed_with_the_facts_of_now(tmp_path: Path, plan_json: Path) -> None:
    file = read_plan_file(plan_json, time_routes=time_routes)
    longer = with_cell(of_tuesday(sheets_of_two_days()), "orders", 2, "service_min", "60")
    folder = write_folder(tmp_path / "now", longer)
    now = read_branch(folder)
    untimed = type(file)(file.problem, file.matrix, file.plan, is_timed=False)
    found = compare(untimed, now, travel_for(now, folder), dates=[TUESDAY])
    assert (texts(found), broken(found)) == (["order O2: service 30 -> 60 min"], [])
