"""What holds of every call list: of random branches at each stage, and of the demo branch.

Nobody is called twice, before it is decent, or after the promise; whoever is asked for another time is offered two;
nobody is sorry for what was not promised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import Urgency
from optimizer.domain.planning_context import PlanningContext, Stage
from optimizer.judge.verdict import time_routes
from optimizer.promise.calling_hours import next_call_s
from optimizer.report.papers.before_calls import can_be_served, is_breaking, prepare_calls
from optimizer.report.papers.case import Case
from optimizer.report.papers.customer_calls import make_customer_calls
from optimizer.report.promises import Promise, promises_of
from optimizer.report.wording import Wording
from tests.random_problems import random_problem_with_plan

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.report.papers.before_calls import Prepared
    from optimizer.report.papers.calls import Call
    from optimizer.travel.matrix import TravelMatrix

SORRY = "our apologies"
TELL = "Tell the window"


def with_half_of_its_routes(seed: int) -> tuple[Problem, TravelMatrix, Plan]:
    """Return a random branch and a plan that leaves out the last visit of every route."""
    problem, matrix, routes = random_problem_with_plan(seed)
    return problem, matrix, time_routes(problem, matrix, {who: visits[:-1] for who, visits in routes.items()})


def check_calls(problem: Problem, matrix: TravelMatrix, plan: Plan, stage: Stage) -> int:
    """Check what holds of every list; return how many words are not kept in it."""
    case = Case(problem, matrix, plan, PlanningContext(stage), Wording("en"))
    prepared = prepare_calls(case)
    calls = make_customer_calls(case, prepared)
    assert len({call.group for call in calls}) == len(calls)
    of_order = {order_id: call for call in calls for order_id in call.order_id.split(", ")}
    assert len(of_order) == sum(len(call.order_id.split(", ")) for call in calls)
    for order_id, call in of_order.items():
        check_hour(problem, order_id, call)
        check_apology(problem, order_id, call)
        assert call.message
        assert call.say.startswith("Hello")
    if stage is Stage.DRAFT and not problem.is_short_notice(0):
        assert all(TELL not in call.why for call in calls)
    broken = [left for left in case.left.values() if left.visit_id in problem.visit_by_id and is_breaking(case, left)]
    for left in broken:
        check_broken(case, prepared, left.visit_id, of_order[problem.visit_by_id[left.visit_id].order_id])
    counted = {visit_id for visit_id, promise in promises_of(problem, plan).items() if promise is Promise.WILL_BREAK}
    assert {left.visit_id for left in broken} <= counted | {left.visit_id for left in broken if left.reasons}
    return len(broken)


def check_hour(problem: Problem, order_id: str, call: Call) -> None:
    """Nobody is called at night or over noon, but for emergencies and for what does not wait for the hour."""
    order = problem.order_by_id[order_id]
    if call.by_s is None or call.is_emergency or call.by_s == problem.as_of_s or order.urgency is Urgency.EMERGENCY:
        return
    assert next_call_s(problem, problem.customer_by_id[order.customer_id], call.by_s) == call.by_s


def check_apology(problem: Problem, order_id: str, call: Call) -> None:
    """Only a word that was given is a reason to be sorry."""
    if SORRY in call.say:
        orders = [problem.order_by_id[one] for one in call.order_id.split(", ")]
        assert any(order.promised or order.agreed_day is not None for order in orders), order_id


def check_broken(case: Case, prepared: Prepared, visit_id: str, call: Call) -> None:
    """A word that is not kept is on top, before the promise, with two windows in hand or with when we ring back."""
    problem, order = case.problem, case.problem.order_of(case.problem.visit_by_id[visit_id])
    assert call.is_first
    assert call.is_red
    assert call.by_s is not None
    ahead = [window.open_s for window in order.promised if window.open_s >= problem.as_of_s]
    assert call.by_s <= min(ahead, default=call.by_s)
    offers = prepared.offers.of(visit_id)
    if len(offers) == 2:
        first, second = (offer.window for offer in offers)
        assert problem.as_of_s < first.open_s < first.close_s <= second.open_s
        assert case.day_window(first) in call.message
        assert case.day_window(second) in call.message
    elif not can_be_served(case, problem.visit_by_id[visit_id]):
        assert "Nobody at our branch does this work" in call.say


@pytest.mark.parametrize("seed", range(30))
def test_the_calls_of_a_random_branch(seed: int) -> None:
    stage = list(Stage)[seed % 3]
    check_calls(*with_half_of_its_routes(seed), stage)


@pytest.mark.night
@pytest.mark.parametrize("seed", range(30, 200))
def test_the_calls_of_many_random_branches(seed: int) -> None:
    for stage in Stage:
        check_calls(*with_half_of_its_routes(seed), stage)


def test_among_them_are_words_that_are_not_kept() -> None:
    assert sum(check_calls(*with_half_of_its_routes(seed), Stage.SETTLE) for seed in range(6)) >= 3


@pytest.mark.parametrize("stage", Stage)
def test_the_calls_of_the_demo_branch(outcome, stage: Stage) -> None:
    problem, matrix, plan = outcome.problem, outcome.matrix, outcome.plan
    assert check_calls(problem, matrix, plan, stage) >= 1
    case = Case(problem, matrix, plan, PlanningContext(stage), Wording("en"))
    offers = prepare_calls(case).offers
    assert all(len(found) in (0, 2) for found in offers.by_visit.values())


def test_nobody_is_called_at_the_draft_and_again_in_the_evening_but_for_what_is_still_open(outcome) -> None:
    problem, matrix, plan = outcome.problem, outcome.matrix, outcome.plan

    def called(stage: Stage) -> dict[str, str]:
        case = Case(problem, matrix, plan, PlanningContext(stage), Wording("en"))
        return {call.group: call.why for call in make_customer_calls(case, prepare_calls(case))}

    draft, settle = called(Stage.DRAFT), called(Stage.SETTLE)
    assert {settle[group] for group in draft.keys() & settle.keys()} == {
        draft[group] for group in draft.keys() & settle.keys()
    }
    assert not any(TELL in settle[group] for group in draft)
