"""The digest of a problem's facts: one line that says what a plan was made for, and that anybody can compute again."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from optimizer.ingest.cells.dates_and_times import iso_duration, time_text
from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.forms.columns import SHEETS, columns_of
from optimizer.ingest.settings.policy import later_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.ingest.forms.columns import Column
    from optimizer.text.files import JsonObject

#: Stands before the digest: another number means that something else is left out, or that a column's default changed.
VERSION = "1"


def facts_sha256(problem: JsonObject) -> str:
    """Return the digest of a problem in its wire form: a version, a colon, 64 hexadecimal digits.

    It is SHA-256 of the canonical JSON: keys sorted, nothing between the tokens, UTF-8, the rows of a sheet sorted by
    their own canonical JSON. Left out are the moment of planning (`as_of` of the branch), and what says no more than
    an absent key: `null`, a column's default, an empty sheet, the default of a policy's key that earlier versions did
    not know.
    """
    return f"{VERSION}:{hashlib.sha256(_text(_facts_of(problem)).encode()).hexdigest()}"


def rows_of(problem: JsonObject, sheet: str) -> list[JsonObject]:
    """Return the rows of a sheet without what says no more than an absent key, and without the moment of planning."""
    rows = problem.get(sheet) or []
    return [_row(sheet, row) for row in ([rows] if isinstance(rows, dict) else rows)]


def _facts_of(problem: JsonObject) -> JsonObject:
    facts = {key: value for key, value in problem.items() if key not in SHEETS and value is not None}
    if isinstance(facts.get("policy"), dict):
        facts["policy"] = _without(later_keys(), facts["policy"])
    sheets = {sheet: sorted(rows_of(problem, sheet), key=_text) for sheet in SHEETS}
    return facts | {sheet: rows for sheet, rows in sheets.items() if rows}


def _row(sheet: str, row: JsonObject) -> JsonObject:
    facts = _without(_defaults(sheet), row)
    if sheet == "branch":
        facts.pop("as_of", None)
    return facts


def _without(defaults: Mapping[str, Any], entries: JsonObject) -> JsonObject:
    """Return what entries say beyond the defaults; a default of `None` stands for a key that is absent."""
    return {key: value for key, value in entries.items() if value is not None and value != defaults.get(key)}


@cache
def _defaults(sheet: str) -> Mapping[str, Any]:
    """Return what an absent key of a sheet stands for, as JSON spells it."""
    return {column.json_name: _default(column) for column in columns_of(sheet) if not column.required}


def _default(column: Column) -> Any:
    default = column.default
    if isinstance(default, tuple):
        return list(default)
    if type(default) is int and column.kind.shape is Shape.DURATION:
        return iso_duration(default)
    if type(default) is int and column.kind.shape is Shape.TIME:
        return time_text(default)
    return default


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
