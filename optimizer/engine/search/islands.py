"""Several searches side by side: threads run them, fixed checkpoints bring them together.

The number of islands belongs to the budget, the number of threads does not: any number of threads gives the same
plan. In work mode the checkpoints lie at fixed moves; in time mode at fixed shares of the time, and each island cools
by its own measured speed.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from optimizer.engine.arrays import (
    E_EARLIER,
    FORBIDDEN,
    MANDATORY_CENTS,
    NONE,
    R_SYNCED,
    R_VISITS,
    V_ABLE,
    V_CREW,
    V_FIXED,
    V_HEAD,
    V_PRICE,
)
from optimizer.engine.route_pool import PooledRoute
from optimizer.engine.search.accept import cooling_factor
from optimizer.engine.search.annealing import CHECKPOINTS, LAST_ANNEALING_SHARE, AnnealingSchedule, typical_uphill_delta
from optimizer.engine.search.entries import construct, load_routes, run_moves, settle, true_cents
from optimizer.engine.search.parameters import PARAM_COLD, PARAM_HOT
from optimizer.engine.search.state import (
    C_COUNT,
    PROBE_MOVES,
    SYNC_START,
    T_BEST,
    T_EMPTY,
    T_INFEASIBLE,
    T_MOVES,
    T_POOLED,
    T_PROBING,
    T_UNASSIGNED,
    T_UPHILL,
    TEMP_FACTOR,
    TEMP_FIRST,
    TEMP_LAST,
    TEMP_NOW,
    make_state,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from optimizer.engine.arrays import IntArray, ProblemArrays
    from optimizer.engine.route_pool import Solution
    from optimizer.engine.search.state import State

#: After this checkpoint, each of several islands goes on from the best plan of all; where there are several annealings,
#: that is where the last one begins.
MEETING_CHECKPOINT = 16
#: Where who stays out is a choice, the first temperature is that of moves that typically lose so many visits' prices.
CHOICE = 2
#: About how long a kernel call lasts, so that a stop is obeyed at once.
CHUNK_S = 0.03
FIRST_CHUNK = 100
#: A search that has made so many moves has tried: what it leaves out of the locked visits cannot be kept. An idle
#: machine needs a second for them, a busy one may need the time of many solves.
INSISTING_MOVES = 20_000


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
    parameters
        Search parameters to be set otherwise (`parameters.py`).
    """

    moves: int | None
    deadline_s: float
    islands: int = 1
    threads: int = 1
    seed: int = 0
    parameters: Mapping[str, int] = field(default_factory=dict)


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
        self._states = [make_state(arrays, budget.seed * 1009 + n, parameters=budget.parameters) for n in islands]
        self._schedule = AnnealingSchedule()
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
    def temperature(self) -> float:
        """Temperature of the first island, in cents."""
        return float(self._states[0].temperature[TEMP_NOW])

    def best(self) -> Solution:
        """Return the best routes so far; of equals, the first island's."""
        return _routes(self._best_state())

    def best_starts(self) -> IntArray:
        """Return the starts of synchronized visits in the best routes, `NONE` for others; may be empty."""
        return self._best_state().best_start.copy()

    def _best_state(self) -> State:
        return min(self._states, key=lambda state: int(state.total[T_BEST]))

    def construct(self, fixed: Solution) -> None:
        """Build each island's first plan around the fixed prefixes of started routes, whatever the clock says."""
        seqs, counts = _as_arrays(fixed, len(self.arrays.shift))
        order = construction_order(self.arrays)
        for arrays, state in self._pairs():
            starts = np.full(len(state.sync), NONE, np.int64)
            for first in range(0, max(1, len(order)), FIRST_CHUNK):
                construct(arrays, state, seqs, counts, starts, order, first, first + FIRST_CHUNK)
                if self._is_stopped():
                    break
            if state.total[T_BEST] == FORBIDDEN and true_cents(arrays, state) < FORBIDDEN:
                # Cut short: what has been inserted so far is a plan, too.
                settle(arrays, state)

    def _pairs(self) -> list[tuple[ProblemArrays, State]]:
        return list(zip(self._own, self._states, strict=True))

    def run(self) -> Iterator[int]:
        """Search from checkpoint to checkpoint; yield the number of each when every island has reached it.

        At checkpoint 0 the temperatures are known; these few moves are made whatever the clock says, and some more at
        the end where the best plan leaves out what no plan may.
        """
        if not len(self.arrays.visit) or not len(self.arrays.shift):
            return
        with ThreadPoolExecutor(max_workers=max(1, self.budget.threads)) as threads:
            self._searching_from = time.monotonic()
            self._for_all(threads, self._probe)
            if self._is_stopped():
                return
            self._meet_earlier()
            yield 0
            self._schedule = self._plan_annealings()
            for checkpoint in range(1, CHECKPOINTS + 1):
                if self._out_of_time():
                    break
                if self._meets_before(checkpoint):
                    self._start_from_best()
                self._for_all(threads, partial(self._search_to, checkpoint))
                self._meet_earlier()
                yield checkpoint
            if self.budget.moves is None:
                self._for_all(threads, self._insist)

    def _meets_before(self, checkpoint: int) -> bool:
        """Return whether all islands go on from the best plan of all before the moves that lead to a checkpoint."""
        if self._schedule.count > 1:
            return self._schedule.is_last(checkpoint) and self._schedule.begins_at(checkpoint)
        return checkpoint == MEETING_CHECKPOINT + 1 and len(self._states) > 1

    def adopt(self, solution: Solution) -> bool:
        """Let the first island go on from a plan that the master found, if it is the best so far; return whether."""
        arrays, state = self._own[0], self._states[0]
        before, starts = int(state.total[T_BEST]), self.best_starts()
        in_hand = state.seq[: len(arrays.shift)].copy(), state.route[: len(arrays.shift), C_COUNT].copy()
        own_starts = state.sync[:, SYNC_START].copy()
        load_routes(arrays, state, *_as_arrays(solution, len(arrays.shift)), starts)
        settle(arrays, state)
        is_better = int(state.total[T_BEST]) < before
        if not is_better:
            load_routes(arrays, state, *in_hand, own_starts)
        return is_better

    def _meet_earlier(self) -> None:
        """Let who meets or follows in the best plan start as early as can be, where that is cheaper.

        A start that was found once may keep itself up, as when each technician's break waits for the others'.
        """
        if not self.arrays.rates[R_SYNCED]:
            return
        routes = _as_arrays(self.best(), len(self.arrays.shift))
        unknown = np.full(len(self.arrays.visit), NONE, np.int64)
        arrays, spare = self._spare
        load_routes(arrays, spare, *routes, unknown)
        if not spare.total[T_INFEASIBLE] and true_cents(arrays, spare) < self.best_cents:
            own, state = self._own[0], self._states[0]
            load_routes(own, state, *routes, unknown)
            settle(own, state)

    @cached_property
    def _spare(self) -> tuple[ProblemArrays, State]:
        """The problem and a state beside the searches."""
        return self.arrays.own_copy(), make_state(self.arrays, 0, pool_size=1)

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
        """Settle, whatever the clock says, then measure how far moves go uphill: the temperatures follow from it."""
        state.temperature[:] = 1.0
        price = price_of_choice(arrays, state)
        for _ in range(2):
            # A proposal that is dropped half-way tells nothing: all are completed.
            state.total[T_UPHILL], state.total[T_PROBING] = 0, 1
            for _ in range(0, PROBE_MOVES, FIRST_CHUNK):
                if self._is_stopped():
                    break
                run_moves(arrays, state, FIRST_CHUNK if self.budget.moves is None else self._left(state))
            state.total[T_PROBING] = 0
        uphill = typical_uphill_delta(state.uphill_deltas[: state.total[T_UPHILL]])
        state.temperature[TEMP_FIRST] = max(CHOICE * price, uphill) * state.parameter[PARAM_HOT] / 1000
        state.temperature[TEMP_LAST] = max(price, uphill) * state.parameter[PARAM_COLD] / 1000
        state.temperature[TEMP_NOW] = state.temperature[TEMP_FIRST]

    def _left(self, state: State) -> int:
        """Return the next probe's number of moves, in work mode at most what the budget leaves."""
        return max(0, min(FIRST_CHUNK, (self.budget.moves or 0) - int(state.total[T_MOVES])))

    def _search_to(self, checkpoint: int, arrays: ProblemArrays, state: State) -> None:
        schedule = self._schedule
        if schedule.begins_at(checkpoint):
            hot = float(state.temperature[TEMP_FIRST])
            state.temperature[TEMP_NOW] = (
                max(hot * LAST_ANNEALING_SHARE, state.temperature[TEMP_LAST]) if schedule.is_last(checkpoint) else hot
            )
        if self.budget.moves is not None:
            self._search_moves(arrays, state, checkpoint)
        else:
            self._search_time(arrays, state, checkpoint)

    def _search_moves(self, arrays: ProblemArrays, state: State, checkpoint: int) -> None:
        """Work mode: cooling follows the number of moves alone."""
        moves = self.budget.moves or 0
        until, end = moves * checkpoint // CHECKPOINTS, moves * self._schedule.end_of(checkpoint) // CHECKPOINTS
        temperature, floor = float(state.temperature[TEMP_NOW]), float(state.temperature[TEMP_LAST])
        state.temperature[TEMP_FACTOR] = cooling_factor(temperature, floor, end - int(state.total[T_MOVES]))
        chunk = FIRST_CHUNK
        while state.total[T_MOVES] < until and not self._out_of_time():
            began = time.monotonic()
            run_moves(arrays, state, min(chunk, until - int(state.total[T_MOVES])))
            chunk = _next_chunk(chunk, time.monotonic() - began)

    def _search_time(self, arrays: ProblemArrays, state: State, checkpoint: int) -> None:
        """Time mode: cool so that the coldest temperature is reached when the annealing's time is up."""
        chunk = FIRST_CHUNK
        while (began := time.monotonic()) < self._moment_of(checkpoint) and not self._out_of_time():
            left = self._moment_of(self._schedule.end_of(checkpoint)) - began
            speed = state.total[T_MOVES] / max(1e-3, began - self._searching_from)
            temperature = float(state.temperature[TEMP_NOW])
            state.temperature[TEMP_FACTOR] = cooling_factor(
                temperature, float(state.temperature[TEMP_LAST]), speed * left
            )
            run_moves(arrays, state, chunk)
            chunk = _next_chunk(chunk, time.monotonic() - began)

    def _insist(self, arrays: ProblemArrays, state: State) -> None:
        """Go on without a clock while the best plan leaves out what is locked: it is worth nothing to anybody."""
        while (
            state.total[T_BEST] >= MANDATORY_CENTS and state.total[T_MOVES] < INSISTING_MOVES and not self._is_stopped()
        ):
            run_moves(arrays, state, FIRST_CHUNK)

    def _moment_of(self, checkpoint: int) -> float:
        """Return when a checkpoint is reached in time mode."""
        return self._searching_from + (self.budget.deadline_s - self._searching_from) * checkpoint / CHECKPOINTS

    def _plan_annealings(self) -> AnnealingSchedule:
        """Return how many annealings the moves are enough for, by the speed so far in time mode."""
        visits = int(self.arrays.rates[R_VISITS])
        if self.budget.moves is not None:
            return AnnealingSchedule.of(self.budget.moves, visits)
        now = time.monotonic()
        speed = self.moves / len(self._states) / max(1e-3, now - self._searching_from)
        return AnnealingSchedule.of(speed * max(0.0, self.budget.deadline_s - now), visits)

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


def price_of_choice(arrays: ProblemArrays, state: State) -> float:
    """Return the mean price of a visit where a first plan leaves most of them out although days are unused; else 0.

    Who stays out is then a choice: the temperatures allow it to be made differently. Where days are full it is a need.
    """
    visits = int(arrays.rates[R_VISITS])
    if 2 * int(state.total[T_UNASSIGNED]) <= visits or not state.total[T_EMPTY]:
        return 0.0
    return float(int(arrays.visit[:visits, V_PRICE].sum()) // visits)


def construction_order(arrays: ProblemArrays) -> IntArray:
    """Return the visits in the order of a first plan: predecessors, crews, expensive ones, those with few shifts.

    Crews of a started prefix come in its order: none leaves its route again to let another in before it.
    """
    orders = int(arrays.rates[R_VISITS])
    depth = np.zeros(orders, np.int64)
    for _ in range(orders if arrays.rates[R_SYNCED] else 0):
        before = depth.copy()
        for v in range(orders):
            earlier = arrays.entries_of(v, E_EARLIER)[:, 0]
            depth[v] = max((int(depth[e]) + 1 for e in earlier), default=0)
        if (depth == before).all():
            break
    visit = arrays.visit[:orders]
    is_free, crew = visit[:, V_FIXED] <= 0, visit[:, V_CREW] == 1
    fixed = np.where(is_free, FORBIDDEN, visit[:, V_FIXED])
    order = np.lexsort((np.arange(orders), visit[:, V_ABLE], -visit[:, V_PRICE], crew, fixed, depth))
    heads: IntArray = order[visit[order, V_HEAD] == order]
    return heads


def bound_arrays(arrays: ProblemArrays, solution: Solution, starts: IntArray) -> ProblemArrays:
    """Return the arrays with the bounds that synchronized visits of a solution put on one another."""
    if not arrays.rates[R_SYNCED]:
        return arrays
    own, state = arrays.own_copy(), make_state(arrays, 0, pool_size=1, parameters={"loose": 0})
    load_routes(own, state, *_as_arrays(solution, len(arrays.shift)), starts)
    assert not state.total[T_INFEASIBLE], "the search kept synchronized visits that cannot be timed"
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
