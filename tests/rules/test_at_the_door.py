"""The time at the door lies in the way into a place from another address, and is no driving."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import PlaceKind
from optimizer.domain.plan import ReasonCode
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.rules import Rule
from optimizer.explain.lock_clashes import find_lock_clashes
from optimizer.explain.unassigned import explain_unassigned
from optimizer.judge.facts import Facts
from tests.worlds import PLAIN, SUNDAY_16, World, clock, job, person, span, world

#: Minutes at the door, as in the policy `tomorrow`.
DOORS = {PlaceKind.HOME: 8 * 60, PlaceKind.OFFICE: 5 * 60, PlaceKind.HOSPITAL: 15 * 60, PlaceKind.FACTORY: 15 * 60}
ROUTES = {"Ann": ["A", "B"]}


def compound(*, b: int = 20, a_kind: PlaceKind | None = PlaceKind.HOME, **of_ann: object) -> World:
    """Return A in a compound ten minutes away, and B in another one, or in the same."""
    jobs = [job("A", place=10, place_kind=a_kind), job("B", place=b, place_kind=PlaceKind.HOME)]
    return world(jobs, [person("Ann", **of_ann)], policy=replace(PLAIN, access_s=DOORS))


def test_the_door_lies_in_the_way_to_it_and_not_in_the_way_home() -> None:
    made = compound()
    # 08:00 + 10 min + 8 at the door; half an hour there, 10 min on, 8 at the door; home in 20 min.
    assert made.starts(ROUTES) == {"A": "08:18", "B": "09:06"}
    assert made.plan(ROUTES).routes[0].return_s == clock("09:56")


@pytest.mark.parametrize(
    ("kind", "start"), [(PlaceKind.HOSPITAL, "08:25"), (PlaceKind.OFFICE, "08:15"), (None, "08:10")]
)
def test_each_kind_of_place_has_its_own_time(kind: PlaceKind | None, start: str) -> None:
    assert compound(a_kind=kind).starts({"Ann": ["A"]}) == {"A": start}


def test_a_second_order_at_the_same_address_pays_no_door() -> None:
    same = compound(b=10)
    assert same.starts(ROUTES) == {"A": "08:18", "B": "08:48"}
    # Whoever has been elsewhere in between comes in again.
    between = world(
        [job(k, place=p, place_kind=PlaceKind.HOME) for k, p in (("A", 10), ("B", 10), ("C", 10), ("D", 20))],
        [person("Ann")],
        policy=replace(PLAIN, access_s=DOORS),
    )
    assert between.starts({"Ann": ["A", "D", "B", "C"]}) == {"A": "08:18", "D": "09:06", "B": "09:54", "C": "10:24"}


def test_who_lives_in_the_house_is_at_the_door_and_the_branch_has_none() -> None:
    assert compound(home=10).starts({"Ann": ["A"]}) == {"A": "08:00"}
    assert compound(b=0).starts({"Ann": ["B"]}) == {"B": "08:00"}


def test_a_policy_without_times_has_no_doors() -> None:
    assert compound().but(policy=PLAIN).starts(ROUTES) == {"A": "08:10", "B": "08:50"}


def test_travel_costs_include_the_doors_and_so_does_the_load() -> None:
    made = compound()
    assert made.costs(ROUTES) == {Rule.TRAVEL: (40 + 16) * 50}


@pytest.mark.parametrize(
    ("limit", "amount"),
    [
        ({"max_leg_s": 1200}, None),
        ({"max_leg_s": 1199}, 1),
        ({"max_travel_s": 2400}, None),
        ({"max_travel_s": 2399}, 1),
    ],
)
def test_limits_of_travel_are_limits_of_driving(limit: dict[str, int], amount: int | None) -> None:
    made = compound(**limit)
    assert made.broken(ROUTES) == ([] if amount is None else [(Rule.TRAVEL_LIMIT, amount)])
    # The engine finds the same possible, and nothing more.
    assert made.solved().served == (2 if amount is None else 1)


def test_the_length_of_a_day_counts_the_doors() -> None:
    assert compound(max_duty_s=(40 + 16 + 60) * 60).broken(ROUTES) == []
    assert compound(max_duty_s=(40 + 16 + 60) * 60 - 1).broken(ROUTES) == [(Rule.TRAVEL_LIMIT, 1)]


def test_an_exception_covers_driving_and_no_time_at_the_door() -> None:
    made = compound(max_travel_s=2400 - 120).but(
        exceptions=(LimitException("A", HouseLimit.TRAVEL, 120, "Wang", "on the way"),)
    )
    assert made.broken(ROUTES) == []
    assert made.costs(ROUTES)[Rule.EXCEPTION] == 200
    assert made.solved().costs[Rule.EXCEPTION] == 200


def test_parts_are_at_the_door_no_sooner_than_somebody_can_bring_them() -> None:
    made = world(
        [job("A", place=10, place_kind=PlaceKind.HOME, parts={"P": 1})],
        [person("Ann")],
        policy=replace(PLAIN, access_s=DOORS, lead_with_parts_s=1800),
    ).but(as_of_s=clock("08:00"))
    assert made.starts({"Ann": ["A"]}) == {"A": "08:48"}


def test_a_matrix_of_ones_own_gets_the_doors_too() -> None:
    made = compound().with_leg("A", "B", 7).with_leg("branch", "A", None)
    facts = Facts(made.problem, made.matrix)
    assert facts.travel_s("car", "A", "B") == (7 + 8) * 60
    assert facts.travel_s("car", "branch", "A") is None
    rows = made.matrix.row_of
    ways = facts.ways_s("car")
    assert ways[rows["A"], rows["B"]] == 15 * 60
    assert ways[rows["branch"], rows["A"]] < 0
    assert all(ways[rows[a], rows[b]] == (facts.travel_s("car", a, b) or -1) or a == b for a in rows for b in rows)


def test_the_engine_agrees_to_the_second_and_serves_one_house_in_one_go() -> None:
    people = [(name, place) for place, names in ((10, "ACE"), (20, "BDF")) for name in names]
    jobs = [job(name, place=place, place_kind=PlaceKind.HOSPITAL) for name, place in people]
    made = world(jobs, [person("Ann")], policy=replace(PLAIN, access_s=DOORS))
    plan = made.solved()
    first, second = plan.routes[0].visit_ids[:3], plan.routes[0].visit_ids[3:]
    assert {frozenset(first), frozenset(second)} == {frozenset("ACE"), frozenset("BDF")}
    assert plan.costs[Rule.TRAVEL] == (40 + 30) * 50


def test_a_clash_of_the_clock_says_the_drive_and_the_door() -> None:
    told = PublishedVisit("A", "Ann", 0, span("08:00-08:10"))
    made = compound().but(published=(told,), locks=(Lock("A", LockLevel.PERSON, "Ann"),), as_of_s=SUNDAY_16)
    (clash,) = find_lock_clashes(made.problem, made.matrix)
    assert "at 08:18 (leaving at 08:00, 10 min + 8 min at the door on the way)" in clash.text["en"]
    assert "（08:00 出发，路上 10 分钟 + 进门 8 分钟）" in clash.text["zh"]


def test_a_visit_is_impossible_only_when_its_drive_is_too_long() -> None:
    """The door makes no drive too long; and no proof speaks of one that is short enough."""
    for limits, code in (
        ({"max_leg_s": 599}, ReasonCode.MAX_TRAVEL),
        ({"max_travel_s": 1199}, ReasonCode.MAX_TRAVEL),
        ({"max_leg_s": 600, "max_travel_s": 1200, "max_duty_s": 3479}, ReasonCode.MAX_TRAVEL),
        ({"max_leg_s": 600, "max_travel_s": 1200, "max_duty_s": 3480}, ReasonCode.TIME_LIMIT),
    ):
        made = world(
            [job("A", place=10, place_kind=PlaceKind.HOME)],
            [person("Ann", **limits)],
            policy=replace(PLAIN, access_s=DOORS),
        )
        (left,) = explain_unassigned(made.problem, made.matrix, made.plan({}))
        assert left.reasons[0].code is code
        assert left.reasons[0].proven
