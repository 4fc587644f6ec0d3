"""A fault that is back within 30 days: a level higher than the last time or two people, and nobody is preferred."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from optimizer.domain.order import LastRepair
from optimizer.domain.plan import ReasonCode
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.rules import Rule
from optimizer.explain.unassigned import explain_unassigned, sentence
from optimizer.text.catalogue import translator
from tests.worlds import FRIDAY_16, MONDAY, PLAIN, World, clock, job, person, span, world

#: Twelve days before the fault was reported again.
LAST = LastRepair(date(2026, 11, 8), "Ben")
POLICY = replace(PLAIN, repeat_days=30)


def back(last: LastRepair | None = LAST, *, levels: dict[str, int] | None = None, **of_a: object) -> World:
    """Return A, which needs gas at level 1, was repaired by Ben at level 2, and was reported again on Friday."""
    held = {"Ann": 3, "Ben": 2} if levels is None else levels
    a = job("A", place=10, skills={"gas": 1}, last_repair=last, received_s=FRIDAY_16, **of_a)
    people = [person(who, skills={"gas": level}) for who, level in held.items()]
    return world([a, job("B", place=20)], people, policy=POLICY)


def test_a_level_higher_than_the_last_time() -> None:
    made = back()
    assert made.broken({"Ann": ["A"]}) == []
    (violation,) = made.judge({"Ben": ["A"]}).violations
    assert (violation.rule, violation.amount, violation.unit) == (Rule.SKILL, 1, "levels")
    assert violation.message == (
        "Ben holds gas at level 2; the same fault was repaired 12 days before by Ben at level 2: A needs gas at level "
        "3 or a second person."
    )
    (route,) = made.solved().routes
    assert route.technician_id == "Ann"


@pytest.mark.parametrize(("days_before", "is_repeat"), [(30, True), (31, False), (0, True), (-1, False)])
def test_thirty_days_count_from_the_repair_to_the_new_report(days_before: int, is_repeat: bool) -> None:
    last = replace(LAST, day=MONDAY - timedelta(3 + days_before))
    assert back(last).broken({"Ben": ["A"]}) == ([(Rule.SKILL, 1)] if is_repeat else [])


def test_a_policy_without_days_knows_no_repeat_fault() -> None:
    assert back().with_policy(repeat_days=0).broken({"Ben": ["A"]}) == []
    assert back(None).broken({"Ben": ["A"]}) == []


def test_the_level_of_then_counts_where_it_is_stated_or_the_technician_has_left() -> None:
    # Ben was an apprentice then: his own level 2 is higher.
    assert back(replace(LAST, level=1)).broken({"Ben": ["A"]}) == []
    assert back(replace(LAST, technician_id="gone", level=2)).broken({"Ben": ["A"]}) == [(Rule.SKILL, 1)]
    # Who it was is not known: a level above what the work needs.
    assert back(replace(LAST, technician_id="")).broken({"Ben": ["A"]}) == []
    assert back(replace(LAST, technician_id=""), levels={"Ann": 2, "Ben": 1}).broken({"Ben": ["A"]}) == [
        (Rule.SKILL, 1)
    ]


def test_nobody_higher_is_there_so_two_go() -> None:
    made = back(levels={"Ann": 2, "Ben": 2})
    assert made.broken({"Ann": ["A"]}) == [(Rule.CREW, 1)]
    assert made.broken({"Ann": ["A"], "Ben": ["A"]}) == []
    assert {route.technician_id for route in made.solved().routes if "A" in route.visit_ids} == {"Ann", "Ben"}


@pytest.mark.parametrize("barred", [{"refused": frozenset({"Ann"})}, {"prohibited": frozenset({"Ann"})}])
def test_somebody_higher_who_may_not_come_does_not_count(barred: dict[str, frozenset[str]]) -> None:
    made = back(levels={"Ann": 3, "Ben": 2, "Cy": 2}, **barred)
    assert made.broken({"Ben": ["A"], "Cy": ["A"]}) == []


def test_a_lock_to_the_last_technician_brings_a_second_person() -> None:
    made = back().but(locks=(Lock("A", LockLevel.PERSON, "Ben"),))
    assert made.broken({"Ann": ["A"], "Ben": ["A"]}) == []
    assert made.broken({"Ann": ["A"]}) != []


def test_the_desk_may_ask_for_two_people_all_the_same() -> None:
    two = back(crew_size=2)
    assert two.broken({"Ann": ["A"], "Ben": ["A"]}) == []


def test_who_was_there_is_called_and_not_preferred() -> None:
    made = back(served_by=("Ben",))
    assert made.costs({"Ann": ["A"]}).get(Rule.CONTINUITY, 0) == 0
    assert made.solved().costs[Rule.CONTINUITY] == 0
    assert back(None, served_by=("Ben",)).costs({"Ann": ["A"]})[Rule.CONTINUITY] == PLAIN.continuity_cents


def test_the_level_needed_is_none_too_many() -> None:
    # Level 3 is needed, and nobody pays for the two levels above what the work itself needs.
    assert back().costs({"Ann": ["A"]}).get(Rule.OVERQUALIFIED, 0) == 0
    assert back(None).costs({"Ann": ["A"]})[Rule.OVERQUALIFIED] == 2 * PLAIN.overqualified_cents


def test_what_has_begun_is_a_fact() -> None:
    begun = Lock("A", LockLevel.PREFIX, "Ben", began_s=clock("08:10"))
    assert back().but(locks=(begun,), as_of_s=clock("09:00")).broken({"Ben": ["A"]}) == []


def test_nobody_higher_and_no_second_person_is_a_reason_with_who_and_when() -> None:
    alone = back(levels={"Ben": 2})
    (left,) = [one for one in explain_unassigned(alone.problem, alone.matrix, alone.plan({})) if one.visit_id == "A"]
    (reason,) = left.reasons
    assert (reason.code, reason.amount, reason.proven) == (ReasonCode.CREW_SIZE, 1, True)
    assert sentence(reason, alone.problem, translator("en")) == (
        "On 2026-11-23 it needs 1 more people than can come: the same fault was repaired 12 day(s) before by Ben Li "
        "(Ben), and a level higher than then, or two people are needed."
    )
    assert sentence(reason, alone.problem, translator("zh")) == (
        "2026-11-23 还缺 1 人：同一故障 12 天前由Ben Li (Ben)修过，这次需要更高等级的人或两人上门。"
    )


def test_a_reason_about_somebody_else_says_beside_why_ben_does_not_go() -> None:
    # Ann, who is higher, goes off duty before she could be there.
    made = back().with_shift("Ann", end_s=clock("08:05"))
    (left,) = [left for left in explain_unassigned(made.problem, made.matrix, made.plan({})) if left.visit_id == "A"]
    first, second = left.reasons
    assert (first.code, first.technician_id) == (ReasonCode.SHIFT_CAPACITY, "Ann")
    assert sentence(second, made.problem, translator("en")) == (
        "The same fault was repaired 12 day(s) before by Ben Li (Ben) at level 2: it needs level 3, or a second person "
        "(crew size 2)."
    )
    assert sentence(second, made.problem, translator("zh")) == (
        "同一故障 12 天前由Ben Li (Ben)（2 级）修过：这次需要 3 级，或两人上门（人数填 2）。"
    )
    # The desk asks for two people instead.
    assert made.with_job("A", crew_size=2, requested=(span("08:00-17:00"),)).broken({"Ben": ["A"]}) == [(Rule.CREW, 1)]
