"""How moments, durations, money and names are written for people, in one place and in both languages."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.domain.order import Coverage, PartNeed, Unfinished
from optimizer.domain.plan import CauseKind, ReasonCode, UnassignedState
from optimizer.domain.planning_context import AsideState, ChangeKind
from optimizer.domain.region import Region
from optimizer.domain.rules import Rule
from optimizer.domain.technician import Employment
from optimizer.domain.units import MINUTE_S
from optimizer.explain.sentences import AT_THE_DOOR
from optimizer.text.catalogue import Translate, translator
from optimizer.text.dates import MONTHS, WEEKDAYS
from optimizer.text.durations import minutes_text
from optimizer.text.printable import without_controls
from optimizer.text.regional import (
    clock_text,
    date_text,
    distance_name,
    distance_text,
    hour_text,
    hours_text,
    is_month_first,
    money_text,
    numeric_day,
    points_text,
    stamp_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from optimizer.domain.order import Interval, Load, Place, ToolNeed, Visit
    from optimizer.domain.plan import Cause, Reason, UnassignedVisit
    from optimizer.domain.problem import Problem

RULE_NAMES = {
    Rule.UNASSIGNED: "Not planned",
    Rule.OVERDUE: "After the due day",
    Rule.PROMISE: "Broken promises",
    Rule.WAITING: "Long waits",
    Rule.LATENESS: "Lateness",
    Rule.TRAVEL: "Travel",
    Rule.OVERTIME: "Overtime",
    Rule.WORKING_TIME: "Working time",
    Rule.CONTRACTOR: "Contractors",
    Rule.RESERVE: "Reserve used",
    Rule.CONTINUITY: "Continuity",
    Rule.FAIRNESS: "Fairness",
    Rule.OVERQUALIFIED: "Overqualified",
    Rule.STABILITY: "Stability",
    Rule.EXCEPTION: "Exceptions",
}
KINDS = {
    "installation": "Installation",
    "repair": "Repair",
    "inspection": "Inspection",
    "maintenance": "Maintenance",
    "commissioning": "Commissioning",
    "consultation": "Consultation",
}
EMPLOYMENTS = {Employment.EMPLOYEE: "Employee", Employment.CONTRACTOR: "Contractor"}
STATES = {
    UnassignedState.WAITS: "Waits",
    UnassignedState.WILL_BREAK: "Promise will break",
    UnassignedState.DUE_BEFORE_PLAN: "Due before the plan: send today",
    UnassignedState.REBOOK: "Agree another time",
}
COVERAGES = {Coverage.WARRANTY: "In warranty", Coverage.PAID: "Paid by the customer"}
UNFINISHED = {
    Unfinished.NO_PART: "no part",
    Unfinished.CUSTOMER_ABSENT: "customer absent",
    Unfinished.NOT_REPRODUCED: "fault not reproduced",
    Unfinished.NOT_REPAIRED: "not repaired",
    Unfinished.SITE_NOT_READY: "site not ready",
    Unfinished.NO_TIME: "no time",
}
ASIDE = {
    AsideState.DONE: "Done",
    AsideState.UNDER_WAY: "Under way today",
    AsideState.NO_RESULT: "No result reported",
}
CHANGE_KINDS = {
    ChangeKind.ADDED: "Added",
    ChangeKind.DROPPED: "Dropped",
    ChangeKind.TECHNICIAN: "Other technician",
    ChangeKind.TIME: "Other time",
    ChangeKind.TECHNICIAN_AND_TIME: "Other technician and time",
}
#: What stands behind 星期 and 周, from Monday on.
_CHINESE_WEEKDAYS = "一二三四五六日"
#: What stands between names in a row, and between longer things.
_COMMA = {"zh": "、", "en": ", "}
_SEMICOLON = {"zh": "；", "en": "; "}
#: Letters of a weekday or a month where there is little room.
_SHORT = 3


def added(needs: Iterable[PartNeed]) -> list[PartNeed]:
    """Return parts with the quantities of each added up, by number; those of which nothing is needed are left out."""
    total: dict[str, int] = {}
    for need in needs:
        total[need.part_id] = total.get(need.part_id, 0) + need.quantity
    return [PartNeed(part_id, quantity) for part_id, quantity in sorted(total.items()) if quantity]


def is_open(reason: Reason) -> bool:
    """Return whether a reason holds for this plan only, as far as is known, and its sentence does not say so itself.

    What a repeat fault needs is a fact of the branch.
    """
    is_fact = reason.code is ReasonCode.SKILL_LEVEL and bool(reason.visit_id)
    return not (reason.proven or is_fact or reason.code is ReasonCode.TIME_LIMIT)


def _says_all(reasons: Iterable[Reason], cause: Cause) -> bool:
    """Return whether the reasons of a visit leave nothing to say of its cause."""
    missed = cause.kind is CauseKind.OPEN and any(reason.code is ReasonCode.TIME_LIMIT for reason in reasons)
    recorded = cause.kind is CauseKind.ALONE and not cause.others and any(reason.is_recorded for reason in reasons)
    return missed or recorded


@dataclass(frozen=True, slots=True)
class Wording:
    """The written form of a plan's facts in one language, `en` or `zh`, with the money, units and dates of a region."""

    lang: str
    region: Region = field(default_factory=Region)
    translate: Translate = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "translate", translator(self.lang))

    def clock(self, moment_s: int, problem: Problem, day: int = 0) -> str:
        """Return the time of a moment, seconds dropped; one of another day than `day` says which (`02:00 +1`)."""
        shown, days = problem.local_time(moment_s), problem.clock.day_of(moment_s) - day
        text = clock_text(shown, self.region, self.translate)
        return f"{text} {days:+d}" if days else text

    def time(self, shown: datetime) -> str:
        """Return the time of a day that a clock shows: `08:30`."""
        return clock_text(shown, self.region, self.translate)

    def hour(self, moment_s: int, problem: Problem, day: int = 0) -> str:
        """Return the time of a whole hour where there is little room: `08:00`, `8 AM`, `01:00 +1`."""
        shown, days = problem.local_time(moment_s), problem.clock.day_of(moment_s) - day
        text = hour_text(shown, self.region, self.translate)
        return f"{text} {days:+d}" if days else text

    def window(self, window: Interval, problem: Problem, day: int = 0) -> str:
        """Return both ends of a window as the clock of a day shows them: `09:00–11:00`, `01:30–03:30 +1`."""
        opens_on, closes_on = (problem.clock.day_of(end_s) - day for end_s in (window.open_s, window.close_s))
        if opens_on != closes_on:
            return "–".join(self.clock(end_s, problem, day) for end_s in (window.open_s, window.close_s))
        opens, closes = (problem.local_time(end_s) for end_s in (window.open_s, window.close_s))
        hours = hours_text(opens, closes, self.region, self.translate)
        return f"{hours} {opens_on:+d}" if opens_on else hours

    def duration(self, seconds: float) -> str:
        """Return a duration in hours and minutes, rounded to the minute: `2 h 5 min`."""
        return minutes_text(round(seconds / MINUTE_S), self.translate)

    def way(self, drive_s: float, door_s: float) -> str:
        """Return how long a way takes: the drive, and apart from it the time at the door, where there is any."""
        if door_s <= 0:
            return self.duration(drive_s)
        return self.translate(AT_THE_DOOR, drive=self.duration(drive_s), door=self.duration(door_s))

    def distance(self, metres: int, door_s: float) -> str:
        """Return a distance, and the time at doors that comes on top of the drive, where there is any."""
        if door_s <= 0:
            return self.length(metres)
        return self.translate(
            "{distance}, and {door} at the door", distance=self.length(metres), door=self.duration(door_s)
        )

    def address(self, place: Place) -> str:
        """Return an address as a technician reads it: where only its area is known, it says so."""
        if not place.approximate:
            return place.address
        return self.translate("{address} (place not known exactly)", address=place.address)

    def balance(self, seconds: float | None) -> str:
        """Return a duration above or below what is fair with its sign, a dash where nobody counts: `+1 h 5 min`."""
        if seconds is None:
            return "–"
        sign = "" if round(seconds / MINUTE_S) == 0 else "+" if seconds > 0 else "−"
        return sign + self.duration(abs(seconds))

    def length(self, metres: int) -> str:
        """Return a distance in the unit of the branch: one decimal below a hundred, none above."""
        return distance_text(metres, self.region, self.translate)

    def listed(self, texts: Iterable[str]) -> str:
        """Return names or numbers in a row: `Ann, Ben`, `陈立新、林晓东`."""
        return _COMMA[self.lang].join(texts)

    def series(self, texts: Iterable[str]) -> str:
        """Return longer things in a row, each with a name and a number of its own."""
        return _SEMICOLON[self.lang].join(texts)

    def visits(self, count: int) -> str:
        """Return how many visits there are."""
        return self.translate("1 visit") if count == 1 else self.translate("{count} visits", count=count)

    def heading(self, heading: str) -> str:
        """Return the head of a column, with the unit of distances where it says one."""
        return self.translate(heading, unit=distance_name(self.region, self.translate))

    def money(self, cents: int) -> str:
        """Return an amount, given in the minor unit, in the money of the branch: `¥1,234.50`."""
        return money_text(cents, self.region)

    def stamp(self, moment: datetime) -> str:
        """Return month, day and time in digits: `11-20 15:20`."""
        return stamp_text(moment, self.region, self.translate)

    def date_digits(self, day: date) -> str:
        """Return a date with its year in digits: `2026-11-20`."""
        return date_text(day, self.region)

    def digits(self, day: date) -> str:
        """Return month and day in digits: `11-20`."""
        return numeric_day(day, self.region)

    def points(self, cents: int) -> str:
        """Return a price that is on no bill as whole points, one for a hundred cents: `1,235`."""
        return points_text(cents, self.region)

    def share(self, share: float | None) -> str:
        """Return a share as whole percent; a dash when there is nothing to count."""
        return "–" if share is None else f"{share:.0%}"

    def day(self, day: date) -> str:
        """Return a date with its weekday, as the language writes it."""
        if self.lang == "zh":
            return f"{day.year}年{day.month}月{day.day}日 星期{_CHINESE_WEEKDAYS[day.weekday()]}"
        weekday, month = WEEKDAYS[day.weekday()], MONTHS[day.month - 1]
        if is_month_first(self.region):
            return f"{weekday}, {month} {day.day}, {day.year}"
        return f"{weekday}, {day.day} {month} {day.year}"

    def short_day(self, day: date) -> str:
        """Return month, day and weekday: `Tue 24 Nov`, `Tue, Nov 24`."""
        if self.lang == "zh":
            return f"{day.month}月{day.day}日周{_CHINESE_WEEKDAYS[day.weekday()]}"
        weekday, month = WEEKDAYS[day.weekday()][:_SHORT], MONTHS[day.month - 1][:_SHORT]
        return f"{weekday}, {month} {day.day}" if is_month_first(self.region) else f"{weekday} {day.day} {month}"

    def horizon(self, problem: Problem) -> str:
        """Return the day that is planned, or the first and the last of several: `Mon 23 Nov – Fri 27 Nov 2026`."""
        first, last = problem.first_day, problem.last_day
        if first == last:
            return self.day(first)
        other_year = first.year if first.year != last.year else ""
        if self.lang == "zh":
            other_year = f"{last.year}年" if other_year else ""
            return f"{first.year}年{self.short_day(first)} – {other_year}{self.short_day(last)}"
        comma = "," if is_month_first(self.region) else ""
        begins = self.short_day(first) + (f"{comma} {other_year}" if other_year else "")
        return f"{begins} – {self.short_day(last)}{comma} {last.year}"

    def kind(self, kind: str) -> str:
        """Return the kind of an order; a branch's own word stays as it is."""
        return self.translate(KINDS[kind]) if kind in KINDS else without_controls(kind)

    def person(self, technician_id: str, problem: Problem) -> str:
        """Return the name of a technician, the id where there is no name or nobody with that id."""
        technician = problem.technician_by_id.get(technician_id)
        return without_controls(technician.name if technician and technician.name else technician_id)

    def person_with_id(self, technician_id: str, problem: Problem) -> str:
        """Return a technician as `陈立新 (T01)`; an id that the branch does not know stays an id."""
        name, number = self.person(technician_id, problem), without_controls(technician_id)
        return f"{name} ({number})" if name != number else number

    def employment(self, employment: Employment) -> str:
        """Return whether somebody is staff or a contractor."""
        return self.translate(EMPLOYMENTS[employment])

    def rule(self, rule: Rule) -> str:
        """Return the short name of a soft rule."""
        return self.translate(RULE_NAMES[rule])

    def state(self, left: UnassignedVisit) -> str:
        """Return what becomes of an unassigned visit."""
        if left.state is UnassignedState.WAITS and left.due is not None:
            return self.translate("Waits until {day}", day=self.short_day(left.due))
        return self.translate(STATES[left.state])

    def reasons(self, left: UnassignedVisit, problem: Problem) -> list[str]:
        """Return one sentence per reason why a visit is not planned, then what keeps it out in the end.

        A reason that is not proven says so; of a place that the search missed, and of what is recorded of the order,
        the reason has said all.
        """
        from optimizer.explain.cause_sentences import cause_sentence
        from optimizer.explain.sentences import sentence

        visit = problem.visit_by_id.get(left.visit_id)
        said = [(reason, sentence(reason, problem, self.translate, visit=visit)) for reason in left.reasons]
        unproven = "As this plan stands (not proven): {reason}"
        words = [self.translate(unproven, reason=text) if is_open(reason) else text for reason, text in said]
        if left.cause is not None and not _says_all(left.reasons, left.cause):
            between = _COMMA[self.lang]
            words.append(cause_sentence(left, left.cause, problem, self.translate, between=between))
        return [without_controls(text) for text in words]

    def parts(self, parts: Iterable[PartNeed], problem: Problem) -> str:
        """Return parts with their quantities: `Compressor ×1; Fan ×2`."""
        names = {part.part_id: part.name for part in problem.parts}
        return without_controls(self.series(f"{names.get(p.part_id) or p.part_id} ×{p.quantity}" for p in parts))

    def tools(self, needs: Iterable[ToolNeed], problem: Problem) -> str:
        """Return tools with their units: `Ladder ×1`."""
        names = {tool.tool_id: tool.name for tool in problem.tools}
        return without_controls(
            self.series(f"{names.get(n.tool_id) or n.tool_id} ×{n.units}" for n in needs if n.units)
        )

    def loads(self, loads: Iterable[Load]) -> str:
        """Return loads with their quantities: `40 kg; 2 crates`."""
        return without_controls(self.series(f"{load.amount} {load.quantity}" for load in loads if load.amount))

    def windows(self, visit: Visit, problem: Problem) -> str:
        """Return the arrival windows of the days as the customer knows them: promised, else requested, else derived."""
        order = problem.order_of(visit)
        told = order.promised or order.requested
        today = [w for w in told if w.open_s < problem.end_s and w.close_s >= 0]
        windows = today or problem.windows_as_said(visit)
        if problem.days == 1:
            return self.listed(self.window(window, problem) for window in windows)
        return self.series(self._dated(windows, problem))

    def _dated(self, windows: Iterable[Interval], problem: Problem) -> Iterator[str]:
        """Yield windows with their days; days in a row with the same hours are told together."""
        hours: dict[int, str] = {}
        for window in windows:
            day = problem.clock.day_of(window.open_s)
            hours[day] = self.listed(filter(None, (hours.get(day, ""), self.window(window, problem, day))))
        for _, run in itertools.groupby(enumerate(sorted(hours)), key=lambda item: (item[1] - item[0], hours[item[1]])):
            days = [day for _, day in run]
            ends = dict.fromkeys((days[0], days[-1]))
            text = "–".join(self.short_day(problem.date_of(day)) for day in ends)
            yield self.translate("{day}, {hours}", day=text, hours=hours[days[0]])
