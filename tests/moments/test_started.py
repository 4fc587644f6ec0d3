"""What of the published plan has begun is kept, unless a result or a lock says otherwise."""

from __future__ import annotations

import pytest

from optimizer.domain.problem import Lock, LockLevel
from optimizer.judge.verdict import judge_plan
from optimizer.moments.started import told_in_vain, with_started
from tests.naive import best_plan
from tests.random_problems import random_day_under_way
from tests.test_solver import plan_of
from tests.time_limits import seeds
from tests.worlds import World, clock, job, person, world


def morning(as_of: str = "09:00", **facts: object) -> World:
    """A, B and C, ten minutes apart on the road, half an hour each, planned anew in the morning."""
    jobs = [job("A", place=10), job("B", place=20), job("C", place=30)]
    return world(jobs, [person("Ann"), person("Ben")], as_of_s=clock(as_of), **facts)  # type: ignore[arg-type]


def begun(made: World, reported: dict[str, int] | None = None) -> list[tuple[str, str, int, int]]:
    """Return what has begun of Ann's A at 08:10, B at 08:50 and C at 09:30: visit, who, place and moment."""
    published = made.with_policy(lead_to_leave_s=None).but(locks=()).plan({"Ann": ["A", "B", "C"]})
    fixed = with_started(made.problem, made.matrix, published, reported or {})
    own = [lock for lock in fixed.locks if lock.began_s is not None]
    return [(lock.visit_id, lock.technician_id, lock.position, lock.began_s or 0) for lock in own]


A, B = ("A", "Ann", 0, clock("08:10")), ("B", "Ann", 1, clock("08:50"))


@pytest.mark.parametrize(("as_of", "found"), [("08:10", []), ("08:11", [A]), ("08:50", [A]), ("09:30", [A, B])])
def test_a_stop_has_begun_whose_start_lies_before_now(as_of: str, found: list[object]) -> None:
    assert begun(morning(as_of)) == found


def test_a_result_since_the_start_says_otherwise_an_older_one_does_not() -> None:
    assert begun(morning(), {"B": clock("08:50")}) == [A]
    assert begun(morning(), {"B": clock("08:49")}) == [A, B]


@pytest.mark.parametrize(
    ("lock", "found"),
    [
        (Lock("B", LockLevel.PERSON, "Ann"), [A, B]),
        (Lock("B", LockLevel.PERSON, "Ben"), [A]),
        (Lock("B", LockLevel.START, "Ann", start_s=clock("09:00"), tolerance_s=600), [A, B]),
        (Lock("B", LockLevel.START, "Ann", start_s=clock("09:00"), tolerance_s=599), [A]),
        (Lock("C", LockLevel.PREFIX, "Ann"), []),
    ],
)
def test_a_lock_of_the_branch_goes_first(lock: Lock, found: list[object]) -> None:
    assert begun(morning(locks=(lock,))) == found


def test_who_has_no_shift_any_more_has_begun_nothing() -> None:
    gone = morning()
    assert begun(gone.but(shifts=gone.problem.shifts[1:])) == []


def test_a_crew_has_begun_together_or_not_at_all() -> None:
    made = morning().with_job("A", crew_size=2)
    published = made.with_policy(lead_to_leave_s=None).plan({"Ann": ["A"], "Ben": ["A"]})
    both = with_started(made.problem, made.matrix, published, {})
    assert {(lock.visit_id, lock.technician_id) for lock in both.locks} == {("A", "Ann"), ("A", "Ben")}
    alone = made.but(shifts=made.problem.shifts[:1])
    assert with_started(alone.problem, alone.matrix, published, {}).locks == ()


def test_without_a_floor_nothing_is_taken_to_have_begun() -> None:
    made = morning().with_policy(lead_to_leave_s=None)
    published = made.plan({"Ann": ["A"]})
    assert with_started(made.problem, made.matrix, published, {}) == made.problem
    assert told_in_vain(made.problem, published) == ()


def test_a_told_window_that_was_over_before_anybody_came_is_told_in_vain() -> None:
    """A was told 08:10 to 09:00."""
    made = morning("09:01")
    published = made.with_policy(lead_to_leave_s=None).plan({"Ann": ["A", "B"]})
    assert told_in_vain(made.problem, published) == ("A",)
    assert told_in_vain(morning("09:00").problem, published) == ()


# --- random days ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", seeds(40, by_day=8))
def test_a_day_under_way_is_planned_as_well_as_brute_force_plans_it(seed: int) -> None:
    problem, matrix = random_day_under_way(seed)
    best_cents = best_plan(problem, matrix)
    assert best_cents is not None
    plan = plan_of(problem, matrix, moves=4_000, seed=seed)
    assert judge_plan(problem, matrix, plan).violations == ()
    assert plan.cost_cents == best_cents


@pytest.mark.parametrize("seed", seeds(40))
def test_a_day_under_way_of_the_whole_book_is_planned_clean(seed: int) -> None:
    problem, matrix = random_day_under_way(seed, is_whole=True)
    plan = plan_of(problem, matrix, moves=1_000, seed=seed)
    judgement = judge_plan(problem, matrix, plan)
    assert judgement.violations == ()
    assert judgement.cost_cents == plan.cost_cents
