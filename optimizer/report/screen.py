"""The plan on a terminal: what a coordinator reads before opening anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.domain.plan import UnassignedState
from optimizer.report.days import TechnicianDay, days_by_date, technician_days
from optimizer.report.figures import kpis
from optimizer.report.gantt import crew_text, pause_text
from optimizer.report.wording import CHANGE_KINDS, Wording, added
from optimizer.text.printable import without_controls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from optimizer.domain.order import Interval
    from optimizer.domain.plan import Plan, Stop
    from optimizer.domain.planning_context import PlanningContext
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix

_ALARM = "bold red"
_QUIET = "dim"


def print_plan(problem: Problem, matrix: TravelMatrix, plan: Plan, console: Console, lang: str) -> None:
    """Print the plan: key figures, a table per route, then what is not planned and why.

    User data is printed as it is: markup in a name is text, control characters are dropped.
    """
    wording = Wording(lang, problem.branch.region)
    days = technician_days(problem, matrix, plan)
    title = " · ".join((wording.translate("Dispatch plan"), problem.branch.name, wording.horizon(problem)))
    console.print(_text(title, "bold"))
    console.print(_figures(kpis(problem, matrix, plan), wording))
    for number, own in days_by_date(days).items():
        if problem.days > 1:
            console.print()
            console.print(_text(wording.day(problem.date_of(number)), "bold underline"))
        _print_day(problem, own, console, wording)
    if plan.unassigned:
        console.print()
        title = wording.translate("Not planned ({count})", count=len(plan.unassigned))
        console.print(_text(title, _ALARM))
        console.print(_unassigned(problem, plan, wording))


def _print_day(problem: Problem, days: Sequence[TechnicianDay], console: Console, wording: Wording) -> None:
    """Print the routes of one day and who has none."""
    for day in days:
        if day.route:
            console.print()
            console.print(_heading(problem, day, wording))
            console.print(_stops(problem, day, wording))
    unused = [day.technician.name or day.technician.technician_id for day in days if not day.route]
    if unused:
        console.print()
        console.print(_text(wording.translate("Without a visit: {names}", names=", ".join(unused)), _QUIET))


def print_changes(problem: Problem, context: PlanningContext, console: Console, lang: str) -> None:
    """Print what differs from the published plan and whom to call by when; nothing where none is published."""
    if not context.is_published:
        return
    wording = Wording(lang, problem.branch.region)
    t = wording.translate
    console.print(_text(t("Changes against the published plan ({count})", count=len(context.changes)), "bold"))
    table = _table([t(h) for h in ("Visit", "Customer", "Phone", "Change", "Before", "After", "Call by")])
    for change in context.changes:
        customer = problem.customer_of(problem.visit_by_id[change.visit_id])
        table.add_row(
            _text(change.visit_id),
            _text(customer.name),
            _text(customer.phone),
            _text(t(CHANGE_KINDS[change.kind])),
            _text(_told(problem, change.before_people, change.before, wording)),
            _text(_told(problem, change.after_people, change.after, wording)),
            _text(wording.stamp(problem.local_time(change.call_by_s))),
        )
    if context.changes:
        console.print(table)


def _told(problem: Problem, people: Sequence[str], window: Interval | None, wording: Wording) -> str:
    """Return who comes and when: `Ann 09:00–10:00`, of several days with the day; a dash when nobody does."""
    if window is None:
        return "–"
    names = ", ".join(wording.person(who, problem) for who in people)
    if problem.days == 1:
        return f"{names} {wording.window(window, problem)}"
    day = problem.clock.day_of(window.open_s)
    return f"{names} {wording.short_day(problem.date_of(day))} {wording.window(window, problem, day)}"


def _figures(figures: dict[str, Any], wording: Wording) -> Text:
    """Return the key figures as one line; what needs attention is red."""
    from rich.text import Text

    t = wording.translate
    planned, left = figures["visits_planned"], figures["visits_unassigned"]
    parts = [
        (t("Planned {planned} of {count}", planned=planned, count=planned + left), left > 0),
        (
            t("promises kept {share}", share=wording.share(figures["promises_kept_share"])),
            figures["promises_kept"] < figures["promises"],
        ),
        (t("late {duration}", duration=wording.duration(figures["late_minutes"] * 60)), figures["late_visits"] > 0),
        (
            t("travel {duration}", duration=wording.way(figures["travel_minutes"] * 60, figures["door_minutes"] * 60)),
            False,
        ),
        (wording.length(round(figures["travel_km"] * 1000)), False),
        (
            t("overtime {duration}", duration=wording.duration(figures["overtime_minutes"] * 60)),
            figures["overtime_minutes"] > 0,
        ),
        (t("mean load {share}", share=wording.share(figures["load_share_mean"])), False),
        (t("cost {amount}", amount=wording.money(figures["cost_cents"])), False),
    ]
    return Text("  ").join(_text(text, _ALARM if alarm else "") for text, alarm in parts)


def _heading(problem: Problem, day: TechnicianDay, wording: Wording) -> Text:
    """Return the line above a route: who, when, how much."""
    if day.route is None:
        raise ValueError("a technician without a route has no heading")
    t, today = wording.translate, day.shift.day
    name = _text(day.technician.name or day.technician.technician_id, "bold cyan")
    facts = [
        day.technician.technician_id,
        f"{wording.clock(day.route.depart_s, problem, today)}–{wording.clock(day.route.return_s, problem, today)}",
        t("travel {duration}", duration=wording.way(day.drive_s, day.door_s)),
        wording.length(day.metres),
        t("load {share}", share=wording.share(day.load_share)),
    ]
    line = name.append_text(_text("  " + "  ".join(facts), _QUIET))
    if day.overtime_s:
        line.append_text(_text("  " + t("overtime {duration}", duration=wording.duration(day.overtime_s)), _ALARM))
    return line


#: Where the times and the number of a visit stand in a row of a route.
TIMES = range(2, 5)


def _stops(problem: Problem, day: TechnicianDay, wording: Wording) -> Table:
    t = wording.translate
    headings = ("#", "May leave until", "Start–end", "Told", "Visit", "Customer", "Parts", "Note")
    table = _table([t(heading) for heading in headings], whole=TIMES)
    today = day.shift.day
    for number, stop in enumerate(day.stops, start=1):
        pause = day.branch_stop
        if pause is not None and pause.before == number - 1:
            table.add_row(*_branch_cells(problem, day, wording))
        visit = problem.visit_by_id[stop.visit_id]
        table.add_row(
            _text(f"{number}", _QUIET),
            _text(wording.clock(stop.leave_by_s, problem, today)),
            _text(f"{wording.clock(stop.start_s, problem, today)}–{wording.clock(stop.end_s, problem, today)}", "bold"),
            _text(wording.window(stop.window, problem, today), "" if problem.promises_of(visit) else _QUIET),
            _text(stop.visit_id),
            _text(problem.customer_of(visit).name),
            _text(wording.parts(stop.parts, problem) if day.leads(stop) else ""),
            _note(problem, stop, wording, today),
        )
    if day.branch_stop is not None and day.branch_stop.before == len(day.stops):
        table.add_row(*_branch_cells(problem, day, wording))
    return table


def _branch_cells(problem: Problem, day: TechnicianDay, wording: Wording) -> list[Text]:
    """Return the row of a stop at the branch on the way, with the parts picked up there."""
    pause, today = day.branch_stop, day.shift.day
    assert pause is not None
    parts = added(need for stop in day.tours[1] if day.leads(stop) for need in stop.parts)
    return [
        _text("–", _QUIET),
        _text(wording.clock(pause.leave_by_s, problem, today)),
        _text(f"{wording.clock(pause.start_s, problem, today)}–{wording.clock(pause.end_s, problem, today)}", "bold"),
        _text(""),
        _text(""),
        _text(wording.translate("Stop at the branch")),
        _text(wording.parts(parts, problem)),
        _text(""),
    ]


def _note(problem: Problem, stop: Stop, wording: Wording, day: int) -> Text:
    t = wording.translate
    notes = []
    if stop.lateness_s:
        notes.append(_text(t("Late {duration}", duration=wording.duration(stop.lateness_s)), _ALARM))
    if stop.pause is not None:
        notes.append(_text(pause_text(problem, stop.pause, wording, day)))
    if stop.pinned:
        notes.append(_text(t("Pinned")))
    if len(stop.crew) > 1:
        notes.append(_text(crew_text(problem, stop, wording)))
    if earlier := [before.visit_id for before in problem.visit_by_id[stop.visit_id].after]:
        notes.append(_text(t("After {visits}", visits=", ".join(earlier))))
    return _text(", ").join(notes)


def _unassigned(problem: Problem, plan: Plan, wording: Wording) -> Table:
    t = wording.translate
    table = _table([t(heading) for heading in ("Visit", "Customer", "Windows", "State", "Reasons")])
    for left in plan.unassigned:
        visit = problem.visit_by_id[left.visit_id]
        alarm = _ALARM if left.state is UnassignedState.WILL_BREAK else ""
        table.add_row(
            _text(left.visit_id),
            _text(problem.customer_of(visit).name),
            _text(wording.windows(visit, problem)),
            _text(wording.state(left), alarm),
            _text("\n".join(wording.reasons(left, problem))),
        )
    return table


def _table(headings: Sequence[str], *, whole: range = range(0)) -> Table:
    """Return an empty table with quiet headings; `rich` aligns full-width characters.

    Parameters
    ----------
    whole
        Columns whose cells are never broken into lines, however narrow the terminal is.
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style=_QUIET)
    for column, heading in enumerate(headings):
        table.add_column(_text(heading), overflow="fold", no_wrap=column in whole)
    return table


def _text(content: str, style: str = "") -> Text:
    """Return text that is printed as it is, never read as markup."""
    from rich.text import Text

    return Text(without_controls(content), style=style)
