"""What the master minimises: routes, unassigned visits, and the spread of work where a policy prices it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.units import cents_per_minute
from optimizer.engine.arrays import (
    O_STAFF,
    R_LOAD_DIVISOR,
    R_RESERVE,
    R_SPREAD,
    R_STAFF,
    S_FREE,
    S_OFFSET,
    S_OWNER,
    V_PRICE,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ortools.sat.python import cp_model

    from optimizer.engine.arrays import ProblemArrays
    from optimizer.engine.master.variables import Variables
    from optimizer.engine.route_pool import PooledRoute


def set_objective(
    model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables, incumbent: Sequence[PooledRoute]
) -> list[int]:
    """Minimise the cents of the chosen routes and the unassigned visits; return those of each route.

    A route costs what the day costs more than unused, its load included. A spread of work couples routes by a square
    of their sum. Its price is taken as if only one route changed: against the incumbent's mean, and beside the
    incumbent's other days of the same technician. What the master calls better by that measure is compared again at
    its exact cost.
    """
    mean_s = mean_work(arrays, incumbent)
    work_s = [0] * len(arrays.owner)
    mine = dict.fromkeys(range(len(arrays.shift)), 0)
    for route in incumbent:
        work_s[arrays.shift[route.shift, S_OWNER]] += route.work_s
        mine[route.shift] = route.work_s
    cents = []
    for route in variables.routes:
        load = load_cents(arrays, route.shift, route.work_s) - load_cents(arrays, route.shift, 0)
        owner = int(arrays.shift[route.shift, S_OWNER])
        rest_s = work_s[owner] - mine[route.shift]
        spread = spread_cents(arrays, owner, rest_s + route.work_s, mean_s) - spread_cents(
            arrays, owner, rest_s, mean_s
        )
        cents.append(route.cost_cents + load + spread)
    terms = [price * chosen for price, chosen in zip(cents, variables.chosen, strict=True)]
    prices = arrays.visit[:, V_PRICE]
    terms += [int(price) * unassigned for price, unassigned in zip(prices, variables.unassigned, strict=True)]
    model.minimize(sum(terms))
    return cents


def load_cents(arrays: ProblemArrays, shift: int, work_s: int) -> int:
    """Return what the load of a technician-day costs."""
    divisor, rate = int(arrays.rates[R_LOAD_DIVISOR]), int(arrays.rates[R_RESERVE])
    if not arrays.owner[arrays.shift[shift, S_OWNER], O_STAFF]:
        return 0
    above_s = max(0, work_s + int(arrays.shift[shift, S_OFFSET]))
    reserved_s = max(0, work_s - int(arrays.shift[shift, S_FREE]))
    return (above_s**2 // divisor if divisor else 0) + cents_per_minute(rate, reserved_s)


def spread_cents(arrays: ProblemArrays, owner: int, work_s: int, mean_s: int) -> int:
    """Return what it costs that a technician's work of all days deviates from the staff's mean."""
    if not arrays.owner[owner, O_STAFF]:
        return 0
    return int(arrays.rates[R_SPREAD]) * (work_s - mean_s) ** 2 // 3600 // 100


def mean_work(arrays: ProblemArrays, incumbent: Sequence[PooledRoute]) -> int:
    """Return the staff's mean work in seconds in a plan."""
    staff = max(1, int(arrays.rates[R_STAFF]))
    return (
        sum(route.work_s for route in incumbent if arrays.owner[arrays.shift[route.shift, S_OWNER], O_STAFF]) // staff
    )
