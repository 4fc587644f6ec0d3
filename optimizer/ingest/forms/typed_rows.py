"""Rows back into sheets: each value as a person would type it, so that the sheet reads as the same rows.

What is typed means the same on every day: dates have their year, windows their date, durations their minutes.
"""

from __future__ import annotations

import csv
from datetime import date, datetime, time
from io import StringIO
from typing import TYPE_CHECKING, Any

from optimizer.domain.order import GapFrom, Interval, Load, PartNeed, Place, Predecessor, SkillNeed, ToolNeed
from optimizer.domain.units import DAY_S, MINUTE_S
from optimizer.ingest.cells.dates_and_times import iso_duration, moment_text, time_text, window_text
from optimizer.ingest.cells.days_of_week import WEEKDAY_NAMES
from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.forms.columns import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.ingest.forms.columns import Column
    from optimizer.ingest.forms.rows import Row


def sheet_text(sheet: str, rows: Iterable[Row]) -> str:
    """Return a sheet as CSV: the columns that any row fills in, and those that may not be empty."""
    rows = list(rows)
    used = [
        column
        for column in columns_of(sheet)
        if column.required or any(getattr(row, column.field) != column.default for row in rows)
    ]
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.sheet_name for column in used])
    writer.writerows([cell_text(column, getattr(row, column.field)) for column in used] for row in rows)
    return out.getvalue()


def cell_text(column: Column, value: Any) -> str:
    """Return a value as a cell of its column; empty where it is nothing, and an empty cell stands for that.

    Raises
    ------
    ValueError
        When a sheet has no form for it: a place of its own as the end of a day, which only JSON brings.
    """
    if value is None or (not value and value == column.default):
        return ""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() if column.kind.shape is Shape.DURATION:
            return _minutes(value)
        case int() if column.kind.shape is Shape.TIME:
            return time_text(value) if value <= DAY_S else f"next day {time_text(value - DAY_S)}"
        case float():
            return f"{value:.12g}"
        case datetime():
            is_day = column.kind.shape is Shape.DAY_OR_MOMENT and value.time() == time() and value.tzinfo is None
            return value.date().isoformat() if is_day else _moment(value)
        case date():
            return value.isoformat()
        case tuple():
            if column.kind.shape is Shape.LOADS:
                return " ".join(map(_item, value))
            return "; ".join(map(_item, value)) or "none"
        case Place():
            raise ValueError(f"a sheet has no form for the place {value}")
    return str(value)


def _minutes(seconds: int) -> str:
    return str(seconds // MINUTE_S) if seconds % MINUTE_S == 0 else f"{seconds / MINUTE_S:.12g}"


def _moment(moment: datetime) -> str:
    return moment_text(moment) if moment.tzinfo is None else moment.isoformat()


def _item(item: Any) -> str:
    """Return one of several values of a cell."""
    match item:
        case SkillNeed():
            return f"{item.skill}:{item.min_level}"
        case PartNeed():
            return f"{item.part_id}:{item.quantity}"
        case ToolNeed():
            return f"{item.tool_id}:{item.units}"
        case Load():
            return f"{item.quantity}:{item.amount}"
        case Predecessor():
            return _predecessor(item)
        case Interval():
            return _hours(item)
        case int():
            return WEEKDAY_NAMES[item]
        case (int() as weekday, Interval() as hours):
            return f"{WEEKDAY_NAMES[weekday]} {_hours(hours)}"
        case (datetime() as opens, datetime() as closes):
            return _window(opens, closes)
    return str(item)


def _hours(hours: Interval) -> str:
    closes = hours.close_s if hours.close_s <= DAY_S else hours.close_s - DAY_S
    return f"{time_text(hours.open_s)}-{time_text(closes)}"


def _window(opens: datetime, closes: datetime) -> str:
    is_plain = opens.tzinfo is None and closes.tzinfo is None and not opens.second and not closes.second
    if is_plain and opens.date() == closes.date():
        return window_text(opens, closes)
    return f"{_moment(opens)}/{_moment(closes)}"


def _predecessor(earlier: Predecessor) -> str:
    text = earlier.visit_id
    if earlier.gap_from is GapFrom.START:
        text += " start"
    if earlier.min_gap_s:
        text += f" +{_gap(earlier.min_gap_s)}"
    if earlier.max_gap_s is not None:
        text += ("" if earlier.min_gap_s else " ") + f"..{_gap(earlier.max_gap_s)}"
    return text + (" same" if earlier.same_people else "")


def _gap(seconds: int) -> str:
    return f"{seconds // MINUTE_S}min" if seconds % MINUTE_S == 0 else iso_duration(seconds)
