"""The folder of published plans: the newest by the moment, kept whole, found for folders and single files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.plan import Plan, Route, Stop
from optimizer.domain.units import at
from optimizer.errors import InputError
from optimizer.ingest.plans.plan_file import write_plan
from optimizer.ingest.plans.published import publish_plan, published_folder, published_plan, routes_before
from optimizer.judge.verdict import time_routes
from tests.worlds import MONDAY, World

if TYPE_CHECKING:
    from pathlib import Path

FOUR, SIX = datetime(2026, 11, 20, 16), datetime(2026, 11, 20, 18)


def publish(world: World, routes: dict[str, list[str]], as_of_s: int, branch: Path) -> Path:
    problem = replace(world.problem, as_of_s=as_of_s)
    file = branch.parent / "plan.json"
    write_plan(world.plan(routes), problem, world.matrix, {}, file)
    return publish_plan(file, problem, branch)


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    folder = tmp_path / "branch"
    folder.mkdir()
    return folder


def test_the_newest_plan_by_the_moment_is_found(one_van: World, branch: Path) -> None:
    publish(one_van, {"Ann": ["A"]}, at(16, day=-3), branch)
    publish(one_van, {"Ann": ["A", "B"]}, at(18, day=-3), branch)
    at_five = published_plan(branch, MONDAY, datetime(2026, 11, 20, 17), time_routes=time_routes)
    assert at_five is not None
    assert at_five.routes_by_technician() == {"Ann": ["A"]}
    at_six = published_plan(branch, MONDAY, SIX, time_routes=time_routes)
    assert at_six is not None
    assert at_six.routes_by_technician() == {"Ann": ["A", "B"]}


def test_without_one_there_is_none(one_van: World, branch: Path) -> None:
    assert published_plan(branch, MONDAY, SIX, time_routes=time_routes) is None
    publish(one_van, {"Ann": ["A"]}, at(18, day=-3), branch)
    assert published_plan(branch, MONDAY, FOUR, time_routes=time_routes) is None
    assert published_plan(branch, MONDAY.replace(day=24), SIX, time_routes=time_routes) is None


def test_a_second_publishing_of_the_same_moment_takes_its_place(one_van: World, branch: Path) -> None:
    first = publish(one_van, {"Ann": ["A"]}, at(16, day=-3), branch)
    assert publish(one_van, {"Ann": ["B"]}, at(16, day=-3), branch) == first
    found = published_plan(branch, MONDAY, FOUR, time_routes=time_routes)
    assert found is not None
    assert found.routes_by_technician() == {"Ann": ["B"]}
    assert [path.name for path in published_folder(branch).iterdir()] == [first.name]


def test_the_routes_of_the_day_before_stand_on_the_clock_of_the_day(one_van: World, branch: Path) -> None:
    publish(one_van, {"Ann": ["A", "B"]}, at(16, day=-3), branch)
    clock = one_van.problem.clock
    (before,) = routes_before(branch, replace(clock, first_day=MONDAY.replace(day=24)), SIX, time_routes=time_routes)
    assert (before.technician_id, before.day, before.return_s) == ("Ann", -1, at(9, 40, day=-1))
    assert routes_before(branch, clock, SIX, time_routes=time_routes) == ()


def test_what_is_published_for_later_days_alone_is_not_read(one_van: World, branch: Path) -> None:
    publish(one_van, {"Ann": ["A"]}, at(16, day=-3), branch).write_text("{")
    assert routes_before(branch, one_van.problem.clock, SIX, time_routes=time_routes) == ()
    with pytest.raises(InputError):
        published_plan(branch, MONDAY, SIX, time_routes=time_routes)


def test_a_branch_in_one_file_keeps_its_plans_beside_it(tmp_path: Path) -> None:
    assert published_folder(tmp_path / "hangzhou.xlsx") == tmp_path / "hangzhou.published"


def test_a_damaged_published_plan_is_a_fault_with_its_name(one_van: World, branch: Path) -> None:
    path = publish(one_van, {"Ann": ["A"]}, at(16, day=-3), branch)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=path.name):
        published_plan(branch, MONDAY, FOUR, time_routes=time_routes)


def test_other_files_in_the_folder_do_not_disturb(one_van: World, branch: Path) -> None:
    publish(one_van, {"Ann": ["A"]}, at(16, day=-3), branch)
    (published_folder(branch) / "notes.json").write_text("{}", encoding="utf-8")
    assert published_plan(branch, MONDAY, FOUR, time_routes=time_routes) is not None


# --- several days ---------------------------------------------------------------------------------------------------


@pytest.fixture
def three_days(one_van: World) -> World:
    """Return Ann's visits over Monday to Wednesday."""
    monday = one_van.problem.shifts[0]
    shifts = tuple(
        replace(
            monday, day=day, start_s=monday.start_s + at(0, day=day), end_s=monday.end_s + at(0, day=day), break_=None
        )
        for day in range(3)
    )
    return replace(one_van, problem=replace(one_van.problem, days=3, shifts=shifts))


def publish_days(world: World, days: dict[int, str], as_of_s: int, branch: Path) -> Path:
    """Publish a plan that serves one visit at ten o'clock of each day."""
    problem = replace(world.problem, as_of_s=as_of_s)
    plan = Plan(tuple(ten_o_clock(day, visit_id) for day, visit_id in sorted(days.items())), ())
    file = branch.parent / "plan.json"
    write_plan(plan, problem, world.matrix, {}, file)
    return publish_plan(file, problem, branch)


def ten_o_clock(day: int, visit_id: str) -> Route:
    start_s = at(10, day=day)
    stop = Stop(visit_id, start_s, start_s, start_s + 1800, start_s - 600, Interval(start_s - 1800, start_s + 1800))
    return Route("Ann", day, start_s - 600, start_s + 3600, (stop,))


def test_a_plan_over_days_is_found_on_each_of_them(three_days: World, branch: Path) -> None:
    path = publish_days(three_days, {0: "A", 1: "B", 2: "C"}, at(16, day=-3), branch)
    assert path.name == "2026-11-23_to_2026-11-25_planned_2026-11-20T1600.json"
    monday = published_plan(branch, MONDAY, SIX, time_routes=time_routes)
    assert monday is not None
    assert monday.routes == tuple(ten_o_clock(day, visit_id) for day, visit_id in enumerate("ABC"))
    tuesday = published_plan(branch, MONDAY.replace(day=24), SIX, time_routes=time_routes)
    assert tuesday is not None
    assert tuesday.routes == (ten_o_clock(0, "B"), ten_o_clock(1, "C"))  # on Tuesday's clock
    assert published_plan(branch, MONDAY.replace(day=26), SIX, time_routes=time_routes) is None


def test_of_each_day_and_visit_the_last_plan_counts(three_days: World, branch: Path) -> None:
    publish_days(three_days, {0: "A", 1: "B", 2: "C"}, at(16, day=-3), branch)
    # On Monday evening Tuesday is published again, with C, which the older plan has on Wednesday.
    tuesday = replace(
        three_days.problem, first_day=MONDAY.replace(day=24), days=1, shifts=three_days.problem.shifts[:1]
    )
    publish_days(replace(three_days, problem=tuesday), {0: "C"}, at(18, day=-1), branch)
    found = published_plan(branch, MONDAY.replace(day=24), datetime(2026, 11, 24, 8), time_routes=time_routes)
    assert found is not None
    assert found.routes == (ten_o_clock(0, "C"),)
    before = published_plan(branch, MONDAY.replace(day=24), datetime(2026, 11, 23, 17), time_routes=time_routes)
    assert before is not None
    assert before.routes == (ten_o_clock(0, "B"), ten_o_clock(1, "C"))
