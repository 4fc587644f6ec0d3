"""A trial Problem of the rows that are right, so that one report also holds what only the rules can tell.

Skills raised by the policy, windows in force, certificates of a day: `Problem` says what they are. Orders that are to
be looked at go in alone, without what comes before them, so that a fault elsewhere does not hide theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from optimizer.ingest.build.problem import build_problem, lock_day
from optimizer.ingest.cells.dates_and_times import window_text
from optimizer.ingest.forms.columns import SHEETS

if TYPE_CHECKING:
    from collections.abc import Collection

    from optimizer.domain.order import SkillNeed, Visit
    from optimizer.domain.policy import Policy
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift, Technician
    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.columns import LockRow
    from optimizer.ingest.forms.sheets import BranchSheets, Entry, Sheet

#: Levels of a lock that name a day.
_OF_A_DAY = ("day", "start", "prefix")
_NOT_NEEDED = ("locks", "exceptions", "published", "parts", "arrivals", "reservations", "loans", "tools")


def check_crews_and_locks(sheets: BranchSheets, clock: BranchClock, policy: Policy, log: IssueLog) -> None:
    """Note crews that nobody can make up or lead, and locks that break a rule by themselves.

    Faults of the staff are to be corrected first: what follows from them is no finding of its own.
    """
    bad = _bad_rows(log)
    if bad.keys() & {"branch", "technicians", "skills", "shifts", "customers"}:
        return
    orders = [entry for entry in sheets.orders if entry.number not in bad.get("orders", ())]
    paired = [e for e in orders if e.row.crew_size > 1 or e.row.kind in policy.pair_kinds]
    locked = {entry.row.visit_id for entry in sheets.locks}
    of_locks = [e for e in orders if (e.row.visit_id or e.row.order_id) in locked and _is_open(e, sheets, clock)]
    for entry in orders:
        if entry.row.lead_skills and entry.row.crew_size == 1 and entry.row.kind not in policy.pair_kinds:
            sheets.orders.note(log, "LEAD_ALONE", entry.number, "lead_skills")
    looked_at = {entry.number: entry for entry in (*paired, *of_locks)}
    problem = _trial(sheets, looked_at.values(), clock, policy)
    if problem is None:
        return
    crews = _crews_of(problem)
    for entry in paired:
        visit = problem.visit_by_id.get(entry.row.visit_id or entry.row.order_id)
        if visit is not None:
            _check_crew(crews, visit, sheets.orders, entry, log)
    for lock in sheets.locks:
        visit = problem.visit_by_id.get(lock.row.visit_id)
        is_right = visit is not None and lock.number not in bad.get("locks", ())
        if is_right and visit is not None and lock.row.technician_id in problem.technician_by_id:
            _check_lock(problem, visit, sheets.locks, lock, clock, log)


def _bad_rows(log: IssueLog) -> dict[str, set[int | None]]:
    """Return the rows with errors of each sheet that has some."""
    bad: dict[str, set[int | None]] = {}
    names = list(SHEETS)
    for issue in log.issues:
        if issue.is_error:
            bad.setdefault(names[issue.order[0]], set()).add(issue.row)
    return bad


def _is_open(entry: Entry[Any], sheets: BranchSheets, clock: BranchClock) -> bool:
    """Return whether an order is to be planned as it stands: not done, on no earlier plan, without a result."""
    row = entry.row
    is_todays = row.planned_on is not None and row.planned_on < clock.first_day
    return row.done is None and not is_todays and row.order_id not in sheets.results.ids


def _trial(sheets: BranchSheets, entries: Collection[Entry[Any]], clock: BranchClock, policy: Policy) -> Problem | None:
    """Return a Problem of the orders to look at and the right rows that they need."""
    staff = {entry.row.technician_id for entry in sheets.technicians}
    customers = {entry.row.customer_id for entry in sheets.customers}
    orders = {
        entry.row.order_id: replace(entry, row=entry.row.but(after=(), days=1, days_done=0))
        for entry in entries
        if entry.row.customer_id in customers and entry.row.lat is not None and entry.row.lon is not None
    }
    visits = {entry.row.visit_id or entry.row.order_id for entry in orders.values()}
    theirs = {entry.row.customer_id for entry in orders.values()}
    if not orders or not staff or len(visits) < len(orders) or not sheets.branch.entries:
        return None

    def kept(sheet: Sheet[Any], entries: dict[Any, Entry[Any]]) -> Sheet[Any]:
        return replace(sheet, entries=tuple(entries.values()))

    trial = replace(
        sheets,
        orders=kept(sheets.orders, orders),
        customers=kept(
            sheets.customers, {e.row.customer_id: e for e in sheets.customers if e.row.customer_id in theirs}
        ),
        technicians=kept(sheets.technicians, {e.row.technician_id: e for e in sheets.technicians}),
        shifts=kept(
            sheets.shifts,
            {(e.row.technician_id, e.row.date): e for e in sheets.shifts if e.row.technician_id in staff},
        ),
        **{name: replace(getattr(sheets, name), entries=()) for name in _NOT_NEEDED},
    )
    try:
        return build_problem(trial, policy, clock)
    except ValueError:
        return None  # times that contradict each other; they are noted already


# --- crews --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Crews:
    """How large a crew the branch can make up, looked up once for orders that need the same."""

    problem: Problem
    held: set[str]
    people: dict[int, list[Technician]]
    most: dict[tuple[object, ...], tuple[int, int]] = field(default_factory=dict)

    def most_of(self, visit: Visit) -> tuple[int, int]:
        """Return the largest crew that any day can make up for a visit, and how many can lead it then."""
        problem = self.problem
        needs, lead_needs = problem.skills_needed(visit), problem.lead_skills_needed(visit)
        refused, size = visit.prohibited | problem.customer_of(visit).refused, problem.crew_size_of(visit)
        key = (needs, lead_needs, refused, visit.required, visit.area, size)
        if key not in self.most:
            self.most[key] = max(
                (self._most_on(day, visit, needs, lead_needs) for day in sorted(self.people)), default=(0, 0)
            )
        return self.most[key]

    def _most_on(
        self, day: int, visit: Visit, needs: tuple[SkillNeed, ...], lead_needs: tuple[SkillNeed, ...]
    ) -> tuple[int, int]:
        allowed = [person for person in self.people[day] if _is_allowed(self.problem, visit, person)]
        able = {p.technician_id for p in allowed if not _lacking(self.problem, p, needs, day)}
        leads = {p.technician_id for p in allowed if not _lacking(self.problem, p, lead_needs, day)}
        # A lead who is no able member is one more than the able; any other is one of them.
        return len(able) + (1 if leads - able else 0) if leads else 0, len(leads)


def _crews_of(problem: Problem) -> _Crews:
    people: dict[int, list[Technician]] = {}
    for shift in problem.shifts:
        people.setdefault(shift.day, []).append(problem.technician_by_id[shift.technician_id])
    return _Crews(problem, {skill.skill for p in problem.technicians for skill in p.skills}, people)


def _check_crew(crews: _Crews, visit: Visit, orders: Sheet[Any], entry: Entry[Any], log: IssueLog) -> None:
    """Note a crew that no day of the horizon has the people for; the day that comes closest says what is missing."""
    problem, held = crews.problem, crews.held
    size = problem.crew_size_of(visit)
    column = "crew_size" if entry.row.crew_size > 1 else "kind"
    if not problem.shifts or any(need.skill not in held for need in visit.skills):
        return  # noted already
    most, leads = crews.most_of(visit)
    if most >= size:
        return
    if not leads and visit.lead_skills:
        near = next((log.suggest(need.skill, held) for need in visit.lead_skills if need.skill not in held), "")
        skills = ", ".join(f"{need.skill}:{need.min_level}" for need in problem.lead_skills_needed(visit))
        orders.note(log, "CREW_NO_LEAD", entry.number, "lead_skills", skills, near=near)
    elif size <= len(problem.technicians):  # else noted already
        orders.note(log, "CREW_FEW", entry.number, column, size, able=most)


def _is_allowed(problem: Problem, visit: Visit, person: Technician) -> bool:
    who, required = person.technician_id, visit.required
    is_wanted = who in required or not required or len(required) < problem.crew_size_of(visit)
    is_near = not person.areas or not visit.area or visit.area in person.areas
    return is_wanted and is_near and not _is_prohibited(problem, visit, who)


def _is_prohibited(problem: Problem, visit: Visit, who: str) -> bool:
    return who in visit.prohibited or who in problem.customer_of(visit).refused


def _lacking(problem: Problem, person: Technician, needs: tuple[SkillNeed, ...], day: int) -> str:
    """Return the first skill that a technician does not hold on a day, at its level; empty when none is lacking."""
    date = problem.date_of(day)
    for need in needs:
        held = person.held_skill(need.skill)
        if held is None or held.level < need.min_level or not held.is_valid_on(date):
            return f"{need.skill}:{need.min_level}"
    return ""


# --- locks --------------------------------------------------------------------------------------------------------


def _check_lock(
    problem: Problem, visit: Visit, locks: Sheet[LockRow], entry: Entry[LockRow], clock: BranchClock, log: IssueLog
) -> None:
    """Note what a lock breaks alone: the person's skills, a refusal, the day's shift, the windows of the start."""
    lock, number = entry.row, entry.number
    who, person = lock.technician_id, problem.technician_by_id[lock.technician_id]
    if _is_prohibited(problem, visit, who):
        locks.note(log, "LOCK_PROHIBITED", number, "technician_id", who, visit=lock.visit_id)
    elif not _is_allowed(problem, visit, person):
        locks.note(log, "LOCK_NOT_ALLOWED", number, "technician_id", who, visit=lock.visit_id)
    day = problem.day_index(lock_day(lock, clock))
    is_of_day = lock.level in _OF_A_DAY
    if is_of_day and not 0 <= day < problem.days:
        return  # noted already
    shifts = [s for s in problem.shifts if s.technician_id == who and (s.day == day or not is_of_day)]
    if not shifts:
        planned = problem.date_of(day).isoformat() if is_of_day else clock.planned_text()
        locks.note(log, "LOCK_NO_SHIFT", number, "technician_id", who, visit=lock.visit_id, day=planned)
        return
    _check_skill(problem, visit, locks, entry, shifts, log)
    if lock.level == "start" and lock.start is not None:
        _check_start(problem, visit, locks, entry, shifts[0], clock, log)


def _check_skill(
    problem: Problem, visit: Visit, locks: Sheet[LockRow], entry: Entry[LockRow], shifts: list[Shift], log: IssueLog
) -> None:
    person = problem.technician_by_id[entry.row.technician_id]
    roles = [problem.skills_needed(visit)]
    if problem.crew_size_of(visit) > 1:
        roles.append(problem.lead_skills_needed(visit))
    lacking = [[_lacking(problem, person, needs, shift.day) for needs in roles] for shift in shifts]
    if all(all(of_day) for of_day in lacking):
        details = {"visit": entry.row.visit_id, "skill": lacking[0][0]}
        locks.note(log, "LOCK_SKILL", entry.number, "technician_id", person.technician_id, **details)


def _check_start(
    problem: Problem,
    visit: Visit,
    locks: Sheet[LockRow],
    entry: Entry[LockRow],
    shift: Shift,
    clock: BranchClock,
    log: IssueLog,
) -> None:
    """Note a locked start that no window, or not the shift, takes, its tolerance included."""
    lock = entry.row
    assert lock.start is not None
    day = problem.date_of(shift.day)
    start_s = clock.on(day, lock.start)
    first_s, last_s = start_s - lock.tolerance_s, start_s + lock.tolerance_s
    text = clock.time_or_iso(day, start_s)
    if last_s < shift.start_s or first_s > shift.return_limit_s:
        begins, ends = clock.time_or_iso(day, shift.start_s), clock.time_or_iso(day, shift.end_s)
        details = {"visit": lock.visit_id, "shift": f"{begins}–{ends}"}
        locks.note(log, "LOCK_OUTSIDE_SHIFT", entry.number, "start", text, **details)
        return
    if problem.is_emergency_call(visit) or problem.is_due_before_plan(visit):
        return  # its window depends on the moment of planning
    late_s = problem.max_lateness_s(visit)
    windows = problem.windows[visit.visit_id]
    if not any(w.open_s <= last_s and first_s <= w.close_s + late_s for w in windows):
        shown = "; ".join(window_text(clock.local(w.open_s), clock.local(w.close_s)) for w in windows)
        locks.note(log, "LOCK_OUTSIDE_WINDOW", entry.number, "start", text, visit=lock.visit_id, windows=shown or "-")
