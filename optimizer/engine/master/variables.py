"""The decisions of the master, behind the questions that constraints ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ortools.sat.python import cp_model

    from optimizer.engine.arrays import ProblemArrays
    from optimizer.engine.route_pool import PooledRoute


class Variables:
    """One Boolean a pooled route (chosen) and one a visit (unassigned).

    Parameters
    ----------
    model
        The model that the variables join.
    arrays
        The problem.
    routes
        The pool; a technician-day takes at most one of its routes.
    kept_shifts
        Technician-days that keep their only route: its visits are bound to those of other routes.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        arrays: ProblemArrays,
        routes: Sequence[PooledRoute],
        kept_shifts: frozenset[int] = frozenset(),
    ) -> None:
        self.routes = routes
        self.kept_shifts = kept_shifts
        self.chosen = [model.new_bool_var(f"route{n}") for n in range(len(routes))]
        self.unassigned = [model.new_bool_var(f"unassigned{v}") for v in range(len(arrays.visit))]
        self._of_shift: list[list[int]] = [[] for _ in range(len(arrays.shift))]
        self._of_visit: list[list[int]] = [[] for _ in range(len(arrays.visit))]
        for n, route in enumerate(routes):
            self._of_shift[route.shift].append(n)
            for visit in route.visits:
                self._of_visit[visit].append(n)

    def routes_of(self, shift: int) -> list[cp_model.IntVar]:
        """Return the decisions to send one technician-day on one of its routes."""
        return [self.chosen[n] for n in self._of_shift[shift]]

    def serving(self, visit: int) -> list[cp_model.IntVar]:
        """Return the decisions that would serve a visit."""
        return [self.chosen[n] for n in self._of_visit[visit]]
