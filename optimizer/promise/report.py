"""One order's promise and clocks, line by line: what `paigong promise` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.planning_context import AsideState
from optimizer.promise.clocks import ClockName, clocks_of
from optimizer.promise.due_day import WindowSource, Zone, promise_of
from optimizer.promise.sentences import (
    CLOCKS,
    ZONES,
    away_text,
    clock_reason,
    day_text,
    listed,
    moment_text,
    promise_sentence,
    window_text,
    working_days,
)
from optimizer.text.catalogue import translator
from optimizer.text.printable import on_one_line

if TYPE_CHECKING:
    from datetime import date

    from optimizer.domain.order import Interval, Visit
    from optimizer.domain.planning_context import SetAside
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


class Published(NamedTuple):
    """What a published plan says of one order.

    Parameters
    ----------
    as_of_s
        The moment of the plan.
    people
        Who comes, by id; nobody where the plan leaves the order out.
    start_s
        When they begin.
    told
        The window that the customer knows; `None` where nobody was told any.
    """

    as_of_s: int
    people: tuple[str, ...] = ()
    start_s: int = 0
    told: Interval | None = None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line: a stable name, its label and its text in the reader's language.

    Parameters
    ----------
    name
        `order`, `as_of`, `zone`, `due_day`, `because`, `days_left`, `windows`, `planned`, `state`, else the name of a
        clock.
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
    published: Published | None = None,
    aside: SetAside | None = None,
) -> list[ReportLine]:
    """Return what is promised for a visit and how its clocks stand, from its zone to its call-back.

    Parameters
    ----------
    published
        What the published plan says of it; `None` where none is published for these days.
    aside
        What today's plan has of it; `None` for an order that is to be planned.
    """
    translate = translator(lang)
    promise = promise_of(problem, matrix, visit)
    due = translate("none") if promise.due_day is None else day_text(promise.due_day, problem, translate)
    lines = [
        ReportLine("order", translate("Order"), _order(problem, visit)),
        ReportLine("as_of", translate("As known on"), moment_text(problem.as_of_s, problem, translate)),
        ReportLine("zone", translate("Zone"), _zone(promise, problem, translate)),
        ReportLine("due_day", translate("Due"), due),
        ReportLine("because", translate("Because"), promise_sentence(promise, problem, translate)),
        ReportLine("days_left", translate("Days left"), _days_left(promise, problem, translate)),
        ReportLine("windows", translate("Window"), _windows(promise, problem, translate)),
        ReportLine("planned", translate("In the plan"), _planned(published, aside, problem, translate)),
        ReportLine("state", translate("To do"), _state(promise, problem, visit, translate, published, aside)),
    ]
    clocks = clocks_of(problem, visit, window=published and published.told)
    known = _since(problem, visit, published, translate)
    return [*lines, *(_clock_line(clock, problem, translate, known.get(clock.name, "")) for clock in clocks)]


def _since(problem: Problem, visit: Visit, published: Published | None, translate: Translate) -> dict[ClockName, str]:
    """Return what is known of clocks that nobody stopped: who has a time was called, what is planned was passed on."""
    order, log = problem.order_of(visit), problem.order_of(visit).log
    is_told = published is not None and published.told is not None
    is_told |= any(said.visit_id == visit.visit_id and said.told is not None for said in problem.published)
    is_planned = bool(published and published.people) or order.carried_over > 0
    found = {}
    if bool(order.promised) or order.carried_over or is_told or log.confirmed is not None:
        found[ClockName.FIRST_CONTACT] = translate("Not recorded; the customer has been told a time since.")
    if is_planned or log.dispatched_s is not None:
        found[ClockName.PASSED_ON] = translate("Not recorded; the order has been passed on since.")
    return found


def _clock_line(clock: Clock, problem: Problem, translate: Translate, since: str) -> ReportLine:
    """Return how a clock stands; `since` is what is known of one that nobody has stopped."""
    reason, label = clock_reason(clock, problem, translate), translate(CLOCKS[clock.name])
    if since and clock.stopped_s is None and clock.start_s is not None:
        reason = since
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
    """Return how many working days are left behind the one on which it is asked, or how many it is too late."""
    today = problem.local_time(problem.as_of_s).date()
    if promise.due_day is None:
        return translate("none")
    calendar = problem.branch.calendar
    if promise.due_day < today:
        late = calendar.working_days_left(after=promise.due_day, until=today)
        return translate("{days} too late", days=working_days(late, translate))
    if promise.due_day == today:
        return translate("none: it is due today")
    left = calendar.working_days_left(after=today, until=promise.due_day)
    return translate("{days}, today not counted", days=working_days(left, translate))


def _windows(promise: Promise, problem: Problem, translate: Translate) -> str:
    if not promise.windows:
        first, last = (day_text(day, problem, translate) for day in (problem.first_day, problem.last_day))
        if problem.days > 1:
            return translate("none from {first} to {last}", first=first, last=last)
        return translate("none on {day}", day=first)
    texts = [window_text(window, problem, translate) for window in promise.windows]
    source = translate(SOURCES[promise.source])
    return translate("{windows} ({source})", windows="; ".join(texts), source=source)


def _planned(published: Published | None, aside: SetAside | None, problem: Problem, translate: Translate) -> str:
    """Return who comes when by the published plan, or that nobody does."""
    if aside is not None:
        who = _person(aside.technician_id, problem) or translate("nobody is named")
        return translate("before these days, {technician}", technician=who)
    if published is None:
        return translate("no; no plan is published for {day} yet", day=_days(problem, translate))
    plan = moment_text(published.as_of_s, problem, translate)
    if not published.people:
        return translate("no; the plan of {plan} leaves it out (paigong explain says why)", plan=plan)
    if published.told is None:
        day = day_text(problem.local_time(published.start_s).date(), problem, translate)
        when = translate("{day}, no time told yet", day=day)
    else:
        when = window_text(published.told, problem, translate)
    who = listed([_person(one, problem) for one in published.people], translate)
    return translate("{when}, {technician}, by the plan of {plan}", when=when, technician=who, plan=plan)


def _person(technician_id: str, problem: Problem) -> str:
    """Return a technician by name and number."""
    technician = problem.technician_by_id.get(technician_id)
    name = technician.name if technician else ""
    return on_one_line(f"{name} ({technician_id})" if name and name != technician_id else technician_id)


def _days(problem: Problem, translate: Translate) -> str:
    """Return the day that a plan is for, or the first and the last of several."""
    first, last = (day_text(day, problem, translate) for day in (problem.first_day, problem.last_day))
    return first if problem.days == 1 else translate("{start} to {end}", start=first, end=last)


def _state(
    promise: Promise,
    problem: Problem,
    visit: Visit,
    translate: Translate,
    published: Published | None,
    aside: SetAside | None,
) -> str:
    """Return what is to be done about the order now."""
    log, due = problem.order_of(visit).log, promise.due_day
    today = problem.local_time(problem.as_of_s).date()
    if log.done_s is not None:
        is_closed = log.parts_back is not False
        return translate("Done." if is_closed else "Done, but not closed: its parts are not back.")
    if aside is not None:
        is_out = aside.state is AsideState.UNDER_WAY
        return translate("Wait for its result." if is_out else "No result is reported: ask how it ended.")
    due_text = "" if due is None else day_text(due, problem, translate)
    if due is not None and due < today:
        return translate("The promise is broken: it was due {due}.", due=due_text)
    if published is not None and published.people:
        return _state_planned(due, problem, visit, translate, published)
    if due is None:
        return translate("No due day yet: call the customer and agree a day.")
    if problem.is_due_before_plan(visit):
        return translate("Its time is before the day to plan: send somebody today.")
    if due < problem.first_day:
        return translate("Due {due}, before the day to plan: send somebody today.", due=due_text)
    if visit.ready_s is not None and visit.ready_s >= problem.end_s:
        ready = moment_text(visit.ready_s, problem, translate)
        return translate("It waits until it is ready, {ready}; due {due}.", ready=ready, due=due_text)
    if due > problem.last_day:
        return translate("Not planned: it may wait until {due}.", due=due_text)
    if published is None:
        return translate("{due} is its last day: if it is not planned then, the promise will break.", due=due_text)
    return translate("{due} is its last day, and it is not planned: the promise will break.", due=due_text)


def _state_planned(due: date | None, problem: Problem, visit: Visit, translate: Translate, published: Published) -> str:
    """Return whether what is planned keeps what was promised."""
    promised = problem.promises_of(visit)
    if promised and not any(window.open_s <= published.start_s <= window.close_s for window in promised):
        return translate("It is planned at another time than promised: call the customer.")
    if due is not None and problem.local_time(published.start_s).date() > due:
        due_text = day_text(due, problem, translate)
        return translate("It is planned after its due day, {due}: the promise will break.", due=due_text)
    return translate("Nothing: it is planned in time.")
