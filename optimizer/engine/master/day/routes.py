"""Which routes there may be, whatever the clock says: every node once, limits of travel, locks, what is asked."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.engine.arrays import (
    D_ADDRESS,
    D_SECONDS,
    E_LOAD,
    E_NEED,
    FORBIDDEN_S,
    M_TRAVEL,
    M_VISITS,
    MANDATORY_CENTS,
    R_VISITS,
    S_END_NODE,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_START_NODE,
    V_PRICE,
)
from optimizer.engine.master.day.variables import HOME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ortools.sat.python import cp_model

    from optimizer.engine.master.day.variables import Linear, Variables


def add_routes(variables: Variables) -> None:
    """Add what binds routes whatever the clock says."""
    serve_once(variables)
    drive_in_circuits(variables)
    stop_at_the_branch(variables)
    limit_travel(variables)
    keep_locks(variables)
    keep_what_is_asked(variables)


def serve_once(variables: Variables) -> None:
    """Put each person of a visit on one route, or all of them on none."""
    model = variables.model
    for head in variables.heads:
        for v in variables.crew_of(head):
            model.add(sum(variables.serving(v)) == variables.served[head])


def drive_in_circuits(variables: Variables) -> None:
    """Let each used route be one way from its start over its nodes to its end; the others are empty."""
    model, orders = variables.model, int(variables.arrays.rates[R_VISITS])
    for s in variables.shifts:
        own, used = variables.nodes_of(s), variables.used[s]
        place = {HOME: 0} | {n: k + 1 for k, n in enumerate(own)}
        arcs: list[tuple[int, int, cp_model.LiteralT]]
        arcs = [(place[a], place[b], arc) for (a, b), arc in variables.arcs[s].items()]
        arcs += [(place[n], place[n], ~variables.serves[s, n]) for n in own]
        model.add_circuit([*arcs, (0, 0, ~used)])
        for n in own:
            model.add_implication(variables.serves[s, n], used)
        visits = [variables.serves[s, n] for n in own if n < orders]
        model.add_bool_or([*visits, ~used])


def stop_at_the_branch(variables: Variables) -> None:
    """Let a route stop at the branch once at most, or wait there before it leaves; say which visits come after it."""
    model = variables.model
    for s in variables.shifts:
        stops = variables.stops_of(s)
        model.add_at_most_one([variables.serves[s, n] for n in stops])
        for (a, b), arc in variables.arcs[s].items():
            if variables.leaves_later(b) and a != HOME:
                model.add(arc == 0)
            if stops and b in variables.visits:
                here = variables.past_stop[s, b]
                if a in variables.visits:
                    model.add(here == variables.past_stop[s, a]).only_enforce_if(arc)
                else:
                    model.add(here == int(a != HOME)).only_enforce_if(arc)
    for key, is_past in variables.past_stop.items():
        model.add_implication(is_past, variables.serves[key])


def drives_s(variables: Variables, shift: int) -> dict[tuple[int, int], int]:
    """Return the driving of each arc: its travel without the time at the door."""
    row, door = variables.arrays.shift[shift], variables.arrays.door
    found = {}
    for here, there in variables.arcs[shift]:
        origin = int(row[S_START_NODE]) if here == HOME else here
        goal = int(row[S_END_NODE]) if there == HOME else there
        is_near = door[origin, D_ADDRESS] == door[goal, D_ADDRESS]
        found[here, there] = variables.travel_s(shift, here, there) - (0 if is_near else int(door[goal, D_SECONDS]))
    return found


def more_of(variables: Variables, shift: int, node: int, column: int) -> int:
    """Return what a node's exceptions add to a limit of a technician-day, a column `M_*`."""
    return 0 if node == HOME or not len(variables.arrays.more) else int(variables.arrays.more[shift, node, column])


def limit_travel(variables: Variables) -> None:
    """Keep legs, the travel of the day and the number of visits within the limits, and what exceptions add to them."""
    model, orders = variables.model, int(variables.arrays.rates[R_VISITS])
    for s in variables.shifts:
        row, drives = variables.arrays.shift[s], drives_s(variables, s)
        for (a, b), arc in variables.arcs[s].items():
            more_s = max(more_of(variables, s, n, M_TRAVEL) for n in (a, b))
            is_far = variables.travel_s(s, a, b) >= FORBIDDEN_S
            if is_far or drives[a, b] > int(row[S_MAX_LEG]) + more_s:
                model.add(arc == 0)
        total = sum(drives[pair] * arc for pair, arc in variables.arcs[s].items() if drives[pair] < FORBIDDEN_S)
        within(variables, s, total, int(row[S_MAX_TRAVEL]), M_TRAVEL)
        count = sum(variables.serves[s, n] for n in variables.nodes_of(s) if n < orders)
        within(variables, s, count, int(row[S_MAX_VISITS]), M_VISITS)


def within(variables: Variables, shift: int, amount: Linear, limit: int, column: int) -> None:
    """Keep an amount of a used technician-day within its limit, or what the largest exception of its visits adds."""
    model, used = variables.model, variables.used[shift]
    own = [(n, more_of(variables, shift, n, column)) for n in variables.nodes_of(shift)]
    excepted = [(n, more) for n, more in own if more > 0]
    choices = []
    for n, more in excepted:
        by_this = model.new_bool_var(f"exceeds_{column}_{shift}_{n}")
        model.add_implication(by_this, variables.serves[shift, n])
        model.add(amount <= limit + more).only_enforce_if(by_this)
        choices.append(by_this)
    if not isinstance(amount, int):
        model.add(amount <= limit).only_enforce_if([used, *(~one for one in choices)])


def keep_locks(variables: Variables) -> None:
    """Serve what is locked, and begin started routes with their prefix in its order."""
    model, arrays = variables.model, variables.arrays
    for head in variables.heads:
        if arrays.visit[head, V_PRICE] >= MANDATORY_CENTS:
            model.add(variables.served[head] == 1)
    for s, prefix in variables.prefixes.items():
        before: Sequence[int] = [HOME]
        for here in prefix:
            ways = _ways(variables, s, before, here)
            # A started route stops before what has begun for that alone.
            fetches = any(len(arrays.entries_of(n, kind)) for n in here for kind in (E_NEED, E_LOAD))
            for stop in variables.stops_of(s) if fetches else ():
                over = model.new_bool_var(f"over_{s}_{stop}")
                model.add_bool_or(_ways(variables, s, before, [stop])).only_enforce_if(over)
                model.add_bool_or(_ways(variables, s, [stop], here)).only_enforce_if(over)
                ways.append(over)
            model.add_bool_or(ways)
            before = here


def _ways(variables: Variables, shift: int, here: Sequence[int], there: Sequence[int]) -> list[cp_model.IntVar]:
    """Return the drives from one of some nodes to one of others."""
    return [variables.arcs[shift][a, b] for a in here for b in there if (a, b) in variables.arcs[shift]]


def keep_what_is_asked(variables: Variables) -> None:
    """Keep what the question demands: who is served, by whom, and which routes stay as they are."""
    model, question = variables.model, variables.question
    for head in question.must_serve:
        model.add(variables.served[head] == 1)
    for head in question.must_not_serve:
        model.add(variables.served[head] == 0)
    for head, shifts in question.only_by.items():
        model.add_bool_or([one for s in shifts for one in variables.joins(s, head)])
    for s in question.kept:
        nodes = [HOME, *question.start[s], HOME]
        if len(nodes) == 2:
            model.add(variables.used[s] == 0)
        else:
            for pair in pairwise(nodes):
                model.add(variables.arcs[s][pair] == 1)
