"""What keeps a visit out in the end is one of four, and brute force confirms it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import PartNeed, Predecessor
from optimizer.domain.plan import Cause, CauseKind, ReasonCode
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.stock import Part
from optimizer.explain.cause_sentences import CAUSES, cause_sentence
from optimizer.explain.unassigned import explain_unassigned
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.text.catalogue import translator
from tests.contested_days import KINDS, contested_day
from tests.naive import best_routes, can_be_served
from tests.random_problems import random_problem_with_plan
from tests.random_rule_book import random_rule_book
from tests.time_limits import seeds
from tests.worlds import World, clock, job, person, world

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix
    from tests.random_problems import Routes


def left_out(made: World, visit_id: str, routes: Routes | None = None) -> UnassignedVisit:
    entries = explain_unassigned(made.problem, made.matrix, made.plan(routes or {}))
    return next(entry for entry in entries if entry.visit_id == visit_id)


def cause_of(made: World, visit_id: str, routes: Routes | None = None) -> Cause:
    cause = left_out(made, visit_id, routes).cause
    assert cause is not None
    return cause


def said(made: World, visit_id: str, routes: Routes | None = None, lang: str = "en") -> str:
    left = left_out(made, visit_id, routes)
    assert left.cause is not None
    return cause_sentence(left, left.cause, made.problem, translator(lang))


# --- one of four ----------------------------------------------------------------------------------------------------


def test_impossible_alone(one_van: World) -> None:
    made = one_van.with_job("A", prohibited=frozenset({"Ann"}))
    assert cause_of(made, "A") == Cause(CauseKind.ALONE, True)
    assert said(made, "A") == "Proven: no plan of these days has it."
    assert said(made, "A", lang="zh") == "已证实：这几天的任何计划都排不进。"


def test_impossible_with_what_comes_before_it() -> None:
    # Each takes Ann's whole morning; B comes after A.
    jobs = [job("A", place=10, minutes=60), job("B", place=10, minutes=60, after=(Predecessor("A"),))]
    made = world(jobs, [person("Ann", hours="08:00-09:30")])
    assert cause_of(made, "B", {"Ann": ["A"]}) == Cause(CauseKind.ALONE, True, others=("A",))
    assert said(made, "B", {"Ann": ["A"]}) == (
        "Proven: no plan of these days has it together with what comes before it (A)."
    )


def test_impossible_beside_the_fewest_locks() -> None:
    # Ann is at B from 08:20 to 08:50; C, at noon, is locked as well and in nobody's way.
    jobs = [job("A", place=10, requested="08:10-08:30"), job("B", place=20), job("C", place=10)]
    locks = (
        Lock("B", LockLevel.START, "Ann", start_s=clock("08:20")),
        Lock("C", LockLevel.START, "Ann", start_s=clock("12:00")),
    )
    made = world(jobs, [person("Ann")]).but(locks=locks)
    routes = {"Ann": ["B", "C"]}
    assert cause_of(made, "A", routes) == Cause(CauseKind.LOCKED, True, others=("B",))
    assert said(made, "A", routes) == "Proven: no plan has it that keeps what is locked or told to customers (B)."
    assert said(made, "A", routes, "zh") == "已证实：只要保留已锁定或已告知客户的派工单（B），任何计划都排不进。"
    freed = made.but(locks=locks[1:])
    assert can_be_served(freed.problem, freed.matrix, "A")


def test_impossible_beside_the_part_of_a_locked_visit(short_stock: World) -> None:
    locked = short_stock.but(locks=(Lock("A", LockLevel.PERSON, "Ann"),))
    assert cause_of(locked, "B", {"Ann": ["A"]}) == Cause(CauseKind.LOCKED, True, others=("A",))


def test_its_own_lock_to_somebody_without_a_shift(pinned_visit: World) -> None:
    alone = pinned_visit.but(shifts=pinned_visit.problem.shifts[:1])
    assert cause_of(alone, "A") == Cause(CauseKind.LOCKED, True, others=("A",))
    assert said(alone, "A") == "Proven: no plan has it that keeps its own lock."


def test_outranked_for_the_last_part() -> None:
    # Both are ten minutes away; B is worth 20 000 cents, A, of priority 2, 30 000.
    jobs = [job("A", place=10, parts={"P": 1}, priority=2), job("B", place=10, parts={"P": 1})]
    made = world(jobs, [person("Ann")]).but(parts=(Part("P", "fan", 1),))
    assert cause_of(made, "B", {"Ann": ["A"]}) == Cause(CauseKind.OUTRANKED, False, "Ann", 0, 10_000, ("A",), 1)
    assert said(made, "B", {"Ann": ["A"]}) == (
        "Not proven: Ann Li (Ann) could come on 2026-11-23 if these stayed out: A; that plan is 100 points worse, a "
        "better one may exist."
    )
    assert said(made, "B", {"Ann": ["A"]}, "zh") == (
        "未证实：不排以下派工单，Ann Li (Ann) 2026-11-23 就可以上门：A；这样的方案差 100 分，也许还有更好的。"
    )


def test_outranked_by_the_way_alone_and_by_one_that_has_to_move(one_van: World) -> None:
    cheap = one_van.with_policy(unassigned_cents=(200, 300, 400, 500, 600))
    assert cause_of(cheap, "B", {"Ann": ["A"]}) == Cause(CauseKind.OUTRANKED, False, "Ann", 0, 800)
    assert said(cheap, "B", {"Ann": ["A"]}) == (
        "Not proven: Ann Li (Ann) could come on 2026-11-23 and nobody else would have to move; that plan is 8 points "
        "worse, a better one may exist."
    )
    # Ann may have one visit. Ben, who lives three and a half hours off, may take A but not B: seven hours on the road,
    # 21 000 cents, are less than the 30 000 for leaving A out, and more than the 20 000 for B.
    jobs = [job("A", place=10, priority=2, minutes=60), job("B", place=10, prohibited=frozenset({"Ben"}))]
    made = world(jobs, [person("Ann", max_visits=1), person("Ben", home=220, hours="04:00-20:00")])
    assert cause_of(made, "B", {"Ann": ["A"]}) == Cause(CauseKind.OUTRANKED, False, "Ann", 0, 1_000, ("A",))
    assert said(made, "B", {"Ann": ["A"]}) == (
        "Not proven: Ann Li (Ann) could come on 2026-11-23 if these were served at other times or by others: A; that "
        "plan is 10 points worse, a better one may exist."
    )


def test_open_where_a_better_plan_is_known_and_where_nothing_is(one_van: World) -> None:
    assert cause_of(one_van, "B", {"Ann": ["A"]}) == Cause(CauseKind.OPEN, True, "Ann", 0, -19_000)
    full = one_van.with_shift("Ann", end_s=clock("09:10"))
    plan = full.plan({"Ann": ["A"]})
    [left] = explain_unassigned(full.problem, full.matrix, plan, room_s=0.0)
    assert left.reasons[0].code is ReasonCode.SHIFT_CAPACITY
    assert left.cause == Cause(CauseKind.OPEN, False)
    [left] = explain_unassigned(full.problem, full.matrix, plan, until_s=0.0)
    assert left.cause == Cause(CauseKind.OPEN, False)
    assert cause_sentence(left, left.cause, one_van.problem, translator("en")) == (
        "Open: neither a plan with it nor a proof against one was found in time; paigong explain looks longer."
    )


def test_every_cause_has_a_sentence_and_its_chinese(one_van: World) -> None:
    assert {kind for kind, _ in CAUSES} == set(CauseKind)
    for text in CAUSES.values():
        assert translator("zh")(text, technician="", day="", visits="", points="") != text


# --- against brute force --------------------------------------------------------------------------------------------


def best_plan_of(problem: Problem, matrix: TravelMatrix) -> Plan | None:
    best = best_routes(problem, matrix)
    return None if best is None else time_routes(problem, matrix, best.routes, leads=best.leads, waits=best.waits)


def cents_with(problem: Problem, matrix: TravelMatrix, visit_id: str) -> int:
    """Return what the cheapest plan costs that has a visit."""
    order_id = problem.visit_by_id[visit_id].order_id
    prices = {**problem.policy.unassigned_by_order_cents, order_id: 10**9}
    forced = replace(problem, policy=replace(problem.policy, unassigned_by_order_cents=prices))
    plan = best_plan_of(forced, matrix)
    assert plan is not None
    return judge_plan(problem, matrix, time_routes(problem, matrix, {(r.technician_id, r.day): r.stop_ids
                      for r in plan.routes}, leads={s.visit_id: s.lead for r in plan.routes for s in r.stops if s.lead},
                      )).cost_cents  # fmt: skip


def check_causes(problem: Problem, matrix: TravelMatrix) -> list[CauseKind]:
    """Compare what keeps visits out of the best plan with brute force; return it."""
    plan = best_plan_of(problem, matrix)
    assert plan is not None
    found = []
    for entry in explain_unassigned(problem, matrix, plan, tries=None):
        cause = entry.cause
        assert cause is not None
        found.append(cause.kind)
        possible = can_be_served(problem, matrix, entry.visit_id)
        match cause.kind:
            case CauseKind.ALONE:
                assert not can_be_served(replace(problem, locks=(), published=()), matrix, entry.visit_id)
            case CauseKind.LOCKED:
                assert not possible
            case CauseKind.OUTRANKED:
                assert cause.cents is not None
                assert 0 <= cents_with(problem, matrix, entry.visit_id) - plan.cost_cents <= cause.cents
            case CauseKind.OPEN:
                assert not cause.proven
                assert not possible, "a plan with it was missed"
    return found


@pytest.mark.parametrize("seed", seeds(200, by_day=21))
def test_the_causes_of_a_contested_day_are_what_brute_force_finds(seed: int) -> None:
    _, made = contested_day(seed)
    check_causes(made.problem, made.matrix)


def test_contested_days_have_every_cause() -> None:
    kinds: dict[str, set[CauseKind]] = {}
    for seed in range(70):
        kind, made = contested_day(seed)
        kinds.setdefault(kind, set()).update(check_causes(made.problem, made.matrix))
    assert set(kinds) == set(KINDS)
    assert set().union(*kinds.values()) >= {CauseKind.ALONE, CauseKind.LOCKED, CauseKind.OUTRANKED}
    assert CauseKind.LOCKED in kinds["locks"]
    assert CauseKind.OUTRANKED in kinds["stock"] & kinds["time"]


@pytest.mark.parametrize("seed", seeds(60, by_day=10))
def test_the_causes_of_a_random_day_are_what_brute_force_finds(seed: int) -> None:
    check_causes(*random_problem_with_plan(seed, most_visits=5, most_technicians=2)[:2])


@pytest.mark.parametrize("seed", seeds(60, by_day=10))
def test_the_causes_under_the_whole_book_are_what_brute_force_finds(seed: int) -> None:
    check_causes(*random_rule_book(seed)[:2])


def test_a_part_that_two_need_is_given_to_the_dearer_one() -> None:
    made = world([job("A", place=10), job("B", place=10, priority=3)], [person("Ann")])
    needed = made.with_job("A", parts=(PartNeed("P", 1),)).with_job("B", parts=(PartNeed("P", 1),))
    short = needed.but(parts=(Part("P", "fan", 1),))
    left = left_out(short, "A", {"Ann": ["B"]})
    assert left.reasons[0].code is ReasonCode.PART_OUT_OF_STOCK
    assert left.cause is not None
    assert left.cause.others == ("B",)
