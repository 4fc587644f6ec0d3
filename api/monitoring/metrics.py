"""Figures for Prometheus. What is in the database is counted there when asked, so that every process says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from sqlalchemy import func, select

from api.statuses import ENDED, Status
from api.store import figures
from api.store.engine import StoreError
from api.store.tables import deliveries, jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric

    from api.connections.limits import Limits
    from api.store.engine import Store

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Methods that have a label of their own; what anybody invents is one more, so that nobody can make figures grow.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def method_label(method: str) -> str:
    """Return how a request's method is counted."""
    return method if method in METHODS else "other"


class Metrics:
    """The figures of this process and of the database."""

    def __init__(self, store: Store, limits: Limits | None = None) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "paigong_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.request_s = Histogram(
            "paigong_http_request_seconds",
            "Time until an answer began.",
            ["method", "route"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self.keys_refused = Counter(
            "paigong_keys_refused", "Requests with a key that is not in force.", registry=self.registry
        )
        self.registry.register(_Stored(store))
        if limits is not None:
            self.registry.register(_Connections(limits))

    def text(self) -> bytes:
        """Return every figure in Prometheus' text form."""
        return generate_latest(self.registry)


class _Connections:
    """Reads how many connections there are."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("paigong_connections", "Connections that are open.", len(self._limits))
        yield CounterMetricFamily(
            "paigong_connections_shed",
            "Connections that were ended for others, having asked nothing.",
            self._limits.shed,
        )


class _Stored:
    """Reads figures from the database; while it is away there are none, and `paigong_database_up` is 0."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            found = list(self._read())
        except StoreError:
            yield GaugeMetricFamily("paigong_database_up", "Whether the database answers.", value=0)
            return
        yield GaugeMetricFamily("paigong_database_up", "Whether the database answers.", value=1)
        yield from found

    def _read(self) -> Iterator[Metric]:
        with self._store.read() as tx:
            counts = tx.execute(select(jobs.c.status, func.count()).group_by(jobs.c.status))
            by_status: dict[str, int] = {status: count for status, count in counts}
            all_time = figures.all_figures(tx)
            unsent = select(func.count()).select_from(deliveries).where(deliveries.c.state == "waiting")
            waiting = tx.execute(unsent).scalar_one()
        of_status = GaugeMetricFamily("paigong_jobs", "Jobs that are kept, by status.", labels=["status"])
        has_ended = CounterMetricFamily("paigong_jobs_ended", "Jobs that have ended, by how.", labels=["status"])
        for status in Status:
            of_status.add_metric([status], by_status.get(status, 0))
            if status in ENDED:
                has_ended.add_metric([status], all_time[figures.ended(status)])
        yield of_status
        yield has_ended
        yield GaugeMetricFamily("paigong_queue_jobs", "Jobs that wait for a worker.", by_status.get(Status.QUEUED, 0))
        buckets = [(f"{end:g}", all_time[figures.within(end)]) for end in figures.SOLVE_CLASSES_S]
        solves = [*buckets, ("+Inf", all_time["solves"])]
        yield HistogramMetricFamily("paigong_solve_seconds", "Time of solves that have a plan.", solves,
                                    all_time["solve_s"])  # fmt: skip
        served, visits = all_time["served"], all_time["asked"]
        yield CounterMetricFamily("paigong_visits_served", "Visits that plans serve.", served)
        yield CounterMetricFamily("paigong_visits_asked", "Visits that plans were asked for.", visits)
        yield GaugeMetricFamily("paigong_served_ratio", "Served of asked.", served / visits if visits else 1.0)
        yield CounterMetricFamily(
            "paigong_judge_failures", "Plans of ours that the judge refused.", all_time["refused"]
        )
        yield GaugeMetricFamily("paigong_deliveries_waiting", "Webhook deliveries not yet taken.", waiting)
