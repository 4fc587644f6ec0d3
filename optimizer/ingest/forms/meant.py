"""What the cells of a sheet mean: each is tidied by the kind of its column, against the day that is planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache, lru_cache, partial
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
        "agreed_half": frozenset({"全天", "整天", "不限", "都可以", "all day", "any time"}),
        # Nobody has asked the customer yet.
        "confirmed": frozenset({"未确认", "待确认", "未联系", "待联系", "not yet", "pending"}),
    }
)
#: When a plan is made on a day of which nothing else is said: the draft's time (docs/rules.md, Three moments of a day).
_DRAFT_S = at(16)

#: So many different cells of a sheet are remembered: words that columns repeat are among them for long.
MOST_KEPT = 4_096

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
    order, is_lost = _order_of(first[1])
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
        is_lost,
    )


def _order_of(cells: Mapping[str, str]) -> tuple[DateOrder | None, bool]:
    """Return the order of dates by the branch's locale, else by where it is, and whether that locale is not known."""
    stated, is_lost = None, False
    try:
        stated = date_order_of(parse_locale(cells["locale"].strip())) if "locale" in cells else None
    except CellFault:
        is_lost = True
    zone = cells.get("timezone", BranchRow.columns()["timezone"].default)
    return stated or (DateOrder.YEAR_FIRST if is_year_first(zone) else None), is_lost


def _names(sheet: str, column: str, rows: Rows) -> frozenset[str]:
    meaning = Meaning(sheet, NO_FRAME)
    return frozenset(meaning.of(cells).get(column, "") for _, cells in rows)


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


class Meaning:
    """What the cells of a sheet mean; a text that a column repeats is read once.

    Parameters
    ----------
    frame
        What they are read against. What came in on another day than the plan is made counts `tomorrow` from then.
    """

    def __init__(self, sheet: str, frame: Frame) -> None:
        self.sheet, self.frame = sheet, frame
        self._tidied = lru_cache(maxsize=MOST_KEPT)(partial(_tidied, sheet, frame))
        self._tidied_later = lru_cache(maxsize=MOST_KEPT)(partial(_tidied, sheet, replace(frame, today=None)))
        self._is_of_today = lru_cache(maxsize=MOST_KEPT)(partial(_is_of_today, frame))

    def of(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """Return the cells of a row by what they mean; one that holds only what nobody sees is left out."""
        is_later = self.sheet == "orders" and "received" in cells and not self._is_of_today(cells["received"])
        tidied = self._tidied_later if is_later else self._tidied
        meant = {}
        for name, value in cells.items():
            # A value as JSON knows it stays as it is.
            read = tidied(name, value) if isinstance(value, str) else value
            if read or not isinstance(value, str):
                meant[name] = read
        return meant


def meant_cells(sheet: str, cells: Mapping[str, Any], frame: Frame) -> dict[str, Any]:
    """Return the cells of one row by what they mean; see `Meaning`."""
    return Meaning(sheet, frame).of(cells)


def _tidied(sheet: str, frame: Frame, name: str, text: str) -> str:
    """Return what one cell means; empty where it holds only what nobody sees, or says that it is empty."""
    shape = shapes_of(sheet)[name]
    alone_s = _DRAFT_S if (sheet, name) == ("branch", "as_of") else 0
    local = made_plain(text, shape, frame.local)
    tidied = tidy_cell(local, shape, frame, sheet=_NAMED_IN.get(name, ""), date_alone_s=alone_s)
    return "" if name in _may_say_nothing(sheet) and says_nothing(name, tidied) else tidied


def _is_of_today(frame: Frame, received: str) -> bool:
    """Return whether what came in then came in on the day on which the plan is made, as far as that can be read."""
    said = MOMENT.fullmatch(tidy_cell(received, Shape.MOMENT, frame))
    moment = as_moment(said) if said else None
    return moment is None or moment.date() == frame.today
