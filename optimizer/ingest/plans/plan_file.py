"""The plan file: a plan together with the problem and the matrix it was made for, so that anyone can judge it alone.

It is described in docs/rules.md, The plan file. Equal runs write equal bytes, but for `run`. A plan that holds routes
only (the neutral form of benchmarks, or stops without times) is read too; the caller says how it is timed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from optimizer.domain.rules import Rule
from optimizer.errors import InputError
from optimizer.faults.decoding import MAX_PLAN_BYTES, decode_json, read_text
from optimizer.faults.issues import IssueLog, Phrase
from optimizer.ingest.plans.matrix_json import matrix_from_json, matrix_to_json
from optimizer.ingest.plans.plan_reader import PlanReader, routes_only
from optimizer.ingest.read import problem_of_document, read_branch
from optimizer.ingest.settings.policy import OFF
from optimizer.ingest.write import branch_clock, problem_to_json
from optimizer.text.files import JsonObject, write_json
from optimizer.travel.provider import travel_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from optimizer.domain.plan import BranchStop, Plan, Route, Stop, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.travel.matrix import TravelMatrix

PLAN_FORMAT = "paigong.plan/1"

#: How routes without times are timed: the judge's `time_routes`.
TimeRoutes: TypeAlias = "Callable[[Problem, TravelMatrix, dict[tuple[str, int], list[str]]], Plan]"


# --- writing ------------------------------------------------------------------------------------------------------


def plan_to_json(
    plan: Plan,
    problem: Problem,
    matrix: TravelMatrix,
    run: Mapping[str, Any],
    *,
    kpis: Mapping[str, Any] | None = None,
    accepted: Sequence[Violation] = (),
) -> JsonObject:
    """Return the plan file's content.

    Parameters
    ----------
    run
        How the plan came about (seed, moves, elapsed time, versions): the only part that may differ between equal runs.
    kpis
        Figures of the plan to show beside it.
    accepted
        What kept locks break, as the judge lists it.
    """
    return {
        "format": PLAN_FORMAT,
        **routes_to_json(plan, problem, kpis=kpis, accepted=accepted),
        "problem": problem_to_json(problem),
        "matrix": matrix_to_json(matrix),
        "run": dict(run),
    }


def routes_to_json(
    plan: Plan,
    problem: Problem,
    *,
    kpis: Mapping[str, Any] | None = None,
    accepted: Sequence[Violation] = (),
) -> JsonObject:
    """Return the plan's own part of the plan file: without the problem, the matrix and how it came about."""
    clock = branch_clock(problem)
    return {
        "routes": [_route(route, problem, clock) for route in plan.routes],
        "unassigned": [_unassigned(visit, problem) for visit in plan.unassigned],
        "accepted": [violation_to_json(violation) for violation in accepted],
        "costs": {str(rule): plan.costs[rule] for rule in Rule if rule in plan.costs},
        "kpis": dict(kpis or {}),
        "bound": None,
    }


def plan_from_json(document: JsonObject, problem: Problem) -> Plan:
    """Return the plan of a plan's own part that Paigong wrote (`routes_to_json`).

    Raises
    ------
    InputError
        When it has faults, or holds routes without their times.
    """
    log = IssueLog(form="json", file="plan.json")
    plan = PlanReader(log, problem, branch_clock(problem)).read(document)
    if plan is None or log.has_errors:
        raise InputError(log.report())
    return plan


def write_plan(
    plan: Plan,
    problem: Problem,
    matrix: TravelMatrix,
    run: Mapping[str, Any],
    path: str | Path,
    *,
    kpis: Mapping[str, Any] | None = None,
    accepted: Sequence[Violation] = (),
) -> None:
    """Write the plan file at once; an interrupted write leaves the old file."""
    write_json(plan_to_json(plan, problem, matrix, run, kpis=kpis, accepted=accepted), path)


def _route(route: Route, problem: Problem, clock: BranchClock) -> JsonObject:
    pause, stop = route.break_, route.branch_stop
    return {
        "technician": route.technician_id,
        "date": problem.date_of(route.day).isoformat(),
        "depart": clock.iso(route.depart_s),
        "return": clock.iso(route.return_s),
        "break": None if pause is None else {"slot": pause.slot, "start": clock.iso(pause.start_s)},
        **({} if stop is None else {"branch_stop": _branch_stop(stop, clock)}),
        "stops": [_stop(stop, route.technician_id, clock) for stop in route.stops],
    }


def _branch_stop(stop: BranchStop, clock: BranchClock) -> JsonObject:
    return {
        "before": stop.before,
        "arrive": clock.iso(stop.arrive_s),
        "start": clock.iso(stop.start_s),
        "end": clock.iso(stop.end_s),
        "leave_by": clock.iso(stop.leave_by_s),
    }


def _stop(stop: Stop, technician_id: str, clock: BranchClock) -> JsonObject:
    return {
        "visit": stop.visit_id,
        "arrive": clock.iso(stop.arrive_s),
        "start": clock.iso(stop.start_s),
        "end": clock.iso(stop.end_s),
        "leave_by": clock.iso(stop.leave_by_s),
        "window": {"open": clock.iso(stop.window.open_s), "close": clock.iso(stop.window.close_s)},
        "lateness_s": stop.lateness_s,
        "parts": [{"part_id": part.part_id, "quantity": part.quantity} for part in stop.parts],
        "crew": list(stop.crew) or [technician_id],
        "lead": stop.lead or ("" if stop.crew else technician_id),
        "pinned": stop.pinned,
    }


def violation_to_json(violation: Violation) -> JsonObject:
    """Return what a plan breaks."""
    return {
        "rule": str(violation.rule),
        "amount": violation.amount,
        "unit": violation.unit,
        "technician": violation.technician_id,
        "visit": violation.visit_id,
        "message": violation.message,
    }


def _unassigned(visit: UnassignedVisit, problem: Problem) -> JsonObject:
    return {
        "visit": visit.visit_id,
        "state": str(visit.state),
        "due": visit.due.isoformat() if visit.due else None,
        "reasons": [
            {
                "code": str(reason.code),
                "proven": reason.proven,
                "technician": reason.technician_id,
                "day": problem.date_of(reason.day).isoformat(),
                "amount": reason.amount,
                "unit": reason.unit,
                "subject": reason.subject,
                "visit": reason.visit_id,
            }
            for reason in visit.reasons
        ],
    }


# --- reading ------------------------------------------------------------------------------------------------------


def read_plan(
    path: str | Path, branch: str | Path | None = None, *, time_routes: TimeRoutes
) -> tuple[Problem, TravelMatrix, Plan]:
    """Return the problem, the matrix and the plan of a plan file.

    Parameters
    ----------
    branch
        The branch of a plan that does not hold its own problem: a folder or a JSON file.
    time_routes
        Times a plan that holds routes only.

    Raises
    ------
    InputError
        With every fault of the file at once. That the plan breaks a rule, or names an unknown visit, is no fault:
        the judge says so.
    """
    path = Path(path)
    log = IssueLog(form="json", file=path.name)
    document = _read_document(path, log)
    problem = None if document is None else _problem(document, branch, log)
    if document is None or problem is None:
        raise InputError(log.report())
    matrix = _matrix(document, problem, branch, log)
    plan = PlanReader(log, problem, branch_clock(problem)).read(document)
    if matrix is None or log.has_errors:
        raise InputError(log.report())
    if plan is None:
        plan = time_routes(problem, matrix, routes_only(document, problem))
    return problem, matrix, plan


def branch_of_plan(path: str | Path) -> Path | None:
    """Return the branch that a plan file was made from, as the command line named it; `None` when it does not say."""
    path = Path(path)
    document = _read_document(path, IssueLog(form="json", file=path.name)) or {}
    run = document.get("run")
    branch = run.get("branch") if isinstance(run, dict) else None
    return Path(branch) if isinstance(branch, str) and branch else None


def _read_document(path: Path, log: IssueLog) -> JsonObject | None:
    if not path.exists():
        log.add("FILE_NOT_FOUND", value=str(path))
        return None
    text = read_text(path, log, limit=MAX_PLAN_BYTES)
    document = None if text is None else decode_json(text, log)
    if log.has_errors:
        return None
    if not isinstance(document, dict) or not isinstance(document.get("routes"), list | dict):
        log.add("PLAN_SHAPE", expected=Phrase("an object with the routes of a plan"), path="/routes")
        return None
    if document.get("format", PLAN_FORMAT) != PLAN_FORMAT:
        log.add("JSON_FORMAT", value=document["format"], expected=PLAN_FORMAT, path="/format")
        return None
    return document


def _problem(document: JsonObject, branch: str | Path | None, log: IssueLog) -> Problem | None:
    stated = document.get("problem")
    if stated is not None:
        policy = stated.get("policy") if isinstance(stated, dict) else None
        if isinstance(policy, dict) and "lead_to_leave" not in policy:
            # Plans of before there was a floor are judged without it.
            stated = {**stated, "policy": {**policy, "lead_to_leave": OFF}}
        return problem_of_document(stated, log.under("/problem"), is_ours=True)
    if branch is None:
        log.add("PLAN_NO_PROBLEM", path="/problem")
        return None
    return read_branch(branch)


def _matrix(document: JsonObject, problem: Problem, branch: str | Path | None, log: IssueLog) -> TravelMatrix | None:
    """Return the plan's own matrix; a plan without one is given the travel of its branch."""
    entries = document.get("matrix")
    if entries is not None:
        return matrix_from_json(entries, log.under("/matrix"))
    return travel_for(problem, branch)
