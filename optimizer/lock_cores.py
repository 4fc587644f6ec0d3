"""Which locked visits no plan can have together: the fewest, proven by the constraint model.

Asked when there is no plan and trying orders one by one has named nothing: crews, visits that wait for one another,
parts of several, told windows. The model is shown the visits that must be served, alone; one after another is left
out, and stays out as long as the rest is still impossible. What remains is minimal: without the lock of any one of
it there is a plan. Then the same is asked with later starts allowed, for the minutes that are missing.
"""

from __future__ import annotations

import pickle
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.order import Interval
from optimizer.domain.policy import BrokenLocks
from optimizer.domain.problem import LockLevel
from optimizer.domain.units import HOUR_S, MINUTE_S
from optimizer.engine.master.day.answers import Status
from optimizer.exact import Asked, answer, ask_process

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from optimizer.domain.problem import Problem
    from optimizer.running.entry import Parent
    from optimizer.travel.matrix import TravelMatrix

#: By how much starts may be later, at most, for time to be what is missing.
MOST_LATER_S = 10 * HOUR_S


class LockCore(NamedTuple):
    """Visits that no plan can have together.

    Parameters
    ----------
    visits
        Their ids, sorted: without the lock of any one of them there is a plan with the others.
    missing_s
        By how much later they would have to be allowed to start, in whole minutes; `None` where no time helps.
    helps_to_keep
        Whether they are possible where broken locks are kept and listed.
    """

    visits: tuple[str, ...]
    missing_s: int | None
    helps_to_keep: bool


def find_lock_core(problem: Problem, matrix: TravelMatrix, *, seconds: float = 5.0) -> LockCore | None:
    """Return the fewest visits that must be served and cannot be together; `None` where that is not proven in time."""
    message = pickle.dumps((problem, matrix, time.monotonic() + seconds))
    reply, _ = ask_process("optimizer.lock_cores", message, seconds)
    core: LockCore | None = None if reply is None else pickle.loads(reply)
    return core


def serve(parent: Parent) -> None:
    """Answer one question, in a process of its own."""
    message = parent.receive()
    if message is not None:
        problem, matrix, deadline_s = pickle.loads(message)
        parent.send(pickle.dumps(core_of(problem, matrix, deadline_s=deadline_s)))


def core_of(problem: Problem, matrix: TravelMatrix, *, deadline_s: float) -> LockCore | None:
    """Return the fewest visits that must be served and cannot be together; in this process.

    Parameters
    ----------
    deadline_s
        Moment (`time.monotonic`) by which the answer is to be there.
    """
    trial = Trial(problem, matrix, deadline_s)
    few = trial.mandatory()
    if trial.is_possible(few) is not False:
        return None
    for visit_id in few:
        fewer = tuple(one for one in few if one != visit_id)
        possible = trial.is_possible(fewer)
        if possible is None:
            return None
        few = few if possible else fewer
    return LockCore(few, _missing_s(trial, few), _helps_to_keep(trial, few))


def _missing_s(trial: Trial, visits: Sequence[str]) -> int | None:
    """Return by how many whole minutes later starts would have to be allowed; `None` where no time helps."""
    if not trial.later(MOST_LATER_S).is_possible(visits):
        return None
    low, high = 0, MOST_LATER_S // MINUTE_S
    while high - low > 1:
        middle = (low + high) // 2
        is_enough = trial.later(middle * MINUTE_S).is_possible(visits)
        if is_enough is None:
            return None
        low, high = (low, middle) if is_enough else (middle, high)
    return high * MINUTE_S


def _helps_to_keep(trial: Trial, visits: Sequence[str]) -> bool:
    if trial.problem.policy.broken_locks is BrokenLocks.KEEP:
        return False
    kept = replace(trial.problem, policy=replace(trial.problem.policy, broken_locks=BrokenLocks.KEEP))
    return bool(replace(trial, problem=kept).is_possible(visits))


@dataclass(frozen=True)
class Trial:
    """A problem of which some visits are tried alone."""

    problem: Problem
    matrix: TravelMatrix
    deadline_s: float

    def mandatory(self) -> tuple[str, ...]:
        """Return the visits that every plan must serve: by a lock, or a told window past its notice."""
        from optimizer.engine.assignment import Assignment

        assignment = Assignment(self.problem, self.matrix)
        return tuple(sorted(v.visit_id for v in self.problem.visits if assignment.is_mandatory(v)))

    def is_possible(self, visits: Collection[str]) -> bool | None:
        """Return whether some plan serves visits, and those that must come before them; `None` if not known in time."""
        if time.monotonic() >= self.deadline_s:
            return None
        few, asked = alone_with(self.problem, visits), Asked(must_serve=frozenset(visits), is_priced=False)
        status = answer(few, self.matrix, asked, deadline_s=self.deadline_s).answer.status
        if status in (Status.UNKNOWN, Status.NOT_MODELLED):
            return None
        return status is not Status.INFEASIBLE

    def later(self, by_s: int) -> Trial:
        """Return the same with every start and return allowed to be so much later."""
        policy, late_s = self.problem.policy, self.problem.policy.max_lateness_s
        problem = replace(
            self.problem,
            policy=replace(policy, max_lateness_s=None if late_s is None else late_s + by_s),
            locks=tuple(
                replace(lock, start_s=lock.start_s + by_s // 2, tolerance_s=lock.tolerance_s + -(-by_s // 2))
                if lock.level is LockLevel.START
                else lock
                for lock in self.problem.locks
            ),
            published=tuple(
                said if said.told is None else replace(said, told=Interval(said.told.open_s, said.told.close_s + by_s))
                for said in self.problem.published
            ),
            shifts=tuple(
                replace(shift, overtime_limit_s=shift.overtime_limit_s + by_s) for shift in self.problem.shifts
            ),
        )
        return replace(self, problem=problem)


def alone_with(problem: Problem, visits: Collection[str]) -> Problem:
    """Return the problem with some visits alone, and with those that must come before them, but without their locks."""
    kept, new = set(visits), set(visits)
    while new:
        new = {one.visit_id for v in new for one in problem.visit_by_id[v].after} - kept
        kept |= new
    some = [visit for visit in problem.visits if visit.visit_id in kept]
    orders = {visit.order_id for visit in some}
    return replace(
        problem,
        visits=tuple(some),
        orders=tuple(order for order in problem.orders if order.order_id in orders),
        locks=tuple(lock for lock in problem.locks if lock.visit_id in visits),
        published=tuple(said for said in problem.published if said.visit_id in visits),
        exceptions=tuple(one for one in problem.exceptions if one.visit_id in kept),
    )
