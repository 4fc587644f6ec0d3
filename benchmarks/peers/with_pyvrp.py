"""PyVRP: hybrid genetic and iterated local search in C++.

It has no break, no price of lateness, no shared stock, no skills and no spread. The break is cut out of the time axis,
lateness at its first price is free, scarce parts are shared out beforehand, and who may not serve a visit has a travel
table of its own in which the way there is too long.
"""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchmarks.peers.model import Job, PeerModel, Worker

#: Above this many bytes of travel tables, technicians of one kind share a table and preferences are left out.
TABLES_LIMIT = 1_500_000_000


def solve(model: PeerModel, seconds: float, seed: int) -> tuple[dict[str, list[str]] | None, float]:
    """Return routes and the seconds that the search took."""
    import pyvrp
    from pyvrp.stop import MaxRuntime

    jobs = model.within_stock()
    places = sorted({row for worker in model.workers for row in (worker.start, worker.finish)})
    rows = np.array(places + [job.row for job in jobs])
    workers, kinds = _kinds(model, size=len(rows))
    distances, durations, table_of = _tables(model, jobs, workers, rows)
    axis = _Axis(model)
    types = [
        pyvrp.VehicleType(
            num_available=len(kind),
            capacity=[] if workers[kind[0]].capacity is None else [workers[kind[0]].capacity],
            start_depot=places.index(workers[kind[0]].start),
            end_depot=places.index(workers[kind[0]].finish),
            unit_distance_cost=1,
            unit_duration_cost=workers[kind[0]].duration_price,
            fixed_cost=workers[kind[0]].fixed,
            profile=table_of[kind[0]],
            **axis.hours(workers[kind[0]]),
        )
        for kind in kinds
    ]
    has_load = any(worker.capacity is not None for worker in workers)
    clients = [
        pyvrp.Client(
            location=len(places) + k,
            delivery=[job.demand] if has_load else [],
            service_duration=job.service,
            tw_early=axis.at(job.open),
            tw_late=axis.at(job.close) + job.late_limit,
            prize=job.prize or 0,
            required=job.prize is None,
        )
        for k, job in enumerate(jobs)
    ]
    locations = [pyvrp.Location(0, 0) for _ in rows]
    depots = [pyvrp.Depot(k) for k in range(len(places))]
    data = pyvrp.ProblemData(locations, clients, depots, types, distances, durations)
    began = time.perf_counter()
    result = pyvrp.solve(data, MaxRuntime(seconds), seed=seed, collect_stats=False, display=False)
    took = time.perf_counter() - began
    free = [list(kind) for kind in kinds]
    routes: dict[str, list[str]] = {}
    for route in result.best.routes():
        worker = workers[free[route.vehicle_type()].pop(0)]
        routes[worker.worker_id] = [jobs[stop.idx].visit_id for stop in route if stop.is_client()]
    return routes, took


class _Axis:
    """The time axis with the break cut out, in the middle of when it may start."""

    def __init__(self, model: PeerModel) -> None:
        rest = model.break_
        self.length = 0 if rest is None else rest.length
        self.begins = 0 if rest is None else (rest.earliest + rest.latest) // 2

    def at(self, moment: int) -> int:
        """Return a moment on the shorter axis; inside the break, its beginning."""
        return moment if moment <= self.begins else max(self.begins, moment - self.length)

    def hours(self, worker: Worker) -> dict[str, int]:
        """Return a worker's window, and overtime and longest duration as far as they are priced or limited."""
        found = {"tw_early": self.at(worker.open), "tw_late": self.at(worker.close)}
        if worker.overtime_price:
            found["start_late"] = found["tw_early"]
            found["shift_duration"] = self.at(worker.regular_end) - found["tw_early"]
            found["max_overtime"] = self.at(worker.close) - self.at(worker.regular_end)
            found["unit_overtime_cost"] = worker.overtime_price
        elif worker.max_duration is not None:
            found["shift_duration"] = worker.max_duration
        return found


def _kinds(model: PeerModel, *, size: int) -> tuple[list[Worker], list[list[int]]]:
    """Return the workers, and the indices of those that are alike but for their name, in runs."""
    workers = list(model.workers)
    if len({_table_key(worker) for worker in workers}) * size**2 * 16 > TABLES_LIMIT:
        workers = [replace(worker, miss={}) for worker in workers]
    runs = groupby(range(len(workers)), key=lambda k: replace(workers[k], worker_id=""))
    return workers, [list(run) for _, run in runs]


def _table_key(worker: Worker) -> tuple[Any, ...]:
    mappings = (worker.extra, worker.charge, worker.miss)
    return (worker.allowed, worker.travel_price, *(tuple(sorted(mapping.items())) for mapping in mappings))


def _tables(
    model: PeerModel, jobs: Sequence[Job], workers: Sequence[Worker], rows: NDArray[np.int64]
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.int64]], list[int]]:
    """Return price and time tables, one pair for workers who share them, and each worker's pair."""
    travel = model.travel[np.ix_(rows, rows)].astype(np.int64)
    first = len(rows) - len(jobs)
    prices, times, index = [], [], {}
    too_dear = 10 * max([int(travel.max()), *(job.prize or 0 for job in jobs)])
    too_long = max(worker.close for worker in workers) + 1
    table_of = []
    for worker in workers:
        key = _table_key(worker)
        if key not in index:
            index[key] = len(prices)
            price, spent = worker.travel_price * travel, travel.copy()
            for k, job in enumerate(jobs, start=first):
                spent[k, :] += worker.extra.get(job.visit_id, 0)
                price[:, k] += worker.charge.get(job.visit_id, 0) + worker.miss.get(job.visit_id, 0)
                if not worker.can_serve(job.visit_id):
                    price[:, k], spent[:, k] = too_dear, too_long
            np.fill_diagonal(price, 0)
            np.fill_diagonal(spent, 0)
            prices.append(price)
            times.append(spent)
        table_of.append(index[key])
    return prices, times, table_of
