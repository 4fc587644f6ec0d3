"""Small days proven: the constraint model in a process of its own, its plan timed and judged like any other.

`plan_exactly` answers for a whole small day, for some technicians of a larger one while the others keep their routes,
and for what-ifs: a visit that must be served, or by whom. What it says is proven, or it says that it is not.
"""

from __future__ import annotations

import pickle
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.plan import BRANCH_STOP
from optimizer.engine.master.day.answers import Answer, Gap, Question, Status
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.running.first_routes import routes_of
from optimizer.running.preloaded import solver_server
from optimizer.running.processes import Child

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import TypeAlias

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.engine.indexing import IndexedProblem
    from optimizer.engine.route_pool import Solution
    from optimizer.judge.facts import Waits
    from optimizer.judge.verdict import Judgement
    from optimizer.running.entry import Parent
    from optimizer.travel.matrix import TravelMatrix

    #: Technician and day index.
    Key: TypeAlias = tuple[str, int]

#: How much longer than asked for the process may take before it is killed: it looks at the clock itself.
GRACE_S = 1.0
#: How long it may take to end by itself after its answer.
END_S = 0.05
#: What a change costs where the fewest are asked for: more than all else, small enough to add up.
CHANGE_CENTS = 10**9


class Asked(NamedTuple):
    """What is asked, by ids.

    Parameters
    ----------
    free
        The technicians whose routes may change; `None` is all of them, others keep the routes of `start`.
    is_priced
        Whether costs count; else any plan answers.
    """

    start: Mapping[str | tuple[str, int], tuple[str, ...]] = {}
    must_serve: frozenset[str] = frozenset()
    must_not_serve: frozenset[str] = frozenset()
    only_by: Mapping[str, str] = {}
    free: frozenset[str] | None = None
    change_cents: int = 0
    is_priced: bool = True


class Answered(NamedTuple):
    """What the process answers, by ids: routes, leads of crews, waits for parts, slots of breaks."""

    answer: Answer
    left_out_cents: int = 0
    routes: Mapping[Key, tuple[str, ...]] = {}
    leads: Mapping[str, str] = {}
    waits: Mapping[Key, Waits] = {}
    slots: Mapping[Key, int] = {}


@dataclass(frozen=True, slots=True)
class ExactOutcome:
    """What is proven, and the plan.

    Parameters
    ----------
    status
        `OPTIMAL` only where the judge finds the plan clean and at the model's cost, to the cent.
    plan, judgement
        The plan as the judge times it, and what the judge says of it; `None` without one.
    bound_cents
        No plan that keeps what was asked costs less; `None` where nothing is proven.
    changes
        How many visits of the plan in hand are served by other people, or not any more.
    gaps
        What is not modelled, for `NOT_MODELLED`.
    note
        Why there is no answer, where it is not the time.
    """

    status: Status
    plan: Plan | None = None
    judgement: Judgement | None = None
    bound_cents: int | None = None
    changes: int = 0
    gaps: tuple[Gap, ...] = ()
    note: str = ""


def plan_exactly(
    problem: Problem,
    matrix: TravelMatrix | None = None,
    *,
    seconds: float | None = 10.0,
    effort: float | None = None,
    start: Plan | None = None,
    must_serve: Collection[str] = (),
    must_not_serve: Collection[str] = (),
    only_by: Mapping[str, str] | None = None,
    free: Collection[str] | None = None,
    fewest_changes: bool = False,
    seed: int = 0,
) -> ExactOutcome:
    """Return the cheapest plan of a small day with a proof, or how far it is from one.

    Parameters
    ----------
    seconds
        From the call to the answer; `None` where only `effort` ends it.
    effort
        Deterministic work limit: with it and without `seconds`, equal input gives an equal answer.
    start
        A plan in hand.
    must_serve, must_not_serve
        Visits that the plan serves, or leaves out, whatever that costs.
    only_by
        Visit to the technician who serves it, or is of its crew.
    free
        The technicians whose routes may change; the others keep those of `start`. By default everybody's may.
    fewest_changes
        Ask for the plan that changes the fewest visits of `start`, and among those for the cheapest.

    Examples
    --------
    >>> from optimizer import read_branch
    >>> outcome = plan_exactly(read_branch("data/small"), seconds=10)  # doctest: +SKIP
    >>> outcome.status, outcome.plan.cost_cents  # doctest: +SKIP
    (<Status.OPTIMAL: 'optimal'>, 31240)
    """
    from optimizer.promise.due_day import with_due_days
    from optimizer.travel.provider import travel_for

    if seconds is None and effort is None:
        raise ValueError("an exact plan needs a limit: seconds or effort")
    deadline_s = None if seconds is None else time.monotonic() + seconds
    matrix = travel_for(problem) if matrix is None else matrix
    problem = with_due_days(problem, matrix)
    asked = Asked(
        start={} if start is None else routes_of(start),
        must_serve=frozenset(must_serve),
        must_not_serve=frozenset(must_not_serve),
        only_by=dict(only_by or {}),
        free=None if free is None else frozenset(free),
        change_cents=CHANGE_CENTS if fewest_changes else 0,
    )
    message = pickle.dumps((problem, matrix, asked, deadline_s, effort, seed))
    reply, note = ask_process("optimizer.exact", message, seconds)
    if reply is None:
        return ExactOutcome(Status.UNKNOWN, note=note)
    return judged(problem, matrix, pickle.loads(reply))


def ask_process(module: str, message: bytes, seconds: float | None) -> tuple[bytes | None, str]:
    """Return what a process answers to one message, `None` where it dies or takes too long; and why it died.

    Parameters
    ----------
    module
        Of ours, whose `serve` answers.
    seconds
        After which it should have answered by itself; `None` waits for as long as it takes.
    """
    child = Child(module, server=solver_server())
    until_s = None if seconds is None else time.monotonic() + seconds + GRACE_S
    try:
        reply = child.ask(message, 10**6 if until_s is None else until_s - time.monotonic())
        is_late = until_s is not None and time.monotonic() >= until_s
    finally:
        code = child.end(END_S)
    if reply is not None or is_late:
        return reply, ""
    words = child.last_words.splitlines()[-1:]
    return None, ": ".join([f"the process ended with code {code}", *words])


def judged(problem: Problem, matrix: TravelMatrix, answered: Answered) -> ExactOutcome:
    """Return an answer with its plan as the judge times and prices it: what the two do not agree on is no proof."""
    answer = answered.answer
    bound = None if answer.bound_cents is None else answer.bound_cents + answered.left_out_cents
    outcome = ExactOutcome(answer.status, bound_cents=bound, changes=answer.changes, gaps=answer.gaps)
    if answer.cents is None:
        return outcome
    by_model = answer.cents + answered.left_out_cents
    plan = _timed(problem, matrix, answered, slots=None)
    judgement = judge_plan(problem, matrix, plan)
    if judgement.cost_cents != by_model or not judgement.is_clean:
        # A break in another slot than the canonical one may be cheaper: any legal slot may be stated.
        plan = _timed(problem, matrix, answered, slots=answered.slots)
        judgement = judge_plan(problem, matrix, plan)
    outcome = replace(outcome, plan=plan, judgement=judgement)
    if not judgement.is_clean:
        note = f"the judge refuses the plan: {judgement.violations[0].message}"
        return replace(outcome, status=Status.UNKNOWN, plan=None, bound_cents=None, note=note)
    if judgement.cost_cents < by_model:
        note = f"the judge finds {judgement.cost_cents} cents where the model has {by_model}"
        return replace(outcome, status=Status.FEASIBLE, bound_cents=None, note=note)
    if judgement.cost_cents > by_model and answer.status is Status.OPTIMAL:
        return replace(outcome, status=Status.FEASIBLE)
    return outcome


def _timed(problem: Problem, matrix: TravelMatrix, answered: Answered, slots: Mapping[Key, int] | None) -> Plan:
    """Return the plan of an answer, as the judge times it."""
    routes, leads, waits = dict(answered.routes), answered.leads, dict(answered.waits)
    return time_routes(problem, matrix, routes, leads=leads, waits=waits, slots=slots)


# --- the process ----------------------------------------------------------------------------------------------------


def serve(parent: Parent) -> None:
    """Answer one question."""
    message = parent.receive()
    if message is not None:
        problem, matrix, asked, deadline_s, effort, seed = pickle.loads(message)
        parent.send(pickle.dumps(answer(problem, matrix, asked, deadline_s=deadline_s, effort=effort, seed=seed)))


def answer(
    problem: Problem,
    matrix: TravelMatrix,
    asked: Asked,
    *,
    deadline_s: float | None = None,
    effort: float | None = None,
    seed: int = 0,
) -> Answered:
    """Build the arrays, ask the model, and translate its answer; in this process.

    Parameters
    ----------
    deadline_s
        Moment (`time.monotonic`) by which the answer is to be there.
    """
    from optimizer.engine.indexing import build_arrays
    from optimizer.engine.master.day.solving import ask
    from optimizer.engine.rest import with_shifts_in_force

    indexed = build_arrays(with_shifts_in_force(problem, matrix), matrix)
    question = _question(problem, indexed, asked)
    if question is None:
        return Answered(Answer(Status.INFEASIBLE))
    seconds = None if deadline_s is None else deadline_s - time.monotonic()
    found = ask(problem, indexed, question, effort=effort, seconds=seconds, seed=seed)
    if found.cents is None:
        return Answered(found, indexed.left_out_cents)
    return Answered(found, indexed.left_out_cents, *_by_ids(indexed, found.routes, found.slots))


def _question(problem: Problem, indexed: IndexedProblem, asked: Asked) -> Question | None:
    """Return what is asked in indices; `None` where a visit that must be served cannot be by anybody."""
    heads = {visit_id: head for visit_id, (head, *_) in indexed.index_by_visit().items()}
    if not asked.must_serve | set(asked.only_by) <= heads.keys():
        return None
    start = indexed.first_routes(problem, asked.start) if asked.start else ()
    by_who: dict[str, set[int]] = {}
    for s, shift in enumerate(indexed.shifts):
        by_who.setdefault(shift.technician_id, set()).add(s)
    kept = frozenset(
        s for s, shift in enumerate(indexed.shifts) if asked.free is not None and shift.technician_id not in asked.free
    )
    return Question(
        must_serve=tuple(sorted(heads[v] for v in asked.must_serve)),
        must_not_serve=tuple(sorted(heads[v] for v in asked.must_not_serve if v in heads)),
        only_by={heads[v]: frozenset(by_who.get(who, ())) for v, who in sorted(asked.only_by.items())},
        kept=kept if start else frozenset(),
        start=start,
        change_cents=asked.change_cents,
        is_priced=asked.is_priced,
    )


def _by_ids(
    indexed: IndexedProblem, routes: Solution, slots: Sequence[int]
) -> tuple[dict[Key, tuple[str, ...]], dict[str, str], dict[Key, Waits], dict[Key, int]]:
    """Return routes by ids, who leads each crew, until when a route waits at the branch, and the slots of breaks."""
    from optimizer.engine.arrays import B_ARRIVAL, B_LEAVES, B_PICKUP, NONE, V_CREW, V_HEAD
    from optimizer.judge.facts import NO_WAITS

    arrays, orders = indexed.arrays, len(indexed.visits)
    found: dict[Key, tuple[str, ...]] = {}
    leads: dict[str, str] = {}
    waits: dict[Key, Waits] = {}
    chosen: dict[Key, int] = {}
    for shift, nodes, slot in zip(indexed.shifts, routes, slots, strict=True):
        key, ids, skipped = (shift.technician_id, shift.day), list[str](), 0
        for node in nodes:
            if node < orders:
                ids.append(indexed.visits[node].visit_id)
                if arrays.visit[node, V_CREW] > 1 and arrays.visit[node, V_HEAD] == node:
                    leads[ids[-1]] = shift.technician_id
                continue
            stop = arrays.stop[node - orders]
            if stop[B_LEAVES]:
                # A wait is no place of the plan: the slots behind it are two fewer, those in a pause three.
                waits[key] = NO_WAITS._replace(leaves_s=int(stop[B_PICKUP]))
                skipped = 3 if slot >= 2 * len(nodes) + 2 else 2
                continue
            ids.append(BRANCH_STOP)
            if stop[B_ARRIVAL]:
                waits[key] = NO_WAITS._replace(stops_s=int(stop[B_PICKUP]))
        if ids:
            found[key] = tuple(ids)
        if slot != NONE:
            chosen[key] = max(0, slot - skipped)
    return found, leads, waits, chosen
