"""The columns of every table: stable English names, and how a person sees them."""

from __future__ import annotations

from dataclasses import dataclass

CLOCK = "hh:mm"
DATE = "yyyy-mm-dd"
COUNT = "0"
MINUTES = "#,##0.0"
SHARE = "0%"
MONEY = "#,##0.00"
TEXT = "@"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    name
        Stable name in data frames.
    heading
        English heading, translated where people read it.
    width
        In characters of a workbook's default font.
    number_format
        Of the spreadsheet.
    """

    name: str
    heading: str
    width: int = 12
    number_format: str = TEXT


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its stable name, its title for people, and its columns in order."""

    name: str
    title: str
    columns: tuple[Column, ...]


ROUTES = Sheet(
    "routes",
    "Routes",
    (
        Column("technician_id", "Technician no.", 14),
        Column("technician", "Technician", 14),
        Column("date", "Date", 12, DATE),
        Column("position", "Stop", 7, COUNT),
        Column("visit_id", "Visit", 16),
        Column("order_id", "Order", 16),
        Column("customer_id", "Customer no.", 14),
        Column("customer", "Customer", 26),
        Column("phone", "Phone", 16),
        Column("kind", "Kind", 10),
        Column("address", "Address", 34),
        Column("area", "Area", 10),
        Column("leave_by", "Leave by", 10, CLOCK),
        Column("arrive", "Arrive", 10, CLOCK),
        Column("start", "Start", 10, CLOCK),
        Column("end", "End", 10, CLOCK),
        Column("told_open", "Told from", 10, CLOCK),
        Column("told_close", "Told until", 10, CLOCK),
        Column("promised", "Promised", 10),
        Column("late_minutes", "Late (min)", 11, MINUTES),
        Column("travel_minutes", "Travel (min)", 12, MINUTES),
        Column("distance_km", "Distance (km)", 13, MINUTES),
        Column("service_minutes", "Service (min)", 13, MINUTES),
        Column("parts", "Parts", 30),
        Column("pinned", "Pinned", 8),
    ),
)

TECHNICIANS = Sheet(
    "technicians",
    "Technicians",
    (
        Column("technician_id", "Technician no.", 14),
        Column("technician", "Technician", 14),
        Column("employment", "Employment", 12),
        Column("date", "Date", 12, DATE),
        Column("visits", "Visits", 8, COUNT),
        Column("shift_start", "Shift from", 11, CLOCK),
        Column("shift_end", "Shift until", 11, CLOCK),
        Column("depart", "Depart", 10, CLOCK),
        Column("break_start", "Break", 10, CLOCK),
        Column("return", "Return", 10, CLOCK),
        Column("travel_minutes", "Travel (min)", 12, MINUTES),
        Column("distance_km", "Distance (km)", 13, MINUTES),
        Column("service_minutes", "Service (min)", 13, MINUTES),
        Column("overtime_minutes", "Overtime (min)", 14, MINUTES),
        Column("late_minutes", "Late (min)", 11, MINUTES),
        Column("contracted_minutes", "Contracted (min)", 16, MINUTES),
        Column("load_share", "Load", 9, SHARE),
    ),
)

UNASSIGNED = Sheet(
    "unassigned",
    "Not planned",
    (
        Column("visit_id", "Visit", 16),
        Column("order_id", "Order", 16),
        Column("customer_id", "Customer no.", 14),
        Column("customer", "Customer", 26),
        Column("phone", "Phone", 16),
        Column("kind", "Kind", 10),
        Column("address", "Address", 34),
        Column("area", "Area", 10),
        Column("priority", "Priority", 9, COUNT),
        Column("windows", "Windows", 18),
        Column("service_minutes", "Service (min)", 13, MINUTES),
        Column("due", "Due", 12, DATE),
        Column("state", "State", 22),
        Column("reason_codes", "Reason codes", 26),
        Column("reasons", "Reasons", 70),
    ),
)

COSTS = Sheet(
    "costs",
    "Costs",
    (
        Column("rule", "Rule", 16),
        Column("cost_cents", "Cost", 14, MONEY),
        Column("statement", "What it means", 80),
    ),
)

SHEETS = (ROUTES, TECHNICIANS, UNASSIGNED, COSTS)
