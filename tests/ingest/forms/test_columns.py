"""The column contract: its names in sheets and JSON, and its own examples as proof that they are right."""

from __future__ import annotations

from datetime import date

import pytest

from optimizer.ingest.forms.columns import KEYS, REQUIRED_SHEETS, SHEETS, CalendarRow, OrderRow, columns_of
from optimizer.ingest.forms.rows import EMPTY


def test_a_duration_is_minutes_in_a_sheet_and_bare_in_json() -> None:
    names = {column.field: (column.sheet_name, column.json_name) for column in columns_of("orders")}
    assert names["service_s"] == ("service_min", "service")
    assert names["critical_test_s"] == ("critical_test_min", "critical_test")
    assert names["order_id"] == ("order_id", "order_id")


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_example_of_every_column_is_right(sheet: str) -> None:
    columns = columns_of(sheet)
    assert SHEETS[sheet].read({column.field: column.example for column in columns})[1] == {}
    assert all(column.meaning.endswith(".") for column in columns)


@pytest.mark.parametrize("sheet", SHEETS)
def test_only_required_columns_are_needed(sheet: str) -> None:
    columns = columns_of(sheet)
    needed = {column.field: column.example for column in columns if column.required}
    assert SHEETS[sheet].read(needed)[1] == {}
    assert SHEETS[sheet].read({})[1] == dict.fromkeys(needed, EMPTY)


def test_names_are_unique_and_keys_are_columns() -> None:
    for sheet in SHEETS:
        columns = columns_of(sheet)
        for form in ("csv", "json"):
            assert len({column.name(form) for column in columns}) == len(columns)
        assert set(KEYS.get(sheet, ())) <= {column.field for column in columns}
    assert set(REQUIRED_SHEETS) <= set(SHEETS)


def test_a_partial_row_knows_what_its_right_cells_say() -> None:
    row, wrong = OrderRow.read({"order_id": "O1", "priority": "2", "lat": "north", "service_s": "soon"})
    assert (row.order_id, row.priority) == ("O1", 2)
    assert (row.customer_id, row.lat, row.service_s) == (None, None, None)
    assert (wrong["lat"].code, wrong["customer_id"]) == ("NUMBER_FORMAT", EMPTY)


def test_a_row_is_not_changed_and_one_with_other_cells_is_another() -> None:
    row = CalendarRow(date=date(2026, 10, 10), working=True)
    other = row.but(working=False)
    assert (row.working, other.working, other.date, other.note) == (True, False, date(2026, 10, 10), "")
    assert row == CalendarRow(date=date(2026, 10, 10), working=True, note="") != other
    with pytest.raises(AttributeError, match="working"):
        row.working = False  # type: ignore[misc]


@pytest.mark.parametrize(
    ("field", "text", "native"),
    [
        ("service_s", "7.5", "PT7M30S"),
        ("priority", "3", 3),
        ("carried_over", "否", False),
        ("lat", "30.5", 30.5),
        ("skills", "aircon:2;electric", [{"skill": "electric"}, {"skill": "aircon", "min_level": 2}]),
        ("parts", "P1:3", [{"part_id": "P1", "quantity": 3}]),
        ("required", "T1; T2", ["T1", "T2"]),
        ("promised", "2026-11-23 09:00/11:00", [{"open": "2026-11-23T09:00:00", "close": "2026-11-23T11:00"}]),
    ],
)
def test_text_and_json_mean_the_same(field: str, text: str, native: object) -> None:
    from_text, from_json = (OrderRow.read({field: cell})[0] for cell in (text, native))
    assert getattr(from_text, field) == getattr(from_json, field)
