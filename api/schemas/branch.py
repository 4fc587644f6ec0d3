"""A branch in JSON as the reference describes it: a named component for the whole, and one for a row of each sheet."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.forms.columns import PROBLEM_FORMAT, REQUIRED_SHEETS, SHEETS, columns_of
from optimizer.travel.matrix_document import MOST_PLACES
from optimizer.travel.own_files import JSON_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.ingest.cells.kinds import Kind

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
DATE: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DURATION: Schema = {"type": "string", "format": "duration"}
#: Of the branch's clock, so that the format `time`, which has an offset, is another thing.
TIME: Schema = {"type": "string", "pattern": r"^\d{1,2}:\d{2}(:\d{2})?$", "examples": ["08:30"]}

_TYPES: dict[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
}


def named(name: str) -> Schema:
    """Return a reference to a named component."""
    return {"$ref": f"#/components/schemas/{name}"}


def _closed(must: tuple[str, ...], /, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "required": list(must),
        "additionalProperties": False,
        "properties": properties,
    }


_LEAST_ONE: Schema = {"type": "integer", "minimum": 1}

#: What cells are made of that hold more than one value.
_PIECES: Mapping[str, Schema] = {
    "TimeWindow": _closed(("open", "close"), open=MOMENT, close=MOMENT),
    "HoursOfDay": _closed(("open", "close"), open=TIME, close=TIME),
    "OpeningHours": _closed(
        ("weekday", "open", "close"), weekday={"type": "string", "examples": ["Mon-Fri"]}, open=TIME, close=TIME
    ),
    "SkillNeeded": _closed(("skill",), skill=TEXT, min_level=_LEAST_ONE),
    "PartNeeded": _closed(("part_id",), part_id=TEXT, quantity=_LEAST_ONE),
    "ToolNeeded": _closed(("tool_id",), tool_id=TEXT, units=_LEAST_ONE),
    "LoadCarried": _closed(("quantity",), quantity=TEXT, amount={"type": "integer", "minimum": 0}),
    "ComesBefore": _closed(
        ("visit_id",),
        visit_id=TEXT,
        gap_from={"type": "string", "enum": ["end", "start"]},
        min_gap=DURATION,
        max_gap=DURATION,
        same_people={"type": "boolean"},
    ),
    "PlaceGiven": _closed(("lat", "lon"), lat={"type": "number"}, lon={"type": "number"}, address=TEXT),
}

#: What each entry of an array is, by the name that its kind of cell gives it (`ingest.cells.kinds`).
_ENTRIES: Mapping[str, Schema] = {
    "text": TEXT,
    "weekday": {"type": "string", "examples": ["Sat"]},
    "window": named("TimeWindow"),
    "hours": named("HoursOfDay"),
    "opening": named("OpeningHours"),
    "skill": {"anyOf": [named("SkillNeeded"), {**TEXT, "examples": ["aircon:2"]}]},
    "part": {"anyOf": [named("PartNeeded"), {**TEXT, "examples": ["P01:1"]}]},
    "tool": {"anyOf": [named("ToolNeeded"), {**TEXT, "examples": ["ladder:1"]}]},
    "load": {"anyOf": [named("LoadCarried"), {**TEXT, "examples": ["kg:20"]}]},
    "predecessor": {"anyOf": [named("ComesBefore"), {**TEXT, "examples": ["SO-1040 +2h"]}]},
}
#: Cells that types and shape do not describe, by the same names.
_CELLS: Mapping[str, Schema] = {
    "time or moment": {"anyOf": [TIME, MOMENT]},
    "end place": {"anyOf": [{"type": "string", "enum": ["branch", "home"]}, named("PlaceGiven")]},
}


@cache
def branch_components() -> dict[str, Schema]:
    """Return the components of a branch by name: `Branch`, the row of each sheet, what cells are made of."""
    rows = {SHEETS[sheet].__name__: _row(sheet) for sheet in SHEETS}
    return {"Branch": _branch(), "OwnMatrix": _matrix(), **rows, **_PIECES}


def _branch() -> Schema:
    """Return the schema of a branch: an array of objects for each sheet (`branch` is one), a property a column."""
    rows = {sheet: named(SHEETS[sheet].__name__) for sheet in SHEETS}
    sheets = {sheet: row if sheet == "branch" else {"type": "array", "items": row} for sheet, row in rows.items()}
    return {
        "title": "Branch",
        "type": "object",
        "required": ["format", *REQUIRED_SHEETS],
        "additionalProperties": False,
        "properties": {
            "format": {"type": "string", "const": PROBLEM_FORMAT},
            "policy": {"type": ["string", "object"], "description": "a policy by name, or its table"},
            JSON_KEY: named("OwnMatrix"),
            **sheets,
        },
    }


def _matrix() -> Schema:
    """Return the schema of a branch's own travel."""
    table: Schema = {
        "type": "array",
        "items": {"type": "array", "items": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]}},
    }
    tables = {"anyOf": [table, {"type": "array", "items": table}]}
    names: Schema = {"type": "array", "minItems": 1, "items": TEXT}
    places = "branch, the ids of visits, start:ID and end:ID of technicians who start or end at home"
    schema = _closed(
        ("keys", "seconds"),
        keys={**names, "maxItems": MOST_PLACES, "description": f"the places, a row and a column each: {places}"},
        profiles={**names, "description": "of each a table; without them one table serves every profile"},
        seconds={**tables, "description": "row: from, column: to; null where there is no way"},
        metres={**tables, "description": "for display and prices by the kilometre; estimated where they are missing"},
    )
    example = {"keys": ["branch", "O1"], "seconds": [[0, 600], [660, 0]], "metres": [[0, 5200], [5400, 0]]}
    return {**schema, "description": "The branch's own travel, in place of estimates.", "examples": [example]}


def _row(sheet: str) -> Schema:
    properties = {}
    for column in columns_of(sheet):
        schema = _cell(column.kind)
        if not column.required:
            schema = {"anyOf": [schema, {"type": "null"}]}
        properties[column.json_name] = {**schema, "description": column.meaning}
    required = [column.json_name for column in columns_of(sheet) if column.required]
    return {**_closed(tuple(required), **properties), "description": (SHEETS[sheet].__doc__ or "").split("\n")[0]}


def _cell(kind: Kind) -> Schema:
    """Return the schema of a cell by its kind."""
    if list in kind.json_types:
        return {"type": "array", "items": _ENTRIES[kind.wire]}
    if kind.wire:
        return dict(_CELLS[kind.wire])
    if kind.words:
        return {"type": "string", "enum": list(kind.words)}
    by_shape = {
        Shape.TIME: TIME,
        Shape.DATE: DATE,
        Shape.MOMENT: MOMENT,
        Shape.DAY_OR_MOMENT: {"anyOf": [DATE, MOMENT]},
        Shape.DURATION: DURATION,
    }
    return dict(by_shape[kind.shape]) if kind.shape in by_shape else {"type": _types(kind.json_types)}


def _types(of: tuple[type, ...]) -> str | list[str]:
    types = sorted({_TYPES[one] for one in of})
    if "number" in types and "integer" in types:
        types.remove("integer")
    return types if len(types) > 1 else types[0]
