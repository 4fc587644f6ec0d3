"""Routes as indices, and the pool of good ones: all that passes between search, master and bounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Visit indices in driving order, for every technician-day by index; empty where nobody drives.
Solution = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class PooledRoute:
    """One technician-day as the master sees it.

    Parameters
    ----------
    shift
        Index of the technician-day.
    visits
        Visit indices in driving order.
    cost_cents
        Everything this route costs by itself: travel, lateness, overtime, contractor, continuity and the like; not its
        load.
    work_s
        Travel and service seconds, for fairness.
    """

    shift: int
    visits: tuple[int, ...]
    cost_cents: int
    work_s: int


def key_of(shift: int, visits: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    """Return what makes two routes one to the pool: the technician-day and the set of visits, in whatever order."""
    return shift, tuple(sorted(visits))


@dataclass(slots=True)
class RoutePool:
    """The cheapest known order for each (technician-day, set of visits); ties go to the smaller visit order.

    Parameters
    ----------
    limit
        How many routes are kept; the most expensive per visit served are forgotten first.
    """

    limit: int = 20_000
    _cheapest: dict[tuple[int, tuple[int, ...]], PooledRoute] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._cheapest)

    def __iter__(self) -> Iterator[PooledRoute]:
        """Yield the routes in an order that does not depend on when they came."""
        return iter([self._cheapest[key] for key in sorted(self._cheapest)])

    def add(self, routes: Iterable[PooledRoute]) -> None:
        """Take routes in; a known set of visits keeps its cheaper order."""
        for route in routes:
            key = key_of(route.shift, route.visits)
            known = self._cheapest.get(key)
            if known is None or (route.cost_cents, route.visits) < (known.cost_cents, known.visits):
                self._cheapest[key] = route
        if len(self._cheapest) > self.limit:
            self._forget()

    def _forget(self) -> None:
        def cents_per_visit(item: tuple[tuple[int, tuple[int, ...]], PooledRoute]) -> tuple[float, object]:
            return item[1].cost_cents / max(1, len(item[1].visits)), item[0]

        kept = sorted(self._cheapest.items(), key=cents_per_visit)[: self.limit * 3 // 4]
        self._cheapest = dict(kept)
