"""Rows of a branch by their keys: changed, added, taken out; and every one that names none."""

from __future__ import annotations

import pytest

from api.plans.patching import patched
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
