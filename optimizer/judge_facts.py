"""The judge's facts: what it looks up of a problem and a matrix, and a technician's day before timing.

Only the judge and what speaks with its facts (`judge.py`, `judge_timing.py`, `judge_costs.py`, `explain.py`) import
this module; the engine reads the problem on its own. Everything is whole seconds of the one clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.domain.problem import LockLevel, end_key, start_key
from optimizer.domain.units import FAR_FUTURE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.domain.order import Interval, Visit
    from optimizer.domain.problem import Lock, Problem, PublishedVisit
    from optimizer.domain.technician import Shift, Technician
    from optimizer.travel.matrix import TravelMatrix


@dataclass(frozen=True, slots=True)
class Service:
    """One visit as one technician serves it.

    Parameters
    ----------
    windows
        Windows of the start in force, in order.
    hours
        Stretches inside which the whole service must lie; `None` when nothing binds it.
    max_lateness_s
        How long after a window's close the service may still start.
    ready_s
        Earliest start.
    locked_from_s, locked_until_s
        Bounds of the start by locks and told windows.
    """

    visit: Visit
    duration_s: int
    windows: tuple[Interval, ...]
    hours: tuple[Interval, ...] | None
    max_lateness_s: int
    ready_s: int
    locked_from_s: int
    locked_until_s: int

    @property
    def not_before_s(self) -> int:
        """The moment before which the service cannot start in any window."""
        return max(self.ready_s, self.locked_from_s)

    def latest_s(self, window: Interval) -> int:
        """Return the latest start that a window allows."""
        return min(window.close_s + self.max_lateness_s, self.locked_until_s)

    def fit(self, moment_s: int) -> int | None:
        """Return the first moment from `moment_s` on at which the whole service lies inside one stretch of hours."""
        if self.hours is None:
            return moment_s
        for stretch in self.hours:
            start_s = max(moment_s, stretch.open_s)
            if start_s + self.duration_s <= stretch.close_s:
                return start_s
        return None

    def fit_back(self, moment_s: int) -> int | None:
        """Return the last moment up to `moment_s` at which the whole service lies inside one stretch of hours."""
        if self.hours is None:
            return moment_s
        for stretch in reversed(self.hours):
            start_s = min(moment_s, stretch.close_s - self.duration_s)
            if start_s >= stretch.open_s:
                return start_s
        return None


@dataclass(frozen=True, slots=True)
class Tour:
    """One technician's day with its visits in order, before timing.

    Parameters
    ----------
    legs_s
        Travel of each leg, start and end place included: one more than services. A leg without a way counts 0.
    missing
        The pairs of places that cannot be travelled.
    """

    technician: Technician
    shift: Shift
    depart_s: int
    services: tuple[Service, ...]
    legs_s: tuple[int, ...]
    missing: tuple[tuple[str, str], ...] = ()

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The visits in driving order."""
        return tuple(service.visit for service in self.services)

    @property
    def needs_break(self) -> bool:
        """Say whether the day holds a break."""
        return self.shift.needs_break and bool(self.services)

    @property
    def slots(self) -> range:
        """Every break slot: 2k before leg k, 2k + 1 after it."""
        return range(2 * len(self.legs_s))

    @property
    def travel_s(self) -> int:
        """Travel of the whole day."""
        return sum(self.legs_s)

    @property
    def service_s(self) -> int:
        """Service of the whole day."""
        return sum(service.duration_s for service in self.services)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the judge looks up again and again, for one problem and one matrix."""

    problem: Problem
    matrix: TravelMatrix
    shifts: dict[tuple[str, int], Shift] = field(init=False)
    locks: dict[str, list[Lock]] = field(init=False)
    published: dict[str, PublishedVisit] = field(init=False)
    _services: dict[tuple[str, str], Service] = field(init=False)
    _travel: dict[tuple[str, str, str], int | None] = field(init=False)

    def __post_init__(self) -> None:
        locks: dict[str, list[Lock]] = {}
        for lock in self.problem.locks:
            locks.setdefault(lock.visit_id, []).append(lock)
        object.__setattr__(self, "shifts", {(s.technician_id, s.day): s for s in self.problem.shifts})
        object.__setattr__(self, "locks", locks)
        published = {p.visit_id: p for p in self.problem.published if p.day == 0}
        object.__setattr__(self, "published", published)
        object.__setattr__(self, "_services", {})
        object.__setattr__(self, "_travel", {})

    def told_lock(self, visit_id: str) -> Interval | None:
        """Return the told window that binds a visit because notice is too short to change it."""
        said = self.published.get(visit_id)
        if said is None or said.told is None or said.agreed or not self.problem.is_short_notice(said.day):
            return None
        return said.told

    def is_mandatory(self, visit_id: str) -> bool:
        """Say whether a lock or a told window forbids leaving a visit out."""
        return visit_id in self.locks or self.told_lock(visit_id) is not None

    def travel_s(self, profile: str, origin: str, destination: str) -> int | None:
        """Return the seconds of a leg; `None` when there is no way, no such place or no such profile."""
        key = (profile, origin, destination)
        if key not in self._travel:
            rows, matrix = self.matrix.row_of, self.matrix
            known = profile in matrix.profiles and origin in rows and destination in rows
            self._travel[key] = matrix.travel_s(*key) if known else None
        return self._travel[key]

    def service(self, technician: Technician, visit: Visit) -> Service:
        """Return a visit as a technician serves it."""
        key = (technician.technician_id, visit.visit_id)
        if key not in self._services:
            self._services[key] = self._make_service(technician, visit)
        return self._services[key]

    def tour(self, shift: Shift, visits: Sequence[Visit]) -> Tour:
        """Return a technician's day with these visits in this order."""
        technician = self.problem.technician_by_id[shift.technician_id]
        keys = [start_key(technician), *(visit.visit_id for visit in visits), end_key(technician)]
        legs = [(pair, self.travel_s(shift.profile, *pair)) for pair in pairwise(keys)]
        morning_s = self.problem.policy.morning_s if technician.starts_at_branch else 0
        return Tour(
            technician=technician,
            shift=shift,
            depart_s=shift.start_s + morning_s,
            services=tuple(self.service(technician, visit) for visit in visits),
            legs_s=tuple(seconds or 0 for _, seconds in legs),
            missing=tuple(pair for pair, seconds in legs if seconds is None),
        )

    def _make_service(self, technician: Technician, visit: Visit) -> Service:
        problem, visit_id = self.problem, visit.visit_id
        starts = [lock for lock in self.locks.get(visit_id, []) if lock.level is LockLevel.START]
        told = self.told_lock(visit_id)
        return Service(
            visit=visit,
            duration_s=duration_s(problem, technician, visit),
            windows=problem.windows[visit_id],
            hours=problem.hours[visit_id],
            max_lateness_s=problem.max_lateness_s(visit),
            ready_s=-FAR_FUTURE_S if visit.ready_s is None else visit.ready_s,
            locked_from_s=max(
                [lock.start_s - lock.tolerance_s for lock in starts] + [-FAR_FUTURE_S if told is None else told.open_s]
            ),
            locked_until_s=min(
                [lock.start_s + lock.tolerance_s for lock in starts] + [FAR_FUTURE_S if told is None else told.close_s]
            ),
        )


def duration_s(problem: Problem, technician: Technician, visit: Visit) -> int:
    """Return how long a technician takes for a visit: its base by the slowest needed skill, plus surcharges."""
    needs = problem.skills_needed(visit)
    held = [record for need in needs if (record := technician.held_skill(need.skill)) is not None]
    factor_pct = max((record.factor_pct for record in held), default=100)
    surcharge_s = sum(record.surcharge_s for record in held) + visit.critical_test_s
    if visit.intermittent:
        surcharge_s += problem.policy.observation_s
    return (visit.base_s * factor_pct + 50) // 100 + surcharge_s
