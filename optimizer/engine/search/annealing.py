"""How hot a search is and when: temperatures by how much moves go uphill, one annealing or several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.engine.arrays import IntArray

#: How many checkpoints divide a run.
CHECKPOINTS = 40
#: One annealing takes about this many moves, times the number of visits to this power: with more moves, several of
#: them find better plans. On average one annealing, and four of a quarter's length, ended above the best known by: 8 x
#: 60 and 400 000 moves 1.6 and 0.9 %; 25 x 200 and a million 0.4 and 1.1 %; 100 requests and 500 000 on one instance
#: 0.8 and 0.4 %, on another 0.0 and 1.9 %.
ANNEALING_MOVES, POWER = 0.4, 3
#: How many annealings there may be; each begins at a checkpoint.
COUNTS = (8, 5, 4, 2, 1)
#: The last of several begins at the best plan, at this share of the first temperature.
LAST_ANNEALING_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class AnnealingSchedule:
    """The annealings of one run: of equal length, each hot at its first checkpoint and cold at its last."""

    count: int = 1

    @classmethod
    def of(cls, moves: float, visits: int) -> AnnealingSchedule:
        """Return the annealings that a number of moves is enough for."""
        enough = moves / (ANNEALING_MOVES * max(1, visits) ** POWER)
        return cls(next((count for count in COUNTS if count <= enough), 1))

    def begins_at(self, checkpoint: int) -> bool:
        """Return whether an annealing begins with the moves that lead to a checkpoint."""
        return (checkpoint - 1) % (CHECKPOINTS // self.count) == 0

    def end_of(self, checkpoint: int) -> int:
        """Return the last checkpoint of the annealing that leads to a checkpoint."""
        length = CHECKPOINTS // self.count
        return -(-checkpoint // length) * length

    def is_last(self, checkpoint: int) -> bool:
        """Return whether the annealing that leads to a checkpoint is the last of several."""
        return self.count > 1 and self.end_of(checkpoint) == CHECKPOINTS


def typical_uphill_delta(deltas: IntArray) -> float:
    """Return by how much an uphill move raises the cost on average; the temperatures are shares of it.

    The mean, not the median: where many moves cost next to nothing (long routes, a cost of distance alone) the median
    froze the search within seconds. Nor the share of uphill moves that would be kept: 45 % at first and 7 % at last was
    right on days and long routes, but twice too hot with 1 000 customers on short routes (8.3 instead of 3.3 % above
    the best known). The result has three digits, so that no library's last bit decides on a plan.

    Parameters
    ----------
    deltas : int64 (any,)
        Cents by which moves made the plan more expensive, all above 0; without one the result is 1.

    Examples
    --------
    >>> typical_uphill_delta(np.array([100, 300, 1_000]))
    467.0
    """
    return float(f"{max(1.0, float(np.mean(deltas))):.3g}") if len(deltas) else 1.0
