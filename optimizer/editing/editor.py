"""What edits make of a plan: the facts as they are then, the plan timed and judged, and all that differs.

A plan is opened once, timed as it stands. Each edit then looks at the routes that it concerns. They are timed
canonically by the judge's clock, those that wait for one another together; the others keep their times to the second,
and rules that look at one day alone are not asked about them again. Nothing is decided here: what is broken is said,
and whoever asks applies it or not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.domain.plan import BRANCH_STOP, Plan
from optimizer.domain.problem import LockLevel
from optimizer.domain.rules import Rule
from optimizer.editing.edits import Allow, Fix, Forbid, Move, Release, Unassign
from optimizer.editing.facts import check_edits, with_locks, with_permissions
from optimizer.editing.positions import at_best, at_position
from optimizer.editing.routes_in_hand import RoutesInHand
from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog
from optimizer.judge.costs import price_plan
from optimizer.judge.drafts import draft_of, tours_of
from optimizer.judge.exceptions import allowed_by_exceptions
from optimizer.judge.facts import Facts
from optimizer.judge.judged import JudgedDay, JudgedPlan
from optimizer.judge.links import time_together
from optimizer.judge.stated import route_of, unassigned_of
from optimizer.judge.stock import drawn_parts
from optimizer.judge.told import first_arrivals
from optimizer.judge.verdict import check_hard_rules, timed_as_stated
from optimizer.judge.waits import with_waits
from optimizer.moments.changes import changes_between

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from optimizer.domain.plan import Route, UnassignedVisit
    from optimizer.domain.planning_context import Change
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.editing.edits import Edit
    from optimizer.editing.routes_in_hand import Key
    from optimizer.travel.matrix import TravelMatrix

#: The name that faults give to what was asked.
FILE = "edits"


@dataclass(frozen=True, slots=True)
class OpenPlan:
    """A plan that can be edited: timed again once, for all the edits that are tried on it.

    Parameters
    ----------
    facts
        The judge's look-ups of the plan's problem.
    days
        The routes as the judge times them, by technician and day.
    rules
        The rules to judge by.
    """

    facts: Facts
    plan: Plan
    days: Mapping[Key, JudgedDay]
    rules: Collection[Rule]

    @property
    def problem(self) -> Problem:
        """The plan's problem."""
        return self.facts.problem


def open_plan(
    problem: Problem, matrix: TravelMatrix, plan: Plan, *, rules: Collection[Rule] = frozenset(Rule)
) -> OpenPlan:
    """Open a plan that states its times and that the judge finds clean, to be edited.

    Parameters
    ----------
    rules
        The rules to judge by: fewer for a plan of a time that knew fewer.
    """
    facts = Facts(problem, matrix)
    judged = timed_as_stated(facts, plan)
    return OpenPlan(facts, plan, {(day.route.technician_id, day.route.day): day for day in judged.days}, rules)


@dataclass(frozen=True, slots=True)
class Edited:
    """What edits make of a plan.

    Parameters
    ----------
    problem
        The facts with the exceptions, refusals and locks of the edits.
    plan
        The plan with its times, whatever it breaks; a visit that is left out only now has no reasons yet.
    broken
        The hard rules that it breaks.
    accepted
        What exceptions allow, and kept locks break.
    before
        The plan that was edited.
    """

    problem: Problem
    plan: Plan
    broken: tuple[Violation, ...]
    accepted: tuple[Violation, ...]
    before: Plan

    @property
    def cost_changes(self) -> dict[Rule, int]:
        """By how many cents each soft rule costs more, as far as it differs."""
        return self.plan.cost_changes(self.before)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The visits that are served otherwise than before."""
        return changes_between(self.problem, self.before, self.plan)

    @property
    def changed_routes(self) -> tuple[Route, ...]:
        """The routes that are others now; one that has lost its last visit is in none."""
        then = {(route.technician_id, route.day): route for route in self.before.routes}
        return tuple(route for route in self.plan.routes if then.get((route.technician_id, route.day)) != route)


def edit_plan(opened: OpenPlan, edits: Sequence[Edit]) -> Edited:
    """Edit a plan by hand: return what becomes of it, judged.

    Exceptions, refusals and releases count from the first edit on; visits are moved and taken out in the order of the
    edits, and locked where they are in the end.

    Raises
    ------
    InputError
        When an edit cannot be done: a name that is not known, a day without a shift, a visit that has begun.

    Examples
    --------
    The pump goes to Ben, and stays with him whatever is planned later::

        edit_plan(open_plan(problem, matrix, plan), [Move("pump", "Ben"), Fix("pump")])
    """
    log = IssueLog(form="json", file=FILE)
    check_edits(opened.problem, edits, log)
    _raise_faults(log)
    facts = _facts_of(opened.facts, with_permissions(opened.problem, edits))
    hand = RoutesInHand.of(opened.plan)
    for number, edit in enumerate(edits):
        _do(facts, hand, edit, f"/edits/{number}", log)
    fixes = [(number, edit) for number, edit in enumerate(edits) if isinstance(edit, Fix)]
    for number, fix in fixes:
        if not hand.keys_of(fix.visit_id):
            log.add("EDIT_LEFT_OUT", value=fix.visit_id, path=f"/edits/{number}/visit")
    _raise_faults(log)
    facts = _locked(facts, hand, [fix for _, fix in fixes])
    return _judged_anew(opened, facts, hand)


def _raise_faults(log: IssueLog) -> None:
    if log.has_errors:
        raise InputError(log.report())


def _facts_of(facts: Facts, problem: Problem) -> Facts:
    """Return the look-ups of a problem, those at hand where it is the same."""
    return facts if problem is facts.problem else Facts(problem, facts.matrix)


def _locked(facts: Facts, hand: RoutesInHand, fixes: Sequence[Fix]) -> Facts:
    """Return the look-ups with visits locked where they are now."""
    to_start = {fix.visit_id for fix in fixes if fix.level is LockLevel.START}
    starts: dict[str, int] = {}
    if to_start:
        days = _timed(facts, hand)
        starts = {stop.visit_id: stop.start_s for day in days for stop in day.stops if stop.visit_id in to_start}
    keys = {fix.visit_id: hand.keys_of(fix.visit_id) for fix in fixes}
    return _facts_of(facts, with_locks(facts.problem, keys, starts, fixes))


# --- one edit -----------------------------------------------------------------------------------------------------


def _do(facts: Facts, hand: RoutesInHand, edit: Edit, at: str, log: IssueLog) -> None:
    """Do what an edit asks of the routes."""
    match edit:
        case Move():
            _move(facts, hand, edit, at, log)
        case Unassign(visit_id):
            if not hand.keys_of(visit_id):
                log.add("EDIT_LEFT_OUT", value=visit_id, path=f"{at}/visit")
            hand.take_out(visit_id)
        case Forbid(visit_id, technician_id):
            if technician_id in {who for who, _ in hand.keys_of(visit_id)}:
                hand.take_out(visit_id)
        case Fix() | Release() | Allow():
            hand.note(edit.visit_id)


def _move(facts: Facts, hand: RoutesInHand, move: Move, at: str, log: IssueLog) -> None:
    problem, visit_id = facts.problem, move.visit_id
    present = hand.keys_of(visit_id)
    day = _day_of(facts, move, present)
    absent = [who for who in (move.technician_id, *move.crew) if (who, day) not in facts.shifts]
    if day is None or absent:
        on = problem.date_of(move.day or day or 0).isoformat()
        log.add("EDIT_NO_SHIFT", technician=(absent or [move.technician_id])[0], day=on, path=f"{at}/technician")
        return
    people = _people_of(move, present)
    size = problem.crew_size_of(problem.visit_by_id[visit_id])
    if len(people) != size:
        log.add("EDIT_CREW", value=visit_id, size=size, count=len(people), path=f"{at}/crew")
        return
    key = (move.technician_id, day)
    others = [stop_id for stop_id in hand.visits(key) if stop_id != visit_id]
    if move.position is not None and move.position > len(others):
        log.add("EDIT_POSITION", value=move.position, count=len(others), path=f"{at}/position")
        return
    places = {who: hand.visits((who, on)).index(visit_id) for who, on in present if on == day}
    hand.take_out(visit_id)
    for who in people:
        position = move.position if who == move.technician_id else places.get(who)
        stop_ids = hand.routes.get((who, day), [])
        placed = (
            at_best(facts, (who, day), stop_ids, visit_id)
            if position is None
            else at_position(stop_ids, visit_id, position)
        )
        hand.put((who, day), placed)
    if size > 1:
        hand.leads[visit_id] = move.technician_id


def _day_of(facts: Facts, move: Move, present: Sequence[Key]) -> int | None:
    """Return the day that a visit is moved to: as asked, as it is planned, else the first that the technician works."""
    if move.day is not None:
        return move.day
    days = sorted(day for who, day in facts.shifts if who == move.technician_id and 0 <= day < facts.problem.days)
    return next((day for _, day in present if day in days), next(iter(days), None))


def _people_of(move: Move, present: Sequence[Key]) -> list[str]:
    """Return who serves a visit after a move, the technician first: with the crew named, else those who are there."""
    there = tuple(who for who, _ in present)
    others = there if not move.crew and move.technician_id in there else move.crew
    return list(dict.fromkeys((move.technician_id, *others)))


# --- the plan that follows ------------------------------------------------------------------------------------------


def _judged_anew(opened: OpenPlan, facts: Facts, hand: RoutesInHand) -> Edited:
    """Time and judge what the edits concern, and price the whole."""
    concerned, problem = _concerned(facts, hand), facts.problem
    changed = _timed(facts, hand)
    days = {key: day for key, day in opened.days.items() if key not in concerned}
    days |= {(day.route.technician_id, day.route.day): day for day in changed}
    ordered = tuple(days[key] for key in sorted(days, key=lambda key: (key[1], key[0])))
    planned: dict[str, tuple[Key, ...]] = {}
    for key, day in sorted(days.items()):
        for visit_id in day.route.visit_ids:
            planned[visit_id] = (*planned.get(visit_id, ()), key)
    stated = Plan(tuple(day.route for day in ordered), _left_out(problem, opened.plan, planned))
    judged = JudgedPlan(facts, stated, ordered, planned)
    broken, accepted = check_hard_rules(judged, changed, rules=opened.rules)
    accepted += [one for one in allowed_by_exceptions(judged) if one.rule in opened.rules]
    costs = price_plan(facts, [day.timed for day in ordered], planned)
    plan = replace(stated, costs={rule: cents for rule, cents in costs.items() if rule in opened.rules})
    return Edited(problem, plan, tuple(broken), tuple(accepted), opened.plan)


def _timed(facts: Facts, hand: RoutesInHand) -> list[JudgedDay]:
    """Return the routes that edits concern, timed canonically."""
    concerned, problem = _concerned(facts, hand), facts.problem
    is_whole = any(arrival.arrives_s is not None for arrival in problem.arrivals)
    keys = sorted((key for key in hand.routes if is_whole or key in concerned), key=lambda key: (key[1], key[0]))
    drafts = [replace(draft_of(problem, key, hand.routes[key]), leads=hand.leads) for key in keys if hand.routes[key]]
    if is_whole:  # what a route waits for at the branch depends on what the others take
        drafts = [one for one in with_waits(facts, drafts) if (one.technician_id, one.day) in concerned]
    tours = list(tours_of(facts, drafts).values())
    timed = time_together(facts, tours, [None] * len(tours))
    parts, from_s = drawn_parts(tours), first_arrivals(timed)
    routes = [route_of(facts, one, drawn, from_s) for one, drawn in zip(timed, parts, strict=True)]
    return [JudgedDay(*day) for day in zip(routes, [one.stops for one in routes], timed, parts, strict=True)]


def _concerned(facts: Facts, hand: RoutesInHand) -> set[Key]:
    """Return the routes that edits concern: every day of whoever has one, and those that wait for one another."""
    linked = {key for key, ids in hand.routes.items() if any(one != BRANCH_STOP and one in facts.linked for one in ids)}
    concerned = {key for key in hand.routes if key[0] in hand.changed}
    return concerned | linked if concerned & linked else concerned


def _left_out(problem: Problem, before: Plan, served: Iterable[str]) -> tuple[UnassignedVisit, ...]:
    """Return the visits that no route has: with the reasons of before, where they were left out before."""
    reasons = {entry.visit_id: entry.reasons for entry in before.unassigned}
    out = [unassigned_of(problem, problem.visit_by_id[one]) for one in sorted(problem.visit_by_id.keys() - set(served))]
    return tuple(replace(entry, reasons=reasons.get(entry.visit_id, ())) for entry in out)
