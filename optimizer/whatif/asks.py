"""What somebody could change so that a visit is served after all: one fact each, first as wide as it may be asked for.

A plan made with the widest form then says how much of it is needed; `narrowed` asks for that and no more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.opening_hours import open_days
from optimizer.domain.order import Confirmed, Interval
from optimizer.domain.problem import LockLevel
from optimizer.domain.rules import Rule
from optimizer.domain.technician import HeldSkill
from optimizer.judge.exceptions import excesses_of
from optimizer.judge.facts import Facts
from optimizer.judge.hard_rules import is_past_due
from optimizer.judge.verdict import judge_plan, timed_as_stated

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from optimizer.domain.order import SkillNeed, Visit
    from optimizer.domain.plan import Plan, Route, Stop
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Technician
    from optimizer.travel.matrix import TravelMatrix


class AskKind(StrEnum):
    """What is asked for."""

    EXCEPTION = "exception"
    WINDOW = "window"
    PART = "part"
    TOOL = "tool"
    RETURN = "return"
    TECHNICIAN = "technician"
    SKILL = "skill"
    LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Ask:
    """One fact that would be otherwise.

    Parameters
    ----------
    problem
        The facts with it.
    technician_id
        Whose limit, skill, loan or admission it is.
    subject
        The part, the tool, the skill or the loan.
    amount
        How many parts or units more, or the level.
    window
        The window in place of the nearest one.
    released
        The visit whose lock is taken off.
    exception
        The row to write, still without a name and a reason.
    """

    kind: AskKind
    problem: Problem
    technician_id: str = ""
    subject: str = ""
    amount: int = 0
    window: Interval | None = None
    released: str = ""
    exception: LimitException | None = None


def asks_for(problem: Problem, visit: Visit, locked: Iterable[str] = ()) -> Iterator[Ask]:
    """Yield what may be asked for a visit, each as wide as it may be.

    Parameters
    ----------
    locked
        The visits whose locks are in its way.
    """
    for limit in (HouseLimit.OVERTIME, HouseLimit.TRAVEL, HouseLimit.VISITS, HouseLimit.AREA):
        yield from _exception(problem, visit, limit)
    yield from _windows(problem, visit)
    for need in visit.parts:
        yield Ask(AskKind.PART, _with_part(problem, need.part_id, need.quantity), subject=need.part_id)
    for tool in visit.tools:
        more = _with_tool(problem, tool.tool_id, tool.units)
        yield Ask(AskKind.TOOL, more, subject=tool.tool_id, amount=tool.units)
    if visit.parts:
        for loan in problem.loans:
            if is_past_due(problem, loan):
                yield _returned(problem, loan.loan_id)
    yield from _admitted(problem, visit)
    yield from _taught(problem, visit)
    for visit_id in locked:
        if any(lock.visit_id == visit_id and lock.level is not LockLevel.PREFIX for lock in problem.locks):
            locks = tuple(lock for lock in problem.locks if lock.visit_id != visit_id)
            yield Ask(AskKind.LOCK, replace(problem, locks=locks), released=visit_id)


def narrowed(ask: Ask, problem: Problem, matrix: TravelMatrix, visit: Visit, plan: Plan) -> Ask | None:
    """Return as little of what is asked for as a plan needs that was made with all of it; `None` where it needs none.

    Parameters
    ----------
    problem
        The facts as they are.
    """
    route, stop = served_by(plan, visit)
    who = route.technician_id
    match ask.kind:
        case AskKind.EXCEPTION:
            return _least_exception(ask, problem, matrix, visit, plan)
        case AskKind.WINDOW:
            return _least_window(problem, visit, stop.start_s)
        case AskKind.TECHNICIAN:
            people = frozenset(stop.crew) or frozenset({who})
            strange = sorted(one for one in people if _is_barred(problem, visit, one))
            return replace(_admit(problem, visit, strange), technician_id=strange[0]) if strange else None
        case AskKind.SKILL:
            return _least_skill(problem, visit, problem.technician_by_id[who])
        case AskKind.PART:
            return _fewest_parts(ask, problem, matrix, visit, plan)
        case _:
            return ask


def served_by(plan: Plan, visit: Visit) -> tuple[Route, Stop]:
    """Return the route and the stop that serve a visit, of a crew those of its lead."""
    found = [(route, stop) for route in plan.routes for stop in route.stops if stop.visit_id == visit.visit_id]
    return next((one for one in found if one[1].lead in ("", one[0].technician_id)), found[0])


# --- a house limit --------------------------------------------------------------------------------------------------


def _exception(problem: Problem, visit: Visit, limit: HouseLimit) -> Iterator[Ask]:
    band = problem.policy.band_of(limit)
    present = [one for one in problem.exceptions if (one.visit_id, one.limit) == (visit.visit_id, limit)]
    if band and not present:
        yield _excepted(problem, LimitException(visit.visit_id, limit, band, "", ""))


def _excepted(problem: Problem, one: LimitException) -> Ask:
    exceptions = (*problem.exceptions, one)
    return Ask(AskKind.EXCEPTION, replace(problem, exceptions=exceptions), one.technician_id, exception=one)


def _least_exception(ask: Ask, problem: Problem, matrix: TravelMatrix, visit: Visit, plan: Plan) -> Ask | None:
    assert ask.exception is not None
    limit, facts = ask.exception.limit, Facts(ask.problem, matrix)
    days = timed_as_stated(facts, plan).days
    used = [excess for day in days for excess in excesses_of(facts, day.timed) if excess.exception.limit is limit]
    used = [excess for excess in used if excess.exception.visit_id == visit.visit_id]
    if len({excess.technician_id for excess in used}) != 1:
        return None
    amount = limit.in_whole_units(max(excess.amount for excess in used))
    return _excepted(problem, LimitException(visit.visit_id, limit, amount, "", "", used[0].technician_id))


# --- another window -------------------------------------------------------------------------------------------------


def _windows(problem: Problem, visit: Visit) -> Iterator[Ask]:
    """Yield that the customer takes any time of the days planned: within opening hours, else the branch's."""
    order = problem.order_of(visit)
    if order.promised or order.requested or order.agreed_day is not None or order.log.confirmed is not None:
        yield Ask(AskKind.WINDOW, _with_windows(problem, visit, _open(problem, visit)))


def _open(problem: Problem, visit: Visit) -> tuple[Interval, ...]:
    opening = problem.customer_of(visit).opening
    return open_days(problem.clock, problem.days, problem.end_s, opening, problem.branch.business)


def _with_windows(problem: Problem, visit: Visit, windows: tuple[Interval, ...]) -> Problem:
    """Return the problem with other windows of a visit's order, promised where they were, and no agreed day.

    Whoever said no to a time, or was not reached, has promised the new one.
    """
    order = problem.order_of(visit)
    is_promise = bool(order.promised) or order.log.confirmed is not None
    new = replace(
        order,
        promised=windows if is_promise else (),
        requested=order.requested if is_promise else windows,
        agreed_day=None,
        agreed_half=None,
        log=replace(order.log, confirmed=None if order.log.confirmed is None else Confirmed.YES),
    )
    return replace(problem, orders=tuple(new if one is order else one for one in problem.orders))


def _least_window(problem: Problem, visit: Visit, start_s: int) -> Ask | None:
    """Ask for the nearest window of that day, longer by just as much as is needed; else for one of its own."""
    order, lead_s = problem.order_of(visit), problem.policy.arrival_lead_s
    windows = order.promised or order.requested
    day = problem.clock.day_of(start_s)
    same = [window for window in windows if problem.clock.day_of(window.open_s) == day]
    near = min(same, key=lambda w: max(w.open_s - start_s, start_s - w.close_s), default=None)
    close_s = start_s + lead_s
    is_free = order.agreed_day is None and order.log.confirmed is None
    if is_free and near is not None and near.open_s <= start_s and close_s <= near.close_s:
        return None
    new = Interval(start_s, close_s)
    if near is not None:
        new = Interval(min(near.open_s, start_s), max(near.close_s, close_s))
    return Ask(AskKind.WINDOW, _with_windows(problem, visit, (new,)), window=new)


# --- parts and tools ------------------------------------------------------------------------------------------------


def _with_part(problem: Problem, part_id: str, quantity: int) -> Problem:
    parts = (
        replace(part, on_hand=max(0, part.on_hand) + quantity) if part.part_id == part_id else part
        for part in problem.parts
    )
    return replace(problem, parts=tuple(parts))


def _fewest_parts(ask: Ask, problem: Problem, matrix: TravelMatrix, visit: Visit, plan: Plan) -> Ask | None:
    """Ask for as many of a part as the plan takes that was made with enough of it."""
    most = sum(need.quantity for need in visit.parts if need.part_id == ask.subject)
    for count in range(most + 1):
        made = _with_part(problem, ask.subject, count) if count else problem
        if not any(broken.rule is Rule.STOCK for broken in judge_plan(made, matrix, plan).violations):
            return replace(ask, problem=made, amount=count) if count else None
    return None


def _with_tool(problem: Problem, tool_id: str, units: int) -> Problem:
    tools = (replace(tool, units=tool.units + units) if tool.tool_id == tool_id else tool for tool in problem.tools)
    return replace(problem, tools=tuple(tools))


def _returned(problem: Problem, loan_id: str) -> Ask:
    loans = tuple(loan for loan in problem.loans if loan.loan_id != loan_id)
    [owed] = (loan for loan in problem.loans if loan.loan_id == loan_id)
    return Ask(AskKind.RETURN, replace(problem, loans=loans), owed.technician_id, owed.part_id, owed.quantity)


# --- people ---------------------------------------------------------------------------------------------------------


def _is_barred(problem: Problem, visit: Visit, who: str) -> bool:
    refused = who in problem.customer_of(visit).refused
    return who in visit.prohibited or refused or bool(visit.required and who not in visit.required)


def _admitted(problem: Problem, visit: Visit) -> Iterator[Ask]:
    """Yield that whoever is refused, or not among the required, may come."""
    barred = [one for one in problem.technician_by_id if _is_barred(problem, visit, one)]
    if barred:
        yield _admit(problem, visit, barred)


def _admit(problem: Problem, visit: Visit, people: Collection[str]) -> Ask:
    gone, customer = frozenset(people), problem.customer_of(visit)
    required = visit.required | gone if visit.required else visit.required
    new = replace(visit, prohibited=visit.prohibited - gone, required=required)
    open_to = replace(customer, refused=customer.refused - gone)
    return Ask(
        AskKind.TECHNICIAN,
        replace(
            problem,
            visits=tuple(new if one is visit else one for one in problem.visits),
            customers=tuple(open_to if one is customer else one for one in problem.customers),
        ),
    )


def _taught(problem: Problem, visit: Visit) -> Iterator[Ask]:
    """Yield that everybody has the skills of a visit at the level needed, of those that somebody lacks."""
    needs = (*problem.skills_needed(visit), *problem.lead_skills_needed(visit))
    people = tuple(_with_skills(technician, needs) for technician in problem.technicians)
    if people != problem.technicians:
        yield Ask(AskKind.SKILL, replace(problem, technicians=people))


def _with_skills(technician: Technician, needs: Iterable[SkillNeed]) -> Technician:
    """Return a technician with each needed skill at its level, certificates valid, as quick as he is known to be."""
    held = {one.skill: one for one in technician.skills}
    for need in needs:
        now = held.get(need.skill) or HeldSkill(need.skill, 0)
        held[need.skill] = replace(now, level=max(now.level, need.min_level), valid_from=None, valid_until=None)
    return replace(technician, skills=tuple(held.values()))


def _least_skill(problem: Problem, visit: Visit, technician: Technician) -> Ask | None:
    """Ask for the skills that one technician lacks."""
    needs = (*problem.skills_needed(visit), *problem.lead_skills_needed(visit))
    new = _with_skills(technician, needs)
    lacking = [need for need in needs if technician.held_skill(need.skill) != new.held_skill(need.skill)]
    if not lacking:
        return None
    people = tuple(new if one is technician else one for one in problem.technicians)
    most = max(lacking, key=lambda need: need.min_level)
    made = replace(problem, technicians=people)
    return Ask(AskKind.SKILL, made, technician.technician_id, most.skill, most.min_level)
