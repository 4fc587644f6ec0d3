"""Tickets: who begins, and what is nobody's; a folder that cannot be used, and files that are none, cost no plan."""

from __future__ import annotations

import os
import signal
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from optimizer.running import tickets as tickets_module
from optimizer.running.tickets import ASLEEP_S, FOR_CORES, FOR_MEMORY, FOR_OTHERS, Broker, Need, Ticket, Urgency
from tests.running.queue import INTERACTIVE, SOLVE, SWEEP, Clock, hindrance, tickets

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.running.processes import Child

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")

# --- who begins ---------------------------------------------------------------------------------------------------


def test_as_many_begin_as_there_are_cores_each_on_its_own(two_cores: Broker) -> None:
    first, second, third = tickets(two_cores, SOLVE, SOLVE, SOLVE)
    assert [hindrance(ticket) for ticket in (first, second, third)] == ["", "", FOR_CORES]
    assert {first.held, second.held} == {(0,), (1,)}
    second.give_back()
    assert hindrance(third) == ""
    assert third.held == (1,)


def test_threads_take_a_core_each_all_of_them_or_none(two_cores: Broker) -> None:
    one, both, another = tickets(two_cores, SOLVE, Need(Urgency.SOLVE, cores=8), SOLVE)
    assert [hindrance(one), hindrance(both), hindrance(another)] == ["", FOR_CORES, FOR_OTHERS]
    assert both.held == ()
    one.give_back()
    assert hindrance(another) == FOR_OTHERS
    assert hindrance(both) == ""
    assert both.held == (0, 1)


def test_who_came_first_begins_first(one_core: Broker) -> None:
    holder, first, second = tickets(one_core, SOLVE, SOLVE, SOLVE)
    assert [hindrance(ticket) for ticket in (holder, second, first)] == ["", FOR_CORES, FOR_CORES]
    holder.give_back()
    assert [hindrance(second), hindrance(first)] == [FOR_OTHERS, ""]


def test_who_is_more_urgent_begins_before_who_came_first(one_core: Broker) -> None:
    holder, *waiting = tickets(one_core, SOLVE, SWEEP, SOLVE, INTERACTIVE)
    assert hindrance(holder) == ""
    for ticket in waiting:
        assert hindrance(ticket) == FOR_CORES
    holder.give_back()
    assert [hindrance(ticket) for ticket in waiting] == [FOR_OTHERS, FOR_OTHERS, ""]


def test_who_is_interactive_does_not_wait_for_a_sweep_that_runs(one_core: Broker) -> None:
    sweep, solve, urgent = tickets(one_core, SWEEP, SOLVE, INTERACTIVE)
    assert hindrance(sweep) == ""
    assert hindrance(solve) == FOR_CORES
    assert hindrance(urgent) == ""
    assert not urgent.is_forced
    sweep.give_back()
    assert hindrance(solve) == FOR_CORES


def test_who_waits_for_other_cores_stands_in_nobodys_way(tmp_path: Path, clock: Clock) -> None:
    bound, free = Broker(tmp_path, [0], clock=clock), Broker(tmp_path, [1], clock=clock)
    (holder, waiting), [other] = tickets(bound, SOLVE, SOLVE), tickets(free, SOLVE)
    assert [hindrance(holder), hindrance(waiting), hindrance(other)] == ["", FOR_CORES, ""]


def test_solves_take_no_more_memory_than_there_is_but_one_that_is_alone_all_of_it(tmp_path: Path, clock: Clock) -> None:
    broker = Broker(tmp_path, [0, 1, 2], memory_bytes=10, clock=clock)
    large, small, tiny = (Ticket(broker, Need(Urgency.SOLVE, memory_bytes=amount)) for amount in (20, 6, 4))
    assert [hindrance(large), hindrance(small)] == ["", FOR_MEMORY]
    large.give_back()
    assert [hindrance(small), hindrance(tiny)] == ["", ""]
    assert hindrance(Ticket(broker, Need(Urgency.SOLVE, memory_bytes=1))) == FOR_MEMORY


def test_nobody_waits_behind_who_sleeps(one_core: Broker, clock: Clock) -> None:
    holder, asleep, awake = tickets(one_core, SOLVE, INTERACTIVE, SOLVE)
    assert [hindrance(holder), hindrance(asleep)] == ["", FOR_CORES]
    holder.give_back()
    assert hindrance(awake) == FOR_OTHERS
    clock.now_s += ASLEEP_S
    assert hindrance(awake) == ""


# --- other processes ----------------------------------------------------------------------------------------------


def test_a_core_of_a_process_that_is_killed_is_free(other: Child, one_core: Broker, tmp_path: Path) -> None:
    ticket = Ticket(one_core, SOLVE)
    assert hindrance(ticket) == FOR_CORES
    other.process.send_signal(signal.SIGKILL)
    other.process.wait()
    assert hindrance(ticket) == ""
    assert [path.name for path in tmp_path.glob("*.ticket")] == [ticket.name]


def test_a_process_that_ends_gives_its_core_back(other: Child, one_core: Broker) -> None:
    ticket = Ticket(one_core, SOLVE)
    assert hindrance(ticket) == FOR_CORES
    assert other.end(grace_s=None) == 0
    assert hindrance(ticket) == ""


# --- what stands in the way ---------------------------------------------------------------------------------------


def test_the_folder_is_made_for_its_user_alone(alone: Path) -> None:
    broker = Broker.of_this_machine()
    assert broker is not None
    assert broker.folder.parent == alone
    assert stat.S_IMODE(alone.stat().st_mode) == 0o700
    assert broker.memory_bytes is None or broker.memory_bytes > 0


def test_processes_of_a_user_find_one_another_whatever_their_folder_for_temporary_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PAIGONG_CORES")
    monkeypatch.delenv("PAIGONG_BROKER", raising=False)
    monkeypatch.setattr(tickets_module, "PLACES", (tmp_path / "not there", tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "elsewhere"))
    broker = Broker.of_this_machine()
    assert broker is not None
    assert broker.folder.parent == tmp_path / f"paigong-{os.getuid()}"


def test_an_operator_may_want_no_broker(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAIGONG_CORES", "0")
    assert Broker.of_this_machine() is None
    assert not alone.exists()


def test_without_a_folder_or_locks_there_is_no_broker(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAIGONG_BROKER", str(alone / "a" / "b"))
    assert Broker.of_this_machine() is None
    alone.write_text("no folder", encoding="ascii")
    monkeypatch.setenv("PAIGONG_BROKER", str(alone))
    assert Broker.of_this_machine() is None
    alone.unlink()
    monkeypatch.setattr(tickets_module, "find_spec", lambda _: None)
    assert Broker.of_this_machine() is None


def test_a_folder_that_others_may_write_to_is_not_used(alone: Path) -> None:
    alone.mkdir()
    alone.chmod(0o777)
    assert Broker.of_this_machine() is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"rank": null}', b"\xff"])
def test_a_file_that_is_no_ticket_says_nothing(content: bytes, one_core: Broker) -> None:
    import fcntl

    with (one_core.folder / "1-x.ticket").open("wb") as strange:
        strange.write(content)
        strange.flush()
        fcntl.flock(strange, fcntl.LOCK_EX)
        ticket = Ticket(one_core, SOLVE)
        assert hindrance(ticket) == ""
