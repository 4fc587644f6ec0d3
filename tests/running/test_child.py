"""The child process: its death, its deadline and its orders to stop cost nothing."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.problem import Lock, LockLevel
from optimizer.errors import LockConflictError, NoPlanError
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.running.budget import Budget
from optimizer.running.child import FIRST_PLAN, LAST_WORD_S, WAITING, CancelToken, Progress, run_in_child
from optimizer.running.tickets import Broker, Need, Ticket, Urgency
from optimizer.running.warming import tiny_problem
from optimizer.solver import solve
from tests.processes import solver_pids

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from optimizer.domain.problem import Problem
    from optimizer.running.child import Post
    from optimizer.travel.matrix import TravelMatrix


@pytest.fixture(params=["forked", "by itself"])
def started(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let children be started in both ways, one after the other."""
    if request.param == "by itself":
        monkeypatch.setattr("optimizer.running.child.solver_server", lambda: None)
    return str(request.param)


def test_a_killed_child_leaves_its_last_judged_plan(started: str) -> None:
    problem, matrix = tiny_problem()
    killed: list[int] = []

    def kill_once(_: Progress) -> None:
        for pid in solver_pids(os.getpid()):
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    outcome = solve(problem, matrix, seconds=30, on_progress=kill_once)
    assert killed
    assert outcome.run.stopped == "child_died"
    assert "-9" in outcome.run.note
    assert outcome.plan.served == 3
    assert outcome.judgement.is_clean
    assert not solver_pids(os.getpid())


def test_a_cancelled_solve_returns_its_best_plan() -> None:
    problem, matrix = tiny_problem()
    token = CancelToken()
    outcome = solve(problem, matrix, seconds=60, cancel=token, on_progress=lambda _: token.cancel())
    assert outcome.run.stopped == "cancelled"
    assert outcome.judgement.is_clean
    assert outcome.run.elapsed_s < 30


def test_ctrl_c_returns_the_best_plan() -> None:
    problem, matrix = tiny_problem()

    armed: list[threading.Timer] = []

    def interrupt_once(_: Progress) -> None:
        if not armed:
            armed.append(threading.Timer(0.05, signal.raise_signal, [signal.SIGINT]))
            armed[0].start()

    outcome = solve(problem, matrix, seconds=60, on_progress=interrupt_once)
    assert armed
    assert outcome.run.stopped == "interrupted"
    assert outcome.plan.served == 3


def post_at_the_end(
    problem: Problem, matrix: TravelMatrix, budget: Budget, post: Post, is_stopped: Callable[[], bool]
) -> None:
    """Post an empty plan, and when asked to stop one that serves V0."""
    post(time_routes(problem, matrix, {}), Progress(0, 0, 0.0, 0))
    while not is_stopped():
        time.sleep(0.01)
    post(time_routes(problem, matrix, {"T0": ["V0"]}), Progress(1, 0, 0.0, 0))


def budget_of(seconds: float) -> Budget:
    return Budget.of(seconds=seconds, iterations=None, seed=0, threads=1, islands=None, use_master=False)


def test_the_last_plan_of_a_stopped_child_is_judged() -> None:
    problem, matrix = tiny_problem()
    token = CancelToken()
    found = run_in_child(post_at_the_end, problem, matrix, budget_of(60), lambda _: token.cancel(), cancel=token)
    assert found.run.stopped == "cancelled"
    assert found.plan.served == 1
    assert found.judgement == judge_plan(problem, matrix, found.plan)


def test_no_time_at_all_gives_the_first_plan_judged_and_says_so() -> None:
    problem, matrix = tiny_problem()
    outcome = solve(problem, matrix, seconds=0)
    assert outcome.judgement.is_clean
    assert outcome.plan.served == 3
    assert outcome.run.stopped == FIRST_PLAN


def post_after_a_while(
    problem: Problem, matrix: TravelMatrix, budget: Budget, post: Post, is_stopped: Callable[[], bool]
) -> None:
    """Post a plan that serves V0, unless asked to stop before."""
    time.sleep(0.5)
    if not is_stopped():
        post(time_routes(problem, matrix, {"T0": ["V0"]}), Progress(0, 0, 0.0, 0))


def test_of_a_plan_that_was_known_before_better_ones_are_told_however_little_patience_there_is() -> None:
    problem, matrix = tiny_problem()
    known = run_in_child(post_at_the_end, problem, matrix, budget_of(0))
    assert known.plan.served == 0
    told: list[int] = []
    impatient = replace(budget_of(60), patience_s=0.0)
    found = run_in_child(
        post_after_a_while, problem, matrix, impatient, lambda progress: told.append(progress.served), known=known
    )
    assert (found.plan.served, told) == (1, [1])


def test_a_plan_that_was_known_before_is_kept_where_the_search_finds_none() -> None:
    problem, matrix = tiny_problem()
    known = run_in_child(post_after_a_while, problem, matrix, budget_of(60))
    token = CancelToken()
    token.interrupt()
    token.interrupt()
    found = run_in_child(post_after_a_while, problem, matrix, budget_of(60), cancel=token, known=known)
    assert (found.plan, found.run.stopped) == (known.plan, "interrupted")


def post_late(
    problem: Problem, matrix: TravelMatrix, budget: Budget, post: Post, is_stopped: Callable[[], bool]
) -> None:
    """Post the first plan when its time is long over, as a child does whose machine is busy with others."""
    time.sleep(budget.longest_s + 1.0)
    post(time_routes(problem, matrix, {"T0": ["V0"]}), Progress(0, 0, 0.0, 0, search_s=budget.longest_s + 1.0))


def test_a_first_plan_is_waited_for_whatever_the_clock_says() -> None:
    problem, matrix = tiny_problem()
    found = run_in_child(post_late, problem, matrix, budget_of(0.5))
    assert found.plan.served == 1
    assert found.run.stopped == FIRST_PLAN


def post_sound_late(
    problem: Problem, matrix: TravelMatrix, budget: Budget, post: Post, is_stopped: Callable[[], bool]
) -> None:
    """Post a plan that breaks a lock, and one that keeps it when the time has long been over."""
    post(time_routes(problem, matrix, {"T0": ["V1"]}), Progress(0, 0, 0.0, 0, search_s=budget.longest_s))
    time.sleep(2 * LAST_WORD_S)
    post(time_routes(problem, matrix, {"T0": ["V0"]}), Progress(0, 0, 0.0, 0, search_s=budget.longest_s))


def test_a_first_plan_that_keeps_the_locks_is_waited_for_whatever_the_clock_says() -> None:
    problem, matrix = tiny_problem()
    locked = replace(problem, locks=(Lock("V0", LockLevel.PERSON, "T0"),))
    found = run_in_child(post_sound_late, locked, matrix, budget_of(0.1))
    assert [stop.visit_id for route in found.plan.routes for stop in route.stops] == ["V0"]


def test_a_solve_that_is_stopped_before_its_first_plan_waits_for_it() -> None:
    # Found on a busy machine: Ctrl-C after eight seconds, no plan yet, and locked visits that may not be left out.
    problem, matrix = tiny_problem()
    token = CancelToken()
    token.cancel()
    found = run_in_child(post_late, problem, matrix, budget_of(0.5), cancel=token)
    assert found.plan.served == 1
    assert found.run.stopped == "cancelled"


def test_a_token_that_is_interrupted_twice_waits_no_longer_for_a_first_plan() -> None:
    problem, matrix = tiny_problem()
    token = CancelToken()
    token.interrupt()
    token.interrupt()
    with pytest.raises(NoPlanError) as caught:
        run_in_child(post_never, problem, matrix, budget_of(60), cancel=token)
    assert caught.value.is_interrupted


def test_a_second_ctrl_c_waits_no_longer_for_a_first_plan() -> None:
    problem, matrix = tiny_problem()
    timers = [threading.Timer(delay, signal.raise_signal, [signal.SIGINT]) for delay in (0.5, 1.5)]
    for timer in timers:
        timer.start()
    with pytest.raises(NoPlanError) as caught:
        run_in_child(post_never, problem, matrix, budget_of(60))
    assert caught.value.stopped == "interrupted"


def die(problem: Problem, matrix: TravelMatrix, budget: Budget, post: Post, is_stopped: Callable[[], bool]) -> None:
    """Die before the first plan, with a last word."""
    print("no more memory", file=sys.stderr, flush=True)
    os._exit(7)


def test_a_child_that_dies_before_its_first_plan_is_no_plan_that_serves_nobody(started: str) -> None:
    problem, matrix = tiny_problem()
    with pytest.raises(NoPlanError) as caught:
        run_in_child(die, problem, matrix, budget_of(60))
    assert caught.value.stopped == "child_died"
    assert caught.value.note == "the solver process ended with code 7 (no more memory)"


def test_a_child_that_dies_leaves_the_routes_begun_with() -> None:
    problem, matrix = tiny_problem()
    found = run_in_child(die, problem, matrix, replace(budget_of(60), start={("T0", 0): ("V1",)}))
    assert (found.plan.served, found.run.stopped, found.run.starting_s) == (1, "child_died", None)


def test_the_run_tells_the_time_of_the_search_from_that_of_its_start() -> None:
    problem, matrix = tiny_problem()
    run = solve(problem, matrix, seconds=1).run
    assert run.starting_s is not None
    assert run.search_s >= 1 - 0.1
    assert run.starting_s + run.search_s <= run.elapsed_s + 0.01
    assert {"starting_s", "search_s", "elapsed_s"} <= run.to_json().keys()


def post_how_nice(
    problem: Problem, matrix: TravelMatrix, budget: Budget, post: Post, is_stopped: Callable[[], bool]
) -> None:
    """Post a plan, and in place of moves how far its process stands back."""
    post(time_routes(problem, matrix, {"T0": ["V0"]}), Progress(1, os.nice(0), 0.0, 0))


@pytest.mark.parametrize("urgency", [*Urgency])
def test_a_sweep_stands_back_on_its_core_and_nobody_else(urgency: Urgency) -> None:
    problem, matrix = tiny_problem()
    found = run_in_child(post_how_nice, problem, matrix, replace(budget_of(60), urgency=urgency))
    assert found.run.moves == min(19, os.nice(0) + (10 if urgency is Urgency.SWEEP else 0))


@pytest.fixture
def taken(alone: Path, monkeypatch: pytest.MonkeyPatch) -> Ticket:
    """Let somebody else hold the only core."""
    monkeypatch.setenv("PAIGONG_CORES", "1")
    broker = Broker.of_this_machine()
    assert broker is not None
    ticket = Ticket(broker, Need(Urgency.SOLVE))
    assert ticket.try_to_begin() is None
    return ticket


@pytest.mark.usefixtures("taken")
def test_a_solve_that_is_stopped_while_it_waits_for_a_core_ends_at_once() -> None:
    problem, matrix = tiny_problem()
    token = CancelToken()
    with pytest.raises(NoPlanError) as caught:
        solve(problem, matrix, seconds=60, cancel=token, on_message=lambda _: token.cancel())
    assert (caught.value.stopped, caught.value.note) == ("cancelled", WAITING)


@pytest.mark.usefixtures("taken")
def test_ctrl_c_ends_a_solve_that_waits_for_a_core() -> None:
    problem, matrix = tiny_problem()
    with pytest.raises(NoPlanError) as caught:
        solve(problem, matrix, seconds=60, on_message=lambda _: signal.raise_signal(signal.SIGINT))
    assert caught.value.is_interrupted


@pytest.mark.usefixtures("taken")
def test_a_solve_that_is_stopped_while_it_waits_leaves_the_routes_begun_with() -> None:
    problem, matrix = tiny_problem()
    token = CancelToken()
    budget = replace(budget_of(60), start={("T0", 0): ("V1",)})
    found = run_in_child(post_never, problem, matrix, budget, cancel=token, on_message=lambda _: token.cancel())
    assert (found.plan.served, found.run.stopped, found.run.starting_s) == (1, "cancelled", None)
    assert found.run.waited_s > 0


def test_the_time_of_the_search_begins_after_the_waiting(taken: Ticket) -> None:
    problem, matrix = tiny_problem()
    run = solve(problem, matrix, seconds=0.2, on_message=lambda _: taken.give_back()).run
    assert run.waited_s > 0
    assert run.search_s > 0


def post_never(
    problem: Problem, matrix: TravelMatrix, budget: Budget, post: Post, is_stopped: Callable[[], bool]
) -> None:
    """Think for longer than anybody waits."""
    time.sleep(60)


def test_a_single_iteration_gives_a_plan() -> None:
    problem, matrix = tiny_problem()
    outcome = solve(problem, matrix, seconds=None, iterations=1)
    assert outcome.run.stopped == "finished"
    assert outcome.plan.served == 3


def test_work_mode_gives_the_same_plan_twice() -> None:
    problem, matrix = tiny_problem()
    first, second = (solve(problem, matrix, seconds=None, iterations=500, seed=7) for _ in range(2))
    assert first.plan == second.plan


@pytest.mark.parametrize("bad", [{"seconds": -1}, {"seconds": float("nan")}, {"seconds": None}, {"threads": 0}])
def test_a_budget_that_is_none_is_refused(bad: dict) -> None:
    problem, matrix = tiny_problem()
    with pytest.raises(ValueError, match=r"seconds|threads|limit"):
        solve(problem, matrix, **bad)


def test_locks_that_cannot_be_kept_are_refused_by_name() -> None:
    # V0 may start at 9:00 or later; the lock wants 8:30 sharp.
    problem, matrix = tiny_problem()
    lock = Lock("V0", LockLevel.START, "T0", start_s=8 * 3600 + 1800, tolerance_s=0)
    locked = replace(problem, locks=(lock,))
    with pytest.raises(LockConflictError, match="V0"):
        solve(locked, matrix, seconds=3)


def test_the_outcome_of_a_solve_is_what_the_judge_says() -> None:
    problem, matrix = tiny_problem()
    outcome = solve(problem, matrix, seconds=None, iterations=200)
    assert outcome.judgement == judge_plan(problem, matrix, outcome.plan)
    assert outcome.costs == outcome.plan.costs
    assert [out.visit_id for out in outcome.unassigned if out.reasons] == [o.visit_id for o in outcome.unassigned]
