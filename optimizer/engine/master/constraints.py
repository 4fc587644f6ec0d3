"""What couples routes: one function a rule, in the order of `add_constraints`.

Everything that binds a single route (windows, breaks, skills, locks of person and time) is true of every pooled
route already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.engine.arrays import (
    E_TOOL,
    MANDATORY_CENTS,
    O_OWN,
    R_DAYS,
    R_PARTS,
    R_VISITS,
    ROW_CAP,
    S_DAY,
    S_OWNER,
    V_HEAD,
    V_PRICE,
)
from optimizer.engine.stock_rows import own_parts_left, stock_use

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from optimizer.engine.arrays import ProblemArrays
    from optimizer.engine.master.variables import Variables
    from optimizer.engine.route_pool import PooledRoute


def add_constraints(model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables) -> None:
    """Add every rule that couples routes."""
    add_once(model, arrays, variables)
    add_one_route_a_day(model, arrays, variables)
    add_stock(model, arrays, variables)
    add_tool(model, arrays, variables)
    add_lock(model, arrays, variables)


def add_once(model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables) -> None:
    """Put each visit on exactly one chosen route, or leave it out."""
    for visit in range(arrays.rates[R_VISITS]):
        if arrays.visit[visit, V_HEAD] == visit:
            model.add_exactly_one([*variables.serving(visit), variables.unassigned[visit]])


def add_one_route_a_day(model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables) -> None:
    """Give each technician-day at most one route; one that others are bound to keeps the one it has."""
    for shift in range(len(arrays.shift)):
        if shift in variables.kept_shifts:
            model.add_exactly_one(variables.routes_of(shift))
        else:
            model.add_at_most_one(variables.routes_of(shift))


def add_stock(model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables) -> None:
    """Keep, for each stock row, sum of what the chosen routes use <= what is there."""
    uses = [stock_use(arrays, one.shift, one.visits, own_parts_left(arrays, one.shift)) for one in variables.routes]
    for row in range(len(arrays.row)):
        terms = [use[row] * chosen for use, chosen in zip(uses, variables.chosen, strict=True) if use.get(row)]
        if terms:
            model.add(sum(terms) <= int(arrays.row[row, ROW_CAP]))


def add_tool(model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables) -> None:
    """Keep, for each tool and day, the units that the chosen routes take out <= what exists."""
    outs = [tools_out(arrays, route) for route in variables.routes]
    for day in range(arrays.rates[R_DAYS]):
        for tool in range(len(arrays.tool_units)):
            terms = [
                out[tool] * chosen
                for route, out, chosen in zip(variables.routes, outs, variables.chosen, strict=True)
                if out[tool] and arrays.shift[route.shift, S_DAY] == day
            ]
            if terms:
                model.add(sum(terms) <= int(arrays.tool_units[tool]))


def add_lock(model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables) -> None:
    """Keep a locked visit from being left out, unless no pooled route has it."""
    for visit in range(arrays.rates[R_VISITS]):
        if arrays.visit[visit, V_PRICE] >= MANDATORY_CENTS and variables.serving(visit):
            model.add(variables.unassigned[visit] == 0)


def tools_out(arrays: ProblemArrays, route: PooledRoute) -> list[int]:
    """Return how many units of each tool a route takes out, those of its technician not counted."""
    most = [0] * len(arrays.tool_units)
    for visit in route.visits:
        for tool, units, *_ in arrays.entries_of(visit, E_TOOL):
            most[tool] = max(most[tool], int(units))
    own = arrays.owner[arrays.shift[route.shift, S_OWNER], O_OWN + arrays.rates[R_PARTS] :]
    return [max(0, units - int(mine)) for units, mine in zip(most, own, strict=True)]
