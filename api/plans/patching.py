"""A few rows instead of the whole: what a job was made from is submitted anew with rows changed, added, taken out."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.plans.submission import submit
from api.plans.view import find
from api.refusals.refusal import Refusal
from api.requests.bodies import Spooled
from api.store import plans
from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog, Phrase
from optimizer.ingest.forms.columns import KEYS, PROBLEM_FORMAT
from optimizer.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.requests.idempotency import Answer, Asked
    from api.schemas.asked import Patch, PlanQuery
    from api.service import Service

Row = dict[str, Any]


#: The media type of a branch as one document.
JSON = "application/json"


def submit_patched(
    service: Service, asked: Asked, job_id: str, patch: Patch, query: PlanQuery, *, lang: str, request_id: str
) -> Answer:
    """Submit what a job was made from, patched.

    Raises
    ------
    Refusal
        When the job was made from a workbook or an archive, a row of the patch names none, or as `submit` does.
    """
    with service.store.read() as tx:
        row = find(tx, asked.caller, job_id)
        source = plans.source(tx, row["input_sha"])
    if source["media_type"] != JSON:
        raise Refusal("INPUT_NO_JSON")
    try:
        document = patched(json.loads(source["content"]), patch.upsert, patch.remove, patch.branch)
        if "matrix" in patch.model_fields_set:
            document["matrix"] = patch.matrix
    except InputError as error:
        faults = {name: error.report.to_json(name) for name in LANGUAGES}
        raise Refusal("INPUT_FAULTS", faults=faults, count=len(error.report.errors)) from None
    content = json.dumps(document, ensure_ascii=False).encode()
    with tempfile.NamedTemporaryFile(dir=service.spool.path, prefix="upload-", suffix=".part") as file:
        file.write(content)
        file.flush()
        spooled = Spooled(Path(file.name), JSON, hashlib.sha256(content).hexdigest(), len(content))
        return submit(service, asked, spooled, query, lang=lang, request_id=request_id)


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
