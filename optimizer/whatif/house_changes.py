"""Changes of a scenario that are about the house: its policy, what it promises, where it goes, how fast it drives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.domain.policy import Fairness
from optimizer.domain.rules import Rule
from optimizer.errors import InputError, ScenarioError
from optimizer.faults.issues import IssueLog
from optimizer.ingest.settings.policy import policy_to_json, resolve_policy
from optimizer.travel.matrix import UNREACHABLE
from optimizer.whatif.case import Case, Note, doubt, known

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optimizer.domain.policy import Policy
    from optimizer.domain.problem import Problem

#: What a scenario's keys are called where they are refused.
FILE = "scenario"


def change_policy(case: Case, keys: Mapping[str, Any]) -> Case:
    """Return the case under other weights and limits, by the keys of `policy.toml`."""
    was = case.problem.policy
    now = _policy_of(was, keys)
    if now == was:
        return case.but(doubt("No weight and no limit differs."))
    before, after = policy_to_json(was), policy_to_json(now)
    said = [
        Note("{key} is {now}, not {was}.", {"key": key, "now": after.get(key), "was": before.get(key)})
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]
    return case.but(*said, policy=now)


def _policy_of(policy: Policy, keys: Mapping[str, Any]) -> Policy:
    log = IssueLog(form="toml", file=FILE)
    found = resolve_policy(keys, log, file=FILE, over=policy)
    if found is None or log.has_errors:
        raise InputError(log.report())
    return found


def change_promise(case: Case, keys: Mapping[str, Any], *, restate: bool) -> Case:
    """Return the case with another rule of what is promised.

    Parameters
    ----------
    restate
        Whether due days that the branch states are forgotten, so that the new rule gives them; agreements stay.
    """
    policy = _policy_of(case.problem.policy, {"promise": dict(keys)})
    orders = case.problem.orders
    if restate:
        asked = (order.received_s is not None for order in orders)
        orders = tuple(
            replace(order, due_day=None) if is_asked else order for order, is_asked in zip(orders, asked, strict=True)
        )
    changed = case.but(policy=policy, orders=orders)
    before, after = case.with_due_days().problem, changed.with_due_days().problem
    moved = [order.order_id for order in after.orders if order.due_day != before.order_by_id[order.order_id].due_day]
    if not moved and before.windows == after.windows:
        stated = sum(order.due_day is not None for order in case.problem.orders)
        return changed.but(
            doubt("No due day differs: the branch states {count} itself; restate = true gives them anew.", count=stated)
            if stated and not restate
            else doubt("No due day differs.")
        )
    return changed.but(Note("{count} due days differ.", {"count": len(moved)}))


def close_area(case: Case, area: str) -> Case:
    """Return the case without the visits of an area; what they would have had with them goes, too."""
    problem = case.problem
    areas = {visit.area for visit in problem.visits if visit.area}
    known("area", area, areas | {name for one in problem.technicians for name in one.areas})
    gone = {visit.visit_id for visit in problem.visits if visit.area == area}
    if not gone:
        return case.but(doubt("No visit of these days lies in {area}.", area=area))
    visits = tuple(
        replace(visit, after=tuple(earlier for earlier in visit.after if earlier.visit_id not in gone))
        for visit in problem.visits
        if visit.visit_id not in gone
    )
    left = {visit.order_id for visit in visits}
    orders = tuple(order for order in problem.orders if order.order_id in left)
    said = Note("{count} visits of {area} are not served: {visits}.",
                {"count": len(gone), "area": area, "visits": ", ".join(sorted(gone))})  # fmt: skip
    return case.but(
        said,
        visits=visits,
        orders=orders,
        locks=tuple(lock for lock in problem.locks if lock.visit_id not in gone),
        published=tuple(entry for entry in problem.published if entry.visit_id not in gone),
        exceptions=tuple(one for one in problem.exceptions if one.visit_id not in gone),
        reservations=tuple(one for one in problem.reservations if one.visit_id not in gone),
    )


def change_speed(case: Case, speed_pct: float) -> Case:
    """Return the case with every way driven at a percentage of the speed; seconds are rounded up."""
    if not 10 <= speed_pct <= 1_000:
        raise ScenarioError("A speed of {pct} % is not meant: expected 10 to 1000.", pct=speed_pct)
    was = case.matrix.seconds
    now = np.where(was == UNREACHABLE, UNREACHABLE, np.ceil(was * (100 / speed_pct))).astype(np.int32)
    if np.array_equal(was, now):
        return case.but(doubt("No way takes another time."))
    said = Note("Every way is driven at {pct:g} % of the speed.", {"pct": speed_pct})
    return replace(case.but(said), matrix=replace(case.matrix, seconds=now))


# --- a rule less ----------------------------------------------------------------------------------------------------

#: What a policy is like without a soft rule.
_FREE: dict[Rule, dict[str, Any]] = {
    Rule.PROMISE: {"broken_promise_cents": 0},
    Rule.WAITING: {"waiting_cents": 0, "waiting_tier_cents": {}},
    Rule.LATENESS: {"late_small_cents": 0, "late_large_cents": 0, "late_worst_cents": 0},
    Rule.TRAVEL: {"travel_cents": 0},
    Rule.OVERTIME: {"overtime_cents": 0},
    Rule.WORKING_TIME: {"working_time_cents": 0},
    Rule.CONTRACTOR: {"contractor_day_cents": 0, "contractor_minute_cents": 0, "contractor_order_cents": 0,
                      "contractor_kind_cents": {}, "contractor_km_cents": 0, "contractor_mile_cents": 0},
    Rule.RESERVE: {"reserve_pct": 0},
    Rule.CONTINUITY: {"continuity_cents": 0},
    Rule.FAIRNESS: {"fairness": Fairness.OFF},
    Rule.OVERQUALIFIED: {"overqualified_cents": 0},
    Rule.STABILITY: {"dropped_cents": 0, "other_technician_cents": 0, "other_time_cents": 0},
    Rule.REST: {"rest_s": 0, "rest_after_night_s": 0},
    Rule.CONFIRMED: {"unreached_way_s": None},
    Rule.FLOOR: {"lead_to_leave_s": None},
}  # fmt: skip


def _visits(problem: Problem, **changes: Any) -> dict[str, Any]:
    return {"visits": tuple(replace(visit, **changes) for visit in problem.visits)}


def _shifts(problem: Problem, **changes: Any) -> dict[str, Any]:
    return {"shifts": tuple(replace(shift, **changes) for shift in problem.shifts)}


def _nobody_refused(problem: Problem) -> dict[str, Any]:
    return _visits(problem, required=frozenset(), prohibited=frozenset()) | {
        "customers": tuple(replace(one, refused=frozenset()) for one in problem.customers),
        "technicians": tuple(replace(one, areas=frozenset()) for one in problem.technicians),
    }


#: What a problem is like without a hard rule.
_OPEN: dict[Rule, Callable[[Problem], dict[str, Any]]] = {
    Rule.SKILL: lambda problem: _visits(problem, skills=(), lead_skills=()),
    Rule.ALLOWED: _nobody_refused,
    Rule.TRAVEL_LIMIT: lambda problem: _shifts(problem, max_leg_s=None, max_travel_s=None, max_visits=None),
    Rule.READY: lambda problem: _visits(problem, ready_s=None),
    Rule.BREAK: lambda problem: _shifts(problem, break_=None),
    Rule.LOAD: lambda problem: _visits(problem, loads=()),
    Rule.STOCK: lambda problem: _visits(problem, parts=()),
    Rule.LOAN: lambda _: {"loans": ()},
    Rule.TOOL: lambda problem: _visits(problem, tools=()),
    Rule.LOCK: lambda _: {"locks": ()},
}
#: The rules that a scenario may leave out.
DROPPABLE = tuple(rule for rule in Rule if rule in _FREE or rule in _OPEN)


def drop_rule(case: Case, name: str) -> Case:
    """Return the case without a rule: a soft one costs nothing, a hard one asks for nothing."""
    rule = Rule(known("rule", name, [one.value for one in DROPPABLE]))
    problem = case.problem
    if rule in _FREE:
        changes: dict[str, Any] = {"policy": replace(problem.policy, **_FREE[rule])}
    else:
        changes = _OPEN[rule](problem)
    if all(getattr(problem, field) == value for field, value in changes.items()):
        return case.but(doubt("Rule {rule} asks for nothing here.", rule=rule.value))
    return case.but(Note("Rule {rule} is left out.", {"rule": rule.value}), **changes)
