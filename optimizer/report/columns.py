"""The columns of every table: stable English names, and how a person sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.text.regional import clock_format, date_format, money_format, stamp_format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from optimizer.domain.region import Region

CLOCK = "hh:mm"
DATE = "yyyy-mm-dd"
STAMP = "mm-dd hh:mm"
COUNT = "0"
MINUTES = "#,##0.0"
SHARE = "0%"
MONEY = "#,##0.00"
POINTS = "#,##0"
TEXT = "@"

_REGIONAL: Mapping[str, Callable[[Region], str]] = {
    CLOCK: clock_format,
    DATE: date_format,
    STAMP: stamp_format,
    MONEY: money_format,
}


def spreadsheet_format(number_format: str, region: Region) -> str:
    """Return the number format of a column as a spreadsheet of a region takes it."""
    found = _REGIONAL.get(number_format)
    return number_format if found is None else found(region)


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
    is_extra
        People see it only where some row fills it; a data frame always has it.
    """

    name: str
    heading: str
    width: int = 12
    number_format: str = TEXT
    is_extra: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its stable name, its title for people, and its columns in order."""

    name: str
    title: str
    all_columns: tuple[Column, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that every plan has."""
        return tuple(column for column in self.all_columns if not column.is_extra)

    def filled(self, rows: Iterable[Mapping[str, object]]) -> tuple[Column, ...]:
        """Return the columns that every plan has, and those extra ones that some row fills."""
        used = {name for row in rows for name, value in row.items() if value not in (None, "", False)}
        return tuple(column for column in self.all_columns if not column.is_extra or column.name in used)


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
        Column("approximate", "Place approximate", 12, is_extra=True),
        Column("area", "Area", 10),
        Column("leave", "Leave", 10, CLOCK),
        Column("leave_by", "Leave by", 14, CLOCK),
        Column("arrive", "Arrive", 10, CLOCK),
        Column("start", "Start", 10, CLOCK),
        Column("end", "End", 10, CLOCK),
        Column("pause_start", "Pause from", 10, CLOCK, is_extra=True),
        Column("pause_end", "Pause until", 10, CLOCK, is_extra=True),
        Column("told_open", "Told from", 10, CLOCK),
        Column("told_close", "Told until", 10, CLOCK),
        Column("promised", "Promised", 10),
        Column("late_minutes", "Late (min)", 11, MINUTES),
        Column("travel_minutes", "Travel (min)", 12, MINUTES),
        Column("door_minutes", "At the door (min)", 15, MINUTES, is_extra=True),
        Column("distance_km", "Distance ({unit})", 13, MINUTES),
        Column("service_minutes", "Service (min)", 13, MINUTES),
        Column("parts", "Parts", 30),
        Column("tools", "Tools", 24, is_extra=True),
        Column("loads", "To carry", 16, is_extra=True),
        Column("crew", "Crew", 26, is_extra=True),
        Column("lead", "Lead", 14, is_extra=True),
        Column("after", "Comes after", 16, is_extra=True),
        Column("via_branch", "Via the branch", 13, is_extra=True),
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
        Column("branch_start", "At the branch from", 16, CLOCK, is_extra=True),
        Column("branch_end", "At the branch until", 16, CLOCK, is_extra=True),
        Column("return", "Return", 10, CLOCK),
        Column("travel_minutes", "Travel (min)", 12, MINUTES),
        Column("door_minutes", "At the door (min)", 15, MINUTES, is_extra=True),
        Column("distance_km", "Distance ({unit})", 13, MINUTES),
        Column("service_minutes", "Service (min)", 13, MINUTES),
        Column("overtime_minutes", "Overtime (min)", 14, MINUTES),
        Column("late_minutes", "Late (min)", 11, MINUTES),
        Column("contracted_minutes", "Contracted (min)", 16, MINUTES),
        Column("load_share", "Load", 9, SHARE),
        Column("balance_minutes", "Balance (min)", 13, MINUTES),
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
        Column("approximate", "Place approximate", 12, is_extra=True),
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
        Column("paid_cents", "Will be paid", 14, MONEY),
        Column("penalty_cents", "Penalty points", 16, POINTS),
        Column("fixed_cents", "Points that no plan could avoid", 26, POINTS),
        Column("statement", "What it means", 80),
    ),
)

DAYS = Sheet(
    "days",
    "Days",
    (
        Column("date", "Date", 12, DATE),
        Column("visits", "Visits", 8, COUNT),
        Column("technicians", "Technicians", 12, COUNT),
        Column("available", "Available", 12, COUNT),
        Column("travel_minutes", "Travel (min)", 12, MINUTES),
        Column("door_minutes", "At the door (min)", 15, MINUTES, is_extra=True),
        Column("distance_km", "Distance ({unit})", 13, MINUTES),
        Column("service_minutes", "Service (min)", 13, MINUTES),
        Column("overtime_minutes", "Overtime (min)", 14, MINUTES),
        Column("late_visits", "Late visits", 11, COUNT),
        Column("late_minutes", "Late (min)", 11, MINUTES),
        Column("load_share", "Mean load", 11, SHARE),
    ),
)

#: In the workbook only: a data frame has the figures themselves.
KEY_FIGURES = Sheet(
    "key_figures",
    "Key figures",
    (
        Column("figure", "Key figure", 20),
        Column("value", "Value", 18),
        Column("note", "Note", 70),
    ),
)

SHEETS = (ROUTES, TECHNICIANS, UNASSIGNED, COSTS, DAYS)

CALL_LIST = Sheet(
    "call_list",
    "Call list",
    (
        Column("by", "Call by", 12, STAMP),
        Column("caller", "Caller", 14),
        Column("whom", "Whom", 16),
        Column("phone", "Phone", 16),
        Column("say", "What to say", 56),
        Column("first", "Try first", 24),
        Column("why", "Why", 18),
        Column("order_id", "Order", 10),
        Column("message", "Text to send", 40),
        Column("outcome", "Outcome", 16),
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
        Column("date", "Date", 12, DATE, is_extra=True),
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
        Column("by_day", "Needed by day", 20, is_extra=True),
        Column("also", "Not planned, would also need", 18),
        Column("on_hand", "On hand", 9, COUNT),
        Column("reserved", "Reserved for others", 12, COUNT),
        Column("arriving", "Arriving by the morning", 12, COUNT),
        Column("short", "Short", 9, COUNT),
        Column("missed_by", "Missed by order", 24),
        Column("next_arrival", "Next arrival", 16),
        Column("tick", "Tick", 8),
    ),
)

TOOL_LIST = Sheet(
    "tool_list",
    "Tool list",
    (
        Column("date", "Date", 12, DATE, is_extra=True),
        Column("tool_id", "Tool no.", 12),
        Column("tool", "Tool", 24),
        Column("technician", "Technician", 18),
        Column("order_id", "Order", 18),
        Column("units", "Quantity", 9, COUNT),
        Column("out", "Out that day", 9, COUNT),
        Column("there_are", "There are", 9, COUNT),
        Column("taken_tick", "Handed out", 8),
        Column("back_tick", "Handed back", 8),
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
#: Those of them that only some plans have.
EXTRA_PAPERS = (TOOL_LIST,)
