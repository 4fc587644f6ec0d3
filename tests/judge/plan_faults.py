"""Single faults of what a plan file states: each plants one, and says what the judge must find, and nothing else.

A fault edits the plan's own part of a plan file in place and returns the rules broken with their amounts; `None` where
the plan has no place for it. Amounts are worked out from the file and the problem, not asked of the judge.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from optimizer.domain.problem import Problem
from optimizer.domain.rules import SOFT_RULES, Rule

Plan = dict[str, Any]
Found = list[tuple[Rule, int]]
Fault = Callable[[Plan, Problem, Random], Found | None]

#: Every fault by its name.
FAULTS: dict[str, Fault] = {}


def fault(plant: Fault) -> Fault:
    """Enter a fault under the name of its function."""
    FAULTS[plant.__name__] = plant
    return plant


# --- looking around in a plan file ----------------------------------------------------------------------------------


def moved(moment: str, seconds: int) -> str:
    return (datetime.fromisoformat(moment) + timedelta(seconds=seconds)).isoformat()


def between_s(earlier: str, later: str) -> int:
    return round((datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds())


def some(rng: Random, entries: list[Any]) -> Any:
    return rng.choice(entries) if entries else None


def stops(plan: Plan) -> list[tuple[Plan, int, Plan]]:
    """Return every stop with its route and its number there."""
    return [(route, n, stop) for route in plan["routes"] for n, stop in enumerate(route["stops"])]


def alone(plan: Plan, problem: Problem) -> list[tuple[Plan, int, Plan]]:
    """Return the stops of one person that nobody waits for and that wait for nobody."""
    awaited = {earlier.visit_id for visit in problem.visits for earlier in visit.after}
    return [
        (route, n, stop)
        for route, n, stop in stops(plan)
        if len(stop["crew"]) == 1 and stop["visit"] not in awaited and not problem.visit_by_id[stop["visit"]].after
    ]


def leaves(route: Plan, n: int, problem: Problem) -> str:
    """Return when the place before a stop is left: after its service or the branch, and a break before the drive."""
    branch = route.get("branch_stop")
    is_after_branch = branch is not None and branch["before"] == n
    begins: str = branch["end"] if is_after_branch else route["stops"][n - 1]["end"] if n else route["depart"]
    leg = n + (branch is not None and branch["before"] <= n)
    if route["break"] is not None and route["break"]["slot"] == 2 * leg:
        # Who waits for parts may rest meanwhile.
        begins = max(begins, moved(route["break"]["start"], rest_s(route, problem)), key=datetime.fromisoformat)
    return begins


def at_once(plan: Plan, problem: Problem) -> list[Plan]:
    """Return the routes that leave without waiting for parts: another departure would be no wait for any."""
    usable = [one.arrives_s + problem.policy.pick_s for one in problem.arrivals if one.arrives_s is not None]
    moments = {problem.clock.zoned(moment_s) for moment_s in usable}
    return [route for route in plan["routes"] if datetime.fromisoformat(route["depart"]) not in moments]


def rest_s(route: Plan, problem: Problem) -> int:
    on = problem.day_index(date.fromisoformat(route["date"]))
    [rest] = [s.break_ for s in problem.shifts if s.day == on and s.technician_id == route["technician"]]
    assert rest is not None
    return rest.length_s


# --- routes ---------------------------------------------------------------------------------------------------------


@fault
def leaves_later(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    route = some(rng, at_once(plan, problem))
    if route is None:
        return None
    route["depart"] = moved(route["depart"], 60)
    return [(Rule.SHIFT, 60)]


@fault
def leaves_a_second_early(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    route = some(rng, at_once(plan, problem))
    if route is None:
        return None
    route["depart"] = moved(route["depart"], -1)
    return [(Rule.SHIFT, 1)]


@fault
def is_back_early(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    route = some(rng, plan["routes"])
    if route is None:
        return None
    route["return"] = moved(route["return"], -90)
    return [(Rule.SHIFT, 90)]


@fault
def is_back_a_day_late(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    route = some(rng, plan["routes"])
    if route is None:
        return None
    route["return"] = moved(route["return"], 86_400)
    return [(Rule.SHIFT, 86_400)]


# --- breaks ---------------------------------------------------------------------------------------------------------


@fault
def rests_later(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    route = some(rng, [route for route in plan["routes"] if route["break"]])
    if route is None:
        return None
    route["break"]["start"] = moved(route["break"]["start"], 60)
    return [(Rule.BREAK, 60)]


@fault
def does_not_rest(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    route = some(rng, [route for route in plan["routes"] if route["break"]])
    if route is None:
        return None
    route["break"] = None
    return [(Rule.BREAK, rest_s(route, problem))]


@fault
def rests_nowhere(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    route = some(rng, [route for route in plan["routes"] if route["break"]])
    if route is None:
        return None
    places = len(route["stops"]) + ("branch_stop" in route)
    route["break"]["slot"] = 2 * (places + 1)
    return [(Rule.BREAK, 1)]


@fault
def rests_before_the_first_slot(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    route = some(rng, [route for route in plan["routes"] if route["break"]])
    if route is None:
        return None
    route["break"]["slot"] = -1
    return [(Rule.BREAK, 1)]


@fault
def rests_without_a_break(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    route = some(rng, [route for route in plan["routes"] if not route["break"]])
    if route is None:
        return None
    route["break"] = {"slot": 0, "start": route["depart"]}
    return [(Rule.BREAK, 1)]


# --- the moments of a stop ------------------------------------------------------------------------------------------


@fault
def drives_faster(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, stops(plan))
    if found is None:
        return None
    found[2]["arrive"] = moved(found[2]["arrive"], -120)
    return [(Rule.TRAVEL, 120)]


@fault
def arrives_a_second_late(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, stops(plan))
    if found is None:
        return None
    found[2]["arrive"] = moved(found[2]["arrive"], 1)
    return [(Rule.TRAVEL, 1)]


@fault
def starts_a_second_late(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, alone(plan, problem))
    if found is None:
        return None
    found[2]["start"] = moved(found[2]["start"], 1)
    return [(Rule.WINDOW, 1)]


@fault
def starts_early(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, [f for f in alone(plan, problem) if problem.visit_by_id[f[2]["visit"]].ready_s is None])
    if found is None:
        return None
    found[2]["start"] = moved(found[2]["start"], -300)
    return [(Rule.WINDOW, 300)]


@fault
def starts_before_it_is_ready(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    midnight = datetime.combine(problem.first_day, datetime.min.time())
    waiting = []
    for found in alone(plan, problem):
        ready_s = problem.visit_by_id[found[2]["visit"]].ready_s
        start = datetime.fromisoformat(found[2]["start"]).replace(tzinfo=None)
        if ready_s is not None and start == midnight + timedelta(seconds=ready_s):
            waiting.append(found)
    found = some(rng, waiting)
    if found is None:
        return None
    found[2]["start"] = moved(found[2]["start"], -60)
    return [(Rule.READY, 60)]


@fault
def works_longer(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, alone(plan, problem))
    if found is None:
        return None
    found[2]["end"] = moved(found[2]["end"], 30)
    return [(Rule.WINDOW, 30)]


@fault
def works_shorter(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, alone(plan, problem))
    if found is None:
        return None
    found[2]["end"] = moved(found[2]["end"], -1)
    return [(Rule.WINDOW, 1)]


@fault
def pauses_without_need(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, [entry for entry in stops(plan) if "pause" not in entry[2]])
    if found is None:
        return None
    found[2]["pause"] = {end: moved(found[2]["start"], seconds) for end, seconds in (("start", 60), ("end", 660))}
    return [(Rule.WINDOW, 600)]


@fault
def is_late_by_more(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, stops(plan))
    if found is None:
        return None
    found[2]["lateness_s"] += 5
    return [(Rule.LATENESS, 5)]


@fault
def is_late_by_less_than_nothing(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, stops(plan))
    if found is None:
        return None
    late_s, found[2]["lateness_s"] = found[2]["lateness_s"], -60
    return [(Rule.LATENESS, late_s + 60)]


@fault
def is_to_leave_before_it_can(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, stops(plan))
    if found is None:
        return None
    route, n, stop = found
    stop["leave_by"] = moved(leaves(route, n, problem), -60)
    return [(Rule.TRAVEL, 60)]


@fault
def is_to_leave_later_than_it_must(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    return leaves_by(plan, rng, 1801)


@fault
def is_to_leave_a_second_later(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    return leaves_by(plan, rng, 1)


def leaves_by(plan: Plan, rng: Random, seconds: int) -> Found | None:
    found = some(rng, stops(plan))
    if found is None:
        return None
    found[2]["leave_by"] = moved(found[2]["leave_by"], seconds)
    return [(Rule.LATENESS, seconds)]


# --- what the customer is told --------------------------------------------------------------------------------------


@fault
def tells_an_earlier_opening(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, stops(plan))
    if found is None:
        return None
    found[2]["window"]["open"] = moved(found[2]["window"]["open"], -600)
    return [(Rule.WINDOW, 600)]


@fault
def tells_a_close_of_a_second_more(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, stops(plan))
    if found is None:
        return None
    found[2]["window"]["close"] = moved(found[2]["window"]["close"], 1)
    return [(Rule.WINDOW, 1)]


@fault
def tells_an_earlier_close(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    wide = [f for f in stops(plan) if between_s(f[2]["window"]["open"], f[2]["window"]["close"]) >= 60]
    found = some(rng, wide)
    if found is None:
        return None
    found[2]["window"]["close"] = moved(found[2]["window"]["close"], -60)
    return [(Rule.WINDOW, 60)]


@fault
def tells_another_window(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, stops(plan))
    if found is None:
        return None
    for end in ("open", "close"):
        found[2]["window"][end] = moved(found[2]["window"][end], 60)
    return [(Rule.WINDOW, 120)]


# --- parts, locks, crews --------------------------------------------------------------------------------------------


@fault
def forgets_the_parts(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, [f for f in stops(plan) if f[2]["parts"]])
    if found is None:
        return None
    parts, found[2]["parts"] = found[2]["parts"], []
    return [(Rule.STOCK, part["quantity"]) for part in parts]


@fault
def takes_one_more(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, [f for f in stops(plan) if f[2]["parts"]])
    if found is None:
        return None
    found[2]["parts"][0]["quantity"] += 1
    return [(Rule.STOCK, 1)]


@fault
def takes_another_part(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, [f for f in stops(plan) if f[2]["parts"]])
    if found is None:
        return None
    part = found[2]["parts"][0]
    part["part_id"] = "another"
    return [(Rule.STOCK, part["quantity"])] * 2


@fault
def takes_a_part_for_nothing(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, [f for f in stops(plan) if not f[2]["parts"]])
    if found is None:
        return None
    found[2]["parts"] = [{"part_id": "another", "quantity": 2}]
    return [(Rule.STOCK, 2)]


@fault
def forgets_a_lock_or_invents_one(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, stops(plan))
    if found is None:
        return None
    found[2]["pinned"] = not found[2]["pinned"]
    return [(Rule.LOCK, 1)]


@fault
def brings_somebody_along(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, [f for f in stops(plan) if len(f[2]["crew"]) == 1])
    if found is None:
        return None
    found[2]["crew"] = sorted([*found[2]["crew"], "somebody"])
    return [(Rule.CREW, 1)]


@fault
def is_led_by_somebody_else(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, [f for f in stops(plan) if len(f[2]["crew"]) == 1])
    if found is None:
        return None
    found[2]["lead"] = "somebody"
    return [(Rule.CREW, 1)]


@fault
def does_not_name_one_of_the_crew(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, [f for f in stops(plan) if len(f[2]["crew"]) > 1])
    if found is None:
        return None
    found[2]["crew"] = found[2]["crew"][1:]
    return [(Rule.CREW, 1)]


@fault
def names_no_lead(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    found = some(rng, [f for f in stops(plan) if len(f[2]["crew"]) > 1])
    if found is None:
        return None
    found[2]["lead"] = ""
    return [(Rule.CREW, 1)]


# --- the stop at the branch -----------------------------------------------------------------------------------------


def at_branch(moment: str, seconds: int, rule: Rule) -> Fault:
    def plant(plan: Plan, problem: Problem, rng: Random) -> Found | None:
        route = some(rng, [route for route in plan["routes"] if "branch_stop" in route])
        if route is None:
            return None
        route["branch_stop"][moment] = moved(route["branch_stop"][moment], seconds)
        return [(rule, abs(seconds))]

    return plant


FAULTS["arrives_early_at_the_branch"] = at_branch("arrive", -60, Rule.TRAVEL)
FAULTS["starts_late_at_the_branch"] = at_branch("start", 1, Rule.SHIFT)
FAULTS["stays_shorter_at_the_branch"] = at_branch("end", -300, Rule.SHIFT)


@fault
def is_to_leave_for_the_branch_before_it_can(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    first = [route for route in plan["routes"] if "branch_stop" in route and route["branch_stop"]["before"] == 0]
    route = some(rng, [route for route in first if not route["break"] or route["break"]["slot"] > 0])
    if route is None:
        return None
    route["branch_stop"]["leave_by"] = moved(route["depart"], -1)
    return [(Rule.TRAVEL, 1)]


# --- what stays out -------------------------------------------------------------------------------------------------


@fault
def says_nothing_of_a_visit(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    entry = some(rng, plan["unassigned"])
    if entry is None:
        return None
    plan["unassigned"].remove(entry)
    return [(Rule.UNASSIGNED, 1)]


@fault
def leaves_a_visit_out_three_times(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    entry = some(rng, plan["unassigned"])
    if entry is None:
        return None
    plan["unassigned"] += [entry, entry]
    return [(Rule.UNASSIGNED, 2)]


@fault
def lets_a_broken_promise_wait(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    entry = some(rng, plan["unassigned"])
    if entry is None:
        return None
    entry["state"] = "waits" if entry["state"] != "waits" else "will_break"
    return [(Rule.UNASSIGNED, 1)]


@fault
def says_another_due_day(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    entry = some(rng, plan["unassigned"])
    if entry is None:
        return None
    due = problem.first_day if entry["due"] is None else date.fromisoformat(entry["due"]) + timedelta(days=1)
    entry["due"] = due.isoformat()
    return [(Rule.UNASSIGNED, 1)]


@fault
def leaves_out_what_nobody_knows(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    plan["unassigned"].append({"visit": "nobody", "state": "waits", "due": None, "reasons": []})
    return [(Rule.UNASSIGNED, 1)]


@fault
def leaves_out_what_it_serves(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    plain = [
        stop
        for _, _, stop in stops(plan)
        if (order := problem.order_of(problem.visit_by_id[stop["visit"]])).due_day is None and not order.promised
    ]
    stop = some(rng, plain)
    if stop is None:
        return None
    plan["unassigned"].append({"visit": stop["visit"], "state": "waits", "due": None, "reasons": []})
    return [(Rule.ONCE, 1)]


# --- costs ----------------------------------------------------------------------------------------------------------


def costs_more(rule: Rule) -> Fault:
    def plant(plan: Plan, problem: Problem, rng: Random) -> Found | None:
        plan["costs"][str(rule)] += 3
        return [(rule, 3)]

    return plant


FAULTS.update({f"{rule}_costs_more": costs_more(rule) for rule in SOFT_RULES})


@fault
def costs_nothing(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    rule = some(rng, [rule for rule in SOFT_RULES if plan["costs"][str(rule)]])
    if rule is None:
        return None
    cents, plan["costs"][str(rule)] = plan["costs"][str(rule)], 0
    return [(rule, cents)]


@fault
def does_not_say_what_it_costs(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    rule = some(rng, [rule for rule in SOFT_RULES if plan["costs"][str(rule)]])
    return None if rule is None else [(rule, plan["costs"].pop(str(rule)))]


@fault
def is_cheap_by_a_negative_cost(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    cents, plan["costs"]["travel"] = plan["costs"]["travel"], -1_000_000
    return [(Rule.TRAVEL, cents + 1_000_000)]


@fault
def moves_a_cost_to_another_rule(plan: Plan, problem: Problem, rng: Random) -> Found | None:
    plan["costs"]["travel"] += 250
    plan["costs"]["stability"] -= 250
    return [(Rule.TRAVEL, 250), (Rule.STABILITY, 250)]
