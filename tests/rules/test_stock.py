"""Branch parts are used only as far as they are on hand, arrive in time and are not reserved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer.domain.order import PartNeed
from optimizer.domain.policy import Pickup
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Arrival, Part, Reservation
from optimizer.domain.units import at
from tests.worlds import MONDAY, World, job, person, world

BOTH = {"Ann": ["A"], "Ben": ["B"]}  # One compressor each; one is on hand.
ONE_SHORT = [(Rule.STOCK, 1)]
EVE = MONDAY - timedelta(1)


def hold(quantity: int, visit_id: str = "", day: int = 0) -> Reservation:
    return Reservation("R", "P", quantity, MONDAY + timedelta(day), visit_id)


def test_what_is_on_hand_can_be_used(short_stock: World) -> None:
    assert short_stock.broken({"Ann": ["A"]}) == []
    assert short_stock.broken(BOTH) == ONE_SHORT
    assert short_stock.but(parts=(Part("P", "compressor", 2),)).broken(BOTH) == []


def test_a_negative_count_is_no_debt(short_stock: World) -> None:
    assert short_stock.but(parts=(Part("P", "compressor", -3),)).broken({"Ann": ["A"]}) == ONE_SHORT


@pytest.mark.parametrize(("day", "expected"), [(-1, []), (0, []), (1, ONE_SHORT)])
def test_an_arrival_helps_from_its_day_on(short_stock: World, day: int, expected: list[object]) -> None:
    arrival = Arrival("P", 1, MONDAY + timedelta(day))
    assert short_stock.but(arrivals=(arrival,)).broken(BOTH) == expected


@pytest.mark.parametrize(("day", "expected"), [(-1, ONE_SHORT), (0, ONE_SHORT), (1, [])])
def test_a_reservation_outside_counts_from_its_day_on(short_stock: World, day: int, expected: list[object]) -> None:
    for holder in ("", "elsewhere"):
        held = short_stock.but(reservations=(hold(1, holder, day),))
        assert held.broken({"Ann": ["A"]}) == expected


@pytest.mark.parametrize("day", [-1, 0, 5])
def test_a_reservation_by_name_is_for_that_visit_alone_whatever_its_date(short_stock: World, day: int) -> None:
    for_a = short_stock.but(reservations=(hold(1, "A", day),))
    assert for_a.broken({"Ann": ["A"]}) == []
    assert for_a.broken({"Ann": ["B"]}) == ONE_SHORT


def test_a_hold_is_kept_although_its_visit_is_not_planned_and_needs_less(short_stock: World) -> None:
    # Three on hand, two held for A, which uses one: B can have one, not two.
    three = short_stock.but(parts=(Part("P", "compressor", 3),), reservations=(hold(2, "A"),))
    greedy = three.with_job("B", parts=(PartNeed("P", 2),))
    assert three.broken(BOTH) == []
    assert greedy.broken(BOTH) == ONE_SHORT


def test_the_evening_before_a_home_starter_finds_no_morning_arrival() -> None:
    made = world([job("A", place=10, parts={"P": 1})], [person("Ann", home=5)])
    for usable_on, expected in ((EVE, []), (MONDAY, ONE_SHORT)):
        assert made.but(arrivals=(Arrival("P", 1, usable_on),)).broken({"Ann": ["A"]}) == expected


def test_the_evening_counts_home_starters_only() -> None:
    # One is there in the evening, another in the morning: Ann from home takes the first, Ben the second.
    jobs = [job("A", place=10, parts={"P": 1}), job("B", place=20, parts={"P": 1})]
    made = world(jobs, [person("Ann", home=5), person("Ben")], parts=(Part("P", "compressor", 1),))
    arriving = made.but(arrivals=(Arrival("P", 1, MONDAY),))
    assert arriving.broken(BOTH) == []
    assert arriving.broken({"Ann": ["A", "B"]}) == ONE_SHORT
    assert made.broken(BOTH) == ONE_SHORT


def test_without_a_stop_at_the_branch_a_home_starter_has_no_parts(short_stock: World) -> None:
    made = world([job("A", place=10, parts={"P": 2})], [person("Ann", home=5)], parts=(Part("P", "", 9),))
    assert made.broken({"Ann": ["A"]}) == []
    assert made.with_policy(pickup=Pickup.STOP).broken({"Ann": ["A"]}) == [(Rule.STOCK, 2)]
    assert short_stock.with_policy(pickup=Pickup.STOP).broken({"Ann": ["A"]}) == []


def test_a_wrong_pick_list_is_counted_in_parts(short_stock: World) -> None:
    plan = short_stock.plan({"Ann": ["A"]})
    (stop,) = plan.routes[0].stops
    wrong = replace(stop, parts=(PartNeed("P", 3), PartNeed("Q", 1)))
    lied = replace(plan, routes=(replace(plan.routes[0], stops=(wrong,)),))
    assert short_stock.broken(lied) == [(Rule.STOCK, 2), (Rule.STOCK, 1)]


def test_the_message_counts_what_is_planned_and_what_can_be_had(short_stock: World) -> None:
    (violation,) = short_stock.judge(BOTH).violations
    assert violation.part_id == "P"
    assert violation.message == "Part P: 2 are planned for pick-up by day 0, 1 can be had."


# --- what a stop that has begun took --------------------------------------------------------------------------------


def at_one(made: World, counted_s: int | None, *, on_hand: int = 1) -> World:
    """Return a world at 13:00: Ann, on duty since 08:00, began A at 08:10, and one part is on hand by a count."""
    begun = Lock("A", LockLevel.PREFIX, "Ann", began_s=at(8, 10))
    return made.but(as_of_s=at(13), locks=(begun,), parts=(Part("P", "compressor", on_hand, counted_s),))


@pytest.mark.parametrize(
    ("counted_s", "expected"),
    [(at(12), []), (at(8), []), (None, []), (at(8) - 1, ONE_SHORT), (at(15, day=-3), ONE_SHORT)],
)
def test_what_was_taken_before_the_count_is_counted_once(
    short_stock: World, counted_s: int | None, expected: list[object]
) -> None:
    made = at_one(short_stock, counted_s)
    assert made.broken(BOTH) == expected
    served = {visit_id for route in made.solved().routes for visit_id in route.visit_ids}
    assert served == ({"A"} if expected else {"A", "B"})


def test_a_count_after_what_began_says_nothing_of_what_has_not(short_stock: World) -> None:
    made = at_one(short_stock, at(12))
    assert made.but(locks=()).broken(BOTH) == ONE_SHORT
    assert at_one(short_stock, at(12), on_hand=0).broken(BOTH) == ONE_SHORT


def test_what_somebody_had_along_was_not_taken_from_the_branch(short_stock: World) -> None:
    """Ann used her own; of the one at the branch, B and C need one each."""
    jobs = [job(name, place=10, parts={"P": 1}) for name in "ABC"]
    carried = (PartNeed("P", 1),)
    three = at_one(world(jobs, [person("Ann", own_parts=carried), person("Ben")]), at(12))
    assert three.broken({"Ann": ["A"], "Ben": ["B", "C"]}) == ONE_SHORT
    assert three.broken({"Ann": ["A"], "Ben": ["B"]}) == []
    assert len([v for route in three.solved().routes for v in route.visit_ids]) == 2


def test_a_hold_of_what_has_begun_keeps_nothing_from_others(short_stock: World) -> None:
    made = at_one(short_stock, at(12)).but(reservations=(hold(1, "A"),))
    assert made.broken(BOTH) == []
    assert made.but(reservations=(hold(1, "A"), hold(1))).broken(BOTH) == ONE_SHORT


def test_a_crew_took_its_parts_once() -> None:
    jobs = [job("A", place=10, parts={"P": 1}, crew_size=2), job("B", place=20, parts={"P": 1})]
    made = at_one(world(jobs, [person("Ann"), person("Ben")]), at(12))
    both = made.but(locks=tuple(replace(made.problem.locks[0], technician_id=who) for who in ("Ann", "Ben")))
    assert both.broken({"Ann": ["A", "B"], "Ben": ["A"]}) == []
    assert {v for route in both.solved().routes for v in route.visit_ids} == {"A", "B"}


def test_what_a_home_starter_was_handed_the_evening_before_is_counted_once(short_stock: World) -> None:
    jobs = [job("A", place=10, parts={"P": 1}), job("B", place=20, parts={"P": 1})]
    home = world(jobs, [person("Ann", home=0), person("Ben")])
    assert at_one(home, at(12)).broken(BOTH) == []
    assert at_one(home, at(15, day=-3)).broken(BOTH) == ONE_SHORT
    assert {v for route in at_one(home, at(12)).solved().routes for v in route.visit_ids} == {"A", "B"}
