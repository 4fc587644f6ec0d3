"""How much a solve may take: the time of its search or its moves, and how long its reasons may be looked for."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.running.tickets import Need, Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.engine.search.islands import SearchBudget
    from optimizer.travel.matrix import TravelMatrix

#: Work mode without a time limit ends after this long all the same.
LONGEST_S = 3_600.0
#: The master takes part from this limit on, or from this many moves: in shorter solves it found nothing, six times of
#: six, and its library takes half a second to load.
MASTER_FROM_S, MASTER_FROM_MOVES = 120.0, 2_000_000
#: After the search, reasons are looked for at most for this share of its time, but for this long at least: one takes
#: some 20 ms.
EXPLAIN_SHARE, EXPLAIN_LEAST_S = 0.1, 0.5
#: Of that, what taking a visit in would cost is looked for at most for this share of the search's time: nobody waits
#: for it, and `paigong explain` looks longer.
ROOM_SHARE = 0.03
#: What a solve takes with all its processes, and how many times these hold the matrix: its own, read, indexed (measured
#: with 60 to 3 000 visits: 90 MB and 4 times in the child, 40 MB and twice in its parent).
PROCESS_BYTES, MATRIX_COPIES = 250_000_000, 6


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a solve may take, from which seed, and what it starts from.

    The time is that of the search alone. It begins when the child has the problem as arrays, with the first plan;
    starting a process, reading, judging the last plan and explaining what it leaves out come on top.

    Parameters
    ----------
    seconds
        Time of the search; `None` where the clock changes nothing.
    moves
        Moves of each island, in work mode; `None` in time mode.
    start
        Routes to start from, by technician and day.
    use_master
        Whether CP-SAT recombines the routes found.
    patience_s
        Ends the search early when no better plan has come for this long; `None` takes all the time.
    parameters
        Search parameters to be set otherwise (`search/parameters.py`).
    memory_bytes
        What the child may hold at most; `None` is whatever the machine has.
    urgency
        Who begins first where several solves wait for a core.
    """

    seconds: float | None
    moves: int | None
    seed: int
    threads: int
    islands: int
    use_master: bool
    start: Mapping[str | tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    patience_s: float | None = None
    parameters: Mapping[str, int] = field(default_factory=dict)
    memory_bytes: int | None = None
    urgency: Urgency = Urgency.SOLVE

    @classmethod
    def of(
        cls,
        *,
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
        urgency: Urgency | str = Urgency.SOLVE,
    ) -> Budget:
        """Return the budget of a solve that is asked for with the arguments of `solver.solve`."""
        if seconds is None and iterations is None:
            raise ValueError("a solve needs a limit: seconds or iterations")
        for name, value in (("seconds", seconds), ("iterations", iterations), ("patience", patience)):
            if value is not None and not 0 <= value < float("inf"):
                raise ValueError(f"{name} is {value}, expected a number from 0 on")
        if threads < 1 or (islands is not None and islands < 1):
            raise ValueError("threads and islands are at least 1")
        seconds = None if seconds is None else float(seconds)
        is_long = (seconds or 0.0) >= MASTER_FROM_S if iterations is None else iterations >= MASTER_FROM_MOVES
        return cls(
            seconds=seconds,
            moves=iterations,
            seed=seed,
            threads=min(threads, 64),
            islands=islands or (1 if iterations is not None else min(threads, 64)),
            use_master=use_master and is_long,
            start=start or {},
            patience_s=patience,
            parameters=parameters or {},
            memory_bytes=memory_bytes,
            urgency=Urgency(urgency),
        )

    @property
    def longest_s(self) -> float:
        """How long the search takes at most, also in work mode."""
        return LONGEST_S if self.seconds is None else self.seconds

    @property
    def limits(self) -> dict[str, int]:
        """What a solver's process may use, by the names of `process_limits.cap`: one that needs more dies alone."""
        return {} if self.memory_bytes is None else {"DATA": self.memory_bytes}

    def need(self, matrix: TravelMatrix) -> Need:
        """Return what a solve of a problem with this matrix needs to begin."""
        expected = PROCESS_BYTES + MATRIX_COPIES * (matrix.seconds.nbytes + matrix.metres.nbytes)
        most = expected if self.memory_bytes is None else self.memory_bytes
        return Need(self.urgency, self.threads, min(expected, most))

    def explain_until(self) -> float | None:
        """Return the moment at which explaining that begins now has to end; `None` where the clock changes nothing."""
        if self.seconds is None:
            return None
        return time.monotonic() + max(EXPLAIN_LEAST_S, EXPLAIN_SHARE * self.seconds)

    def room_s(self) -> float | None:
        """Return how long is looked for what taking visits in would cost; `None` where the clock changes nothing."""
        return None if self.seconds is None else ROOM_SHARE * self.seconds

    def search(self, began_s: float) -> SearchBudget:
        """Return the part of the budget that a search sees which begins at a moment of `time.monotonic`."""
        from optimizer.engine.search.islands import SearchBudget

        return SearchBudget(
            self.moves, began_s + self.longest_s, self.islands, self.threads, self.seed, self.parameters
        )
