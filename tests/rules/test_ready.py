"""A service starts no earlier than the visit is ready."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.rules import Rule
from tests.worlds import World, clock


def test_a_service_waits_until_the_visit_is_ready(one_van: World) -> None:
    later = one_van.with_job("A", ready_s=clock("09:00"))
    (stop,) = later.plan({"Ann": ["A"]}).routes[0].stops
    assert stop.start_s == clock("09:00")
    assert later.broken({"Ann": ["A"]}) == []


def test_a_start_stated_before_it_is_counted_in_seconds(one_van: World) -> None:
    later = one_van.with_job("A", ready_s=clock("09:00"))
    early = one_van.plan({"Ann": ["A"]})  # Starts at 08:10.
    violation = next(v for v in later.judge(early).violations if v.rule is Rule.READY)
    assert (violation.amount, violation.unit) == (3000, "s")
    assert violation.message == "Visit A starts at 08:10, 50 min before it is ready (09:00)."


def test_ready_at_the_very_second_costs_nothing(one_van: World) -> None:
    ready = one_van.with_job("A", ready_s=clock("08:10"))
    assert ready.broken(one_van.plan({"Ann": ["A"]})) == []


def test_ready_after_the_window_breaks_the_window(one_van: World) -> None:
    never = one_van.with_job("A", ready_s=clock("17:01"))
    broken = never.with_shift("Ann", end_s=clock("20:00")).broken({"Ann": ["A"]})
    assert broken == [(Rule.WINDOW, 60)]


def test_a_start_stated_wrongly_but_after_ready_is_no_matter_of_ready(one_van: World) -> None:
    plan = one_van.with_job("A", ready_s=clock("08:00")).plan({"Ann": ["A"]})
    (stop,) = plan.routes[0].stops
    moved = replace(plan, routes=(replace(plan.routes[0], stops=(replace(stop, start_s=stop.start_s - 60),)),))
    assert [rule for rule, _ in one_van.broken(moved)] == [Rule.WINDOW]
