"""Travel tables for solvers that price ways alone: what serving costs and takes lies on the ways to it and from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchmarks.peers.model import Job, PeerModel, Worker

#: Above this many bytes of tables, technicians of one kind share a table and preferences are left out.
TABLES_LIMIT = 1_500_000_000


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a model.

    Parameters
    ----------
    places
        The rows of the model's travel table where routes start and end; the rows of these tables are they, then the
        jobs.
    workers
        The model's workers, without preferences where the tables would be too large.
    prices, times
        int64 arrays of shape (n, n): what the way from row to column costs, and how long it takes.
    of_worker
        Which of the tables is each worker's.
    """

    places: tuple[int, ...]
    workers: tuple[Worker, ...]
    prices: tuple[NDArray[np.int64], ...]
    times: tuple[NDArray[np.int64], ...]
    of_worker: tuple[int, ...]


def tables_of(model: PeerModel, jobs: Sequence[Job], *, bars: bool) -> Tables:
    """Return the tables of a model for some of its jobs; where it `bars`, the way to who may not be served is too long.

    A longer service is on every way from the job, a charge and a missed preference on every way to it.
    """
    places = tuple(sorted({row for worker in model.workers for row in (worker.start, worker.finish)}))
    rows = np.array([*places, *(job.row for job in jobs)])
    travel = model.travel[np.ix_(rows, rows)].astype(np.int64)
    barred = (10 * max([int(travel.max()), *(job.prize or 0 for job in jobs)]), max(w.close for w in model.workers) + 1)
    workers = model.workers
    if len({_key(worker, bars=bars) for worker in workers}) * travel.size * 16 > TABLES_LIMIT:
        workers = tuple(replace(worker, miss={}) for worker in workers)
    index: dict[Any, int] = {}
    made = []
    for worker in workers:
        key = _key(worker, bars=bars)
        if key not in index:
            index[key] = len(made)
            made.append(_priced(worker, travel, jobs, barred if bars else None))
    of_worker = tuple(index[_key(worker, bars=bars)] for worker in workers)
    return Tables(places, workers, tuple(price for price, _ in made), tuple(time for _, time in made), of_worker)


def _key(worker: Worker, *, bars: bool) -> tuple[Any, ...]:
    mappings = (worker.extra, worker.charge, worker.miss)
    sorted_ = (tuple(sorted(mapping.items())) for mapping in mappings)
    return (worker.allowed if bars else None, worker.travel_price, *sorted_)


def _priced(
    worker: Worker, travel: NDArray[np.int64], jobs: Sequence[Job], barred: tuple[int, int] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return one worker's prices and times; `barred` is both for the way to who may not be served."""
    price, spent = worker.travel_price * travel, travel.copy()
    for k, job in enumerate(jobs, start=len(travel) - len(jobs)):
        spent[k, :] += worker.extra.get(job.visit_id, 0)
        price[:, k] += worker.charge.get(job.visit_id, 0) + worker.miss.get(job.visit_id, 0)
        if barred is not None and not worker.can_serve(job.visit_id):
            price[:, k], spent[:, k] = barred
    np.fill_diagonal(price, 0)
    np.fill_diagonal(spent, 0)
    return price, spent
