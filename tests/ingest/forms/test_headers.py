"""Titles: every sheet and column has a Chinese label, and every title means one column."""

from __future__ import annotations

import pytest

from optimizer.ingest.forms.columns import SHEETS, columns_of
from optimizer.ingest.forms.headers import (
    columns_by_title,
    field_names,
    is_note,
    label,
    normal,
    sheet_label,
    sheet_named,
)
from optimizer.ingest.forms.labels import COLUMN_NAMES, SHEET_NAMES


def test_every_sheet_has_its_labels() -> None:
    assert set(SHEET_NAMES) == set(SHEETS)
    for lang in ("zh", "en"):
        labels = [sheet_label(sheet, lang) for sheet in SHEETS]
        assert len(set(labels)) == len(labels)
        assert [sheet_named(text) for text in labels] == list(SHEETS)
    assert all(any(c >= "\u4e00" for c in sheet_label(sheet, "zh")) for sheet in SHEETS)
    assert all(len(sheet_label(sheet, lang)) <= 31 for sheet in SHEETS for lang in ("zh", "en"))  # a tab's name


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_column_has_its_labels_and_no_other_column_shares_one(sheet: str) -> None:
    fields = [column.field for column in columns_of(sheet)]
    assert set(COLUMN_NAMES[sheet]) == set(fields)
    for lang in ("zh", "en"):
        labels = [label(sheet, field, lang) for field in fields]
        assert len(set(labels)) == len(labels)
    assert all(any(c >= "\u4e00" for c in label(sheet, field, "zh")) for field in fields)


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_title_means_one_column(sheet: str) -> None:
    meant: dict[str, set[str]] = {}
    for column in columns_of(sheet):
        for title in (column.sheet_name, *field_names(sheet, column.field)):
            meant.setdefault(normal(title), set()).add(column.field)
    assert {title: fields for title, fields in meant.items() if len(fields) > 1} == {}
    assert {title: {column.field} for title, column in columns_by_title(sheet).items()} == meant


def test_a_name_means_one_sheet() -> None:
    meant: dict[str, set[str]] = {}
    for sheet, (chinese, english, others) in SHEET_NAMES.items():
        for name in (sheet, chinese, english, *others.split()):
            meant.setdefault(normal(name), set()).add(sheet)
    assert {name: sheets for name, sheets in meant.items() if len(sheets) > 1} == {}
    assert not any(is_note(name) for name in meant)


@pytest.mark.parametrize(
    ("sheet", "title", "field"),
    [
        ("orders", "工单号", "order_id"),
        ("orders", " 派工单号 ", "order_id"),
        ("orders", "Order No.", "order_id"),
        ("orders", "ORDER_ID", "order_id"),
        ("orders", "服务时长（分钟）", "service_s"),
        ("orders", "服务时长(分)*", "service_s"),
        ("orders", "*服务时长", "service_s"),
        ("orders", "service_min", "service_s"),
        ("orders", "Service time (min)", "service_s"),
        ("customers", "客户", "name"),
        ("orders", "客户编号", "customer_id"),
        ("technicians", "工　号", "technician_id"),
        ("branch", "Ｌａｔ", "lat"),
    ],
)
def test_titles_as_people_write_them(sheet: str, title: str, field: str) -> None:
    assert columns_by_title(sheet)[normal(title)].field == field


@pytest.mark.parametrize(
    ("name", "sheet"),
    [
        ("派工单", "orders"),
        ("orders", "orders"),
        ("Service_Area", "service_area"),
        ("备件库存", "parts"),
        ("matrix", None),
    ],
)
def test_names_of_sheets(name: str, sheet: str | None) -> None:
    assert sheet_named(name) == sheet


@pytest.mark.parametrize("name", ["说明", "README", "填写说明", "ReadMe"])
def test_notes(name: str) -> None:
    assert is_note(name)
    assert sheet_named(name) is None
