"""What a plan is worth in its format's own numbers, from the parsed file and the routes alone.

Nothing of the optimizer is used here: neither its rounding nor its timing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.readers.days import DaysInstance
    from benchmarks.readers.pillac import Node, PillacInstance

#: Technician to the visits in driving order, ids as text; `DEPOT` is a stop at the depot.
Routes = Mapping[str, Sequence[str]]

DEPOT = "0"

#: Minutes by which a start may pass its window: what 20 figures printed with four decimals may add up to.
TOLERANCE_MIN = 1e-3


@dataclass(frozen=True, slots=True)
class Measured:
    """A plan's worth.

    Parameters
    ----------
    value
        The format's objective, in the format's unit.
    unserved
        How many visits no route serves.
    faults
        Broken rules of the format, as sentences; empty when the plan is feasible.
    """

    value: float
    unserved: int
    faults: tuple[str, ...] = ()

    @property
    def is_feasible(self) -> bool:
        """Say whether the plan keeps every rule of its format."""
        return not self.faults


def count_faults(routes: Routes, *, technicians: Iterable[str], visits: Iterable[str]) -> list[str]:
    """Name unknown technicians, unknown visits, and visits served twice."""
    known_people, known_visits = set(technicians), set(visits)
    served = Counter(visit_id for stops in routes.values() for visit_id in stops)
    return (
        [f"unknown technician {tech_id}" for tech_id in routes if tech_id not in known_people]
        + [f"unknown visit {visit_id}" for visit_id in served if visit_id not in known_visits]
        + [f"visit {visit_id} is served {times} times" for visit_id, times in served.items() if times > 1]
    )


# --- benchmark days: integer minutes and cents ------------------------------------------------------------


def measure_day(day: DaysInstance, routes: Routes) -> Measured:
    """Return the cents of a plan for a benchmark day; a route that breaks a rule counts as not driven."""
    faults = count_faults(routes, technicians=day.technicians, visits=day.orders)
    served = {visit_id for stops in routes.values() for visit_id in stops}
    unserved = [order for order_id, order in day.orders.items() if order_id not in served]
    cents = sum(day.costs["drop"][str(order["priority"])] for order in unserved)
    if faults:
        return Measured(cents, len(unserved), tuple(faults))
    work_min = dict.fromkeys(day.technicians, 0)
    for tech_id, stops in routes.items():
        if not stops:
            continue
        faults += _skill_faults(day, tech_id, stops)
        timing = _timing_cents(day, tech_id, stops)
        if timing is None:
            faults.append(f"{tech_id} finds no place for the break or is back too late")
            continue
        travel_min = sum(_legs(day, stops))
        work_min[tech_id] = travel_min + sum(_service_min(day, tech_id, visit_id) for visit_id in stops)
        cents += timing + day.costs["travel"] * travel_min + _people_cents(day, tech_id, stops, work_min[tech_id])
    faults += _stock_faults(day, served)
    return Measured(cents + _spread_cents(day, work_min), len(unserved), tuple(faults))


def route_cents(day: DaysInstance, tech_id: str, stops: Sequence[str]) -> int | None:
    """Return what one technician's route costs, without the spread; `None` when break or return have no place."""
    if not stops:
        return 0
    timing = _timing_cents(day, tech_id, stops)
    if timing is None:
        return None
    travel_min = sum(_legs(day, stops))
    work_min = travel_min + sum(_service_min(day, tech_id, visit_id) for visit_id in stops)
    return timing + int(day.costs["travel"]) * travel_min + _people_cents(day, tech_id, stops, work_min)


def _legs(day: DaysInstance, stops: Sequence[str]) -> list[int]:
    rows = [0, *(int(visit_id) for visit_id in stops), 0]
    return [day.travel_min[rows[k]][rows[k + 1]] for k in range(len(rows) - 1)]


def _service_min(day: DaysInstance, tech_id: str, visit_id: str) -> int:
    order = day.orders[visit_id]
    level = day.technicians[tech_id]["skills"].get(order["skill"], 0)
    return int(order["base"]) + (int(day.costs["low_level_extra"]) if level == 1 else 0)


def _timing_cents(day: DaysInstance, tech_id: str, stops: Sequence[str]) -> int | None:
    """Return lateness plus overtime with the break where they are least; `None` when it fits nowhere."""
    priced = [_cents_with_break(day, tech_id, stops, slot) for slot in range(2 * len(stops) + 2)]
    return min((cents for cents in priced if cents is not None), default=None)


def _cents_with_break(day: DaysInstance, tech_id: str, stops: Sequence[str], slot: int) -> int | None:
    """Price one place of the break: slot 2k is before leg k, 2k + 1 after it."""
    tech, costs = day.technicians[tech_id], day.costs
    now, cents = int(tech["shift_start"]), 0
    for leg, travel_min in enumerate(_legs(day, stops)):
        for at_slot, minutes in ((2 * leg, travel_min), (2 * leg + 1, 0)):
            if at_slot == slot:
                begin = max(now, day.break_["start_min"])
                if begin > day.break_["start_max"]:
                    return None
                now = begin + day.break_["len"]
            now += minutes
        if leg < len(stops):
            open_min, close_min = day.orders[stops[leg]]["tw"]
            now = max(now, open_min)
            late = max(0, now - close_min)
            small = min(late, costs["late_limit"])
            cents += costs["late_small"] * small + costs["late_big"] * (late - small)
            now += _service_min(day, tech_id, stops[leg])
    if now > tech["hard_end"]:
        return None
    return int(cents + costs["overtime"] * max(0, now - tech["regular_end"]))


def _people_cents(day: DaysInstance, tech_id: str, stops: Sequence[str], work_min: int) -> int:
    preferred = [day.orders[visit_id]["preferred"] for visit_id in stops]
    missed = sum(1 for wanted in preferred if wanted and wanted != tech_id)
    cents = missed * int(day.costs["preferred_miss"])
    if day.technicians[tech_id]["contractor"]:
        cents += int(day.costs["contractor_fixed"]) + int(day.costs["contractor_minute"]) * work_min
    return cents


def _spread_cents(day: DaysInstance, work_min: Mapping[str, int]) -> int:
    staff = [work_min[tech_id] for tech_id, tech in day.technicians.items() if not tech["contractor"]]
    if not staff:
        return 0
    spread = len(staff) * sum(minutes**2 for minutes in staff) - sum(staff) ** 2
    return int(day.costs["fair"]) * spread // len(staff) // 100


def _skill_faults(day: DaysInstance, tech_id: str, stops: Sequence[str]) -> list[str]:
    held: Mapping[str, int] = day.technicians[tech_id]["skills"]
    wanted = [(visit_id, day.orders[visit_id]) for visit_id in stops]
    return [
        f"{tech_id} lacks {order['skill']} level {order['level']} for visit {visit_id}"
        for visit_id, order in wanted
        if held.get(order["skill"], 0) < order["level"]
    ]


def _stock_faults(day: DaysInstance, served: Iterable[str]) -> list[str]:
    used: Counter[str] = Counter()
    for visit_id in served:
        used.update({str(part): int(quantity) for part, quantity in day.orders[visit_id]["parts"].items()})
    return [f"part {part}: {used[part]} used of {stock}" for part, stock in day.parts.items() if used[part] > stock]


# --- Pillac and Praxedo: double minutes -------------------------------------------------------------------


def measure_pillac(instance: PillacInstance, routes: Routes) -> Measured:
    """Return the sum of route durations in minutes, in doubles, with the unserved requests beside it."""
    homes = {str(home.node_id): home for home in instance.homes}
    requests = {str(request.node_id): request for request in instance.requests}
    visits = {tech_id: [stop for stop in stops if stop != DEPOT] for tech_id, stops in routes.items()}
    faults = count_faults(visits, technicians=homes, visits=requests)
    served = {visit_id for stops in visits.values() for visit_id in stops}
    unserved = len(set(requests) - served)
    if faults:
        return Measured(0.0, unserved, tuple(faults))
    total_min = 0.0
    for tech_id, stops in routes.items():
        nodes = [instance.depot if stop == DEPOT else requests[stop] for stop in stops]
        faults += _route_faults(instance, homes[tech_id], nodes)
        faults += _supply_faults(instance, homes[tech_id], nodes)
        total_min += duration_min(instance, homes[tech_id], nodes)
    return Measured(total_min, unserved, tuple(faults))


def duration_min(instance: PillacInstance, home: Node, stops: Sequence[Node]) -> float:
    """Return a route's minutes from the latest departure that keeps its earliest return, to that return."""
    if not stops:
        return 0.0
    starts, back_min = _earliest(instance, home, stops)
    latest_min, after = back_min, home
    for stop in reversed(stops):
        end_min = latest_min - instance.travel_min[stop.node_id, after.node_id]
        latest_min, after = min(stop.close_min, end_min - stop.service_min), stop
    # A start that passes its window within the tolerance would else ask for a departure before the earliest.
    first_min = max(latest_min, starts[0])
    return float(back_min - (first_min - instance.travel_min[home.node_id, after.node_id]))


def _earliest(instance: PillacInstance, home: Node, stops: Sequence[Node]) -> tuple[list[float], float]:
    now, here, starts = home.open_min, home, []
    for stop in stops:
        now = max(now + instance.travel_min[here.node_id, stop.node_id], stop.open_min)
        starts.append(now)
        now, here = now + stop.service_min, stop
    return starts, now + instance.travel_min[here.node_id, home.node_id]


def _route_faults(instance: PillacInstance, home: Node, stops: Sequence[Node]) -> list[str]:
    starts, back_min = _earliest(instance, home, stops)
    faults = [
        f"{'the stop at the depot' if stop is instance.depot else f'visit {stop.node_id}'} "
        f"starts {start - stop.close_min:.4f} min after its window"
        for stop, start in zip(stops, starts, strict=True)
        if start > stop.close_min + TOLERANCE_MIN
    ]
    if stops and back_min > home.close_min + TOLERANCE_MIN:
        faults.append(f"technician {home.node_id} is back {back_min - home.close_min:.4f} min too late")
    for stop in stops:
        missing = stop.skills - home.skills
        if missing:
            faults.append(f"technician {home.node_id} lacks skills {sorted(missing)} for visit {stop.node_id}")
    return faults


def _supply_faults(instance: PillacInstance, home: Node, stops: Sequence[Node]) -> list[str]:
    """Name tools and parts that a technician does not hold; behind the depot he has every tool and enough parts."""
    visits = stops[: stops.index(instance.depot)] if instance.depot in stops else stops
    depots = sum(stop is instance.depot for stop in stops)
    faults = [f"technician {home.node_id} stops at the depot {depots} times"] if depots > 1 else []
    left = dict(enumerate(home.parts))
    for stop in visits:
        if missing := stop.tools - home.tools:
            faults.append(f"technician {home.node_id} lacks tools {sorted(missing)} for visit {stop.node_id}")
        for part, quantity in enumerate(stop.parts):
            left[part] = left.get(part, 0) - quantity
            if quantity and left[part] < 0:
                faults.append(f"technician {home.node_id} lacks {-left[part]} of part {part} for visit {stop.node_id}")
    return faults
