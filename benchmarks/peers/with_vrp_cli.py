"""vrp-cli: ruin and recreate with a population, in Rust, by its pragmatic format; it has no seed.

It has no price of overtime and of lateness, no shared stock and no spread. Overtime is free, and so is lateness at its
first price; scarce parts are shared out beforehand. A longest route counts from the opening of the depot until a first
job is in it. Its goals have an order, not prices. So whoever may be left out for a price may also ride in one more
vehicle, on which the way to each costs that price: leaving out is then weighed against all else. It has breaks, but
finds dearer plans with them, in 5 of 6 runs from 8 x 60 to 60 x 500. So the break is cut out of the time axis.
"""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.peers.tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchmarks.peers.model import Job, PeerModel, Worker
    from benchmarks.peers.tables import Tables

#: The format speaks in dates; one unit of the model is a second from here.
_BEGIN = datetime(2024, 1, 1)

#: Vehicle type and travel profile of those who are left out.
LEFT_OUT = "left out"


def solve(model: PeerModel, seconds: float, seed: int) -> tuple[dict[str, list[str]] | None, float]:
    """Return routes and the seconds that the call took, reading its tables included; the seed has no use here."""
    import vrp_cli

    model = model.without_break()
    jobs = model.within_stock()
    tables = tables_of(model, jobs, bars=False)
    pairs = zip(tables.times, tables.prices, strict=True)
    matrices = [_matrix(str(k), times, prices) for k, (times, prices) in enumerate(pairs)]
    if any(job.prize is not None for job in jobs):
        matrices.append(_matrix(LEFT_OUT, np.zeros_like(tables.times[0]), _prizes(tables, jobs)))
    # One thread in one pool: its threads are else as many as there are cores.
    one_core = {"numThreadPools": 1, "threadsPerPool": 1}
    config = {
        "termination": {"maxTime": max(1, round(seconds))},  # it counts whole seconds
        "environment": {"parallelism": one_core, "logging": {"enabled": False}},
    }
    problem = json.dumps(_problem(model, jobs, tables))
    began = time.perf_counter()
    answer = vrp_cli.solve_pragmatic(problem=problem, matrices=matrices, config=json.dumps(config))
    took = time.perf_counter() - began
    return _routes(model, jobs, json.loads(answer)), took


def _routes(model: PeerModel, jobs: Sequence[Job], answer: dict[str, Any]) -> dict[str, list[str]]:
    return {
        model.workers[int(tour["typeId"])].worker_id: [
            jobs[int(activity["jobId"])].visit_id
            for stop in tour["stops"]
            for activity in stop["activities"]
            if activity["type"] in ("service", "delivery")
        ]
        for tour in answer["tours"]
        if tour["typeId"] != LEFT_OUT
    }


def _problem(model: PeerModel, jobs: Sequence[Job], tables: Tables) -> dict[str, Any]:
    """Return the problem; a skill stands for the workers who may serve a job."""
    skills: dict[frozenset[int], str] = {}
    skill_of = [skills.setdefault(_servers(model, job), f"for {len(skills)}") for job in jobs]
    held: list[list[str]] = [[] for _ in [*model.workers, LEFT_OUT]]
    for servers, skill in skills.items():
        for k in servers:
            held[k].append(skill)
    first, has_load = len(tables.places), model.workers[0].capacity is not None
    plan = [_job(k, job, skill_of[k], first + k, has_load=has_load) for k, job in enumerate(jobs)]
    vehicles = [_vehicle(k, worker, held[k], tables) for k, worker in enumerate(tables.workers)]
    profiles = [str(k) for k in range(len(tables.times))]
    if held[-1]:
        vehicles.append(_left_out(jobs, held[-1]))
        profiles.append(LEFT_OUT)
    return {
        "plan": {"jobs": plan},
        "fleet": {"vehicles": vehicles, "profiles": [{"name": name} for name in profiles]},
        "objectives": [[{"type": "minimize-unassigned"}], [{"type": "minimize-cost"}]],
    }


def _servers(model: PeerModel, job: Job) -> frozenset[int]:
    """Return who may serve a job, as indices of workers; one more is the vehicle of those left out."""
    able = [k for k, worker in enumerate(model.workers) if worker.can_serve(job.visit_id)]
    return frozenset(able if job.prize is None else [*able, len(model.workers)])


def _job(k: int, job: Job, skill: str, row: int, *, has_load: bool) -> dict[str, Any]:
    place = {
        "location": {"index": row},
        "duration": float(job.service),
        "times": [[_date(job.open), _date(job.close + job.late_limit)]],
    }
    named = {"id": str(k), "skills": {"allOf": [skill]}}
    if has_load:
        return named | {"deliveries": [{"places": [place], "demand": [job.demand]}]}
    return named | {"services": [{"places": [place]}]}


def _vehicle(k: int, worker: Worker, skills: list[str], tables: Tables) -> dict[str, Any]:
    # On duty from the beginning where overtime has a price; else the departure is its own choice.
    latest = {"latest": _date(worker.open)} if worker.overtime_price else {}
    start = {"earliest": _date(worker.open), "location": {"index": tables.places.index(worker.start)}} | latest
    end = {"latest": _date(worker.close), "location": {"index": tables.places.index(worker.finish)}}
    limits = {} if worker.max_duration is None else {"limits": {"maxDuration": float(worker.max_duration)}}
    return {
        "typeId": str(k),
        "vehicleIds": [f"worker {k}"],
        "profile": {"matrix": str(tables.of_worker[k])},
        "costs": {"fixed": float(worker.fixed), "distance": 1.0, "time": float(worker.duration_price)},
        "shifts": [{"start": start, "end": end}],
        "capacity": [worker.capacity or 0],
        "skills": skills,
    } | limits


def _left_out(jobs: Sequence[Job], skills: list[str]) -> dict[str, Any]:
    """Return as many vehicles as there are jobs, on which nothing costs anything but the ways to the jobs."""
    longest = max(job.close for job in jobs) + sum(job.service for job in jobs)
    depot = {"index": 0}
    start = {"earliest": _date(0), "latest": _date(0), "location": depot}
    return {
        "typeId": LEFT_OUT,
        "vehicleIds": [f"{LEFT_OUT} {k}" for k in range(len(jobs))],
        "profile": {"matrix": LEFT_OUT},
        "costs": {"fixed": 0.0, "distance": 1.0, "time": 0.0},
        "shifts": [{"start": start, "end": {"latest": _date(longest), "location": depot}}],
        "capacity": [sum(job.demand for job in jobs)],
        "skills": skills,
    }


def _prizes(tables: Tables, jobs: Sequence[Job]) -> NDArray[np.int64]:
    prizes = np.zeros_like(tables.times[0])
    prizes[:, len(tables.places) :] = [job.prize or 0 for job in jobs]
    return prizes


def _matrix(name: str, times: NDArray[np.int64], prices: NDArray[np.int64]) -> str:
    tables = {"travelTimes": times.flatten().tolist(), "distances": prices.flatten().tolist()}
    return json.dumps({"profile": name} | tables)


def _date(moment: int) -> str:
    return (_BEGIN + timedelta(seconds=moment)).strftime("%Y-%m-%dT%H:%M:%SZ")
