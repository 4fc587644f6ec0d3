"""Jobs wait for a free core like every other solve of their user, and may be stopped, or wait on, meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.running.tickets import Broker, Need, Ticket, Urgency
from tests.api.conftest import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ticket:
    """Hold the only core, as a command beside the service does."""
    monkeypatch.setenv("PAIGONG_CORES", "1")
    monkeypatch.setenv("PAIGONG_BROKER", str(tmp_path / "tickets"))
    broker = Broker.of_this_machine()
    assert broker is not None
    ticket = Ticket(broker, Need(Urgency.SOLVE))
    assert ticket.try_to_begin() is None
    return ticket


def waits(server: Server, *jobs: str) -> bool:
    return {entry["job_id"] for entry in server.logged("solve_waits")} >= set(jobs)


def test_jobs_of_two_workers_wait_for_the_core_and_one_that_is_stopped_then_is_stopped_at_once(
    held: Ticket, new_server: Callable[..., Server]
) -> None:
    server = new_server(workers=2).start()
    going_on, stopped = (server.submit(iterations=50, seed=seed) for seed in (1, 2))
    wait_until(lambda: waits(server, going_on, stopped))
    assert server.job(going_on)["status"] == "solving"
    assert server.http.delete(f"/v1/plans/{stopped}").status_code == 202
    assert server.ended(stopped)["status"] == "stopped"
    assert server.job(stopped)["state"] is None
    held.give_back()
    server.check_plan(going_on)
    assert server.job(going_on)["run"]["waited_s"] > 0


def test_a_job_that_waits_for_the_core_when_the_service_ends_waits_on(
    held: Ticket, new_server: Callable[..., Server]
) -> None:
    server = new_server(workers=1).start()
    job = server.submit(iterations=50)
    wait_until(lambda: waits(server, job))
    server.stop()
    held.give_back()
    server.start()
    server.check_plan(job)
    assert server.statuses(job) == ["queued", "solving", "queued", "solving", "solved"]
