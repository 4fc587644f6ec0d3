"""The decisions of a day, behind the questions that rules ask.

Nodes are visits by index and stops at the branch behind them; `HOME` is both ends of a route. Moments are seconds of
the clock. A visit of several people has an index for each; what counts once is at the first, its head.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from ortools.sat.python import cp_model

from optimizer.engine.arrays import (
    B_LEAVES,
    NONE,
    R_VISITS,
    S_BREAK_LENGTH,
    S_DAY,
    S_DEPART,
    S_END_NODE,
    S_MORE_OVERTIME,
    S_OWNER,
    S_PROFILE,
    S_RETURN_LIMIT,
    S_START_NODE,
    V_CREW,
    V_HEAD,
)
from optimizer.engine.master.day.pauses import may_pause

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.engine.arrays import ProblemArrays
    from optimizer.engine.master.day.answers import Question

    #: By technician-day, the visits with which its route begins: all indices of each.
    Prefixes = Mapping[int, Sequence[Sequence[int]]]

#: A number that the decisions make.
Linear: TypeAlias = cp_model.LinearExpr | int
#: Where a route begins and ends, among the nodes of its arcs.
HOME = -1


class Variables:
    """The variables of a model of a day.

    Parameters
    ----------
    arrays
        The problem.
    question
        Which technician-days keep their routes: these have no other nodes, and nobody else has theirs.
    prefixes
        Of each technician-day that has started, the visits with which its route begins: all indices of each, in order.

    Attributes
    ----------
    serves : (shift, node) -> Boolean
        Who serves what: no entry for who may not.
    served : visit -> Boolean
        Of a crew, by its head.
    arcs : shift -> (node, node) -> Boolean
        Which drives a route makes.
    used : shift -> Boolean
        Whether a technician-day has a route.
    arrive, ready, start, end, leave : node -> moment
        Arrival; from when the technician is there for the service (after a break); service; departure, after a break.
    sets_out, is_back, comes_home : shift -> moment
        Departure, return before a break at the end place, return.
    rests_before, rests_after : (shift, node) -> Boolean
        The break lies before the drive from a node, or after the drive to it.
    rests_inside : (shift, visit) -> Boolean
        The break lies in the pause of a service.
    rest_start : shift -> moment
        When the break begins.
    """

    def __init__(self, arrays: ProblemArrays, question: Question, prefixes: Prefixes) -> None:
        self.arrays, self.question, self.prefixes = arrays, question, prefixes
        self.model = cp_model.CpModel()
        self.first_s = min([int(arrays.shift[s, S_DEPART]) for s in self.shifts], default=0)
        self.last_s = max(
            [int(arrays.shift[s, S_RETURN_LIMIT] + arrays.shift[s, S_MORE_OVERTIME]) for s in self.shifts], default=0
        )
        self.last_s = max(self.last_s, self.first_s)
        model = self.model
        self.serves = {(s, n): model.new_bool_var(f"serves_{s}_{n}") for s in self.shifts for n in self.nodes_of(s)}
        self.used = {s: model.new_bool_var(f"used_{s}") for s in self.shifts}
        self.served = {v: model.new_bool_var(f"served_{v}") for v in self.heads}
        self.arcs = {s: self._arcs_of(s) for s in self.shifts}
        self.arrive, self.ready, self.start, self.end, self.leave = (
            {n: self.moment(f"{name}_{n}") for n in self.nodes} for name in ("arrive", "ready", "start", "end", "leave")
        )
        self.sets_out, self.is_back, self.comes_home, self.rest_start = (
            {s: self.moment(f"{name}_{s}") for s in self.shifts}
            for name in ("sets_out", "is_back", "comes_home", "rest")
        )
        slots = [(s, n) for s in self.shifts if arrays.shift[s, S_BREAK_LENGTH] for n in (HOME, *self.nodes_of(s))]
        self.rests_before = {key: model.new_bool_var(f"rests_before_{key[0]}_{key[1]}") for key in slots}
        self.rests_after = {key: model.new_bool_var(f"rests_after_{key[0]}_{key[1]}") for key in slots}
        inside = [(s, n) for s, n in slots if n != HOME and may_pause(arrays, s, n)]
        self.rests_inside = {key: model.new_bool_var(f"rests_inside_{key[0]}_{key[1]}") for key in inside}

    def moment(self, name: str) -> cp_model.IntVar:
        """Return a new moment within the days."""
        return self.model.new_int_var(self.first_s, self.last_s, name)

    # --- what there is ------------------------------------------------------------------------------------------

    @cached_property
    def shifts(self) -> range:
        """The technician-days."""
        return range(len(self.arrays.shift))

    @cached_property
    def visits(self) -> range:
        """The indices of visits; stops at the branch lie behind them."""
        return range(int(self.arrays.rates[R_VISITS]))

    @cached_property
    def heads(self) -> list[int]:
        """The visits, those of a crew once."""
        return [v for v in self.visits if self.arrays.visit[v, V_HEAD] == v]

    @cached_property
    def nodes(self) -> list[int]:
        """All nodes that some route may have."""
        return sorted({n for s in self.shifts for n in self.nodes_of(s)} | set(self.visits))

    def nodes_of(self, shift: int) -> list[int]:
        """Return the nodes that a route may have."""
        return self._nodes_of[shift]

    @cached_property
    def _nodes_of(self) -> list[list[int]]:
        start, kept = self.question.start, self.question.kept
        taken = {n for s in kept for n in start[s]}
        found = []
        for s in self.shifts:
            if s in kept:
                found.append(sorted(start[s]))
            else:
                able = [n for n in range(self.arrays.duration.shape[1]) if self.arrays.duration[s, n] != NONE]
                found.append([n for n in able if n not in taken])
        return found

    @cached_property
    def starters(self) -> list[int]:
        """What has a start of its own: the visits, those of a crew once, and the stops at the branch."""
        return [*self.heads, *(n for n in self.nodes if n not in self.visits)]

    def head_of(self, node: int) -> int:
        """Return the first index of a node's crew."""
        return int(self.arrays.visit[node, V_HEAD])

    def crew_of(self, head: int) -> range:
        """Return the indices of a visit, one for each of its people."""
        return range(head, head + int(self.arrays.visit[head, V_CREW]))

    def day_of(self, shift: int) -> int:
        """Return the day of a technician-day."""
        return int(self.arrays.shift[shift, S_DAY])

    def owner_of(self, shift: int) -> int:
        """Return the technician of a technician-day."""
        return int(self.arrays.shift[shift, S_OWNER])

    def duration_s(self, shift: int, node: int) -> int:
        """Return how long a technician takes for a service, in a crew by him or her alone."""
        return int(self.arrays.duration[shift, node])

    def travel_s(self, shift: int, here: int, there: int) -> int:
        """Return the travel from node to node, the time at the door included."""
        row = self.arrays.shift[shift]
        origin = int(row[S_START_NODE]) if here == HOME else here
        goal = int(row[S_END_NODE]) if there == HOME else there
        return int(self.arrays.travel[row[S_PROFILE], origin, goal])

    def stops_of(self, shift: int) -> list[int]:
        """Return the stops at the branch that a route may have, and the waits there before it leaves."""
        return [n for n in self.nodes_of(shift) if n not in self.visits]

    def leaves_later(self, node: int) -> bool:
        """Return whether a node is a wait at the branch before the route leaves."""
        return node != HOME and node not in self.visits and bool(self.arrays.stop[node - len(self.visits), B_LEAVES])

    @cached_property
    def past_stop(self) -> dict[tuple[int, int], cp_model.IntVar]:
        """By technician-day and visit, whether it comes after the stop at the branch; only where there may be one."""
        found = {}
        for s in self.shifts:
            if self.stops_of(s):
                for v in self.nodes_of(s):
                    if v in self.visits:
                        found[s, v] = self.model.new_bool_var(f"past_stop_{s}_{v}")
        return found

    # --- who serves what ----------------------------------------------------------------------------------------

    def serving(self, node: int) -> list[cp_model.IntVar]:
        """Return the decisions that would put somebody on a node."""
        return [self.serves[s, node] for s in self.shifts if (s, node) in self.serves]

    def lengths_of(self, visit: int) -> list[tuple[int, cp_model.IntVar]]:
        """Return how long the service takes each who may serve, with the decision to serve."""
        return [(self.duration_s(s, visit), self.serves[s, visit]) for s in self.shifts if (s, visit) in self.serves]

    def joins(self, shift: int, head: int) -> list[cp_model.IntVar]:
        """Return the decisions by which a technician-day takes part in a visit, as whichever of its people."""
        return [self.serves[shift, v] for v in self.crew_of(head) if (shift, v) in self.serves]

    def is_on_day(self, node: int, day: int) -> list[cp_model.IntVar]:
        """Return the decisions that would put a node on a day."""
        return [self.serves[s, node] for s in self.shifts if self.day_of(s) == day and (s, node) in self.serves]

    def takes_part(self, owner: int, head: int) -> list[cp_model.IntVar]:
        """Return the decisions by which a technician takes part in a visit, on whichever day."""
        return [one for s in self.shifts if self.owner_of(s) == owner for one in self.joins(s, head)]

    def _arcs_of(self, shift: int) -> dict[tuple[int, int], cp_model.IntVar]:
        own = self.nodes_of(shift)
        pairs = [(a, b) for a in (HOME, *own) for b in (HOME, *own) if a != b]
        return {pair: self.model.new_bool_var(f"arc_{shift}_{pair[0]}_{pair[1]}") for pair in pairs}
