"""The plan file: a plan together with the problem and the matrix it was made for, so that anyone can judge it alone.

It is described in docs/rules.md, The plan file. Equal runs write equal bytes, but for `run`. A plan that holds routes
only (the neutral form of benchmarks, or stops without times) is read too; the caller says how it is timed. Plan files
of the format before this one are read, too (`formats.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from optimizer.domain.rules import Rule
from optimizer.errors import InputError
from optimizer.faults.decoding import MAX_PLAN_BYTES, decode_json, read_text
from optimizer.faults.issues import IssueLog, Phrase
from optimizer.ingest.plans.claims import Claims, NotJudged
from optimizer.ingest.plans.facts_digest import VERSION, facts_sha256
from optimizer.ingest.plans.formats import FIRST_FORMAT, FORMATS, PLAN_FORMAT, as_of_then, rules_of
from optimizer.ingest.plans.matrix_json import MATRIX_KEYS, matrix_from_json, matrix_to_json
from optimizer.ingest.plans.plan_reader import PlanReader, routes_only
from optimizer.ingest.read import problem_of_document, read_branch
from optimizer.ingest.write import branch_clock, exception_to_json, problem_to_json
from optimizer.text.files import JsonObject, write_json
from optimizer.travel.matrix_document import MatrixDocumentProvider
from optimizer.travel.own_files import JSON_KEY
from optimizer.travel.provider import travel_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from optimizer.domain.plan import BranchStop, Cause, Pause, Plan, Route, Stop, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.travel.matrix import TravelMatrix

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
    plan_format: str = PLAN_FORMAT,
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
    plan_format
        The format that a plan made earlier keeps: it was made by the rules of then.
    """
    facts = problem_to_json(problem)
    return {
        **routes_to_json(plan, problem, kpis=kpis, accepted=accepted, plan_format=plan_format),
        "problem": facts,
        "facts_sha256": facts_sha256(facts),
        "matrix": matrix_to_json(matrix),
        "run": dict(run),
    }


def routes_to_json(
    plan: Plan,
    problem: Problem,
    *,
    kpis: Mapping[str, Any] | None = None,
    accepted: Sequence[Violation] = (),
    plan_format: str = PLAN_FORMAT,
) -> JsonObject:
    """Return the plan's own part of the plan file: without the problem, the matrix and how it came about."""
    clock = branch_clock(problem)
    return {
        "format": plan_format,
        "routes": [_route(route, problem, clock) for route in plan.routes],
        "unassigned": [_unassigned(visit, problem, clock) for visit in plan.unassigned],
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
    reader = PlanReader(log, problem, branch_clock(problem), is_closed=False)
    plan = reader.read({"format": FIRST_FORMAT, **document})
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
    plan_format: str = PLAN_FORMAT,
) -> None:
    """Write the plan file at once; an interrupted write leaves the old file."""
    document = plan_to_json(plan, problem, matrix, run, kpis=kpis, accepted=accepted, plan_format=plan_format)
    write_json(document, path)


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
        **({} if stop.pause is None else {"pause": _pause(stop.pause, clock)}),
    }


def _pause(pause: Pause, clock: BranchClock) -> JsonObject:
    return {"start": clock.iso(pause.start_s), "end": clock.iso(pause.end_s)}


def violation_to_json(violation: Violation) -> JsonObject:
    """Return what a plan breaks."""
    return {
        "rule": str(violation.rule),
        "amount": violation.amount,
        "unit": violation.unit,
        "technician": violation.technician_id,
        "visit": violation.visit_id,
        "message": violation.message,
        **({"by": violation.by, "why": violation.why} if violation.by else {}),
    }


def _unassigned(visit: UnassignedVisit, problem: Problem, clock: BranchClock) -> JsonObject:
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
                **({} if reason.moment_s is None else {"moment": clock.iso(reason.moment_s)}),
                **({} if reason.exception is None else {"exception": exception_to_json(reason.exception)}),
            }
            for reason in visit.reasons
        ],
        **({} if visit.cause is None else {"cause": _cause(visit.cause, problem)}),
    }


def _cause(cause: Cause, problem: Problem) -> JsonObject:
    return {
        "kind": str(cause.kind),
        "proven": cause.proven,
        "technician": cause.technician_id,
        "day": problem.date_of(cause.day).isoformat(),
        "cents": cause.cents,
        "others": list(cause.others),
        "left_out": cause.left_out,
    }


# --- reading ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan file as read.

    Parameters
    ----------
    format
        One of `FORMATS`; that of today for a plan of routes only, which names none.
    is_timed
        Whether it states the times of its plan; else the plan was timed here, and nothing of it is claimed.
    claims
        What it says of the plan as a whole.
    not_judged
        What it states and nobody can check.
    run
        How the plan came about, as it says.
    beside
        What was sent along in the file and is no part of it, by key.
    """

    problem: Problem
    matrix: TravelMatrix
    plan: Plan
    format: str = PLAN_FORMAT
    is_timed: bool = True
    claims: Claims = field(default_factory=Claims)
    not_judged: tuple[NotJudged, ...] = ()
    run: JsonObject = field(default_factory=dict)
    beside: JsonObject = field(default_factory=dict)

    @property
    def rules(self) -> frozenset[Rule]:
        """The rules that its format knows: it is judged by these."""
        return rules_of(self.format)

    @property
    def branch(self) -> Path | None:
        """The branch that it was made from, as the command line named it; `None` when it does not say."""
        branch = self.run.get("branch")
        return Path(branch) if isinstance(branch, str) and branch else None


def read_plan(
    path: str | Path, branch: str | Path | None = None, *, time_routes: TimeRoutes
) -> tuple[Problem, TravelMatrix, Plan]:
    """Return the problem, the matrix and the plan of a plan file; see `read_plan_file`."""
    read = read_plan_file(path, branch, time_routes=time_routes)
    return read.problem, read.matrix, read.plan


def read_plan_file(
    path: str | Path, branch: str | Path | None = None, *, time_routes: TimeRoutes, beside: Collection[str] = ()
) -> PlanFile:
    """Return what a plan file holds.

    Parameters
    ----------
    branch
        The branch of a plan that does not hold its own problem: a folder or a JSON file.
    time_routes
        Times a plan that holds routes only.
    beside
        Keys of what may be sent along in the file.

    Raises
    ------
    InputError
        With every fault of the file at once. That the plan breaks a rule, or names an unknown visit, is no fault:
        the judge says so.
    """
    path = Path(path)
    log = IssueLog(form="json", file=path.name)
    document = _read_document(path, log)
    sent = {key: document.pop(key) for key in beside if key in document} if document is not None else {}
    problem = None if document is None else _problem(document, branch, log)
    if document is None or problem is None:
        raise InputError(log.report())
    matrix = _matrix(document, problem, branch, log)
    reader = PlanReader(log, problem, branch_clock(problem), is_closed=document.get("format") == PLAN_FORMAT)
    plan = reader.read(document)
    is_timed = plan is not None
    claims = reader.claims(document) if is_timed else Claims()
    if is_timed and "format" not in document:
        log.add("KEY_MISSING", value="format", path="/format")
    if matrix is None or log.has_errors:
        raise InputError(log.report())
    if plan is None:
        plan = time_routes(problem, matrix, routes_only(document, problem))
    return PlanFile(
        problem=problem,
        matrix=matrix,
        plan=plan,
        format=document.get("format", PLAN_FORMAT),
        is_timed=is_timed,
        claims=claims,
        not_judged=(*reader.not_judged, *_not_judged(document, log)),
        run=_run(document),
        beside=sent,
    )


def _run(document: JsonObject) -> JsonObject:
    run = document.get("run")
    return run if isinstance(run, dict) else {}


def _not_judged(document: JsonObject, log: IssueLog) -> Iterator[NotJudged]:
    """Yield what a plan file states beside the plan and nobody can check."""
    for issue in log.issues:
        if issue.code == "KEY_UNKNOWN":
            yield NotJudged("The key is not known.", issue.path)
    if document.get("problem") is not None:
        yield NotJudged("The moment of planning is taken as stated.", "/problem/branch/as_of")
        if document.get("facts_sha256") is None:
            yield NotJudged("Without a digest nobody can see whether the facts are those of the plan.", "/facts_sha256")
    matrix = document.get("matrix")
    for key in sorted(matrix.keys() - MATRIX_KEYS) if isinstance(matrix, dict) else ():
        yield NotJudged("The key is not known.", f"/matrix/{key}")
    if matrix is None and document.get("problem") is not None:
        yield NotJudged("The file states no travel times: they are those of the branch, or estimated.", "/matrix")
    elif isinstance(matrix, dict) and matrix.get("sha256") is None:
        yield NotJudged("Without a digest nobody can see whether the travel times are those of the plan.", "/matrix")
    if isinstance(matrix, dict) and matrix.get("provenance"):
        yield NotJudged("Where the travel times come from is taken as stated.", "/matrix/provenance")
    if document.get("run"):
        yield NotJudged("How the plan came about is taken as stated.", "/run")


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
    if document.get("format", PLAN_FORMAT) not in FORMATS:
        log.add("JSON_FORMAT", value=document["format"], expected=PLAN_FORMAT, path="/format")
        return None
    return document


def _problem(document: JsonObject, branch: str | Path | None, log: IssueLog) -> Problem | None:
    if document.get("problem") is not None:
        problem = problem_of_document(as_of_then(document["problem"]), log.under("/problem"), is_ours=True)
        if problem is not None:
            _check_facts(document, log)
        return problem
    if branch is None:
        log.add("PLAN_NO_PROBLEM", path="/problem")
        return None
    # Its doubts are told by whoever compares the plan with the branch.
    return read_branch(branch, on_warning=lambda _: None)


def _check_facts(document: JsonObject, log: IssueLog) -> None:
    """Note a digest that is not that of the problem beside it, or missing where the format asks for it."""
    stated = document.get("facts_sha256")
    if stated is None:
        if document.get("format") == PLAN_FORMAT:
            log.add("KEY_MISSING", value="facts_sha256", path="/facts_sha256")
    elif not isinstance(stated, str) or not stated.startswith(f"{VERSION}:"):
        expected = Phrase("a digest of a version known here")
        log.add("PLAN_VALUE", value=stated, expected=expected, path="/facts_sha256")
    elif stated != facts_sha256(document["problem"]):
        log.add("PLAN_FACTS_CHANGED", path="/facts_sha256")


def _matrix(document: JsonObject, problem: Problem, branch: str | Path | None, log: IssueLog) -> TravelMatrix | None:
    """Return the plan's own matrix; a plan without one is given that of its problem or its branch."""
    entries = document.get("matrix")
    if entries is None:
        facts = document.get("problem")
        own = facts.get(JSON_KEY) if isinstance(facts, dict) else None
        beside = None if own is None else MatrixDocumentProvider(own, log.file, f"/problem/{JSON_KEY}")
        return travel_for(problem, branch, beside)
    if isinstance(entries, dict) and document.get("format") == PLAN_FORMAT:
        if entries.get("sha256") is None:
            log.add("KEY_MISSING", value="sha256", path="/matrix/sha256")
        for key in entries.keys() - MATRIX_KEYS:
            log.add("PLAN_KEY_UNKNOWN", value=key, near="", path=f"/matrix/{key}")
    return matrix_from_json(entries, log.under("/matrix"))
