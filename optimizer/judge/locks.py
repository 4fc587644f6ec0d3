"""The judge's reading of kept locks: what a lock breaks by itself is accepted and listed, not counted again.

By itself a lock breaks the skills and refusals of the technician that it names, the windows and hours of the start or
the day that it names, and the shift, at either end, outside which its start lies. Whatever else a plan breaks, with a
locked visit or without, is a violation as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.policy import BrokenLocks
from optimizer.domain.problem import LockLevel
from optimizer.domain.rules import Rule, Violation
from optimizer.judge.facts import gaps_in
from optimizer.judge.hard_rules import span_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from optimizer.domain.order import Interval, Visit
    from optimizer.domain.problem import Lock
    from optimizer.judge.facts import Facts
    from optimizer.judge.judged import JudgedPlan
    from optimizer.judge.timing import TimedStop


def split_accepted(judged: JudgedPlan, broken: Sequence[Violation]) -> tuple[list[Violation], list[Violation]]:
    """Return what is broken without an excuse, and what kept locks break and is accepted."""
    if judged.problem.policy.broken_locks is not BrokenLocks.KEEP:
        return list(broken), []
    excused = [violation for violation in broken if _is_excused(judged, violation)]
    accepted = [*excused, *_kept_off_window(judged), *_kept_before_shift(judged), *_kept_past_shift(judged)]
    return [violation for violation in broken if violation not in excused], accepted


def _is_excused(judged: JudgedPlan, violation: Violation) -> bool:
    """Return whether a lock alone puts a technician on a visit he may not serve, or cannot on any day it allows."""
    who, visit_id = violation.technician_id, violation.visit_id
    if violation.rule not in (Rule.SKILL, Rule.ALLOWED) or who not in judged.people(visit_id):
        return False
    held = [lock for lock in judged.facts.locks.get(visit_id, ()) if lock.technician_id == who]
    if violation.rule is Rule.ALLOWED:
        return bool(held)
    return any(_lacks_skills(judged.facts, lock) for lock in held)


def _lacks_skills(facts: Facts, lock: Lock) -> bool:
    """Return whether the technician of a lock lacks a skill on every day that the lock allows."""
    problem, visit = facts.problem, facts.problem.visit_by_id[lock.visit_id]
    technician, needs = problem.technician_by_id[lock.technician_id], problem.skills_needed(visit)
    days = {day for who, day in facts.shifts if who == lock.technician_id and 0 <= day < problem.days}
    if lock.level is LockLevel.START:
        days &= {problem.day_of_lock(lock)}
    elif lock.level is not LockLevel.PERSON:
        days &= {lock.day}
    return all(gaps_in(technician, needs, problem.date_of(day)) for day in days)


def _kept_off_window(judged: JudgedPlan) -> Iterator[Violation]:
    """List the services that a kept lock holds outside their visit's own windows or hours."""
    clock = judged.problem.clock
    for day in judged.days:
        for service, visit, stop in day.services:
            if not service.pays or visit.visit_id not in judged.facts.locks:
                continue
            about = (day.technician.technician_id, visit.visit_id)
            starts = f"Visit {visit.visit_id} is locked and starts at {judged.time_text(stop.start_s)}"
            windows, hours = judged.problem.windows_of(visit), judged.problem.hours_of(visit)
            day_index = clock.day_of(stop.start_s)
            today = [w for w in windows if clock.day_of(w.open_s) <= day_index <= clock.day_of(w.close_s)]
            if visit.visit_id in judged.problem.off_window and not today:
                message = f"{starts}; it has no window on this day."
                yield Violation(Rule.WINDOW, 1, "visits", message, *about)
            elif visit.visit_id in judged.problem.off_window:
                off_s = min(max(w.open_s - stop.start_s, stop.start_s - w.close_s) for w in today)
                message = f"{starts}, {span_text(off_s)} outside its window."
                yield Violation(Rule.WINDOW, off_s, "s", message, *about)
            if hours is not None and service.hours is None:
                outside_s = sum(_outside_s(hours, *part) for part in _worked(stop))
                if outside_s > 0:
                    message = f"{starts}; {span_text(outside_s)} of it lie outside the customer's hours."
                    yield Violation(Rule.WINDOW, outside_s, "s", message, *about)


def _worked(stop: TimedStop) -> list[tuple[int, int]]:
    """Return from when to when somebody works at a stop: not in its pause."""
    if stop.pause is None:
        return [(stop.start_s, stop.end_s)]
    return [(stop.start_s, stop.pause.start_s), (stop.pause.end_s, stop.end_s)]


def _outside_s(hours: Sequence[Interval], start_s: int, end_s: int) -> int:
    """Return how many seconds lie outside the stretch of hours that holds most of them."""
    return end_s - start_s - max([0, *(min(end_s, h.close_s) - max(start_s, h.open_s) for h in hours)])


def _kept_before_shift(judged: JudgedPlan) -> Iterator[Violation]:
    """List the days that begin before the shift on the roster, because of a kept lock's start before it."""
    begins = {(shift.technician_id, shift.day): shift.start_s for shift in judged.problem.shifts}
    for day in judged.days:
        who, tour = day.technician.technician_id, day.timed.tour
        morning_s = judged.problem.policy.morning_s if day.technician.starts_at_branch else 0
        begins_s = tour.depart_s - morning_s
        early_s = begins[who, day.route.day] - begins_s
        if early_s > 0:
            begins_at = f"{judged.time_text(begins_s)}, {span_text(early_s)} before the shift"
            message = f"{who} begins at {begins_at}, because of a locked start."
            yield Violation(Rule.SHIFT, early_s, "s", message, who, _locked_to_start(judged, tour.visits))


def _kept_past_shift(judged: JudgedPlan) -> Iterator[Violation]:
    """List the returns after the latest allowed one that a kept lock's start outside the shift makes so late.

    What is later than the shift in force allows is a violation, or what an exception allows.
    """
    limits = {(shift.technician_id, shift.day): shift.return_limit_s for shift in judged.problem.shifts}
    for day in judged.days:
        who = day.technician.technician_id
        in_force_s = judged.facts.shifts[who, day.route.day].return_limit_s
        late_s = min(day.timed.return_s, in_force_s) - limits[who, day.route.day]
        if late_s > 0:
            back = f"{judged.time_text(day.timed.return_s)}, {span_text(late_s)} after the latest allowed return"
            message = f"{who} is back at {back}, because of a locked start."
            last = _locked_to_start(judged, reversed(day.timed.tour.visits))
            yield Violation(Rule.SHIFT, late_s, "s", message, who, last)


def _locked_to_start(judged: JudgedPlan, visits: Iterable[Visit]) -> str:
    """Return the visit whose locked start makes a day so long: the first of these that is locked to one."""
    starts = {lock.visit_id for lock in judged.problem.locks if lock.level is LockLevel.START}
    return next((visit.visit_id for visit in visits if visit.visit_id in starts), "")
