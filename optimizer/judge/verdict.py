"""The judge: says of any plan what it breaks, by how much, and what it costs to the cent.

This is the rule book, `docs/rules.md`, in code: it imports the domain and the travel matrix and nothing of the
engine, so that what the engine believes of a plan and what the judge finds are two independent readings of one rule
book. Its parts are `facts` (look-ups), `windows` (its own reading of them), `timing` and `links` (the clock), `judged`
(what a rule looks at), `hard_rules`, `carried`, `crews`, `stock`, `locks` and `exceptions` (the hard rules), `costs`
(the soft ones), `stated` (what the plan states), `told` (what people are told) and `answers` (what the papers may ask).

The judge never raises on a plan, however nonsensical: unknown ids, doubled visits, a route without a shift and a
missing place of the matrix are violations like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from optimizer.domain.order import Interval
from optimizer.domain.plan import BranchStop, Plan, Route, Stop
from optimizer.domain.rules import Rule
from optimizer.domain.units import HOUR_S
from optimizer.judge.carried import load, tool
from optimizer.judge.costs import price_plan
from optimizer.judge.crews import crew, precedence
from optimizer.judge.drafts import draft_of, stated_draft, tours_of
from optimizer.judge.exceptions import allowed_by_exceptions
from optimizer.judge.facts import Facts
from optimizer.judge.hard_rules import (
    allowed,
    break_,
    confirmed,
    floor,
    is_past_due,
    loan,
    lock,
    once,
    ready,
    rest,
    shift,
    skill,
    stock,
    travel_limit,
    window,
)
from optimizer.judge.judged import JudgedDay, JudgedPlan
from optimizer.judge.links import time_together
from optimizer.judge.locks import split_accepted
from optimizer.judge.stated import (
    route_of,
    unassigned_of,
    wrong_costs,
    wrong_moments,
    wrong_unassigned,
)
from optimizer.judge.stock import drawn_parts
from optimizer.judge.told import first_arrivals
from optimizer.judge.waits import with_waits
from optimizer.judge.windows import wrong_times

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.judge.drafts import Draft
    from optimizer.judge.facts import Tour, Waits
    from optimizer.travel.matrix import TravelMatrix

    #: Visit ids in driving order by technician id, or by technician id and day index.
    Routes = (
        Mapping[str, Sequence[str]]
        | Mapping[tuple[str, int], Sequence[str]]
        | Mapping[str | tuple[str, int], Sequence[str]]
    )


@dataclass(frozen=True, slots=True)
class HardRule:
    """An entry of the judge's list: a rule, and what finds it broken.

    Parameters
    ----------
    is_daily
        It looks at one day after another, and finds the same in a day whatever the other days are.
    """

    rule: Rule
    find: Callable[[JudgedPlan], Iterable[Violation]]
    is_daily: bool = False


#: The hard rules in the order in which they are looked at. What stands here is judged, and is a possible reason why a
#: visit stays out: `explain` asks this list.
HARD_RULES = (
    HardRule(Rule.ONCE, once),
    HardRule(Rule.SKILL, skill, is_daily=True),
    HardRule(Rule.ALLOWED, allowed),
    HardRule(Rule.TRAVEL_LIMIT, travel_limit, is_daily=True),
    HardRule(Rule.WINDOW, window, is_daily=True),
    HardRule(Rule.READY, ready, is_daily=True),
    HardRule(Rule.CONFIRMED, confirmed),
    HardRule(Rule.FLOOR, floor, is_daily=True),
    HardRule(Rule.SHIFT, shift),
    HardRule(Rule.REST, rest, is_daily=True),
    HardRule(Rule.BREAK, break_, is_daily=True),
    HardRule(Rule.LOAD, load, is_daily=True),
    HardRule(Rule.STOCK, stock),
    HardRule(Rule.LOAN, loan, is_daily=True),
    HardRule(Rule.TOOL, tool),
    HardRule(Rule.CREW, crew),
    HardRule(Rule.PRECEDENCE, precedence),
    HardRule(Rule.LOCK, lock),
)


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that the judgement takes for granted, to be shown beside the plan.

    Parameters
    ----------
    sentence
        English, with `{named}` places: a key of the catalogue.
    values
        What stands in those places; days and moments by the branch's clock.
    """

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        values = {name: f"{v:%Y-%m-%d %H:%M}" if isinstance(v, datetime) else v for name, v in self.values.items()}
        return self.sentence.format(**values)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge finds.

    Parameters
    ----------
    violations
        Every broken hard rule, every time that the problem derives wrongly, every wrong statement of the plan.
    costs
        Cents of every soft rule, recomputed.
    assumptions
        What was taken for granted.
    accepted
        What locks break that are kept all the same (policy `broken_locks`), and what exceptions allow: known, and no
        violation.
    """

    violations: tuple[Violation, ...]
    costs: Mapping[Rule, int]
    assumptions: tuple[Assumption, ...] = ()
    accepted: tuple[Violation, ...] = ()

    @property
    def cost_cents(self) -> int:
        """The one money sum, recomputed."""
        return sum(self.costs.values())

    @property
    def is_clean(self) -> bool:
        """Return whether nothing is broken and everything stated is right."""
        return not self.violations


def judge_plan(
    problem: Problem, matrix: TravelMatrix, plan: Plan, *, rules: Collection[Rule] = frozenset(Rule)
) -> Judgement:
    """Judge a plan: time every route again, check every rule, recompute every cost.

    A stated break slot is accepted when it is legal; all times must then be the earliest ones for that slot. What a
    lock breaks by itself is accepted where the policy keeps broken locks.

    Parameters
    ----------
    rules
        The rules to judge by: fewer for a plan of a time that knew fewer.
    """
    judged = timed_as_stated(Facts(problem, matrix), plan)
    priced = price_plan(judged.facts, [day.timed for day in judged.days], judged.planned)
    costs = {rule: cents for rule, cents in priced.items() if rule in rules}
    broken, accepted = check_hard_rules(judged, rules=rules)
    wrong = [*wrong_times(problem), *wrong_moments(judged), *wrong_unassigned(judged), *wrong_costs(judged, costs)]
    return Judgement(
        violations=tuple(broken + wrong),
        costs=costs,
        assumptions=tuple(_assumptions(judged)),
        accepted=tuple(accepted),
    )


def check_hard_rules(
    judged: JudgedPlan, changed: Sequence[JudgedDay] | None = None, *, rules: Collection[Rule] = frozenset(Rule)
) -> tuple[list[Violation], list[Violation]]:
    """Return what every hard rule of the list finds broken, and what kept locks and exceptions break and is accepted.

    Of days that changed nobody asks what exceptions allow.

    Parameters
    ----------
    changed
        The days that matter: daily rules look at these alone.
    rules
        The rules to look at.
    """
    few = judged if changed is None else replace(judged, days=tuple(changed))
    asked = [one for one in HARD_RULES if one.rule in rules]
    found = [violation for one in asked for violation in one.find(few if one.is_daily else judged)]
    broken, accepted = split_accepted(judged, found)
    if changed is not None:
        return broken, accepted
    return broken, [*accepted, *(one for one in allowed_by_exceptions(judged) if one.rule in rules)]


def time_routes(
    problem: Problem,
    matrix: TravelMatrix,
    routes: Routes,
    *,
    leads: Mapping[str, str] | None = None,
    waits: Mapping[tuple[str, int], Waits] | None = None,
    slots: Mapping[tuple[str, int], int] | None = None,
) -> Plan:
    """Time a plan that brought routes only: the canonical schedule, with stops, costs and the visits left out.

    A route that cannot be timed legally is timed past its limits, so that the judge can name the amounts; an unknown
    visit or a technician without a shift keeps its place, with empty times.

    Parameters
    ----------
    routes
        Technician id and day index to visit ids in driving order; an id alone means day 0. `BRANCH_STOP` among them
        is a stop at the branch, once a day. A visit of several people stands on the route of each.
    leads
        Visit id to the technician who leads its crew; else it is the first by id who is able to.
    waits
        Technician and day index to the moments until which a route waits at the branch; else the earliest at which its
        parts can be had, routes that could leave early first.
    slots
        Technician and day index to the slot of the break; else it is the canonical one.

    Examples
    --------
    Ann and Ben meet at the boiler; Ben then fetches what the pump needs, and serves it on the next day::

        time_routes(problem, matrix, {"Ann": ["boiler"], "Ben": ["boiler"], ("Ben", 1): ["0", "pump"]})
    """
    facts = Facts(problem, matrix)
    drafts = [replace(draft_of(problem, key, visit_ids), leads=leads or {}) for key, visit_ids in routes.items()]
    drafts = sorted((draft for draft in drafts if draft.visit_ids), key=lambda draft: (draft.day, draft.technician_id))
    if waits is None:
        drafts = with_waits(facts, drafts)
    else:
        drafts = [replace(one, waits=waits.get((one.technician_id, one.day), one.waits)) for one in drafts]
    tours = tours_of(facts, drafts)
    numbers = sorted(tours)
    keys = [(drafts[number].technician_id, drafts[number].day) for number in numbers]
    chosen = [None if slots is None else slots.get(key) for key in keys]
    timed = time_together(facts, [tours[number] for number in numbers], chosen)
    parts = drawn_parts([one.tour for one in timed])
    from_s = first_arrivals(timed)
    made = {
        number: route_of(facts, one, drawn, from_s) for number, one, drawn in zip(numbers, timed, parts, strict=True)
    }
    planned = {visit_id for draft in drafts for visit_id in draft.visit_ids}
    left_out = sorted(visit.visit_id for visit in problem.visits if visit.visit_id not in planned)
    return Plan(
        routes=tuple(_make_route(facts, draft, made.get(number)) for number, draft in enumerate(drafts)),
        unassigned=tuple(unassigned_of(problem, problem.visit_by_id[visit_id]) for visit_id in left_out),
        costs=price_plan(facts, timed, planned),
    )


def _make_route(facts: Facts, draft: Draft, route: Route | None) -> Route:
    """Return a timed route with the unknown visits that stand on it; one that cannot be timed with empty times."""
    if route is None:
        branch_stop = None if draft.branch_before is None else BranchStop(draft.branch_before, 0, 0, 0, 0)
        stops = tuple(_empty_stop(visit_id) for visit_id in draft.visit_ids)
        return Route(draft.technician_id, draft.day, 0, 0, stops, branch_stop=branch_stop)
    known, branch_stop = iter(route.stops), route.branch_stop
    stops = tuple(
        next(known) if visit_id in facts.problem.visit_by_id else _empty_stop(visit_id) for visit_id in draft.visit_ids
    )
    if branch_stop is not None and draft.branch_before is not None:
        branch_stop = replace(branch_stop, before=draft.branch_before)
    return replace(route, stops=stops, branch_stop=branch_stop)


def _empty_stop(visit_id: str) -> Stop:
    return Stop(visit_id, 0, 0, 0, 0, Interval(0, 0))


def timed_as_stated(facts: Facts, plan: Plan) -> JudgedPlan:
    """Time a plan again with its stated break slots, whatever of it can be timed, and note who serves what."""
    planned: dict[str, tuple[tuple[str, int], ...]] = {}
    for route in plan.routes:
        for visit_id in route.visit_ids:
            planned[visit_id] = (*planned.get(visit_id, ()), (route.technician_id, route.day))
    tours = tours_of(facts, [stated_draft(route) for route in plan.routes])
    numbers = sorted(tours)
    stated = [plan.routes[number] for number in numbers]
    slots = [_stated_slot(route, tours[number]) for number, route in zip(numbers, stated, strict=True)]
    timed = time_together(facts, [tours[number] for number in numbers], slots)
    parts = drawn_parts([one.tour for one in timed])
    days = tuple(
        JudgedDay(route, tuple(stop for stop in route.stops if stop.visit_id in facts.problem.visit_by_id), one, drawn)
        for route, one, drawn in zip(stated, timed, parts, strict=True)
    )
    return JudgedPlan(facts, plan, days, planned)


def _stated_slot(route: Route, tour: Tour) -> int | None:
    """Return the slot of the stated break when the day has it; else the canonical one is asked for."""
    if route.break_ is None or not tour.needs_break or route.break_.slot not in tour.slots:
        return None
    return route.break_.slot


# --- what is taken for granted --------------------------------------------------------------------------------------


def _assumptions(judged: JudgedPlan) -> Iterator[Assumption]:
    takers = {day.technician.technician_id for day in judged.days if any(day.parts)}
    for owed in judged.problem.loans:
        if owed.technician_id in takers and not is_past_due(judged.problem, owed):
            yield Assumption(
                "Loan {loan}: technician {technician} returns {quantity} of part {part} by {due}, as agreed.",
                {
                    "loan": owed.loan_id,
                    "technician": owed.technician_id,
                    "quantity": owed.quantity,
                    "part": owed.part_id,
                    "due": owed.due,
                },
            )
    yield from _old_counts(judged)


def _old_counts(judged: JudgedPlan) -> Iterator[Assumption]:
    """Name each part taken that was last counted before noon of the working day before the plan."""
    problem = judged.problem
    eve = problem.branch.calendar.preceding_working_day(problem.first_day)
    noon_s = problem.clock.moment_s(problem.day_index(eve), 12 * HOUR_S)
    used = {part.part_id for day in judged.days for parts in day.parts for part in parts}
    for part in problem.parts:
        if part.part_id in used and part.as_of_s is not None and part.as_of_s < noon_s:
            counted = problem.local_time(part.as_of_s)
            yield Assumption(
                "Part {part}: the count of {counted} ({quantity} on hand) is older than the last afternoon.",
                {"part": part.part_id, "counted": counted, "quantity": part.on_hand},
            )
