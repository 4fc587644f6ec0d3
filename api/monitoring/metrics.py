"""Figures for Prometheus. What is in the database is counted there when asked, so that every process says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from sqlalchemy import case, func, select

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
        within = [func.sum(case((jobs.c.elapsed_s <= end, 1), else_=0)) for end in SOLVE_CLASSES_S]
        refused = case((jobs.c.failure["code"].as_string() == "PLAN_BREAKS_RULES", 1), else_=0)
        of_plans = case((jobs.c.served.is_not(None), jobs.c.visits), else_=0)
        totals = select(
            func.count(), func.sum(jobs.c.elapsed_s), func.sum(jobs.c.served), func.sum(of_plans), func.sum(refused)
        )
        with self._store.read() as tx:
            counts = tx.execute(select(jobs.c.status, func.count()).group_by(jobs.c.status))
            by_status: dict[str, int] = {status: count for status, count in counts}
            has_ended = jobs.c.status.in_(ENDED)
            ended, elapsed_s, served, visits, refusals = (
                float(figure or 0) for figure in tx.execute(totals.where(has_ended)).one()
            )
            classes = [float(count or 0) for count in tx.execute(select(*within).where(has_ended)).one()]
            unsent = select(func.count()).select_from(deliveries).where(deliveries.c.state == "waiting")
            waiting = tx.execute(unsent).scalar_one()
        of_status = GaugeMetricFamily("paigong_jobs", "Jobs by status.", labels=["status"])
        for status in Status:
            of_status.add_metric([status], by_status.get(status, 0))
        yield of_status
        yield GaugeMetricFamily("paigong_queue_jobs", "Jobs that wait for a worker.", by_status.get(Status.QUEUED, 0))
        buckets = [(f"{end:g}", count) for end, count in zip(SOLVE_CLASSES_S, classes, strict=True)]
        yield HistogramMetricFamily(
            "paigong_solve_seconds", "Time of ended solves.", [*buckets, ("+Inf", ended)], elapsed_s
        )
        yield CounterMetricFamily("paigong_visits_served", "Visits that plans serve.", served)
        yield CounterMetricFamily("paigong_visits_asked", "Visits that plans were asked for.", visits)
        yield GaugeMetricFamily("paigong_served_ratio", "Served of asked.", served / visits if visits else 1.0)
        yield CounterMetricFamily("paigong_judge_failures", "Plans of ours that the judge refused.", refusals)
        yield GaugeMetricFamily("paigong_deliveries_waiting", "Webhook deliveries not yet taken.", waiting)
