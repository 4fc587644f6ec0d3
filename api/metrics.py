"""Figures for Prometheus. What is in the database is counted there when asked, so that every process says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from sqlalchemy import func, select

from api.statuses import ENDED, Status
from api.store.engine import StoreError
from api.store.tables import deliveries, jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric

    from api.store.engine import Store

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Upper ends of the classes of solve times, in seconds.
SOLVE_CLASSES_S = (1, 2, 5, 10, 20, 60, 120, 300, 600, 3600)


class Metrics:
    """The figures of this process and of the database."""

    def __init__(self, store: Store) -> None:
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
        self.registry.register(_Stored(store))

    def text(self) -> bytes:
        """Return every figure in Prometheus' text form."""
        return generate_latest(self.registry)


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
            ended = tx.execute(
                select(jobs.c.elapsed_s, jobs.c.served, jobs.c.visits, jobs.c.failure).where(jobs.c.status.in_(ENDED))
            ).all()
            waiting = tx.execute(
                select(func.count()).select_from(deliveries).where(deliveries.c.state == "waiting")
            ).scalar_one()
        of_status = GaugeMetricFamily("paigong_jobs", "Jobs by status.", labels=["status"])
        for status in Status:
            of_status.add_metric([status], by_status.get(status, 0))
        yield of_status
        yield GaugeMetricFamily("paigong_queue_jobs", "Jobs that wait for a worker.", by_status.get(Status.QUEUED, 0))
        times = sorted(row.elapsed_s for row in ended)
        buckets = [(f"{end:g}", float(sum(time <= end for time in times))) for end in SOLVE_CLASSES_S]
        yield HistogramMetricFamily(
            "paigong_solve_seconds", "Time of ended solves.", [*buckets, ("+Inf", float(len(times)))], sum(times)
        )
        served, visits = (
            sum(getattr(row, name) for row in ended if row.served is not None) for name in ("served", "visits")
        )
        yield CounterMetricFamily("paigong_visits_served", "Visits that plans serve.", served)
        yield CounterMetricFamily("paigong_visits_asked", "Visits that plans were asked for.", visits)
        yield GaugeMetricFamily("paigong_served_ratio", "Served of asked.", served / visits if visits else 1.0)
        refused = sum(bool(row.failure) and row.failure.get("code") == "PLAN_BREAKS_RULES" for row in ended)
        yield CounterMetricFamily("paigong_judge_failures", "Plans of ours that the judge refused.", refused)
        yield GaugeMetricFamily("paigong_deliveries_waiting", "Webhook deliveries not yet taken.", waiting)
