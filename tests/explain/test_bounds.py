"""The cheap look at a day never finds more missing than the full timing does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.explain.scene import open_scene
from optimizer.judge.facts import Facts
from optimizer.judge.timing import time_canonically
from optimizer.judge.verdict import time_routes
from tests.random_problems import random_problem_with_plan, random_whole_problem_with_plan
from tests.worlds import clock, job, person, world

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift
    from optimizer.travel.matrix import TravelMatrix

    Routes = Mapping[str, Sequence[str]] | Mapping[tuple[str, int], Sequence[str]]


def looks(problem: Problem, matrix: TravelMatrix, routes: Routes) -> Iterator[tuple[int, int]]:
    """Yield, for every place of every visit left out, what the look finds missing and what the full timing does."""
    facts = Facts(problem, matrix)
    plan = time_routes(problem, matrix, routes)
    scene = open_scene(facts, plan)
    for visit in [problem.visit_by_id[entry.visit_id] for entry in plan.unassigned]:
        for day in [scene.open_day(shift) for shift in scene.shifts]:
            if not day.is_open or visit.visit_id in facts.linked:
                continue
            for place in range(len(day.ids) + 1):
                sequence = (*day.ids[:place], visit.visit_id, *day.ids[place:])
                with_a_stop = [(BRANCH_STOP, *sequence)] if BRANCH_STOP not in day.ids else []
                for longer in (sequence, *with_a_stop):
                    yield day.least_breach_s(longer, visit, most_s=FAR_FUTURE_S), breach_s(facts, day.shift, longer)


def breach_s(facts: Facts, shift: Shift, sequence: Sequence[str]) -> int:
    """Return what a day breaks in the judge's own timing; a leg without a way counts nothing."""
    visits = [facts.problem.visit_by_id[visit_id] for visit_id in sequence if visit_id != BRANCH_STOP]
    branch_at = sequence.index(BRANCH_STOP) if BRANCH_STOP in sequence else None
    # The shift of a day is as wide as the exceptions of its visits make it: those of the sequence come in their place.
    house = facts.shifts[shift.technician_id, shift.day]
    tour = facts.tour(house, visits, branch_at=branch_at)
    return time_canonically(tour, facts.problem.policy).breach_s


@pytest.mark.parametrize("seed", range(120))
def test_the_look_never_finds_more_than_the_full_timing(seed: int) -> None:
    problem, matrix, routes = random_problem_with_plan(seed)
    thinner = {who: visit_ids[::2] for who, visit_ids in routes.items()}
    assert all(least <= found for least, found in looks(problem, matrix, thinner))


@pytest.mark.parametrize("seed", range(120))
def test_the_look_never_finds_more_under_the_whole_book(seed: int) -> None:
    problem, matrix, routes = random_whole_problem_with_plan(seed)
    thinner = {key: [v for n, v in enumerate(ids) if v == BRANCH_STOP or n % 2 == 0] for key, ids in routes.items()}
    assert all(least <= found for least, found in looks(problem, matrix, thinner))


def test_the_look_sees_the_break_and_the_end_of_the_day() -> None:
    # A ends at 11:30, the break lasts until 12:30, B from 12:40 until 13:10, back at 13:30: half an hour too late.
    jobs = [job("A", place=10, minutes=200), job("B", place=20)]
    made = world(jobs, [person("Ann", hours="08:00-13:00", lunch="11:30-12:00", lunch_minutes=60)])
    scene = open_scene(Facts(made.problem, made.matrix), made.plan({"Ann": ["A"]}))
    (day,) = [scene.open_day(shift) for shift in scene.shifts]
    assert day.least_breach_s(("A", "B"), made.problem.visit_by_id["B"], most_s=FAR_FUTURE_S) == 1800
    assert breach_s(scene.facts, day.shift, ("A", "B")) == 1800


def test_the_look_stops_where_it_knows_enough() -> None:
    made = world([job("A", place=10), job("B", place=20)], [person("Ann", hours="08:00-08:30")])
    made = made.with_job("A", requested=(Interval(clock("08:00"), clock("08:05")),))
    scene = open_scene(Facts(made.problem, made.matrix), made.plan({}))
    (day,) = [scene.open_day(shift) for shift in scene.shifts]
    visit = made.problem.visit_by_id["A"]
    # Five minutes late at A; twenty more at the end of the day.
    assert day.least_breach_s(("A",), visit, most_s=100) == 300
    assert day.least_breach_s(("A",), visit, most_s=300) == 1500
