"""A plan for other systems: each drive with its seconds and metres, each wait, places and ids, reasons as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.problem import BRANCH_PLACE, end_key, start_key
from optimizer.report.days import technician_days
from optimizer.report.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.order import Place
    from optimizer.domain.plan import Plan, Route, Stop
    from optimizer.domain.problem import Problem
    from optimizer.report.days import TechnicianDay
    from optimizer.travel.matrix import TravelMatrix


def plan_details(problem: Problem, matrix: TravelMatrix, plan: Plan, lang: str) -> dict[str, Any]:
    """Return what a plan file leaves to be worked out, ready for JSON.

    Returns
    -------
    dict
        `routes`, in the order of the plan: `technician`, `date`, `travel_s`, `travel_m`, `service_s`, `waiting_s`, the
        `geometry` of the way (GeoJSON, longitude first) along straight lines (`geometry_along`), and `stops`, each
        with `visit`, `order`, `customer`, `lat`, `lon`, and of the way to it and the time there `travel_s` (the door
        included), `travel_m`, `waiting_s` and `service_s`; `return_travel_s`, `return_travel_m`. `unassigned`: `visit`,
        `order`, `customer`, `lat`, `lon` and `reasons`, a sentence each, in `lang`.
    """
    places = problem.places()
    days = {(day.technician.technician_id, day.shift.day): day for day in technician_days(problem, matrix, plan)}
    wording = Wording(lang, problem.branch.region)
    routes = [
        _route(problem, places, route, days[route.technician_id, route.day])
        for route in plan.routes
        if (route.technician_id, route.day) in days
    ]
    left_out = [
        {
            **_about(problem, entry.visit_id),
            "reasons": wording.reasons(entry, problem),
        }
        for entry in plan.unassigned
        if entry.visit_id in problem.visit_by_id
    ]
    return {"routes": routes, "unassigned": left_out}


def _route(problem: Problem, places: Mapping[str, Place], route: Route, day: TechnicianDay) -> dict[str, Any]:
    stops = [_stop(problem, day, number, stop) for number, stop in enumerate(route.stops)]
    home = day.legs[-1]
    technician = day.technician
    keys = [start_key(technician), *route.stop_ids, end_key(technician)]
    way = [places[BRANCH_PLACE if key == BRANCH_STOP else key] for key in keys]
    return {
        "technician": route.technician_id,
        "date": problem.date_of(route.day).isoformat(),
        "travel_s": day.travel_s,
        "travel_m": day.metres,
        "service_s": day.service_s,
        "waiting_s": sum(stop["waiting_s"] for stop in stops),
        "return_travel_s": home.travel_s,
        "return_travel_m": home.metres,
        "geometry": {"type": "LineString", "coordinates": [[place.lon, place.lat] for place in way]},
        "geometry_along": "straight",
        "stops": stops,
    }


def _stop(problem: Problem, day: TechnicianDay, number: int, stop: Stop) -> dict[str, Any]:
    way = day.way_to(number)
    return {
        **_about(problem, stop.visit_id),
        "travel_s": sum(leg.travel_s for leg in way),
        "travel_m": sum(leg.metres for leg in way),
        "waiting_s": stop.start_s - stop.arrive_s - _resting_s(day, stop),
        "service_s": stop.work_s,
    }


def _resting_s(day: TechnicianDay, stop: Stop) -> int:
    """Return how much of the time between arrival and start is the technician's break."""
    rest = day.break_s
    return 0 if rest is None else max(0, min(rest[1], stop.start_s) - max(rest[0], stop.arrive_s))


def _about(problem: Problem, visit_id: str) -> dict[str, Any]:
    visit = problem.visit_by_id[visit_id]
    return {
        "visit": visit_id,
        "order": visit.order_id,
        "customer": problem.customer_of(visit).customer_id,
        "lat": visit.place.lat,
        "lon": visit.place.lon,
    }
