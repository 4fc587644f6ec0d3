"""Several searches side by side: threads run them, fixed marks bring them together.

The number of islands belongs to the budget, the number of threads does not: any number of threads gives the same
plan. In work mode the marks lie at fixed moves; in time mode at fixed shares of the time, and each island cools by
its own measured speed.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from optimizer.engine.arrays import E_EARLIER, R_LINKS, R_VISITS, V_ABLE, V_CREW, V_HEAD, V_PRICE
from optimizer.engine.route_pool import PooledRoute
from optimizer.engine.search.accept import H_FACTOR, H_FLOOR, H_HEAT, H_HOT, cooling_factor
from optimizer.engine.search.annealing import LAST_HEAT, MARKS, Schedule, typical_loss
from optimizer.engine.search.dials import D_COLD, D_HOT
from optimizer.engine.search.entries import construct, load_routes, run_moves, settle, true_cents
from optimizer.engine.search.schedule import IMPOSSIBLE
from optimizer.engine.search.state import (
    C_COUNT,
    L_START,
    NO_START,
    PROBE_MOVES,
    T_BEST,
    T_BROKEN,
    T_MOVES,
    T_POOLED,
    T_PROBING,
    T_RISES,
    make_state,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from optimizer.engine.arrays import IntArray, ProblemArrays
    from optimizer.engine.route_pool import Solution
    from optimizer.engine.search.state import State

#: After this mark, each of several islands goes on from the best plan of all; where there are several annealings, that
#: is where the last one begins.
MEETING_MARK = 16
#: A kernel call lasts about so long, so that a stop is obeyed at once.
CHUNK_S = 0.03
FIRST_CHUNK = 100


@dataclass(frozen=True, slots=True)
class SearchBudget:
    """How long to search.

    Parameters
    ----------
    moves
        Moves of each island, in work mode; `None` in time mode.
    deadline_s
        Moment (`time.monotonic`) at which the search must have ended, also in work mode.
    islands, threads, seed
        How many searches, on how many threads, from which seed.
    dials
        Figures of the search to be set otherwise (`dials.py`).
    """

    moves: int | None
    deadline_s: float
    islands: int = 1
    threads: int = 1
    seed: int = 0
    dials: Mapping[str, int] = field(default_factory=dict)


class Islands:
    """The searches of one solve.

    Parameters
    ----------
    arrays
        The problem.
    budget
        How long, how many, how seeded.
    is_stopped
        Asked between kernel calls; once true, every island returns.
    """

    def __init__(self, arrays: ProblemArrays, budget: SearchBudget, is_stopped: Callable[[], bool]) -> None:
        self.arrays = arrays
        self.budget = budget
        self._is_stopped = is_stopped
        islands = range(max(1, budget.islands))
        self._own = [arrays.own_copy() for _ in islands]
        self._states = [make_state(arrays, budget.seed * 1009 + n, dials=budget.dials) for n in islands]
        self._schedule = Schedule()
        self._searching_from = time.monotonic()

    @property
    def moves(self) -> int:
        """Moves made so far, all islands together."""
        return sum(int(state.total[T_MOVES]) for state in self._states)

    @property
    def best_cents(self) -> int:
        """True cost of the best plan so far."""
        return min(int(state.total[T_BEST]) for state in self._states)

    @property
    def heat(self) -> float:
        """Temperature of the first island, in cents."""
        return float(self._states[0].heat[H_HEAT])

    def best(self) -> Solution:
        """Return the best routes so far; of equals, the first island's."""
        return _routes(self._best_state())

    def best_starts(self) -> IntArray:
        """Return the starts of linked visits in the best routes, `NO_START` for the others; empty without links."""
        return self._best_state().best_start.copy()

    def _best_state(self) -> State:
        return min(self._states, key=lambda state: int(state.total[T_BEST]))

    def construct(self, fixed: Solution) -> None:
        """Build each island's first plan around the fixed prefixes of started routes, whatever the clock says."""
        seqs, counts = _as_arrays(fixed, len(self.arrays.shift))
        order = construction_order(self.arrays)
        for arrays, state in self._pairs():
            starts = np.full(len(state.link), NO_START, np.int64)
            for first in range(0, max(1, len(order)), FIRST_CHUNK):
                construct(arrays, state, seqs, counts, starts, order, first, first + FIRST_CHUNK)
                if self._is_stopped():
                    break
            if state.total[T_BEST] == IMPOSSIBLE and true_cents(arrays, state) < IMPOSSIBLE:
                # Cut short: what has been inserted so far is a plan all the same.
                settle(arrays, state)

    def _pairs(self) -> list[tuple[ProblemArrays, State]]:
        return list(zip(self._own, self._states, strict=True))

    def run(self) -> Iterator[int]:
        """Search from mark to mark; yield each mark's number when every island has reached it.

        Mark 0 is that the temperatures are known; these few moves are made whatever the clock says.
        """
        if not len(self.arrays.visit) or not len(self.arrays.shift):
            return
        with ThreadPoolExecutor(max_workers=max(1, self.budget.threads)) as threads:
            self._searching_from = time.monotonic()
            self._for_all(threads, self._probe)
            if self._is_stopped():
                return
            yield 0
            self._schedule = self._plan_annealings()
            for mark in range(1, MARKS + 1):
                if self._out_of_time():
                    return
                if self._meets_before(mark):
                    self._start_from_best()
                self._for_all(threads, partial(self._search_to, mark))
                yield mark

    def _meets_before(self, mark: int) -> bool:
        """Say whether all islands go on from the best plan of all before the moves that lead to a mark."""
        if self._schedule.count > 1:
            return self._schedule.is_last(mark) and self._schedule.begins_at(mark)
        return mark == MEETING_MARK + 1 and len(self._states) > 1

    def adopt(self, solution: Solution) -> bool:
        """Let the first island go on from a plan that the master found, if that is the best so far; say whether."""
        arrays, state = self._own[0], self._states[0]
        before, starts = int(state.total[T_BEST]), self.best_starts()
        in_hand = state.seq[: len(arrays.shift)].copy(), state.route[: len(arrays.shift), C_COUNT].copy()
        own_starts = state.link[:, L_START].copy()
        load_routes(arrays, state, *_as_arrays(solution, len(arrays.shift)), starts)
        settle(arrays, state)
        is_better = int(state.total[T_BEST]) < before
        if not is_better:
            load_routes(arrays, state, *in_hand, own_starts)
        return is_better

    def drain(self) -> list[PooledRoute]:
        """Return the good routes found since the last call."""
        routes = []
        for state in self._states:
            for n in range(int(state.total[T_POOLED])):
                shift, count, cents, work = (int(value) for value in state.pool_info[n])
                visits = tuple(int(v) for v in state.pool[n, :count])
                routes.append(PooledRoute(shift=shift, visits=visits, cost_cents=cents, work_s=work))
            state.total[T_POOLED] = 0
        return routes

    # --- one island ---------------------------------------------------------------------------------------------

    def _probe(self, arrays: ProblemArrays, state: State) -> None:
        """Settle, whatever the clock says, then measure how much moves lose: the temperatures follow from it."""
        state.heat[:] = 1.0
        for _ in range(2):
            # A proposal that is dropped half-way tells nothing: what all lose is measured.
            state.total[T_RISES], state.total[T_PROBING] = 0, 1
            for _ in range(0, PROBE_MOVES, FIRST_CHUNK):
                if self._is_stopped():
                    break
                run_moves(arrays, state, FIRST_CHUNK if self.budget.moves is None else self._left(state))
            state.total[T_PROBING] = 0
        typical = typical_loss(state.rises[: state.total[T_RISES]])
        state.heat[H_HOT], state.heat[H_FLOOR] = typical * state.dial[D_HOT] / 1000, typical * state.dial[D_COLD] / 1000
        state.heat[H_HEAT] = state.heat[H_HOT]

    def _left(self, state: State) -> int:
        """Return the next probe's number of moves, in work mode at most what the budget leaves."""
        return max(0, min(FIRST_CHUNK, (self.budget.moves or 0) - int(state.total[T_MOVES])))

    def _search_to(self, mark: int, arrays: ProblemArrays, state: State) -> None:
        schedule = self._schedule
        if schedule.begins_at(mark):
            hot = float(state.heat[H_HOT])
            state.heat[H_HEAT] = max(hot * LAST_HEAT, state.heat[H_FLOOR]) if schedule.is_last(mark) else hot
        if self.budget.moves is not None:
            self._search_moves(arrays, state, mark)
        else:
            self._search_time(arrays, state, mark)

    def _search_moves(self, arrays: ProblemArrays, state: State, mark: int) -> None:
        """Work mode: cooling follows the number of moves alone."""
        moves = self.budget.moves or 0
        until, end = moves * mark // MARKS, moves * self._schedule.end_of(mark) // MARKS
        heat, floor = float(state.heat[H_HEAT]), float(state.heat[H_FLOOR])
        state.heat[H_FACTOR] = cooling_factor(heat, floor, end - int(state.total[T_MOVES]))
        chunk = FIRST_CHUNK
        while state.total[T_MOVES] < until and not self._out_of_time():
            began = time.monotonic()
            run_moves(arrays, state, min(chunk, until - int(state.total[T_MOVES])))
            chunk = _next_chunk(chunk, time.monotonic() - began)

    def _search_time(self, arrays: ProblemArrays, state: State, mark: int) -> None:
        """Time mode: cool so that the coldest temperature is reached when the annealing's time is up."""
        chunk = FIRST_CHUNK
        while (began := time.monotonic()) < self._moment_of(mark) and not self._out_of_time():
            left = self._moment_of(self._schedule.end_of(mark)) - began
            speed = state.total[T_MOVES] / max(1e-3, began - self._searching_from)
            heat = float(state.heat[H_HEAT])
            state.heat[H_FACTOR] = cooling_factor(heat, float(state.heat[H_FLOOR]), speed * left)
            run_moves(arrays, state, chunk)
            chunk = _next_chunk(chunk, time.monotonic() - began)

    def _moment_of(self, mark: int) -> float:
        """Return when a mark is reached in time mode."""
        return self._searching_from + (self.budget.deadline_s - self._searching_from) * mark / MARKS

    def _plan_annealings(self) -> Schedule:
        """Return how many annealings the moves are enough for, which in time mode the speed so far tells."""
        visits = int(self.arrays.rates[R_VISITS])
        if self.budget.moves is not None:
            return Schedule.of(self.budget.moves, visits)
        now = time.monotonic()
        speed = self.moves / len(self._states) / max(1e-3, now - self._searching_from)
        return Schedule.of(speed * max(0.0, self.budget.deadline_s - now), visits)

    def _start_from_best(self) -> None:
        seqs, counts = _as_arrays(self.best(), len(self.arrays.shift))
        starts = self.best_starts()
        for arrays, state in self._pairs():
            load_routes(arrays, state, seqs, counts, starts)

    def _for_all(self, threads: ThreadPoolExecutor, work: Callable[[ProblemArrays, State], None]) -> None:
        for _ in threads.map(work, self._own, self._states):
            pass

    def _out_of_time(self) -> bool:
        return self._is_stopped() or time.monotonic() >= self.budget.deadline_s


def construction_order(arrays: ProblemArrays) -> IntArray:
    """Return the visits in the order of a first plan: predecessors, crews, the dear, those whom few can serve."""
    orders = int(arrays.rates[R_VISITS])
    depth = np.zeros(orders, np.int64)
    for _ in range(orders if arrays.rates[R_LINKS] else 0):
        before = depth.copy()
        for v in range(orders):
            earlier = arrays.entries_of(v, E_EARLIER)[:, 0]
            depth[v] = max((int(depth[e]) + 1 for e in earlier), default=0)
        if (depth == before).all():
            break
    visit = arrays.visit[:orders]
    order = np.lexsort((np.arange(orders), visit[:, V_ABLE], -visit[:, V_PRICE], visit[:, V_CREW] == 1, depth))
    heads: IntArray = order[visit[order, V_HEAD] == order]
    return heads


def bound_arrays(arrays: ProblemArrays, solution: Solution, starts: IntArray) -> ProblemArrays:
    """Return the arrays with the bounds that the linked visits of a solution put on one another; the same without."""
    if not arrays.rates[R_LINKS]:
        return arrays
    own, state = arrays.own_copy(), make_state(arrays, 0, pool_size=1, dials={"loose": 0})
    load_routes(own, state, *_as_arrays(solution, len(arrays.shift)), starts)
    assert not state.total[T_BROKEN], "the search kept linked visits that cannot be timed"
    return own


def _next_chunk(chunk: int, took_s: float) -> int:
    """Return how many moves the next kernel call makes so that it lasts about `CHUNK_S`."""
    return max(10, min(4 * chunk, int(chunk * CHUNK_S / max(took_s, 1e-5))))


def _routes(state: State) -> Solution:
    return tuple(
        tuple(int(v) for v in state.best[shift, : state.best_count[shift]]) for shift in range(len(state.best_count))
    )


def _as_arrays(solution: Solution, shifts: int) -> tuple[np.ndarray, np.ndarray]:
    """Return routes as the kernels take them: int64 (n_shifts, longest), (n_shifts,)."""
    counts = np.zeros(shifts, np.int64)
    counts[: len(solution)] = [len(route) for route in solution]
    seqs = np.full((shifts, max([1, *counts.tolist()])), -1, np.int64)
    for shift, route in enumerate(solution):
        seqs[shift, : len(route)] = route
    return seqs, counts
