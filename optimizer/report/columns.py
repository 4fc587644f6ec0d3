"""The columns of every table: stable English names, and how a person sees them."""

from __future__ import annotations

from dataclasses import dataclass

CLOCK = "hh:mm"
DATE = "yyyy-mm-dd"
STAMP = "mm-dd hh:mm"
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

CALL_LIST = Sheet(
    "call_list",
    "Call list",
    (
        Column("whom", "Whom", 20),
        Column("phone", "Phone", 16),
        Column("order_id", "Order", 10),
        Column("why", "Why", 18),
        Column("say", "What to say", 60),
        Column("caller", "Caller", 16),
        Column("by", "By", 13, STAMP),
        Column("outcome", "Outcome", 18),
    ),
)

CHANGES = Sheet(
    "changes",
    "Changes",
    (
        Column("order_id", "Order", 12),
        Column("customer", "Customer", 24),
        Column("kind", "Change", 18),
        Column("before_technician", "Technician before", 18),
        Column("before", "Told before", 16),
        Column("after_technician", "Technician now", 18),
        Column("after", "Told now", 16),
        Column("call", "Whom to call", 30),
        Column("by", "By", 13, STAMP),
    ),
)

PICK_LIST = Sheet(
    "pick_list",
    "Pick list",
    (
        Column("technician", "Technician", 18),
        Column("handed", "Handed over", 16),
        Column("order_id", "Order", 14),
        Column("part_id", "Part no.", 14),
        Column("part", "Part", 28),
        Column("quantity", "Quantity", 10, COUNT),
        Column("tick", "Tick", 8),
    ),
)

PICK_TOTALS = Sheet(
    "pick_totals",
    "Parts in total",
    (
        Column("part_id", "Part no.", 12),
        Column("part", "Part", 26),
        Column("needed", "Needed", 9, COUNT),
        Column("on_hand", "On hand", 9, COUNT),
        Column("reserved", "Reserved for others", 12, COUNT),
        Column("arriving", "Arriving by the morning", 12, COUNT),
        Column("short", "Short", 9, COUNT),
        Column("missed_by", "Missed by order", 24),
        Column("next_arrival", "Next arrival", 16),
        Column("tick", "Tick", 8),
    ),
)

LOAN_CARD = Sheet(
    "loan_card",
    "Loan card",
    (
        Column("technician", "Technician", 16),
        Column("state", "State", 16),
        Column("loan_id", "Loan", 10),
        Column("order_id", "Order", 12),
        Column("part_id", "Part no.", 12),
        Column("part", "Part", 20),
        Column("barcode", "Bar code", 16),
        Column("quantity", "Quantity", 8, COUNT),
        Column("taken", "Taken", 11, DATE),
        Column("due", "Due back", 11, DATE),
        Column("returned", "Returned", 11),
        Column("unused", "Unused", 8),
        Column("faulty", "Faulty, tagged", 8),
        Column("signature", "Technician signs", 12),
        Column("keeper", "Part keeper signs", 12),
    ),
)

REGISTER = Sheet(
    "register",
    "Register",
    (
        Column("order_id", "Order", 10),
        Column("customer", "Customer", 18),
        Column("received", "Received", 12, STAMP),
        Column("passed_on", "Passed on", 12, STAMP),
        Column("contacted", "Contacted", 12, STAMP),
        Column("promised", "Promised", 16),
        Column("due", "Due", 11, DATE),
        Column("technician", "Technician", 16),
        Column("told", "Told", 12),
        Column("acknowledged", "Acknowledged", 12, STAMP),
        Column("on_site", "On site", 12, STAMP),
        Column("done", "Done", 12, STAMP),
        Column("parts_back", "Parts back", 9),
        Column("class", "Class", 26),
        Column("next_date", "Next date", 11, DATE),
    ),
)

#: The lists on paper, in the order in which a coordinator takes them up.
PAPERS = (CALL_LIST, CHANGES, PICK_LIST, PICK_TOTALS, LOAN_CARD, REGISTER)
