"""What holds of every call list; `paper_checks.py` asks it.

Nobody is called twice, at night or over noon, or after the promise; whoever is asked for another time has two to choose
from; nobody is sorry for what was not promised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.order import Urgency
from optimizer.domain.planning_context import Stage
from optimizer.promise.calling_hours import next_call_s
from optimizer.report.papers.before_calls import can_be_served, is_breaking, prepare_calls
from optimizer.report.papers.case import Case
from optimizer.report.papers.customer_calls import make_customer_calls
from optimizer.report.promises import Promise, promises_of
from optimizer.report.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.report.papers.before_calls import Prepared
    from optimizer.report.papers.calls import Call
    from tests.report.printed import Printed


def calls_of(printed: Printed) -> tuple[Case, Prepared, list[Call]]:
    """Return the calls to customers, with what they are made from."""
    case = Case(printed.problem, printed.matrix, printed.plan, printed.context, Wording("en"))
    prepared = prepare_calls(case)
    return case, prepared, make_customer_calls(case, prepared)


def orders_of(call: Call) -> list[str]:
    """Return the orders that a call is about."""
    return call.order_id.split(", ")


def a_customer_is_called_once(printed: Printed) -> Iterator[str]:
    """No customer, and no order, is on two lines of the list."""
    _, _, calls = calls_of(printed)
    called = [(printed.problem.order_by_id[one].customer_id, one) for call in calls for one in orders_of(call)
              if one in printed.problem.order_by_id]  # fmt: skip
    if len({order_id for _, order_id in called}) < len(called):
        yield "an order is on two lines"
    lines = {customer_id: {id(call) for call in calls for one in orders_of(call) if one == order_id}
             for customer_id, order_id in called}  # fmt: skip
    yield from (f"{customer_id} is called twice" for customer_id, found in lines.items() if len(found) > 1)


def calls_are_made_at_decent_hours(printed: Printed) -> Iterator[str]:
    """Only emergencies, and what does not wait for the hour, are called about outside the hours for it."""
    _, _, calls = calls_of(printed)
    problem = printed.problem
    for call in calls:
        orders = [problem.order_by_id[one] for one in orders_of(call) if one in problem.order_by_id]
        is_urgent = call.is_emergency or any(order.urgency is Urgency.EMERGENCY for order in orders)
        if call.by_s is None or is_urgent or call.by_s == problem.as_of_s or not orders:
            continue
        if next_call_s(problem, problem.customer_by_id[orders[0].customer_id], call.by_s) != call.by_s:
            yield f"{call.order_id}: called by {problem.local_time(call.by_s)}"


def nobody_is_sorry_for_nothing(printed: Printed) -> Iterator[str]:
    """An apology is for a window or a day that was given."""
    case, _, calls = calls_of(printed)
    told = {
        change.visit_id for change in case.context.changes if change.before and case.context.is_told(change.visit_id)
    }
    given = {case.problem.visit_by_id[one].order_id for one in told if one in case.problem.visit_by_id}
    given |= {order.order_id for order in case.problem.orders if order.promised or order.agreed_day is not None}
    for call in calls:
        if "our apologies" in call.say and given.isdisjoint(orders_of(call)):
            yield f"{call.order_id}: sorry for nothing"


def a_broken_word_comes_with_two_windows(printed: Printed) -> Iterator[str]:
    """A word that is not kept is on top, called about before the promise, with two windows in hand."""
    case, prepared, calls = calls_of(printed)
    by_order = {order_id: call for call in calls for order_id in orders_of(call)}
    for left in case.left.values():
        visit = case.problem.visit_by_id.get(left.visit_id)
        if visit is None or not is_breaking(case, left):
            continue
        call, order = by_order.get(visit.order_id), case.problem.order_of(visit)
        if call is None or not call.is_first or call.by_s is None:
            yield f"{visit.visit_id} is not on top of the list"
            continue
        ahead = [window.open_s for window in order.promised if window.open_s >= case.problem.as_of_s]
        if call.by_s > min(ahead, default=call.by_s):
            yield f"{visit.visit_id} is called about after the promise"
        windows = [offer.window for offer in prepared.offers.of(visit.visit_id)]
        if len(windows) == 2 and not all(case.day_window(window) in call.message for window in windows):
            yield f"{visit.visit_id}: the windows in hand are not offered"
        if any(window.open_s <= case.problem.as_of_s for window in windows):
            yield f"{visit.visit_id}: a window is offered that is over"
        if not can_be_served(case, visit) and "Which" in call.say:
            yield f"{visit.visit_id}: asked for a day on which nobody can come"


def the_list_has_the_promises_that_the_figures_count(printed: Printed) -> Iterator[str]:
    """Every promise that is counted as broken is on the list, and no other one is called that."""
    case, _, calls = calls_of(printed)
    counted = {
        case.problem.visit_by_id[visit_id].order_id
        for visit_id, promise in promises_of(printed.problem, printed.plan).items()
        if promise is Promise.WILL_BREAK and visit_id in case.problem.visit_by_id
    }
    named = {one for call in calls if "Promise will break" in call.why for one in orders_of(call)}
    listed = {one for call in calls for one in orders_of(call)}
    yield from (f"{one} breaks its promise, and nobody calls" for one in sorted(counted - listed))
    alone = {call.order_id for call in calls if call.why == "Promise will break"}
    yield from (f"{one} is said to break a promise" for one in sorted(alone & named - counted))


def the_draft_tells_no_window(printed: Printed) -> Iterator[str]:
    """Exact windows are told in the evening, unless the plan is made too late for that."""
    _, _, calls = calls_of(printed)
    if printed.context.stage is Stage.DRAFT and not printed.problem.is_short_notice(0):
        yield from (f"{call.order_id} is told a window" for call in calls if call.why == "Tell the window")


CALL_CHECKS = (
    a_customer_is_called_once,
    calls_are_made_at_decent_hours,
    nobody_is_sorry_for_nothing,
    a_broken_word_comes_with_two_windows,
    the_list_has_the_promises_that_the_figures_count,
    the_draft_tells_no_window,
)
