"""The routes of a plan while it is edited: lists of visits, and whose of them are to be timed again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.domain.plan import BRANCH_STOP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.domain.plan import Plan

#: A technician's day: id and day index.
Key = tuple[str, int]


@dataclass(slots=True)
class RoutesInHand:
    """The routes of a plan that is edited.

    Parameters
    ----------
    routes
        Visit ids in driving order by technician and day, `BRANCH_STOP` among them for a stop at the branch.
    leads
        Visit id to who leads its crew.
    changed
        The technicians of whom something is another now.
    """

    routes: dict[Key, list[str]]
    leads: dict[str, str]
    changed: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, plan: Plan) -> RoutesInHand:
        """Open a plan."""
        return cls({(route.technician_id, route.day): list(route.stop_ids) for route in plan.routes}, plan.leads)

    def keys_of(self, visit_id: str) -> list[Key]:
        """Return the routes that have a visit: none, one, or those of a crew."""
        return [key for key, stop_ids in self.routes.items() if visit_id in stop_ids]

    def note(self, visit_id: str) -> None:
        """Note that something about a visit is another now: whoever serves it is timed again."""
        self.changed |= {technician_id for technician_id, _ in self.keys_of(visit_id)}

    def take_out(self, visit_id: str) -> list[Key]:
        """Take a visit out of every route; return those that had it."""
        self.note(visit_id)
        keys = self.keys_of(visit_id)
        for key in keys:
            left = [stop_id for stop_id in self.routes[key] if stop_id != visit_id]
            # A stop at the branch after the last visit brings nothing to anybody.
            while left and left[-1] == BRANCH_STOP:
                left.pop()
            self.routes[key] = left
        self.leads.pop(visit_id, None)
        return keys

    def put(self, key: Key, stop_ids: Iterable[str]) -> None:
        """Set the stops of a route."""
        self.routes[key] = list(stop_ids)
        self.changed.add(key[0])

    def visits(self, key: Key) -> list[str]:
        """Return the visits of a route in order, without the stop at the branch."""
        return [stop_id for stop_id in self.routes.get(key, ()) if stop_id != BRANCH_STOP]
