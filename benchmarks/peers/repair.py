"""Make a peer's plan for a benchmark day keep every rule, and complete it: kind to peers that cannot say them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measure import route_cents

if TYPE_CHECKING:
    from benchmarks.measure import Routes
    from benchmarks.readers.days import DaysInstance


def repair_day(day: DaysInstance, routes: Routes) -> dict[str, list[str]]:
    """Return the plan with its faults taken out, and with what is left put in wherever that pays.

    In this order: visits that the technician cannot do or that are served twice, parts beyond the stock (the cheapest
    to leave out go), routes without room for the break or back too late; a visit that makes its route dear by lateness
    goes where it costs less, or out; then every absent visit, dearest first, goes to its cheapest place.
    """
    plan = _able(day, routes)
    _keep_stock(day, plan)
    for tech_id, stops in plan.items():
        _keep_hours(day, tech_id, stops)
    _move_late(day, plan)
    _complete(day, plan)
    return {tech_id: stops for tech_id, stops in plan.items() if stops}


def _able(day: DaysInstance, routes: Routes) -> dict[str, list[str]]:
    seen: set[str] = set()
    plan: dict[str, list[str]] = {tech_id: [] for tech_id in day.technicians}
    for tech_id, stops in routes.items():
        for visit_id in stops:
            if visit_id not in seen and _can(day, tech_id, visit_id):
                plan[tech_id].append(visit_id)
                seen.add(visit_id)
    return plan


def _keep_stock(day: DaysInstance, plan: dict[str, list[str]]) -> None:
    for part, on_hand in day.parts.items():
        users = [
            (_drop(day, i), i, who) for who, stops in plan.items() for i in stops if part in day.orders[i]["parts"]
        ]
        used = sum(day.orders[visit_id]["parts"][part] for _, visit_id, _ in users)
        for _, visit_id, tech_id in sorted(users):
            if used <= on_hand:
                break
            plan[tech_id].remove(visit_id)
            used -= day.orders[visit_id]["parts"][part]


def _keep_hours(day: DaysInstance, tech_id: str, stops: list[str]) -> None:
    while route_cents(day, tech_id, stops) is None:
        without = {i: route_cents(day, tech_id, [other for other in stops if other != i]) for i in stops}
        stops.remove(min(stops, key=lambda i: (without[i] is None, _drop(day, i) + (without[i] or 0))))


def _move_late(day: DaysInstance, plan: dict[str, list[str]]) -> None:
    # Less than a full first tier of lateness and an hour's way is nothing that a peer did not mean.
    is_dear = int(day.costs["late_small"]) * int(day.costs["late_limit"]) + 60 * int(day.costs["travel"])
    for tech_id in plan:
        for visit_id in list(plan[tech_id]):
            rest = [other for other in plan[tech_id] if other != visit_id]
            now, then = route_cents(day, tech_id, plan[tech_id]), route_cents(day, tech_id, rest)
            if now is None or then is None or now - then <= is_dear:
                continue
            saved = now - then
            place = _cheapest_place(day, plan | {tech_id: rest}, visit_id)
            if place is not None and place[0] < min(saved, _drop(day, visit_id)):
                plan[tech_id] = rest
                plan[place[1]] = place[2]
            elif saved > _drop(day, visit_id):
                plan[tech_id] = rest


def _complete(day: DaysInstance, plan: dict[str, list[str]]) -> None:
    served = {visit_id for stops in plan.values() for visit_id in stops}
    left = dict(day.parts)
    for visit_id in served:
        _take(day, left, visit_id)
    for visit_id in sorted(set(day.orders) - served, key=lambda i: (-_drop(day, i), int(i))):
        if any(left[part] < quantity for part, quantity in day.orders[visit_id]["parts"].items()):
            continue
        place = _cheapest_place(day, plan, visit_id)
        if place is not None and place[0] < _drop(day, visit_id):
            plan[place[1]] = place[2]
            _take(day, left, visit_id)


def _cheapest_place(day: DaysInstance, plan: dict[str, list[str]], visit_id: str) -> tuple[int, str, list[str]] | None:
    """Return the extra cents of the best insertion, the technician, and the route with the visit in it."""
    best: tuple[int, str, list[str]] | None = None
    for tech_id, stops in plan.items():
        if not _can(day, tech_id, visit_id):
            continue
        rows, now = [0, *(int(stop) for stop in stops), 0], None
        for k in range(len(stops) + 1):
            if best is not None and _detour_cents(day, rows[k], int(visit_id), rows[k + 1]) >= best[0]:
                continue
            now = route_cents(day, tech_id, stops) if now is None else now
            tried = [*stops[:k], visit_id, *stops[k:]]
            then = route_cents(day, tech_id, tried)
            if now is not None and then is not None and (best is None or then - now < best[0]):
                best = (then - now, tech_id, tried)
    return best


def _detour_cents(day: DaysInstance, before: int, row: int, after: int) -> int:
    """Return the price of the longer way alone: serving one more visit makes nothing else on a route cheaper."""
    longer = day.travel_min[before][row] + day.travel_min[row][after] - day.travel_min[before][after]
    return int(day.costs["travel"]) * longer


def _take(day: DaysInstance, left: dict[str, int], visit_id: str) -> None:
    for part, quantity in day.orders[visit_id]["parts"].items():
        left[part] -= quantity


def _can(day: DaysInstance, tech_id: str, visit_id: str) -> bool:
    order = day.orders[visit_id]
    return int(day.technicians[tech_id]["skills"].get(order["skill"], 0)) >= int(order["level"])


def _drop(day: DaysInstance, visit_id: str) -> int:
    return int(day.costs["drop"][str(day.orders[visit_id]["priority"])])
