"""One person is in one place: what becomes of rosters that overlap, are split, or leave too little rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.plan import DUTY, ReasonCode
from optimizer.domain.rules import Rule
from optimizer.domain.technician import Shift
from optimizer.domain.units import at, clock_text
from optimizer.errors import InputError
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.plans.plan_file import read_plan, write_plan
from optimizer.ingest.plans.published import publish_plan, routes_before
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.moments.draft_settle_open import plan_stage
from optimizer.moments.known_returns import with_known_returns
from tests.cases.branches import DAY, lay_out, order, read, shift

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.problem import Problem
    from optimizer.solver import Outcome
    from optimizer.travel.matrix import TravelMatrix

ONE = {"technicians": ({"technician_id": "T1"},)}
NEXT = "2026-11-24"
NIGHT = {"technician_id": "T1", "date": DAY, "start": "19:00", "end": f"{NEXT} 07:00"}
MORNING = {"technician_id": "T1", "date": NEXT, "start": "06:00", "end": "15:00"}


def planned(problem: Problem, matrix: TravelMatrix) -> Outcome:
    outcome = plan_stage(problem, matrix, None, seconds=None, iterations=100, use_master=False).outcome
    assert judge_plan(problem, matrix, outcome.plan).is_clean
    return outcome


def served(outcome: Outcome) -> dict[str, str]:
    """Return when each visit starts."""
    return {stop.visit_id: clock_text(stop.start_s) for route in outcome.plan.routes for stop in route.stops}


def test_a_night_and_a_morning_that_overlap_are_named(tmp_path: Path) -> None:
    branch = lay_out(tmp_path / "in", (order("N"),), shifts=(NIGHT, MORNING), **ONE)
    with pytest.raises(
        InputError, match=r"row 3, column 'start': The shift of 'T1' begins before the one in row 2 ends"
    ):
        read(branch, ReadOptions(days=2))


def overlapping(tmp_path: Path) -> tuple[Problem, TravelMatrix]:
    """Return N and D, both to be started on Tuesday at 06:10, and T1 on both shifts, as no roster would be let in."""
    window = {"requested": f"{NEXT} 06:10/06:10"}
    orders = (order("N", **window), order("D", **window))
    branch = lay_out(tmp_path / "in", orders, shifts=(NIGHT, {**MORNING, "start": "08:00"}), **ONE)
    _, problem, matrix = read(branch, ReadOptions(days=2))
    shifts = tuple(replace(one, start_s=at(6, day=1)) if one.day == 1 else one for one in problem.shifts)
    policy = replace(problem.policy, arrival_lead_s=0, morning_s=0, rest_s=0, rest_after_night_s=0)
    return replace(problem, shifts=shifts, policy=policy), matrix


def test_nobody_serves_two_customers_in_one_minute(tmp_path: Path) -> None:
    problem, matrix = overlapping(tmp_path)
    both = time_routes(problem, matrix, {("T1", 0): ["N"], ("T1", 1): ["D"]})
    assert {found.rule for found in judge_plan(problem, matrix, both).violations} == {Rule.REST}
    assert planned(problem, matrix).plan.served == 1


def test_one_person_is_no_crew_of_two(tmp_path: Path) -> None:
    problem, matrix = overlapping(tmp_path)
    visits = tuple(replace(visit, crew_size=2) if visit.visit_id == "N" else visit for visit in problem.visits)
    (left,) = planned(replace(problem, visits=visits), matrix).unassigned
    assert (left.visit_id, left.reasons[0].code) == ("N", ReasonCode.CREW_SIZE)


def test_both_stretches_of_a_split_day_are_planned(tmp_path: Path) -> None:
    split = {"break_open": "11:00", "break_close": "11:00", "break_min": "300"}
    orders = (order("O1", "08:00/11:00"), order("O2", "16:00/19:00"), order("O3", "12:00/15:00"))
    branch = lay_out(tmp_path / "in", orders, shifts=({**shift("T1", "08:00", "20:00"), **split},), **ONE)
    outcome = planned(*read(branch)[1:])
    assert served(outcome).keys() == {"O1", "O2"}
    assert served(outcome)["O2"] >= "16:00"


def test_last_nights_published_route_is_rested_from(tmp_path: Path) -> None:
    """T1 is home at 01:30, and a shift from 06:00 on is put into the roster: it begins after ten hours."""
    night = {**NIGHT, "end": f"{NEXT} 05:00"}
    late = order("N", requested=f"{DAY} 23:50/23:59", service_min="90")
    branch = lay_out(tmp_path / "in", (late,), shifts=(night,), **ONE)
    outcome = planned(*read(branch, ReadOptions(days=1))[1:])
    (route,) = outcome.plan.routes
    home_s = route.return_s
    assert at(25) < home_s < at(27)
    file = tmp_path / "plan.json"
    write_plan(outcome.plan, outcome.problem, outcome.matrix, {}, file)
    publish_plan(file, outcome.problem, branch)
    orders = (order("A", requested=f"{NEXT} 06:00/15:00"),)
    today = lay_out(tmp_path / "in", orders, day=NEXT, as_of=f"{DAY} 18:00", shifts=(night, MORNING), **ONE)
    _, problem, matrix = read(today)
    before = routes_before(today, problem.clock, datetime(2026, 11, 23, 18), time_routes=time_routes)
    problem = with_known_returns(problem, before)
    (route,) = planned(problem, matrix).plan.routes
    assert route.depart_s == home_s - at(24) + at(10) + problem.policy.morning_s
    # What is known of that return goes with the plan.
    write_plan(planned(problem, matrix).plan, problem, matrix, {}, file)
    assert read_plan(file, time_routes=time_routes)[0].shifts_around == problem.shifts_around
    assert problem.shifts_around == (Shift("T1", -1, at(19, day=-1), home_s - at(24), contracted_s=10 * 3600),)


def test_a_day_lasts_no_longer_than_its_duty(tmp_path: Path) -> None:
    orders = tuple(order(f"A{n}", service_min="110") for n in range(4))
    branch = lay_out(tmp_path / "in", orders, shifts=({**shift("T1"), "max_duty_min": "480"},), **ONE)
    outcome = planned(*read(branch)[1:])
    assert outcome.plan.served == 3
    (left,) = outcome.unassigned
    assert (left.reasons[0].code, left.reasons[0].subject) == (ReasonCode.MAX_TRAVEL, DUTY)
