"""Rows of a branch by their keys: changed, added, taken out; and every one that names none."""

from __future__ import annotations

from itertools import permutations

import pytest

from api.readers.patching import patched
from api.schemas.bodies import example_branch
from optimizer.errors import InputError


def test_rows_are_changed_added_and_taken_out() -> None:
    before = example_branch()
    made = patched(
        before,
        {"orders": [{"order_id": "O1", "service": "PT2H", "promised": None}, {"order_id": "O9", "customer_id": "C1"}]},
        {"orders": ["O2"]},
    )
    assert [order["order_id"] for order in made["orders"]] == ["O1", "O3", "O9"]
    assert made["orders"][0] == {name: value for name, value in before["orders"][0].items() if name != "promised"} | {
        "service": "PT2H"
    }
    assert made["customers"] == before["customers"]
    assert len(before["orders"]) == 3


def test_a_row_that_several_columns_name_is_found_by_all_of_them() -> None:
    lock = {"visit_id": "O1", "level": "person", "technician_id": "T1"}
    locked = patched(example_branch(), {"locks": [lock]}, {})
    assert locked["locks"] == [lock]
    assert patched(locked, {}, {"locks": [lock]})["locks"] == []


def test_every_row_that_names_none_is_a_fault() -> None:
    with pytest.raises(InputError) as raised:
        patched(example_branch(), {"orders": [{"service": "PT1H"}]}, {"orders": ["O7"], "shifts": ["T1"]})
    assert [(issue.code, issue.path) for issue in raised.value.report.errors] == [
        ("PATCH_ROW", "/remove/orders/0"),
        ("EDIT_SHAPE", "/remove/shifts/0/date"),
        ("EDIT_SHAPE", "/upsert/orders/0/order_id"),
    ]


def test_rows_of_a_sheet_without_keys_are_added_and_taken_out_by_what_they_state() -> None:
    """Who falls ill, what arrives, what came back: sheets in which two rows may say nearly the same."""
    ill = {"technician_id": "T1", "date": "2026-11-30", "reported": "2026-11-30T07:40:00+08:00", "reason": None}
    late = {"technician_id": "T2", "date": "2026-11-30", "end": "10:00"}
    made = patched(example_branch(), {"absences": [ill, late, late]}, {})
    assert made["absences"] == [{name: value for name, value in ill.items() if value is not None}, late]
    again = patched(made, {"absences": [late]}, {"absences": [{"technician_id": "T1"}]})
    assert again["absences"] == [late]
    with pytest.raises(InputError) as raised:
        patched(made, {}, {"absences": ["T1", {}, {"technician_id": "T9"}]})
    assert [(issue.code, issue.path) for issue in raised.value.report.errors] == [
        ("EDIT_SHAPE", "/remove/absences/0"),
        ("EDIT_SHAPE", "/remove/absences/1"),
        ("PATCH_ROW", "/remove/absences/2"),
    ]


def test_sheets_that_are_new_come_in_the_order_of_the_patch() -> None:
    """The same patch gives the same bytes, by which an input is known."""
    row = {"technician_id": "T1", "date": "2026-11-30"}
    for sheets in permutations(("absences", "arrivals", "calendar", "returns")):
        made = patched(example_branch(), {sheet: [row] for sheet in sheets}, {})
        assert tuple(made)[-4:] == sheets


def test_a_sheet_that_is_null_has_no_rows() -> None:
    lock = {"visit_id": "O1", "level": "person", "technician_id": "T1"}
    assert patched(example_branch() | {"locks": None}, {"locks": [lock]}, {})["locks"] == [lock]


def test_the_row_of_the_branch_is_changed_in_part() -> None:
    before = example_branch()
    made = patched(before, {}, {}, {"as_of": "2026-11-30T08:00:00+08:00", "name": None})
    assert made["branch"] == {name: value for name, value in before["branch"].items() if name != "name"} | {
        "as_of": "2026-11-30T08:00:00+08:00"
    }
    assert {sheet: rows for sheet, rows in made.items() if sheet != "branch"} == {
        sheet: rows for sheet, rows in before.items() if sheet != "branch"
    }
