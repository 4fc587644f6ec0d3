"""What a model of a day is asked beside the rules, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.rules import Rule
    from optimizer.engine.route_pool import Solution


class Status(StrEnum):
    """What is proven of a question.

    `OPTIMAL`: no plan is cheaper. `FEASIBLE`: a plan, and a bound below it. `INFEASIBLE`: there is no plan. `UNKNOWN`:
    neither a plan nor a proof in time. `NOT_MODELLED`: the problem uses a rule in a way that the model does not hold.
    """

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"
    NOT_MODELLED = "not_modelled"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something of a rule that the model does not hold, and that the problem uses."""

    rule: Rule
    sentence: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a day beside its rules, in indices.

    Parameters
    ----------
    must_serve, must_not_serve
        Visits (of a crew, its first index) that the plan serves, and those that it leaves out.
    only_by
        Visit to the technician-days of which one serves it (of a crew, takes part in it).
    kept
        Technician-days that keep their route of `start`, whatever the others do.
    start
        Routes of a plan in hand: a hint, and what `kept` and `change_cents` look at.
    change_cents
        Price of each visit that is served by other people than in `start`, or left out though it was served there: the
        plan with the fewest changes is asked for by a price above all others. 0 asks for the cheapest plan.
    is_priced
        Whether costs count; else any plan answers, which is proven sooner.
    """

    must_serve: tuple[int, ...] = ()
    must_not_serve: tuple[int, ...] = ()
    only_by: Mapping[int, frozenset[int]] = field(default_factory=dict)
    kept: frozenset[int] = frozenset()
    start: Solution = ()
    change_cents: int = 0
    is_priced: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says.

    Parameters
    ----------
    cents
        Cost of the routes by the model, with what the arrays leave out from the beginning not counted; `None` without.
    bound_cents
        No plan costs less; `None` where nothing is proven.
    routes
        Visits in driving order by technician-day.
    slots
        The break's slot by technician-day, -1 without one.
    starts
        Start of each served visit by its index.
    changes
        How many visits are served by other people than in `Question.start`, or not any more.
    gaps
        What is not modelled, for `NOT_MODELLED`.
    """

    status: Status
    cents: int | None = None
    bound_cents: int | None = None
    routes: Solution = ()
    slots: tuple[int, ...] = ()
    starts: Mapping[int, int] = field(default_factory=dict)
    changes: int = 0
    gaps: tuple[Gap, ...] = ()
