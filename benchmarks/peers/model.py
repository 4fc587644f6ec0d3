"""An instance in the words that vehicle routing solvers share: jobs, workers, travel, prices, all whole numbers.

What a solver cannot say it leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.errors import FormatError
from benchmarks.readers import pillac
from optimizer.domain.units import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from benchmarks.instances import Instance
    from benchmarks.readers.days import DaysInstance
    from benchmarks.readers.pillac import PillacInstance
    from benchmarks.vrp import VrpInstance


@dataclass(frozen=True, slots=True)
class Job:
    """One visit.

    Parameters
    ----------
    row
        Its row of the travel table.
    late_limit, late_price
        How long after `close` it may still start, at which price per unit of time.
    later_price
        The price per unit of time beyond that; `None` when no later start is allowed.
    prize
        What leaving it out costs; `None` when it must be served.
    """

    visit_id: str
    row: int
    service: int
    open: int
    close: int
    demand: int = 0
    late_limit: int = 0
    late_price: int = 0
    later_price: int | None = None
    prize: int | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """One technician or vehicle.

    Parameters
    ----------
    start, finish
        Rows of the travel table.
    open, regular_end, close
        When the day starts, when overtime begins, and when all must be back.
    capacity, max_duration
        `None` is no limit.
    travel_price, duration_price, overtime_price
        Per unit of time; a worker with a price of overtime is on duty from `open`.
    allowed
        Whom it may serve; `None` is everybody.
    extra
        Time added to the service of a visit.
    charge, miss
        What serving a visit costs: for the service's time, and because somebody else is preferred.
    shares_load
        Whether the time travelled and served counts in the spread of work.
    """

    worker_id: str
    start: int
    finish: int
    open: int
    regular_end: int
    close: int
    capacity: int | None = None
    max_duration: int | None = None
    fixed: int = 0
    travel_price: int = 1
    duration_price: int = 0
    overtime_price: int = 0
    allowed: frozenset[str] | None = None
    extra: Mapping[str, int] = field(default_factory=dict)
    charge: Mapping[str, int] = field(default_factory=dict)
    miss: Mapping[str, int] = field(default_factory=dict)
    shares_load: bool = False

    def can_serve(self, visit_id: str) -> bool:
        """Say whether the worker may serve a visit."""
        return self.allowed is None or visit_id in self.allowed


@dataclass(frozen=True, slots=True)
class Break:
    """A break of `length` that starts from `earliest` to `latest`."""

    length: int
    earliest: int
    latest: int


@dataclass(frozen=True, slots=True)
class PeerModel:
    """What is to be solved.

    Parameters
    ----------
    travel
        int64 array of shape (n, n): time from row to column.
    stock, uses
        Parts on hand, and the parts that a visit uses.
    spread_price
        Of the n who share the load, with times w: `spread_price` x (n x sum of w^2 - (sum of w)^2) // n // 100.
    """

    name: str
    travel: NDArray[np.int64]
    jobs: tuple[Job, ...]
    workers: tuple[Worker, ...]
    break_: Break | None = None
    stock: Mapping[str, int] = field(default_factory=dict)
    uses: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    spread_price: int = 0

    def without_break(self) -> PeerModel:
        """Return the model with the break cut out of the time axis, in the middle of when it may start."""
        if self.break_ is None:
            return self
        length, begins = self.break_.length, (self.break_.earliest + self.break_.latest) // 2

        def at(moment: int) -> int:
            return moment if moment <= begins else max(begins, moment - length)

        jobs = tuple(replace(job, open=at(job.open), close=at(job.close)) for job in self.jobs)
        workers = tuple(
            replace(w, open=at(w.open), regular_end=at(w.regular_end), close=at(w.close)) for w in self.workers
        )
        return replace(self, jobs=jobs, workers=workers, break_=None)

    def within_stock(self) -> tuple[Job, ...]:
        """Return the jobs for solvers without stock: of a scarce part, the cheapest and longest are not offered."""
        kept = {job.visit_id: job for job in self.jobs}
        for part, on_hand in self.stock.items():
            users = [job for job in kept.values() if part in self._uses(job.visit_id)]
            used = sum(self._uses(job.visit_id)[part] for job in users)
            for job in sorted(users, key=lambda user: (user.prize or 0, -user.service, user.visit_id)):
                if used <= on_hand:
                    break
                used -= self._uses(kept.pop(job.visit_id).visit_id)[part]
        return tuple(kept.values())

    def _uses(self, visit_id: str) -> Mapping[str, int]:
        return self.uses.get(visit_id, {})


def model_of(instance: Instance) -> PeerModel:
    """Return an instance as solvers share it.

    Raises
    ------
    FormatError
        When the format needs what none of them is modelled for.
    """
    if instance.format == "days":
        return _day(instance.model)
    if instance.format in ("vrptw", "vrplib"):
        return _vrp(instance.model)
    if instance.format == "pillac" and not instance.model.needs_supplies:
        return _pillac(instance.model)
    needs = " with tools and parts" if instance.format == "pillac" else ""
    raise FormatError(f"{instance.name}: no peer is modelled for {instance.format}{needs}")


def _day(day: DaysInstance) -> PeerModel:
    """Model a benchmark day in its whole minutes and cents."""
    costs, orders = day.costs, day.orders
    workers = []
    for who, tech in day.technicians.items():
        held, by_minute = tech["skills"], costs["contractor_minute"] if tech["contractor"] else 0
        able = {i: order for i, order in orders.items() if held.get(order["skill"], 0) >= order["level"]}
        extra = {i: costs["low_level_extra"] for i, order in able.items() if held[order["skill"]] == 1}
        workers.append(
            Worker(
                worker_id=who,
                start=0,
                finish=0,
                open=tech["shift_start"],
                regular_end=tech["regular_end"],
                close=tech["hard_end"],
                fixed=costs["contractor_fixed"] if tech["contractor"] else 0,
                travel_price=costs["travel"] + by_minute,
                overtime_price=costs["overtime"],
                allowed=frozenset(able),
                extra=extra,
                charge={i: by_minute * (able[i]["base"] + extra.get(i, 0)) for i in able} if by_minute else {},
                miss={i: costs["preferred_miss"] for i in able if able[i]["preferred"] not in (None, who)},
                shares_load=not tech["contractor"],
            )
        )
    jobs = [
        Job(
            visit_id=visit_id,
            row=int(visit_id),
            service=order["base"],
            open=order["tw"][0],
            close=order["tw"][1],
            late_limit=costs["late_limit"],
            late_price=costs["late_small"],
            later_price=costs["late_big"],
            prize=costs["drop"][str(order["priority"])],
        )
        for visit_id, order in orders.items()
    ]
    rest = Break(day.break_["len"], day.break_["start_min"], day.break_["start_max"])
    uses = {visit_id: order["parts"] for visit_id, order in orders.items() if order["parts"]}
    travel = np.array(day.travel_min)
    return PeerModel(day.name, travel, tuple(jobs), tuple(workers), rest, day.parts, uses, costs["fair"])


def _vrp(instance: VrpInstance) -> PeerModel:
    """Model a routing instance in its own units; distance is the price."""
    return PeerModel(
        name=instance.name,
        travel=instance.distance,
        jobs=tuple(
            Job(
                client.client_id,
                client.row,
                client.service,
                client.open,
                client.close,
                client.demand,
                prize=client.prize,
            )
            for client in instance.clients
        ),
        workers=tuple(
            Worker(
                *(v.vehicle_id, 0, 0, instance.open, instance.close, instance.close, v.capacity, instance.max_duration),
                allowed=v.allowed,
            )
            for v in instance.vehicles
        ),
    )


def _pillac(instance: PillacInstance) -> PeerModel:
    """Model it in whole seconds, rounded as we plan; the price is the duration, and leaving out costs all days."""
    workers = []
    for home in instance.homes:
        opens, closes = pillac.seconds_up(home.open_min), pillac.seconds_down(home.close_min)
        able = frozenset(str(r.node_id) for r in instance.requests if r.skills <= home.skills)
        place = (str(home.node_id), home.node_id, home.node_id, opens, closes, closes)
        workers.append(Worker(*place, travel_price=0, duration_price=1, allowed=able))
    prize = sum(worker.close - worker.open for worker in workers) + 1
    jobs = [
        Job(
            visit_id=str(request.node_id),
            row=request.node_id,
            service=pillac.seconds_up(request.service_min),
            open=pillac.seconds_up(request.open_min),
            close=pillac.seconds_down(request.close_min),
            prize=prize,
        )
        for request in instance.requests
    ]
    travel = np.ceil(instance.travel_min * MINUTE_S - pillac.PRINTED_S).astype(np.int64)
    return PeerModel(instance.name, travel, tuple(jobs), tuple(workers))
