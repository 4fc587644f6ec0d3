"""上门服务状态记录表, the register: every known order, how far it is, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.domain.plan import UnassignedState
from optimizer.domain.planning_context import AsideState, Stage
from optimizer.report.columns import REGISTER
from optimizer.report.papers.model import Line, Paper
from optimizer.report.wording import ASIDE, UNFINISHED

if TYPE_CHECKING:
    from datetime import date

    from optimizer.domain.order import Order, Visit
    from optimizer.domain.plan import UnassignedVisit
    from optimizer.domain.planning_context import FaultyOrder, SetAside
    from optimizer.report.frames import Row
    from optimizer.report.papers.case import Case


@dataclass(frozen=True, slots=True)
class Standing:
    """What an order is in the register: its class in words, red or black, and the date on which it is next due."""

    text: str
    is_red: bool
    next_date: date | None = None


def make_register(case: Case) -> Paper:
    """Return a line for every known order, by order number."""
    lines = [
        *(_known(case, visit) for visit in case.problem.visits),
        *(_aside(case, aside) for aside in case.context.aside),
        *(_faulty(case, faulty) for faulty in case.context.faulty),
    ]
    lines.sort(key=lambda line: str(line.cells["order_id"]))
    return Paper(REGISTER.name, case.say("Register"), REGISTER.columns, tuple(lines), case.away)


# --- orders that the plan knows -------------------------------------------------------------------------------------


def _known(case: Case, visit: Visit) -> Line:
    order, standing = case.problem.order_of(visit), standing_of(case, visit)
    who, stop = case.technician_of(visit.visit_id), case.stop_of.get(visit.visit_id)
    cells = {
        "order_id": order.order_id,
        "customer": case.problem.customer_of(visit).name,
        **_log_cells(case, order),
        "technician": case.people(case.crew_of(visit.visit_id)),
        "told": case.windows([stop.window]) if stop else "",
        "parts_back": order.log.parts_back,
        **_standing_cells(standing),
    }
    return Line(cells, standing.is_red, who)


def standing_of(case: Case, visit: Visit) -> Standing:
    """Return what a visit of the problem is in the register."""
    order, stop = case.problem.order_of(visit), case.stop_of.get(visit.visit_id)
    left = case.left.get(visit.visit_id)
    planned_on = None if stop is None else case.date_at(stop.start_s)
    if order.unfinished is not None and _is_from_today(case, order):
        next_date = planned_on or (left.due if left and left.state is UnassignedState.WAITS else None)
        reason = case.say(UNFINISHED[order.unfinished])
        return Standing(case.say("Not finished today: {reason}", reason=reason), True, next_date)
    if stop is not None and stop.lateness_s and case.is_emergency(order):
        return Standing(_late_words(case, visit, stop.lateness_s), True, planned_on)
    if planned_on is not None:
        is_red = case.problem.is_past_due(visit, case.route_of[visit.visit_id].day)
        names = case.wording.listed(sorted({one.by for one in case.allowed.get(visit.visit_id, ())}))
        text = case.say("Planned, by exception: {names}", names=names) if names else case.say("Planned")
        return Standing(text, is_red, planned_on)
    return _standing_left(case, visit, left) if left else Standing(case.say("Not planned"), True)


def _late_words(case: Case, visit: Visit, lateness_s: int) -> str:
    """Return by how much an emergency is late; where told windows hold everybody, what giving them up would bring."""
    late, sooner = case.wording.duration(lateness_s), case.sooner.get(visit.visit_id)
    if sooner is None:
        return case.say("Planned, emergency {duration} late", duration=late)
    return case.say(
        "Planned, emergency {duration} late: told windows bind; {sooner} sooner if {orders} may move",
        duration=late,
        sooner=case.wording.duration(sooner.sooner_s),
        orders=case.wording.listed(case.problem.visit_by_id[moved.visit_id].order_id for moved in sooner.moved),
    )


def _is_from_today(case: Case, order: Order) -> bool:
    """Return whether an order's last visit ended on the day that is being settled."""
    if case.context.stage is not Stage.SETTLE:
        return False
    visited_s = order.log.on_site_s
    return visited_s is None or case.date_at(visited_s) == case.date_at(case.problem.as_of_s)


def _standing_left(case: Case, visit: Visit, left: UnassignedVisit) -> Standing:
    if left.state is UnassignedState.DUE_BEFORE_PLAN:
        return Standing(case.wording.state(left), True, case.date_at(case.problem.as_of_s))
    if left.state is UnassignedState.REBOOK:
        return Standing(case.wording.state(left), False)
    if case.lacks_day(visit):
        return Standing(case.say("Waits: agree a day"), False)
    if left.state is UnassignedState.WILL_BREAK:
        return Standing(case.wording.state(left), True)
    due = left.due or _last_promise(case, visit)
    return Standing(case.wording.state(replace(left, due=due)), False, due)


def _last_promise(case: Case, visit: Visit) -> date | None:
    """Return the day of the last promised window; `None` without one."""
    promised = case.problem.order_of(visit).promised
    return case.date_at(max(window.close_s for window in promised)) if promised else None


# --- orders beside the plan -----------------------------------------------------------------------------------------


def _aside(case: Case, aside: SetAside) -> Line:
    standing = _standing_aside(case, aside)
    cells = {
        "order_id": aside.order.order_id,
        "customer": aside.customer.name,
        **_log_cells(case, aside.order),
        "technician": case.person(aside.technician_id) if aside.technician_id else "",
        "told": "",
        "parts_back": True if aside.parts_back else aside.order.log.parts_back,
        **_standing_cells(standing),
    }
    return Line(cells, standing.is_red, aside.technician_id)


def _standing_aside(case: Case, aside: SetAside) -> Standing:
    """Return what becomes of today's work: a visit is closed only when its parts are back."""
    text = case.say(ASIDE[aside.state])
    if aside.state is AsideState.UNDER_WAY:
        return Standing(text, False, case.date_at(case.problem.as_of_s))
    if aside.state is AsideState.NO_RESULT:
        return Standing(text, True)
    if aside.parts_back or not aside.visit.parts:
        return Standing(case.say("Done, closed"), False)
    return Standing(case.say("Done, parts not back: not closed"), True)


def _faulty(case: Case, faulty: FaultyOrder) -> Line:
    """Return the line of an order whose row cannot be read: nothing but its number and the causes."""
    causes = " ".join(faulty.causes.get(case.wording.lang, ()))
    standing = Standing(case.say("Input fault: {causes}", causes=causes), True)
    empty: Row = {column.name: "" for column in REGISTER.columns}
    cells = {**empty, "order_id": faulty.order_id, "customer": faulty.customer, **_standing_cells(standing)}
    return Line(cells, standing.is_red)


def _log_cells(case: Case, order: Order) -> Row:
    """Return what has happened to an order; what has not happened yet is left to the pen."""
    log = order.log
    return {
        "received": case.moment(order.received_s),
        "passed_on": case.moment(log.passed_on_s),
        "contacted": case.moment(log.contacted_s),
        "promised": case.windows(order.promised),
        "due": order.due_day or "",
        "acknowledged": case.moment(log.acknowledged_s),
        "on_site": case.moment(log.on_site_s),
        "done": case.moment(log.done_s),
    }


def _standing_cells(standing: Standing) -> Row:
    return {"class": standing.text, "next_date": standing.next_date or ""}
