"""Whose turn it is in the queue: keys by the seconds that they ask for, and the branches of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.statuses import Status
from api.store import jobs, turns
from api.store.engine import Store, migrate
from api.store.turns import Turns, Waiting, expected_s, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def line(key_id: str, count: int, asked_s: float, *, first: int = 0, branch_id: str = "HZ") -> list[Waiting]:
    """Return jobs of a key that came one after another."""
    return [
        Waiting(f"{key_id}{number}", first + number, (key_id, branch_id), asked_s, is_urgent=False)
        for number in range(count)
    ]


def order(*lines: list[Waiting], had: Turns | None = None) -> list[str]:
    return [job.job_id for job in in_order([job for one in lines for job in one], had or Turns())]


def test_keys_take_turns_however_many_plans_one_of_them_hands_in() -> None:
    assert order(line("a", 4, 60), line("b", 2, 60, first=10)) == ["a0", "b0", "a1", "b1", "a2", "a3"]


def test_a_turn_is_paid_in_seconds() -> None:
    # Five of 600 s came first; the one of 2 s waits for the first of them, and for no other.
    assert order(line("a", 5, 600), line("b", 1, 2, first=10))[:2] == ["a0", "b0"]
    # Three of 20 s are what one of 60 s costs.
    assert order(line("a", 3, 60), line("b", 6, 20, first=10))[:5] == ["a0", "b0", "b1", "b2", "a1"]


def test_branches_of_a_key_take_turns_too() -> None:
    first, second = line("a", 3, 60), line("a", 2, 60, first=10, branch_id="NB")
    assert [job.seq for job in in_order([*first, *second], Turns())] == [0, 10, 1, 11, 2]


def test_who_was_away_saves_up_no_turns() -> None:
    had = Turns()
    for _ in range(100):
        had.take(("a", "HZ"), 60)
    # The other key comes for the first time: it goes first, and then they take turns.
    assert order(line("a", 3, 60), line("b", 3, 60, first=10), had=had) == ["b0", "a0", "b1", "a1", "b2", "a2"]


def test_three_greedy_keys_wait_no_longer_than_their_share() -> None:
    # Ten plans, three and one, of 10 s each, handed in at once: every key has a third until it has all it wants.
    made = order(line("a", 10, 10), line("b", 3, 10, first=10), line("c", 1, 10, first=13))
    ends = {job_id: 10 * (place + 1) for place, job_id in enumerate(made)}
    assert ends["c0"] <= 2 * 30
    assert ends["b2"] <= 2 * 90
    assert ends["a9"] == 140


@pytest.mark.parametrize(("seconds", "iterations", "expected"), [(60, None, 60), (600, 2_000, 2), (5, 10**9, 5)])
def test_moves_are_taken_for_the_seconds_that_they_may_need(seconds: float, iterations: int, expected: float) -> None:
    assert expected_s(seconds, iterations) == expected


# --- in the database ----------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'paigong.db'}")
    migrate(made)
    yield made
    made.close()


def add(store: Store, job_id: str, key_id: str, asked_s: float | None, **changes: Any) -> None:
    values = {
        "job_id": job_id, "key_id": key_id, "branch_id": "HZ", "first_day": "2026-11-30", "days": 1, "as_of": "x",
        "visits": 3, "technicians": 2, "options": {}, "input_sha": "s", "warnings": {}, "request_id": "r",
        "created_at": "2026-11-27T08:00:00.000Z", "asked_s": asked_s, **changes,
    }  # fmt: skip
    with store.write() as tx:
        jobs.submit(tx, values, media_type="application/json", content=b"{}")


def claimed(store: Store) -> jobs.Claim:
    with store.write() as tx:
        claim = jobs.claim(tx, "w")
    assert claim is not None
    return claim


def test_the_places_told_are_those_in_which_jobs_are_taken(store: Store) -> None:
    for number in range(3):
        add(store, f"a{number}", "a", 600)
    add(store, "b0", "b", 2)
    add(store, "c0", "c", None, options={"stage": "open"})  # of an earlier version, and for this morning
    with store.read() as tx:
        told = turns.places(tx)
    taken = [claimed(store).job_id for _ in range(5)]
    assert sorted(told, key=lambda job_id: told[job_id].position) == taken
    assert taken == ["c0", "a0", "b0", "a1", "a2"]
    with store.read() as tx:
        assert turns.places(tx) == {}


def test_a_place_is_told_again_for_a_moment_and_a_new_job_has_its_own(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    places = turns.places
    monkeypatch.setattr(turns, "places", lambda tx: counted.append(1) or places(tx))

    def position(job_id: str) -> int | None:
        with store.read() as tx:
            place = turns.place_of(tx, job_id)
        return None if place is None else place.position

    for number in range(2):
        add(store, f"a{number}", "a", 60)
    assert [position("a0"), position("a1"), position("a1")] == [1, 2, 2]
    assert len(counted) == 1
    add(store, "a2", "a", 60)
    assert position("a2") == 3
    claimed(store)
    assert [position("a1"), len(counted)] == [2, 2]
    monkeypatch.setattr(turns, "RECENT_S", 0.0)
    turns._recent.clear()
    assert [position("a1"), position("a1"), position("a0")] == [1, 1, None]


def test_a_job_is_expected_when_those_before_it_have_had_their_seconds(store: Store) -> None:
    for number, asked_s in enumerate((40, 100, 30, 5)):
        add(store, f"a{number}", "a", asked_s)
    with store.read() as tx:
        assert {place.starts_in_s for place in turns.places(tx).values()} == {None}  # nobody works
    for _ in range(2):
        claimed(store)
    with store.read() as tx:
        told = turns.places(tx)
    assert told["a2"].starts_in_s == pytest.approx(40, abs=10)
    assert told["a3"].starts_in_s == pytest.approx(70, abs=10)


def test_what_is_put_back_was_no_attempt_and_goes_on_where_it_was(store: Store) -> None:
    add(store, "a", "k", 60)
    for _ in range(20):
        claim = claimed(store)
        with store.write() as tx:
            told = {"cost_cents": 1, "served": 1}
            token = claim.fencing_token
            assert jobs.checkpoint(tx, "a", token, told, elapsed_s=9, searched_s=7.5, incumbent=b"plan")
            assert jobs.hand_back(tx, "a", token)
            assert not jobs.hand_back(tx, "a", token)
    again = claimed(store)
    assert (again.searched_s, again.incumbent) == (7.5, b"plan")
    with store.write() as tx:
        assert jobs.give_up(tx, "a", again.fencing_token, attempts=2) == Status.QUEUED


def test_a_queued_job_with_a_plan_is_stopped_by_who_can_make_it_one(store: Store) -> None:
    for job_id in ("kept", "before"):
        add(store, job_id, "k", 60)
    claim = claimed(store)
    with store.write() as tx:
        told = {"cost_cents": 1, "served": 1}
        jobs.checkpoint(tx, "kept", claim.fencing_token, told, elapsed_s=9, searched_s=7, incumbent=b"plan")
        jobs.hand_back(tx, "kept", claim.fencing_token)
        assert jobs.ask_to_stop(tx, "kept") == Status.QUEUED
    # It goes before what has waited longer, and is told to stop at once.
    again = claimed(store)
    assert again.job_id == "kept"
    with store.write() as tx:
        assert jobs.heartbeat(tx, "kept", again.fencing_token) is True


def test_a_key_that_is_gone_leaves_no_turns(store: Store) -> None:
    from datetime import UTC, datetime, timedelta

    from sqlalchemy import select

    from api.store import tables, upkeep

    add(store, "a", "k", 60)
    claim = claimed(store)
    with store.write() as tx:
        jobs.finish(tx, "a", claim.fencing_token, Status.FAILED, values={"elapsed_s": 1.0})
        assert len(tx.execute(select(tables.turns)).all()) == 3
        upkeep.forget_old(tx, keep_days=1, idempotency_hours=1, at=datetime.now(UTC) + timedelta(days=9))
        assert [row.key_id for row in tx.execute(select(tables.turns))] == [""]
