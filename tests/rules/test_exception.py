"""Exceptions by name: a house limit is exceeded for one visit as far as its exception goes, priced and listed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.problem import PublishedVisit
from optimizer.domain.rules import Rule
from tests.rules.test_lock_kept import plan_of
from tests.worlds import SUNDAY_16, World, job, person, span, world

AB = {"Ann": ["A", "B"]}


def road(*people: Any, **facts: Any) -> World:
    """Return A ten minutes from the branch and B twenty, half an hour each: Ann is back at 09:40."""
    jobs = [job("A", place=10, area="north"), job("B", place=20, area="north")]
    return world(jobs, people or [person("Ann")], **facts)


def allow(made: World, visit_id: str, limit: HouseLimit, amount: int, **facts: Any) -> World:
    """Return the world in which Chen allows a visit to exceed a limit."""
    one = LimitException(visit_id, limit, amount, "Chen", "old customer", **facts)
    return made.but(exceptions=(*made.problem.exceptions, one))


def told(opens_closes: str) -> World:
    """Return the road on which the customer of A was told a window of Monday, with no time left to change it."""
    return road(published=(PublishedVisit("A", "Ann", 0, span(opens_closes)),), as_of_s=SUNDAY_16)


#: What is exceeded: the world, the limit, the visit, by how much, the rule that is broken, and what it costs.
EXCEEDED: list[tuple[World, HouseLimit, str, int, tuple[Rule, int], int]] = [
    (road(person("Ann", max_travel_s=38 * 60)), HouseLimit.TRAVEL, "A", 120, (Rule.TRAVEL_LIMIT, 120), 200),
    (road(person("Ann", max_leg_s=17 * 60)), HouseLimit.TRAVEL, "B", 180, (Rule.TRAVEL_LIMIT, 180), 300),
    (road(person("Ann", hours="08:00-09:30")), HouseLimit.OVERTIME, "A", 600, (Rule.SHIFT, 600), 1_500),
    (road(person("Ann", max_visits=1)), HouseLimit.VISITS, "B", 1, (Rule.TRAVEL_LIMIT, 1), 2_000),
    (told("08:00-08:05"), HouseLimit.TOLD, "A", 300, (Rule.LOCK, 300), 2_000),
    (told("08:15-08:30"), HouseLimit.TOLD, "A", 300, (Rule.LOCK, 0), 2_000),
]
NAMES = ("travel", "leg", "overtime", "visits", "told-late", "told-early")


# --- the judge ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("made", "limit", "visit_id", "amount", "rule", "cents"), EXCEEDED[:5], ids=NAMES[:5])
def test_what_an_exception_covers_is_accepted_listed_and_priced(
    made: World, limit: HouseLimit, visit_id: str, amount: int, rule: tuple[Rule, int], cents: int
) -> None:
    assert made.broken(AB) == [rule]
    judgement = allow(made, visit_id, limit, amount).judge(AB)
    assert judgement.is_clean, judgement.violations
    (listed,) = judgement.accepted
    assert (listed.rule, listed.amount, listed.visit_id, listed.technician_id) == (*rule, visit_id, "Ann")
    assert (listed.by, listed.why) == ("Chen", "old customer")
    assert judgement.costs[Rule.EXCEPTION] == cents


def test_a_plan_of_the_engine_states_an_excess_in_cents_that_can_be_written() -> None:
    made, limit, visit_id, amount, _, cents = EXCEEDED[1]
    plan = allow(made, visit_id, limit, amount).solved(iterations=20)
    assert plan.costs[Rule.EXCEPTION] == cents
    assert json.loads(json.dumps(plan.costs)) == plan.costs


@pytest.mark.parametrize(("made", "limit", "visit_id", "amount", "rule", "cents"), EXCEEDED[:3], ids=NAMES[:3])
def test_what_goes_a_second_beyond_an_exception_is_broken_by_a_second(
    made: World, limit: HouseLimit, visit_id: str, amount: int, rule: tuple[Rule, int], cents: int
) -> None:
    assert allow(made, visit_id, limit, amount - 1).broken(AB) == [(rule[0], 1)]


def test_a_told_window_opens_earlier_by_an_exception() -> None:
    made = allow(told("08:15-08:30"), "A", HouseLimit.TOLD, 300)
    assert told("08:15-08:30").starts(AB)["A"] == "08:15"
    judgement = made.judge(AB)
    assert (made.starts(AB)["A"], judgement.is_clean) == ("08:10", True)
    assert [(one.rule, one.amount) for one in judgement.accepted] == [(Rule.LOCK, 300)]


def test_a_technician_serves_another_district_by_an_exception() -> None:
    made = road(person("Ann", areas=frozenset({"south"})))
    assert made.broken({"Ann": ["A"]}) == [(Rule.ALLOWED, 1)]
    judgement = allow(made, "A", HouseLimit.AREA, 1).judge({"Ann": ["A"]})
    assert judgement.is_clean
    assert [(one.rule, one.by) for one in judgement.accepted] == [(Rule.ALLOWED, "Chen")]
    assert judgement.costs[Rule.EXCEPTION] == 2_000


@pytest.mark.parametrize("barred", [{"refused": frozenset({"Ann"})}, {"prohibited": frozenset({"Ann"})}])
def test_a_refusal_is_never_excepted(barred: dict[str, Any]) -> None:
    made = allow(road(person("Ann", areas=frozenset({"south"}))), "A", HouseLimit.AREA, 1)
    assert made.with_job("A", **barred).broken({"Ann": ["A"]}) == [(Rule.ALLOWED, 1)]


def next_day(starts: str) -> World:
    """Return the road with a shift until 09:30, 22 hours of rest, and Ann's next shift at a time of Tuesday."""
    ann = person("Ann", hours="08:00-09:30")
    ann = replace(ann, shifts=(*ann.shifts, *person("Ann", hours=f"{starts}-23:00", days=(1,)).shifts))
    return road(ann, days=2).with_policy(rest_s=22 * 3600)


def test_nobody_rests_less_by_an_exception() -> None:
    assert allow(next_day("07:40"), "A", HouseLimit.OVERTIME, 600).broken(AB) == []
    assert allow(next_day("07:35"), "A", HouseLimit.OVERTIME, 600).broken(AB) == [(Rule.REST, 300)]


def test_a_limit_that_is_not_exceeded_needs_and_costs_nothing() -> None:
    made = allow(road(person("Ann", max_travel_s=40 * 60)), "A", HouseLimit.TRAVEL, 600)
    judgement = made.judge(AB)
    assert (judgement.is_clean, judgement.accepted, judgement.costs[Rule.EXCEPTION]) == (True, (), 0)


def test_an_exception_is_for_the_day_that_serves_its_visit() -> None:
    people = person("Ann", max_travel_s=38 * 60), person("Ben", max_travel_s=38 * 60)
    jobs = [job("A", place=10), job("B", place=20), job("C", place=5)]
    made = allow(world(jobs, people), "C", HouseLimit.TRAVEL, 120)
    assert made.broken({"Ann": ["A", "B"], "Ben": ["C"]}) == [(Rule.TRAVEL_LIMIT, 120)]
    assert made.broken({"Ann": ["C", "A", "B"]}) == []


def test_a_long_leg_is_covered_by_the_visit_at_its_end_alone() -> None:
    made = road(person("Ann", max_leg_s=17 * 60))
    assert allow(made, "A", HouseLimit.TRAVEL, 600).broken(AB) == [(Rule.TRAVEL_LIMIT, 180)]


def test_exceptions_to_one_limit_do_not_add_up() -> None:
    made = road(person("Ann", max_travel_s=38 * 60))
    both = allow(allow(made, "A", HouseLimit.TRAVEL, 60), "B", HouseLimit.TRAVEL, 60)
    assert both.broken(AB) == [(Rule.TRAVEL_LIMIT, 60)]


def test_nobody_allows_more_than_the_band() -> None:
    made = allow(road(person("Ann", max_travel_s=20 * 60)), "A", HouseLimit.TRAVEL, 20 * 60)
    assert made.broken(AB) == [(Rule.TRAVEL_LIMIT, 5 * 60)]
    assert made.with_policy(exception_travel_s=0).broken(AB) == [(Rule.TRAVEL_LIMIT, 20 * 60)]
    assert made.with_policy(exception_travel_s=1_200).broken(AB) == []


def test_an_exception_may_be_for_one_technician() -> None:
    made = road(person("Ann", max_travel_s=38 * 60), person("Ben", max_travel_s=38 * 60))
    made = allow(made, "A", HouseLimit.TRAVEL, 120, technician_id="Ben")
    assert made.broken(AB) == [(Rule.TRAVEL_LIMIT, 120)]
    assert made.broken({"Ben": ["A", "B"]}) == []


def test_a_visit_has_one_exception_to_a_limit() -> None:
    made = allow(road(), "A", HouseLimit.TRAVEL, 60)
    with pytest.raises(ValueError, match="two exceptions to one limit"):
        allow(made, "A", HouseLimit.TRAVEL, 120)


# --- the engine -----------------------------------------------------------------------------------------------------


def engine(made: World) -> tuple[list[str], int]:
    """Return what the engine's plan serves and what it pays for exceptions, after the judge has looked at it."""
    plan = plan_of(made.problem, made.matrix, 100)
    judgement = made.judge(plan)
    assert judgement.is_clean, judgement.violations
    return sorted(stop.visit_id for route in plan.routes for stop in route.stops), plan.costs[Rule.EXCEPTION]


@pytest.mark.parametrize(("made", "limit", "visit_id", "amount", "rule", "cents"), EXCEEDED[:4], ids=NAMES[:4])
def test_the_engine_serves_what_an_exception_allows_and_no_more(
    made: World, limit: HouseLimit, visit_id: str, amount: int, rule: tuple[Rule, int], cents: int
) -> None:
    assert len(engine(made)[0]) == 1
    assert engine(allow(made, visit_id, limit, amount)) == (["A", "B"], cents)
    assert len(engine(allow(made, visit_id, limit, amount - 1))[0]) == 1


def test_the_engine_sends_somebody_to_another_district_by_an_exception() -> None:
    made = road(person("Ann", areas=frozenset({"south"})))
    assert engine(made) == ([], 0)
    assert engine(allow(made, "A", HouseLimit.AREA, 1)) == (["A"], 2_000)


def test_the_engine_starts_outside_a_told_window_by_an_exception() -> None:
    made = allow(told("08:00-08:05"), "A", HouseLimit.TOLD, 300)
    assert engine(made) == (["A", "B"], 2_000)


def test_the_engine_lets_nobody_rest_less_by_an_exception() -> None:
    made = allow(next_day("07:40"), "A", HouseLimit.OVERTIME, 600)
    assert engine(made) == (["A", "B"], 1_500)
    assert len(engine(allow(next_day("07:35"), "A", HouseLimit.OVERTIME, 600))[0]) == 1


def test_an_exception_that_costs_more_than_the_visit_is_not_used() -> None:
    made = allow(road(person("Ann", max_travel_s=38 * 60)), "A", HouseLimit.TRAVEL, 120)
    assert engine(made.with_policy(exception_travel_cents=100_000)) == (["A"], 0)
