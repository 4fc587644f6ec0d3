"""The judge's prices: every soft rule of RULES §4 recomputed from the timed days, to the cent.

One function a rule. Those of `ROUTE_PRICES` look at one day alone, so that whoever tries a day can price it alone;
`unassigned` and `fairness`, and what stability asks for a dropped visit, look at the whole plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.policy import Fairness
from optimizer.domain.rules import SOFT_RULES, Rule
from optimizer.domain.technician import Employment
from optimizer.domain.units import cents_per_minute
from optimizer.judge_timing import lateness_cents, latest_departure_s, overtime_cents

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Technician
    from optimizer.judge_facts import Facts
    from optimizer.judge_timing import TimedTour


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
    work_s: dict[str, int] = {}
    for timed in days:
        technician_id = timed.tour.technician.technician_id
        work_s[technician_id] = work_s.get(technician_id, 0) + work_of(timed)
        for rule, cents in price_route(facts, timed).items():
            costs[rule] += cents
    left_out = [visit for visit in facts.problem.visits if visit.visit_id not in planned]
    costs[Rule.UNASSIGNED] = sum(unassigned_cents(facts.problem, visit) for visit in left_out)
    costs[Rule.STABILITY] += sum(dropped_cents(facts, visit.visit_id) for visit in left_out)
    costs[Rule.FAIRNESS] = fairness_cents(facts.problem, work_s)
    return costs


def price_route(facts: Facts, timed: TimedTour) -> dict[Rule, int]:
    """Return the cents of every soft rule that looks at one day alone."""
    return {rule: price(facts, timed) for rule, price in ROUTE_PRICES}


def work_of(timed: TimedTour) -> int:
    """Return a day's work, the load of fairness: travel and service, in seconds."""
    return timed.tour.travel_s + timed.tour.service_s


# --- one day --------------------------------------------------------------------------------------------------------


def _lateness(facts: Facts, timed: TimedTour) -> int:
    return sum(lateness_cents(facts.problem.policy, stop.lateness_s) for stop in timed.stops)


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
    return policy.contractor_day_cents + cents_per_minute(policy.contractor_minute_cents, work_of(timed))


def _continuity(facts: Facts, timed: TimedTour) -> int:
    technician_id = timed.tour.technician.technician_id
    preferred = [facts.problem.customer_of(visit).served_by for visit in timed.tour.visits]
    strangers = sum(1 for people in preferred if people and technician_id not in people)
    return strangers * facts.problem.policy.continuity_cents


def _overqualified(facts: Facts, timed: TimedTour) -> int:
    levels = sum(levels_above(facts.problem, timed.tour.technician, visit) for visit in timed.tour.visits)
    return levels * facts.problem.policy.overqualified_cents


def _stability(facts: Facts, timed: TimedTour) -> int:
    starts = zip(timed.tour.visits, timed.stops, strict=True)
    technician_id = timed.tour.technician.technician_id
    return sum(moved_cents(facts, visit.visit_id, technician_id, stop.start_s) for visit, stop in starts)


ROUTE_PRICES: tuple[tuple[Rule, Callable[[Facts, TimedTour], int]], ...] = (
    (Rule.LATENESS, _lateness),
    (Rule.TRAVEL, _travel),
    (Rule.OVERTIME, _overtime),
    (Rule.WORKING_TIME, _working_time),
    (Rule.CONTRACTOR, _contractor),
    (Rule.CONTINUITY, _continuity),
    (Rule.OVERQUALIFIED, _overqualified),
    (Rule.STABILITY, _stability),
)


def levels_above(problem: Problem, technician: Technician, visit: Visit) -> int:
    """Return how many levels a technician holds above those needed, summed over the needed skills."""
    levels = 0
    for need in problem.skills_needed(visit):
        held = technician.held_skill(need.skill)
        levels += 0 if held is None else max(0, held.level - need.min_level)
    return levels


def moved_cents(facts: Facts, visit_id: str, technician_id: str, start_s: int) -> int:
    """Price how a served visit deviates from the published plan: the dearest deviation alone counts."""
    said = facts.published.get(visit_id)
    if said is None:
        return 0
    policy, cents = facts.problem.policy, 0
    if said.technician_id != technician_id:
        cents = max(cents, policy.other_technician_cents)
    if said.told is not None and not said.told.open_s <= start_s <= said.told.close_s:
        cents = max(cents, policy.other_time_cents)
    return _noticed(facts, cents)


def free_starts(facts: Facts, visit_id: str, technician_id: str, start_s: int) -> tuple[int, int] | None:
    """Return first and last start that cost no more stability than `start_s` does; `None` when all do."""
    said = facts.published.get(visit_id)
    if said is None or said.told is None or not said.told.open_s <= start_s <= said.told.close_s:
        return None
    inside = moved_cents(facts, visit_id, technician_id, start_s)
    outside = moved_cents(facts, visit_id, technician_id, said.told.close_s + 1)
    return (said.told.open_s, said.told.close_s) if outside > inside else None


# --- the whole plan -------------------------------------------------------------------------------------------------


def unassigned_cents(problem: Problem, visit: Visit) -> int:
    """Price leaving a visit out: by priority, times what the working days left make of it."""
    order, policy = problem.order_of(visit), problem.policy
    priority = min(5, problem.priority_of(visit) + (1 if order.carried_over else 0))
    many, one, none, past_due = policy.unassigned_due_pct
    if order.due_day is None:
        pct = many
    else:
        left = problem.branch.calendar.working_days_left(after=problem.first_day, until=order.due_day)
        pct = {-1: past_due, 0: none, 1: one}.get(left, many)
    return policy.unassigned_cents[max(1, priority) - 1] * pct // 100


def dropped_cents(facts: Facts, visit_id: str) -> int:
    """Price leaving out a visit that the published plan serves."""
    return _noticed(facts, facts.problem.policy.dropped_cents) if visit_id in facts.published else 0


def _noticed(facts: Facts, cents: int) -> int:
    pct = facts.problem.policy.short_notice_pct if facts.problem.is_short_notice(0) else 100
    return cents * pct // 100


def fairness_cents(problem: Problem, work_s: Mapping[str, int]) -> int:
    """Price uneven load over the staff present on the day.

    Parameters
    ----------
    work_s
        Work of the day in seconds by technician id; who has none may be absent.
    """
    if problem.policy.fairness is Fairness.OFF:
        return 0
    present = [s for s in problem.shifts if s.day == 0 and problem.is_staff(s.technician_id)]
    loads = [work_s.get(shift.technician_id, 0) for shift in present]
    if problem.policy.fairness is Fairness.SPREAD:
        return _spread_cents(problem.policy.spread_weight, loads)
    contracts = [shift.contracted_s for shift in present]
    people = [problem.technician_by_id[shift.technician_id] for shift in present]
    return sum(
        _load_cents(problem, person, load_s=load, contracted_s=contract)
        for person, load, contract in zip(people, loads, contracts, strict=True)
    )


def _spread_cents(weight: int, loads_s: list[int]) -> int:
    """Return the benchmark days' spread, their formula over minutes brought to seconds."""
    count = len(loads_s)
    if count == 0:
        return 0
    spread = count * sum(load * load for load in loads_s) - sum(loads_s) ** 2
    return weight * spread // 3600 // count // 100


def _load_cents(problem: Problem, technician: Technician, *, load_s: int, contracted_s: int) -> int:
    policy, ledger = problem.policy, technician.ledger
    excess_s = 0
    if ledger.days:
        excess_s = (ledger.load_s - policy.load_target_pct * ledger.contracted_s // 100) // ledger.days
    over_s = max(0, load_s + excess_s - policy.load_target_pct * contracted_s // 100)
    return over_s * over_s // policy.load_divisor
