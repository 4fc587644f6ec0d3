"""Build, hint, solve, extract: what the rules of a part of a day allow, and the cheapest of it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from optimizer.domain.problem import LockLevel
from optimizer.engine.arrays import NONE
from optimizer.engine.master.day.answers import Answer, Question, Status
from optimizer.engine.master.day.clock import add_clock
from optimizer.engine.master.day.prices import parts_of_cost
from optimizer.engine.master.day.routes import add_routes
from optimizer.engine.master.day.scope import gaps_of, is_too_large
from optimizer.engine.master.day.shared import add_shared
from optimizer.engine.master.day.variables import HOME, Variables

if TYPE_CHECKING:
    from optimizer.domain.problem import Problem
    from optimizer.engine.indexing import IndexedProblem
    from optimizer.engine.master.day.variables import Linear
    from optimizer.engine.route_pool import Solution


def prefixes_of(problem: Problem, indexed: IndexedProblem) -> dict[int, list[list[int]]]:
    """Return, by technician-day that has started, the visits with which its route begins: all indices of each."""
    index = indexed.index_by_visit()
    shift_of = {(shift.technician_id, shift.day): s for s, shift in enumerate(indexed.shifts)}
    found: dict[int, list[tuple[int, str]]] = {}
    for lock in problem.locks:
        key = (lock.technician_id, lock.day)
        if lock.level is LockLevel.PREFIX and key in shift_of:
            found.setdefault(shift_of[key], []).append((lock.position, lock.visit_id))
    return {s: [index.get(visit_id, []) for _, visit_id in sorted(pairs)] for s, pairs in found.items()}


def ask(
    problem: Problem,
    indexed: IndexedProblem,
    question: Question,
    *,
    effort: float | None,
    seconds: float | None,
    seed: int = 0,
) -> Answer:
    """Return what the model says to a question about a day.

    Parameters
    ----------
    effort
        Deterministic work limit of CP-SAT with one worker: equal input gives an equal answer.
    seconds
        Wall-clock limit beside it, for the deadline; `None` where the clock may change nothing.
    """
    arrays = indexed.arrays
    gaps = gaps_of(arrays)
    if gaps:
        return Answer(Status.NOT_MODELLED, gaps=gaps)
    if is_too_large(arrays, question):
        return Answer(Status.UNKNOWN)
    if any(indexed.assignment.is_mandatory(problem.visit_by_id[visit_id]) for visit_id in indexed.left_out):
        return Answer(Status.INFEASIBLE)
    variables = Variables(arrays, question, prefixes_of(problem, indexed))
    add_routes(variables)
    pieces, lengths = add_clock(variables)
    add_shared(variables)
    model, changes = variables.model, changes_of(variables)
    # The limits of a day's length come with its prices.
    cost: Linear = sum(part for _, part in parts_of_cost(variables, pieces, lengths))
    if question.is_priced:
        model.minimize(cost + question.change_cents * changes)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    # Else CP-SAT takes Ctrl-C away from the process that called us, for good.
    solver.parameters.catch_sigint_signal = False
    if effort is not None:
        solver.parameters.max_deterministic_time = effort
    if seconds is not None:
        solver.parameters.max_time_in_seconds = max(0.05, seconds)
    if question.start:
        hint(variables, question.start)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Answer(Status.INFEASIBLE)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(Status.UNKNOWN, bound_cents=_bound(solver) if question.is_priced else None)
    return Answer(
        Status.OPTIMAL if status == cp_model.OPTIMAL and question.is_priced else Status.FEASIBLE,
        cents=solver.value(cost),
        bound_cents=_bound(solver) if question.is_priced and not question.change_cents else None,
        routes=tuple(_route(solver, variables, s) for s in variables.shifts),
        slots=tuple(_slot(solver, variables, s) for s in variables.shifts),
        starts={
            v: solver.value(variables.start[v])
            for v in variables.visits
            if solver.boolean_value(variables.served[variables.head_of(v)])
        },
        changes=solver.value(changes),
    )


def _bound(solver: cp_model.CpSolver) -> int | None:
    """Return what no plan costs less than: whole cents, none where nothing is proven."""
    bound = solver.best_objective_bound
    return None if bound < 0 else -int(-(bound - 1e-6) // 1)


def changes_of(variables: Variables) -> Linear:
    """Return how many visits are served by other people than in the plan in hand, or not any more."""
    changed = []
    for head in variables.heads:
        before = [s for s, route in enumerate(variables.question.start) if set(route) & set(variables.crew_of(head))]
        if before:
            moved = variables.model.new_bool_var(f"moved_{head}")
            for s in before:
                variables.model.add(sum(variables.joins(s, head)) == 1).only_enforce_if(~moved)
            changed.append(moved)
    return sum(changed)


def hint(variables: Variables, routes: Solution) -> None:
    """Tell the solver the routes of a plan in hand."""
    model = variables.model
    for s, route in enumerate(routes):
        pairs = set(pairwise([HOME, *route, HOME])) if route else set()
        for pair, arc in variables.arcs[s].items():
            model.add_hint(arc, int(pair in pairs))
        for n in variables.nodes_of(s):
            model.add_hint(variables.serves[s, n], int(n in route))
        model.add_hint(variables.used[s], int(bool(route)))
    on = {n for route in routes for n in route}
    for head in variables.heads:
        model.add_hint(variables.served[head], int(head in on))


def _route(solver: cp_model.CpSolver, variables: Variables, shift: int) -> tuple[int, ...]:
    """Return the nodes of a route in driving order."""
    after = {a: b for (a, b), arc in variables.arcs[shift].items() if solver.boolean_value(arc)}
    route, here = list[int](), after.get(HOME, HOME)
    while here != HOME:
        route.append(here)
        here = after[here]
    return tuple(route)


def _slot(solver: cp_model.CpSolver, variables: Variables, shift: int) -> int:
    """Return the slot of a route's break: 2k before drive k, 2k + 1 after it; `NONE` without one."""
    stations = [HOME, *_route(solver, variables, shift), HOME]
    for k, (a, b) in enumerate(pairwise(stations)):
        for slot, rests, n in ((2 * k, variables.rests_before, a), (2 * k + 1, variables.rests_after, b)):
            if (shift, n) in rests and solver.boolean_value(rests[shift, n]):
                return slot
    inside = [k for k, n in enumerate(stations[1:-1]) if (shift, n) in variables.rests_inside]
    chosen = [k for k in inside if solver.boolean_value(variables.rests_inside[shift, stations[1 + k]])]
    return 2 * (len(stations) - 1) + chosen[0] if chosen else NONE
