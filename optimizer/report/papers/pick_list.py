"""The part keeper's lists: what each technician takes, and what all take together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from optimizer.domain.units import HOUR_S
from optimizer.judge.answers import (
    Draw,
    arrival_moments,
    holds_of,
    outside_of,
    picked_up_s,
    pickup_day_of,
    stock_shortages,
    usable_from,
)
from optimizer.report.columns import PICK_LIST, PICK_TOTALS
from optimizer.report.papers.model import Line, Paper, made_paper

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import BranchStop
    from optimizer.domain.problem import Problem
    from optimizer.domain.stock import Arrival
    from optimizer.domain.technician import Technician
    from optimizer.report.days import TechnicianDay
    from optimizer.report.frames import Row
    from optimizer.report.papers.case import Case

#: From when on a count belongs to the afternoon.
_NOON_S = 12 * HOUR_S


@dataclass(frozen=True, slots=True)
class Taken:
    """Branch parts that a technician takes for a visit of one of his days, in the morning unless said otherwise.

    Parameters
    ----------
    stop
        The stop at the branch on the way, where they are picked up there.
    """

    day: TechnicianDay
    visit: Visit
    draw: Draw
    stop: BranchStop | None = None

    @property
    def technician(self) -> Technician:
        """Who takes them."""
        return self.day.technician


def taken_parts(case: Case) -> Iterator[Taken]:
    """Yield what is taken from the branch, by day and technician in driving order; the lead takes it for a crew."""
    for day in case.days:
        for number, tour in enumerate(day.tours):
            problem, who, on = case.problem, day.technician, day.shift.day
            pickup_day = pickup_day_of(problem, who, on, is_after_branch=number > 0)
            at_s = picked_up_s(
                problem,
                who,
                on,
                leaves_s=day.route.depart_s if day.route else 0,
                stop_s=day.branch_stop.start_s if number and day.branch_stop else None,
            )
            for stop in tour:
                if pickup_day is None or not day.leads(stop):
                    continue
                visit = problem.visit_by_id[stop.visit_id]
                for need in stop.parts:
                    if need.quantity > 0:
                        draw = Draw(visit.visit_id, need.part_id, need.quantity, pickup_day, at_s)
                        yield Taken(day, visit, draw, day.branch_stop if number else None)


def make_pick_list(case: Case) -> Paper:
    """Return what each technician takes, a line per order and part."""
    lines = [
        Line(
            {
                "date": case.problem.date_of(taken.day.shift.day) if case.problem.days > 1 else "",
                "technician": case.person(taken.technician.technician_id),
                "handed": _handed(case, taken),
                "order_id": taken.visit.order_id,
                "part_id": taken.draw.part_id,
                "part": case.part(taken.draw.part_id),
                "quantity": taken.draw.quantity,
                "tick": None,
            },
            technician_id=taken.technician.technician_id,
            day=taken.day.shift.day,
        )
        for taken in taken_parts(case)
    ]
    return made_paper(PICK_LIST, case.say("Pick list"), lines, is_daily=True)


def pick_totals(case: Case) -> Paper:
    """Return what is needed of each part in all, what else would be, what there is of it, and which orders miss it.

    Of several days, the needs are those of all of them; what is reserved and what arrives counts until the last one.
    """
    problem, taken = case.problem, list(taken_parts(case))
    draws = [part.draw for part in taken]
    missing = missing_parts(case, draws)
    also = _also_needed(case)
    numbers = sorted({draw.part_id for draw in draws} | missing.keys() | also.keys())
    lines = [
        Line(_total(case, part_id, taken, also.get(part_id, {}), missing.get(part_id, {})), part_id in missing)
        for part_id in numbers
    ]
    note = _stock_note(case, {part.as_of_s for part in problem.parts if part.part_id in numbers})
    if problem.days > 1 and lines:
        last = case.wording.short_day(problem.last_day)
        note = f"{note} {case.say('What is reserved and what arrives counts until {day}.', day=last)}".strip()
    return made_paper(PICK_TOTALS, case.say("Parts in total"), lines, note)


def _also_needed(case: Case) -> dict[str, dict[str, int]]:
    """Return what visits that the plan leaves out would need: part number, then order number."""
    found: dict[str, dict[str, int]] = {}
    waiting = (case.problem.visit_by_id[visit_id] for visit_id in case.left if visit_id in case.problem.visit_by_id)
    for visit in sorted(waiting, key=lambda one: one.visit_id):
        for need in visit.parts:
            if need.quantity > 0:
                of_part = found.setdefault(need.part_id, {})
                of_part[visit.order_id] = of_part.get(visit.order_id, 0) + need.quantity
    return found


def missing_parts(case: Case, draws: list[Draw]) -> dict[str, dict[str, int]]:
    """Return how many of which part each order misses: part number, then order number.

    The plan's own needs come first, then visits not planned, the most urgent first. Each is charged with what it adds
    to the shortage.
    """
    problem, drawn = case.problem, list(draws)
    missing: dict[str, dict[str, int]] = {}
    short = _shortages(problem, drawn)
    for part_id, count in short.items():
        takers = {draw.visit_id for draw in drawn if draw.part_id == part_id}
        orders = sorted({problem.visit_by_id[visit_id].order_id for visit_id in takers})
        missing[part_id] = {case.wording.listed(orders): count}
    waiting = [problem.visit_by_id[visit_id] for visit_id in case.left if visit_id in problem.visit_by_id]
    for visit in sorted(waiting, key=lambda v: (-problem.priority_of(v), v.visit_id)):
        needs = [need for need in visit.parts if need.quantity > 0]
        if not needs:
            continue
        drawn += [Draw(visit.visit_id, need.part_id, need.quantity, problem.days - 1) for need in needs]
        grown = _shortages(problem, drawn)
        for need in needs:
            extra = grown.get(need.part_id, 0) - short.get(need.part_id, 0)
            if extra > 0:
                missing.setdefault(need.part_id, {})[visit.order_id] = extra
        short = grown
    return missing


def _shortages(problem: Problem, draws: list[Draw]) -> dict[str, int]:
    return {short.part_id: short.missing for short in stock_shortages(problem, draws)}


def _total(case: Case, part_id: str, taken: list[Taken], also: dict[str, int], missing: dict[str, int]) -> Row:
    problem = case.problem
    arrivals = [arrival for arrival in problem.arrivals if arrival.part_id == part_id]
    later = [a for a in arrivals if _comes_later(problem, a, problem.first_day)]
    morning = sum(a.quantity for a in arrivals if not _comes_later(problem, a, problem.last_day))
    needed: dict[int, int] = {}
    for part in taken:
        if part.draw.part_id == part_id:
            needed[part.day.shift.day] = needed.get(part.day.shift.day, 0) + part.draw.quantity
    by_day = (f"{case.wording.digits(problem.date_of(day))} ×{count}" for day, count in sorted(needed.items()))
    return {
        "part_id": part_id,
        "part": case.part(part_id),
        "needed": sum(needed.values()),
        "by_day": case.wording.series(by_day) if problem.days > 1 else "",
        "also": _by_order(case, also),
        "on_hand": sum(max(0, part.on_hand) for part in problem.parts if part.part_id == part_id),
        "reserved": outside_of(problem, part_id, problem.days - 1) + _held_for_later(case, part_id),
        "arriving": morning,
        "short": sum(missing.values()),
        "missed_by": _by_order(case, missing),
        "next_arrival": case.wording.series(_booked_in(case, later)),
        "tick": None,
    }


def _by_order(case: Case, counts: dict[str, int]) -> str:
    """Return how many of a part each order is about: `D005 ×1; D011 ×2`."""
    return case.wording.series(f"{order_id} ×{count}" for order_id, count in counts.items())


def _comes_later(problem: Problem, arrival: Arrival, on: date) -> bool:
    """Return whether an arrival can be used only after the branch opens on a date."""
    _, moment_s = usable_from(problem, arrival)
    opens_s = problem.clock.interval(problem.day_index(on), problem.branch.business).open_s
    return arrival.usable_on > on if arrival.arrives_s is None else moment_s > opens_s


def _booked_in(case: Case, arrivals: Sequence[Arrival]) -> Iterator[str]:
    """Yield from when on arrivals can be used and how many come, the earliest first."""
    problem, wording = case.problem, case.wording
    moments = [
        datetime.combine(arrival.usable_on, time())
        if arrival.arrives_s is None
        else problem.local_time(usable_from(problem, arrival)[1])
        for arrival in arrivals
    ]
    for moment, arrival in sorted(zip(moments, arrivals, strict=True), key=lambda one: (one[0], one[1].quantity)):
        shown = wording.digits(moment) if arrival.arrives_s is None else wording.stamp(moment)
        yield f"{shown} ×{arrival.quantity}"


def _held_for_later(case: Case, part_id: str) -> int:
    """Return what is held for visits that this plan leaves out."""
    held = holds_of(case.problem, part_id)
    return sum(count for visit_id, count in held.items() if visit_id not in case.stop_of)


def _handed(case: Case, taken: Taken) -> str:
    """Return when the parts change hands: a home starter has them from the evening before, or stops at the branch."""
    if taken.stop is not None:
        return case.say("At the stop, {time}", time=case.clock(taken.stop.start_s, taken.day.shift.day))
    if taken.draw.pickup_day < taken.day.shift.day:
        return case.say("{day}, evening", day=case.wording.short_day(handed_on(case, taken)))
    if is_waited_for(case.problem, taken.draw.part_id, taken.day):
        return case.say("On leaving, {time}", time=case.clock(taken.draw.pickup_s, taken.day.shift.day))
    return case.say("In the morning")


def is_waited_for(problem: Problem, part_id: str, day: TechnicianDay) -> bool:
    """Return whether a technician leaves the branch just when a part that arrives that day is booked in."""
    if day.route is None or not day.technician.starts_at_branch:
        return False
    return day.route.depart_s in arrival_moments(problem, {part_id}, day.shift.day)


def handed_on(case: Case, taken: Taken) -> date:
    """Return the date on which parts change hands: the evening before is that of the branch's last working day."""
    day = case.problem.date_of(taken.day.shift.day)
    is_eve = taken.draw.pickup_day < taken.day.shift.day
    return case.problem.branch.calendar.preceding_working_day(day) if is_eve else day


def _stock_note(case: Case, counted: set[int | None]) -> str:
    """Return when the stock was counted, with a warning when that is older than the last afternoon."""
    known = [moment_s for moment_s in counted if moment_s is not None]
    if not known:
        return case.say("Nobody has said when the stock was counted.") if counted else ""
    oldest_s = min(known)
    if oldest_s < _last_afternoon_s(case.problem):
        return case.say(
            "Stock as counted on {moment}, before the last afternoon: count again.", moment=case.time_text(oldest_s)
        )
    return case.say("Stock as counted on {moment}.", moment=case.time_text(oldest_s))


def _last_afternoon_s(problem: Problem) -> int:
    """Return noon of the last working day whose afternoon has begun when the plan is made."""
    day = problem.clock.day_of(problem.as_of_s)
    today = problem.date_of(day)
    if problem.as_of_s < problem.clock.moment_s(day, _NOON_S) or not problem.branch.calendar.is_working_day(today):
        day = problem.day_index(problem.branch.calendar.preceding_working_day(today))
    return problem.clock.moment_s(day, _NOON_S)
