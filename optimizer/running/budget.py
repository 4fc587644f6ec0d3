"""How much a solve may take, and what of it is kept back for judging and explaining its last plan."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.problem import Problem
    from optimizer.engine.search.islands import SearchBudget

#: Work mode without a time limit ends after this long all the same.
LONGEST_S = 3_600.0
#: The master takes part from this limit on, or from this many moves: in shorter solves it found nothing, six times of
#: six, and its library takes half a second to load.
MASTER_FROM_S, MASTER_FROM_MOVES = 120.0, 2_000_000
#: Kept back from the time limit for judging and explaining the last plan: a base, and an amount per visit until a first
#: plan has been judged and the time that takes is known.
RESERVE_S, RESERVE_PER_VISIT_S = 0.15, 0.0008
#: Kept back for explaining: an amount per visit left out, at most this share of the limit.
EXPLAIN_EACH_S, EXPLAIN_SHARE = 0.02, 0.1
#: Explaining may take this long at least, and has to end this long before the limit.
EXPLAIN_LEAST_S, LAST_S = 0.1, 0.05


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a solve may take, from which seed, and what it starts from.

    Parameters
    ----------
    deadline_s
        Moment by which the child has to have posted its last plan, as far as can be told before anything is measured.
    start
        Routes to start from, by technician and day.
    use_master
        Whether CP-SAT recombines the routes found.
    patience_s
        Ends the solve early when no better plan has come for this long; `None` waits for the deadline.
    until_s, limit_s
        Moment at which all is done, the plan judged and explained, and how long that is from the beginning; `None`
        where the clock changes nothing.
    parameters
        Search parameters to be set otherwise (`search/parameters.py`).
    memory_bytes
        What the child may hold at most; `None` is whatever the machine has.
    """

    deadline_s: float
    moves: int | None
    seed: int
    threads: int
    islands: int
    use_master: bool
    start: Mapping[str | tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    patience_s: float | None = None
    until_s: float | None = None
    limit_s: float | None = None
    parameters: Mapping[str, int] = field(default_factory=dict)
    memory_bytes: int | None = None

    @classmethod
    def of(
        cls,
        problem: Problem,
        *,
        began_s: float,
        seconds: float | None,
        iterations: int | None,
        seed: int,
        threads: int,
        islands: int | None,
        use_master: bool,
        start: Mapping[str | tuple[str, int], tuple[str, ...]] | None = None,
        patience: float | None = None,
        parameters: Mapping[str, int] | None = None,
        memory_bytes: int | None = None,
    ) -> Budget:
        """Return the budget of a solve that began at a moment of `time.monotonic`."""
        if seconds is None and iterations is None:
            raise ValueError("a solve needs a limit: seconds or iterations")
        for name, value in (("seconds", seconds), ("iterations", iterations), ("patience", patience)):
            if value is not None and not 0 <= value < float("inf"):
                raise ValueError(f"{name} is {value}, expected a number from 0 on")
        if threads < 1 or (islands is not None and islands < 1):
            raise ValueError("threads and islands are at least 1")
        limit_s = LONGEST_S if seconds is None else float(seconds)
        is_long = limit_s >= MASTER_FROM_S if iterations is None else iterations >= MASTER_FROM_MOVES
        reserve_s = RESERVE_S + RESERVE_PER_VISIT_S * len(problem.visits)
        return cls(
            deadline_s=began_s + limit_s - min(reserve_s, limit_s / 2),
            moves=iterations,
            seed=seed,
            threads=min(threads, 64),
            islands=islands or (1 if iterations is not None else min(threads, 64)),
            use_master=use_master and is_long,
            start=start or {},
            patience_s=patience,
            until_s=None if seconds is None else began_s + limit_s,
            limit_s=None if seconds is None else limit_s,
            parameters=parameters or {},
            memory_bytes=memory_bytes,
        )

    def deadline_after(self, *, judging_s: float, left_out: int) -> float:
        """Return the child's deadline, now that a judging of this very problem has been measured.

        Explaining times the whole plan once more, which takes as long as judging it.
        """
        if self.until_s is None or self.limit_s is None:
            return self.deadline_s
        explaining_s = min(EXPLAIN_EACH_S * left_out, EXPLAIN_SHARE * self.limit_s)
        return self.until_s - min(RESERVE_S + 2 * judging_s + explaining_s, self.limit_s / 2)

    def explain_until(self) -> float | None:
        """Return the moment at which explaining has to end; `None` where the clock changes nothing."""
        return None if self.until_s is None else max(self.until_s - LAST_S, time.monotonic() + EXPLAIN_LEAST_S)

    def search(self) -> SearchBudget:
        """Return the part of the budget that the search sees."""
        from optimizer.engine.search.islands import SearchBudget

        return SearchBudget(self.moves, self.deadline_s, self.islands, self.threads, self.seed, self.parameters)
