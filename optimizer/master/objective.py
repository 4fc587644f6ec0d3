"""What the master minimises: routes, absent visits, and the spread of work where a policy prices it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.arrays import R_LOAD_DIVISOR, R_SPREAD, R_STAFF, S_LOAD_OFFSET, S_STAFF, V_PRICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ortools.sat.python import cp_model

    from optimizer.arrays import ProblemArrays
    from optimizer.master.variables import Variables
    from optimizer.routes import PooledRoute


def set_objective(
    model: cp_model.CpModel, arrays: ProblemArrays, variables: Variables, incumbent: Sequence[PooledRoute]
) -> None:
    """Minimise the cents of the chosen routes and the absent visits.

    The spread of work couples all routes by a square of their sum. It is priced as the deviation from the
    incumbent's mean work, which is linear in the routes and never less than the deviation from their own mean:
    what the master calls better by that measure is compared again at its exact cost.
    """
    mean = mean_work(arrays, incumbent)
    terms = [
        (
            route.cost_cents
            - idle_cents(arrays, route.shift, mean)
            + spread_share(arrays, route.shift, route.work_s, mean)
        )
        * chosen
        for route, chosen in zip(variables.routes, variables.chosen, strict=True)
    ]
    prices = arrays.visit[:, V_PRICE]
    terms += [int(price) * absent for price, absent in zip(prices, variables.absent, strict=True)]
    model.minimize(sum(terms))


def idle_cents(arrays: ProblemArrays, shift: int, mean: int) -> int:
    """Return what a technician-day costs without a route: the load of past days, and its share of the spread."""
    load = 0
    if arrays.rates[R_LOAD_DIVISOR] and arrays.shift[shift, S_STAFF]:
        load = max(0, int(arrays.shift[shift, S_LOAD_OFFSET])) ** 2 // int(arrays.rates[R_LOAD_DIVISOR])
    return load + spread_share(arrays, shift, 0, mean)


def spread_share(arrays: ProblemArrays, shift: int, work_s: int, mean: int) -> int:
    """Return the spread cents of one technician whose work deviates from the mean."""
    if not arrays.rates[R_SPREAD] or not arrays.shift[shift, S_STAFF]:
        return 0
    return int(arrays.rates[R_SPREAD]) * (work_s - mean) ** 2 // 3600 // 100


def mean_work(arrays: ProblemArrays, incumbent: Sequence[PooledRoute]) -> int:
    """Return the staff's mean work in seconds in a plan."""
    staff = max(1, int(arrays.rates[R_STAFF]))
    return sum(route.work_s for route in incumbent if arrays.shift[route.shift, S_STAFF]) // staff
