"""The judge's word on a changed plan: what is broken then, and is not broken now."""

from __future__ import annotations

import pytest

from optimizer.domain.order import PartNeed
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Part
from optimizer.judge.facts import Facts
from optimizer.judge.present import judge_present
from optimizer.judge.timing import time_canonically
from optimizer.judge.verdict import timed_as_stated
from tests.worlds import World, job, person, world


def newly_broken(
    w: World, before: dict[tuple[str, int], list[str]], key: tuple[str, int], visits: list[str]
) -> list[Rule]:
    """Return what is broken with a technician's day changed, and is not before."""
    facts = Facts(w.problem, w.matrix)
    days = timed_as_stated(facts, w.plan(before)).days
    timed = {(day.technician.technician_id, day.route.day): day.timed for day in days}
    tour = facts.tour(facts.shifts[key], [w.problem.visit_by_id[visit] for visit in visits])
    found = judge_present(facts, timed).all_newly_broken({key: time_canonically(tour, w.problem.policy)})
    return [violation.rule for violation in found]


@pytest.mark.parametrize(("own", "broken"), [((PartNeed("P", 1),), [Rule.STOCK]), ((), [Rule.STOCK])])
def test_an_own_part_that_is_used_before_is_missing_later(own: tuple[PartNeed, ...], broken: list[Rule]) -> None:
    jobs = [job("A", place=10, days=(0,), parts={"P": 1}), job("B", place=10, days=(1,), parts={"P": 1})]
    w = world(jobs, [person("Ann", days=(0, 1), own_parts=own)], parts=(Part("P", "P", on_hand=1 - len(own)),), days=2)
    assert w.broken({("Ann", 1): ["B"]}) == []
    assert newly_broken(w, {("Ann", 1): ["B"]}, ("Ann", 0), ["A"]) == broken


def test_what_is_broken_already_is_not_named_again() -> None:
    w = world([job("A", place=10, skills={"gas": 1}), job("B", place=10)], [person("Ann")])
    assert newly_broken(w, {("Ann", 0): ["A"]}, ("Ann", 0), ["A", "B"]) == []
    assert newly_broken(w, {("Ann", 0): ["B"]}, ("Ann", 0), ["A", "B"]) == [Rule.SKILL]
