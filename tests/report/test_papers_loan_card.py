"""The loan card: blocked people first, then what is out, then what is taken now."""

from __future__ import annotations

from datetime import date

from optimizer.domain.stock import Loan, Part
from tests.report.paper_worlds import column, papers_of
from tests.worlds import World, job, person, world

THURSDAY, FRIDAY, MONDAY, TUESDAY = (date(2026, 11, day) for day in (19, 20, 23, 24))


def with_loans(*loans: Loan) -> World:
    return world(
        [job("A", place=10, parts={"P1": 2}), job("B", place=20)],
        [person("T1", home=5), person("T2"), person("T3")],
        parts=(Part("P1", "board", 5),),
        loans=loans,
    )


def test_blocked_people_come_first_with_all_their_loans_in_red() -> None:
    w = with_loans(
        Loan("L1", "T1", "P1", 1, FRIDAY), Loan("L2", "T3", "P1", 1, FRIDAY), Loan("L3", "T3", "P1", 2, THURSDAY)
    )
    card = papers_of(w, {"T2": ["A"]}).loan_card
    assert column(card, "loan_id") == ["L3", "L2", "L1", ""]
    assert [line.is_red for line in card.lines] == [True, True, False, False]
    assert column(card, "state") == ["Past due", "Not yet due", "Not yet due", "To take"]
    assert card.note == "No new part before the old one is back: T3 Li (T3)."


def test_a_booked_return_lifts_the_block_but_the_loan_stays_red() -> None:
    card = papers_of(with_loans(Loan("L1", "T3", "P1", 1, THURSDAY, MONDAY)), {"T2": ["A"]}).loan_card
    assert card.note == ""
    assert column(card, "state")[0] == "Past due, return booked for 11-23"
    assert card.lines[0].is_red


def test_a_return_booked_later_than_the_plan_blocks() -> None:
    card = papers_of(with_loans(Loan("L1", "T3", "P1", 1, THURSDAY, TUESDAY)), {"T2": ["A"]}).loan_card
    assert card.note.endswith("T3 Li (T3).")


def test_a_part_taken_is_due_that_evening() -> None:
    [line] = papers_of(with_loans(), {"T2": ["A", "B"]}).loan_card.lines
    assert line.cells == {
        "technician": "T2 Li (T2)",
        "state": "To take",
        "loan_id": "",
        "order_id": "A",
        "part_id": "P1",
        "part": "board",
        "barcode": "P1",
        "quantity": 2,
        "taken": MONDAY,
        "due": MONDAY,
        "returned": None,
        "unused": None,
        "faulty": None,
        "signature": None,
        "keeper": None,
    }
    assert line.technician_id == "T2"


def test_who_starts_at_home_takes_it_on_the_last_working_evening() -> None:
    [line] = papers_of(with_loans(), {"T1": ["A"]}).loan_card.lines
    assert (line.cells["taken"], line.cells["due"]) == (FRIDAY, MONDAY)
