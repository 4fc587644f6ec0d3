"""Figures for Prometheus: true, never falling, and in the form that its own linter asks for."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.monitoring.metrics import METHODS, Metrics, method_label
from api.statuses import Status
from api.store import jobs, upkeep
from api.store.engine import Store, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prometheus_client.core import Metric

#: How `promtool check metrics` ends the name of a unit that is not a base one (promlint, `validations/units.go`).
NO_BASE_UNITS = re.compile(
    r"_(milliseconds|ms|minutes|hours|days|weeks|kilobytes|megabytes|gigabytes|kb|mb|gb|bits|percent|percents|cents)\b"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'paigong.db'}")
    migrate(made)
    yield made
    made.close()


def end(store: Store, job_id: str, status: Status, elapsed_s: float, *, served: int | None = None) -> None:
    """Put a job into the database that has ended so."""
    values: dict[str, Any] = {
        "job_id": job_id, "key_id": "k", "branch_id": "HZ", "first_day": "2026-11-30", "days": 1, "as_of": "x",
        "visits": 3, "technicians": 2, "options": {}, "input_sha": "s", "warnings": {}, "request_id": "r",
        "created_at": "2026-11-27T08:00:00.000Z", "asked_s": 5.0,
    }  # fmt: skip
    with store.write() as tx:
        jobs.submit(tx, values, media_type="application/json", content=b"{}")
        claim = jobs.claim(tx, "w")
        assert claim is not None
        token = claim.fencing_token
        jobs.checkpoint(tx, job_id, token, {"cost_cents": 1, "served": 1}, elapsed_s=1, searched_s=1, incumbent=b"p")
        ended = {"elapsed_s": elapsed_s} | ({} if served is None else {"served": served})
        plan = None if served is None else (b"", b"")
        failure = {"code": "PLAN_BREAKS_RULES", "values": {}} if status == Status.FAILED else None
        assert jobs.finish(tx, job_id, token, status, values=ended, plan=plan, failure=failure)


def families(metrics: Metrics) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(metrics.text().decode())}


def value(metrics: Metrics, family: str, sample: str, **labels: str) -> float:
    found = [s.value for s in families(metrics)[family].samples if s.name == sample and s.labels == labels]
    assert len(found) == 1
    return found[0]


def filled(store: Store) -> Metrics:
    end(store, "a", Status.SOLVED, 1.5, served=3)
    end(store, "b", Status.SOLVED, 30.0, served=2)
    end(store, "c", Status.STOPPED, 4.0, served=1)
    end(store, "d", Status.FAILED, 5.0)
    end(store, "e", Status.INVALID, 0.5)
    end(store, "f", Status.STOPPED, 0.5)
    return Metrics(store)


def test_only_what_was_solved_is_a_solve_and_only_a_plan_serves(store: Store) -> None:
    metrics = filled(store)
    assert value(metrics, "paigong_solve_seconds", "paigong_solve_seconds_count") == 2
    assert value(metrics, "paigong_solve_seconds", "paigong_solve_seconds_sum") == 31.5
    assert value(metrics, "paigong_solve_seconds", "paigong_solve_seconds_bucket", le="2") == 1
    # A solve that failed had told of a plan, too: nobody has got it.
    assert value(metrics, "paigong_visits_served", "paigong_visits_served_total") == 6
    assert value(metrics, "paigong_visits_asked", "paigong_visits_asked_total") == 9
    assert value(metrics, "paigong_judge_failures", "paigong_judge_failures_total") == 1
    ended = {status: 0.0 for status in ("solved", "stopped", "failed", "invalid")}
    for status in ended:
        ended[status] = value(metrics, "paigong_jobs_ended", "paigong_jobs_ended_total", status=status)
    assert ended == {"solved": 2, "stopped": 2, "failed": 1, "invalid": 1}


def test_no_counter_falls_when_old_plans_are_deleted(store: Store) -> None:
    metrics = filled(store)

    def counters() -> dict[tuple[str, str], float]:
        return {
            (sample.name, str(sample.labels)): sample.value
            for family in families(metrics).values()
            for sample in family.samples
            if family.type in ("counter", "histogram") and family.name.startswith("paigong")
        }

    before = counters()
    for later in (100, 200):
        with store.write() as tx:
            gone = upkeep.forget_old(
                tx, keep_days=60, idempotency_hours=48, at=datetime.now(UTC) + timedelta(days=later)
            )
        assert gone == (6 if later == 100 else 0)
        assert counters() == before
    assert value(metrics, "paigong_jobs", "paigong_jobs", status="solved") == 0
    end(store, "g", Status.SOLVED, 7.0, served=3)
    assert value(metrics, "paigong_solve_seconds", "paigong_solve_seconds_count") == 3


def test_invented_methods_are_one_label(store: Store) -> None:
    metrics = Metrics(store)
    for number in range(60):
        metrics.requests.labels(method_label(f"HACK{number}"), "other", 405).inc()
    before = metrics.text().count(b"\n")
    metrics.requests.labels(method_label("X" * 5_000), "other", 405).inc()
    assert metrics.text().count(b"\n") == before
    assert {method_label(method) for method in METHODS} == set(METHODS)


def test_the_figures_pass_the_linter(store: Store) -> None:
    """What `promtool check metrics` complains of, rule by rule."""
    metrics = filled(store)
    metrics.requests.labels("GET", "/healthz", 200).inc()
    metrics.request_s.labels("GET", "/healthz").observe(0.01)
    found = families(metrics)
    assert len(found) > 10
    for name, family in found.items():
        assert family.documentation, f"{name} has no help"
        assert re.fullmatch(r"[a-z_][a-z0-9_]*", name), f"{name} is not in snake case"
        assert not NO_BASE_UNITS.search(name), f"{name} is not in a base unit"
        assert family.type in ("counter", "gauge", "histogram"), f"{name} has no type"
        assert not re.search(r"_(counter|gauge|histogram|summary)$", name), f"{name} names its type"
        for sample in family.samples:
            assert (sample.name.endswith("_total")) == (family.type == "counter"), sample.name
            suffix = sample.name.removeprefix(name)
            assert (suffix in ("_bucket", "_sum", "_count")) == (family.type == "histogram"), sample.name
            for label in sample.labels:
                assert re.fullmatch(r"[a-z_][a-z0-9_]*", label), label
                assert label not in ("job", "instance"), f"{label} is the scraper's"
        if family.type == "histogram":
            check_histogram(family)
    text = metrics.text().decode()
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names)), "a family is told twice"


def check_histogram(family: Metric) -> None:
    """Check that classes only grow, and that the last, of all, is the count."""
    by_labels: dict[str, list[tuple[float, float]]] = {}
    for sample in family.samples:
        if sample.name.endswith("_bucket"):
            rest = str({name: text for name, text in sample.labels.items() if name != "le"})
            by_labels.setdefault(rest, []).append((float(sample.labels["le"]), sample.value))
    for classes in by_labels.values():
        assert classes == sorted(classes)
        assert [count for _, count in classes] == sorted(count for _, count in classes)
        assert classes[-1][0] == float("inf")
    counts = [sample.value for sample in family.samples if sample.name.endswith("_count")]
    assert sorted(counts) == sorted(classes[-1][1] for classes in by_labels.values())
