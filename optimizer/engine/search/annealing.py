"""How hot a search is and when: temperatures by what moves lose, one annealing or several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.engine.arrays import IntArray

#: How many marks divide a run.
MARKS = 40
#: One annealing takes about so many moves, times the number of visits to this power: with more, several of them find
#: better plans. One annealing, and four of a quarter's length, ended so far above the best known on average: 8 x 60 and
#: 400 000 moves 1.6 and 0.9 %; 25 x 200 and a million 0.4 and 1.1 %; 100 requests and 500 000 on one instance 0.8 and
#: 0.4 %, on another 0.0 and 1.9 %.
ANNEALING_MOVES, POWER = 0.4, 3
#: How many annealings there may be; their beginnings lie on marks.
COUNTS = (8, 5, 4, 2, 1)
#: The last of several begins at the best plan, at this share of the first temperature.
LAST_HEAT = 0.3


@dataclass(frozen=True, slots=True)
class Schedule:
    """The annealings of one run: so many of equal length, each hot at its first mark and cold at its last."""

    count: int = 1

    @classmethod
    def of(cls, moves: float, visits: int) -> Schedule:
        """Return the annealings that so many moves are enough for."""
        enough = moves / (ANNEALING_MOVES * max(1, visits) ** POWER)
        return cls(next((count for count in COUNTS if count <= enough), 1))

    def begins_at(self, mark: int) -> bool:
        """Say whether an annealing begins with the moves that lead to a mark."""
        return (mark - 1) % (MARKS // self.count) == 0

    def end_of(self, mark: int) -> int:
        """Return the last mark of the annealing that leads to a mark."""
        length = MARKS // self.count
        return -(-mark // length) * length

    def is_last(self, mark: int) -> bool:
        """Say whether the annealing that leads to a mark is the last of several."""
        return self.count > 1 and self.end_of(mark) == MARKS


def typical_loss(losses: IntArray) -> float:
    """Return what a losing move loses on average, which the temperatures are shares of.

    The mean, not the median: where many moves lose next to nothing (long routes, a cost of distance alone) the median
    froze the search within seconds. Nor the share of losing moves that would be kept: 45 % at first and 7 % at last was
    right on days and long routes, but twice too hot with 1 000 customers on short routes (8.3 instead of 3.3 % above
    the best known). The result has three digits, so that no library's last bit decides on a plan.

    Parameters
    ----------
    losses : int64 (any,)
        Cents by which moves made the plan dearer, all above 0; without one the result is 1.

    Examples
    --------
    >>> typical_loss(np.array([100, 300, 1_000]))
    467.0
    """
    return float(f"{max(1.0, float(np.mean(losses))):.3g}") if len(losses) else 1.0
