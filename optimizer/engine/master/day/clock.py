"""The clock of the routes: departures, drives, breaks, starts, returns; everybody as early as can be.

Times follow from the routes and the slots of the breaks alone, to the second: every moment is the one that the rule
book's clock finds, so that a price of the model is a price of the judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.engine.arrays import (
    E_EARLIER,
    E_LATER,
    FAR_FUTURE_S,
    M_OVERTIME,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_BREAK_OPEN,
    S_DEPART,
    S_FLOOR,
    S_PREFIX,
    S_RETURN_LIMIT,
    V_COUNTS,
    V_CREW,
)
from optimizer.engine.master.day.pauses import Pausing, may_pause
from optimizer.engine.master.day.pieces import OwnPiece, pieces_of
from optimizer.engine.master.day.routes import within
from optimizer.engine.master.day.variables import HOME, Linear

#: More than any gap between two visits of a horizon.
DAYS_S = 8 * 86_400

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ortools.sat.python import cp_model

    from optimizer.engine.master.day.pieces import Piece
    from optimizer.engine.master.day.variables import Variables

    #: How long each service lasts, by its head.
    Lengths = dict[int, Linear]
    #: A decision, and the pieces of a start that it brings about.
    Case = tuple[cp_model.IntVar, list[Piece]]
    #: By visit, the pieces of its start.
    Pieces = dict[int, list[OwnPiece]]


def add_clock(variables: Variables) -> tuple[Pieces, Lengths]:
    """Add all moments; return the pieces of the starts, and how long the services last."""
    take_breaks(variables)
    drive(variables)
    lengths = last_as_long(variables)
    pieces = start_in_windows(variables, lengths)
    come_home(variables)
    never_overlap(variables, lengths)
    return pieces, lengths


def take_breaks(variables: Variables) -> None:
    """Give each used day that needs a break one slot for it: before or after a drive, begun once its window is open."""
    model, arrays = variables.model, variables.arrays
    for s in variables.shifts:
        row, nodes = arrays.shift[s], (HOME, *variables.nodes_of(s))
        if not row[S_BREAK_LENGTH]:
            continue
        before = [variables.rests_before[s, n] for n in nodes]
        after = [variables.rests_after[s, n] for n in nodes]
        inside = [slot for (other, _), slot in variables.rests_inside.items() if other == s]
        model.add(sum(before) + sum(after) + sum(inside) == variables.used[s])
        for n in nodes:
            on_route = variables.used[s] if n == HOME else variables.serves[s, n]
            model.add_implication(variables.rests_before[s, n], on_route)
            model.add_implication(variables.rests_after[s, n], on_route)
            if variables.leaves_later(n):
                # Who waits to leave rests at once, or after the first drive.
                model.add(variables.rests_before[s, n] == 0)
                model.add(variables.rests_after[s, n] == 0)
        opens_s, closes_s = int(row[S_BREAK_OPEN]), int(row[S_BREAK_CLOSE])
        model.add(variables.rest_start[s] >= opens_s).only_enforce_if(variables.used[s])
        model.add(variables.rest_start[s] <= closes_s).only_enforce_if(variables.used[s])
        ends = variables.rest_start[s] + int(row[S_BREAK_LENGTH])
        for n in nodes:
            moment = int(row[S_DEPART]) if n == HOME else variables.end[n]
            leaves = variables.sets_out[s] if n == HOME else variables.leave[n]
            _rest_at(variables, s, moment, variables.rests_before[s, n], f"before_{s}_{n}")
            model.add(leaves == ends).only_enforce_if(variables.rests_before[s, n])
            moment = variables.is_back[s] if n == HOME else variables.arrive[n]
            there = variables.comes_home[s] if n == HOME else variables.ready[n]
            _rest_at(variables, s, moment, variables.rests_after[s, n], f"after_{s}_{n}")
            model.add(there == ends).only_enforce_if(variables.rests_after[s, n])


def _rest_at(variables: Variables, shift: int, moment: Linear, slot: cp_model.IntVar, name: str) -> None:
    """Let a break in a slot begin at a moment, or once its window is open."""
    model, start = variables.model, variables.rest_start[shift]
    opens_s = int(variables.arrays.shift[shift, S_BREAK_OPEN])
    waits = model.new_bool_var(f"waits_{name}")
    model.add(start >= moment).only_enforce_if(slot)
    model.add(start == opens_s).only_enforce_if([slot, waits])
    model.add(start == moment).only_enforce_if([slot, ~waits])


def drive(variables: Variables) -> None:
    """Let everybody leave as soon as he can, and not before the floor; a drive takes as long as it takes."""
    model, arrays = variables.model, variables.arrays
    for s in variables.shifts:
        row, own = arrays.shift[s], variables.nodes_of(s)
        for n in (HOME, *own):
            is_on = variables.used[s] if n == HOME else variables.serves[s, n]
            goes_on: list[cp_model.LiteralT] = [is_on]
            begins: list[cp_model.LiteralT] = [is_on]
            if row[S_BREAK_LENGTH]:
                goes_on.append(~variables.rests_before[s, n])
                begins.append(~variables.rests_after[s, n])
            if n == HOME:
                model.add(variables.sets_out[s] == int(row[S_DEPART])).only_enforce_if(goes_on)
                model.add(variables.comes_home[s] == variables.is_back[s]).only_enforce_if(begins)
            else:
                model.add(variables.leave[n] == variables.end[n]).only_enforce_if(goes_on)
                model.add(variables.ready[n] == variables.arrive[n]).only_enforce_if(begins)
        last = variables.prefixes.get(s, [[]])[-1]
        for (a, b), arc in variables.arcs[s].items():
            leaves: Linear = variables.sets_out[s] if a == HOME else variables.leave[a]
            if row[S_PREFIX] and a in last and b != HOME:
                leaves = _no_sooner(variables, leaves, int(row[S_FLOOR]), f"floor_{s}_{a}_{b}")
            there = variables.is_back[s] if b == HOME else variables.arrive[b]
            model.add(there == leaves + variables.travel_s(s, a, b)).only_enforce_if(arc)


def _no_sooner(variables: Variables, moment: Linear, floor_s: int, name: str) -> cp_model.IntVar:
    """Return a moment, or the floor where that is later."""
    later = variables.model.new_int_var(variables.first_s, max(variables.last_s, floor_s), name)
    variables.model.add_max_equality(later, [moment, floor_s])
    return later


def last_as_long(variables: Variables) -> dict[int, Linear]:
    """Return how long each service lasts, by its head; a crew takes as long as its slowest member."""
    model, lengths = variables.model, dict[int, Linear]()
    for head in variables.starters:
        own = [variables.lengths_of(v) for v in variables.crew_of(head)]
        sums = [sum(seconds * is_it for seconds, is_it in one) for one in own]
        if len(own) == 1:
            lengths[head] = sums[0]
        else:
            most_s = max((seconds for one in own for seconds, _ in one), default=0)
            lasts = lengths[head] = model.new_int_var(0, most_s, f"lasts_{head}")
            model.add_max_equality(lasts, sums)
    return lengths


def start_in_windows(variables: Variables, lengths: Lengths) -> Pieces:
    """Start each service at the first moment that its windows, its hours, its lock and those it waits for allow."""
    model = variables.model
    found: Pieces = {}
    for head in variables.starters:
        begin, start = wait_for_others(variables, head, lengths), variables.start[head]
        found[head] = []
        for number, (case, pieces) in enumerate([*_cases(variables, head, lengths), *_paused_cases(variables, head)]):
            mine = [OwnPiece(one, model.new_bool_var(f"piece_{head}_{n}"), number) for n, one in enumerate(pieces)]
            model.add(sum(one.is_it for one in mine) == case)
            for piece, is_it, _ in mine:
                end_and_rest(variables, head, piece, is_it)
                waits = model.new_bool_var(f"waits_{head}")
                model.add(begin > piece.after_s).only_enforce_if(is_it)
                model.add(begin <= piece.until_s).only_enforce_if(is_it)
                model.add(start >= begin).only_enforce_if(is_it)
                model.add(start >= piece.open_s).only_enforce_if(is_it)
                model.add(start == begin).only_enforce_if([is_it, ~waits])
                model.add(start == piece.open_s).only_enforce_if([is_it, waits])
            found[head] += mine
        for v in variables.crew_of(head):
            model.add(variables.start[v] == start)
            for s in variables.shifts:
                if (s, v) in variables.serves and not may_pause(variables.arrays, s, v):
                    model.add(variables.end[v] == start + lengths[head]).only_enforce_if(variables.serves[s, v])
    return found


def wait_for_others(variables: Variables, head: int, lengths: Lengths) -> Linear:
    """Return from when a service could begin: when everybody is there, after those before it, near those behind it.

    It waits for a visit that follows it, where that would come too late after it otherwise
    (docs/rules.md, Waiting for one another).
    """
    model, arrays = variables.model, variables.arrays
    moments: list[Linear] = [variables.ready[v] for v in variables.crew_of(head)]
    for earlier, is_from_start, least_s, *_ in arrays.entries_of(head, E_EARLIER).tolist():
        lasts = 0 if is_from_start else lengths[earlier]
        moments.append(variables.start[earlier] + lasts + least_s)
    for later, entry, *_ in arrays.entries_of(head, E_LATER).tolist():
        _, is_from_start, _, most_s, _ = arrays.entry[entry].tolist()
        if most_s < FAR_FUTURE_S:
            waits = model.new_int_var(variables.first_s - most_s - DAYS_S, variables.last_s, f"waits_for_{later}")
            lasts = 0 if is_from_start else lengths[head]
            model.add(waits == variables.start[later] - most_s - lasts).only_enforce_if(variables.served[later])
            model.add(waits <= variables.first_s).only_enforce_if(~variables.served[later])
            moments.append(waits)
    if len(moments) == 1:
        return moments[0]
    begin = model.new_int_var(variables.first_s - DAYS_S, variables.last_s + 2 * DAYS_S, f"begin_{head}")
    model.add_max_equality(begin, moments)
    return begin


def _paused_cases(variables: Variables, head: int) -> Iterator[Case]:
    """Yield by whom a service is done that may pause, with the break in it or not, and the pieces of it then."""
    model, arrays = variables.model, variables.arrays
    for s in variables.shifts:
        if (s, head) not in variables.serves or not may_pause(arrays, s, head):
            continue
        is_on, inside = variables.serves[s, head], variables.rests_inside.get((s, head))
        goes_on = model.new_bool_var(f"goes_on_{s}_{head}")
        model.add(goes_on + (0 if inside is None else inside) == is_on)
        for case in (goes_on, inside):
            if case is not None:
                pausing = Pausing(arrays, s, head, holds_break=case is inside)
                yield case, pausing.pieces(variables.first_s, variables.last_s)


def end_and_rest(variables: Variables, head: int, piece: Piece, is_it: cp_model.IntVar) -> None:
    """End a service that may pause, and begin the break in it, as its piece says."""
    model, start, end = variables.model, variables.start[head], variables.end[head]
    if piece.lasts_s is not None:
        model.add(end == start + piece.lasts_s).only_enforce_if(is_it)
    elif piece.ends_s is not None:
        model.add(end == piece.ends_s).only_enforce_if(is_it)
    for (s, visit), inside in variables.rests_inside.items():
        if visit == head and piece.works_s is not None:
            model.add(variables.rest_start[s] == start + piece.works_s).only_enforce_if([is_it, inside])
        elif visit == head and piece.rests_s is not None:
            model.add(variables.rest_start[s] == piece.rests_s).only_enforce_if([is_it, inside])


def _cases(variables: Variables, head: int, lengths: Lengths) -> Iterator[Case]:
    """Yield what windows and hours depend on: the day, and how long a visit lasts where hours bind it; and its pieces.

    What may pause has its own.
    """
    model, arrays = variables.model, variables.arrays
    for day in sorted({variables.day_of(s) for s in variables.shifts}):
        is_bound = arrays.visit[head, V_COUNTS + 2 * day + 1] >= 0
        on_day = [
            (s, variables.serves[s, head])
            for s in variables.shifts
            if variables.day_of(s) == day and (s, head) in variables.serves and not may_pause(arrays, s, head)
        ]
        if not on_day:
            continue
        if arrays.visit[head, V_CREW] > 1 and is_bound:
            spans = {
                variables.duration_s(s, v)
                for v in variables.crew_of(head)
                for s in variables.shifts
                if (s, v) in variables.serves
            }
            cases = {span_s: model.new_bool_var(f"lasts_{head}_{day}_{span_s}") for span_s in sorted(spans)}
            model.add(sum(cases.values()) == sum(one for _, one in on_day))
            for span_s, case in cases.items():
                model.add(lengths[head] == span_s).only_enforce_if(case)
                yield case, pieces_of(arrays, day, head, span_s)
            continue
        by_span: dict[int, list[cp_model.IntVar]] = {}
        for s, one in on_day:
            by_span.setdefault(variables.duration_s(s, head) if is_bound else 0, []).append(one)
        for span_s, some in sorted(by_span.items()):
            if len(some) > 1:
                case = model.new_bool_var(f"on_{head}_{day}_{span_s}")
                model.add(sum(some) == case)
                yield case, pieces_of(arrays, day, head, span_s)
            else:
                yield some[0], pieces_of(arrays, day, head, span_s)


def come_home(variables: Variables) -> None:
    """Be home by the latest return of the shift in force, and what an exception adds to it."""
    for s in variables.shifts:
        limit_s = int(variables.arrays.shift[s, S_RETURN_LIMIT])
        within(variables, s, variables.comes_home[s], limit_s, M_OVERTIME)


def never_overlap(variables: Variables, lengths: Lengths) -> None:
    """Say of a technician's services that no two are at one time: the routes imply it, and the solver finds more."""
    model = variables.model
    for s in variables.shifts:
        services = []
        for n in variables.nodes_of(s):
            head = variables.head_of(n)
            lasts = variables.duration_s(s, n) if len(variables.crew_of(head)) == 1 else lengths[head]
            is_on = variables.serves[s, n]
            if may_pause(variables.arrays, s, n):
                continue
            services.append(
                model.new_optional_interval_var(variables.start[n], lasts, variables.end[n], is_on, f"service_{s}_{n}")
            )
        model.add_no_overlap(services)
