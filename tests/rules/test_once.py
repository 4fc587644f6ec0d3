"""A visit is served at most once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule

if TYPE_CHECKING:
    from tests.worlds import World


def test_each_visit_once_is_fine(two_vans: World) -> None:
    assert two_vans.broken({"Ann": ["A"], "Ben": ["B", "C"]}) == []


def test_the_second_and_third_service_are_counted(two_vans: World) -> None:
    judgement = two_vans.judge({"Ann": ["A", "B"], "Ben": ["B", "C", "B"]})
    (violation,) = judgement.violations
    assert (violation.rule, violation.amount, violation.unit, violation.visit_id) == (Rule.ONCE, 2, "visits", "B")
    assert violation.message == "Visit B is served 3 times, by Ann, Ben, Ben."


def test_a_visit_that_is_planned_cannot_also_be_unassigned(one_van: World) -> None:
    apart = one_van.plan({"Ann": ["A"]})
    both = replace(one_van.plan({"Ann": ["A", "B"]}), unassigned=apart.unassigned)
    assert one_van.broken(apart) == []
    assert (Rule.ONCE, 1) in one_van.broken(both)


def test_an_unknown_visit_is_named(one_van: World) -> None:
    assert one_van.broken({"Ann": ["A", "X"]}) == [(Rule.ONCE, 1)]
