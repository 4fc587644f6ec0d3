"""One order's promise and clocks, line by line: what `paigong promise` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.promise.clocks import clocks_of
from optimizer.promise.due_day import WindowSource, Zone, promise_of
from optimizer.promise.sentences import (
    CLOCKS,
    ZONES,
    away_text,
    clock_reason,
    day_text,
    moment_text,
    promise_sentence,
    time_text,
)
from optimizer.text.catalogue import translator
from optimizer.text.printable import on_one_line

if TYPE_CHECKING:
    from optimizer.domain.order import Interval, Visit
    from optimizer.domain.problem import Problem
    from optimizer.promise.clocks import Clock
    from optimizer.promise.due_day import Promise
    from optimizer.text.catalogue import Translate
    from optimizer.travel.matrix import TravelMatrix

SOURCES = {
    WindowSource.PROMISED: "promised",
    WindowSource.REQUESTED: "asked for by the customer",
    WindowSource.EMERGENCY: "on site as an emergency",
    WindowSource.HOURS: "opening hours on the day to plan",
}


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line: a stable name, its label and its text in the reader's language.

    Parameters
    ----------
    name
        `order`, `zone`, `due_day`, `because`, `days_left`, `windows`, `state`, else the name of a clock.
    start_s, deadline_s, clock_state
        Of a clock: the figures behind its text; else empty.
    """

    name: str
    label: str
    text: str
    start_s: int | None = None
    deadline_s: int | None = None
    clock_state: str = ""

    def text_in(self, lang: str) -> str:
        """Return the line as it is printed: label, colon, text."""
        return translator(lang)("{clock}: {sentence}", clock=self.label, sentence=self.text)


def promise_report(
    problem: Problem,
    matrix: TravelMatrix,
    visit: Visit,
    lang: str = "en",
    *,
    window: Interval | None = None,
) -> list[ReportLine]:
    """Return what is promised for a visit and how its clocks stand, from its zone to its call-back.

    Parameters
    ----------
    window
        The window told, when there is a plan; see `clocks_of`.
    """
    translate = translator(lang)
    promise = promise_of(problem, matrix, visit)
    due = translate("none") if promise.due_day is None else day_text(promise.due_day, problem, translate)
    lines = [
        ReportLine("order", translate("Order"), _order(problem, visit)),
        ReportLine("zone", translate("Zone"), _zone(promise, problem, translate)),
        ReportLine("due_day", translate("Due"), due),
        ReportLine("because", translate("Because"), promise_sentence(promise, problem, translate)),
        ReportLine("days_left", translate("Days left"), _days_left(promise, problem, translate)),
        ReportLine("windows", translate("Window"), _windows(promise, problem, translate)),
        ReportLine("state", translate("Today"), _state(promise, problem, visit, translate)),
    ]
    clocks = clocks_of(problem, visit, window=window)
    return [*lines, *(_clock_line(clock, problem, translate) for clock in clocks)]


def _clock_line(clock: Clock, problem: Problem, translate: Translate) -> ReportLine:
    reason, label = clock_reason(clock, problem, translate), translate(CLOCKS[clock.name])
    return ReportLine(clock.name.value, label, reason, clock.start_s, clock.deadline_s, clock.state.value)


def _order(problem: Problem, visit: Visit) -> str:
    return on_one_line(f"{visit.order_id} {problem.customer_of(visit).name}")


def _zone(promise: Promise, problem: Problem, translate: Translate) -> str:
    zone = translate(ZONES[promise.zone])
    if promise.zone is Zone.UNKNOWN:
        return zone
    away = away_text(promise, problem, translate)
    if promise.is_estimate:
        return translate("{zone}, {away} from the branch as the crow flies", zone=zone, away=away)
    return translate("{zone}, {away} from the branch", zone=zone, away=away)


def _days_left(promise: Promise, problem: Problem, translate: Translate) -> str:
    today = problem.local_time(problem.as_of_s).date()
    since = day_text(today, problem, translate)
    if promise.due_day is None:
        return translate("none")
    calendar = problem.branch.calendar
    if promise.due_day < today:
        late = calendar.working_days_left(after=promise.due_day, until=today)
        return translate("{count} working day(s) too late on {day}", count=late, day=since)
    left = calendar.working_days_left(after=today, until=promise.due_day)
    return translate("{count} working day(s) after {day}", count=left, day=since)


def _windows(promise: Promise, problem: Problem, translate: Translate) -> str:
    if not promise.windows:
        first, last = (day_text(day, problem, translate) for day in (problem.first_day, problem.last_day))
        if problem.days > 1:
            return translate("none from {first} to {last}", first=first, last=last)
        return translate("none on {day}", day=first)
    texts = [_window(window, problem, translate) for window in promise.windows]
    source = translate(SOURCES[promise.source])
    return translate("{windows} ({source})", windows="; ".join(texts), source=source)


def _window(window: Interval, problem: Problem, translate: Translate) -> str:
    if problem.clock.day_of(window.open_s) == problem.clock.day_of(window.close_s):
        return f"{moment_text(window.open_s, problem, translate)}–{time_text(window.close_s, problem, translate)}"
    return f"{moment_text(window.open_s, problem, translate)} – {moment_text(window.close_s, problem, translate)}"


def _state(promise: Promise, problem: Problem, visit: Visit, translate: Translate) -> str:
    """Return what is to be done about the order today."""
    log, due = problem.order_of(visit).log, promise.due_day
    today, plan_day = problem.local_time(problem.as_of_s).date(), problem.first_day
    if log.done_s is not None:
        is_closed = log.parts_back is not False
        return translate("Done." if is_closed else "Done, but not closed: its parts are not back.")
    if due is None:
        return translate("No due day yet: call the customer and agree a day.")
    due_text, plan_text = day_text(due, problem, translate), day_text(plan_day, problem, translate)
    if problem.is_due_before_plan(visit) and due >= today:
        return translate("Its time is before the day to plan: send somebody today.")
    if due < today:
        return translate("The promise is broken: it was due {due}.", due=due_text)
    if due < plan_day:
        return translate("Due {due}, before the day to plan: send somebody today.", due=due_text)
    if visit.ready_s is not None and visit.ready_s >= problem.end_s:
        ready = moment_text(visit.ready_s, problem, translate)
        return translate("Waits until it is ready, {ready}; due {due}.", ready=ready, due=due_text)
    if due <= problem.last_day:
        return translate("{due} is its last day: if it is not planned, the promise will break.", due=due_text)
    if problem.days > 1:
        last = day_text(problem.last_day, problem, translate)
        return translate(
            "May wait until {due}; {first} to {last} are planned.", due=due_text, first=plan_text, last=last
        )
    return translate("May wait until {due}; {day} is planned.", due=due_text, day=plan_text)
