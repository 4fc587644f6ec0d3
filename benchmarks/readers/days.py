"""Benchmark days: one-day technician problems in JSON, integer minutes and integer cents.

The format prices like the rule book, with these choices: no arrival lead, any lateness at its price, squared
spread of the staff's minutes, half an hour more for a skill held at level 1, an hour of overtime, and a break
that every used technician takes. All of it fits whole seconds and whole cents: reading rounds nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.errors import FormatError
from optimizer.domain.order import Customer, Interval, Order, PartNeed, Place, SkillNeed, Visit
from optimizer.domain.policy import Fairness, Policy
from optimizer.domain.problem import BRANCH_PLACE, Branch, Problem
from optimizer.domain.stock import Part
from optimizer.domain.technician import Break, Employment, HeldSkill, Shift, Technician
from optimizer.domain.units import DAY_S, MINUTE_S
from optimizer.ingest.settings.policy import load_policy
from optimizer.travel.geodesic import GeodesicProvider
from optimizer.travel.matrix import TravelMatrix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROFILE = "car"

#: Any working day will do: the format knows no dates, so that nothing is ever due or expired.
_DAY = date(2026, 11, 23)

_SECTIONS = ("break_", "costs", "depot", "orders", "parts", "techs", "travel")


@dataclass(frozen=True, slots=True)
class DaysInstance:
    """One benchmark day in its own words and minutes, as in the file.

    Parameters
    ----------
    break_, costs, depot, parts
        The file's objects of these names.
    technicians, orders
        The file's objects by id; the key of an order is its number as text.
    travel_min
        Whole minutes from row to column; row 0 is the depot, row i the order with number i.
    """

    name: str
    break_: Mapping[str, int]
    costs: Mapping[str, Any]
    depot: Mapping[str, float]
    parts: Mapping[str, int]
    technicians: Mapping[str, Mapping[str, Any]]
    orders: Mapping[str, Mapping[str, Any]]
    travel_min: Sequence[Sequence[int]]


def recognises(text: str) -> bool:
    """Say whether a file looks like a benchmark day."""
    return text.lstrip().startswith("{") and all(f'"{section}"' in text for section in _SECTIONS)


def parse(text: str, *, name: str) -> DaysInstance:
    """Read the JSON of a benchmark day.

    Raises
    ------
    FormatError
        When the JSON is broken, order numbers are not 1 to N, or the travel table does not fit them.
    """
    try:
        day = json.loads(text)
    except ValueError as fault:
        raise FormatError(f"{name}: not JSON: {fault}") from fault
    size = len(day["orders"]) + 1
    if [order["id"] for order in day["orders"]] != list(range(1, size)):
        raise FormatError(f"{name}: order ids must be 1 to {size - 1} in this order")
    if len(day["travel"]) != size or any(len(row) != size for row in day["travel"]):
        raise FormatError(f"{name}: travel must be a table of {size} x {size} minutes")
    return DaysInstance(
        name=day.get("name", name),
        break_=day["break_"],
        costs=day["costs"],
        depot=day["depot"],
        parts=day["parts"],
        technicians={tech["id"]: tech for tech in day["techs"]},
        orders={str(order["id"]): order for order in day["orders"]},
        travel_min=day["travel"],
    )


def problem_of(day: DaysInstance) -> Problem:
    """Return the problem that prices exactly as the format does."""
    orders = day.orders.values()
    return Problem(
        branch=Branch("depot", day.name, Place(day.depot["lat"], day.depot["lon"])),
        first_day=_DAY,
        as_of_s=-DAY_S // 3,  # 16:00 on the eve
        customers=tuple(_customer(order) for order in orders),
        orders=tuple(_order(order) for order in orders),
        visits=tuple(_visit(order) for order in orders),
        technicians=tuple(_technician(tech, day) for tech in day.technicians.values()),
        shifts=tuple(_shift(tech, day) for tech in day.technicians.values()),
        parts=tuple(Part(part_id, part_id, on_hand) for part_id, on_hand in day.parts.items()),
        policy=_policy(day.costs),
    )


def matrix_of(day: DaysInstance, problem: Problem) -> TravelMatrix:
    """Return the format's own minutes as seconds; metres, which it has none of, are estimated for display."""
    places = problem.places()
    if tuple(places) != (BRANCH_PLACE, *day.orders):
        raise FormatError(f"{day.name}: places must be the depot and the orders by number")
    estimate = GeodesicProvider().matrix(places, [PROFILE])
    return TravelMatrix(
        keys=tuple(places),
        profiles=(PROFILE,),
        seconds=np.array([day.travel_min], dtype=np.int32) * np.int32(MINUTE_S),
        metres=estimate.metres,
        provenance={"provider": "instance", "instance": day.name, "metres": "geodesic estimate, for display"},
    )


def _policy(costs: Mapping[str, Any]) -> Policy:
    drop = costs["drop"]
    return replace(
        load_policy("bench"),
        unassigned_cents=(drop["1"], drop["2"], drop["3"], drop["4"], drop["5"]),
        unassigned_due_pct=(100, 100, 100, 100),
        late_small_cents=costs["late_small"],
        late_small_s=costs["late_limit"] * MINUTE_S,
        late_large_cents=costs["late_big"],
        travel_cents=costs["travel"],
        overtime_cents=costs["overtime"],
        contractor_day_cents=costs["contractor_fixed"],
        contractor_minute_cents=costs["contractor_minute"],
        continuity_cents=costs["preferred_miss"],
        fairness=Fairness.SPREAD,
        spread_weight=costs["fair"],
        overqualified_cents=0,
        dropped_cents=0,
        other_technician_cents=0,
        other_time_cents=0,
    )


def _customer(order: Mapping[str, Any]) -> Customer:
    preferred = order["preferred"]
    return Customer(str(order["id"]), str(order["id"]), served_by=(preferred,) if preferred else ())


def _order(order: Mapping[str, Any]) -> Order:
    order_id, (open_min, close_min) = str(order["id"]), order["tw"]
    window = Interval(open_min * MINUTE_S, close_min * MINUTE_S)
    return Order(order_id, customer_id=order_id, promised=(window,), priority=order["priority"])


def _visit(order: Mapping[str, Any]) -> Visit:
    return Visit(
        visit_id=str(order["id"]),
        order_id=str(order["id"]),
        place=Place(order["lat"], order["lon"]),
        base_s=order["base"] * MINUTE_S,
        skills=(SkillNeed(order["skill"], order["level"]),),
        parts=tuple(PartNeed(part_id, quantity) for part_id, quantity in order["parts"].items()),
    )


def _technician(tech: Mapping[str, Any], day: DaysInstance) -> Technician:
    extra_s = day.costs["low_level_extra"] * MINUTE_S
    return Technician(
        technician_id=tech["id"],
        name=tech["id"],
        employment=Employment.CONTRACTOR if tech["contractor"] else Employment.EMPLOYEE,
        skills=tuple(
            HeldSkill(skill, level, surcharge_s=extra_s if level == 1 else 0) for skill, level in tech["skills"].items()
        ),
    )


def _shift(tech: Mapping[str, Any], day: DaysInstance) -> Shift:
    length_s = day.break_["len"] * MINUTE_S
    start_s, end_s = tech["shift_start"] * MINUTE_S, tech["regular_end"] * MINUTE_S
    window = Interval(day.break_["start_min"] * MINUTE_S, day.break_["start_max"] * MINUTE_S)
    shift = Shift(
        technician_id=tech["id"],
        day=0,
        start_s=start_s,
        end_s=end_s,
        overtime_limit_s=tech["hard_end"] * MINUTE_S - end_s,
        break_=Break(window, length_s),
        contracted_s=end_s - start_s - length_s,
        profile=PROFILE,
    )
    if not shift.needs_break:
        raise FormatError(f"{day.name}: the shift of {tech['id']} does not contain the break that the format demands")
    return shift
