"""How sure a difference is: Student's interval of paired differences, and looks at them one after another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, stdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How often a comparison may be wrong, all looks at it together.
ERROR = 0.01
#: After how many seeds is looked for the first time, and after how many more again.
FIRST_LOOK, NEXT_LOOK = 4, 2
#: So many more seeds are not worth to be named: longer searches would tell sooner.
MOST_MORE = 10_000


class Verdict(StrEnum):
    """What is known of a difference. `NO_PLAN`: nothing keeps what is locked in the scenario."""

    BETTER = "better"
    WORSE = "worse"
    EQUAL = "equal"
    CANNOT_TELL = "cannot tell yet"
    NO_PLAN = "no plan"

    @property
    def is_decided(self) -> bool:
        """Return whether more work would not change it, up to the error."""
        return self is not Verdict.CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of paired differences with its interval, in the unit of what is compared.

    Parameters
    ----------
    more
        How many more seeds would tell better from worse if the rest were like those so far; 0 where it is told, `None`
        where no number of seeds is in sight.
    """

    mean: float
    low: float
    high: float
    more: int | None

    @property
    def sign(self) -> int:
        """Return -1 or 1 where the interval lies below or above 0, else 0."""
        return (self.low > 0) - (self.high < 0)


def looks(seeds: int) -> list[int]:
    """Return after how many seeds is looked at what is known, the last time after all.

    >>> looks(8), looks(3)
    ([4, 6, 8], [3])
    """
    first = min(seeds, FIRST_LOOK)
    return [*range(first, seeds, NEXT_LOOK), seeds]


def difference_of(values: Sequence[float], *, error: float) -> Difference:
    """Return what is known of the mean of paired differences.

    One value has no interval. Values that are all the same have one without width.

    Parameters
    ----------
    error
        How often the interval may miss the mean.
    """
    mean = fmean(values)
    if len(values) == 1:
        return Difference(mean, -math.inf, math.inf, None if mean == 0 else 1)
    spread = stdev(values)
    half = critical_t(len(values) - 1, error) * spread / math.sqrt(len(values))
    if abs(mean) > half:
        return Difference(mean, mean - half, mean + half, 0)
    return Difference(mean, mean - half, mean + half, _more_seeds(mean, spread, len(values), error))


def _more_seeds(mean: float, spread: float, count: int, error: float) -> int | None:
    """Return how many more seeds would put 0 outside the interval, if mean and spread stayed as they are."""
    least = (critical_t(MOST_MORE, error) * spread / abs(mean)) ** 2 if mean else math.inf
    if not least < MOST_MORE:
        return None
    enough = max(count + 1, math.ceil(least))
    while abs(mean) <= critical_t(enough - 1, error) * spread / math.sqrt(enough):
        enough += 1
    return enough - count


def critical_t(freedom: int, error: float) -> float:
    """Return what Student's t stays between, on both sides, but for an error.

    >>> round(critical_t(7, 0.01), 3)
    3.499
    """
    low, high = 0.0, 1.0
    while _within(high, freedom) < 1 - error:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < 1 - error else (low, middle)
    return high


def _within(t: float, freedom: int) -> float:
    """Return how often the size of Student's t is less (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4)."""
    if freedom > 200:
        # It is normal by then, as far as four digits go.
        return math.erf(t * (1 - 1 / (4 * freedom)) / math.sqrt(2 * (1 + t * t / (2 * freedom))))
    angle = math.atan(t / math.sqrt(freedom))
    is_odd, square = freedom % 2, math.cos(angle) ** 2
    term, total = (math.cos(angle) if is_odd else 1.0), 0.0
    for n in range(2 if is_odd else 1, freedom, 2):
        total += term
        term *= square * n / (n + 1)
    if not is_odd:
        return math.sin(angle) * total
    return 2 / math.pi * (angle + math.sin(angle) * total)
