"""What edits change of the facts: exceptions, refusals and locks; and whether an edit can be done at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.domain.problem import Lock, LockLevel
from optimizer.editing.edits import Allow, Fix, Forbid, Move, Release

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.domain.problem import Problem
    from optimizer.editing.edits import Edit
    from optimizer.editing.routes_in_hand import Key
    from optimizer.faults.issues import IssueLog


def check_edits(problem: Problem, edits: Sequence[Edit], log: IssueLog) -> None:
    """Note what cannot be done with any plan of a problem: unknown names and days, exceptions without a name."""
    for number, edit in enumerate(edits):
        at = f"/edits/{number}"
        visit = problem.visit_by_id.get(edit.visit_id)
        if visit is None:
            log.add("EDIT_VISIT", value=edit.visit_id, path=f"{at}/visit", near=_near(log, edit.visit_id, problem))
            continue
        if isinstance(edit, Move | Forbid):
            _check_technicians(problem, [edit.technician_id], f"{at}/technician", log)
        if isinstance(edit, Move):
            _check_move(problem, edit, at, log)
        if isinstance(edit, Allow):
            _check_exception(problem, edit, at, log)
        if not isinstance(edit, Allow | Forbid) and edit.visit_id in problem.begun:
            log.add("EDIT_BEGUN", value=edit.visit_id, path=f"{at}/visit")


def _near(log: IssueLog, visit_id: str, problem: Problem) -> str:
    return log.suggest(visit_id, problem.visit_by_id)


def _check_technicians(problem: Problem, ids: Iterable[str], path: str, log: IssueLog) -> None:
    for technician_id in ids:
        if technician_id not in problem.technician_by_id:
            near = log.suggest(technician_id, problem.technician_by_id)
            log.add("EDIT_TECHNICIAN", value=technician_id, path=path, near=near)


def _check_move(problem: Problem, move: Move, at: str, log: IssueLog) -> None:
    _check_technicians(problem, move.crew, f"{at}/crew", log)
    if move.crew and problem.crew_size_of(problem.visit_by_id[move.visit_id]) == 1:
        log.add("EDIT_ONE_PERSON", value=move.visit_id, path=f"{at}/crew")
    if move.day is not None and not 0 <= move.day < problem.days:
        days = ", ".join(problem.date_of(day).isoformat() for day in range(problem.days))
        log.add("EDIT_DAY", value=problem.date_of(move.day).isoformat(), days=days, path=f"{at}/date")


def _check_exception(problem: Problem, allow: Allow, at: str, log: IssueLog) -> None:
    one, unit = allow.exception, allow.exception.limit.unit
    if one.technician_id:
        _check_technicians(problem, [one.technician_id], f"{at}/technician", log)
    if not (one.by.strip() and one.why.strip()):
        log.add("EDIT_NO_NAME", path=f"{at}/by")
    band = problem.policy.band_of(one.limit)
    if one.amount <= 0:
        log.add("EDIT_AMOUNT", path=f"{at}/amount")
    elif band == 0:
        log.add("EDIT_BARRED", value=str(one.limit), path=f"{at}/rule")
    elif one.amount > band:
        log.add("EDIT_BAND", value=one.amount // unit, most=band // unit, path=f"{at}/amount")


# --- facts that change ------------------------------------------------------------------------------------------------


def with_permissions(problem: Problem, edits: Iterable[Edit]) -> Problem:
    """Return a problem with the exceptions and refusals of some edits, and without the locks that they release.

    It is the same problem where they change no fact.
    """
    exceptions = {(one.visit_id, one.limit): one for one in problem.exceptions}
    refused: dict[str, set[str]] = {}
    released = set()
    for edit in edits:
        if isinstance(edit, Allow):
            exceptions[edit.visit_id, edit.exception.limit] = edit.exception
        elif isinstance(edit, Forbid):
            refused.setdefault(edit.visit_id, set()).add(edit.technician_id)
        elif isinstance(edit, Release):
            released.add(edit.visit_id)
    changed: dict[str, Any] = {
        "exceptions": tuple(exceptions.values()),
        "locks": _without(problem.locks, released),
        "visits": tuple(
            replace(visit, prohibited=visit.prohibited | refused[visit.visit_id])
            if visit.visit_id in refused
            else visit
            for visit in problem.visits
        ),
    }
    if all(getattr(problem, name) == value for name, value in changed.items()):
        return problem
    return replace(problem, **changed)


def with_locks(
    problem: Problem, keys: Mapping[str, Sequence[Key]], starts: Mapping[str, int], fixes: Sequence[Fix]
) -> Problem:
    """Return a problem in which visits are locked where a plan has them; their earlier locks go.

    Parameters
    ----------
    keys
        Visit id to the technicians and days that serve it.
    starts
        Visit id to its start, of those that are locked to it.
    """
    if not fixes:
        return problem
    last = {fix.visit_id: fix for fix in fixes}
    locks = [
        Lock(
            visit_id,
            fix.level,
            who,
            day=day,
            start_s=starts.get(visit_id, 0),
            tolerance_s=fix.tolerance_s if visit_id in starts else 0,
        )
        for visit_id, fix in last.items()
        for who, day in keys[visit_id]
    ]
    return replace(problem, locks=(*_without(problem.locks, last.keys()), *locks))


def _without(locks: Iterable[Lock], visit_ids: Iterable[str]) -> tuple[Lock, ...]:
    gone = set(visit_ids)
    return tuple(lock for lock in locks if lock.visit_id not in gone or lock.level is LockLevel.PREFIX)
