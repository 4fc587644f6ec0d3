"""What a worker says of a job: solved only with a plan, the data's fault only where it is, and put back at its end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from api.settings import Settings
from api.solving import task as solving
from api.statuses import Status
from api.store import jobs, plans
from api.store.engine import Store, StoreError, migrate, now
from api.store.tables import jobs as table
from api.store.turns import expected_s
from optimizer.errors import NoPlanError
from tests.api.conftest import BRANCH, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JOB = "a" * 32


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'paigong.db'}")
    migrate(made)
    yield made
    made.close()


def submit(store: Store, seconds: float) -> None:
    options = {
        "seconds": seconds, "iterations": None, "seed": 0, "stage": "draft", "as_of": None, "days": None,
        "skip_bad": False, "allow_unknown": False, "broken_locks": None,
    }  # fmt: skip
    values = {
        "job_id": JOB, "key_id": "k", "branch_id": "HZ", "first_day": "2026-11-30", "days": 1, "as_of": "x",
        "visits": 3, "technicians": 2, "options": options, "input_sha": "s", "warnings": {}, "request_id": "r",
        "created_at": now(), "asked_s": expected_s(seconds, None),
    }  # fmt: skip
    with store.write() as tx:
        jobs.submit(tx, values, media_type="application/json", content=BRANCH)


def task_of(store: Store, hurry: threading.Event | None = None) -> solving.Task:
    with store.write() as tx:
        claim = jobs.claim(tx, "w")
    assert claim is not None
    return solving.Task(store, Settings(beat_s=0.05), claim, hurry or threading.Event())


def row_of(store: Store) -> Any:
    with store.read() as tx:
        return tx.execute(select(table)).mappings().one()


@pytest.mark.parametrize(
    ("stopped", "status", "code"),
    [
        ("finished", Status.FAILED, "TIME_TOO_SHORT"),
        ("overrun", Status.FAILED, "TIME_TOO_SHORT"),
        ("stagnant", Status.FAILED, "TIME_TOO_SHORT"),
        ("child_died", Status.QUEUED, None),
    ],
)
def test_a_solve_without_a_plan_is_not_solved_and_no_fault_of_the_data(
    store: Store, monkeypatch: pytest.MonkeyPatch, stopped: str, status: Status, code: str | None
) -> None:
    def no_plan(*_: object, **__: object) -> None:
        raise NoPlanError(stopped)

    monkeypatch.setattr(solving, "plan_stage", no_plan)
    submit(store, 5)
    task_of(store).run()
    row = row_of(store)
    assert (row["status"], row["state"]) == (status, None)
    assert (row["failure"] or {}).get("code") == code
    with store.read() as tx:
        assert plans.plan(tx, JOB) is None


def test_a_job_that_a_database_went_away_from_waits_for_it_and_has_not_been_tried(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreError("the server closed the connection")

    monkeypatch.setattr(solving.plans, "published_files", away)
    submit(store, 5)
    hurry = threading.Event()
    hurry.set()  # no pause before it is put back
    task_of(store, hurry).run()
    row = row_of(store)
    assert (row["status"], row["attempt"], row["failure"]) == (Status.QUEUED, 0, None)


@pytest.mark.parametrize("is_asked_to_stop", [False, True])
def test_a_worker_that_ends_before_a_first_plan_puts_its_job_back_unless_that_was_to_stop(
    store: Store, monkeypatch: pytest.MonkeyPatch, is_asked_to_stop: bool
) -> None:
    def wait_for_the_end(*_: object, cancel: Any, **__: object) -> None:
        cancel.wait(60)
        raise NoPlanError(cancel.stopped)

    monkeypatch.setattr(solving, "plan_stage", wait_for_the_end)
    submit(store, 5)
    hurry = threading.Event()
    task = task_of(store, hurry)
    if is_asked_to_stop:
        with store.write() as tx:
            assert jobs.ask_to_stop(tx, JOB) == Status.SOLVING
    else:
        hurry.set()
    task.run()
    row = row_of(store)
    assert row["status"] == (Status.STOPPED if is_asked_to_stop else Status.QUEUED)
    assert row["attempt"] == (1 if is_asked_to_stop else 0)


def test_a_worker_that_ends_puts_its_job_back_with_its_plan_and_the_next_searches_the_rest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(store, 600)
    hurry = threading.Event()
    task = task_of(store, hurry)
    thread = threading.Thread(target=task.run)
    thread.start()
    wait_until(lambda: row_of(store)["incumbent"] is not None)
    hurry.set()
    thread.join()
    row = row_of(store)
    assert (row["status"], row["state"], row["attempt"]) == (Status.QUEUED, None, 0)
    assert 0 < row["searched_s"] < 600
    with store.read() as tx:
        assert [event["data"]["status"] for event in jobs.events_after(tx, JOB, 0) if event["kind"] == "status"] == [
            "queued", "solving", "queued",
        ]  # fmt: skip

    asked: dict[str, Any] = {}

    def note(*_: object, **options: Any) -> None:
        asked.update(options)
        raise NoPlanError("overrun")

    monkeypatch.setattr(solving, "plan_stage", note)
    task_of(store).run()
    assert asked["seconds"] == pytest.approx(600 - row["searched_s"])
    assert sum(len(visits) for visits in asked["start"].values()) == row["served"]
