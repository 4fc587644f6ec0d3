"""What stays when the rest of a plan is planned anew."""

from __future__ import annotations

from optimizer.domain.problem import Lock, LockLevel
from optimizer.editing.rest_of_plan import with_held
from tests.worlds import World, clock, job, person, world

WORLD = world([job("A", place=10), job("B", place=20), job("C", place=30)], [person("Ann")])
PLAN = WORLD.plan({"Ann": ["A", "B", "C"]})


def test_what_was_moved_keeps_its_day_and_what_is_near_its_start() -> None:
    # A from 8:10, B from 8:50, C from 9:30.
    held = with_held(WORLD.problem, PLAN, ["C", "GONE"], before_s=clock("08:50"))
    assert held.locks == (
        Lock("A", LockLevel.START, "Ann", start_s=clock("08:10")),
        Lock("C", LockLevel.DAY, "Ann"),
    )
    assert World(held, WORLD.matrix).judge({"Ann": ["A", "B", "C"]}).is_clean


def test_what_is_locked_stays_locked_as_it_was() -> None:
    locked = WORLD.but(locks=(Lock("A", LockLevel.PERSON, "Ann"),)).problem
    assert with_held(locked, PLAN, ["A"], before_s=clock("23:00")).locks[0] == Lock("A", LockLevel.PERSON, "Ann")
    assert len(with_held(locked, PLAN, ["A"]).locks) == 1
