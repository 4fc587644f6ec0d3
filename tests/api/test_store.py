"""The database: its migrations, its transactions, what is kept and what goes."""

from __future__ import annotations

import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from api.statuses import Status
from api.store import jobs, plans, upkeep
from api.store.engine import NewerDatabaseError, Store, StoreError, migrate, moment_text
from api.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'paigong.db'}")
    migrate(made)
    yield made
    made.close()


def values(job_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "job_id": job_id, "key_id": "k", "branch_id": "HZ", "first_day": "2026-11-30", "days": 1, "as_of": "x",
        "visits": 3, "technicians": 2, "options": {}, "input_sha": "s", "warnings": {}, "request_id": "r",
        "created_at": "2026-11-27T08:00:00.000Z", **changes,
    }  # fmt: skip


def add(store: Store, job_id: str, **changes: Any) -> None:
    with store.write() as tx:
        jobs.submit(tx, values(job_id, **changes), media_type="application/json", content=b"{}")


def test_the_migrations_make_the_tables(store: Store) -> None:
    migrate(store)  # a second time changes nothing
    with store.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert tx.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def submit_and_fail() -> None:
        with store.write() as tx:
            jobs.submit(tx, values("a"), media_type="application/json", content=b"{}")
            raise KeyError

    with pytest.raises(KeyError):
        submit_and_fail()
    with store.read() as tx:
        assert plans.listing(tx, None, before=None, limit=10) == []


def test_a_database_that_takes_no_write_is_named(tmp_path: Path, store: Store) -> None:
    read_only = Store(f"sqlite:///file:{tmp_path / 'paigong.db'}?mode=ro&uri=true")
    with pytest.raises(StoreError, match="readonly"), read_only.write() as tx:
        jobs.submit(tx, values("a"), media_type="application/json", content=b"{}")
    assert not read_only.is_writable()
    assert store.is_writable()
    read_only.close()


def test_jobs_are_taken_in_their_order_and_once(store: Store) -> None:
    for job_id in "abc":
        add(store, job_id)
    with store.write() as tx:
        taken = [jobs.claim(tx, "w1"), jobs.claim(tx, "w2"), jobs.claim(tx, "w1"), jobs.claim(tx, "w2")]
    assert [claim and claim.job_id for claim in taken] == ["a", "b", "c", None]


def test_the_morning_goes_before_what_waits_for_the_night(store: Store) -> None:
    for job_id, stage in (("a", "draft"), ("b", "open"), ("c", "settle"), ("d", "open")):
        add(store, job_id, options={"stage": stage})
    with store.write() as tx:
        taken = [jobs.claim(tx, "w") for _ in range(4)]
    assert [claim and claim.job_id for claim in taken] == ["b", "d", "a", "c"]


def test_a_fence_keeps_out_whoever_was_given_up(store: Store) -> None:
    add(store, "a")
    with store.write() as tx:
        first = jobs.claim(tx, "w1")
        assert first is not None
        assert jobs.give_up(tx, "a", first.fencing_token, attempts=5) == Status.QUEUED
        second = jobs.claim(tx, "w2")
        assert second is not None
        assert second.fencing_token > first.fencing_token
        told = {"cost_cents": 1, "served": 1}
        assert jobs.heartbeat(tx, "a", first.fencing_token) is None
        assert not jobs.checkpoint(tx, "a", first.fencing_token, told, elapsed_s=1, searched_s=1, incumbent=None)
        assert not jobs.finish(tx, "a", first.fencing_token, Status.SOLVED, values={}, plan=(b"", b""))
        assert jobs.heartbeat(tx, "a", second.fencing_token) is False
        assert jobs.finish(tx, "a", second.fencing_token, Status.SOLVED, values={}, plan=(b"", b""))
        # The answer to a commit may be lost: who asks again is told that it landed, another is not.
        assert jobs.has_ended(tx, "a", second.fencing_token)
        assert not jobs.has_ended(tx, "a", first.fencing_token)
        numbers = [event["number"] for event in jobs.events_after(tx, "a", 0)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_job_begun_too_often_has_failed(store: Store) -> None:
    add(store, "a")
    with store.write() as tx:
        for expected in (Status.QUEUED, Status.FAILED):
            claim = jobs.claim(tx, "w")
            assert claim is not None
            assert jobs.give_up(tx, "a", claim.fencing_token, attempts=2) == expected
        assert jobs.claim(tx, "w") is None
        row = plans.job(tx, "a", None)
        assert row is not None
        assert row["failure"] == {"code": "WORKER_LOST", "values": {"attempts": 2}}


def test_a_job_that_gets_on_is_not_begun_too_often(store: Store) -> None:
    add(store, "a", asked_s=3.0)
    told = {"cost_cents": 1, "served": 1}
    with store.write() as tx:
        # Four takers search a second each; the last of them has nothing more to search, and from there it counts.
        for searched_s, expected in ((1, "queued"), (2, "queued"), (3, "queued"), (4, "queued"), (5, "failed")):
            claim = jobs.claim(tx, "w")
            assert claim is not None
            token = claim.fencing_token
            jobs.checkpoint(tx, "a", token, told, elapsed_s=searched_s, searched_s=searched_s, incumbent=b"p")
            assert jobs.give_up(tx, "a", token, attempts=3) == expected


def test_that_the_whole_service_ends_is_a_quarter_of_an_attempt(store: Store) -> None:
    add(store, "a")

    def lost(*, has_vanished: bool) -> Status | None:
        with store.write() as tx:
            claim = jobs.claim(tx, "w")
            assert claim is not None
            return jobs.give_up(tx, "a", claim.fencing_token, attempts=2, has_vanished=has_vanished)

    # Two attempts, of which one is used up, and eight times that nobody saw what happened.
    assert lost(has_vanished=False) == Status.QUEUED
    assert [lost(has_vanished=True) for _ in range(8)] == [Status.QUEUED] * 7 + [Status.FAILED]
    with store.read() as tx:
        row = plans.job(tx, "a", None)
    assert row is not None
    assert (row["attempt"], row["failure"]["values"]) == (1, {"attempts": 8})


def test_a_first_plan_is_getting_on(store: Store) -> None:
    add(store, "a")
    told = {"cost_cents": 1, "served": 1}
    found = []
    for incumbent in (None, b"p", b"q", None):
        with store.write() as tx:
            claim = jobs.claim(tx, "w")
            assert claim is not None
            jobs.checkpoint(tx, "a", claim.fencing_token, told, elapsed_s=0.1, searched_s=0.1, incumbent=incumbent)
            found.append(jobs.give_up(tx, "a", claim.fencing_token, attempts=3))
    assert found == [Status.QUEUED] * 3 + [Status.FAILED]


def test_nothing_is_solved_without_a_plan(store: Store) -> None:
    add(store, "a")
    with store.write() as tx:
        claim = jobs.claim(tx, "w")
        assert claim is not None
        with pytest.raises(ValueError, match="without a plan"):
            jobs.finish(tx, "a", claim.fencing_token, Status.SOLVED, values={})
        row = plans.job(tx, "a", None)
    assert row is not None
    assert row["status"] == Status.SOLVING


def test_a_database_of_a_newer_version_is_named(store: Store) -> None:
    with store.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabaseError, match="9999"):
        migrate(store)


def test_a_queued_job_that_is_stopped_never_runs(store: Store) -> None:
    add(store, "a")
    with store.write() as tx:
        assert jobs.ask_to_stop(tx, "a") == Status.STOPPED
        assert jobs.claim(tx, "w") is None


def test_old_plans_go_and_published_ones_stay_longer(store: Store) -> None:
    for job_id in ("draft", "published", "queued"):
        add(store, job_id, input_sha=job_id)
    with store.write() as tx:
        for _ in range(2):
            claim = jobs.claim(tx, "w")
            assert claim is not None
            jobs.finish(tx, claim.job_id, claim.fencing_token, Status.SOLVED, values={}, plan=(b"", b""))
        row = plans.job(tx, "published", None)
        assert row is not None
        plans.publish(tx, row, ["2026-11-30"], file_name="x", content=b"")

    def left(after_days: int) -> list[str]:
        at = datetime.now(UTC) + timedelta(days=after_days)
        with store.write() as tx:
            upkeep.forget_old(tx, keep_days=60, idempotency_hours=48, at=at)
        with store.read() as tx:
            assert {row["input_sha"] for row in plans.listing(tx, None, before=None, limit=10)} == set(
                tx.exec_driver_sql("SELECT sha256 FROM inputs").scalars()
            )
            return [row["job_id"] for row in plans.listing(tx, None, before=None, limit=10)]

    assert left(after_days=59) == ["queued", "published", "draft"]
    assert left(after_days=61) == ["queued", "published"]
    assert left(after_days=601) == ["queued"]


def test_a_backup_is_whole_while_the_database_is_in_use(store: Store, tmp_path: Path) -> None:
    add(store, "a")
    with store.write() as tx:
        jobs.submit(tx, values("b"), media_type="application/json", content=b"{}")
        upkeep.back_up(store, tmp_path / "copy.db")
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT job_id FROM jobs").fetchall() == [("a",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        upkeep.back_up(store, tmp_path / "copy.db")


def test_moments_sort_as_texts() -> None:
    begin = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
    moments = [begin + timedelta(milliseconds=n * 350) for n in range(20)]
    assert [moment_text(moment) for moment in moments] == sorted(moment_text(moment) for moment in moments)
    assert {len(moment_text(moment)) for moment in moments} == {24}
