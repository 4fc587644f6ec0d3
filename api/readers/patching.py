"""A submission with some rows changed, in a reader: what was sent before and what is to change are strangers' bytes.

{"task": "patch", "source": ..., "file": ..., "most_objects": ..., "out": ...}
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.refusals.parameters import faults_of
from api.refusals.refusal import MOST_LISTED
from optimizer.errors import InputError
from optimizer.faults.decoding import decode_json, decode_text
from optimizer.faults.issues import IssueLog, Phrase
from optimizer.ingest.forms.columns import KEYS, PROBLEM_FORMAT, SHEETS

if TYPE_CHECKING:
    from collections.abc import Iterable

Answer = dict[str, Any]
Row = dict[str, Any]

#: A sheet of rows; the branch itself is one row.
Sheet = Annotated[str, Field(pattern=f"^({'|'.join(sheet for sheet in SHEETS if sheet != 'branch')})$")]


class Patch(BaseModel):
    """Rows of a branch that change: by sheet, each named by its key; in sheets without keys they are added."""

    model_config = ConfigDict(extra="forbid", strict=True)

    branch: Annotated[
        dict[str, Any] | None,
        Field(
            description="what the row of the branch states from now on, null takes a value out",
            examples=[{"as_of": "2026-11-30T08:00:00+08:00"}],
        ),
    ] = None

    upsert: Annotated[
        dict[Sheet, Annotated[list[dict[str, Any]], Field(max_length=2_000)]],
        Field(examples=[{"orders": [{"order_id": "O1", "service": "PT90M"}]}]),
    ] = {}
    matrix: Annotated[
        dict[str, Any] | None,
        Field(description="the branch's own travel anew, as a whole; null takes it out; not given, it stays"),
    ] = None
    remove: Annotated[
        dict[Sheet, Annotated[list[Annotated[str, Field(max_length=200)] | dict[str, Any]], Field(max_length=2_000)]],
        Field(examples=[{"orders": ["O2"]}]),
    ] = {}


def patch(task: Answer) -> Answer:
    """Write what a job was made from, patched, where the task says; answer what of the patch is wrong.

    Raises
    ------
    InputError
        With every row that has no key, or that is to go and is not there; when it is no JSON.
    """
    content = Path(task["file"]).read_bytes()
    objects = content.count(b"{")
    if objects > task["most_objects"]:
        return {"refused": "TOO_MANY_OBJECTS", "values": {"value": objects, "limit": task["most_objects"]}}
    log = IssueLog(form="json", file="body.json")
    text = decode_text(content, log, file="body.json")
    value = None if text is None else decode_json(text, log)
    if log.has_errors:
        raise InputError(log.report())
    try:
        wanted = Patch.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True, include_input=False)
        values = {"faults": faults_of(found[:MOST_LISTED]), "count": len(found), "total": len(found)}
        return {"refused": "PARAMETER_INVALID", "values": values}
    source = json.loads(Path(task["source"]).read_bytes())
    document = patched(source, wanted.upsert, wanted.remove, wanted.branch)
    if "matrix" in wanted.model_fields_set:
        document["matrix"] = wanted.matrix
    Path(task["out"]).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return {}


def patched(
    document: Row, upsert: dict[str, list[Row]], remove: dict[str, list[str | Row]], branch: Row | None = None
) -> Row:
    """Return a branch with rows changed, added and taken out.

    Parameters
    ----------
    upsert
        Sheet to rows: what a row states takes the place of what the row with its key states, null takes it out; a row
        with another key is added. In a sheet whose rows have no keys, as absences, a row is added unless it is there.
    remove
        Sheet to the keys of rows that go: a text, or an object where several columns name a row. Of a sheet without
        keys the rows go that have all that the object states.
    branch
        What the one row of the branch is to state, null takes it out.

    Raises
    ------
    InputError
        With every row that has no key, or that is to go and is not there.
    """
    log = IssueLog(form="json", file="patch")
    made = dict(document)
    if branch is not None:
        made["branch"] = _merged(document.get("branch", {}), branch)
    # In the order in which they are named: the same patch gives the same bytes.
    for sheet in dict.fromkeys((*remove, *upsert)):
        patch = _by_keys if sheet in KEYS else _without_keys
        made[sheet] = patch(made, sheet, upsert.get(sheet, []), remove.get(sheet, []), log)
    if log.has_errors:
        raise InputError(log.report())
    return {"format": PROBLEM_FORMAT, **made}


def _merged(before: Row, row: Row) -> Row:
    return {name: value for name, value in {**before, **row}.items() if value is not None}


def _by_keys(document: Row, sheet: str, upsert: list[Row], remove: list[str | Row], log: IssueLog) -> list[Row]:
    """Return the rows of a sheet that has keys, with some taken out, and some changed or added."""
    left = _with_keys(sheet, document.get(sheet) or [])
    for number, said in enumerate(remove):
        at = f"/remove/{sheet}/{number}"
        key = _key(sheet, said if isinstance(said, dict) else {_first(sheet): said}, at, log)
        if key is not None and key not in left:
            log.add("PATCH_ROW", value=" ".join(map(str, key)), sheet=sheet, path=at)
        left.pop(key or (), None)
    known = _with_keys(sheet, left.values())
    for number, row in enumerate(upsert):
        key = _key(sheet, row, f"/upsert/{sheet}/{number}", log)
        if key is not None:
            known[key] = _merged(known.get(key, {}), row)
    return list(known.values())


def _without_keys(document: Row, sheet: str, upsert: list[Row], remove: list[str | Row], log: IssueLog) -> list[Row]:
    """Return the rows of a sheet that has no keys, with some taken out and some added."""
    rows = list(document.get(sheet) or [])
    for number, said in enumerate(remove):
        at = f"/remove/{sheet}/{number}"
        if not isinstance(said, dict) or not said:
            log.add("EDIT_SHAPE", expected=Phrase("what names the row in its sheet"), path=at)
            continue
        left = [row for row in rows if any(row.get(name) != value for name, value in said.items())]
        if len(left) == len(rows):
            log.add("PATCH_ROW", value=" ".join(map(str, said.values())), sheet=sheet, path=at)
        rows = left
    for row in upsert:
        wanted = _merged({}, row)
        if wanted not in rows:
            rows.append(wanted)
    return rows


def _first(sheet: str) -> str:
    return KEYS[sheet][0]


def _with_keys(sheet: str, rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    """Return rows of a sheet by their keys; a row that is doubled is found as such when all is read."""
    found: dict[tuple[Any, ...], Row] = {}
    for number, row in enumerate(rows):
        key = tuple(row.get(name) for name in KEYS[sheet])
        found[key if key not in found else (*key, number)] = row
    return found


def _key(sheet: str, row: Row, at: str, log: IssueLog) -> tuple[Any, ...] | None:
    missing = [name for name in KEYS[sheet] if not isinstance(row.get(name), str | int)]
    for name in missing:
        log.add("EDIT_SHAPE", expected=Phrase("what names the row in its sheet"), path=f"{at}/{name}")
    return None if missing else tuple(row[name] for name in KEYS[sheet])
