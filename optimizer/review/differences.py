"""What differs between the facts that a plan was made for and those of now, as far as the plan has to do with it.

Compared are the wire forms, row by row and column by column, so that a new column needs nothing here. Who has no route,
and parts that nobody takes, are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.problem import BRANCH_PLACE, end_key, start_key
from optimizer.ingest.cells.dates_and_times import iso_duration_seconds
from optimizer.ingest.forms.columns import KEYS, SHEETS, columns_of
from optimizer.ingest.forms.labels import COLUMN_NAMES
from optimizer.ingest.plans.facts_digest import facts_sha256, rows_of
from optimizer.ingest.plans.matrix_json import matrix_sha256
from optimizer.ingest.write import problem_to_json
from optimizer.text.catalogue import translator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from optimizer.domain.plan import Plan, Route
    from optimizer.domain.problem import Problem
    from optimizer.text.catalogue import Translate
    from optimizer.text.files import JsonObject
    from optimizer.travel.matrix import TravelMatrix

#: A sheet's row in words; `{key}` is what names it.
THINGS = {
    "branch": "the branch",
    "calendar": "calendar {key}",
    "service_area": "service area, corner {key}",
    "customers": "customer {key}",
    "orders": "order {key}",
    "technicians": "technician {key}",
    "skills": "skill {key}",
    "shifts": "shift {key}",
    "parts": "part {key}",
    "arrivals": "arrival of part {key}",
    "reservations": "reservation {key}",
    "loans": "loan {key}",
    "tools": "tool {key}",
    "locks": "lock {key}",
    "exceptions": "exception {key}",
    "policy": "policy",
    "travel": "the way {key}",
}
#: What makes a row of a sheet that `KEYS` does not name, or not so, the same row.
_OWN_KEYS = {
    "branch": (),
    "calendar": ("date",),
    "skills": ("technician_id", "skill"),
    "arrivals": ("part_id", "usable_on", "quantity"),
}
#: What a plan tells has a stage of its own (`moments/changes.py`), and results, returns and counts are in the rest.
_NOT_COMPARED = {"published", "results", "returns", "counts", "absences"}
#: Whether the same days are planned is asked before anything is compared.
_ASKED_APART = {"branch": {"plan_date", "days"}}
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::00)?([+-]\d{2}:\d{2})?")


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is another now.

    Parameters
    ----------
    sheet, key
        Which row: its sheet (or `policy`, `travel`), and what names it in the sheet.
    column
        What of it changed; empty when the whole row is new or gone.
    before, after
        Its values; `None` where there is none.
    """

    sheet: str
    key: str
    column: str = ""
    before: Any = None
    after: Any = None

    def text(self, lang: str) -> str:
        """Return it in words: `order D001: service 30 -> 60 min`."""
        say = translator(lang)
        thing = say(THINGS[self.sheet], key=self.key)
        if self.column:
            column = _column_text(self.sheet, self.column, lang)
            return say("{thing}: {column} {change}", thing=thing, column=column, change=self._change(say))
        if self.sheet == "travel":
            return say("{thing}: {change}", thing=thing, change=self._change(say))
        if self.after is None:
            return (
                say("technician {key} left", key=self.key)
                if self.sheet == "technicians"
                else say("{thing} is gone", thing=thing)
            )
        if self.sheet == "orders":
            return say("{thing} is new, the plan does not have it", thing=thing)
        return say("{thing} is new", thing=thing)

    def _change(self, say: Translate) -> str:
        lengths = [_duration_s(value) for value in (self.before, self.after)]
        if None not in lengths:
            minutes = [f"{(seconds or 0) / 60:g}" for seconds in lengths]
            return say("{before} -> {after} min", before=minutes[0], after=minutes[1])
        return f"{_value_text(self.before, say)} -> {_value_text(self.after, say)}"

    def to_json(self, lang: str) -> JsonObject:
        """Return it as plain data, with its sentence."""
        return {
            "sheet": self.sheet,
            "key": self.key,
            "column": self.column,
            "before": self.before,
            "after": self.after,
            "text": self.text(lang),
        }


# --- finding --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """The facts of one moment, with their wire form, which is what is compared."""

    problem: Problem
    matrix: TravelMatrix
    wire: JsonObject

    @classmethod
    def of(cls, problem: Problem, matrix: TravelMatrix) -> Side:
        """Return the facts of a problem and its travel."""
        return cls(problem, matrix, problem_to_json(problem))

    @property
    def digests(self) -> tuple[str, str]:
        """The digests of the facts and of the travel: equal ones differ in nothing."""
        return facts_sha256(self.wire), matrix_sha256(self.matrix)


def differences_touching(plan: Plan, before: Side, now: Side) -> tuple[Difference, ...]:
    """Return what differs and concerns the plan, in the order of the sheets.

    Parameters
    ----------
    plan
        In the days of `before`.
    before, now
        What it was made for and what is known now. Which days they plan is not compared.
    """
    touched = _touched(plan, before.problem)
    sheets = [sheet for sheet in SHEETS if sheet not in _NOT_COMPARED]
    found = [one for sheet in sheets for one in _in_sheet(sheet, before.wire, now.wire, touched)]
    found += _in_table(before.wire["policy"], now.wire["policy"])
    return (*found, *_in_travel(plan, before, now))


@dataclass(frozen=True, slots=True)
class _Touched:
    """The ids that a plan has to do with, by the column that names them; what no column here names concerns all."""

    ids: Mapping[str, frozenset[str]]

    def has(self, sheet: str, row: JsonObject) -> bool:
        if sheet in ("orders", "locks", "exceptions"):
            return True
        named = [name for name in self.ids if name in row]
        return all(row[name] in self.ids[name] for name in named)


def _touched(plan: Plan, problem: Problem) -> _Touched:
    stops = [stop for route in plan.routes for stop in route.stops]
    planned = [problem.visit_by_id[stop.visit_id] for stop in stops if stop.visit_id in problem.visit_by_id]
    people = {who for route in plan.routes for stop in route.stops for who in (route.technician_id, *stop.crew)}
    return _Touched(
        {
            "technician_id": frozenset(people),
            "customer_id": frozenset(order.customer_id for order in problem.orders),
            "part_id": frozenset(part.part_id for stop in stops for part in stop.parts),
            "tool_id": frozenset(need.tool_id for visit in planned for need in visit.tools),
        }
    )


def _in_sheet(sheet: str, before: JsonObject, now: JsonObject, touched: _Touched) -> Iterator[Difference]:
    old, new = _by_key(sheet, before), _by_key(sheet, now)
    order = [column.json_name for column in columns_of(sheet)]
    for key in sorted(old.keys() | new.keys()):
        one, other = old.get(key), new.get(key)
        if not touched.has(sheet, one or other or {}):
            continue
        if one is None or other is None:
            yield Difference(sheet, key, before=one, after=other)
            continue
        for column in sorted((one.keys() | other.keys()) - _ASKED_APART.get(sheet, set()), key=order.index):
            if one.get(column) != other.get(column):
                yield Difference(sheet, key, column, one.get(column), other.get(column))


def _by_key(sheet: str, problem: JsonObject) -> dict[str, JsonObject]:
    names = _OWN_KEYS.get(sheet, KEYS.get(sheet, ()))
    return {" ".join(str(row[name]) for name in names if name in row): row for row in rows_of(problem, sheet)}


def _in_table(before: JsonObject, now: JsonObject, path: str = "") -> Iterator[Difference]:
    for key in sorted(before.keys() | now.keys()):
        one, other = before.get(key), now.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _in_table(one, other, f"{path}{key}.")
        elif one != other:
            yield Difference("policy", "", f"{path}{key}", one, other)


def _in_travel(plan: Plan, before: Side, now: Side) -> Iterator[Difference]:
    """Yield the drives of the plan that take otherwise long now."""
    for route in plan.routes:
        key = route.technician_id, before.problem.date_of(route.day)
        for origin, destination in _drives(route, before.problem):
            lengths = [_travel_s(side, key, origin, destination) for side in (before, now)]
            if lengths[0] != lengths[1] and -1 not in lengths:
                yield Difference("travel", f"{origin} -> {destination}", "", *map(_iso, lengths))


def _drives(route: Route, problem: Problem) -> Iterator[tuple[str, str]]:
    technician = problem.technician_by_id.get(route.technician_id)
    if technician is not None:
        places = [BRANCH_PLACE if visit_id == BRANCH_STOP else visit_id for visit_id in route.stop_ids]
        yield from pairwise([start_key(technician), *places, end_key(technician)])


def _travel_s(side: Side, key: tuple[str, date], origin: str, destination: str) -> int | None:
    """Return the seconds of a drive, `None` when there is no way, -1 when nobody or no place is there to ask about.

    Parameters
    ----------
    key
        Whose drive it is, and on which date.
    """
    problem, matrix = side.problem, side.matrix
    shifts = (shift for shift in problem.shifts if (shift.technician_id, problem.date_of(shift.day)) == key)
    profile = next((shift.profile for shift in shifts), "")
    known = profile in matrix.profiles and origin in matrix.row_of and destination in matrix.row_of
    return matrix.travel_s(profile, origin, destination) if known else -1


def _iso(seconds: int | None) -> str | None:
    return None if seconds is None else f"PT{seconds}S"


# --- in words -------------------------------------------------------------------------------------------------------


def _column_text(sheet: str, column: str, lang: str) -> str:
    """Return what people call a column, without the unit in brackets."""
    if lang == "zh":
        names = COLUMN_NAMES.get(sheet, {})
        label = names.get(column) or names.get(f"{column}_s")
        if label is not None:
            return label[0].partition("（")[0]
    return column.replace("_", " ") if sheet != "policy" else column


def _duration_s(value: object) -> int | None:
    return iso_duration_seconds(value) if isinstance(value, str) and value.startswith("P") else None


def _value_text(value: object, say: Translate) -> str:
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if value in (None, "", [], {}):
        return say("none")
    if isinstance(value, list):
        return "; ".join(_value_text(item, say) for item in value)
    if isinstance(value, dict):
        rest = [_value_text(item, say) for name, item in value.items() if name not in ("open", "close")]
        span = [_value_text(value[name], say) for name in ("open", "close") if name in value]
        return " ".join([":".join(rest), " – ".join(span)]).strip()
    seconds = _duration_s(value)
    if seconds is not None:
        return say("{minutes} min", minutes=f"{seconds / 60:g}")
    return _MOMENT.sub(r"\1 \2", str(value))
