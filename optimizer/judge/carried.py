"""The judge's rules of what a route carries: its load between two departures from the branch, and tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.judge.facts import Tour
    from optimizer.judge.judged import JudgedPlan


@dataclass(frozen=True, slots=True)
class Carried:
    """What a technician carries of one quantity from a departure at the branch to the next, and the limit."""

    quantity: str
    amount: int
    limit: int


def loads_of(tour: Tour) -> list[Carried]:
    """Return what a tour carries of each limited quantity, up to its stop at the branch and from there on."""
    limits: dict[str, int] = {}
    for most in tour.technician.capacity:
        limits[most.quantity] = min(most.amount, limits.get(most.quantity, most.amount))
    if not limits:
        return []
    split = len(tour.places) if tour.branch_at is None else tour.branch_at
    found = []
    for part in (tour.places[:split], tour.places[split:]):
        sums: dict[str, int] = {}
        for service in part:
            for need in service.visit.loads if service.visit is not None and service.pays else ():
                sums[need.quantity] = sums.get(need.quantity, 0) + need.amount
        found += [Carried(name, sums[name], limit) for name, limit in sorted(limits.items()) if name in sums]
    return found


def load(judged: JudgedPlan) -> Iterator[Violation]:
    """Find routes that carry more than their technician can, between two departures from the branch."""
    for day in judged.days:
        who = day.technician.technician_id
        for one in loads_of(day.timed.tour):
            if one.amount > one.limit:
                message = f"{who} would carry {one.amount} {one.quantity}; the limit is {one.limit}."
                yield Violation(Rule.LOAD, one.amount - one.limit, one.quantity, message, who)


def tools_out(tours: Iterable[Tour]) -> dict[str, int]:
    """Return how many units of each tool are out on a day: of each route the most that one visit needs, less own."""
    out: dict[str, int] = {}
    for tour in tours:
        for tool_id, units in tools_of(tour).items():
            own = sum(tool.units for tool in tour.technician.own_tools if tool.tool_id == tool_id)
            out[tool_id] = out.get(tool_id, 0) + max(0, units - own)
    return out


def tools_of(tour: Tour) -> dict[str, int]:
    """Return the most units of each tool that one visit of a tour needs; the lead of a crew brings its tools."""
    most: dict[str, int] = {}
    for service in tour.places:
        if service.visit is not None and service.visit.tools and service.pays:
            for tool_id, units in tool_units(service.visit).items():
                most[tool_id] = max(units, most.get(tool_id, 0))
    return most


def tool_units(visit: Visit) -> dict[str, int]:
    """Return how many units of each tool a visit needs."""
    needs: dict[str, int] = {}
    for need in visit.tools:
        needs[need.tool_id] = needs.get(need.tool_id, 0) + need.units
    return needs


def units_there(problem: Problem, tool_id: str) -> int:
    """Return how many units of a tool the branch has."""
    return sum(tool.units for tool in problem.tools if tool.tool_id == tool_id)


def tool(judged: JudgedPlan) -> Iterator[Violation]:
    """Find days on which more units of a tool are out than exist."""
    for index in sorted({day.route.day for day in judged.days}):
        out = tools_out([day.timed.tour for day in judged.days if day.route.day == index])
        for tool_id, units in sorted(out.items()):
            there = units_there(judged.problem, tool_id)
            if units > there:
                on = judged.problem.date_of(index)
                message = f"Tool {tool_id}: {units} would be out on {on}, there are {there}."
                yield Violation(Rule.TOOL, units - there, "tools", message)
