"""Whoever has not returned a part that is past due takes no new one (前件不还后件不借)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from optimizer.domain.rules import Rule
from tests.worlds import MONDAY, World, day_s

FRIDAY = date(2026, 11, 20)
BROKEN = [(Rule.LOAN, 1)]


def with_loan(made: World, **changes: object) -> World:
    (loan,) = made.problem.loans
    return made.but(loans=(replace(loan, **changes),))  # type: ignore[arg-type]


def test_the_debtor_takes_no_part_and_everyone_else_does(loan_past_due: World) -> None:
    assert loan_past_due.broken({"Ann": ["A"]}) == BROKEN
    assert loan_past_due.broken({"Ben": ["A"]}) == []
    assert loan_past_due.broken({"Ann": ["B"]}) == []


def test_the_evening_of_the_due_day_decides(loan_past_due: World) -> None:
    due_friday = with_loan(loan_past_due, due=FRIDAY)
    for moment, expected in (("17:29", []), ("17:30", BROKEN)):  # The branch closes at 17:30.
        assert due_friday.but(as_of_s=day_s(moment, -3)).broken({"Ann": ["A"]}) == expected


@pytest.mark.parametrize(("booked", "expected"), [(MONDAY, []), (MONDAY + timedelta(1), BROKEN), (None, BROKEN)])
def test_a_return_booked_by_the_day_frees(loan_past_due: World, booked: date | None, expected: list[object]) -> None:
    assert with_loan(loan_past_due, return_booked=booked).broken({"Ann": ["A"]}) == expected


def test_a_loan_not_yet_due_is_an_assumption(loan_past_due: World) -> None:
    open_loan = with_loan(loan_past_due, due=FRIDAY)
    (assumption,) = open_loan.judge({"Ann": ["A"]}).assumptions
    assert str(assumption) == "Loan L: technician Ann returns 1 of part F by 2026-11-20, as agreed."
    assert open_loan.judge({"Ben": ["A"]}).assumptions == ()


def test_the_message_names_the_part_owed(loan_past_due: World) -> None:
    (violation,) = loan_past_due.judge({"Ann": ["A"]}).violations
    assert violation.message == "Ann has not returned F since 2026-11-19 and takes no part for visit A."
