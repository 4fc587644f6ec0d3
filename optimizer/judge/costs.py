"""The judge's prices: every soft rule of the rule book recomputed from the timed days, to the cent.

One function a rule. Those of `ROUTE_PRICES` look at one day alone, so that whoever tries a day can price it alone; what
a crew's visit costs once is on its lead's day. `unassigned`, `promise`, `waiting`, `fairness` (a day without work may
cost, too), `reserve`, the longest lateness, and what stability asks for a dropped visit look at the whole plan.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.policy import ContractorPay, Fairness
from optimizer.domain.problem import BRANCH_PLACE
from optimizer.domain.rules import SOFT_RULES, Rule
from optimizer.domain.technician import Employment
from optimizer.domain.units import HOUR_S, MILE_MM, cents_per_minute
from optimizer.judge.exceptions import exception_cents, excesses_of
from optimizer.judge.repeats import last_time
from optimizer.judge.timing import lateness_cents, latest_departure_s, overtime_cents

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date

    from optimizer.domain.order import SkillNeed, Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift, Technician
    from optimizer.judge.facts import Facts, Service
    from optimizer.judge.timing import TimedTour


def price_plan(facts: Facts, days: Iterable[TimedTour], planned: Collection[str]) -> dict[Rule, int]:
    """Return the cents of every soft rule.

    Parameters
    ----------
    days
        The timed days, each with at least one visit.
    planned
        Ids of the visits that some route serves.
    """
    costs = dict.fromkeys(SOFT_RULES, 0)
    work_s: dict[tuple[str, int], int] = {}
    worst_late_s = 0
    for timed in days:
        worst_late_s = max([worst_late_s, *_latenesses_s(timed)])
        day = (timed.tour.technician.technician_id, timed.tour.shift.day)
        work_s[day] = work_s.get(day, 0) + work_of(timed)
        for rule, cents in price_route(facts, timed).items():
            costs[rule] += cents
    left_out = [visit for visit in facts.problem.visits if visit.visit_id not in planned]
    costs[Rule.UNASSIGNED] += sum(unassigned_cents(facts.problem, visit) for visit in left_out)
    costs[Rule.PROMISE] += sum(promise_cents(facts.problem, visit) for visit in left_out)
    costs[Rule.WAITING] += sum(waiting_cents(facts.problem, visit) for visit in left_out)
    costs[Rule.STABILITY] += sum(dropped_cents(facts, visit.visit_id) for visit in left_out)
    costs[Rule.LATENESS] += cents_per_minute(facts.problem.policy.late_worst_cents, worst_late_s)
    costs[Rule.FAIRNESS] = fairness_cents(facts.problem, work_s)
    costs[Rule.RESERVE] = reserve_cents(facts.problem, work_s)
    return costs


def price_route(facts: Facts, timed: TimedTour) -> dict[Rule, int]:
    """Return the cents of every soft rule that looks at one day alone."""
    return {rule: price(facts, timed) for rule, price in ROUTE_PRICES}


def work_of(timed: TimedTour) -> int:
    """Return a day's work, the load of fairness: travel and service, in seconds."""
    return timed.tour.travel_s + timed.tour.service_s


# --- one day --------------------------------------------------------------------------------------------------------


def _overdue(facts: Facts, timed: TimedTour) -> int:
    day, services = timed.tour.shift.day, timed.tour.services
    return sum(overdue_cents(facts.problem, one.visit, day) for one in services if one.pays and one.visit is not None)


def _lateness(facts: Facts, timed: TimedTour) -> int:
    return sum(lateness_cents(facts.problem.policy, late_s) for late_s in _latenesses_s(timed))


def _latenesses_s(timed: TimedTour) -> list[int]:
    """Return how late each visit starts; a crew's counts with its lead."""
    stops = zip(timed.tour.services, timed.stops, strict=True)
    return [stop.lateness_s for service, stop in stops if service.pays]


def _travel(facts: Facts, timed: TimedTour) -> int:
    return cents_per_minute(facts.problem.policy.travel_cents, timed.tour.travel_s)


def _overtime(facts: Facts, timed: TimedTour) -> int:
    return overtime_cents(facts.problem.policy, timed)


def _working_time(facts: Facts, timed: TimedTour) -> int:
    rate_cents = facts.problem.policy.working_time_cents
    if rate_cents == 0:
        return 0
    return cents_per_minute(rate_cents, timed.return_s - latest_departure_s(timed))


def _contractor(facts: Facts, timed: TimedTour) -> int:
    policy = facts.problem.policy
    if timed.tour.technician.employment is not Employment.CONTRACTOR:
        return 0
    if policy.contractor_pay is ContractorPay.ORDER:
        visits, profile = timed.tour.visits, timed.tour.shift.profile
        return sum(contractor_order_cents(facts, visit, profile) for visit in visits)
    return policy.contractor_day_cents + cents_per_minute(policy.contractor_minute_cents, work_of(timed))


def contractor_order_cents(facts: Facts, visit: Visit, profile: str) -> int:
    """Price an order that a contractor serves: by its kind, and by the way from the branch beyond the radius."""
    policy, matrix = facts.problem.policy, facts.matrix
    cents = policy.contractor_kind_cents.get(facts.problem.order_of(visit).kind, policy.contractor_order_cents)
    metres = matrix.travel_m(profile, BRANCH_PLACE, visit.visit_id) if profile in matrix.profiles else None
    beyond_m = max(0, (metres or 0) - policy.contractor_radius_m)
    cents += (policy.contractor_km_cents * beyond_m + 500) // 1000
    return cents + (policy.contractor_mile_cents * beyond_m * 1000 + MILE_MM // 2) // MILE_MM


def _continuity(facts: Facts, timed: TimedTour) -> int:
    strangers = 0
    for service in timed.tour.services:
        if service.pays and service.visit is not None:
            is_repeat = last_time(facts.problem, service.visit) is not None
            preferred = () if is_repeat else facts.problem.customer_of(service.visit).served_by
            strangers += bool(preferred) and people_of(timed, service).isdisjoint(preferred)
    return strangers * facts.problem.policy.continuity_cents


def people_of(timed: TimedTour, service: Service) -> frozenset[str]:
    """Return everybody who serves a visit."""
    return frozenset({timed.tour.technician.technician_id} if service.crew is None else service.crew.members)


def _overqualified(facts: Facts, timed: TimedTour) -> int:
    levels = sum(levels_above(timed.tour.technician, service.needs) for service in timed.tour.services)
    return levels * facts.problem.policy.overqualified_cents


def _stability(facts: Facts, timed: TimedTour) -> int:
    if not facts.published:
        return 0
    return sum(
        moved_cents(facts, service.visit.visit_id, people_of(timed, service), timed.tour.shift.day, stop.start_s)
        for service, stop in zip(timed.tour.services, timed.stops, strict=True)
        if service.pays and service.visit is not None
    )


def _exceptions(facts: Facts, timed: TimedTour) -> int:
    return sum(exception_cents(facts.problem.policy, excess) for excess in excesses_of(facts, timed))


ROUTE_PRICES: tuple[tuple[Rule, Callable[[Facts, TimedTour], int]], ...] = (
    (Rule.OVERDUE, _overdue),
    (Rule.LATENESS, _lateness),
    (Rule.TRAVEL, _travel),
    (Rule.OVERTIME, _overtime),
    (Rule.WORKING_TIME, _working_time),
    (Rule.CONTRACTOR, _contractor),
    (Rule.CONTINUITY, _continuity),
    (Rule.OVERQUALIFIED, _overqualified),
    (Rule.STABILITY, _stability),
    (Rule.EXCEPTION, _exceptions),
)


def levels_above(technician: Technician, needs: Iterable[SkillNeed]) -> int:
    """Return how many levels a technician holds above those needed, summed over the needed skills."""
    levels = 0
    for need in needs:
        held = technician.held_skill(need.skill)
        levels += 0 if held is None else max(0, held.level - need.min_level)
    return levels


def moved_cents(facts: Facts, visit_id: str, people: frozenset[str], day: int, start_s: int) -> int:
    """Price how a served visit deviates from the published plan: another day, else the dearest deviation on its day."""
    said = facts.published.get(visit_id)
    if said is None:
        return 0
    policy, cents = facts.problem.policy, 0
    if said.day != day:
        return _noticed(facts, policy.dropped_cents, said.day)
    if not facts.published_people[visit_id] <= people:
        cents = policy.other_technician_cents
    if said.told is not None and not said.told.open_s <= start_s <= said.told.close_s:
        cents = max(cents, policy.other_time_cents)
    return _noticed(facts, cents, said.day)


def free_starts(facts: Facts, visit_id: str, people: frozenset[str], day: int, start_s: int) -> tuple[int, int] | None:
    """Return first and last start that cost no more stability than `start_s` does; `None` when all do.

    Nor do they use an exception to the told window.
    """
    said = facts.published.get(visit_id)
    if said is None or said.told is None or not said.told.open_s <= start_s <= said.told.close_s:
        return None
    inside = moved_cents(facts, visit_id, people, day, start_s)
    outside = moved_cents(facts, visit_id, people, day, said.told.close_s + 1)
    is_excepted = (visit_id, HouseLimit.TOLD) in facts.exceptions and facts.told_lock(visit_id) is not None
    return (said.told.open_s, said.told.close_s) if outside > inside or is_excepted else None


# --- the whole plan -------------------------------------------------------------------------------------------------


def absence_cents(facts: Facts, visit: Visit) -> int:
    """Price all that leaving a visit out costs: its priority, its promise, its wait, and what was told."""
    return sum(absence_costs(facts, visit).values())


def absence_costs(facts: Facts, visit: Visit) -> dict[Rule, int]:
    """Return what leaving a visit out costs by rule."""
    return {
        Rule.UNASSIGNED: unassigned_cents(facts.problem, visit),
        Rule.PROMISE: promise_cents(facts.problem, visit),
        Rule.WAITING: waiting_cents(facts.problem, visit),
        Rule.STABILITY: dropped_cents(facts, visit.visit_id),
    }


def unassigned_cents(problem: Problem, visit: Visit) -> int:
    """Price leaving a visit out: at the order's own price, else by priority and working days left after the horizon."""
    return _left_out_cents(problem, visit, after=problem.last_day)


def overdue_cents(problem: Problem, visit: Visit, day: int) -> int:
    """Price serving a visit on a day after its due day: half of what leaving it out until then would cost.

    On the horizon's first day it costs nothing: it could not be planned sooner.
    """
    due, on = problem.order_of(visit).due_day, problem.date_of(day)
    if day <= 0 or due is None or on <= due:
        return 0
    return _left_out_cents(problem, visit, after=on - timedelta(days=1)) // 2


def _left_out_cents(problem: Problem, visit: Visit, *, after: date) -> int:
    order, policy = problem.order_of(visit), problem.policy
    if order.order_id in policy.unassigned_by_order_cents:
        return policy.unassigned_by_order_cents[order.order_id]
    priority = min(5, problem.priority_of(visit) + order.carried_over)
    many, one, none, past_due = policy.unassigned_due_pct
    if order.due_day is None:
        pct = many
    else:
        left = problem.branch.calendar.working_days_left(after=after, until=order.due_day)
        pct = {-1: past_due, 0: none, 1: one}.get(left, many)
    return policy.unassigned_cents[max(1, priority) - 1] * pct // 100


def promise_cents(problem: Problem, visit: Visit) -> int:
    """Price leaving out a visit whose last promised window ends in the horizon, twice past its notice."""
    promised, cents = problem.order_of(visit).promised, problem.policy.broken_promise_cents
    if not promised or visit.visit_id in problem.declined:
        return 0
    last_s = max(window.close_s for window in promised)
    if not 0 <= last_s < problem.end_s:
        return 0
    return 2 * cents if problem.is_short_notice(problem.clock.day_of(last_s)) else cents


def waiting_cents(problem: Problem, visit: Visit) -> int:
    """Price leaving out a visit by the working days since its request, the last day planned among them."""
    order, policy = problem.order_of(visit), problem.policy
    if order.received_s is None:
        return 0
    since, until = problem.date_of(problem.clock.day_of(order.received_s)), problem.last_day
    days = max(0, problem.branch.calendar.working_days_left(after=since, until=until))
    return days * policy.waiting_tier_cents.get(problem.customer_of(visit).tier, policy.waiting_cents)


def dropped_cents(facts: Facts, visit_id: str) -> int:
    """Price leaving out a visit that the published plan serves on a day planned here; a later day can still be kept."""
    said = facts.published.get(visit_id)
    if said is None or said.day >= facts.problem.days:
        return 0
    return _noticed(facts, facts.problem.policy.dropped_cents, said.day)


def _noticed(facts: Facts, cents: int, day: int) -> int:
    pct = facts.problem.policy.short_notice_pct if facts.problem.is_short_notice(day) else 100
    return cents * pct // 100


def load_cents(problem: Problem, work_s: Mapping[tuple[str, int], int]) -> int:
    """Price all that depends on how much everybody works: fairness, and the reserve.

    Parameters
    ----------
    work_s
        Work in seconds by technician id and day; a day without any may be absent.
    """
    return fairness_cents(problem, work_s) + reserve_cents(problem, work_s)


def reserve_cents(problem: Problem, work_s: Mapping[tuple[str, int], int]) -> int:
    """Price the staff's work in the time that a day keeps in reserve, from plans made before its noon."""
    pct, rate, cents = problem.policy.reserve_pct, problem.policy.reserve_cents, 0
    for shift in problem.shifts:
        is_kept = 0 <= shift.day < problem.days and problem.as_of_s < problem.clock.moment_s(shift.day, 12 * HOUR_S)
        if pct and is_kept and problem.is_staff(shift.technician_id):
            free_s = shift.contracted_s * pct // 100
            over_s = work_s.get((shift.technician_id, shift.day), 0) - (shift.contracted_s - free_s)
            cents += cents_per_minute(rate, max(0, over_s))
    return cents


def fairness_cents(problem: Problem, work_s: Mapping[tuple[str, int], int]) -> int:
    """Price uneven load over the staff with a shift in the horizon: the load of each day, or the spread of all days.

    Parameters
    ----------
    work_s
        Work in seconds by technician id and day; a day without any may be absent.
    """
    if problem.policy.fairness is Fairness.OFF:
        return 0
    shifts = [shift for shift in problem.shifts if 0 <= shift.day < problem.days]
    present = [shift for shift in shifts if problem.is_staff(shift.technician_id)]
    if problem.policy.fairness is Fairness.LOAD:
        return sum(_load_cents(problem, shift, work_s.get((shift.technician_id, shift.day), 0)) for shift in present)
    all_days_s = {shift.technician_id: 0 for shift in present}
    for shift in present:
        all_days_s[shift.technician_id] += work_s.get((shift.technician_id, shift.day), 0)
    return _spread_cents(problem.policy.spread_weight, list(all_days_s.values()))


def _spread_cents(weight: int, loads_s: list[int]) -> int:
    """Return the benchmark days' spread, their formula over minutes brought to seconds."""
    count = len(loads_s)
    if count == 0:
        return 0
    spread = count * sum(load * load for load in loads_s) - sum(loads_s) ** 2
    return weight * spread // 3600 // count // 100


def _load_cents(problem: Problem, shift: Shift, load_s: int) -> int:
    policy, ledger, excess_s = problem.policy, problem.technician_by_id[shift.technician_id].ledger, 0
    if ledger.days:
        excess_s = (ledger.load_s - policy.load_target_pct * ledger.contracted_s // 100) // ledger.days
    over_s = max(0, load_s + excess_s - policy.load_target_pct * shift.contracted_s // 100)
    return over_s * over_s // policy.load_divisor
