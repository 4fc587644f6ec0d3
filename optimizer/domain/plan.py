"""The plan: routes with their times, what stays out and why, and what it costs by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from optimizer.domain.house_limits import LimitException
from optimizer.domain.order import Interval, PartNeed
from optimizer.domain.rules import SOFT_RULES, Rule

#: A stop at the branch in the neutral form of benchmarks.
BRANCH_STOP = "0"
#: The subject of a reason `MAX_TRAVEL` that is about how long the whole day lasts.
DUTY = "duty"
#: The subject of a reason `TIME_PASSED` that is about windows which were over when the plan was made.
OVER = "over"
#: The subject of a reason `TIME_PASSED` that is about windows which close before the days that are planned.
BEFORE = "before"
#: The subject of a reason `TECHNICIAN_NOT_ALLOWED`: nobody whom the visit requires has a shift, as when on leave.
AWAY = "away"
#: The subject of a reason that a pause would remove: the kind of the order is not on the pause list.
PAUSE = "pause"
#: The subject of a reason about the branch's business hours, which count where a customer has no window or hours.
BUSINESS = "business"


class ReasonCode(StrEnum):
    """Why a visit is not planned.

    `RULE` is any hard rule that has no code of its own: the reason's subject is the rule's name.
    """

    SKILL = "SKILL"
    SKILL_LEVEL = "SKILL_LEVEL"
    CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED"
    TIME_WINDOW = "TIME_WINDOW"
    SHIFT_CAPACITY = "SHIFT_CAPACITY"
    LOAD = "LOAD"
    MAX_TRAVEL = "MAX_TRAVEL"
    UNREACHABLE = "UNREACHABLE"
    AREA = "AREA"
    TECHNICIAN_NOT_ALLOWED = "TECHNICIAN_NOT_ALLOWED"
    PART_OUT_OF_STOCK = "PART_OUT_OF_STOCK"
    PART_ARRIVES_LATE = "PART_ARRIVES_LATE"
    PART_NOT_RETURNED = "PART_NOT_RETURNED"
    TOOL_IN_USE = "TOOL_IN_USE"
    CREW_SIZE = "CREW_SIZE"
    CREW_LEAD = "CREW_LEAD"
    PRECEDENCE = "PRECEDENCE"
    PINNED_CONFLICT = "PINNED_CONFLICT"
    REST = "REST"
    BREAK = "BREAK"
    NOT_READY = "NOT_READY"
    TIME_PASSED = "TIME_PASSED"
    OUTRANKED = "OUTRANKED"
    TIME_LIMIT = "TIME_LIMIT"
    DUE_BEFORE_PLAN = "DUE_BEFORE_PLAN"
    DECLINED = "DECLINED"
    NOT_REACHED = "NOT_REACHED"
    RULE = "RULE"


_RECORDED = frozenset(
    {
        ReasonCode.DECLINED,
        ReasonCode.DUE_BEFORE_PLAN,
        ReasonCode.NOT_REACHED,
        ReasonCode.NOT_READY,
        ReasonCode.TIME_PASSED,
    }
)


class UnassignedState(StrEnum):
    """What becomes of a visit that is not planned.

    It waits inside its promise, its promise will break, its time is before the plan (send somebody today), or its
    customer said no to the time and another one is to be agreed.
    """

    WAITS = "waits"
    WILL_BREAK = "will_break"
    DUE_BEFORE_PLAN = "due_before_plan"
    REBOOK = "rebook"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why a visit stays out, with what is missing.

    Parameters
    ----------
    proven
        The judge's own facts show it; otherwise it is what the search found.
    technician_id
        Whom it is about: the technician who comes closest.
    day
        Day index it is about.
    amount, unit
        What is missing: seconds, levels, parts, cents.
    subject
        The skill, part, rule or district concerned.
    visit_id
        The other visit concerned, where one is (who took the part, what was worth more).
    moment_s
        The moment from which the part concerned can be used, where it waits for one.
    exception
        The exception that would let the visit be planned, still without a name and a reason; the first thing to try.
    """

    code: ReasonCode
    proven: bool
    technician_id: str = ""
    day: int = 0
    amount: int = 0
    unit: str = ""
    subject: str = ""
    visit_id: str = ""
    exception: LimitException | None = None
    moment_s: int | None = None

    @property
    def is_final(self) -> bool:
        """Return whether no plan of these days has the visit, whatever else it does."""
        return self.proven and self.code is not ReasonCode.TIME_LIMIT

    @property
    def is_recorded(self) -> bool:
        """Return whether it says what was agreed or is recorded, of which nobody asks for a proof."""
        return self.code in _RECORDED or (self.code, self.subject) == (ReasonCode.TIME_WINDOW, "day")


class CauseKind(StrEnum):
    """What keeps a visit out in the end, one of four.

    No plan of these days has it, whatever is locked; no plan has it that keeps what is locked; a plan has it and costs
    more; or it is not known: the time was up, or what was tried proves nothing.
    """

    ALONE = "alone"
    LOCKED = "locked"
    OUTRANKED = "outranked"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Cause:
    """What keeps a visit out in the end, and what is known of it.

    Parameters
    ----------
    proven
        No plan says otherwise. What a visit outranked costs is never proven: a plan with it was made and judged, and a
        better one may exist.
    technician_id, day
        Who would come, and on which day, in the plan that has the visit.
    cents
        By how much that plan costs more than this one; below 0 where it costs less. `None` where there is none.
    others
        Of a visit outranked: those that have to go, left out or moved, the ones left out first. Of one that is locked
        out: the fewest locked visits beside which there is no room.
    left_out
        How many of `others` that plan leaves out.
    """

    kind: CauseKind
    proven: bool
    technician_id: str = ""
    day: int = 0
    cents: int | None = None
    others: tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class UnassignedVisit:
    """A visit that no route serves: its state, when it is due, and why; the first reason is the one to act on.

    Parameters
    ----------
    cause
        What keeps it out in the end; `None` where nobody has asked, as in plan files of before there was one.
    """

    visit_id: str
    state: UnassignedState
    due: date | None
    reasons: tuple[Reason, ...]
    cause: Cause | None = None

    @property
    def is_final(self) -> bool:
        """Return whether it is proven that no plan of these days has the visit."""
        return bool(self.reasons) and self.reasons[0].is_final


@dataclass(frozen=True, slots=True)
class BreakTaken:
    """Where the break lies: slot 2k before leg k, 2k + 1 after it, legs counted from 0; and its start.

    A stop at the branch is a place on the way: the leg to it counts. A day of n legs goes on with slot 2n + k, inside
    the service at place k, places counted from 0.
    """

    slot: int
    start_s: int


@dataclass(frozen=True, slots=True)
class Pause:
    """When a long service rests: for the technician's break, over the customer's closed hours, or both."""

    start_s: int
    end_s: int

    @property
    def length_s(self) -> int:
        """How much longer the service takes by it, packing up and setting up again included."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit on a route, all moments in seconds of the clock.

    Parameters
    ----------
    leave_by_s
        When to leave the place before: the latest departure that raises no cost, less half an hour where there is
        that much slack.
    window
        What the customer is told: the promised window, else the planned start plus and minus the policy's width.
    lateness_s
        Start after the close of the window in force.
    parts
        Branch parts picked up for this visit.
    pinned
        A lock holds this visit.
    crew, lead
        For a visit of several people: everybody who serves it, sorted, and who leads.
    pause
        When the service rests; `None` when it goes on from start to end.
    """

    visit_id: str
    arrive_s: int
    start_s: int
    end_s: int
    leave_by_s: int
    window: Interval
    lateness_s: int = 0
    parts: tuple[PartNeed, ...] = ()
    pinned: bool = False
    crew: tuple[str, ...] = ()
    lead: str = ""
    pause: Pause | None = None

    @property
    def work_s(self) -> int:
        """Seconds of service between start and end, the pause not counted."""
        return self.end_s - self.start_s - (0 if self.pause is None else self.pause.length_s)


@dataclass(frozen=True, slots=True)
class BranchStop:
    """A stop at the branch on the way, to pick up parts or load again.

    Parameters
    ----------
    before
        The index of the stop that follows it.
    """

    before: int
    arrive_s: int
    start_s: int
    end_s: int
    leave_by_s: int


@dataclass(frozen=True, slots=True)
class Route:
    """One technician's day: departure, stops in driving order, a stop at the branch, break, return."""

    technician_id: str
    day: int
    depart_s: int
    return_s: int
    stops: tuple[Stop, ...]
    break_: BreakTaken | None = None
    branch_stop: BranchStop | None = None

    @property
    def visit_ids(self) -> tuple[str, ...]:
        """The visits in driving order."""
        return tuple(stop.visit_id for stop in self.stops)

    @property
    def stop_ids(self) -> tuple[str, ...]:
        """The visits in driving order, with `BRANCH_STOP` where the route stops at the branch."""
        stop_ids = list(self.visit_ids)
        if self.branch_stop is not None:
            stop_ids.insert(self.branch_stop.before, BRANCH_STOP)
        return tuple(stop_ids)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned, what is not and why, and the stated cost of each soft rule in cents.

    Routes are sorted by day and technician id, unassigned visits by id; a technician without a visit has no route.
    """

    routes: tuple[Route, ...]
    unassigned: tuple[UnassignedVisit, ...]
    costs: Mapping[Rule, int] = field(default_factory=dict)

    @property
    def cost_cents(self) -> int:
        """The one money sum."""
        return sum(self.costs.values())

    def cost_changes(self, before: Plan) -> dict[Rule, int]:
        """Return by how many cents each soft rule costs more than in a plan before, as far as it differs."""
        found = {rule: self.costs.get(rule, 0) - before.costs.get(rule, 0) for rule in SOFT_RULES}
        return {rule: cents for rule, cents in found.items() if cents}

    @property
    def served(self) -> int:
        """How many visits the plan serves, those of a crew once."""
        return len({stop.visit_id for route in self.routes for stop in route.stops})

    @property
    def leads(self) -> dict[str, str]:
        """Who leads the crew of each visit that has one."""
        return {stop.visit_id: stop.lead for route in self.routes for stop in route.stops if stop.lead}

    def routes_by_technician(self) -> dict[str, list[str]]:
        """Return the neutral form of benchmarks: technician id to visit ids in driving order, `0` for the branch.

        Several days of a technician follow one another.
        """
        by_technician: dict[str, list[str]] = {}
        for route in self.routes:
            by_technician.setdefault(route.technician_id, []).extend(route.stop_ids)
        return by_technician
