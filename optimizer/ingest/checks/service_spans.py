"""How long a service lasts, whoever serves it, and whether one can start inside some stretches of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.order import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem


@dataclass(frozen=True, slots=True)
class Paces:
    """How fast and how slow the branch's people are.

    Parameters
    ----------
    fastest_pct, slowest_pct
        Shares of a visit's base duration; somebody who needs just that is always thought of.
    more_s
        What may come on top: the observation, and whatever is added for anybody's skills.
    """

    fastest_pct: int
    slowest_pct: int
    more_s: int

    @classmethod
    def of(cls, problem: Problem) -> Paces:
        """Return the paces of all technicians of a problem."""
        skills = [skill for person in problem.technicians for skill in person.skills]
        percents = (100, *(skill.factor_pct for skill in skills))
        more_s = problem.policy.observation_s + sum(skill.surcharge_s for skill in skills)
        return cls(min(percents), max(percents), more_s)

    def least_s(self, visit: Visit) -> int:
        """Return how long the service of a visit takes at least."""
        return visit.base_s * self.fastest_pct // 100

    def most_s(self, visit: Visit) -> int:
        """Return how long it takes at most."""
        return -(-visit.base_s * self.slowest_pct // 100) + visit.critical_test_s + self.more_s


def starts_inside(starts: Iterable[Interval], stretches: Iterable[Interval], least_s: int) -> list[Interval]:
    """Return when a service of `least_s` seconds can start so that it lies within one of the stretches."""
    starts = list(starts)
    both = [
        (max(start.open_s, stretch.open_s), min(start.close_s, stretch.close_s - least_s))
        for stretch in stretches
        for start in starts
    ]
    return [Interval(open_s, close_s) for open_s, close_s in both if open_s <= close_s]


def can_start_inside(starts: Iterable[Interval], stretches: Iterable[Interval], least_s: int) -> bool:
    """Return whether there is such a start at all."""
    starts = list(starts)
    return any(
        max(start.open_s, stretch.open_s) <= min(start.close_s, stretch.close_s - least_s)
        for stretch in stretches
        for start in starts
    )
