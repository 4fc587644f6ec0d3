"""Why not somebody else: one decision is forced, and what differs by rule, visit and person adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.plan import ReasonCode
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.rules import Rule
from optimizer.explain.served import Fixed
from optimizer.judge.verdict import judge_plan
from optimizer.whatif.closely import explain_visit, told_closely
from optimizer.whatif.counterfactual import Counterfactual, DayChange, plan_instead
from optimizer.whatif.telling import told_instead
from optimizer.whatif.variant import Search
from tests.worlds import World, clock, job, person, world

if TYPE_CHECKING:
    from tests.random_problems import Routes

SEARCH = Search(seconds=30.0, iterations=200)


def instead(made: World, visit_id: str, technician_id: str, routes: Routes) -> Counterfactual:
    return plan_instead(made.problem, made.matrix, made.plan(routes), visit_id, technician_id, search=SEARCH)


def two_people() -> World:
    """A, ten minutes from the branch; Ann starts there, Ben lives another ten minutes behind it."""
    jobs = [job("A", place=10), job("B", place=20)]
    return world(jobs, [person("Ann"), person("Ben", home=-10)])


def test_the_price_of_somebody_else_by_rule_visit_and_person() -> None:
    made = two_people()
    found = instead(made, "A", "Ben", {"Ann": ["A", "B"]})
    # Both with Ann: 40 minutes. Both with Ben: 60; or A with Ben and B with Ann: 40 each. The cheapest is all with Ben.
    assert found.variant is not None
    assert found.variant.extra_cents == 1_000
    assert found.cost_changes == {Rule.TRAVEL: 1_000}
    assert {one.visit_id: one.after_technician_id for one in found.changes} == {"A": "Ben", "B": "Ben"}
    assert [(one.technician_id, one.visits) for one in found.people] == [("Ann", -2), ("Ben", 2)]
    assert sum(found.cost_changes.values()) == found.variant.extra_cents
    assert judge_plan(made.problem, made.matrix, found.variant.plan).is_clean
    lines = list(told_instead(found, made.problem, "en"))
    assert lines[:2] == ["With Ben Li at A, planned anew: +10 points.", "By rule: Travel +10."]
    assert lines[2].startswith("A (customer of A): Other technician")
    assert lines[-1] == "Ben Li: +2 visits, +2 h out."
    assert list(told_instead(found, made.problem, "zh"))[:2] == [
        "改由Ben Li承担 A 并重排：+10 分。",
        "按规则：路程 +10。",
    ]


def test_a_lock_gives_way_to_the_question_and_stays_a_fact() -> None:
    made = two_people().but(locks=(Lock("A", LockLevel.PERSON, "Ann"), Lock("B", LockLevel.PERSON, "Ann")))
    found = instead(made, "A", "Ben", {"Ann": ["A", "B"]})
    assert found.variant is not None
    assert {one.visit_id: one.after_technician_id for one in found.changes}["A"] == "Ben"
    assert any("B" in route.visit_ids and route.technician_id == "Ann" for route in found.variant.plan.routes)


def test_what_stands_against_somebody_is_named() -> None:
    made = two_people().with_job("A", prohibited=frozenset({"Ben"}))
    found = instead(made, "A", "Ben", {"Ann": ["A", "B"]})
    assert found.variant is None
    assert (found.cost_changes, found.changes, found.people) == ({}, (), ())
    assert found.reason is not None
    assert found.reason.code is ReasonCode.TECHNICIAN_NOT_ALLOWED
    assert list(told_instead(found, made.problem, "en")) == [
        "No plan was found in which Ben Li serves A.",
        "Ben Li (Ben) comes closest but must not serve this visit.",
    ]


def test_a_day_that_holds_less() -> None:
    assert DayChange("Ann", -2, -60).visits == -2


# --- why it is where it is ------------------------------------------------------------------------------------------


def closely(made: World, visit_id: str, routes: Routes, lang: str = "en") -> list[str]:
    visit = made.problem.visit_by_id[visit_id]
    return list(told_closely(made.problem, made.matrix, made.plan(routes), visit, lang))


def test_a_planned_visit_has_its_hour_and_its_second_best() -> None:
    made = two_people()
    why = explain_visit(made.problem, made.matrix, made.plan({"Ann": ["A", "B"]}), "A")
    assert (why.technician_id, why.start_s, why.fixed_by) == ("Ann", clock("08:10"), Fixed.ARRIVAL)
    # Without A Ann travels as far, Ben 40 minutes more: 2 000 cents.
    [other] = why.others
    assert (other.technician_id, other.extra_cents, other.cost_changes) == ("Ben", 2_000, {Rule.TRAVEL: 2_000})
    assert closely(made, "A", {"Ann": ["A", "B"]}) == [
        "Ann Li is there at 08:10: it begins on arrival.",
        "Second best: Ben Li, Mon 23 Nov at 08:20: +20 points (Travel +20).",
    ]
    assert closely(made, "A", {"Ann": ["A", "B"]}, "zh")[0] == "Ann Li 08:10 上门：到达后即开始。"


def test_what_fixes_the_hour_of_a_visit() -> None:
    alone = World(two_people().but(shifts=two_people().problem.shifts[:1]).problem, two_people().matrix)
    late = alone.with_job("A", ready_s=clock("09:00"))
    assert closely(late, "A", {"Ann": ["A"]}) == [
        "Ann Li is there at 09:00: it can be done from then on.",
        "Nobody else could take it, the rest of the plan as it is.",
    ]
    locked = alone.but(locks=(Lock("A", LockLevel.START, "Ann", start_s=clock("10:00")),))
    assert closely(locked, "A", {"Ann": ["A"]})[0] == "Ann Li is there at 10:00: its lock says so."


def test_a_visit_left_out_is_looked_at_closely() -> None:
    made = two_people().with_job("A", crew_size=3)
    left = explain_visit(made.problem, made.matrix, made.plan({"Ann": ["B"]}), "A")
    assert left.cause.kind == "alone"
    assert closely(made, "A", {"Ann": ["B"]}) == ["Nothing that may be asked for was found to help."]
