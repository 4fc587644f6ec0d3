"""How late a route may leave and still be home at the same moment: what the length of a day is counted from.

A second schedule beside the first, of the same routes and break slots, that nowhere is earlier: it raises no lateness,
breaks nothing, keeps what others wait for, and ends with the first one. The model finds the latest that there is, where
the length of a day is limited or has a price (docs/rules.md, `travel_limit` and `working_time`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.engine.arrays import (
    E_EARLIER,
    E_LATER,
    FAR_FUTURE_S,
    R_WORKING_TIME,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_DEPART,
    S_MAX_DUTY,
    V_LATEST,
    V_READY,
)
from optimizer.engine.master.day.pauses import may_pause
from optimizer.engine.master.day.pieces import pieces_of
from optimizer.engine.master.day.variables import HOME

if TYPE_CHECKING:
    from optimizer.engine.arrays import ProblemArrays
    from optimizer.engine.master.day.clock import Lengths, Pieces
    from optimizer.engine.master.day.variables import Linear, Variables


def counts_length(arrays: ProblemArrays, shift: int) -> bool:
    """Return whether the length of a day is limited, or has a price."""
    return bool(arrays.rates[R_WORKING_TIME]) or int(arrays.shift[shift, S_MAX_DUTY]) < FAR_FUTURE_S


def has_holes(arrays: ProblemArrays, shift: int, day: int) -> bool:
    """Return whether a later departure may be harmless on a day although one before it is not.

    Two visits with several pieces each may make it so: what the first skips may be what harms the second. The schedule
    may then use any later piece, so that the day may seem shorter than it is: the plan is proven where the judge, who
    walks through every departure, comes to the same cost.
    """
    able = [n for n in range(len(arrays.visit)) if arrays.duration[shift, n] >= 0 and not may_pause(arrays, shift, n)]
    return sum(len(pieces_of(arrays, day, n, int(arrays.duration[shift, n]))) > 1 for n in able) > 1


class LatestDepartures:
    """The second schedule of the technician-days whose length counts.

    Attributes
    ----------
    departs : shift -> moment
        The latest departure, where that counts.
    """

    def __init__(self, variables: Variables, pieces: Pieces, lengths: Lengths) -> None:
        self.variables, self.pieces, self.lengths = variables, pieces, lengths
        shifts = [s for s in variables.shifts if counts_length(variables.arrays, s)]
        self.skips = {s: has_holes(variables.arrays, s, variables.day_of(s)) for s in shifts}
        nodes = sorted({n for s in shifts for n in variables.nodes_of(s)})
        self.departs, self.sets_out, self.is_back, self.comes_home, self.rests = (
            {s: variables.moment(f"latest_{name}_{s}") for s in shifts}
            for name in ("departs", "sets_out", "is_back", "comes_home", "rests")
        )
        self.arrive, self.ready, self.start, self.end, self.leave = (
            {n: variables.moment(f"latest_{name}_{n}") for n in nodes}
            for name in ("arrive", "ready", "start", "end", "leave")
        )
        for s in shifts:
            self._drive(s)
            self._rest(s)
            for n in variables.nodes_of(s):
                self._serve(s, n)
            self._keep_within(s)

    def _drive(self, s: int) -> None:
        """Leave after the service, drive, be home no later than before."""
        model, variables = self.variables.model, self.variables
        departs_s = int(variables.arrays.shift[s, S_DEPART])
        model.add(self.departs[s] >= departs_s).only_enforce_if(variables.used[s])
        model.add(self.comes_home[s] <= variables.comes_home[s]).only_enforce_if(variables.used[s])
        for (a, b), arc in variables.arcs[s].items():
            leaves = self.sets_out[s] if a == HOME else self.leave[a]
            there = self.is_back[s] if b == HOME else self.arrive[b]
            model.add(there >= leaves + variables.travel_s(s, a, b)).only_enforce_if(arc)

    def _rest(self, s: int) -> None:
        """Take the break in its slot, moved inside its window."""
        model, variables, row = self.variables.model, self.variables, self.variables.arrays.shift[s]
        length_s = int(row[S_BREAK_LENGTH])
        if length_s:
            model.add(self.rests[s] <= int(row[S_BREAK_CLOSE])).only_enforce_if(variables.used[s])
            model.add(self.rests[s] >= variables.rest_start[s]).only_enforce_if(variables.used[s])
        for n in (HOME, *variables.nodes_of(s)):
            pairs = (
                (self.departs[s] if n == HOME else self.end[n], self.sets_out[s] if n == HOME else self.leave[n]),
                (self.is_back[s] if n == HOME else self.arrive[n], self.comes_home[s] if n == HOME else self.ready[n]),
            )
            is_on = variables.used[s] if n == HOME else variables.serves[s, n]
            for (before, after), slots in zip(pairs, (variables.rests_before, variables.rests_after), strict=True):
                model.add(after >= before).only_enforce_if(is_on)
                if length_s:
                    model.add(self.rests[s] >= before).only_enforce_if(slots[s, n])
                    model.add(after >= self.rests[s] + length_s).only_enforce_if(slots[s, n])

    def _serve(self, s: int, n: int) -> None:
        """Start no earlier than before, with no more lateness; what others wait for, and what may pause, as before."""
        model, variables, arrays = self.variables.model, self.variables, self.variables.arrays
        is_on, head = variables.serves[s, n], variables.head_of(n)
        start, before = self.start[n], variables.start[n]
        model.add(start >= self.ready[n]).only_enforce_if(is_on)
        model.add(start >= before).only_enforce_if(is_on)
        has_begun = arrays.visit[n, V_READY] == arrays.visit[n, V_LATEST]
        if may_pause(arrays, s, n) or has_begun or len(variables.crew_of(head)) > 1:
            model.add(start == before).only_enforce_if(is_on)
            model.add(self.end[n] == variables.end[n]).only_enforce_if(is_on)
            return
        model.add(self.end[n] == start + self.lengths[head]).only_enforce_if(is_on)
        for later, *_ in arrays.entries_of(n, E_LATER).tolist():
            model.add(start == before).only_enforce_if([is_on, variables.served[later]])
        for earlier, is_from_start, _, most_s, *_ in arrays.entries_of(n, E_EARLIER).tolist():
            if most_s < FAR_FUTURE_S:
                lasts: Linear = 0 if is_from_start else self.lengths[earlier]
                model.add(start <= variables.start[earlier] + lasts + most_s).only_enforce_if(is_on)
        self._keep_lateness(s, n)

    def _keep_lateness(self, s: int, n: int) -> None:
        """Use the same piece, or a later one where no arrival in between is later than before after its close."""
        model, variables = self.variables.model, self.variables
        mine = self.pieces[n]
        chosen = [model.new_bool_var(f"latest_piece_{s}_{n}_{k}") for k in range(len(mine))]
        # A window may have closed long before the days.
        most_s = max([0, *(variables.last_s - one.piece.close_s for one in mine)])
        late = model.new_int_var(0, most_s, f"late_now_{s}_{n}")
        model.add(sum(chosen) == 1).only_enforce_if(variables.serves[s, n])
        begin, start, before = self.ready[n], self.start[n], variables.start[n]
        for k, (piece, is_it, case) in enumerate(mine):
            # How late it is now, and not more: the later start counts from the close of its own piece.
            on_time = model.new_bool_var(f"on_time_{s}_{n}_{k}")
            model.add(before <= piece.close_s).only_enforce_if([is_it, on_time])
            model.add(late == 0).only_enforce_if([is_it, on_time])
            model.add(late == before - piece.close_s).only_enforce_if([is_it, ~on_time])
            model.add(begin <= piece.until_s).only_enforce_if(chosen[k])
            model.add(start >= piece.open_s).only_enforce_if(chosen[k])
            model.add(start <= piece.close_s + late).only_enforce_if(chosen[k])
            so_far = [(i, one) for i, one in enumerate(mine[: k + 1]) if one.case == case]
            model.add_bool_or([one.is_it for _, one in so_far]).only_enforce_if(chosen[k])
            for j, (between, _, _) in so_far[:-1]:
                if between.until_s > between.close_s and not self.skips[s]:
                    for now in (one for i, one in so_far if i <= j):
                        needed_s = between.until_s - between.close_s
                        model.add(late >= needed_s).only_enforce_if([chosen[k], now.is_it])

    def _keep_within(self, s: int) -> None:
        """Keep the length of the day within its limit."""
        most_s = int(self.variables.arrays.shift[s, S_MAX_DUTY])
        if most_s < FAR_FUTURE_S:
            self.variables.model.add(self.length_s(s) <= most_s).only_enforce_if(self.variables.used[s])

    def length_s(self, s: int) -> Linear:
        """Return how long a day lasts."""
        return self.variables.comes_home[s] - self.departs[s]
