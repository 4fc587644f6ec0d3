"""Who solves when: waiting has an end and is told of, ends at once when it is to, and breaks no plan."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.write import problem_to_json
from optimizer.running import tickets as tickets_module
from optimizer.running.broker import BESIDE_OTHERS, FIRST_WORD_S, NEXT_WORD_S, Turn, taking_turns
from optimizer.running.child import CancelToken
from optimizer.running.tickets import (
    ASLEEP_S,
    FOR_CORES,
    LONGEST_WAIT_S,
    PATIENCE_FOR_MEMORY,
    Broker,
    Need,
    Ticket,
    Urgency,
)
from optimizer.running.warming import tiny_problem
from tests.running.queue import SOLVE, SWEEP, Clock, hindrance

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.running.processes import Child

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")

# --- waiting has an end -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("urgency", [*Urgency])
def test_waiting_has_an_end_and_says_what_it_waits_for_meanwhile(
    urgency: Urgency, of_this_machine: Broker, clock: Clock
) -> None:
    held = Ticket(of_this_machine, SOLVE)
    assert hindrance(held) == ""
    said: list[tuple[float, str]] = []
    with taking_turns(Need(urgency), clock, lambda sentence: said.append((clock.now_s, sentence))) as turn:
        assert turn.is_mine
        assert turn.waited_s == pytest.approx(LONGEST_WAIT_S[urgency], abs=1.0)
    assert {sentence for _, sentence in said[:-1]} == {FOR_CORES}
    assert said[-1][1] == BESIDE_OTHERS
    moments = [moment for moment, _ in said[:-1]]
    assert moments[0] == pytest.approx(FIRST_WORD_S, abs=0.2)
    assert all(later - sooner < NEXT_WORD_S + 1 for sooner, later in pairwise(moments))


def test_the_more_urgent_the_shorter_the_wait() -> None:
    assert sorted(Urgency, key=LONGEST_WAIT_S.__getitem__) == [*Urgency]


def test_memory_is_waited_for_longer(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker(tmp_path, [0, 1], memory_bytes=10, clock=clock)
    monkeypatch.setattr(Broker, "of_this_machine", lambda: broker)
    need = Need(Urgency.INTERACTIVE, memory_bytes=6)
    assert hindrance(Ticket(broker, need)) == ""
    with taking_turns(need, clock) as turn:
        assert turn.is_mine
    assert turn.waited_s == pytest.approx(PATIENCE_FOR_MEMORY * LONGEST_WAIT_S[Urgency.INTERACTIVE], abs=1.0)


def test_who_is_asked_to_end_while_it_waits_leaves_the_queue(of_this_machine: Broker, clock: Clock) -> None:
    held, behind = Ticket(of_this_machine, SOLVE), Ticket(of_this_machine, SWEEP)
    assert hindrance(held) == ""
    clock.cancel_after = 2
    with taking_turns(SOLVE, clock) as turn:
        assert not turn.is_mine
        assert turn.waited_s < 1.0
    held.give_back()
    assert hindrance(behind) == ""


def test_ctrl_c_ends_the_waiting(of_this_machine: Broker, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Ticket(of_this_machine, SOLVE)
    assert hindrance(held) == ""

    def interrupted(_: float) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(clock, "wait", interrupted)
    with taking_turns(SOLVE, clock) as turn:
        assert not turn.is_mine
    assert clock.is_cancelled


def test_who_need_not_wait_begins_although_it_is_asked_to_end(of_this_machine: Broker, clock: Clock) -> None:
    clock.cancel_after = 0
    with taking_turns(SOLVE, clock) as turn:
        assert turn == Turn(0.0)
        assert hindrance(Ticket(of_this_machine, SOLVE)) == FOR_CORES


def test_a_solve_within_a_solve_does_not_wait_for_itself(of_this_machine: Broker, clock: Clock) -> None:
    with taking_turns(SOLVE, clock), taking_turns(SOLVE, clock) as inner:
        assert inner == Turn(0.0)
    with taking_turns(SOLVE, clock):
        assert hindrance(Ticket(of_this_machine, SOLVE)) == FOR_CORES


def test_who_waits_begins_when_another_process_has_ended(
    other: Child, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Broker, "of_this_machine", lambda: Broker(tmp_path, [0]))
    order = []
    is_waiting = threading.Event()

    def solve() -> None:
        with taking_turns(SOLVE, CancelToken(), lambda _: is_waiting.set()) as turn:
            order.append(turn.is_mine)

    waiting = threading.Thread(target=solve)
    waiting.start()
    assert is_waiting.wait(60)
    order.append("ends")
    other.end(grace_s=None)
    waiting.join(60)
    assert order == ["ends", True]


def test_a_folder_that_goes_or_cannot_be_locked_lets_a_solve_begin_at_once(
    of_this_machine: Broker, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(_: int) -> None:
        raise OSError(95, "no locks here")

    of_this_machine.folder = of_this_machine.folder / "gone"
    with taking_turns(SOLVE, clock) as turn:
        assert turn == Turn(0.0)
    monkeypatch.setattr(tickets_module, "_lock", unsupported)
    with taking_turns(SOLVE, clock) as turn:
        assert turn == Turn(0.0)


def test_a_gate_that_stays_closed_keeps_nobody_for_long(of_this_machine: Broker, clock: Clock) -> None:
    with of_this_machine.gate(), taking_turns(SOLVE, clock) as turn:
        assert turn.is_mine
        assert turn.waited_s == pytest.approx(ASLEEP_S, abs=0.2)


# --- the whole way ------------------------------------------------------------------------------------------------

PLAN = """
import sys
from optimizer import solve
from optimizer.running.warming import tiny_problem
outcome = solve(*tiny_problem(), iterations=100, on_message=lambda sentence: print(sentence, flush=True))
print(outcome.plan.served, outcome.run.waited_s > 0)
"""


def test_a_solve_of_another_process_waits_for_the_core_and_is_the_same_plan(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAIGONG_CORES", "1")
    broker = Broker.of_this_machine()
    assert broker is not None
    held = Ticket(broker, SOLVE)
    assert hindrance(held) == ""
    asked = [sys.executable, "-c", PLAN]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert FOR_CORES in iter(lambda: process.stdout.readline().strip(), "")
        held.give_back()
        assert process.stdout.read().splitlines()[-1] == "3 True"
    assert process.returncode == 0
    assert not list(alone.rglob("*.ticket"))


def test_two_commands_take_turns_on_one_core(alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAIGONG_CORES", "1")
    branch = tmp_path / "branch.json"
    branch.write_text(json.dumps(problem_to_json(tiny_problem()[0])), encoding="utf-8")
    [broker] = filter(None, [Broker.of_this_machine()])
    held = Ticket(broker, SOLVE)
    assert hindrance(held) == ""
    outs = [tmp_path / name for name in ("one", "two")]
    asked = [sys.executable, "-m", "optimizer.cli", "plan", str(branch), "--iterations", "100", "--lang", "zh", "--out"]
    processes = [subprocess.Popen([*asked, str(out)], stderr=subprocess.PIPE, text=True) for out in outs]
    for process in processes:
        assert process.stderr is not None
        # Both have said so before the core is free: then one of them goes on waiting, for the other.
        assert "正在等待空闲的处理器核心" in next(line for line in process.stderr if "等待" in line)
    held.give_back()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    first, second = (json.loads((out / "plan.json").read_text(encoding="utf-8")) for out in outs)
    assert first["routes"] == second["routes"]
    assert min(made["run"]["waited_s"] for made in (first, second)) > 0
    assert not list(alone.rglob("*.ticket"))
