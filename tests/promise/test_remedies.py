"""What the coordinator can do before it calls: each remedy is proposed where it really helps, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import Urgency
from optimizer.domain.plan import Reason, ReasonCode
from optimizer.domain.stock import Part
from optimizer.domain.technician import Employment
from optimizer.domain.units import at
from optimizer.promise.board import open_board
from optimizer.promise.remedies import Remedy, RemedyKind, find_remedies
from tests.worlds import World, job, person, span, world

FRIDAY = date(2026, 11, 27)


def remedies(w: World, routes: dict[str, list[str]], *reasons: Reason) -> tuple[Remedy, ...]:
    """Return the remedies for A, which a plan leaves out."""
    plan = w.plan(routes)
    [left] = [left for left in plan.unassigned if left.visit_id == "A"]
    return find_remedies(open_board(w.problem, w.matrix, plan), [replace(left, reasons=reasons)])["A"]


def clash(**facts: object) -> World:
    """T1 can be at one place at nine: A is promised for it, B has it."""
    facts.setdefault("due_day", FRIDAY)
    other = job("B", place=20, requested="09:00-09:00").but(**facts)
    return world([job("A", place=10, promised=(span("09:00-09:00"),)), other], [person("T1")])


def test_who_may_wait_makes_room() -> None:
    assert remedies(clash(), {"T1": ["B"]}) == (Remedy(RemedyKind.SWAP, "T1", "B", at(9)),)


@pytest.mark.parametrize(
    "facts",
    [
        {"due_day": date(2026, 11, 23)},
        {"due_day": None},
        {"promised": (span("09:00-09:00"),)},
        {"agreed_day": date(2026, 11, 23)},
        {"urgency": Urgency.EMERGENCY, "requested": ()},
    ],
    ids=["due today", "due nobody knows when", "promised", "agreed", "an emergency"],
)
def test_who_may_not_wait_makes_no_room(facts: dict[str, object]) -> None:
    assert remedies(clash(**facts), {"T1": ["B"]}) == ()


def test_a_swap_that_does_not_help_is_not_proposed() -> None:
    w = clash().with_job("A", prohibited=frozenset({"T1"}))
    assert remedies(w, {"T1": ["B"]}) == ()


def test_who_has_the_part_hands_it_over_wherever_he_is() -> None:
    """The only board is with B, on T2's day; T1 has time for A."""
    w = world(
        [
            job("A", place=10, promised=(span("09:00-11:00"),), parts={"P1": 1}, required=frozenset({"T1"})),
            job("B", place=20, parts={"P1": 1}, due_day=FRIDAY),
            job("C", place=20, due_day=FRIDAY),
        ],
        [person("T1"), person("T2")],
        parts=(Part("P1", "board", 1),),
    )
    [swap] = remedies(w, {"T2": ["B", "C"]})
    assert (swap.kind, swap.technician_id, swap.postponed) == (RemedyKind.SWAP, "T1", "B")


def test_a_contractor_without_a_shift_is_asked_and_nobody_of_the_staff() -> None:
    """T3 and T4 are off: T3 is of the staff, and may be ill."""
    off = [person("T3", days=()), person("T4", days=(), employment=Employment.CONTRACTOR)]
    w = clash(due_day=None)
    people = (*w.problem.technicians, *(p.technician for p in off))
    assert remedies(w.but(technicians=people), {"T1": ["B"]}) == (Remedy(RemedyKind.CONTRACTOR, "T4", start_s=at(9)),)


def test_an_exception_that_would_do_comes_first() -> None:
    one = LimitException("A", HouseLimit.OVERTIME, 1_200, "", "", "T1")
    reason = Reason(ReasonCode.SHIFT_CAPACITY, False, "T1", amount=1_200, unit="s", exception=one)
    found = remedies(clash(), {"T1": ["B"]}, reason)
    assert found[0] == Remedy(RemedyKind.EXCEPTION, "T1", exception=one)
    assert [remedy.kind for remedy in found] == [RemedyKind.EXCEPTION, RemedyKind.SWAP]


def test_nothing_is_looked_for_where_nothing_breaks() -> None:
    w = clash()
    plan = w.plan({"T1": ["B"]})
    assert find_remedies(open_board(w.problem, w.matrix, plan), []) == {}
