"""The slow and obvious twin of the engine: every assignment of every visit, in every order.

It uses the judge's functions only. Days are tried one by one and kept when nothing is wrong with them alone; then all
ways to combine days are priced, the cheapest first. What is linked over several days, by a crew or a sequence, is timed
again for the combination, with every possible lead. Good to six visits and two technicians, or to five and six shifts.

A stop at the branch is tried where it may help: where parts are fetched by somebody who starts at home, and where what
is carried is limited. A day that can do without its stop has none, and none waits longer than it must.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from dataclasses import replace
from itertools import combinations, permutations, product
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.plan import BRANCH_STOP, Plan, Route
from optimizer.domain.policy import Pickup
from optimizer.domain.problem import LockLevel
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge.carried import load, tool, tools_out, units_there
from optimizer.judge.costs import absence_cents, load_cents, price_route, work_of
from optimizer.judge.crews import crew, precedence
from optimizer.judge.facts import NO_WAITS, Crew, Facts, Waits, gaps_in
from optimizer.judge.hard_rules import (
    allowed,
    confirmed,
    loan,
    lock,
    prefix_of,
    refusals_left,
    skill,
    stock,
    travel_limit,
)
from optimizer.judge.judged import JudgedDay, JudgedPlan
from optimizer.judge.links import time_together
from optimizer.judge.stock import arrival_moments, drawn_parts, usable_from
from optimizer.judge.timing import TimedTour, time_canonically
from optimizer.judge.verdict import judge_plan, time_routes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.domain.order import SkillNeed, Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift
    from optimizer.judge.facts import Tour
    from optimizer.travel.matrix import TravelMatrix

#: More than any plan costs.
NEVER = 10**15

#: What can be wrong with a combination of days that are fine alone.
TOGETHER = (skill, allowed, confirmed, load, stock, loan, tool, crew, precedence, lock)
#: Of these, what needs no times, and so is looked at before anything is timed together.
CARRIED = (tool, load, loan, stock)


class Day(NamedTuple):
    """A way to spend a technician's day.

    Parameters
    ----------
    cents
        Its price without fairness; for a linked day only what it costs at least.
    sequence
        The visits in order, with `BRANCH_STOP` among them.
    timed
        `None` for an unused day, and for a linked one, which is timed with the others.
    waits
        Until when it waits at the branch for parts.
    """

    cents: int
    work_s: int
    sequence: tuple[str, ...]
    timed: TimedTour | None = None
    waits: Waits = NO_WAITS

    @property
    def visit_ids(self) -> tuple[str, ...]:
        """The visits in order."""
        return tuple(visit_id for visit_id in self.sequence if visit_id != BRANCH_STOP)


#: The ways to spend a day, by the set of visits served.
Ways = dict[frozenset[str], list[Day]]
#: The visits served in each shift.
Sets = tuple[frozenset[str], ...]


class Best(NamedTuple):
    """The cheapest clean plan: its cents, its routes by technician and day, who leads the crews, and who waits."""

    cents: int
    routes: dict[tuple[str, int], tuple[str, ...]]
    leads: dict[str, str]
    waits: dict[tuple[str, int], Waits]


def best_plan(problem: Problem, matrix: TravelMatrix) -> int | None:
    """Return the cents of the cheapest clean plan timed canonically; `None` when there is no clean plan."""
    found = best_routes(problem, matrix)
    return None if found is None else found.cents


def best_routes(problem: Problem, matrix: TravelMatrix) -> Best | None:
    """Return the cheapest clean plan; the judge has confirmed it."""
    facts = Facts(problem, matrix)
    shifts = [shift for shift in facts.shifts.values() if 0 <= shift.day < problem.days]
    days = [_days(facts, shift) for shift in shifts]
    best: Best | None = None
    for least_cents, chosen in _combinations(facts, shifts, days):
        if best is not None and least_cents >= best.cents:
            break
        for leads in _possible_leads(facts, shifts, chosen):
            cents = _price(facts, shifts, chosen, leads)
            if cents is not None and (best is None or cents < best.cents):
                used = {(s.technician_id, s.day): d for s, d in zip(shifts, chosen, strict=True) if d.sequence}
                routes, waits = ({k: d.sequence for k, d in used.items()}, {k: d.waits for k, d in used.items()})
                best = Best(cents, routes, leads, waits)
    if best is not None:
        judgement = judge_plan(
            problem, matrix, time_routes(problem, matrix, best.routes, leads=best.leads, waits=best.waits)
        )
        assert judgement.is_clean, judgement.violations
        assert judgement.cost_cents == best.cents
    return best


def can_be_served(problem: Problem, matrix: TravelMatrix, visit_id: str) -> bool:
    """Say whether some clean plan serves a visit."""
    facts = Facts(problem, matrix)
    shifts = [shift for shift in facts.shifts.values() if 0 <= shift.day < problem.days]
    days = [_days(facts, shift) for shift in shifts]
    if not any(visit_id in visit_ids for ways in days for visit_ids in ways):
        return False
    return any(
        _price(facts, shifts, chosen, leads) is not None
        for _, chosen in _combinations(facts, shifts, days)
        if any(visit_id in day.sequence for day in chosen)
        for leads in _possible_leads(facts, shifts, chosen)
    )


# --- one day --------------------------------------------------------------------------------------------------------


def _days(facts: Facts, shift: Shift) -> Ways:
    """Return, for each set of visits, its orders that break nothing; of two that are alike the cheaper."""
    ways: Ways = {}
    own = [visit for visit in facts.problem.visits if _may_serve(facts, shift, visit)]
    for count in range(len(own) + 1):
        for chosen in combinations(own, count):
            alike: dict[object, Day] = {}
            for visits in permutations(chosen):
                for branch_at, waits in _stops_to_try(facts, shift, visits):
                    day = _day(facts, shift, visits, branch_at, waits)
                    if day is not None:
                        key = _likeness(facts, day)
                        if key not in alike or day.cents < alike[key].cents:
                            alike[key] = day
            if alike:
                ways[frozenset(visit.visit_id for visit in chosen)] = list(alike.values())
    return ways


def _may_serve(facts: Facts, shift: Shift, visit: Visit) -> bool:
    """Say whether a technician may be among those who serve a visit on a day."""
    problem, size = facts.problem, facts.problem.crew_size_of(visit)
    technician = problem.technician_by_id[shift.technician_id]
    for held in facts.locks.get(visit.visit_id, ()):
        if size == 1 and held.technician_id != shift.technician_id:
            return False
        if held.level in (LockLevel.DAY, LockLevel.PREFIX) and held.day != shift.day:
            return False
    on = problem.date_of(shift.day)
    roles = [problem.skills_needed(visit)] + ([problem.lead_skills_needed(visit)] if size > 1 else [])
    return not refusals_left(facts, technician, visit) and any(not gaps_in(technician, needs, on) for needs in roles)


def _stops_to_try(facts: Facts, shift: Shift, visits: Sequence[Visit]) -> list[tuple[int | None, Waits]]:
    """Return where a day may stop at the branch, and until when it may wait there: before it leaves, or at the stop."""
    technician = facts.problem.technician_by_id[shift.technician_id]
    needed = {need.part_id for visit in visits for need in visit.parts}
    usable = [usable_from(facts.problem, arrival) for arrival in facts.problem.arrivals if arrival.part_id in needed]
    comes = any(day == shift.day for day, _ in usable)
    # Nobody waits for what he has along.
    awaited = needed - {own.part_id for own in technician.own_parts}
    moments = arrival_moments(facts.problem, awaited, shift.day)
    must = facts.problem.policy.pickup is Pickup.STOP and bool(needed)
    fetches = not technician.starts_at_branch and (must or comes)
    if technician.starts_at_branch and facts.problem.policy.reload:
        fetches = bool(moments)
    loads_again = bool(technician.capacity) and any(visit.loads for visit in visits)
    # A started route goes on as it was sent out: it stops in what has begun for that alone, and has left already.
    started = len(prefix_of(facts.problem, shift.technician_id, shift.day))
    may_stop = [n for n, visit in enumerate(visits) if n >= started or visit.parts or visit.loads]
    stops = may_stop if fetches or loads_again else []
    leaving = [Waits(moment_s) for moment_s in moments if technician.starts_at_branch and not started]
    waiting = [NO_WAITS, *(Waits(stops_s=moment_s) for moment_s in moments)]
    return [(None, waits) for waits in (NO_WAITS, *leaving)] + list(product(stops, waiting))


def _likeness(facts: Facts, day: Day) -> object:
    """Return what two orders of the same visits must share for the cheaper one to do: all that others may notice."""
    if day.timed is None:
        return day.sequence, day.waits
    with_parts = [v for v in day.sequence if v == BRANCH_STOP or facts.problem.visit_by_id[v].parts]
    at_stop_s = 0 if day.timed.branch_stop is None else day.timed.branch_stop.start_s
    parts = {arrival.part_id for arrival in facts.problem.arrivals}
    moments = arrival_moments(facts.problem, parts, day.timed.tour.shift.day)
    # Of a departure and of a stop, others notice which arrivals could be used by then.
    drawn_at = [bisect_right(moments, moment_s) for moment_s in (day.timed.tour.leaves_s, at_stop_s)]
    return day.work_s, tuple(with_parts), tuple(drawn_at) if with_parts else ()


def _day(
    facts: Facts, shift: Shift, visits: tuple[Visit, ...], branch_at: int | None, waits: Waits = NO_WAITS
) -> Day | None:
    """Return a technician's day, unless something is wrong with it in every plan."""
    prefix = prefix_of(facts.problem, shift.technician_id, shift.day)
    if not visits:
        return None if prefix else Day(0, 0, ())
    tour = facts.tour(shift, visits, branch_at=branch_at, waits=waits)
    visit_ids = tuple(visit.visit_id for visit in visits)
    if visit_ids[: len(prefix)] != prefix or tour.missing:
        return None
    if not facts.linked.isdisjoint(visit_ids):
        # How long the day lasts depends on the others: waiting for them may also make it shorter.
        tour = replace(tour, shift=replace(tour.shift, max_duty_s=None))
    timed = time_canonically(tour, facts.problem.policy)
    judged = _judged(facts, [timed])
    has_crew = any(facts.problem.crew_size_of(visit) > 1 for visit in visits)
    # In a crew a day may be served faster (a lead's skills) and carries only what its lead does; else waiting for
    # others only makes a day later.
    if any(travel_limit(judged)) or (not has_crew and (timed.breach_s or any(load(judged)))):
        return None
    sequence = visit_ids if branch_at is None else (*visit_ids[:branch_at], BRANCH_STOP, *visit_ids[branch_at:])
    if facts.linked.isdisjoint(visit_ids):
        return Day(sum(price_route(facts, timed).values()), work_of(timed), sequence, timed, waits)
    travel_cents = (facts.problem.policy.travel_cents * tour.travel_s + 30) // 60
    return Day(travel_cents, 0, sequence, waits=waits)


# --- days together --------------------------------------------------------------------------------------------------


def _combinations(facts: Facts, shifts: Sequence[Shift], days: Sequence[Ways]) -> Iterator[tuple[int, tuple[Day, ...]]]:
    """Yield choices of one day a shift, with the least that they cost; that never falls from one to the next."""
    left_out = {v.visit_id: absence_cents(facts, v) for v in facts.problem.visits}
    found = []
    for sets in _assignments(facts, shifts, days):
        served = frozenset().union(*sets)
        missed = sum(cents for visit_id, cents in left_out.items() if visit_id not in served)
        ways = [days[number][visit_ids] for number, visit_ids in enumerate(sets)]
        found.append((missed + sum(min(day.cents for day in one) for one in ways), missed, ways))
    waiting: list[tuple[int, int, tuple[Day, ...]]] = []
    number = 0
    for least, missed, ways in [*sorted(found, key=lambda one: one[0]), (NEVER, 0, [])]:
        while waiting and waiting[0][0] <= least:
            cents, _, chosen = heapq.heappop(waiting)
            yield cents, chosen
        for chosen in _in_one_order(ways) if least < NEVER else ():
            number += 1
            heapq.heappush(waiting, (missed + sum(day.cents for day in chosen), number, chosen))


def _assignments(facts: Facts, shifts: Sequence[Shift], days: Sequence[Ways]) -> Iterator[Sets]:
    """Yield every choice of who serves what on which day that no order of visits is needed to refuse."""
    problem = facts.problem
    sizes = {visit.visit_id: problem.crew_size_of(visit) for visit in problem.visits}
    mandatory = {v.visit_id for v in problem.visits if facts.is_mandatory(v.visit_id)}

    def choose(number: int, chosen: Sets, used: dict[str, list[Shift]]) -> Iterator[Sets]:
        if number == len(shifts):
            come = all(_may_come(facts, visit_id, on, used) for visit_id, on in used.items())
            if come and mandatory <= used.keys() and _has_tools(facts, shifts, chosen):
                yield chosen
            return
        shift = shifts[number]
        for visit_ids in days[number]:
            if not any(v in used and (len(used[v]) == sizes[v] or used[v][0].day != shift.day) for v in visit_ids):
                more = {**used, **{v: [*used.get(v, ()), shift] for v in visit_ids}}
                yield from choose(number + 1, (*chosen, visit_ids), more)

    return choose(0, (), {})


def _has_tools(facts: Facts, shifts: Sequence[Shift], sets: Sets) -> bool:
    """Say whether the tools for visits of one person suffice; for crews it depends on the lead."""
    problem = facts.problem
    alone = [[problem.visit_by_id[v] for v in visit_ids] for visit_ids in sets]
    alone = [[visit for visit in visits if problem.crew_size_of(visit) == 1] for visits in alone]
    tours = [facts.tour(shift, visits) for shift, visits in zip(shifts, alone, strict=True)]
    return all(
        units <= units_there(problem, tool_id)
        for day in range(problem.days)
        for tool_id, units in tools_out([tour for tour in tours if tour.shift.day == day]).items()
    )


def _in_one_order(ways: Sequence[Sequence[Day]], chosen: tuple[Day, ...] = ()) -> Iterator[tuple[Day, ...]]:
    """Yield every choice of one day a shift in which those who meet more than once meet in one order."""
    if len(chosen) == len(ways):
        yield chosen
        return
    for day in ways[len(chosen)]:
        if all(_meet(day.visit_ids, other.visit_ids) for other in chosen):
            yield from _in_one_order(ways, (*chosen, day))


def _meet(here: Sequence[str], there: Sequence[str]) -> bool:
    return [v for v in here if v in there] == [v for v in there if v in here]


def _may_come(facts: Facts, visit_id: str, on: Sequence[Shift], used: Mapping[str, Sequence[Shift]]) -> bool:
    """Say whether these people may serve a visit, given who serves the visits before it."""
    problem, visit = facts.problem, facts.problem.visit_by_id[visit_id]
    people = [shift.technician_id for shift in on]
    if len(people) != problem.crew_size_of(visit):
        return False
    for earlier in visit.after:
        before = used.get(earlier.visit_id)
        if before is None or (earlier.same_people and {shift.technician_id for shift in before} != set(people)):
            return False
    return len(people) == 1 or bool(_able_leads(facts, visit, on))


def _possible_leads(facts: Facts, shifts: Sequence[Shift], chosen: Sequence[Day]) -> Iterator[dict[str, str]]:
    """Yield every choice of a lead for every crew who is able to, the others able as members."""
    problem = facts.problem
    crews: dict[str, list[Shift]] = {}
    for shift, day in zip(shifts, chosen, strict=True):
        for visit_id in day.visit_ids:
            if problem.crew_size_of(problem.visit_by_id[visit_id]) > 1:
                crews.setdefault(visit_id, []).append(shift)
    able = [_able_leads(facts, problem.visit_by_id[visit_id], on) for visit_id, on in crews.items()]
    for leads in product(*able):
        yield dict(zip(crews, leads, strict=True))


def _able_leads(facts: Facts, visit: Visit, on: Sequence[Shift]) -> list[str]:
    problem = facts.problem
    people, day = {shift.technician_id for shift in on}, problem.date_of(on[0].day)

    def lacks(who: str, needs: Sequence[SkillNeed]) -> bool:
        return bool(gaps_in(problem.technician_by_id[who], needs, day))

    return [
        lead
        for lead in sorted(people)
        if not lacks(lead, problem.lead_skills_needed(visit))
        and not any(lacks(other, problem.skills_needed(visit)) for other in people - {lead})
    ]


def _price(facts: Facts, shifts: Sequence[Shift], chosen: Sequence[Day], leads: Mapping[str, str]) -> int | None:
    """Return the cents of a combination; `None` when something is wrong with it."""
    problem = facts.problem
    used = [(shift, day) for shift, day in zip(shifts, chosen, strict=True) if day.sequence]
    timed: list[TimedTour] = [day.timed for _, day in used if day.timed is not None]
    if len(timed) < len(used):
        tours = _tours(facts, used, leads)
        untimed = _judged(facts, [TimedTour(tour, None, None, (), 0) for tour in tours])
        if any(violation for check in CARRIED for violation in check(untimed)):
            return None
        timed = time_together(facts, tours, [None] * len(tours))
    judged = _judged(facts, timed)
    if any(one.breach_s for one in timed) or any(violation for check in TOGETHER for violation in check(judged)):
        return None
    if any(_is_idle(facts, used, number, leads) for number in range(len(used))):
        return None
    work_s = {(one.tour.technician.technician_id, one.tour.shift.day): work_of(one) for one in timed}
    left_out = [visit for visit in problem.visits if visit.visit_id not in judged.planned]
    return (
        sum(sum(price_route(facts, one).values()) for one in timed)
        + sum(absence_cents(facts, visit) for visit in left_out)
        + load_cents(problem, work_s)
    )


def _is_idle(facts: Facts, used: Sequence[tuple[Shift, Day]], number: int, leads: Mapping[str, str]) -> bool:
    """Say whether a day stops or waits at the branch although it can do without, or without waiting so long.

    Nobody drives there for a short cut, nor waits there to have a shorter day.
    """
    shift, day = used[number]
    return any(
        _has_all(facts, [*used[:number], (shift, less), *used[number + 1 :]], leads)
        for less in _with_less(facts, shift.day, day)
    )


def _with_less(facts: Facts, on: int, day: Day) -> Iterator[Day]:
    """Yield the same day without its stop at the branch, and with each shorter wait there."""
    if BRANCH_STOP in day.sequence:
        yield day._replace(sequence=day.visit_ids, waits=day.waits._replace(stops_s=NO_WAITS.stops_s))
    moments = [-FAR_FUTURE_S, *arrival_moments(facts.problem, {a.part_id for a in facts.problem.arrivals}, on)]
    for name, waits_s in zip(Waits._fields, day.waits, strict=True):
        for moment_s in moments:
            if moment_s < waits_s:
                yield day._replace(waits=day.waits._replace(**{name: moment_s}))


def _has_all(facts: Facts, used: Sequence[tuple[Shift, Day]], leads: Mapping[str, str]) -> bool:
    """Say whether parts, tools and room are there for days as they are spent."""
    tours = _tours(facts, used, leads)
    judged = _judged(facts, time_together(facts, tours, [None] * len(tours)))
    return not any(violation for check in CARRIED for violation in check(judged))


def _tours(facts: Facts, used: Sequence[tuple[Shift, Day]], leads: Mapping[str, str]) -> list[Tour]:
    members: dict[str, list[str]] = {}
    for shift, day in used:
        for visit_id in day.visit_ids:
            members.setdefault(visit_id, []).append(shift.technician_id)
    crews = {visit_id: Crew(tuple(sorted(members[visit_id])), lead) for visit_id, lead in leads.items()}
    return [
        facts.tour(
            shift,
            [facts.problem.visit_by_id[visit_id] for visit_id in day.visit_ids],
            branch_at=day.sequence.index(BRANCH_STOP) if BRANCH_STOP in day.sequence else None,
            crews=crews,
            waits=day.waits,
        )
        for shift, day in used
    ]


def _judged(facts: Facts, timed: Sequence[TimedTour]) -> JudgedPlan:
    """Return timed days as the judge's rules look at them; what a plan states is left empty."""
    planned: dict[str, tuple[tuple[str, int], ...]] = {}
    days = []
    for one, parts in zip(timed, drawn_parts([one.tour for one in timed]), strict=True):
        shift = one.tour.shift
        days.append(JudgedDay(Route(shift.technician_id, shift.day, 0, 0, ()), (), one, parts))
        for visit in one.tour.visits:
            planned[visit.visit_id] = (*planned.get(visit.visit_id, ()), (shift.technician_id, shift.day))
    return JudgedPlan(facts, Plan((), ()), tuple(days), planned)
