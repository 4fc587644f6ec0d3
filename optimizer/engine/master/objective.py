"""What the master minimises: routes, unassigned visits, and the spread of work where a policy prices it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.engine.arrays import O_DAYS, O_OFFSET, O_STAFF, R_LOAD_DIVISOR, R_SPREAD, R_STAFF, S_OWNER, V_PRICE

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

    Uneven work couples routes by a square of their sum. Its price is taken as if only one route changed: against the
    incumbent's mean, and beside the incumbent's other days of the same technician. What the master calls better by
    that measure is compared again at its exact cost.
    """
    mean = mean_work(arrays, incumbent)
    work_s = [0] * len(arrays.owner)
    mine = dict.fromkeys(range(len(arrays.shift)), 0)
    for route in incumbent:
        work_s[arrays.shift[route.shift, S_OWNER]] += route.work_s
        mine[route.shift] = route.work_s
    cents = []
    for route in variables.routes:
        owner = int(arrays.shift[route.shift, S_OWNER])
        rest_s = work_s[owner] - mine[route.shift]
        uneven = uneven_cents(arrays, owner, rest_s + route.work_s, mean) - uneven_cents(arrays, owner, rest_s, mean)
        cents.append(route.cost_cents + uneven)
    terms = [price * chosen for price, chosen in zip(cents, variables.chosen, strict=True)]
    prices = arrays.visit[:, V_PRICE]
    terms += [int(price) * unassigned for price, unassigned in zip(prices, variables.unassigned, strict=True)]
    model.minimize(sum(terms))
    return cents


def uneven_cents(arrays: ProblemArrays, owner: int, work_s: int, mean_s: int) -> int:
    """Return what a technician's work costs beside the routes themselves: load, and deviation from the staff's mean."""
    if not arrays.owner[owner, O_STAFF]:
        return 0
    cents = 0
    if arrays.rates[R_LOAD_DIVISOR]:
        above = max(0, work_s + int(arrays.owner[owner, O_OFFSET]))
        cents += above**2 // (int(arrays.rates[R_LOAD_DIVISOR]) * int(arrays.owner[owner, O_DAYS]))
    if arrays.rates[R_SPREAD]:
        cents += int(arrays.rates[R_SPREAD]) * (work_s - mean_s) ** 2 // 3600 // 100
    return cents


def mean_work(arrays: ProblemArrays, incumbent: Sequence[PooledRoute]) -> int:
    """Return the staff's mean work in seconds in a plan."""
    staff = max(1, int(arrays.rates[R_STAFF]))
    return (
        sum(route.work_s for route in incumbent if arrays.owner[arrays.shift[route.shift, S_OWNER], O_STAFF]) // staff
    )
