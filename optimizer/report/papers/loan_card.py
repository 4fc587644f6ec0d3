"""备件借用卡, the loan card: what is out, what is taken now, and who may take nothing (前件不还后件不借)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.judge.answers import is_past_due
from optimizer.report.columns import LOAN_CARD
from optimizer.report.papers.model import Line, Paper
from optimizer.report.papers.pick_list import Taken, handed_on, taken_parts

if TYPE_CHECKING:
    from optimizer.domain.stock import Loan
    from optimizer.report.frames import Row
    from optimizer.report.papers.case import Case


def make_loan_card(case: Case) -> Paper:
    """Return the loans of people who are blocked, then those not yet due, then a line per part taken now."""
    loans = sorted(case.problem.loans, key=lambda loan: (loan.technician_id, loan.due, loan.loan_id))
    blocked = [loan for loan in loans if case.is_blocked(loan.technician_id)]
    others = [loan for loan in loans if not case.is_blocked(loan.technician_id)]
    lines = [
        *(_open_loan(case, loan, is_red=True) for loan in blocked),
        *(_open_loan(case, loan, is_red=is_past_due(case.problem, loan)) for loan in others),
        *(_new_loan(case, taken) for taken in taken_parts(case)),
    ]
    note = ""
    if blocked:
        people = case.wording.listed(dict.fromkeys(case.person(loan.technician_id) for loan in blocked))
        note = case.say("No new part before the old one is back: {people}.", people=people)
    return Paper(LOAN_CARD.name, case.say("Loan card"), LOAN_CARD.columns, tuple(lines), note)


def _open_loan(case: Case, loan: Loan, *, is_red: bool) -> Line:
    state = case.say("Past due" if is_past_due(case.problem, loan) else "Not yet due")
    if loan.return_booked is not None:
        state = case.say("{state}, return booked for {day}", state=state, day=case.wording.digits(loan.return_booked))
    cells = {
        "technician": case.person(loan.technician_id),
        "state": state,
        "loan_id": loan.loan_id,
        "order_id": "",
        "part_id": loan.part_id,
        "part": case.part(loan.part_id),
        "barcode": loan.part_id,
        "quantity": loan.quantity,
        "taken": "",
        "due": loan.due,
        **_blanks(),
    }
    return Line(cells, is_red, loan.technician_id)


def _new_loan(case: Case, taken: Taken) -> Line:
    """Return the card's line for a part taken for a visit: due back on the evening of the visit's day."""
    draw = taken.draw
    cells = {
        "technician": case.person(taken.technician.technician_id),
        "state": case.say("To take"),
        "loan_id": "",
        "order_id": taken.visit.order_id,
        "part_id": draw.part_id,
        "part": case.part(draw.part_id),
        "barcode": draw.part_id,
        "quantity": draw.quantity,
        "taken": handed_on(case, taken),
        "due": case.problem.date_of(taken.day.shift.day),
        **_blanks(),
    }
    return Line(cells, technician_id=taken.technician.technician_id, day=taken.day.shift.day)


def _blanks() -> Row:
    """Return what is filled in by hand: the card's right half."""
    return dict.fromkeys(("returned", "unused", "faulty", "signature", "keeper"))
