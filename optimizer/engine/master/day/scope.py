"""What the model of a day holds of each rule, and what of it is refused: no answer is better than a wrong proof.

`HELD` names, for every rule, the functions that hold it, or says why it needs none. `gaps_of` names what a problem uses
of a rule that no function holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule
from optimizer.engine.arrays import NONE
from optimizer.engine.master.day.answers import Gap

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.engine.arrays import ProblemArrays
    from optimizer.engine.master.day.answers import Question

#: What keeps or prices each rule: functions of this folder, or the sentence that says why none is needed.
HELD: dict[Rule, tuple[str, ...] | str] = {
    Rule.ONCE: ("routes.serve_once",),
    Rule.SKILL: "Whoever may not serve a visit has no variable for it.",
    Rule.ALLOWED: ("shared.people_of_crews",),
    Rule.TRAVEL_LIMIT: ("routes.limit_travel", "latest.LatestDepartures"),
    Rule.WINDOW: ("clock.start_in_windows",),
    Rule.READY: ("clock.start_in_windows",),
    Rule.CONFIRMED: "Whom nobody may visit in vain has no index.",
    Rule.FLOOR: ("clock.drive",),
    Rule.SHIFT: ("clock.come_home",),
    Rule.REST: ("clock.come_home",),
    Rule.BREAK: ("clock.take_breaks",),
    Rule.LOAD: ("shared.carry_loads",),
    Rule.STOCK: ("shared.draw_stock",),
    Rule.LOAN: ("shared.draw_stock",),
    Rule.TOOL: ("shared.take_tools",),
    Rule.CREW: ("shared.meet_in_crews", "clock.last_as_long"),
    Rule.PRECEDENCE: ("shared.follow", "clock.wait_for_others"),
    Rule.LOCK: ("routes.keep_locks",),
    Rule.UNASSIGNED: ("prices.absences",),
    Rule.OVERDUE: ("prices.people",),
    Rule.PROMISE: ("prices.absences",),
    Rule.WAITING: ("prices.absences",),
    Rule.LATENESS: ("prices.lateness",),
    Rule.TRAVEL: ("prices.days",),
    Rule.OVERTIME: ("prices.days",),
    Rule.WORKING_TIME: ("prices.working_time", "latest.LatestDepartures"),
    Rule.CONTRACTOR: ("prices.days",),
    Rule.RESERVE: ("prices.loads",),
    Rule.CONTINUITY: ("prices.people",),
    Rule.FAIRNESS: ("prices.loads",),
    Rule.OVERQUALIFIED: ("prices.people",),
    Rule.STABILITY: ("prices.told_times", "prices.people"),
    Rule.EXCEPTION: ("prices.excesses",),
}


#: More drives than this are too many to be proven, or even built, in time.
MOST_ARCS = 60_000


def is_too_large(arrays: ProblemArrays, question: Question) -> bool:
    """Return whether a model would be too large: whoever asks takes fewer technicians, or fewer visits."""
    able = (arrays.duration != NONE).sum(axis=1)
    free = [int(count) for s, count in enumerate(able.tolist()) if s not in question.kept]
    return sum((count + 1) ** 2 for count in free) > MOST_ARCS


def gaps_of(arrays: ProblemArrays) -> tuple[Gap, ...]:
    """Return what a problem uses of the rules that the model does not hold; empty where an answer is a proof."""
    return tuple(Gap(rule, entry) for rule, entry in LACKING.items() if USES[rule](arrays))


#: What the model does not hold of a rule, and whether a problem uses it: nothing, at present. A rule whose part is put
#: here is refused by name until somebody models it.
LACKING: dict[Rule, str] = {}
USES: dict[Rule, Callable[[ProblemArrays], bool]] = {}
