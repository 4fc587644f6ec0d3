"""Read a branch: a folder of CSV files, an Excel workbook or a JSON file becomes a Problem, or one report of faults."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from optimizer.domain.planning_context import PlanningContext, Stage
from optimizer.domain.problem import MOST_DAYS
from optimizer.errors import InputError, InputWarning
from optimizer.faults.decoding import decode_json, decode_text, read_text
from optimizer.faults.issues import IssueLog, IssueReport, Phrase, nearest
from optimizer.ingest.build.as_of import (
    absences_known_at,
    day_over_s,
    moment_of,
    reports_known_at,
    sheets_known_at,
)
from optimizer.ingest.build.calendar import check_calendar, unpublished_years, with_public_days
from optimizer.ingest.build.coordinates import convert_sheets
from optimizer.ingest.build.names import with_ids_meant
from optimizer.ingest.build.nights import with_nights
from optimizer.ingest.build.problem import build_aside, build_problem
from optimizer.ingest.build.region import region_of
from optimizer.ingest.build.rounded import with_rounded_out
from optimizer.ingest.build.skip_bad import set_bad_orders_aside
from optimizer.ingest.build.words import with_words_meant
from optimizer.ingest.cells.dates_and_times import BranchClock
from optimizer.ingest.cells.values import FIRST_YEAR, LAST_YEAR
from optimizer.ingest.checks.across_sheets import MAX_DAYS_AWAY, check_sheets
from optimizer.ingest.checks.clock_changes import check_clock_changes
from optimizer.ingest.checks.no_start import check_times_left
from optimizer.ingest.checks.offsets import check_offsets
from optimizer.ingest.checks.plausible import check_plausibility
from optimizer.ingest.checks.repeated_requests import check_repeated_requests
from optimizer.ingest.checks.roster import check_people, check_roster
from optimizer.ingest.checks.starts import check_plan_days, check_starts
from optimizer.ingest.forms.columns import PROBLEM_FORMAT, REQUIRED_SHEETS, SHEETS
from optimizer.ingest.forms.flat import is_without_customers, with_customers
from optimizer.ingest.forms.folder import read_folder, workbook_in
from optimizer.ingest.forms.sheets import BranchSheets, RawSheet, check_cells, location_of, read_json_sheet
from optimizer.ingest.forms.workbook import SUFFIXES as WORKBOOK_SUFFIXES
from optimizer.ingest.forms.workbook import read_workbook
from optimizer.ingest.intake import UNKNOWN, Intake, ReadOptions
from optimizer.ingest.mapping.reading import read_mapping
from optimizer.ingest.places.approximate import with_approximate, with_corrections, without_useless
from optimizer.ingest.places.own_tables import OwnPlaces, read_own_places
from optimizer.ingest.settings.policy import DEFAULT_PROFILE, find_policy, resolve_policy
from optimizer.ingest.settings.profiles import decode_toml
from optimizer.ingest.settings.promise_profile import find_promise
from optimizer.travel.own_files import JSON_KEY as MATRIX
from optimizer.travel.own_files import JSON_KEYS as MATRIX_KEYS
from optimizer.travel.own_files import may_hold_matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from optimizer.domain.policy import Policy
    from optimizer.domain.problem import Problem
    from optimizer.domain.promise import PromiseProfile
    from optimizer.faults.issues import Issue

#: Sheets without whose rows there is nothing to plan.
NEEDED = ("orders", "technicians")

#: What a branch holds, or nothing when the log holds errors.
_Found: TypeAlias = "tuple[Problem, PlanningContext, BranchSheets] | None"


def read_branch(
    path: str | Path,
    *,
    stage: Stage | str = Stage.DRAFT,
    as_of: datetime | None = None,
    days: int | None = None,
    on_warning: Callable[[Issue], None] | None = None,
) -> Problem:
    """Return the Problem of a folder of CSV files, of one Excel workbook (`.xlsx`), or of one JSON file (`.json`).

    The order of rows does not matter: the same data give an equal Problem. Each doubt about the input is told, as
    `paigong plan` tells it, also about the branch's own travel matrix.

    Parameters
    ----------
    stage
        The stage of the day: `draft`, `settle` or `open`; what was reported after its moment is not seen.
    as_of
        The moment itself, where it is not the stage's usual one; local time of the branch.
    days
        How many days are planned; `None` is what the branch says, else one.
    on_warning
        What is called with each doubt; by default it becomes a warning of Python, an `InputWarning`.

    Raises
    ------
    InputError
        With every fault of every file at once, in `report`; also of the travel matrix, if all else is right.
    """
    intake = read_intake(path, ReadOptions(Stage(stage), as_of, days=days))
    problem = intake.checked()
    for issue in intake.report.with_more(_travel_doubts(problem, Path(path))).warnings:
        if on_warning is None:
            warnings.warn(issue.line(), InputWarning, stacklevel=2)
        else:
            on_warning(issue)
    return problem


def read_branch_report(path: str | Path) -> tuple[Problem | None, IssueReport]:
    """Return the Problem (`None` when there are errors) together with all errors and warnings of its sheets."""
    intake = read_intake(path)
    return intake.problem, intake.report


def _travel_doubts(problem: Problem, branch: Path) -> IssueReport:
    """Return what is doubtful about the branch's own travel matrix, if it has one."""
    if not may_hold_matrix(branch):
        return IssueReport()
    from optimizer.travel.provider import check_travel

    return check_travel(problem, branch)


def read_intake(path: str | Path, options: ReadOptions | None = None) -> Intake:
    """Return all that a branch holds at a stage's moment: problem, planning context and report."""
    options = options or ReadOptions()
    found, log = _read(Path(path), options)
    problem, context, _ = found or (None, PlanningContext(options.stage), None)
    return Intake(problem, log.report(), context)


def read_rows(path: str | Path, options: ReadOptions) -> tuple[Problem, BranchSheets, IssueLog]:
    """Return the problem of a branch, its rows with ids and nights as meant and places as typed, and what was noted.

    Whoever finds more that is wrong notes it in the log: it knows what the files and columns are called.

    Raises
    ------
    InputError
        When the branch has faults.
    """
    found, log = _read(Path(path), options)
    if found is None:
        raise InputError(log.report())
    return found[0], found[2], log


def _read(path: Path, options: ReadOptions) -> tuple[_Found, IssueLog]:
    folder = path if path.is_dir() else None
    path = (workbook_in(folder) if folder else None) or path
    suffix = path.suffix.lower()
    is_json, is_workbook = suffix == ".json", suffix in WORKBOOK_SUFFIXES and not path.is_dir()
    form = "json" if is_json else "xlsx" if is_workbook else "csv"
    log = IssueLog(form=form, file=path.name or str(path), strict=UNKNOWN if options.refuse_unknown else ())
    found: _Found = None
    if not path.exists():
        log.add("FILE_NOT_FOUND", value=str(path))
    elif is_json:
        text = read_text(path, log)
        found = None if text is None else _from_text(text, log, options)
    elif is_workbook:
        found = _from_workbook(path, folder, log, options)
    elif path.is_dir():
        found = _from_folder(path, log, options)
    else:
        log.add("FILE_KIND", value=str(path))
    return found, log


def read_document(content: bytes, *, file: str = "problem.json") -> tuple[Problem | None, IssueReport]:
    """Return the Problem of the bytes of a JSON document, decoded strictly, with all errors and warnings."""
    log = IssueLog(form="json", file=file)
    text = decode_text(content, log, file=file)
    found = None if text is None else _from_text(text, log, ReadOptions())
    return found[0] if found else None, log.report()


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
    found = _from_document(document, log, ReadOptions(), is_ours=is_ours)
    return found[0] if found else None


def _from_document(document: object, log: IssueLog, options: ReadOptions, *, is_ours: bool) -> _Found:
    if not isinstance(document, dict):
        log.add("JSON_SHAPE", expected=Phrase("an object"), path="/")
        return None
    if document.get("format") != PROBLEM_FORMAT:
        log.add("JSON_FORMAT", value=document.get("format", ""), expected=PROBLEM_FORMAT, path="/format")
        return None
    known = {*SHEETS, "format", "policy", MATRIX}
    matrix = document.get(MATRIX)
    _note_unknown(document, known, log)
    if isinstance(matrix, dict):
        # What it holds is looked at with the travel of the problem.
        _note_unknown(matrix, {*MATRIX_KEYS}, log.under(f"/{MATRIX}"))
    elif matrix is not None:
        log.add("JSON_SHAPE", expected=Phrase("an object"), path=f"/{MATRIX}")
    raws = [read_json_sheet(name, document[name], log) for name in SHEETS if document.get(name) is not None]
    if not is_ours:
        check_offsets(raws, log)
    for name in REQUIRED_SHEETS:
        if document.get(name) is None and not (name == "customers" and is_without_customers(raws)):
            log.add("KEY_MISSING", value=name, path=f"/{name}")
    policy = document.get("policy")
    if not isinstance(policy, str | dict | None):
        log.add("JSON_SHAPE", expected=Phrase("a policy's name or an object"), path="/policy")
        policy = None
    table = {"name": policy} if isinstance(policy, str) else policy or {}
    return _assemble(raws, table, log, options, is_ours=is_ours)


def _note_unknown(entries: Mapping[str, Any], known: set[str], log: IssueLog) -> None:
    for key in entries.keys() - known:
        log.add("KEY_UNKNOWN", value=key, near=nearest(key, known - entries.keys()), path=f"/{key}")


def _from_text(text: str, log: IssueLog, options: ReadOptions) -> _Found:
    document = decode_json(text, log)
    return None if log.has_errors else _from_document(document, log, options, is_ours=False)


def _from_folder(folder: Path, log: IssueLog, options: ReadOptions) -> _Found:
    raws = read_folder(folder, log, read_mapping(folder, log))
    own = read_own_places(folder, log)
    return _assemble(raws, _policy_table(folder, log), log, options, own, is_ours=False)


def _from_workbook(path: Path, folder: Path | None, log: IssueLog, options: ReadOptions) -> _Found:
    raws = read_workbook(path, log, read_mapping(path.parent, log))
    if raws is None:
        return None
    table = _policy_table(folder, log) if folder else {}
    return _assemble(raws, table, log, options, read_own_places(path.parent, log), is_ours=False)


def _policy_table(folder: Path, log: IssueLog) -> Mapping[str, Any]:
    path = folder / "policy.toml"
    text = read_text(path, log) if path.exists() else None
    return {} if text is None else decode_toml(text, log, file=path.name) or {}


def _assemble(
    raws: list[RawSheet],
    policy_table: Mapping[str, Any],
    log: IssueLog,
    options: ReadOptions,
    own: OwnPlaces | None = None,
    *,
    is_ours: bool,
) -> _Found:
    """Check cells, then rows against each other, then build as of the stage's moment: one path from every form."""
    raws = raws if is_ours else with_customers(raws, log)
    sheets = check_cells(raws, log, days=options.days)
    for entry in sheets.branch.readable()[:1]:
        log.language = region_of(entry.row).language
    _check_one_branch(sheets, raws, log)
    if not is_ours:
        sheets = with_rounded_out(with_ids_meant(sheets, log), log)
    clock = _clock(sheets, options.days, log)
    if clock is not None and not is_ours:
        sheets = with_nights(sheets, clock, log)
    typed = sheets
    if not is_ours:
        sheets = _placed(sheets, options, own or OwnPlaces(), log)
    policy = _policy(sheets, policy_table, log)
    if policy is not None and not is_ours:
        sheets = with_words_meant(sheets, policy, log)
    check_sheets(sheets, clock, policy, log, is_ours=is_ours)
    if not is_ours:
        check_plausibility(sheets, clock, log)
        check_people(sheets, log)
        check_repeated_requests(sheets, log)
        check_calendar(sheets, clock, log)
    if clock is not None and not is_ours:
        check_clock_changes(sheets, clock, log)
        if policy is not None:
            check_roster(sheets, clock, policy, log)
    sheets, faulty = set_bad_orders_aside(sheets, log) if options.skip_bad else (sheets, ())
    if log.has_errors:
        return None
    assert clock is not None
    assert policy is not None
    if is_ours:
        return build_problem(sheets, policy, clock), PlanningContext(), typed
    asked = None if options.as_of is None else _at_branch(options.as_of, clock)
    if asked is not None and abs((asked.date() - clock.first_day).days) > MAX_DAYS_AWAY:
        sheets.branch.note(log, "DATE_FAR", sheets.branch.entries[0].number, "as_of", options.as_of)
        return None
    unpublished = unpublished_years(sheets, clock)
    sheets = with_public_days(sheets, clock)
    stated = _at_branch(sheets.branch.entries[0].row.as_of, clock)
    as_of = asked or moment_of(options.stage, stated, clock)
    over_s = day_over_s(sheets, clock)
    if clock.seconds(as_of) >= over_s:
        number, moment = sheets.branch.entries[0].number, f"{as_of:%Y-%m-%d %H:%M}"
        details = {"day": clock.planned_text(), "end": f"{clock.local(over_s):%Y-%m-%d %H:%M}"}
        sheets.branch.note(log, "DAY_OVER", number, "as_of", moment, **details)
    known, aside = sheets_known_at(sheets, options.stage, as_of, clock, log)
    if log.has_errors:
        return None
    context = PlanningContext(
        options.stage,
        build_aside(aside, sheets, clock),
        faulty,
        reported=reports_known_at(sheets, as_of, clock),
        absences=absences_known_at(sheets, as_of, clock),
    )
    problem = build_problem(known, policy, clock, unpublished)
    check_plan_days(problem, sheets, log)
    check_starts(problem, known, log)
    check_times_left(problem, known, log)
    return problem, context, typed


def _at_branch(moment: datetime, clock: BranchClock) -> datetime:
    """Return a moment with an offset as the branch has it: what day and hour it is, is asked there."""
    return moment if moment.tzinfo is None else clock.wall.zoned(clock.seconds(moment))


def _placed(sheets: BranchSheets, options: ReadOptions, own: OwnPlaces, log: IssueLog) -> BranchSheets:
    """Return the sheets with every place in WGS-84, also those that are only known by their address."""
    sheets = with_corrections(convert_sheets(without_useless(sheets, log), options.datum, log), own)
    if options.geocoder is None:
        return with_approximate(sheets, own, log)
    from optimizer.ingest.build.geocode import geocode_sheets

    return geocode_sheets(sheets, options.geocoder, log)


def _check_one_branch(sheets: BranchSheets, raws: list[RawSheet], log: IssueLog) -> None:
    raw = next((raw for raw in raws if raw.name == "branch" and raw.is_given), None)
    if raw is not None and not raw.rows:
        sheets.branch.note(log, "SHEET_EMPTY", 1)
    if raw is not None and len(raw.rows) > 1:
        sheets.branch.note(log, "BRANCH_ROWS", raw.rows[1][0])
    for other in raws if raw is not None and raw.rows and log.form != "json" else ():
        if other.name in NEEDED and other.is_given and not (other.rows or other.missing or other.is_unread):
            log.add("SHEET_NO_ROWS", **location_of(other.name, log, 1))


def _clock(sheets: BranchSheets, days: int | None, log: IssueLog) -> BranchClock | None:
    """Return the branch's clock over the days asked for, or `None` when its row has faults (which are noted)."""
    if not sheets.branch.entries:
        return None
    entry = sheets.branch.entries[0]
    day = entry.row.plan_date
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        sheets.branch.note(log, "DATE_YEAR", entry.number, "plan_date", day, low=FIRST_YEAR, limit=LAST_YEAR)
        return None
    if days is not None and not 1 <= days <= MOST_DAYS:
        sheets.branch.note(log, "DAYS_RANGE", entry.number, "days", days, limit=MOST_DAYS)
        days = None
    return BranchClock(day, ZoneInfo(entry.row.timezone), days or entry.row.days)


def _policy(sheets: BranchSheets, table: Mapping[str, Any], log: IssueLog) -> Policy | None:
    """Return the policy: the branch's named profile, changed (or replaced by name) by its own table."""
    entry = next(iter(sheets.branch), None)
    named = entry.row.policy if entry else None
    stated = table.get("name")
    if entry and named and isinstance(stated, str) and stated != named:
        sheets.branch.note(log, "POLICY_TWO_NAMES", entry.number, "policy", stated, branch=named)
    promise = _named_promise(sheets, table, log)
    if not table and named and entry:
        policy = find_policy(named, log, **location_of("branch", log, entry.number, "policy"))
        return policy if policy is None or promise is None else replace(policy, promise=promise)
    file = log.file if log.form == "json" else "policy.toml"
    return resolve_policy(table, log, file=file, default=named or DEFAULT_PROFILE, promise=promise)


def _named_promise(sheets: BranchSheets, table: Mapping[str, Any], log: IssueLog) -> PromiseProfile | None:
    """Return the promise profile that the branch names; `None` when it names none, or no known one (noted)."""
    entry = next(iter(sheets.branch), None)
    name = entry.row.promise if entry else None
    if entry is None or not name:
        return None
    promise = find_promise(name, log, **location_of("branch", log, entry.number, "promise"))
    changed = table.get("promise")
    stated = changed.get("name", changed.get("base")) if isinstance(changed, dict) else None
    if promise is not None and isinstance(stated, str) and stated != name:
        sheets.branch.note(log, "PROMISE_TWO_NAMES", entry.number, "promise", stated, branch=name)
    return promise
