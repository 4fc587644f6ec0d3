"""The changes paper: what the new plan does otherwise than the published one, and who has to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.columns import CHANGES
from optimizer.report.papers.model import Line, Paper
from optimizer.report.wording import CHANGE_KINDS

if TYPE_CHECKING:
    from optimizer.domain.planning_context import Change
    from optimizer.report.frames import Row
    from optimizer.report.papers.case import Case


def changes_paper(case: Case) -> Paper:
    """Return a line per visit that changed, the first to call on top."""
    changes = sorted(case.context.changes, key=lambda change: (change.call_by_s, change.visit_id))
    note = ""
    if not case.context.is_published:
        note = case.say("No plan is published for the day yet; nothing counts as a change.")
    elif not changes:
        note = case.say("Nothing differs from the published plan.")
    lines = tuple(_line(case, change) for change in changes)
    notes = ("" if case.wording.lang == "zh" else " ").join(filter(None, (note, case.away)))
    return Paper(CHANGES.name, case.say("Changes"), CHANGES.columns, lines, notes)


def _line(case: Case, change: Change) -> Line:
    visit = case.problem.visit_by_id.get(change.visit_id)
    customer = case.problem.customer_of(visit) if visit else None
    before, after = change.before_people, change.after_people
    people = [customer.name] if customer else []
    if case.context.is_published:
        people += [case.person(who) for who in dict.fromkeys((*before, *after))]
    cells: Row = {
        "order_id": visit.order_id if visit else change.visit_id,
        "customer": customer.name if customer else "",
        "kind": case.say(CHANGE_KINDS[change.kind]),
        "before_technician": case.people(before),
        "before": case.windows([change.before] if change.before else []),
        "after_technician": case.people(after),
        "after": case.windows([change.after] if change.after else []),
        "call": case.wording.series(people),
        "by": case.moment(change.call_by_s),
    }
    return Line(cells, change.call_by_s < case.problem.as_of_s, change.after_technician_id)
