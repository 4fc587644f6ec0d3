"""The column contract: its names in sheets and JSON, and its own examples as proof that they are right."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from optimizer.ingest.forms.columns import KEYS, REQUIRED_SHEETS, SHEETS, OrderRow, columns_of, partial_model


def test_a_duration_is_minutes_in_a_sheet_and_bare_in_json() -> None:
    names = {column.field: (column.sheet_name, column.json_name) for column in columns_of("orders")}
    assert names["service_s"] == ("service_min", "service")
    assert names["critical_test_s"] == ("critical_test_min", "critical_test")
    assert names["order_id"] == ("order_id", "order_id")


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_example_of_every_column_is_right(sheet: str) -> None:
    columns = columns_of(sheet)
    row = SHEETS[sheet].model_validate({column.field: column.example for column in columns})
    assert row.model_fields_set == {column.field for column in columns}
    assert all(column.meaning.endswith(".") for column in columns)


@pytest.mark.parametrize("sheet", SHEETS)
def test_only_required_columns_are_needed(sheet: str) -> None:
    columns = columns_of(sheet)
    needed = {column.field: column.example for column in columns if column.required}
    assert SHEETS[sheet].model_validate(needed).model_fields_set == set(needed)
    with pytest.raises(ValidationError) as caught:
        SHEETS[sheet].model_validate({})
    assert {error["loc"][0] for error in caught.value.errors()} == set(needed)


def test_names_are_unique_and_keys_are_columns() -> None:
    for sheet in SHEETS:
        columns = columns_of(sheet)
        for form in ("csv", "json"):
            assert len({column.name(form) for column in columns}) == len(columns)
        assert set(KEYS.get(sheet, ())) <= {column.field for column in columns}
    assert set(REQUIRED_SHEETS) <= set(SHEETS)


def test_a_partial_row_knows_what_its_right_cells_say() -> None:
    row = partial_model("orders").model_validate({"order_id": "O1", "priority": "2"})
    assert isinstance(row, OrderRow)
    assert (row.order_id, row.priority) == ("O1", 2)
    assert row.model_dump(include={"customer_id", "lat"}) == {"customer_id": None, "lat": None}


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
    model = partial_model("orders")
    assert getattr(model.model_validate({field: text}), field) == getattr(model.model_validate({field: native}), field)
