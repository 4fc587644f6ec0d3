"""Changes of a scenario that are about people: who is there, when, and what they can do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.problem import end_key, start_key
from optimizer.domain.technician import HeldSkill, WorkLedger
from optimizer.domain.units import MINUTE_S, clock_text
from optimizer.errors import ScenarioError
from optimizer.ingest.cells.values import parse_time
from optimizer.whatif.case import Case, Note, doubt, known

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift, Technician
    from optimizer.travel.matrix import TravelMatrix

#: The highest level of a skill: expert.
HIGHEST_LEVEL = 3


def remove_technicians(case: Case, technicians: Sequence[str]) -> Case:
    """Return the case without some people: their shifts, locks, loans and exceptions go with them, each listed."""
    problem = case.problem
    gone = {known("technician", who, problem.technician_by_id) for who in technicians}
    notes = [Note("{technician} is not there.", {"technician": who}) for who in sorted(gone)]
    for lock in problem.locks:
        if lock.technician_id in gone:
            values = {"visit": lock.visit_id, "technician": lock.technician_id, "level": lock.level.value}
            notes.append(Note("The lock ({level}) of {visit} on {technician} goes, too.", values))
    for loan in problem.loans:
        if loan.technician_id in gone:
            values = {"loan": loan.loan_id, "technician": loan.technician_id, "part": loan.part_id}
            notes.append(Note("The loan {loan} of {technician} ({part}) goes, too.", values))
    for visit in problem.visits:
        if visit.required and visit.required <= gone:
            who = ", ".join(sorted(visit.required))
            values = {"visit": visit.visit_id, "technician": who}
            notes.append(Note("{visit} asks for {technician} and nobody else: it stays out.", values))
    return case.but(
        *notes,
        technicians=tuple(one for one in problem.technicians if one.technician_id not in gone),
        shifts=_without(problem.shifts, gone),
        shifts_around=_without(problem.shifts_around, gone),
        locks=tuple(lock for lock in problem.locks if lock.technician_id not in gone),
        loans=tuple(loan for loan in problem.loans if loan.technician_id not in gone),
        exceptions=tuple(one for one in problem.exceptions if one.technician_id not in gone),
    )


def _without(shifts: Iterable[Shift], gone: Collection[str]) -> tuple[Shift, ...]:
    return tuple(shift for shift in shifts if shift.technician_id not in gone)


def add_technician(case: Case, technician_id: str, like: str, name: str) -> Case:
    """Return the case with one more technician, who can do and works what another one does; no past and no parts."""
    problem = case.problem
    model = problem.technician_by_id[known("technician", like, problem.technician_by_id)]
    if technician_id in problem.technician_by_id:
        raise ScenarioError("The branch has a technician {name} already.", name=technician_id)
    new = replace(model, technician_id=technician_id, name=name or technician_id, ledger=WorkLedger(), own_parts=())
    shifts = tuple(replace(shift, technician_id=technician_id) for shift in _of(problem.shifts, like))
    around = tuple(replace(shift, technician_id=technician_id) for shift in _of(problem.shifts_around, like))
    if not shifts:
        said = doubt("{like} has no shift on these days, and so has {technician}.", like=like, technician=technician_id)
    else:
        said = Note("{technician} is there, like {like}.", {"technician": technician_id, "like": like})
    added = case.but(
        said,
        technicians=tuple(sorted((*problem.technicians, new), key=lambda one: one.technician_id)),
        shifts=_in_order((*problem.shifts, *shifts)),
        shifts_around=_in_order((*problem.shifts_around, *around)),
    )
    return replace(added, matrix=_with_home(case.matrix, added.problem, model, new))


def _of(shifts: Iterable[Shift], technician_id: str) -> list[Shift]:
    return [shift for shift in shifts if shift.technician_id == technician_id]


def _in_order(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    return tuple(sorted(shifts, key=lambda shift: (shift.day, shift.technician_id)))


def _with_home(matrix: TravelMatrix, problem: Problem, model: Technician, new: Technician) -> TravelMatrix:
    """Return the travel with the home of a new technician, who lives where another one does."""
    same = {start_key(new): start_key(model), end_key(new): end_key(model)}
    keys = tuple(key for key in problem.places() if same.get(key, key) in matrix.row_of)
    rows = np.array([matrix.row_of[same.get(key, key)] for key in keys], dtype=np.intp)
    around = np.ix_(np.arange(len(matrix.profiles)), rows, rows)
    return replace(matrix, keys=keys, seconds=matrix.seconds[around], metres=matrix.metres[around])


def train(case: Case, technician_id: str, skill: str, levels: int) -> Case:
    """Return the case with a technician some levels higher in a skill, at most an expert; from today on, no end."""
    problem = case.problem
    one = problem.technician_by_id[known("technician", technician_id, problem.technician_by_id)]
    needed = {need.skill for visit in problem.visits for need in (*visit.skills, *visit.lead_skills)}
    held = {own.skill for person in problem.technicians for own in person.skills}
    known("skill", skill, needed | held)
    before = one.held_skill(skill)
    was = before.level if before is not None else 0
    now = max(0, min(HIGHEST_LEVEL, was + levels))
    values: dict[str, object] = {"technician": technician_id, "skill": skill, "was": was, "now": now}
    if now == was:
        return case.but(doubt("{technician} has level {was} in {skill} as before.", **values))
    others = tuple(own for own in one.skills if own.skill != skill)
    model = before if before is not None else HeldSkill(skill, now)
    skills = others if now == 0 else (*others, replace(model, level=now))
    new = replace(one, skills=tuple(sorted(skills, key=lambda own: own.skill)))
    said = [Note("{technician} has level {now} in {skill}, not {was}.", values)]
    if skill not in needed:
        said.append(doubt("No visit of these days needs {skill}.", skill=skill))
    people = (new if person is one else person for person in problem.technicians)
    return case.but(*said, technicians=tuple(people))


def set_shifts(
    case: Case, technicians: Sequence[str], start: str | None, end: str | None, overtime_min: int | None
) -> Case:
    """Return the case with other hours of some people's shifts, or of all; paid is as much more as they are longer."""
    problem = case.problem
    who = {known("technician", one, problem.technician_by_id) for one in technicians} or {*problem.technician_by_id}
    start_s, end_s = (None if text is None else _time_s(text) for text in (start, end))
    clock, shifts, notes = problem.clock, [], []
    for shift in problem.shifts:
        new = shift
        if shift.technician_id in who:
            opens_s = shift.start_s if start_s is None else clock.moment_s(shift.day, start_s)
            closes_s = shift.end_s if end_s is None else clock.moment_s(shift.day, end_s)
            if closes_s <= opens_s:
                text = f"{clock_text(opens_s)}-{clock_text(closes_s)}"
                raise ScenarioError("A shift of {name} would be {shift}: it ends before it begins.",
                                    name=shift.technician_id, shift=text)  # fmt: skip
            longer_s = (closes_s - opens_s) - (shift.end_s - shift.start_s)
            over_s = shift.overtime_limit_s if overtime_min is None else overtime_min * MINUTE_S
            paid_s = max(0, shift.contracted_s + longer_s) if shift.contracted_s else 0
            new = replace(shift, start_s=opens_s, end_s=closes_s, overtime_limit_s=over_s, contracted_s=paid_s)
        if new != shift:
            values = {"technician": shift.technician_id, "date": problem.date_of(shift.day).isoformat(),
                      "start": clock.text(new.start_s), "end": clock.text(new.end_s),
                      "minutes": new.overtime_limit_s // MINUTE_S}  # fmt: skip
            notes.append(Note("{technician} works {start}-{end} on {date}, overtime up to {minutes} min.", values))
        shifts.append(new)
    return case.but(*(notes or [doubt("No shift differs.")]), shifts=tuple(shifts))


def _time_s(text: str) -> int:
    try:
        return parse_time(text)
    except ValueError as error:
        raise ScenarioError("'{text}' is no time of the day like 08:30.", text=text) from error
