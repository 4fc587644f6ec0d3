"""OR-Tools routing: constraint propagation with guided local search; it has no seed.

It has no spread, and lateness at its first price only. It has breaks, but finds far dearer plans with them: in 10 s,
315 406 instead of 277 407 cents at 8 x 60, 1 290 043 instead of 715 090 at 25 x 200. So the break is cut out of the
time axis.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from benchmarks.peers.model import PeerModel, Worker

#: The price of leaving out who must be served: a first plan may lack somebody, and then it is no plan.
MISSED = 10**9


def solve(model: PeerModel, seconds: float, seed: int) -> tuple[dict[str, list[str]] | None, float]:
    """Return routes and the seconds that the search took; the seed has no use here."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    model = model.without_break()
    jobs, workers = model.jobs, model.workers
    places = sorted({row for worker in workers for row in (worker.start, worker.finish)})
    rows = np.array(places + [job.row for job in jobs])
    starts = [places.index(worker.start) for worker in workers]
    manager = pywrapcp.RoutingIndexManager(len(rows), len(workers), starts, [places.index(w.finish) for w in workers])
    routing = pywrapcp.RoutingModel(manager)
    clock = _Clock(model, rows, routing)
    index_of = {job.visit_id: manager.NodeToIndex(k) for k, job in enumerate(jobs, start=len(places))}
    for job in jobs:
        index = index_of[job.visit_id]
        moment = clock.dimension.CumulVar(index)
        moment.SetRange(job.open, job.close + job.late_limit)
        if job.late_price:
            clock.dimension.SetCumulVarSoftUpperBound(index, job.close, job.late_price)
        able = [v for v, worker in enumerate(workers) if worker.can_serve(job.visit_id)]
        routing.VehicleVar(index).SetValues([-1, *able])
        routing.AddDisjunction([index], MISSED if job.prize is None else job.prize)
    if workers[0].capacity is not None:
        demand = [0] * len(places) + [job.demand for job in jobs]
        loads = routing.RegisterUnaryTransitVector(demand)
        routing.AddDimensionWithVehicleCapacity(loads, 0, [worker.capacity for worker in workers], True, "load")
    _add_stock(model, routing, index_of)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(1000 * seconds))
    began = time.perf_counter()
    found = routing.SolveWithParameters(parameters)
    took = time.perf_counter() - began
    if found is None:
        return None, took
    routes: dict[str, list[str]] = {}
    for v, worker in enumerate(workers):
        index, stops = found.Value(routing.NextVar(routing.Start(v))), []
        while not routing.IsEnd(index):
            stops.append(jobs[manager.IndexToNode(index) - len(places)].visit_id)
            index = found.Value(routing.NextVar(index))
        routes[worker.worker_id] = stops
    return routes, took


class _Clock:
    """The time dimension, and the price of each worker's ways."""

    def __init__(self, model: PeerModel, rows: Any, routing: Any) -> None:
        self._travel = model.travel[np.ix_(rows, rows)].astype(np.int64)
        self._first = len(rows) - len(model.jobs)
        self._jobs = model.jobs
        times, prices = {}, {}
        spent, priced = [], []
        for worker in model.workers:
            extra = tuple(sorted(worker.extra.items()))
            if extra not in times:
                times[extra] = routing.RegisterTransitMatrix(self._time(worker).tolist())
            spent.append(times[extra])
            key = (worker.travel_price, tuple(sorted(worker.charge.items())), tuple(sorted(worker.miss.items())))
            if key not in prices:
                prices[key] = routing.RegisterTransitMatrix(self._price(worker).tolist())
            priced.append(prices[key])
        horizon = max(worker.close for worker in model.workers)
        routing.AddDimensionWithVehicleTransits(spent, horizon, horizon, False, "time")
        self.dimension = routing.GetDimensionOrDie("time")
        for v, worker in enumerate(model.workers):
            routing.SetArcCostEvaluatorOfVehicle(priced[v], v)
            routing.SetFixedCostOfVehicle(worker.fixed, v)
            self._set_hours(routing, worker, v)

    def _service(self, worker: Worker) -> list[int]:
        services = [job.service + worker.extra.get(job.visit_id, 0) for job in self._jobs]
        return [0] * self._first + services

    def _time(self, worker: Worker) -> Any:
        return self._travel + np.array(self._service(worker))[:, None]

    def _price(self, worker: Worker) -> Any:
        extra = [worker.charge.get(job.visit_id, 0) + worker.miss.get(job.visit_id, 0) for job in self._jobs]
        return worker.travel_price * self._travel + np.array([0] * self._first + extra)[None, :]

    def _set_hours(self, routing: Any, worker: Worker, v: int) -> None:
        begin, end = routing.Start(v), routing.End(v)
        latest = worker.open if worker.overtime_price else worker.close
        self.dimension.CumulVar(begin).SetRange(worker.open, latest)
        self.dimension.CumulVar(end).SetRange(worker.open, worker.close)
        if worker.overtime_price:
            self.dimension.SetCumulVarSoftUpperBound(end, worker.regular_end, worker.overtime_price)
        if worker.duration_price:
            self.dimension.SetSpanCostCoefficientForVehicle(worker.duration_price, v)
        if worker.max_duration is not None:
            self.dimension.SetSpanUpperBoundForVehicle(worker.max_duration, v)


def _add_stock(model: PeerModel, routing: Any, index_of: dict[str, int]) -> None:
    solver = routing.solver()
    for part, on_hand in model.stock.items():
        users = [(index_of[visit_id], parts[part]) for visit_id, parts in model.uses.items() if part in parts]
        if sum(quantity for _, quantity in users) > on_hand:
            solver.Add(solver.Sum([routing.ActiveVar(index) * quantity for index, quantity in users]) <= on_hand)
