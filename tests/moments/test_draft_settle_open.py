"""The three moments of the demo branch, end to end, and small worlds in which something has to give way."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.plan import Plan, Stop, UnassignedState
from optimizer.domain.planning_context import AsideState, PlanningContext, Stage
from optimizer.domain.rules import Rule
from optimizer.domain.units import at
from optimizer.errors import LockConflictError
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake
from optimizer.judge.verdict import judge_plan
from optimizer.moments.changes import stay_near
from optimizer.moments.draft_settle_open import StageOutcome, _unplaced, plan_stage
from optimizer.travel.provider import travel_for
from tests.worlds import World, job, person, world

if TYPE_CHECKING:
    from optimizer.domain.problem import Problem

BRANCH = Path(__file__).parents[2] / "data/hangzhou"
FRIDAY_18 = at(18, day=-3)


@cache
def planned(stage: Stage) -> tuple[StageOutcome, PlanningContext]:
    """Plan a stage of the demo branch near the plan of the stage before, in work mode."""
    intake = read_intake(BRANCH, ReadOptions(stage))
    problem = intake.checked()
    matrix = travel_for(problem, BRANCH)
    published = published_before(stage)
    return plan_stage(problem, matrix, published, seconds=None, iterations=20_000), intake.context


def published_before(stage: Stage) -> Plan | None:
    earlier = {Stage.SETTLE: Stage.DRAFT, Stage.OPEN: Stage.SETTLE}
    return planned(earlier[stage])[0].outcome.plan if stage in earlier else None


def served(plan: Plan) -> dict[str, tuple[str, Stop]]:
    return {stop.visit_id: (route.technician_id, stop) for route in plan.routes for stop in route.stops}


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_is_judged_clean(stage: Stage) -> None:
    outcome = planned(stage)[0].outcome
    assert judge_plan(outcome.problem, outcome.matrix, outcome.plan).violations == ()


@pytest.mark.parametrize("stage", [Stage.SETTLE, Stage.OPEN])
def test_the_changes_are_the_difference_of_the_plans(stage: Stage) -> None:
    """Worked out here from the two plans alone: who comes, and in which told window."""
    published = published_before(stage)
    assert published is not None
    solved = planned(stage)[0]
    before = {v: (who, stop.window) for v, (who, stop) in served(published).items()}
    after = {v: (who, stop.window) for v, (who, stop) in served(solved.outcome.plan).items()}
    known = solved.outcome.problem.visit_by_id
    different = {v for v in before.keys() | after.keys() if v in known and before.get(v) != after.get(v)}
    assert {change.visit_id for change in solved.changes} == different
    assert different


@pytest.mark.parametrize("stage", [Stage.SETTLE, Stage.OPEN])
def test_nothing_told_after_its_notice_deadline_moves(stage: Stage) -> None:
    published = published_before(stage)
    assert published is not None
    solved = planned(stage)[0]
    assert solved.outcome.problem.is_short_notice(0)
    assert solved.released == ()
    after = served(solved.outcome.plan)
    for visit_id, (_, stop) in served(published).items():
        if visit_id in solved.outcome.problem.visit_by_id:
            assert stop.window.open_s <= after[visit_id][1].start_s <= stop.window.close_s, visit_id


def test_the_emergency_received_just_now_is_not_for_monday() -> None:
    left = {left.visit_id: left for left in planned(Stage.DRAFT)[0].outcome.unassigned}
    assert left["D061"].state is UnassignedState.DUE_BEFORE_PLAN
    assert "D062" not in left


def test_the_emergency_of_the_night_is_served_at_the_opening() -> None:
    outcome = planned(Stage.OPEN)[0].outcome
    assert "D062" in served(outcome.plan)


def test_the_day_end_comes_in_at_the_settling() -> None:
    states = {aside.order.order_id: aside.state for aside in planned(Stage.DRAFT)[1].aside}
    assert states == dict.fromkeys(["D064", "D065", "D066", "D067", "D068"], AsideState.UNDER_WAY)
    solved, context = planned(Stage.SETTLE)
    states = {aside.order.order_id: aside.state for aside in context.aside}
    assert states == {
        "D061": AsideState.DONE,
        "D064": AsideState.DONE,
        "D065": AsideState.DONE,
        "D068": AsideState.NO_RESULT,
    }
    assert {"D066", "D067"} <= solved.outcome.problem.visit_by_id.keys()


def test_who_has_not_returned_the_part_of_the_day_takes_none() -> None:
    outcome = planned(Stage.SETTLE)[0].outcome
    assert {loan.loan_id for loan in outcome.problem.loans} == {"L1", "L3", "L4"}
    [blocked] = [route for route in outcome.plan.routes if route.technician_id == "T03"]
    assert all(not stop.parts for stop in blocked.stops)


# --- when something has to give way ---------------------------------------------------------------------------------


@pytest.fixture
def told() -> tuple[World, Plan]:
    """Ann is to come to A, Ben to B at 08:30, when the branch opens; it is Friday 18:00, past the notice deadline."""
    jobs = [job("A", place=10, minutes=20, requested=""), job("B", place=15, minutes=20, requested="")]
    made = world(jobs, [person("Ann"), person("Ben")], as_of_s=FRIDAY_18)
    return made, made.plan({"Ann": ["A"], "Ben": ["B"]})


def without(problem: Problem, technician_id: str) -> Problem:
    return replace(problem, shifts=tuple(s for s in problem.shifts if s.technician_id != technician_id))


def test_a_colleague_keeps_the_window_of_who_is_absent(told: tuple[World, Plan]) -> None:
    """Both were told 08:00 to 09:00; from A, done at 08:50, Ann is at B at 08:55."""
    made, published = told
    solved = plan_stage(without(made.problem, "Ben"), made.matrix, published, seconds=None, iterations=500)
    assert solved.released == ()
    assert {change.visit_id for change in solved.changes} == {"B"}
    assert solved.outcome.plan.served == 2


def test_only_what_cannot_be_kept_is_given_up() -> None:
    """C, an hour away from A, cannot be kept within its half hour when Ben is absent: it moves, A does not."""
    jobs = [job("A", place=10, requested=""), job("C", place=-50, requested="")]
    made = world(jobs, [person("Ann"), person("Ben")], as_of_s=FRIDAY_18)
    published = made.plan({"Ann": ["A"], "Ben": ["C"]})
    solved = plan_stage(without(made.problem, "Ben"), made.matrix, published, seconds=None, iterations=500)
    assert solved.released == ("C",)
    assert solved.outcome.judgement.is_clean
    told_a = published.routes[0].stops[0].window
    start = served(solved.outcome.plan)["A"][1].start_s
    assert told_a.open_s <= start <= told_a.close_s


def test_what_was_told_for_a_later_day_is_not_unplaced(told: tuple[World, Plan]) -> None:
    """It holds back no time of the search, and its customer need not be called."""
    made, monday = told
    two = replace(made.problem, days=2)
    published = replace(monday, routes=(monday.routes[0], replace(monday.routes[1], day=1)))
    near = stay_near(made.problem, published)
    assert _unplaced(near, {("Ann", 0): ["A"]}) == ()
    assert _unplaced(near, {}) == ("A",)
    assert _unplaced(stay_near(two, published), {}) == ("A", "B")


def test_a_published_plan_with_a_technician_who_left_is_no_fault(told: tuple[World, Plan]) -> None:
    made, published = told
    gone = replace(
        without(made.problem, "Ben"),
        technicians=tuple(t for t in made.problem.technicians if t.technician_id != "Ben"),
    )
    solved = plan_stage(gone, made.matrix, published, seconds=None, iterations=500)
    assert served(solved.outcome.plan)["B"][0] == "Ann"
    assert solved.outcome.costs[Rule.STABILITY] == 3 * 1000


def test_a_conflict_that_has_nothing_to_do_with_the_published_plan_is_said() -> None:
    from optimizer.domain.problem import Lock, LockLevel

    jobs = [job("A", place=10, requested="08:00-08:05"), job("B", place=20)]
    made = world(jobs, [person("Ann")], as_of_s=FRIDAY_18, locks=(Lock("A", LockLevel.PERSON, "Ann"),))
    published = made.plan({"Ann": ["B"]})
    with pytest.raises(LockConflictError):
        plan_stage(made.problem, made.matrix, published, seconds=None, iterations=200)


def test_without_a_published_plan_it_is_a_plain_solve(two_vans: World) -> None:
    solved = plan_stage(two_vans.problem, two_vans.matrix, None, seconds=None, iterations=200)
    assert (solved.changes, solved.released) == ((), ())
    assert solved.outcome.plan.served == 3
