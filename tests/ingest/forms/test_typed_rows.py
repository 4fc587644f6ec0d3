"""Rows that are written as sheets read as the same rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from optimizer.ingest.forms.columns import columns_of
from optimizer.ingest.forms.typed_rows import cell_text, sheet_text
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_rows
from tests.ingest.worlds import Sheets, two_orders, write_folder

DATA = Path(__file__).parents[3] / "data"


def assert_written_as_read(branch: Path, out: Path) -> None:
    _, sheets, _ = read_rows(branch, ReadOptions())
    out.mkdir()
    for sheet in sheets.all():
        text = sheet_text(sheet.name, (entry.row for entry in sheet))
        (out / f"{sheet.name}.csv").write_text(text, encoding="utf-8")
    if (branch / "policy.toml").exists():
        (out / "policy.toml").write_bytes((branch / "policy.toml").read_bytes())
    _, again, _ = read_rows(out, ReadOptions())
    for one, other in zip(sheets.all(), again.all(), strict=True):
        assert [entry.row for entry in one] == [entry.row for entry in other], one.name


@pytest.mark.parametrize("name", ["hangzhou", "ohio"])
def test_a_demo_branch_is_written_as_it_was_read(name: str, tmp_path: Path) -> None:
    assert_written_as_read(DATA / name, tmp_path / "out")


def test_every_kind_of_cell_is_written_as_it_was_read(tmp_path: Path) -> None:
    sheets: Sheets = two_orders()
    sheets["branch"][0] |= {"weekend": "none", "no_calls": "none", "service_radius_km": "25.5", "days": "2"}
    sheets["customers"][0] |= {"closed_hours": "22:00-04:00; 12:00-13:00"}
    sheets["orders"][0] |= {
        "promised": "2026-11-23 22:00/02:00",
        "after": "O2 start+30min..4h same",
        "loads": "kg:20 crates:2",
        "contacts": "李经理 138-0000-0001; 物业",
        "lead_skills": "aircon:1",
        "service_min": "7.5",
        "carried_over": "2",
        "ready": "2026-11-23",
    }
    sheets["orders"][1] |= {"ready": "2026-11-23 10:00", "carried_over": "yes", "works_through": "yes"}
    sheets["shifts"][0] |= {"start": "19:00", "end": "07:00", "break_open": "next day 01:00", "break_close": "02:00"}
    del sheets["locks"], sheets["published"]
    assert_written_as_read(write_folder(tmp_path / "branch", sheets), tmp_path / "out")


def test_what_is_nothing_is_an_empty_cell_and_an_empty_column_is_not_written() -> None:
    column = {column.field: column for column in columns_of("orders")}
    assert cell_text(column["carried_over"], 0) == ""
    assert cell_text(column["urgency"], "normal") == "normal"
    assert cell_text(column["done"], datetime(2026, 11, 23, 9, 5)) == "2026-11-23 09:05"
    assert sheet_text("parts", []) == "part_id,on_hand\n"
