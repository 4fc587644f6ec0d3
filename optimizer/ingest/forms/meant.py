"""What the cells of a sheet mean: each is tidied by the kind of its column, against the day that is planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from optimizer.domain.region import DateOrder
from optimizer.domain.units import at
from optimizer.ingest.cells.dates_and_times import MOMENT, as_moment
from optimizer.ingest.cells.frame import NO_FRAME, Frame, is_year_first
from optimizer.ingest.cells.local_forms import made_plain
from optimizer.ingest.cells.locales import date_order_of, parse_locale
from optimizer.ingest.cells.tidy import Shape, tidy_cell
from optimizer.ingest.cells.values import CellFault
from optimizer.ingest.cells.words import NOTHING
from optimizer.ingest.forms.columns import BranchRow, columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Which sheet names what a column names with amounts, and by which of its columns.
_NAMED_IN = {"parts": "parts", "own_parts": "parts", "tools": "tools", "own_tools": "tools"}
_NAMES = {"parts": "part_id", "tools": "tool_id", "skills": "skill"}
#: Shapes of lists of ids: what stands for none in them is read with the ids that there are.
_NAMES_OF = (Shape.IDS, Shape.AMOUNTS, Shape.SKILLS, Shape.LOADS)
#: Columns that are left empty where there is no limit, and how else people say so.
_NO_LIMIT = frozenset({"不限", "无限", "无限制", "不限制", "没有限制", "no limit", "unlimited"})
_NOTHING_IN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **dict.fromkeys(("max_visits", "max_leg_s", "max_travel_s", "max_duty_s"), _NO_LIMIT),
        # Nobody has asked the customer yet.
        "confirmed": frozenset({"未确认", "待确认", "未联系", "待联系", "not yet", "pending"}),
    }
)
#: When a plan is made on a day of which nothing else is said: the draft's time (docs/rules.md, Three moments of a day).
_DRAFT_S = at(16)

#: Rows of a sheet as they were typed, and each with its number.
Rows = list[tuple[int, dict[str, Any]]]


def frame_of(sheets: Mapping[str, Rows], days: int | None = None) -> Frame:
    """Return what the cells of a branch are read against: its own row, and the names of parts, tools and skills.

    Parameters
    ----------
    days
        How many days are planned, where the branch's own row does not say it.
    """
    known = {sheet: _names(sheet, name, sheets.get(sheet, [])) for sheet, name in _NAMES.items()}
    first = next(iter(sheets.get("branch", [])), None)
    if first is None:
        return Frame(known=known)
    order = _order_of(first[1])
    row, _ = BranchRow.read(meant_cells("branch", first[1], Frame(order=order)))
    as_of, first_day = row.as_of, row.plan_date
    return Frame(
        as_of.date() if isinstance(as_of, datetime) else None,
        first_day,
        order,
        row.business_open,
        row.business_close,
        known,
        days or row.days,
    )


def _order_of(cells: Mapping[str, str]) -> DateOrder | None:
    """Return the order of dates by the branch's locale, else by where it is; a locale not known is noted elsewhere."""
    try:
        stated = date_order_of(parse_locale(cells.get("locale", "").strip()))
    except CellFault:
        stated = None
    zone = cells.get("timezone", BranchRow.columns()["timezone"].default)
    return stated or (DateOrder.YEAR_FIRST if is_year_first(zone) else None)


def _names(sheet: str, column: str, rows: Rows) -> frozenset[str]:
    return frozenset(meant_cells(sheet, cells, NO_FRAME).get(column, "") for _, cells in rows)


@cache
def shapes_of(sheet: str) -> Mapping[str, Shape]:
    """Return what the cells of each column of a sheet look like."""
    return {column.field: column.shape for column in columns_of(sheet)}


@cache
def _may_say_nothing(sheet: str) -> frozenset[str]:
    """Return the columns whose cell may say that it is empty: lists of ids do for themselves, and a branch means it."""
    columns = () if sheet == "branch" else columns_of(sheet)
    return frozenset(column.field for column in columns if not column.required and column.shape not in _NAMES_OF)


def says_nothing(column: str, text: str) -> bool:
    """Return whether a cell only says that it is empty."""
    return text.lower() in NOTHING or text.lower() in _NOTHING_IN.get(column, ())


def meant_cells(sheet: str, cells: Mapping[str, str], frame: Frame) -> dict[str, str]:
    """Return the cells of a row by what they mean; one that holds only what nobody sees is left out."""
    shapes, optional = shapes_of(sheet), _may_say_nothing(sheet)
    if sheet == "orders" and "received" in cells:
        frame = _as_when_received(cells["received"], frame)
    meant = {}
    for name, text in cells.items():
        if not isinstance(text, str):
            meant[name] = text  # a value as JSON knows it
            continue
        alone_s = _DRAFT_S if (sheet, name) == ("branch", "as_of") else 0
        local = made_plain(text, shapes[name], frame.local)
        tidied = tidy_cell(local, shapes[name], frame, sheet=_NAMED_IN.get(name, ""), date_alone_s=alone_s)
        if tidied and not (name in optional and says_nothing(name, tidied)):
            meant[name] = tidied
    return meant


def _as_when_received(text: str, frame: Frame) -> Frame:
    """Return the frame for an order: what came in on another day than the plan is made counts `tomorrow` from then."""
    said = MOMENT.fullmatch(tidy_cell(text, Shape.MOMENT, frame))
    moment = as_moment(said) if said else None
    return frame if moment is None or moment.date() == frame.today else replace(frame, today=None)
