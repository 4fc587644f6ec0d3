"""What becomes of each rule in the bound: in the label, a row of the master, a price of leaving out, or relaxed.

A rule may be relaxed only where no plan becomes cheaper by keeping it: what is left out makes the bound weaker, never
wrong. `relaxed_in` names the rules of which a problem uses something that is left out.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.domain.rules import Rule
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.engine.arrays import (
    E_EARLIER,
    E_LOAD,
    E_TOOL,
    JUMPS,
    MANDATORY_CENTS,
    O_DAYS,
    R_EXACT,
    R_LATE_WORST,
    R_PAUSES,
    R_SPREAD,
    R_WORKING_TIME,
    S_MAX_DUTY,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_MORE_OVERTIME,
    S_MORE_TRAVEL,
    S_MORE_VISITS,
    S_PREFIX,
    S_REPLAYED,
    V_CREW,
    V_PRICE,
    V_TOLD_DAY,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.engine.arrays import ProblemArrays


class Where(StrEnum):
    """Where a rule is held."""

    ARRAYS = "arrays"
    LABEL = "label"
    ROW = "row"
    PRICE = "price"
    RELAXED = "relaxed"


class Held(NamedTuple):
    """How the bound holds a rule.

    Parameters
    ----------
    where
        Where what is held of it is held; `RELAXED` where nothing is.
    by
        The functions or classes of this folder that do; none where it is in the arrays already, or relaxed.
    without
        What is left out, as a sentence; empty where nothing is.
    """

    where: Where
    by: tuple[str, ...] = ()
    without: str = ""


HELD: dict[Rule, Held] = {
    Rule.ONCE: Held(Where.ROW, ("master_lp.MasterLp",)),
    Rule.SKILL: Held(Where.ARRAYS),
    Rule.ALLOWED: Held(Where.ARRAYS, (), "Whom a crew requires may be missing from it."),
    Rule.TRAVEL_LIMIT: Held(Where.LABEL, ("pricing.lay_out_days",), "A day's travel, visits and length have no limit."),
    Rule.WINDOW: Held(Where.LABEL, ("labels.visit_at",), "A service that may pause needs no hours."),
    Rule.READY: Held(Where.LABEL, ("labels.visit_at",)),
    Rule.CONFIRMED: Held(Where.ARRAYS),
    Rule.FLOOR: Held(Where.LABEL, ("labels.visit_at",), "A started route may go on before the floor."),
    Rule.SHIFT: Held(Where.LABEL, ("labels.home_units",)),
    Rule.REST: Held(Where.LABEL, ("labels.home_units",)),
    Rule.BREAK: Held(Where.LABEL, ("labels.after_break",), "A service that may pause may hold the break for nothing."),
    Rule.LOAD: Held(Where.RELAXED, (), "A van has room for everything."),
    Rule.STOCK: Held(Where.ROW, ("pricing.DayPricing",), "Who has own parts, or may stop or wait, draws nothing."),
    Rule.LOAN: Held(Where.ARRAYS, (), "Own parts are not used up."),
    Rule.TOOL: Held(Where.RELAXED, (), "There are tools for everybody."),
    Rule.CREW: Held(Where.ROW, ("master_lp.MasterLp",), "Its people need not meet, and each takes the own time."),
    Rule.PRECEDENCE: Held(Where.RELAXED, (), "Visits may come in any order, and without one another."),
    Rule.LOCK: Held(Where.ARRAYS, (), "A locked visit may be left out, dearly, and moved in its route."),
    Rule.UNASSIGNED: Held(Where.PRICE, ("master_lp.MasterLp",)),
    Rule.OVERDUE: Held(Where.LABEL, ("pricing.DayPricing",), "A crew is never overdue."),
    Rule.PROMISE: Held(Where.PRICE, ("master_lp.MasterLp",)),
    Rule.WAITING: Held(Where.PRICE, ("master_lp.MasterLp",)),
    Rule.LATENESS: Held(Where.LABEL, ("labels.visit_at",), "The longest costs no more, nor any between two windows."),
    Rule.TRAVEL: Held(Where.LABEL, ("labels.reach",)),
    Rule.OVERTIME: Held(Where.LABEL, ("labels.home_units",)),
    Rule.WORKING_TIME: Held(Where.LABEL, ("pricing.DayPricing",), "Waiting and breaks are no working time."),
    Rule.CONTRACTOR: Held(Where.LABEL, ("pricing.DayPricing",)),
    Rule.RESERVE: Held(Where.LABEL, ("pricing.DayPricing",)),
    Rule.CONTINUITY: Held(Where.LABEL, ("pricing.DayPricing",), "A crew is always known."),
    Rule.FAIRNESS: Held(Where.LABEL, ("envelope.Envelope",), "A spread over several days, or of crews, costs nothing."),
    Rule.OVERQUALIFIED: Held(Where.LABEL, ("pricing.DayPricing",)),
    Rule.STABILITY: Held(Where.LABEL, ("labels.visit_at",), "A start before the told window is free, and a crew's."),
    Rule.EXCEPTION: Held(Where.LABEL, ("pricing.DayPricing",), "What a day exceeds of its limits costs nothing."),
}  # fmt: skip


def relaxed_in(arrays: ProblemArrays) -> tuple[Rule, ...]:
    """Return the rules of which a problem uses something that the bound leaves out, in the order of the rules."""
    return tuple(rule for rule, held in HELD.items() if held.without and USES[rule](arrays))


def _has_crews(arrays: ProblemArrays) -> bool:
    return bool((arrays.visit[:, V_CREW] > 1).any())


def _has_entries(arrays: ProblemArrays, kind: int) -> bool:
    return any(len(arrays.entries_of(v, kind)) for v in range(len(arrays.visit)))


def _has_limits(arrays: ProblemArrays) -> bool:
    return bool((arrays.shift[:, [S_MAX_TRAVEL, S_MAX_VISITS, S_MAX_DUTY]] < FAR_FUTURE_S).any())


def _has_pauses(arrays: ProblemArrays) -> bool:
    return bool(arrays.rates[R_PAUSES])


def _is_replayed(arrays: ProblemArrays) -> bool:
    return bool(len(arrays.row)) and bool((arrays.shift[:, S_REPLAYED] > 0).any())


def _has_exceptions(arrays: ProblemArrays) -> bool:
    return bool((arrays.shift[:, [S_MORE_TRAVEL, S_MORE_VISITS, S_MORE_OVERTIME]] > 0).any())


def _is_spread_out(arrays: ProblemArrays) -> bool:
    is_spread = bool(arrays.rates[R_SPREAD])
    return is_spread and (
        bool((arrays.owner[:, O_DAYS] > 1).any()) or _has_crews(arrays) or _has_entries(arrays, E_EARLIER)
    )


#: Whether a problem uses what is left out of a rule.
USES: dict[Rule, Callable[[ProblemArrays], bool]] = {
    Rule.ALLOWED: _has_crews,
    Rule.TRAVEL_LIMIT: _has_limits,
    Rule.WINDOW: _has_pauses,
    Rule.FLOOR: lambda arrays: bool((arrays.shift[:, S_PREFIX] > 0).any()),
    Rule.BREAK: _has_pauses,
    Rule.LOAD: lambda arrays: _has_entries(arrays, E_LOAD),
    Rule.STOCK: _is_replayed,
    Rule.LOAN: _is_replayed,
    Rule.TOOL: lambda arrays: _has_entries(arrays, E_TOOL),
    Rule.CREW: _has_crews,
    Rule.PRECEDENCE: lambda arrays: _has_entries(arrays, E_EARLIER),
    Rule.LOCK: lambda arrays: bool((arrays.visit[:, V_PRICE] >= MANDATORY_CENTS).any()),
    Rule.OVERDUE: _has_crews,
    Rule.LATENESS: lambda arrays: bool(arrays.rates[R_LATE_WORST]) or bool(arrays.rates[R_EXACT] == JUMPS),
    Rule.WORKING_TIME: lambda arrays: bool(arrays.rates[R_WORKING_TIME]),
    Rule.CONTINUITY: _has_crews,
    Rule.FAIRNESS: _is_spread_out,
    Rule.STABILITY: lambda arrays: bool(np.any(arrays.visit[:, V_TOLD_DAY] >= 0)) or _has_crews(arrays),
    Rule.EXCEPTION: _has_exceptions,
}
