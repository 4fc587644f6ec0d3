"""Build, hint, solve, extract: the best choice of routes from the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from optimizer.engine.arrays import O_DAYS, OWN_DRAWS, S_OWNER, S_REPLAYED, V_PRICE, V_SYNCED
from optimizer.engine.master.constraints import add_constraints
from optimizer.engine.master.objective import set_objective
from optimizer.engine.master.variables import Variables
from optimizer.engine.route_pool import key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.engine.arrays import ProblemArrays
    from optimizer.engine.route_pool import PooledRoute, Solution

#: More routes than this stall the model (solver notes, section 2.4).
MOST_ROUTES = 4_000


def choose_routes(
    arrays: ProblemArrays,
    pool: Sequence[PooledRoute],
    incumbent: Solution,
    *,
    effort: float,
    seconds: float | None,
    seed: int = 0,
) -> Solution | None:
    """Return a choice of pooled routes that the model finds better than the incumbent, else `None`.

    Parameters
    ----------
    pool
        Candidate routes; those of the incumbent must be among them, in whatever order of visits.
    incumbent
        The best plan so far, given to the solver as a hint.
    effort
        Deterministic work limit of CP-SAT with one worker: equal input gives an equal answer.
    seconds
        Wall-clock limit beside it, for the deadline; `None` where the clock may change nothing.
    """
    # The pool keeps one order of a set of visits; of two that cost the same that need not be the incumbent's.
    mine = _keys(incumbent)
    kept = frozenset(shift for shift, visits in enumerate(incumbent) if visits and is_bound(arrays, shift, visits))
    pool = [
        route
        for route in pool
        if key_of(route.shift, route.visits) in mine
        or not (route.shift in kept or is_bound(arrays, route.shift, route.visits))
    ]
    # The incumbent first, then the cheapest per visit: the rest would only slow the model down.
    routes = sorted(
        pool,
        key=lambda r: (key_of(r.shift, r.visits) not in mine, r.cost_cents // len(r.visits), r.shift, r.visits),
    )[:MOST_ROUTES]
    used = [route for route in routes if key_of(route.shift, route.visits) in mine]
    if len(used) < len(mine):
        return None
    model = cp_model.CpModel()
    variables = Variables(model, arrays, routes, kept)
    add_constraints(model, arrays, variables)
    cents = set_objective(model, arrays, variables, used)
    _hint(model, variables, mine)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    # Else CP-SAT takes Ctrl-C away from the process that called us, for good.
    solver.parameters.catch_sigint_signal = False
    solver.parameters.max_deterministic_time = effort
    if seconds is not None:
        solver.parameters.max_time_in_seconds = max(0.05, seconds)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    chosen = [n for n, variable in enumerate(variables.chosen) if solver.boolean_value(variable)]
    own = [n for n, route in enumerate(routes) if key_of(route.shift, route.visits) in mine]
    # A limit may end the solve before it has matched the incumbent.
    if _priced(arrays, routes, cents, chosen) >= _priced(arrays, routes, cents, own):
        return None
    found: list[tuple[int, ...]] = [()] * len(arrays.shift)
    for n in chosen:
        found[routes[n].shift] = routes[n].visits
    return tuple(found)


def _priced(arrays: ProblemArrays, routes: Sequence[PooledRoute], cents: Sequence[int], chosen: Sequence[int]) -> int:
    """Return what a choice of routes costs by the model's objective, with the visits that it leaves out."""
    served = {visit for n in chosen for visit in routes[n].visits}
    left_out = (int(price) for visit, price in enumerate(arrays.visit[:, V_PRICE]) if visit not in served)
    return sum(cents[n] for n in chosen) + sum(left_out)


def _keys(routes: Sequence[tuple[int, ...]]) -> set[tuple[int, tuple[int, ...]]]:
    return {key_of(shift, visits) for shift, visits in enumerate(routes) if visits}


def is_bound(arrays: ProblemArrays, shift: int, visits: Sequence[int]) -> bool:
    """Return whether a route is bound to others: by a crew, predecessors, followers, or own parts over several days."""
    if any(arrays.visit[visit, V_SYNCED] for visit in visits):
        return True
    return bool(arrays.shift[shift, S_REPLAYED] == OWN_DRAWS and arrays.owner[arrays.shift[shift, S_OWNER], O_DAYS] > 1)


def _hint(model: cp_model.CpModel, variables: Variables, mine: set[tuple[int, tuple[int, ...]]]) -> None:
    served = {visit for _, visits in mine for visit in visits}
    for route, chosen in zip(variables.routes, variables.chosen, strict=True):
        model.add_hint(chosen, int(key_of(route.shift, route.visits) in mine))
    for visit, unassigned in enumerate(variables.unassigned):
        model.add_hint(unassigned, int(visit not in served))
