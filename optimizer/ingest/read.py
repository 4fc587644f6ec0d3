"""Read a branch: a folder of CSV files or one JSON file becomes a Problem, or one report of every fault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from optimizer.errors import InputError
from optimizer.ingest.build import build_problem
from optimizer.ingest.cells import FIRST_YEAR, LAST_YEAR
from optimizer.ingest.checks import check_sheets
from optimizer.ingest.columns import REQUIRED_SHEETS, SHEETS
from optimizer.ingest.decode import decode, decode_json, read_text
from optimizer.ingest.issues import IssueLog, IssueReport, Phrase, nearest
from optimizer.ingest.plausible import check_plausibility
from optimizer.ingest.policy import DEFAULT_PROFILE, decode_toml, load_policy, policy_names, resolve_policy
from optimizer.ingest.sheets import BranchSheets, RawSheet, check_cells, read_csv, read_json_sheet
from optimizer.ingest.times import BranchClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.policy import Policy
    from optimizer.domain.problem import Problem

PROBLEM_FORMAT = "paigong.problem/1"

#: Sheets that a branch folder may hold and that are read elsewhere.
_OTHER_SHEETS = {"matrix"}


def read_branch(path: str | Path) -> Problem:
    """Return the Problem of a folder of CSV files, or of one JSON file (a path that ends in `.json`).

    The order of rows does not matter: the same data give an equal Problem.

    Raises
    ------
    InputError
        With every fault of every file at once, in `report`.
    """
    problem, report = read_branch_report(path)
    if problem is None:
        raise InputError(report)
    return problem


def read_branch_report(path: str | Path) -> tuple[Problem | None, IssueReport]:
    """Return the Problem (`None` when there are errors) together with all errors and warnings."""
    path = Path(path)
    is_json = path.suffix.lower() == ".json"
    log = IssueLog(form="json" if is_json else "csv", file=path.name or str(path))
    problem = None
    if not path.exists():
        log.add("FILE_NOT_FOUND", value=str(path))
    elif is_json:
        text = read_text(path, log)
        problem = None if text is None else _from_text(text, log)
    elif path.is_dir():
        problem = _from_folder(path, log)
    else:
        log.add("FILE_KIND", value=str(path))
    return problem, log.report()


def read_document(content: bytes, *, file: str = "problem.json") -> tuple[Problem | None, IssueReport]:
    """Return the Problem of the bytes of a JSON document, decoded strictly, with all errors and warnings."""
    log = IssueLog(form="json", file=file)
    text = decode(content, log, file=file)
    problem = None if text is None else _from_text(text, log)
    return problem, log.report()


def problem_from_json(document: object, *, file: str = "problem.json") -> Problem:
    """Return the Problem of a wire form that Paigong wrote (`problem_to_json`), its figures taken as meant.

    Raises
    ------
    InputError
        When the wire form has faults.
    """
    log = IssueLog(form="json", file=file)
    problem = problem_of_document(document, log, is_ours=True)
    if problem is None:
        raise InputError(log.report())
    return problem


def problem_of_document(document: object, log: IssueLog, *, is_ours: bool = False) -> Problem | None:
    """Return the Problem of a decoded JSON document, or `None` after noting its faults.

    Parameters
    ----------
    is_ours
        Take coordinates and durations as meant (`plausible.py`): a benchmark's plane is no map.
    """
    if not isinstance(document, dict):
        log.add("JSON_SHAPE", expected=Phrase("an object"), path="/")
        return None
    if document.get("format") != PROBLEM_FORMAT:
        log.add("JSON_FORMAT", value=document.get("format", ""), expected=PROBLEM_FORMAT, path="/format")
        return None
    known = {*SHEETS, "format", "policy"}
    for key in document.keys() - known:
        near = nearest(key, known - document.keys())
        log.add("KEY_UNKNOWN", value=key, near=near, path=f"/{key}")
    for name in REQUIRED_SHEETS:
        if document.get(name) is None:
            log.add("KEY_MISSING", value=name, path=f"/{name}")
    raws = [read_json_sheet(name, document[name], log) for name in SHEETS if document.get(name) is not None]
    policy = document.get("policy")
    if not isinstance(policy, str | dict | None):
        log.add("JSON_SHAPE", expected=Phrase("a policy's name or an object"), path="/policy")
        policy = None
    return _assemble(raws, {"name": policy} if isinstance(policy, str) else policy or {}, log, is_ours=is_ours)


def _from_text(text: str, log: IssueLog) -> Problem | None:
    document = decode_json(text, log)
    return None if log.has_errors else problem_of_document(document, log)


def _from_folder(folder: Path, log: IssueLog) -> Problem | None:
    present = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    unknown = [stem for stem in present if stem not in SHEETS and stem not in _OTHER_SHEETS]
    absent = [name for name in SHEETS if name not in present]
    for stem in unknown:
        near = nearest(stem, absent)
        log.add("FILE_UNKNOWN", value=f"{stem}.csv", near=f"{near}.csv" if near else "")
    raws: list[RawSheet] = []
    for index, name in enumerate(SHEETS):
        if name in present:
            text = read_text(present[name], log)
            raws.append(RawSheet(name, is_given=False) if text is None else read_csv(name, text, log))
        elif name in REQUIRED_SHEETS:
            near = nearest(name, unknown)
            log.add("FILE_MISSING", file=f"{name}.csv", near=f"{near}.csv" if near else "", order=(index, -1))
    return _assemble(raws, _policy_table(folder, log), log, is_ours=False)


def _policy_table(folder: Path, log: IssueLog) -> Mapping[str, Any]:
    path = folder / "policy.toml"
    text = read_text(path, log) if path.exists() else None
    return {} if text is None else decode_toml(text, log, file=path.name) or {}


def _assemble(raws: list[RawSheet], policy_table: Mapping[str, Any], log: IssueLog, *, is_ours: bool) -> Problem | None:
    """Check cells, then rows against each other, then build: the one road from both forms."""
    sheets = check_cells(raws, log)
    _check_one_branch(sheets, raws, log)
    clock = _clock(sheets, log)
    policy = _policy(sheets, policy_table, log)
    check_sheets(sheets, clock, log)
    if not is_ours:
        check_plausibility(sheets, clock, log)
    if log.has_errors:
        return None
    assert clock is not None
    assert policy is not None
    return build_problem(sheets, policy, clock)


def _check_one_branch(sheets: BranchSheets, raws: list[RawSheet], log: IssueLog) -> None:
    raw = next((raw for raw in raws if raw.name == "branch" and raw.is_given), None)
    if raw is not None and not raw.rows:
        sheets.branch.note(log, "SHEET_EMPTY", 1)
    if raw is not None and len(raw.rows) > 1:
        sheets.branch.note(log, "BRANCH_ROWS", raw.rows[1][0])


def _clock(sheets: BranchSheets, log: IssueLog) -> BranchClock | None:
    """Return the branch's clock, or `None` when its row has faults (which are noted)."""
    if not sheets.branch.entries:
        return None
    entry = sheets.branch.entries[0]
    day = entry.row.plan_date
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        sheets.branch.note(log, "DATE_YEAR", entry.number, "plan_date", day, low=FIRST_YEAR, limit=LAST_YEAR)
        return None
    return BranchClock(day, ZoneInfo(entry.row.timezone))


def _policy(sheets: BranchSheets, table: Mapping[str, Any], log: IssueLog) -> Policy | None:
    """Return the policy: the branch's named profile, changed (or replaced by name) by its own table."""
    entry = next(iter(sheets.branch), None)
    named = entry.row.policy if entry else None
    stated = table.get("name")
    if entry and named and isinstance(stated, str) and stated != named:
        sheets.branch.note(log, "POLICY_TWO_NAMES", entry.number, "policy", stated, branch=named)
    if not table and named and entry:
        return _named_policy(sheets, entry.number, named, log)
    return resolve_policy(
        table, log, file=log.file if log.form == "json" else "policy.toml", default=named or DEFAULT_PROFILE
    )


def _named_policy(sheets: BranchSheets, number: int, name: str, log: IssueLog) -> Policy | None:
    known = policy_names()
    if name not in known:
        note = {"known": ", ".join(known), "near": nearest(name, known)}
        sheets.branch.note(log, "POLICY_UNKNOWN", number, "policy", name, **note)
        return None
    return load_policy(name)
