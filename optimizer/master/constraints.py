"""What couples routes: one function a rule, in the order of `add_constraints`.

Everything that binds a single route (windows, breaks, skills, locks of person and time) is true of every pooled
route already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.arrays import MANDATORY_CENTS, S_AT_HOME, V_PRICE

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from optimizer.arrays import ProblemArrays
    from optimizer.master.variables import Variables
    from optimizer.routes import PooledRoute


def add_constraints(model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables) -> None:
    """Add every rule that couples routes."""
    add_once(model, arrays, variables)
    add_one_route_a_day(model, arrays, variables)
    add_stock(model, arrays, variables)
    add_lock(model, arrays, variables)


def add_once(model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables) -> None:
    """Put each visit on exactly one chosen route, or leave it out."""
    for visit in range(len(arrays.visit)):
        model.add_exactly_one([*variables.serving(visit), variables.absent[visit]])


def add_one_route_a_day(model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables) -> None:
    """Give each technician-day at most one route."""
    for shift in range(len(arrays.shift)):
        model.add_at_most_one(variables.routes_of(shift))


def add_stock(model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables) -> None:
    """Keep, for each stock row, sum of what the chosen routes use <= what is there."""
    uses = [stock_use(arrays, route) for route in variables.routes]
    for row in range(len(arrays.row_cap)):
        terms = [use[row] * chosen for use, chosen in zip(uses, variables.chosen, strict=True) if use.get(row)]
        if terms:
            model.add(sum(terms) <= int(arrays.row_cap[row]))


def add_lock(model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables) -> None:
    """Keep a locked visit from being absent, unless no pooled route has it."""
    for visit in range(len(arrays.visit)):
        if arrays.visit[visit, V_PRICE] >= MANDATORY_CENTS and variables.serving(visit):
            model.add(variables.absent[visit] == 0)


def stock_use(arrays: ProblemArrays, route: PooledRoute) -> dict[int, int]:
    """Return what a route draws from each stock row."""
    use: dict[int, int] = {}
    at_home = arrays.shift[route.shift, S_AT_HOME] == 1
    for visit in route.visits:
        for entry in range(arrays.row_first[visit], arrays.row_first[visit + 1]):
            row = int(arrays.row_of[entry])
            if arrays.row_home[row] == 0 or at_home:
                use[row] = use.get(row, 0) + int(arrays.row_use[entry])
    return use
