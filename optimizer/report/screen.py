"""The plan on a terminal: what a coordinator reads before opening anything.

User data is printed as it is: markup in a name is text, control characters are dropped. A time is never broken; a
terminal too narrow for all columns has what belongs to a visit in one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.plan import UnassignedState
from optimizer.report.absences import away_words
from optimizer.report.days import TechnicianDay, days_by_date, technician_days
from optimizer.report.figures import kpis
from optimizer.report.gantt import crew_text, pause_text
from optimizer.report.headline import key_figures
from optimizer.report.wording import CHANGE_KINDS, Wording, added
from optimizer.text.printable import without_controls
from optimizer.text.prose import Parts, Prose, wrapped
from optimizer.text.regional import money_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console, RenderableType
    from rich.table import Table

    from optimizer.domain.order import Interval, Visit
    from optimizer.domain.plan import Plan, Stop
    from optimizer.domain.planning_context import Absence, Change, PlanningContext
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Rule
    from optimizer.travel.matrix import TravelMatrix

_ALARM = "bold red"
_QUIET = "dim"
#: Columns that a time takes: heads above times are no wider.
_TIME_WIDTH = 9
#: From so many columns on a table has room for a column of everything.
WIDE = 110


def print_plan(
    problem: Problem,
    matrix: TravelMatrix,
    plan: Plan,
    console: Console,
    lang: str,
    *,
    absences: Sequence[Absence] = (),
) -> None:
    """Print the plan: key figures, who is away, a table per route, then what is not planned and why.

    Of several days, one on which nobody has a visit is left out.
    """
    wording = Wording(lang, problem.branch.region)
    days = technician_days(problem, matrix, plan)
    title = " · ".join((wording.translate("Dispatch plan"), problem.branch.name, wording.horizon(problem)))
    console.print(_prose(title, "bold"))
    console.print(_figures(problem, matrix, plan, wording))
    if absences:
        console.print(_prose(away_words(absences, problem, wording)))
    for number, own in days_by_date(days).items():
        if problem.days > 1 and any(day.route for day in own):
            console.print()
            console.print(_prose(wording.day(problem.date_of(number)), "bold underline"))
        if problem.days == 1 or any(day.route for day in own):
            _print_day(problem, own, console, wording)
    if plan.unassigned:
        console.print()
        print_reasons(problem, plan, console, lang)


def _print_day(problem: Problem, days: Sequence[TechnicianDay], console: Console, wording: Wording) -> None:
    """Print the routes of one day and who has none."""
    for day in days:
        if day.route:
            console.print()
            console.print(_heading(problem, day, wording))
            console.print(_stops(problem, day, wording, is_wide=console.width >= WIDE))
    unused = [day.technician.name or day.technician.technician_id for day in days if not day.route]
    if unused:
        console.print()
        console.print(_prose(wording.translate("Without a visit: {names}", names=wording.listed(unused)), _QUIET))


def _figures(problem: Problem, matrix: TravelMatrix, plan: Plan, wording: Wording) -> Table:
    """Return the key figures, a line each; what needs attention is red."""
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    for column in range(3):
        table.add_column(justify="right" if column == 1 else "left")
    for figure in key_figures(kpis(problem, matrix, plan), wording):
        style = _ALARM if figure.alarm else ""
        table.add_row(_prose(figure.label, style), _prose(figure.value, style), _prose(figure.note))
    return table


# --- routes ---------------------------------------------------------------------------------------------------------


def _heading(problem: Problem, day: TechnicianDay, wording: Wording) -> Parts:
    """Return the line above a route: who, when, how much."""
    if day.route is None:
        raise ValueError("a technician without a route has no heading")
    t, today = wording.translate, day.shift.day
    facts = [
        day.technician.technician_id,
        f"{wording.clock(day.route.depart_s, problem, today)}–{wording.clock(day.route.return_s, problem, today)}",
        t("travel {duration}", duration=wording.way(day.drive_s, day.door_s)),
        wording.length(day.metres),
        t("load {share}", share=wording.share(day.load_share)),
    ]
    parts = [(day.technician.name or day.technician.technician_id, "bold cyan"), *((fact, _QUIET) for fact in facts)]
    if day.overtime_s:
        parts.append((t("overtime {duration}", duration=wording.duration(day.overtime_s)), _ALARM))
    return Parts([(without_controls(text), style) for text, style in parts])


def _stops(problem: Problem, day: TechnicianDay, wording: Wording, *, is_wide: bool) -> Table:
    """Return the stops of a route; on a narrow terminal a visit is told in one column.

    There, the planned departure is told where it is needed: where the latest one is after the planned start.
    """
    t = wording.translate
    heads = [t(h) for h in ("#", "Leave by", "Start–end", "Told", "Visit", "Customer", "Parts", "Note")]
    if is_wide:
        heads.insert(1, t("Leave"))
    table = _table(heads if is_wide else heads[:5], whole=range(5 if is_wide else 4))
    for number, stop in enumerate(day.stops, start=1):
        pause = day.branch_stop
        if pause is not None and pause.before == number - 1:
            _add(table, 4, *_branch_cells(problem, day, wording, is_wide=is_wide), is_wide=is_wide)
        visit, today = problem.visit_by_id[stop.visit_id], day.shift.day
        start, end = (wording.clock(moment_s, problem, today) for moment_s in (stop.start_s, stop.end_s))
        leaves = wording.clock(day.leaves_s(number - 1), problem, today)
        _add(
            table,
            4,
            (f"{number}", _QUIET),
            *([(leaves, _QUIET)] if is_wide else []),
            (wording.clock(stop.leave_by_s, problem, today), ""),
            (f"{start}–{end}", "bold"),
            (wording.window(stop.window, problem, today), "" if problem.promises_of(visit) else _QUIET),
            (stop.visit_id, ""),
            (problem.customer_of(visit).name, ""),
            *([] if is_wide or stop.leave_by_s <= stop.start_s else [(t("leave {time}", time=leaves), _QUIET)]),
            (wording.parts(stop.parts, problem) if day.leads(stop) else "", ""),
            *_notes(problem, stop, wording, today),
            is_wide=is_wide,
        )
    if day.branch_stop is not None and day.branch_stop.before == len(day.stops):
        _add(table, 4, *_branch_cells(problem, day, wording, is_wide=is_wide), is_wide=is_wide)
    return table


def _branch_cells(problem: Problem, day: TechnicianDay, wording: Wording, *, is_wide: bool) -> list[tuple[str, str]]:
    """Return the row of a stop at the branch on the way, with the parts picked up there."""
    pause, today = day.branch_stop, day.shift.day
    assert pause is not None
    parts = added(need for stop in day.tours[1] if day.leads(stop) for need in stop.parts)
    start, end = (wording.clock(moment_s, problem, today) for moment_s in (pause.start_s, pause.end_s))
    leaves = wording.clock(day.legs[pause.before].leave_s, problem, today)
    return [
        ("–", _QUIET),
        *([(leaves, _QUIET)] if is_wide else []),
        (wording.clock(pause.leave_by_s, problem, today), ""),
        (f"{start}–{end}", "bold"),
        ("", ""),
        ("", ""),
        (wording.translate("Stop at the branch"), ""),
        (wording.parts(parts, problem), ""),
    ]


def _notes(problem: Problem, stop: Stop, wording: Wording, day: int) -> list[tuple[str, str]]:
    """Return what is to be known of a stop, with its style."""
    t = wording.translate
    notes = []
    if stop.lateness_s:
        notes.append((t("Late {duration}", duration=wording.duration(stop.lateness_s)), _ALARM))
    if stop.pause is not None:
        notes.append((pause_text(problem, stop.pause, wording, day), ""))
    if stop.pinned:
        notes.append((t("Pinned"), ""))
    if len(stop.crew) > 1:
        notes.append((crew_text(problem, stop, wording), ""))
    if earlier := [before.visit_id for before in problem.visit_by_id[stop.visit_id].after]:
        notes.append((t("After {visits}", visits=wording.listed(earlier)), ""))
    return notes


# --- what is not planned, what has changed ----------------------------------------------------------------------------


def print_reasons(problem: Problem, plan: Plan, console: Console, lang: str) -> None:
    """Print what a plan leaves out and why; nothing of one that leaves nothing out."""
    wording = Wording(lang, problem.branch.region)
    if plan.unassigned:
        title = wording.translate("Not planned ({count})", count=len(plan.unassigned))
        console.print(_prose(title, _ALARM))
        console.print(_unassigned(problem, plan, wording, is_wide=console.width >= WIDE))


def print_visit(problem: Problem, plan: Plan, visit: Visit, console: Console, lang: str) -> None:
    """Print who is at a visit when, a line each; nothing of one that is left out."""
    wording = Wording(lang, problem.branch.region)
    for route in plan.routes:
        for stop in route.stops:
            if stop.visit_id == visit.visit_id:
                said = wording.translate(
                    "Visit {visit}: {technician}, {day}, {start}–{end}.",
                    visit=visit.visit_id,
                    technician=wording.person(route.technician_id, problem),
                    day=wording.day(problem.date_of(route.day)),
                    start=wording.clock(stop.start_s, problem, route.day),
                    end=wording.clock(stop.end_s, problem, route.day),
                )
                console.print(_prose(said))


def _unassigned(problem: Problem, plan: Plan, wording: Wording, *, is_wide: bool) -> Table:
    """Return the visits left out; on a narrow terminal each is told in one column, the reasons last."""
    t = wording.translate
    heads = [t(h) for h in ("Visit", "Customer", "Windows", "State", "Reasons")]
    table = _table(heads if is_wide else [heads[0], heads[-1]])
    for left in plan.unassigned:
        visit = problem.visit_by_id[left.visit_id]
        alarm = _ALARM if left.state is UnassignedState.WILL_BREAK else ""
        about = [
            (left.visit_id, ""),
            (problem.customer_of(visit).name, ""),
            (wording.windows(visit, problem), ""),
            (wording.state(left), alarm),
        ]
        reasons = _prose("\n".join(wording.reasons(left, problem)))
        table.add_row(*([_prose(*cell) for cell in about] if is_wide else [_stacked(about)]), reasons)
    return table


def print_changes(problem: Problem, context: PlanningContext, console: Console, lang: str) -> None:
    """Print what differs from the published plan and whom to call by when; nothing where none is published."""
    if not context.is_published:
        return
    wording, is_wide = Wording(lang, problem.branch.region), console.width >= WIDE
    t = wording.translate
    console.print(_prose(t("Changes against the published plan ({count})", count=len(context.changes)), "bold"))
    heads = [t(h) for h in ("Call by", "Visit", "Customer", "Phone", "Change", "Before", "After")]
    table = _table(heads if is_wide else heads[:2], whole=range(1))
    for change in sorted(context.changes, key=lambda change: (change.call_by_s, change.visit_id)):
        customer = problem.customer_of(problem.visit_by_id[change.visit_id])
        before = _told(problem, change.before_people, change.before, wording)
        after = _told(problem, change.after_people, change.after, wording)
        _add(
            table,
            1,
            (wording.stamp(problem.local_time(change.call_by_s)), ""),
            (change.visit_id, ""),
            (customer.name, ""),
            (customer.phone, ""),
            (t(CHANGE_KINDS[change.kind]), ""),
            *([(before, ""), (after, "")] if is_wide else [(f"{before} → {after}", "")]),
            is_wide=is_wide,
        )
    if context.changes:
        console.print(table)


def print_edited(
    problem: Problem, changes: Sequence[Change], cost_changes: Mapping[Rule, int], console: Console, lang: str
) -> None:
    """Print what edits change: who comes when, by visit, and what it costs more or less, by rule."""
    wording = Wording(lang, problem.branch.region)
    for change in changes:
        before = _told(problem, change.before_people, change.before, wording)
        after = _told(problem, change.after_people, change.after, wording)
        kind = wording.translate(CHANGE_KINDS[change.kind])
        console.print(_prose(f"{change.visit_id}  {kind}: {before} → {after}"))
    for rule, cents in cost_changes.items():
        sign = "+" if cents > 0 else "-"
        console.print(_prose(f"{rule:<14}{sign + money_text(abs(cents), problem.branch.region):>14}"))


def _told(problem: Problem, people: Sequence[str], window: Interval | None, wording: Wording) -> str:
    """Return who comes and when: `Ann 09:00–10:00`, of several days with the day; a dash when nobody does."""
    if window is None:
        return "–"
    names = wording.listed(wording.person(who, problem) for who in people)
    if problem.days == 1:
        return f"{names} {wording.window(window, problem)}"
    day = problem.clock.day_of(window.open_s)
    return f"{names} {wording.short_day(problem.date_of(day))} {wording.window(window, problem, day)}"


# --- tables ---------------------------------------------------------------------------------------------------------


def _table(headings: Sequence[str], *, whole: range = range(0)) -> Table:
    """Return an empty table with quiet headings.

    Parameters
    ----------
    whole
        Columns that never give room to others, as times do not.
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, heading in enumerate(headings):
        shown = "\n".join(wrapped(heading, _TIME_WIDTH)) if number in whole else heading
        table.add_column(_prose(shown, _QUIET), no_wrap=number in whole)
    return table


def _add(table: Table, apart: int, *cells: tuple[str, str], is_wide: bool) -> None:
    """Add a row of texts with their styles: those after the first few share a column on a narrow terminal.

    On a wide one the last column takes what is more than there are columns.
    """
    whole = len(table.columns) - 1 if is_wide else apart
    table.add_row(*(_prose(*cell) for cell in cells[:whole]), _stacked(cells[whole:]))


def _stacked(cells: Sequence[tuple[str, str]]) -> RenderableType:
    """Return texts in one cell, what fits in a line side by side."""
    return Parts([(without_controls(text), style) for text, style in cells if text])


def _prose(text: str, style: str = "") -> Prose:
    return Prose(without_controls(text), style)
