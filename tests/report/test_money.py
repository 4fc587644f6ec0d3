"""The three parts of the one sum: what is paid, what guides, and what no plan could change."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.rules import SOFT_RULES, Rule
from optimizer.domain.technician import Employment
from optimizer.explain.unassigned import explain_unassigned
from optimizer.report.figures import kpis
from optimizer.report.money import cost_parts
from tests.worlds import MONDAY, World, job, person, world


def left_out() -> World:
    """T1 can do A; nobody can do B, of priority 1, which was due on Monday; C waits."""
    jobs = [
        job("A", place=10),
        job("B", place=10, skills={"gas": 1}, due_day=MONDAY, priority=1),
        job("C", place=20, priority=1),
    ]
    return world(jobs, [person("T1", employment=Employment.CONTRACTOR)])


def explained(w: World, routes: dict):
    plan = w.plan(routes)
    return replace(plan, unassigned=explain_unassigned(w.problem, w.matrix, plan))


def test_travel_and_contractors_are_paid() -> None:
    """20 minutes of travel at 0.50; a day of 60.00 and 50 minutes at 0.60."""
    w = left_out()
    parts = cost_parts(w.problem, w.matrix, explained(w, {"T1": ["A"]}))
    assert {rule: cents for rule, cents in parts.paid.items() if cents} == {Rule.TRAVEL: 1_000, Rule.CONTRACTOR: 9_000}


def test_what_nobody_can_serve_is_fixed_and_what_somebody_could_guides() -> None:
    """Priority 1 costs 200.00, five times as much on the due day; C costs once."""
    w = left_out()
    parts = cost_parts(w.problem, w.matrix, explained(w, {"T1": ["A"]}))
    assert parts.fixed == {Rule.UNASSIGNED: 100_000}
    assert parts.guiding[Rule.UNASSIGNED] == 20_000


def test_the_parts_add_up_to_the_sum() -> None:
    w = left_out()
    plan = explained(w, {"T1": ["A"]})
    parts, figures = cost_parts(w.problem, w.matrix, plan), kpis(w.problem, w.matrix, plan)
    for rule in SOFT_RULES:
        in_parts = sum(part.get(rule, 0) for part in (parts.paid, parts.guiding, parts.fixed))
        assert in_parts == plan.costs.get(rule, 0)
    assert figures["paid_cents"] + figures["penalty_cents"] + figures["fixed_cents"] == figures["cost_cents"]


def test_without_a_proof_nothing_is_fixed() -> None:
    w = left_out()
    plan = w.plan({"T1": ["A"]})
    assert cost_parts(w.problem, w.matrix, plan).fixed == {}


def test_a_plan_of_older_rules_has_no_negative_part() -> None:
    w = left_out()
    plan = replace(explained(w, {"T1": ["A"]}), costs={Rule.TRAVEL: 1_000})
    parts = cost_parts(w.problem, w.matrix, plan)
    assert min(parts.guiding.values()) == 0
    assert parts.fixed == {Rule.UNASSIGNED: 0}
