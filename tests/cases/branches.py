"""A branch in a few lines: T1 and T2 from 08:00 to 18:00, every place ten minutes from every other."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from optimizer.ingest.read import read_intake
from optimizer.travel.provider import travel_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from optimizer.domain.problem import Problem
    from optimizer.ingest.intake import Intake, ReadOptions
    from optimizer.travel.matrix import TravelMatrix

    Rows = Sequence[Mapping[str, str]]

DAY = "2026-11-23"
FRIDAY = "2026-11-20 16:00"


def order(order_id: str, window: str = "08:00/18:00", **cells: str) -> dict[str, str]:
    """Return a row of orders, half an hour long, requested on the day to plan."""
    row = {"order_id": order_id, "customer_id": "C1", "service_min": "30", "lat": "30.28", "lon": "120.16"}
    return {**row, "requested": f"{DAY} {window}" if window else "", **cells}


def shift(who: str, start: str = "08:00", end: str = "18:00") -> dict[str, str]:
    """Return a row of shifts on the day to plan."""
    return {"technician_id": who, "date": DAY, "start": start, "end": end}


def lay_out(
    folder: Path,
    orders: Rows,
    *,
    day: str = DAY,
    as_of: str = FRIDAY,
    no_way: tuple[str, str] = ("", ""),
    **sheets: Rows,
) -> Path:
    """Write a branch; `no_way` is a pair of places that cannot be travelled. Other sheets are rows by name."""
    people = sheets.pop("technicians", ({"technician_id": "T1"}, {"technician_id": "T2"}))
    where = {"branch_id": "B1", "name": "Branch", "lat": "30.27", "lon": "120.15", "plan_date": day, "as_of": as_of}
    places = ["branch", *(row["order_id"] for row in orders)]
    travel = [{"": a, **{b: "" if (a, b) == no_way else "0" if a == b else "600" for b in places}} for a in places]
    sheets = {
        "branch": (where,),
        "customers": ({"customer_id": "C1", "name": "Customer"},),
        "technicians": people,
        "shifts": tuple(shift(person["technician_id"]) for person in people),
        "orders": orders,
        "matrix": travel,
        **sheets,
    }
    folder.mkdir(exist_ok=True)
    for name, rows in sheets.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            writer.writerows(rows)
    (folder / "policy.toml").write_text("arrival_lead_min = 0\nmorning_min = 0\n", encoding="utf-8")
    return folder


def read(folder: Path, options: ReadOptions | None = None) -> tuple[Intake, Problem, TravelMatrix]:
    """Return what a branch holds, which must be without faults."""
    intake = read_intake(folder, options)
    problem = intake.checked()
    return intake, problem, travel_for(problem, folder)
