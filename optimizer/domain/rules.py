"""The rule book: every rule by its stable name, hard or soft, with one sentence.

The names are used by the search, the master, the judge, the API, the board and every sentence shown to a person.
`docs/rules.md` specifies each of them with an example; `optimizer/judge` is that specification in code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """The name of a rule. Hard rules first, in the order in which the judge looks at them."""

    ONCE = "once"
    SKILL = "skill"
    ALLOWED = "allowed"
    TRAVEL_LIMIT = "travel_limit"
    WINDOW = "window"
    READY = "ready"
    CONFIRMED = "confirmed"
    FLOOR = "floor"
    SHIFT = "shift"
    REST = "rest"
    BREAK = "break"
    LOAD = "load"
    STOCK = "stock"
    LOAN = "loan"
    TOOL = "tool"
    CREW = "crew"
    PRECEDENCE = "precedence"
    LOCK = "lock"

    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"
    PROMISE = "promise"
    WAITING = "waiting"
    LATENESS = "lateness"
    TRAVEL = "travel"
    OVERTIME = "overtime"
    WORKING_TIME = "working_time"
    CONTRACTOR = "contractor"
    RESERVE = "reserve"
    CONTINUITY = "continuity"
    FAIRNESS = "fairness"
    OVERQUALIFIED = "overqualified"
    STABILITY = "stability"
    EXCEPTION = "exception"

    @property
    def is_hard(self) -> bool:
        """Return whether a plan that breaks this rule is no plan."""
        return self in _HARD

    @property
    def statement(self) -> str:
        """Return the rule as one English sentence; the catalogue holds the Chinese one."""
        return _STATEMENTS[self]


_STATEMENTS: dict[Rule, str] = {
    Rule.ONCE: "A visit is served at most once.",
    Rule.SKILL: "Every skill needed is held at the level needed, with a certificate valid that day.",
    Rule.ALLOWED: "The technician is wanted or at least not refused, and the visit lies in the technician's area.",
    Rule.TRAVEL_LIMIT: "No leg, no day's travel and no number of visits exceeds the shift's limits.",
    Rule.WINDOW: "A service starts no later than its window allows, inside the customer's opening hours.",
    Rule.READY: "A service starts no earlier than the visit is ready.",
    Rule.CONFIRMED: "Who was not reached is visited only by appointment, near other ways, and for no installation.",
    Rule.FLOOR: "Nobody leaves and nothing starts before the plan is made, plus the time it takes to get ready.",
    Rule.SHIFT: "A technician works on a day with a shift and is back within the overtime limit.",
    Rule.REST: "A technician is back in time to rest before the next shift, and never out on two routes at once.",
    Rule.BREAK: "A day that spans the break window has its break, never inside travel, inside service only as a pause.",
    Rule.LOAD: "What a route carries stays within the technician's limits.",
    Rule.STOCK: "Branch parts are used only as far as they are on hand, arrive in time and are not reserved.",
    Rule.LOAN: "Whoever has not returned a part that is past due takes no new one.",
    Rule.TOOL: "No more units of a tool are out on a day than exist.",
    Rule.CREW: "A crew visit has exactly its number of people, at one time, with a qualified lead.",
    Rule.PRECEDENCE: "A visit that follows another is served only after it, within the stated gap.",
    Rule.LOCK: "What is locked keeps its technician, its day, its time or its place in a started route.",
    Rule.UNASSIGNED: "Leaving a visit out costs by priority and by the working days left until it is due.",
    Rule.OVERDUE: "A visit served after its due day costs half of what leaving it out until then costs.",
    Rule.PROMISE: "A promise of the days planned that the plan does not keep costs, twice as much without notice.",
    Rule.WAITING: "A visit left out costs for each working day since its request, more for a key customer.",
    Rule.LATENESS: "A start after the window closes costs by the minute, steeply after a quarter of an hour.",
    Rule.TRAVEL: "Travel costs by the minute.",
    Rule.OVERTIME: "A return after the shift's end costs by the minute.",
    Rule.WORKING_TIME: "The time between the latest useful departure and the return costs by the minute.",
    Rule.CONTRACTOR: "A contractor costs by the used day and the minute of work, or by the order and its distance.",
    Rule.RESERVE: "Work in the time that a day keeps in reserve until its noon costs by the minute.",
    Rule.CONTINUITY: "A visit with preferred technicians costs extra when none of them serves it.",
    Rule.FAIRNESS: "A day's load above 85 % of its contracted time costs with its square, past days included.",
    Rule.OVERQUALIFIED: "Each skill level above the needed one costs.",
    Rule.STABILITY: "Deviating from the published plan costs, three times as much without notice.",
    Rule.EXCEPTION: "What an exception exceeds of a house limit costs by the amount.",
}

_HARD = frozenset(list(Rule)[: list(Rule).index(Rule.UNASSIGNED)])

SOFT_RULES = tuple(rule for rule in Rule if not rule.is_hard)


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken hard rule: where, by how much, and in one English sentence.

    Parameters
    ----------
    rule
        The rule that is broken.
    amount
        By how much, in the rule's own unit (seconds, parts, levels, visits); always positive.
    unit
        The unit of `amount`: `s`, `parts`, `levels`, `visits` or `` when it only counts the fault.
    message
        The fact in English, with the figures.
    technician_id, visit_id, part_id
        What it is about; empty when it is not about one.
    by, why
        Of what an exception allows: who allowed it, and for what reason.
    """

    rule: Rule
    amount: int
    unit: str
    message: str
    technician_id: str = ""
    visit_id: str = ""
    part_id: str = ""
    by: str = ""
    why: str = ""
