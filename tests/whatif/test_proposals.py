"""What would help a visit that stays out: granted, it does, at the price that is stated or less, and less would not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import PartNeed, SkillNeed, ToolNeed
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.stock import Part, Tool
from optimizer.explain.unassigned import explain_unassigned
from optimizer.judge.verdict import judge_plan
from optimizer.text.catalogue import translator
from optimizer.whatif.asks import AskKind
from optimizer.whatif.proposals import late_s, smallest_change
from optimizer.whatif.sentences import proposal_sentence
from optimizer.whatif.variant import Search
from tests.contested_days import contested_day
from tests.naive import best_routes
from tests.time_limits import seeds
from tests.worlds import World, clock, span

if TYPE_CHECKING:
    from optimizer.whatif.proposals import Proposal
    from tests.random_problems import Routes

SEARCH = Search(seconds=30.0, iterations=200)


def proposals(made: World, visit_id: str, routes: Routes | None = None) -> tuple[Proposal, ...]:
    plan = made.plan(routes or {})
    plan = replace(plan, unassigned=explain_unassigned(made.problem, made.matrix, plan))
    return smallest_change(made.problem, made.matrix, plan, visit_id, seconds=None, search=SEARCH)


def english(made: World, one: Proposal) -> str:
    return proposal_sentence(one, made.problem, translator("en"))


def test_overtime_and_a_sooner_window_each_as_little_as_is_needed(one_van: World) -> None:
    # A, ten minutes away, opens at 08:45 and takes half an hour: Ann is back at 09:25, a quarter of an hour too late.
    made = one_van.with_shift("Ann", end_s=clock("09:10")).with_job("A", requested=(span("08:45-09:00"),))
    first, second = proposals(made, "A")
    assert (first.ask.kind, first.ask.window) == (AskKind.WINDOW, span("08:30-09:00"))
    assert second.ask.exception == LimitException("A", HouseLimit.OVERTIME, 900, "", "", "Ann")
    # Leaving A out costs 20 000, the road 1 000, and a quarter of an hour 2 250 as overtime, once more as exception.
    assert (first.variant.extra_cents, second.variant.extra_cents) == (-19_000, -14_500)
    assert english(made, first) == (
        "Agree with the customer: 2026-11-23 08:30–09:00. Ann Li (Ann) then comes on 2026-11-23 at 08:30; the plan is "
        "190 points better."
    )
    assert english(made, second).startswith("An exception would do; in the sheet exceptions: order A, rule overtime")


def test_one_more_part_of_two_that_are_needed(one_van: World) -> None:
    made = one_van.with_job("A", parts=(PartNeed("P", 2),)).but(parts=(Part("P", "fan", 1),))
    [one] = proposals(made, "A", {"Ann": ["B"]})
    assert (one.ask.kind, one.ask.subject, one.ask.amount) == (AskKind.PART, "P", 1)
    assert english(made, one) == (
        "Get part fan (P) to the branch: 1 more. Ann Li (Ann) then comes on 2026-11-23 at 08:10; the plan is 200 "
        "points better."
    )


def test_a_tool_a_skill_somebody_refused_and_a_lock(one_van: World) -> None:
    tools = one_van.with_job("A", tools=(ToolNeed("L", 2),)).but(tools=(Tool("L", "ladder", 1),))
    [one] = proposals(tools, "A")
    assert (one.ask.kind, one.ask.subject) == (AskKind.TOOL, "L")
    skilled = one_van.with_job("A", skills=(SkillNeed("gas", 2),))
    [one] = proposals(skilled, "A")
    assert (one.ask.kind, one.ask.technician_id, one.ask.subject, one.ask.amount) == (AskKind.SKILL, "Ann", "gas", 2)
    refused = one_van.with_job("A", refused=frozenset({"Ann"}))
    [one] = proposals(refused, "A")
    assert (one.ask.kind, one.ask.technician_id) == (AskKind.TECHNICIAN, "Ann")
    assert english(refused, one).startswith("Let Ann Li (Ann) serve it, who is refused")
    locked = one_van.with_job("A", requested=(span("08:10-08:10"),)).but(
        locks=(Lock("B", LockLevel.START, "Ann", start_s=clock("08:20")),)
    )
    asked = {one.ask.kind: one for one in proposals(locked, "A", {"Ann": ["B"]})}
    assert asked[AskKind.LOCK].ask.released == "B"
    assert english(locked, asked[AskKind.LOCK]).startswith("Take the lock of visit B off.")
    assert asked[AskKind.LOCK].variant.left_out == ()


def test_what_nobody_can_help_has_no_proposal(one_van: World) -> None:
    assert proposals(one_van.with_job("A", crew_size=3), "A") == ()


def test_where_room_can_be_made_for_less_nobody_is_asked(one_van: World) -> None:
    # B has a place as things are.
    assert proposals(one_van, "B", {"Ann": ["A"]}) == ()


def test_a_late_visit_on_time_by_another_window_or_without_a_lock(one_van: World) -> None:
    # Ann is at B from 08:20, where she is locked, and comes to A after it, whose window closed at 08:30.
    made = one_van.with_job("A", requested=(span("08:00-08:15"),)).but(
        locks=(Lock("B", LockLevel.START, "Ann", start_s=clock("08:20")),)
    )
    plan = made.plan({"Ann": ["B", "A"]})
    [late] = [stop for route in plan.routes for stop in route.stops if stop.lateness_s]
    assert late.visit_id == "A"
    found = proposals(made, "A", {"Ann": ["B", "A"]})
    asked = {one.ask.kind: one for one in found}
    assert asked.keys() == {AskKind.WINDOW, AskKind.LOCK}
    for one in found:
        assert late_s(one.variant.plan, made.problem.visit_by_id["A"]) == 0
        assert judge_plan(one.ask.problem, made.matrix, one.variant.plan).is_clean
        assert one.variant.extra_cents == one.variant.plan.cost_cents - plan.cost_cents < 0
    assert asked[AskKind.LOCK].ask.released == "B"


def test_a_visit_that_comes_on_time_has_no_proposal(one_van: World) -> None:
    assert proposals(one_van, "A", {"Ann": ["A", "B"]}) == ()


def test_a_late_visit_that_would_come_on_time_as_it_is_asks_nobody(one_van: World) -> None:
    # The other way round A is on time and B has no window: nothing need be asked for.
    made = one_van.with_job("A", requested=(span("08:00-08:15"),))
    assert proposals(made, "A", {"Ann": ["B", "A"]}) == ()


def check_proposals(made: World) -> int:
    """Grant each proposal of the best plan of a day; return how many there are."""
    best = best_routes(made.problem, made.matrix)
    assert best is not None
    plan, count = made.plan(best.routes), 0
    for left in plan.unassigned:
        for one in smallest_change(made.problem, made.matrix, plan, left.visit_id, seconds=None, search=SEARCH):
            granted, count = one.ask.problem, count + 1
            judgement = judge_plan(granted, made.matrix, one.variant.plan)
            assert judgement.is_clean
            assert any(left.visit_id in route.visit_ids for route in one.variant.plan.routes)
            assert judgement.cost_cents == plan.cost_cents + one.variant.extra_cents
            # Without it, that plan breaks a rule.
            assert not judge_plan(made.problem, made.matrix, one.variant.plan).is_clean
            found = best_routes(granted, made.matrix)
            assert found is not None
            assert found.cents <= judgement.cost_cents
    for visit in made.problem.visits:
        if late_s(plan, visit) == 0:
            continue
        for one in smallest_change(made.problem, made.matrix, plan, visit.visit_id, seconds=None, search=SEARCH):
            judgement, count = judge_plan(one.ask.problem, made.matrix, one.variant.plan), count + 1
            assert judgement.is_clean
            assert late_s(one.variant.plan, visit) == 0
            assert judgement.cost_cents == plan.cost_cents + one.variant.extra_cents < plan.cost_cents
    return count


@pytest.mark.parametrize("seed", seeds(200, by_day=14))
def test_what_is_proposed_helps_at_the_stated_cost_or_less(seed: int) -> None:
    check_proposals(contested_day(seed)[1])
