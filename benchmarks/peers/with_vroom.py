"""VROOM: construction and local search in C++, through pyvroom; it ends by itself, and has no seed.

It prices travel alone: no overtime, lateness, stock, preference or spread, and no longest duration. Visits left out
are compared by priority, before any cost. Lateness at its first price is free, scarce parts are shared out beforehand.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.peers.model import PeerModel, Worker


def solve(model: PeerModel, seconds: float, seed: int) -> tuple[dict[str, list[str]] | None, float]:
    """Return routes and the seconds that the search took; the seed has no use here."""
    import vroom

    jobs = model.within_stock()
    restricted = any(worker.allowed is not None for worker in model.workers)
    kind_of = _kinds(model)
    problem = vroom.Input()
    problem.set_durations_matrix("car", model.travel)
    for k, worker in enumerate(model.workers, start=1):
        rest = model.break_
        window = None if rest is None else vroom.TimeWindow(rest.earliest, rest.latest)
        problem.add_vehicle(
            vroom.Vehicle(
                k,
                start=worker.start,
                end=worker.finish,
                capacity=[] if worker.capacity is None else [worker.capacity],
                skills={j for j, job in enumerate(jobs, start=1) if worker.can_serve(job.visit_id)}
                if restricted
                else set(),
                time_window=(worker.open, worker.close),
                breaks=[] if rest is None else [vroom.Break(k, time_windows=[window], service=rest.length)],
                costs=vroom.VehicleCosts(fixed=worker.fixed, per_hour=3600 * (worker.travel_price or 1)),
                type=kind_of[worker.worker_id],
            )
        )
    dearest = max((job.prize or 0 for job in jobs), default=0) or 1
    extras = {kind_of[worker.worker_id]: worker.extra for worker in model.workers}
    for j, job in enumerate(jobs, start=1):
        longer = {kind: job.service + extra[job.visit_id] for kind, extra in extras.items() if job.visit_id in extra}
        problem.add_job(
            vroom.Job(
                j,
                location=job.row,
                default_service=job.service,
                service_per_type=longer,
                pickup=[job.demand] if model.workers[0].capacity is not None else [],
                skills={j} if restricted else set(),
                priority=100 if job.prize is None else max(1, 100 * job.prize // dearest),
                time_windows=[vroom.TimeWindow(job.open, job.close + job.late_limit)],
            )
        )
    began = time.perf_counter()
    solution = problem.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=seconds))
    took = time.perf_counter() - began
    routes: dict[str, list[str]] = {}
    table = solution.routes
    for number, kind, task in zip(table["vehicle_id"], table["type"], table["id"], strict=True):
        if kind == "job":
            routes.setdefault(model.workers[int(number) - 1].worker_id, []).append(jobs[int(task) - 1].visit_id)
    return routes, took


def _kinds(model: PeerModel) -> dict[str, str]:
    """Return a type's name for each worker: one for each set of longer services."""
    names: dict[tuple[tuple[str, int], ...], str] = {}
    return {worker.worker_id: names.setdefault(_extra_key(worker), f"k{len(names)}") for worker in model.workers}


def _extra_key(worker: Worker) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(worker.extra.items()))
