"""Small named branches as sheets: rows of cells, to be varied cell by cell and written as a folder."""

from __future__ import annotations

import copy
import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

Sheets = dict[str, list[dict[str, str]]]

#: Two technicians, two customers, two orders, one part, on Monday 23 November 2026, planned on Friday at 16:00.
TWO_ORDERS: Sheets = {
    "branch": [
        {
            "branch_id": "HZ",
            "name": "城西网点",
            "lat": "30.2741",
            "lon": "120.1551",
            "plan_date": "2026-11-23",
            "as_of": "2026-11-20 16:00",
            "policy": "tomorrow",
        }
    ],
    "customers": [
        {
            "customer_id": "C1",
            "name": "王女士",
            "tier": "key",
            "opening": "Mon-Fri 09:00-17:00; Sat 09:00-12:00",
            "closed_hours": "12:00-13:00",
            "refused": "",
            "served_by": "T2; T1",
        },
        {"customer_id": "C2", "name": "李先生"},
    ],
    "orders": [
        {
            "order_id": "O1",
            "customer_id": "C1",
            "lat": "30.28",
            "lon": "120.16",
            "service_min": "45",
            "skills": "aircon:2; electric",
            "parts": "P1:1",
            "promised": "2026-11-23 09:00/11:00",
            "ready": "",
            "required": "",
            "after": "",
        },
        {
            "order_id": "O2",
            "customer_id": "C2",
            "lat": "30.29",
            "lon": "120.17",
            "service_min": "30",
            "requested": "2026-11-23 13:00/15:00; 2026-11-24 09:00/10:00",
        },
    ],
    "technicians": [
        {"technician_id": "T1", "name": "Ann", "start": "branch", "home_lat": "", "home_lon": ""},
        {"technician_id": "T2", "name": "Ben", "start": "home", "home_lat": "30.25", "home_lon": "120.10"},
    ],
    "skills": [
        {"technician_id": "T1", "skill": "aircon", "level": "2", "valid_from": "", "valid_until": ""},
        {"technician_id": "T1", "skill": "electric", "level": "1"},
    ],
    "shifts": [
        {
            "technician_id": "T1",
            "date": "2026-11-23",
            "start": "08:30",
            "end": "17:30",
            "break_open": "11:30",
            "break_close": "13:00",
            "break_min": "45",
        },
        {"technician_id": "T2", "date": "2026-11-23", "start": "08:30", "end": "17:30"},
        {"technician_id": "T2", "date": "2026-11-24", "start": "08:30", "end": "17:30"},
    ],
    "parts": [{"part_id": "P1", "name": "电容", "on_hand": "4"}],
    "reservations": [
        {"reservation_id": "R1", "part_id": "P1", "quantity": "1", "date": "2026-11-23", "visit_id": "O1"}
    ],
    "loans": [
        {"loan_id": "L1", "technician_id": "T2", "part_id": "P1", "quantity": "1", "due": "2026-11-20"},
    ],
    "locks": [
        {"visit_id": "O1", "level": "start", "technician_id": "T1", "start": "09:30", "tolerance_min": "15"},
    ],
    "published": [
        {
            "visit_id": "O1",
            "technician_id": "T1",
            "date": "2026-11-23",
            "told_open": "09:00",
            "told_close": "10:00",
        },
    ],
}


def two_orders() -> Sheets:
    """Return a copy of the branch, to be changed."""
    return copy.deepcopy(TWO_ORDERS)


def with_cell(sheets: Sheets, sheet: str, row: int, column: str, value: str) -> Sheets:
    """Return the sheets with one cell changed; `row` is the number a person sees, so the first is row 2."""
    changed = copy.deepcopy(sheets)
    changed.setdefault(sheet, [])
    while len(changed[sheet]) < row - 1:
        changed[sheet].append(dict(changed[sheet][-1]))
    changed[sheet][row - 2][column] = value
    return changed


def write_folder(folder: Path, sheets: Sheets) -> Path:
    """Write each sheet as a CSV file and return the folder."""
    folder.mkdir(exist_ok=True)
    for name, rows in sheets.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder
