"""The call list: whom to phone, who phones, what is said and by when; the most pressing on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.planning_context import Stage
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.promise.clocks import ClockState
from optimizer.report.columns import CALL_LIST
from optimizer.report.papers.before_calls import prepare_calls
from optimizer.report.papers.calls import Call, merged
from optimizer.report.papers.clocks import first_contact_clock
from optimizer.report.papers.customer_calls import (
    is_contact_recorded,
    make_customer_calls,
    tells_windows,
    was_contacted,
)
from optimizer.report.papers.model import Line, Paper
from optimizer.report.papers.technician_calls import make_technician_calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.report.frames import Row
    from optimizer.report.papers.before_calls import Prepared
    from optimizer.report.papers.case import Case


def make_call_list(case: Case) -> Paper:
    """Return all calls: those that send somebody, emergencies and broken words first, then by deadline."""
    prepared = prepare_calls(case)
    calls = merged(make_technician_calls(case), case.wording)
    calls += make_customer_calls(case, prepared)
    calls.sort(key=_urgency)
    lines = tuple(_line(case, call) for call in calls)
    note = "" if not calls else ("" if case.wording.lang == "zh" else " ").join(_notes(case, prepared, calls))
    return Paper(CALL_LIST.name, case.say("Call list"), CALL_LIST.columns, lines, note)


def _urgency(call: Call) -> tuple[bool, int, bool, str]:
    by_s = FAR_FUTURE_S if call.by_s is None else call.by_s
    return not (call.is_first or call.is_emergency), by_s, not call.is_emergency, call.order_id


def _line(case: Case, call: Call) -> Line:
    is_late = call.by_s is not None and call.by_s < case.problem.as_of_s
    cells: Row = {
        "by": case.moment(call.by_s) or "",
        "caller": case.person(call.caller_id) if call.caller_id else case.say("Coordinator"),
        "whom": call.whom,
        "phone": call.phone,
        "say": call.say,
        "first": call.first,
        "why": call.why,
        "order_id": call.order_id,
        "message": call.message,
        "outcome": None,
    }
    return Line(cells, call.is_red or is_late, call.caller_id)


# --- what to know about the list ------------------------------------------------------------------------------------


def _notes(case: Case, prepared: Prepared, calls: Sequence[Call]) -> Iterator[str]:
    """Yield how long the calls take, what is not on the list yet, and what the offers take for granted."""
    time = case.wording.duration(len(calls) * case.problem.policy.call_s)
    if len(calls) == 1:
        yield case.say("1 call, about {time}.", time=time)
    else:
        yield case.say("{count} calls, about {time} in all.", count=len(calls), time=time)
    if case.context.stage is Stage.DRAFT and not tells_windows(case) and case.stop_of:
        yield case.say("Exact windows are told when the plan is settled, one call a customer.")
        waiting = _first_contacts(case)
        if waiting:
            yield case.say("A first contact is due before that: {orders}.", orders=case.wording.series(waiting))
    days = [case.wording.short_day(case.problem.date_of(day)) for day in prepared.offers.assumed_days]
    if days:
        yield case.say(
            "No roster is known for {days}: the offers take the staff to work as on {day}.",
            days=case.wording.listed(days),
            day=case.wording.short_day(case.problem.last_day),
        )


def _first_contacts(case: Case) -> list[str]:
    """Return the orders, with the moment, whose first contact does not wait until windows are told."""
    problem, settled_s = case.problem, case.next_close_s()
    if not is_contact_recorded(case):
        return []
    found = []
    for visit in problem.visits:
        clock = first_contact_clock(case, visit)
        is_open = clock.state in (ClockState.RUNNING, ClockState.BREACHED) and clock.stopped_s is None
        if (
            is_open
            and not was_contacted(case, visit)
            and clock.deadline_s is not None
            and clock.deadline_s <= settled_s
        ):
            found.append((clock.deadline_s, visit.order_id))
    return [f"{order_id} {case.time_text(deadline_s)}" for deadline_s, order_id in sorted(found)]
