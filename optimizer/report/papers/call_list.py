"""The call list: whom to phone, who phones, what is said and by when; the most pressing on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.units import FAR_FUTURE_S
from optimizer.report.columns import CALL_LIST
from optimizer.report.papers.calls import Call, merged
from optimizer.report.papers.customer_calls import make_customer_calls
from optimizer.report.papers.model import Line, Paper
from optimizer.report.papers.technician_calls import make_technician_calls

if TYPE_CHECKING:
    from optimizer.report.frames import Row
    from optimizer.report.papers.case import Case


def make_call_list(case: Case) -> Paper:
    """Return all calls, those that send somebody today and emergencies first, then by deadline."""
    calls = merged([*make_technician_calls(case), *make_customer_calls(case)], "" if case.wording.lang == "zh" else " ")
    calls.sort(key=lambda c: (not c.is_first, FAR_FUTURE_S if c.by_s is None else c.by_s, c.order_id))
    lines = tuple(_line(case, call) for call in calls)
    return Paper(CALL_LIST.name, case.say("Call list"), CALL_LIST.columns, lines)


def _line(case: Case, call: Call) -> Line:
    is_late = call.by_s is not None and call.by_s < case.problem.as_of_s
    cells: Row = {
        "whom": call.whom,
        "phone": call.phone,
        "order_id": call.order_id,
        "why": call.why,
        "say": call.say,
        "caller": case.person(call.caller_id) if call.caller_id else case.say("Coordinator"),
        "by": case.moment(call.by_s) or "",
        "outcome": None,
    }
    return Line(cells, call.is_red or is_late, call.caller_id)
