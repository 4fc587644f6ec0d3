"""What edits make of a plan: moved, locked, forbidden, taken out, allowed; what breaks, what it costs, what differs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import Predecessor
from optimizer.domain.planning_context import ChangeKind
from optimizer.domain.policy import Pickup
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Part
from optimizer.domain.units import HOUR_S, MINUTE_S
from optimizer.editing.editor import Edited, edit_plan, open_plan
from optimizer.editing.edits import Allow, Edit, Fix, Forbid, Move, Release, Unassign
from optimizer.editing.remedies import exception_for
from optimizer.errors import InputError
from tests.worlds import World, clock, job, person, world

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan

#: Ann goes to A and C, Ben to B and D; the places lie on a line.
JOBS = [job("A", place=10), job("B", place=20), job("C", place=30), job("D", place=40)]
ROUTES = {"Ann": ["A", "C"], "Ben": ["B", "D"]}


@pytest.fixture
def two() -> World:
    return world(JOBS, [person("Ann"), person("Ben")])


def edited(of: World, *edits: Edit, plan: Plan | None = None) -> Edited:
    """Return a plan that was edited, after checking that the judge, asked about the whole, says the same of it."""
    found = edit_plan(open_plan(of.problem, of.matrix, of.plan(ROUTES) if plan is None else plan), edits)
    whole = World(found.problem, of.matrix).judge(found.plan)
    assert (whole.violations, whole.accepted) == (found.broken, found.accepted)
    return found


def routes(found: Edited) -> dict[str, list[str]]:
    return found.plan.routes_by_technician()


def faults(of: World, *edits: Edit) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as raised:
        edited(of, *edits)
    return [(issue.code, issue.path) for issue in raised.value.report.errors]


# --- moves ------------------------------------------------------------------------------------------------------------


def test_a_visit_goes_where_it_costs_least(two: World) -> None:
    found = edited(two, Move("B", "Ann"))
    assert routes(found) == {"Ann": ["A", "B", "C"], "Ben": ["D"]}
    assert two.judge(found.plan).is_clean
    # B lies on Ann's way and on Ben's: neither drives less or more.
    assert found.cost_changes == {}
    assert {change.visit_id: change.kind for change in found.changes}["B"] is ChangeKind.TECHNICIAN_AND_TIME
    assert {route.technician_id for route in found.changed_routes} == {"Ann", "Ben"}


@pytest.mark.parametrize(("position", "order"), [(0, ["B", "A", "C"]), (1, ["A", "B", "C"]), (2, ["A", "C", "B"])])
def test_a_visit_goes_to_the_place_asked_for(two: World, position: int, order: list[str]) -> None:
    found = edited(two, Move("B", "Ann", position=position))
    assert routes(found)["Ann"] == order
    assert two.judge(found.plan).is_clean


def test_a_visit_moves_inside_its_own_route(two: World) -> None:
    found = edited(two, Move("C", "Ann", position=0))
    assert routes(found)["Ann"] == ["C", "A"]
    assert [route.technician_id for route in found.changed_routes] == ["Ann"]


def test_what_no_edit_concerns_keeps_its_times(two: World) -> None:
    plan = two.plan(ROUTES)
    found = edited(two, Unassign("A"), plan=plan)
    assert found.plan.routes[1] is plan.routes[1]


def test_a_visit_that_was_left_out_is_planned(two: World) -> None:
    found = edited(two, Move("D", "Ann"), plan=two.plan({"Ann": ["A", "C"], "Ben": ["B"]}))
    # To D before C or after it is as far: the first place is taken.
    assert routes(found)["Ann"] == ["A", "D", "C"]
    assert found.plan.unassigned == ()
    assert found.cost_changes[Rule.UNASSIGNED] < 0
    assert {change.visit_id: change.kind for change in found.changes} == {"C": ChangeKind.TIME, "D": ChangeKind.ADDED}


def test_a_move_to_another_day_goes_to_that_day() -> None:
    days = world(
        [job("A", place=10, days=(0, 1)), job("B", place=20, days=(0, 1))], [person("Ann", days=(0, 1))], days=2
    )
    found = edited(days, Move("B", "Ann", day=1), plan=days.plan({"Ann": ["A", "B"]}))
    assert [(route.day, route.visit_ids) for route in found.plan.routes] == [(0, ("A",)), (1, ("B",))]
    assert days.judge(found.plan).is_clean


def test_a_move_that_is_too_late_says_by_how_much_and_is_timed_all_the_same() -> None:
    late = world([JOBS[0], job("B", place=20, requested="08:00-08:20")], [person("Ann"), person("Ben")])
    plan = late.plan({"Ann": ["A"], "Ben": ["B"]})
    found = edited(late, Move("B", "Ann", position=1), plan=plan)
    (broken,) = found.broken
    # Ann is with A from 8:10 to 8:40, and with B at 8:50.
    assert (broken.rule, broken.amount, broken.visit_id) == (Rule.WINDOW, 30 * MINUTE_S, "B")
    assert found.plan.routes[0].stops[1].start_s == clock("08:50")


def test_a_move_without_a_place_avoids_what_would_break() -> None:
    early = world([JOBS[0], job("B", place=20, requested="08:00-08:20")], [person("Ann"), person("Ben")])
    plan = early.plan({"Ann": ["A"], "Ben": ["B"]})
    found = edited(early, Move("B", "Ann"), plan=plan)
    assert routes(found) == {"Ann": ["B", "A"]}
    assert found.broken == ()


def test_a_home_starter_stops_at_the_branch_for_the_parts_of_a_visit_that_comes_to_him() -> None:
    parts = world(
        [JOBS[0], job("B", place=20, parts={"P": 1})],
        [person("Ann", home=30), person("Ben")],
        parts=(Part("P", "pump", on_hand=1),),
    ).with_policy(pickup=Pickup.STOP)
    plan = parts.plan({"Ann": ["A"], "Ben": ["B"]})
    found = edited(parts, Move("B", "Ann"), plan=plan)
    assert found.broken == ()
    assert routes(found)["Ann"].index("0") < routes(found)["Ann"].index("B")


# --- crews, and visits that wait for one another ------------------------------------------------------------------


def test_a_crew_moves_together() -> None:
    three = world([job("A", place=10), job("BIG", place=20, crew_size=2)], [person("Ann"), person("Ben"), person("Cy")])
    plan = three.plan({"Ann": ["A", "BIG"], "Ben": ["BIG"]})
    found = edited(three, Move("BIG", "Cy", crew=("Ben",)), plan=plan)
    assert routes(found) == {"Ann": ["A"], "Ben": ["BIG"], "Cy": ["BIG"]}
    assert {stop.lead for route in found.plan.routes for stop in route.stops if stop.visit_id == "BIG"} == {"Cy"}
    assert three.judge(found.plan).is_clean
    again = edited(three, Move("BIG", "Ann", position=0), plan=plan)
    assert routes(again) == {"Ann": ["BIG", "A"], "Ben": ["BIG"]}
    assert again.broken == ()


def test_a_crew_of_the_wrong_size_is_asked_for() -> None:
    three = world([job("BIG", place=20, crew_size=2)], [person("Ann"), person("Ben"), person("Cy")])
    plan = three.plan({"Ann": ["BIG"], "Ben": ["BIG"]})
    with pytest.raises(InputError, match="served by 2 people, and 1 are named"):
        edited(three, Move("BIG", "Cy"), plan=plan)


def test_whoever_waits_for_a_moved_visit_is_timed_again(two: World) -> None:
    linked = two.with_job("D", after=(Predecessor("A"),))
    plan = linked.plan({"Ann": ["A", "C"], "Ben": ["D", "B"]})
    found = edited(linked, Move("A", "Ann", position=1), plan=plan)
    starts = {stop.visit_id: stop.start_s for route in found.plan.routes for stop in route.stops}
    # Ann is with C from 8:30 to 9:00, with A from 9:20 to 9:50.
    assert (starts["A"], starts["D"]) == (clock("09:20"), clock("09:50"))
    assert linked.judge(found.plan).is_clean


# --- locks, refusals, exceptions ------------------------------------------------------------------------------------


def test_a_visit_is_locked_where_it_is(two: World) -> None:
    found = edited(two, Fix("A", LockLevel.START, 10 * MINUTE_S), Fix("B"), Fix("C", LockLevel.PERSON))
    assert {(lock.visit_id, lock.level, lock.technician_id) for lock in found.problem.locks} == {
        ("A", LockLevel.START, "Ann"), ("B", LockLevel.DAY, "Ben"), ("C", LockLevel.PERSON, "Ann"),
    }  # fmt: skip
    start = next(lock for lock in found.problem.locks if lock.visit_id == "A")
    assert (start.start_s, start.tolerance_s) == (clock("08:10"), 10 * MINUTE_S)
    pinned = {stop.visit_id: stop.pinned for route in found.plan.routes for stop in route.stops}
    assert pinned == {"A": True, "B": True, "C": True, "D": False}
    assert World(found.problem, two.matrix).judge(found.plan).is_clean


def test_a_locked_visit_moves_only_when_it_is_released(two: World) -> None:
    locked = two.but(locks=(Lock("B", LockLevel.PERSON, "Ben"),))
    assert [one.rule for one in edited(locked, Move("B", "Ann")).broken] == [Rule.LOCK]
    found = edited(locked, Release("B"), Move("B", "Ann"), Fix("B", LockLevel.PERSON))
    assert found.broken == ()
    assert [(lock.visit_id, lock.technician_id) for lock in found.problem.locks] == [("B", "Ann")]


def test_who_may_not_serve_a_visit_loses_it(two: World) -> None:
    found = edited(two, Forbid("A", "Ann"))
    assert routes(found) == {"Ann": ["C"], "Ben": ["B", "D"]}
    assert [entry.visit_id for entry in found.plan.unassigned] == ["A"]
    assert found.broken == ()
    again = edited(World(found.problem, two.matrix), Move("A", "Ann"), plan=found.plan)
    assert [(one.rule, one.visit_id) for one in again.broken] == [(Rule.ALLOWED, "A")]
    assert routes(edited(two, Forbid("A", "Ben"))) == ROUTES


def test_a_visit_is_taken_out_and_costs_what_that_costs(two: World) -> None:
    found = edited(two, Unassign("C"), Unassign("A"))
    assert routes(found) == {"Ben": ["B", "D"]}
    assert found.cost_changes[Rule.UNASSIGNED] > 0
    assert found.cost_changes[Rule.TRAVEL] == -60 * 50
    assert [change.kind for change in found.changes] == [ChangeKind.DROPPED, ChangeKind.DROPPED]
    assert found.changed_routes == ()


def test_an_exception_by_name_lets_a_late_return_be(two: World) -> None:
    short = two.with_shift("Ann", end_s=clock("09:50"))
    plan = short.plan(ROUTES)
    broken = edited(short, Move("B", "Ann"), plan=plan)
    (late,) = broken.broken
    proposed = exception_for(late, broken, ["B"])
    # Ann is with A until 8:40, with B until 9:20, with C until 10:00 and home at 10:30: 40 minutes late.
    assert proposed == LimitException("B", HouseLimit.OVERTIME, 40 * MINUTE_S, "", "", "Ann")
    allowed = Allow(replace(proposed, by="Li", why="the customer waits"))
    banded = short.with_policy(exception_overtime_s=HOUR_S)
    found = edited(banded, Move("B", "Ann"), allowed, plan=plan)
    assert found.broken == ()
    assert [(one.rule, one.by) for one in found.accepted] == [(Rule.SHIFT, "Li")]
    assert found.problem.exceptions == (allowed.exception,)
    assert World(found.problem, two.matrix).judge(found.plan).is_clean


def test_nobody_can_allow_what_no_house_limit_is(two: World) -> None:
    found = edited(two.with_job("A", prohibited=frozenset({"Ben"})), Move("A", "Ben"))
    (broken,) = found.broken
    assert exception_for(broken, found, ["A"]) is None


# --- what cannot be done --------------------------------------------------------------------------------------------


def test_every_edit_that_cannot_be_done_is_named_at_once(two: World) -> None:
    anybody = LimitException("A", HouseLimit.OVERTIME, 0, "", "")
    assert faults(two, Move("E", "Ann"), Move("A", "Anne", day=3), Forbid("B", "Bob"), Allow(anybody)) == [
        ("EDIT_VISIT", "/edits/0/visit"),
        ("EDIT_DAY", "/edits/1/date"),
        ("EDIT_TECHNICIAN", "/edits/1/technician"),
        ("EDIT_TECHNICIAN", "/edits/2/technician"),
        ("EDIT_AMOUNT", "/edits/3/amount"),
        ("EDIT_NO_NAME", "/edits/3/by"),
    ]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Move("B", "Ann", position=3), "EDIT_POSITION"),
        (Move("B", "Ann", crew=("Ben",)), "EDIT_ONE_PERSON"),
        (Allow(LimitException("A", HouseLimit.VISITS, 1, "Li", "why")), "EDIT_BARRED"),
        (Allow(LimitException("A", HouseLimit.OVERTIME, 90 * MINUTE_S, "Li", "why")), "EDIT_BAND"),
    ],
)
def test_an_edit_that_cannot_be_done_is_named(two: World, edit: Edit, code: str) -> None:
    banded = two.with_policy(exception_overtime_s=HOUR_S, exception_visits=0)
    assert [found for found, _ in faults(banded, edit)] == [code]


def test_what_is_in_no_route_is_neither_locked_nor_taken_out(two: World) -> None:
    plan = two.plan({"Ann": ["A"]})
    for edit in (Fix("B"), Unassign("B")):
        with pytest.raises(InputError, match="The visit 'B' is in no route"):
            edited(two, edit, plan=plan)


def test_who_has_no_shift_gets_nothing() -> None:
    absent = world(JOBS[:2], [person("Ann"), person("Ben", days=())])
    with pytest.raises(InputError, match="Ben does not work on 2026-11-23"):
        edited(absent, Move("B", "Ben"), plan=absent.plan({"Ann": ["A", "B"]}))


def test_what_has_begun_stays(two: World) -> None:
    begun = two.but(locks=(Lock("A", LockLevel.PREFIX, "Ann", began_s=clock("08:10")),), as_of_s=clock("08:30"))
    assert faults(begun, Unassign("A"), Release("A")) == [
        ("EDIT_BEGUN", "/edits/0/visit"), ("EDIT_BEGUN", "/edits/1/visit"),
    ]  # fmt: skip
