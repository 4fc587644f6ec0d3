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

from benchmarks.peers.tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.peers.model import PeerModel, Worker


def solve(model: PeerModel, seconds: float, seed: int) -> tuple[dict[str, list[str]] | None, float]:
    """Return routes and the seconds that the search took."""
    import pyvrp
    from pyvrp.stop import MaxRuntime

    model = model.without_break()
    jobs = model.within_stock()
    tables = tables_of(model, jobs, bars=True)
    places, workers, kinds = tables.places, tables.workers, _kinds(tables.workers)
    types = [
        pyvrp.VehicleType(
            num_available=len(kind),
            capacity=[] if workers[kind[0]].capacity is None else [workers[kind[0]].capacity],
            start_depot=places.index(workers[kind[0]].start),
            end_depot=places.index(workers[kind[0]].finish),
            unit_distance_cost=1,
            unit_duration_cost=workers[kind[0]].duration_price,
            fixed_cost=workers[kind[0]].fixed,
            profile=tables.of_worker[kind[0]],
            **_hours(workers[kind[0]]),
        )
        for kind in kinds
    ]
    has_load = any(worker.capacity is not None for worker in workers)
    clients = [
        pyvrp.Client(
            location=len(places) + k,
            delivery=[job.demand] if has_load else [],
            service_duration=job.service,
            tw_early=job.open,
            tw_late=job.close + job.late_limit,
            prize=job.prize or 0,
            required=job.prize is None,
        )
        for k, job in enumerate(jobs)
    ]
    locations = [pyvrp.Location(0, 0) for _ in tables.times[0]]
    depots = [pyvrp.Depot(k) for k in range(len(places))]
    data = pyvrp.ProblemData(locations, clients, depots, types, list(tables.prices), list(tables.times))
    began = time.perf_counter()
    result = pyvrp.solve(data, MaxRuntime(seconds), seed=seed, collect_stats=False, display=False)
    took = time.perf_counter() - began
    free = [list(kind) for kind in kinds]
    routes: dict[str, list[str]] = {}
    for route in result.best.routes():
        worker = workers[free[route.vehicle_type()].pop(0)]
        routes[worker.worker_id] = [jobs[stop.idx].visit_id for stop in route if stop.is_client()]
    return routes, took


def _hours(worker: Worker) -> dict[str, Any]:
    """Return a worker's window, and overtime and longest duration as far as they are priced or limited."""
    found = {"tw_early": worker.open, "tw_late": worker.close}
    if worker.overtime_price:
        found["start_late"] = worker.open
        found["shift_duration"] = worker.regular_end - worker.open
        found["max_overtime"] = worker.close - worker.regular_end
        found["unit_overtime_cost"] = worker.overtime_price
    elif worker.max_duration is not None:
        found["shift_duration"] = worker.max_duration
    return found


def _kinds(workers: Sequence[Worker]) -> list[list[int]]:
    """Return the indices of the workers that are alike but for their name, in runs."""
    runs = groupby(range(len(workers)), key=lambda k: replace(workers[k], worker_id=""))
    return [list(run) for _, run in runs]
