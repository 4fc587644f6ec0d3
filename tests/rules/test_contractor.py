"""A contractor costs by the used day and the minute of work, or by the order and its distance, on top."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.domain.policy import ContractorPay
from optimizer.domain.rules import Rule
from optimizer.domain.technician import Employment
from optimizer.judge.costs import contractor_order_cents
from optimizer.judge.facts import Facts
from optimizer.travel.matrix import UNREACHABLE
from tests.worlds import World, job, person, world

if TYPE_CHECKING:
    from optimizer.judge.verdict import Routes


def test_a_contractor_is_paid_for_the_day_and_for_travel_and_service(one_van: World) -> None:
    # 40 minutes of travel and 60 of service: 6 000 + 100 x 60.
    hired = one_van.with_technician("Ann", employment=Employment.CONTRACTOR)
    assert hired.costs({"Ann": ["A", "B"]}) == {Rule.CONTRACTOR: 12_000, Rule.TRAVEL: 2_000}


def test_an_unused_contractor_costs_nothing(one_van: World) -> None:
    hired = one_van.with_technician("Ann", employment=Employment.CONTRACTOR)
    assert hired.judge({}).costs[Rule.CONTRACTOR] == 0
    assert hired.judge({"Ann": []}).costs[Rule.CONTRACTOR] == 0


def test_waiting_is_not_paid(one_van: World) -> None:
    hired = one_van.with_technician("Ann", employment=Employment.CONTRACTOR).with_job("B", ready_s=12 * 3600)
    assert hired.costs({"Ann": ["A", "B"]})[Rule.CONTRACTOR] == 12_000


# --- by the order ---------------------------------------------------------------------------------------------------


def by_order(*, place: int = 10, crew_size: int = 1, **policy: Any) -> World:
    """A, an installation a kilometre a minute away, and B at the branch's door; Ann and Ben are hired."""
    jobs = [job("A", place=place, kind="installation", crew_size=crew_size), job("B", place=0)]
    people = [person(who, employment=Employment.CONTRACTOR) for who in ("Ann", "Ben")]
    made = world(jobs, people).with_policy(contractor_pay=ContractorPay.ORDER, **policy)
    return World(made.problem, replace(made.matrix, metres=made.matrix.seconds // 60 * 1000))


@pytest.mark.parametrize(
    ("routes", "cents"),
    [({"Ann": ["B"]}, 6_000), ({"Ann": ["A"]}, 6_000), ({"Ann": ["A", "B"]}, 12_000), ({}, 0)],
)
def test_each_order_costs_whatever_the_time_it_takes(routes: Routes, cents: int) -> None:
    assert by_order().judge(routes).costs[Rule.CONTRACTOR] == cents


def test_a_kind_may_have_its_own_price() -> None:
    made = by_order(contractor_kind_cents={"installation": 9_000})
    assert made.judge({"Ann": ["A", "B"]}).costs[Rule.CONTRACTOR] == 15_000


@pytest.mark.parametrize(("radius", "cents"), [(10, 6_000), (9, 6_200), (0, 8_000)])
def test_the_way_beyond_the_radius_costs_by_the_kilometre(radius: int, cents: int) -> None:
    assert by_order(contractor_radius_m=1000 * radius).judge({"Ann": ["A"]}).costs[Rule.CONTRACTOR] == cents
    half = by_order(contractor_radius_m=1000 * radius, contractor_km_cents=0)
    assert half.judge({"Ann": ["A"]}).costs[Rule.CONTRACTOR] == 6_000


@pytest.mark.parametrize(("radius_m", "cents"), [(10_000, 6_000), (8_390, 6_150), (1_953, 6_750)])
def test_the_way_beyond_the_radius_costs_by_the_mile(radius_m: int, cents: int) -> None:
    """Ten kilometres: 1 610 and 8 047 metres beyond the radius are a mile and five, rounded to the cent."""
    made = by_order(contractor_radius_m=radius_m, contractor_km_cents=0, contractor_mile_cents=150)
    assert made.judge({"Ann": ["A"]}).costs[Rule.CONTRACTOR] == cents


def test_a_way_within_the_radius_or_of_no_length_costs_nothing() -> None:
    """At 600 a kilometre a single metre would cost a cent; where there is no way, no length of it is known."""
    inside = by_order(contractor_radius_m=11_000, contractor_km_cents=600)
    assert inside.judge({"Ann": ["A"]}).costs[Rule.CONTRACTOR] == 6_000
    nowhere = by_order(contractor_radius_m=0, contractor_km_cents=600)
    nowhere = World(nowhere.problem, replace(nowhere.matrix, metres=np.full_like(nowhere.matrix.metres, UNREACHABLE)))
    assert (
        contractor_order_cents(Facts(nowhere.problem, nowhere.matrix), nowhere.problem.visit_by_id["A"], "car") == 6_000
    )


@pytest.mark.parametrize(
    ("pay", "beyond_m", "cents"),
    [("contractor_km_cents", 499, 0), ("contractor_km_cents", 500, 1), ("contractor_mile_cents", 966, 1)],
)
def test_half_a_cent_and_more_is_a_cent(pay: str, beyond_m: int, cents: int) -> None:
    """At a cent a kilometre, and 966 metres are six tenths of a mile."""
    rates = {"contractor_km_cents": 0, "contractor_mile_cents": 0} | {pay: 1}
    made = by_order(contractor_radius_m=10_000 - beyond_m, **rates)
    assert made.judge({"Ann": ["A"]}).costs[Rule.CONTRACTOR] == 6_000 + cents


def test_each_contractor_of_a_crew_is_paid() -> None:
    made = by_order(crew_size=2, contractor_radius_m=0)
    together = {"Ann": ["A"], "Ben": ["A"]}
    assert made.costs(together) == {Rule.CONTRACTOR: 16_000, Rule.TRAVEL: 2_000, Rule.UNASSIGNED: 20_000}
    assert made.solved().costs[Rule.CONTRACTOR] == 16_000 + 6_000


def test_staff_are_not_paid_by_the_order() -> None:
    made = by_order().with_technician("Ann", employment=Employment.EMPLOYEE)
    assert made.judge({"Ann": ["A", "B"]}).costs[Rule.CONTRACTOR] == 0
    assert made.solved().costs[Rule.CONTRACTOR] == 0


def test_the_engine_gives_the_far_order_to_staff() -> None:
    """Ben is staff and has room for one; the far one is the dearer for Ann."""
    made = by_order(contractor_radius_m=0).with_technician("Ben", employment=Employment.EMPLOYEE)
    made = made.but(shifts=tuple(replace(shift, max_visits=1) for shift in made.problem.shifts))
    plan = made.solved()
    assert {route.technician_id: route.visit_ids for route in plan.routes} == {"Ann": ("B",), "Ben": ("A",)}
    assert plan.costs[Rule.CONTRACTOR] == 6_000
