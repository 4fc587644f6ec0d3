"""How far a plan is from the best one: a lower bound by column generation, in a process of its own.

What the process has told counts, however it ends: an abort, too little memory or too little time make the bound weaker.
"""

from __future__ import annotations

import json
import pickle
import queue
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule
from optimizer.running.processes import Child

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.running.entry import Parent
    from optimizer.travel.matrix import TravelMatrix

#: How long the process may take to load, and to compile its kernels once for a version, on the busiest machine.
LOAD_S = 600.0
#: How much longer than asked for whoever waits looks for its last words.
GRACE_S = 0.5
#: How long it may take to end by itself once it has said its last.
END_S = 5.0
#: How often it looks whether the process still lives.
LOOK_S = 0.1


class Scope(StrEnum):
    """What a bound is a bound on.

    `RELAXATION`: no plan costs less, though the best one may well cost more. `OPTIMAL`: the plan costs just as much as
    the bound, so that none is better.
    """

    RELAXATION = "relaxation"
    OPTIMAL = "optimal"


@dataclass(frozen=True, slots=True)
class Bounded:
    """What is known of how good a plan is.

    Parameters
    ----------
    cost_cents
        What the plan costs.
    lower_bound_cents
        No plan costs less; `None` where nothing is known.
    scope
        What that is a bound on.
    relaxed
        The rules of which the problem uses something that the bound leaves out: it may be lower than need be.
    seconds
        How long it took, without loading.
    note
        Why nothing is known, or why it ended early.
    """

    cost_cents: int
    lower_bound_cents: int | None
    scope: Scope
    relaxed: tuple[Rule, ...] = ()
    seconds: float = 0.0
    note: str = ""

    @property
    def gap(self) -> float | None:
        """By which share of its cost the plan is above the bound; `None` where nothing is known."""
        if self.lower_bound_cents is None:
            return None
        return (self.cost_cents - self.lower_bound_cents) / self.cost_cents if self.cost_cents else 0.0


def bound_cost(
    problem: Problem,
    matrix: TravelMatrix,
    plan: Plan,
    *,
    seconds: float,
    on_bound: Callable[[int, float], None] | None = None,
) -> Bounded:
    """Return a bound that no plan of a problem costs less than, beside what a plan in hand costs.

    Parameters
    ----------
    plan
        A clean plan of the problem, from whose routes the bound starts.
    seconds
        Wall clock, without loading.
    on_bound
        Called with each better bound in cents, and the seconds until then.
    """
    child = Child("optimizer.bound")
    child.send(pickle.dumps((problem, matrix, plan, seconds)))
    best, relaxed = None, tuple[Rule, ...]()
    began_s, ended_s = time.monotonic(), time.monotonic()
    deadline_s, has_ended = began_s + LOAD_S, False
    try:
        while time.monotonic() < deadline_s:
            try:
                message = child.messages.get(timeout=LOOK_S)
            except queue.Empty:
                continue
            if message is None:
                has_ended = True
                break
            told = json.loads(message)
            if "relaxed" in told:
                relaxed = tuple(Rule(name) for name in told["relaxed"])
                began_s = time.monotonic()
                deadline_s = began_s + seconds + GRACE_S
            elif best is None or told["bound_cents"] > best:
                best = int(told["bound_cents"])
                if on_bound is not None:
                    on_bound(best, time.monotonic() - began_s)
                if best >= plan.cost_cents:
                    break
        ended_s = time.monotonic()
    finally:
        code = child.end(END_S if has_ended else 0.0)
    note = ""
    if has_ended and code:
        note = ": ".join([f"the process ended with code {code}", *child.last_words.splitlines()[-1:]])
    # A plan may cost nothing, and none costs less.
    best = None if best is None else max(0, best)
    scope = Scope.OPTIMAL if best is not None and best >= plan.cost_cents else Scope.RELAXATION
    return Bounded(plan.cost_cents, best, scope, relaxed, ended_s - began_s, note)


# --- the process ----------------------------------------------------------------------------------------------------


def serve(parent: Parent) -> None:
    """Bound one problem and tell each better bound."""
    from optimizer.engine.bounds.generation import Generation
    from optimizer.engine.bounds.pricing import load_labels
    from optimizer.engine.bounds.scope import relaxed_in
    from optimizer.engine.indexing import build_arrays
    from optimizer.engine.rest import with_shifts_in_force
    from optimizer.running.first_routes import routes_of
    from optimizer.running.warming import tiny_problem

    message = parent.receive()
    if message is None:
        return
    problem, matrix, plan, seconds = pickle.loads(message)
    tiny, tiny_matrix = tiny_problem()
    # Compiles the kernels, or loads them, before the clock begins to run.
    load_labels(tiny, tiny_matrix, build_arrays(tiny, tiny_matrix))
    problem = with_shifts_in_force(problem, matrix)
    indexed = build_arrays(problem, matrix)
    parent.send(json.dumps({"relaxed": relaxed_in(indexed.arrays)}).encode())
    deadline_s = time.monotonic() + seconds

    def tell(bound_cents: int) -> None:
        parent.send(json.dumps({"bound_cents": bound_cents}).encode())

    one = Generation(
        problem,
        matrix,
        indexed,
        indexed.first_routes(problem, routes_of(plan)),
        is_over=lambda: time.monotonic() >= deadline_s,
        on_step=lambda step: tell(step.bound_cents),
    )
    tell(one.bound_cents)
    tell(one.run())
