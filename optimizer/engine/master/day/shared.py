"""What visits share across routes: people of a crew, those they follow, parts, tools, room in the van."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.engine.arrays import (
    B_PICKUP,
    E_EARLIER,
    E_LOAD,
    E_NEED,
    E_TOOL,
    FAR_FUTURE_S,
    K_DAYS,
    K_LOCKED,
    K_REQUIRED,
    O_OWN,
    OWN_DRAWS,
    R_DAYS,
    R_PARTS,
    R_QUANTITIES,
    ROW_BEYOND,
    ROW_CAP,
    ROW_PART,
    ROW_UNTIL,
    S_BLOCKED,
    S_CAPACITY,
    S_NEEDS_STOP,
    S_PICKUP,
    S_REPLAYED,
    V_CREW,
    WHO_LOCKED,
    WHO_REQUIRED,
)
from optimizer.engine.master.day.variables import HOME

#: More units of anything than a day uses.
MOST_UNITS = 10**6

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from optimizer.engine.master.day.variables import Linear, Variables


def add_shared(variables: Variables) -> None:
    """Add what couples the routes beside their clock."""
    meet_in_crews(variables)
    people_of_crews(variables)
    follow(variables)
    draw_stock(variables)
    take_tools(variables)
    carry_loads(variables)


def meet_in_crews(variables: Variables) -> None:
    """Let different people of one day serve a visit together."""
    model, arrays = variables.model, variables.arrays
    for head in variables.heads:
        crew = variables.crew_of(head)
        if len(crew) == 1:
            continue
        for day in range(int(arrays.rates[R_DAYS])):
            for v in crew[1:]:
                model.add(sum(variables.is_on_day(v, day)) == sum(variables.is_on_day(head, day)))
        for s in variables.shifts:
            model.add_at_most_one(variables.joins(s, head))
        # The members are alike: which of them has which index is no choice.
        for one, other in pairwise(crew[1:]):
            places = [
                sum(s * variables.serves[s, v] for s in variables.shifts if (s, v) in variables.serves)
                for v in (one, other)
            ]
            model.add(places[0] < places[1]).only_enforce_if(variables.served[head])


def people_of_crews(variables: Variables) -> None:
    """Have those among a crew who must be: the required and the locked people."""
    model, arrays = variables.model, variables.arrays
    for head in variables.heads:
        if arrays.visit[head, V_CREW] == 1:
            continue
        row = arrays.crew[head]
        for flag, column in ((WHO_REQUIRED, K_REQUIRED), (WHO_LOCKED, K_LOCKED)):
            if row[column]:
                members = among(variables, head, flag)
                model.add(sum(members) >= int(row[column])).only_enforce_if(variables.served[head])


def among(variables: Variables, head: int, flag: int) -> list[cp_model.IntVar]:
    """Return the decisions by which people with a flag `WHO_*` take part in a visit of several people."""
    first = K_DAYS + int(variables.arrays.rates[R_DAYS])
    row = variables.arrays.crew[head]
    return [
        one
        for s in variables.shifts
        if int(row[first + variables.owner_of(s)]) & flag
        for one in variables.joins(s, head)
    ]


def follow(variables: Variables) -> None:
    """Serve a visit only if those before it are served, and by the same people where that is asked; see the clock."""
    model, arrays = variables.model, variables.arrays
    for head in variables.heads:
        for earlier, _, _, _, is_same, *_ in arrays.entries_of(head, E_EARLIER).tolist():
            model.add_implication(variables.served[head], variables.served[earlier])
            if is_same:
                for owner in range(len(arrays.owner)):
                    then, first = (variables.takes_part(owner, visit) for visit in (head, earlier))
                    model.add(sum(then) == sum(first)).only_enforce_if(variables.served[head])


def draw_stock(variables: Variables) -> None:
    """Draw no more of any part by any moment than there is then; own parts are used first, and who owes takes none."""
    model, arrays = variables.model, variables.arrays
    uses: dict[int, list[Linear]] = {row: [] for row in range(len(arrays.row))}
    for (s, v), is_on in variables.serves.items():
        if v in variables.visits and arrays.shift[s, S_REPLAYED] != OWN_DRAWS:
            for part, count, held, *_ in arrays.entries_of(v, E_NEED).tolist():
                _draw(variables, (s, v), part, count * is_on, held, uses)
    for owner in range(len(arrays.owner)):
        own = [s for s in variables.shifts if variables.owner_of(s) == owner]
        if own and arrays.shift[own[0], S_REPLAYED] == OWN_DRAWS:
            for part in range(int(arrays.rates[R_PARTS])):
                _draw_after_own(variables, own, part, uses)
    for row, terms in uses.items():
        if terms:
            model.add(sum(terms) <= int(arrays.row[row, ROW_CAP]))


def _draw(
    variables: Variables, at: tuple[int, int], part: int, count: Linear, held: int, uses: dict[int, list[Linear]]
) -> None:
    """Enter what a visit draws from the branch into the rows that its pick-up counts in.

    Parameters
    ----------
    at
        Technician-day and visit.
    count, held
        How many it draws, and how many are held for it.
    uses
        What is drawn, by row of the stock rule. Modified.
    """
    model, arrays = variables.model, variables.arrays
    shift, visit = at
    pickup_s, is_past = int(arrays.shift[shift, S_PICKUP]), variables.past_stop.get(at)
    for row in range(len(arrays.row)):
        if arrays.row[row, ROW_PART] != part:
            continue
        until_s, beyond = int(arrays.row[row, ROW_UNTIL]), held if arrays.row[row, ROW_BEYOND] else 0
        if is_past is None and not beyond:
            if pickup_s <= until_s:
                uses[row].append(count)
            continue
        drawn = model.new_int_var(0, MOST_UNITS, f"draws_{row}_{shift}_{visit}")
        if pickup_s <= until_s:
            model.add(drawn >= count - beyond).only_enforce_if(*([] if is_past is None else [~is_past]))
        for stop in variables.stops_of(shift):
            if arrays.stop[stop - len(variables.visits), B_PICKUP] <= until_s:
                assert is_past is not None
                model.add(drawn >= count - beyond).only_enforce_if([is_past, variables.serves[shift, stop]])
        uses[row].append(drawn)


def _draw_after_own(variables: Variables, shifts: list[int], part: int, uses: dict[int, list[Linear]]) -> None:
    """Let a technician use the own parts first, in driving order over the days, and draw the rest from the branch."""
    model, arrays = variables.model, variables.arrays
    has = int(arrays.owner[variables.owner_of(shifts[0]), O_OWN + part])
    left: Linear = has
    for s in shifts:
        own = variables.nodes_of(s)
        needs = {n: need for n in own if n in variables.visits and (need := _need(variables, n, part))[0]}
        if not needs:
            continue
        before, after = left, {n: model.new_int_var(0, has, f"left_{part}_{s}_{n}") for n in (HOME, *own)}
        drawn = {n: model.new_int_var(0, count, f"drawn_{part}_{s}_{n}") for n, (count, _) in needs.items()}
        for (a, b), arc in variables.arcs[s].items():
            had = before if a == HOME else after[a]
            left_there = had - needs[b][0] + drawn[b] if b in drawn else had
            model.add(after[b] == left_there).only_enforce_if(arc)
        model.add(after[HOME] == before).only_enforce_if(~variables.used[s])
        for n, count in drawn.items():
            is_empty = model.new_bool_var(f"empty_{part}_{s}_{n}")
            model.add(after[n] == 0).only_enforce_if(is_empty)
            model.add(count == 0).only_enforce_if(~is_empty)
            model.add(count == 0).only_enforce_if(~variables.serves[s, n])
            if arrays.shift[s, S_BLOCKED]:
                model.add(count == 0)
            elif arrays.shift[s, S_NEEDS_STOP]:
                past = [variables.past_stop[s, n]] if (s, n) in variables.past_stop else []
                model.add(count == 0).only_enforce_if([~one for one in past])
            _draw(variables, (s, n), part, count, needs[n][1], uses)
        left = after[HOME]


def _need(variables: Variables, node: int, part: int) -> tuple[int, int]:
    """Return how many of a part a visit needs, and how many are held for it."""
    entries = variables.arrays.entries_of(node, E_NEED).tolist()
    return next(((count, held) for p, count, held, *_ in entries if p == part), (0, 0))


def take_tools(variables: Variables) -> None:
    """Take no more units of a tool out on a day than exist; a route takes what its most demanding visit needs."""
    model, arrays = variables.model, variables.arrays
    first = O_OWN + int(arrays.rates[R_PARTS])
    for tool, units in enumerate(arrays.tool_units.tolist()):
        out: dict[int, list[cp_model.IntVar]] = {}
        for s in variables.shifts:
            has = int(arrays.owner[variables.owner_of(s), first + tool])
            takes = model.new_int_var(0, MOST_UNITS, f"takes_{tool}_{s}")
            for n in variables.nodes_of(s):
                need = next((c for t, c, *_ in arrays.entries_of(n, E_TOOL).tolist() if t == tool), 0)
                if need > has:
                    model.add(takes >= need - has).only_enforce_if(variables.serves[s, n])
            out.setdefault(variables.day_of(s), []).append(takes)
        for takes_of_day in out.values():
            model.add(sum(takes_of_day) <= units)


def carry_loads(variables: Variables) -> None:
    """Carry no more of a quantity than there is room for, from the start to the stop at the branch and after it."""
    model, arrays = variables.model, variables.arrays
    for s in variables.shifts:
        for quantity in range(int(arrays.rates[R_QUANTITIES])):
            room = int(arrays.shift[s, S_CAPACITY + quantity])
            if room >= FAR_FUTURE_S:
                continue
            loads = {
                n: amount
                for n in variables.nodes_of(s)
                for q, amount, *_ in arrays.entries_of(n, E_LOAD).tolist()
                if q == quantity
            }
            past = {n: variables.past_stop[s, n] for n in loads if (s, n) in variables.past_stop}
            all_of_them = sum(amount * variables.serves[s, n] for n, amount in loads.items())
            reloaded = sum(loads[n] * is_past for n, is_past in past.items())
            model.add(all_of_them - reloaded <= room)
            model.add(reloaded <= room)
