"""What holds of all papers of a plan together: each check yields a sentence for whatever contradicts.

`CHECKS` lists them; `test_papers_promises.py` asks each of them about the demo branch at every stage, and about random
branches. A check is a function of a `Printed` (`printed.py`); add it there and it is asked everywhere.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from optimizer.domain.order import Interval
from optimizer.domain.told_window import STEP_S
from optimizer.report.headline import key_figures
from optimizer.report.papers.case import Case
from optimizer.report.papers.phone_words import PhoneWords
from optimizer.report.promises import promises_of
from optimizer.report.routemap import WIDTH, draw_map
from optimizer.report.text_width import ems
from optimizer.report.wording import Wording
from optimizer.text.spoken import say_span
from tests.report.call_checks import CALL_CHECKS
from tests.report.printed import titles_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.domain.plan import Route, Stop
    from tests.report.printed import Printed

    Check = Callable[[Printed], Iterator[str]]

WORDING = Wording("en")


# --- what is told, and when to leave --------------------------------------------------------------------------------


def told_holds_the_start(printed: Printed) -> Iterator[str]:
    """The window that a customer is told contains the planned start, but for a promise that is kept late."""
    for _, stop in printed.stops:
        if not stop.window.open_s <= stop.start_s <= stop.window.close_s and not stop.lateness_s:
            yield f"{stop.visit_id}: start {_time(printed, stop.start_s)} outside {_window(printed, stop.window)}"


def told_is_possible(printed: Printed) -> Iterator[str]:
    """No new window begins before anybody can be there, or leaves what was asked for or the customer's hours."""
    problem = printed.problem
    said_before = {(said.visit_id, said.told) for said in problem.published}
    for day in printed.days:
        way_s = 0
        for position, stop in enumerate(day.stops):
            way_s += sum(leg.travel_s for leg in day.way_to(position))
            visit = problem.visit_by_id[stop.visit_id]
            is_new = (stop.visit_id, stop.window) not in said_before and stop.window not in problem.promises_of(visit)
            if not is_new or stop.visit_id in problem.begun:
                continue
            assert day.route is not None
            window = _window(printed, stop.window)
            if stop.window.open_s < day.route.depart_s + way_s:
                yield f"{stop.visit_id}: {window} begins before the technician can be there"
            asked = [wish for wish in problem.order_of(visit).requested if _holds(wish, stop.start_s)]
            hours = [stretch for stretch in problem.hours[stop.visit_id] or () if _holds(stretch, stop.start_s)]
            for kind, bounds in (("wish", asked), ("hours", hours)):
                is_free = kind == "wish" and (stop.visit_id in problem.off_window or stop.lateness_s > 0)
                if bounds and not is_free and not any(_lies_in(stop.window, bound) for bound in bounds):
                    yield f"{stop.visit_id}: {window} leaves the customer's {kind}"


def what_is_told_is_a_figure_that_people_say(printed: Printed) -> Iterator[str]:
    """A new window begins and ends on five minutes, or where somebody has said so: a promise, a wish, hours.

    Where the visit starts before five minutes are full, it begins with the arrival, to the minute or to the second.
    """
    problem = printed.problem
    said = {(one.visit_id, end_s) for one in problem.published if one.told for end_s in _ends(one.told)}
    for _, stop in printed.stops:
        visit = problem.visit_by_id[stop.visit_id]
        words = [*problem.order_of(visit).promised, *problem.order_of(visit).requested, *problem.windows_as_said(visit)]
        words += problem.hours[stop.visit_id] or ()
        known = {end_s for window in words for end_s in _ends(window)}
        for end_s in _ends(stop.window):
            is_arrival = end_s == stop.window.open_s and stop.start_s - end_s < STEP_S
            if end_s % STEP_S and not is_arrival and end_s not in known and (stop.visit_id, end_s) not in said:
                yield f"{stop.visit_id}: told {_time(printed, end_s)}"


def whoever_phones_says_the_window_of_the_sheet(printed: Printed) -> Iterator[str]:
    """The hours that a customer hears, and gets as a text, are those of the sheet, in both languages."""
    for lang in ("en", "zh"):
        case = Case(printed.problem, printed.matrix, printed.plan, printed.context, Wording(lang))
        for _, stop in printed.stops:
            words = PhoneWords(case, printed.problem.customer_of(printed.problem.visit_by_id[stop.visit_id]))
            opens, closes = map(printed.problem.local_time, _ends(stop.window))
            if say_span(opens, closes, lang) not in words.when(stop.window):
                yield f"{stop.visit_id}: {words.when(stop.window)}"
            if case.day_window(stop.window) != words.dated(stop.window):
                yield f"{stop.visit_id}: {words.dated(stop.window)}"


def leaving_by_then_is_in_time(printed: Printed) -> Iterator[str]:
    """Leave by, the way and a break before the service end before the window told closes, or as late as planned."""
    for day in printed.days:
        for position, stop in enumerate(day.stops):
            assert day.route is not None
            leg = position + (day.branch_stop is not None and position >= day.branch_stop.before)
            taken, rest = day.route.break_, day.shift.break_
            there_s = stop.leave_by_s + day.legs[leg].travel_s
            if taken is not None and rest is not None and taken.slot == 2 * leg + 1:
                there_s = max(there_s, rest.window.open_s) + rest.length_s
            if there_s > max(stop.window.close_s, stop.start_s):
                window = _window(printed, stop.window)
                yield f"{stop.visit_id}: there at {_time(printed, there_s)}, told {window}"
            if stop.leave_by_s < day.legs[leg].leave_s:
                yield f"{stop.visit_id}: leave by {_time(printed, stop.leave_by_s)}, before the technician is free"


def every_paper_says_the_same_times(printed: Printed) -> Iterator[str]:
    """Plan file, tables, route sheets, screen and chart state one window and the same times to leave for each stop."""
    wording, problem = WORDING, printed.problem
    sheets = {
        (sheet.technician.technician_id, sheet.day, entry.visit_id): entry
        for sheet in printed.papers.route_sheets
        for entry in sheet.entries
    }
    stated = {
        (route["technician"], route["date"], stop["visit"]): stop
        for route in printed.document["routes"]
        for stop in route["stops"]
    }
    rows = {(row["technician_id"], row["date"], row["visit_id"]): row for row in printed.rows["routes"]}
    titles = titles_of(printed.page)
    for route, stop in printed.stops:
        who, date, name = route.technician_id, problem.date_of(route.day), stop.visit_id
        leave, window = wording.clock(stop.leave_by_s, problem, route.day), _window(printed, stop.window, route.day)
        entry, file = sheets[who, route.day, name], stated[who, date.isoformat(), name]
        row = rows[who, date, name]
        said = {
            # A window of another day than the sheet's stands there with its date.
            "sheet": (entry["leave_by"].value, _without_date(printed, stop, entry["told"].value) or window),
            "file": _texts(printed, route, *map(_moment, (file["leave_by"], *file["window"].values()))),
            "table": _texts(printed, route, row["leave_by"], row["told_open"], row["told_close"]),
        }
        yield from (f"{name}: {paper} says {texts}" for paper, texts in said.items() if texts != (leave, window))
        if not any(_is_line_of(line, stop, leave, window) for line in printed.screen):
            yield f"{name}: no line of the screen has {leave} and {window}"
        planned = entry["leave"].value
        if planned != wording.clock(problem.clock.moment_of(row["leave"]), problem, route.day):
            yield f"{name}: leaves at {planned}, and at {row['leave']}"
        if not any(name in text and window in text and f"Leave {planned}, by {leave} at" in text for text in titles):
            yield f"{name}: no title of the chart has {planned}, {leave} and {window}"


def _without_date(printed: Printed, stop: Stop, told: str) -> str:
    """Return what a sheet says is told; empty where it is the window with the date of its own day."""
    return "" if told.endswith(f", {_window(printed, stop.window)}") else told


def _is_line_of(line: str, stop: Stop, leave: str, window: str) -> bool:
    return f" {stop.visit_id} " in f"{line} " and leave in line and window in line


def _texts(printed: Printed, route: Route, leave: datetime, opens: datetime, closes: datetime) -> tuple[str, str]:
    """Return a departure and a window as papers write them."""
    clock, problem = printed.problem.clock, printed.problem
    leave_s, opens_s, closes_s = map(clock.moment_of, (leave, opens, closes))
    return WORDING.clock(leave_s, problem, route.day), WORDING.window(Interval(opens_s, closes_s), problem, route.day)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- figures and words ----------------------------------------------------------------------------------------------


def a_share_is_kept_only_of_what_was_promised(printed: Printed) -> Iterator[str]:
    """Where no window was promised no share is said to be kept; windows and due days together are all promises."""
    problem, found = printed.problem, promises_of(printed.problem, printed.plan)
    windows = sum(bool(problem.promises_of(problem.visit_by_id[visit_id])) for visit_id in found)
    [said] = [one for one in key_figures(printed.figures, WORDING) if one.name == "promises_kept"]
    if ("%" in said.value) != bool(windows):
        yield f"{said.value} of {windows} windows"
    if sum(map(int, re.findall(r" of (\d+) (?:windows|due days)", said.note))) != len(found):
        yield f"{len(found)} promises, and {said.note}"


def only_what_is_paid_has_a_price(printed: Printed) -> Iterator[str]:
    """No reason why a visit stays out, and nothing that is said on the phone, has a sum of money that nobody pays."""
    texts = [text for left in printed.plan.unassigned for text in WORDING.reasons(left, printed.problem)]
    texts += [str(cell) for line in printed.papers.call_list.lines for cell in line.cells.values()]
    yield from (text for text in texts if "¥" in text)


def names_on_the_map_can_be_read(printed: Printed) -> Iterator[str]:
    """No name of a district lies under a number or a mark, over another name, or over the edge."""
    problem, index = printed.problem, {visit.visit_id: number for number, visit in enumerate(printed.problem.visits)}
    for day in range(problem.days):
        own = [one for one in printed.days if one.shift.day == day]
        drawn = draw_map(problem, printed.plan, own, index, WORDING)
        names = [(one.name, one.at, ems(one.name) * 11 / 2) for one in drawn.districts if one.name]
        signs = [stop.badge for route in drawn.routes for stop in route.stops]
        signs += [mark.at for mark in drawn.unassigned]
        for number, (name, (x, y), half) in enumerate(names):
            if not (half <= x <= WIDTH - half and 0 < y < drawn.height):
                yield f"{name} stands over the edge"
            yield from (f"{name} lies under a number" for sx, sy in signs if abs(x - sx) < half and abs(y - sy) < 12)
            for other, (ox, oy), wide in names[:number]:
                if abs(x - ox) < half + wide and abs(y - oy) < 12:
                    yield f"{name} lies over {other}"


def chinese_papers_have_chinese_marks(printed: Printed) -> Iterator[str]:
    """No comma or semicolon of an English text stands between two Chinese words."""
    yield from re.findall(r".{0,12}[\u4e00-\u9fff][,;] ?[\u4e00-\u9fff].{0,12}", printed.chinese_page)


# --- the list -------------------------------------------------------------------------------------------------------

#: Every check that is asked of the demo branch at each stage and of random branches.
CHECKS: tuple[Check, ...] = (
    told_holds_the_start,
    told_is_possible,
    what_is_told_is_a_figure_that_people_say,
    whoever_phones_says_the_window_of_the_sheet,
    leaving_by_then_is_in_time,
    every_paper_says_the_same_times,
    a_share_is_kept_only_of_what_was_promised,
    only_what_is_paid_has_a_price,
    names_on_the_map_can_be_read,
    chinese_papers_have_chinese_marks,
    *CALL_CHECKS,
)


def contradictions(printed: Printed) -> list[str]:
    """Return what every check finds, each with the name of the plan and of the check."""
    return [f"{printed.name}, {check.__name__}: {found}" for check in CHECKS for found in check(printed)]


# --- small words ----------------------------------------------------------------------------------------------------


def _time(printed: Printed, moment_s: int) -> str:
    return printed.problem.clock.text(moment_s)


def _window(printed: Printed, window: Interval, day: int | None = None) -> str:
    problem = printed.problem
    return WORDING.window(window, problem, problem.clock.day_of(window.open_s) if day is None else day)


def _ends(window: Interval) -> tuple[int, int]:
    return window.open_s, window.close_s


def _holds(window: Interval, moment_s: int) -> bool:
    return window.open_s <= moment_s <= window.close_s


def _lies_in(window: Interval, bound: Interval) -> bool:
    return bound.open_s <= window.open_s and window.close_s <= bound.close_s
