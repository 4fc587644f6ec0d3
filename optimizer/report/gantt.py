"""A day as a Gantt chart: where every bar lies, in percent across and pixels down; the template draws it.

Percent across lets one drawing fill any screen while its text keeps its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.units import HOUR_S
from optimizer.report.wording import added

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.domain.order import Interval
    from optimizer.domain.plan import Pause, Stop
    from optimizer.domain.problem import Problem
    from optimizer.report.days import TechnicianDay
    from optimizer.report.wording import Wording

#: Up to this many technicians each row has room for two lines of text.
ROOMY_ROWS = 12
#: Rows under one time axis; a longer chart repeats the axis, and a printed page takes one block.
ROWS_PER_BLOCK = 15


@dataclass(frozen=True, slots=True)
class RowLayout:
    """Pixels of a row: its height, the bar's top and height, the top and number of lanes for promised windows."""

    height: int
    bar_top: int
    bar_height: int
    lane_top: int
    lanes: int
    lane_pitch: int = 4


_ROOMY = RowLayout(height=46, bar_top=4, bar_height=28, lane_top=35, lanes=3)
_COMPACT = RowLayout(height=29, bar_top=3, bar_height=17, lane_top=22, lanes=2, lane_pitch=3)


#: Hours of a chart's width beside whose labels each hour's label has room.
MOST_LABELS = 16


@dataclass(frozen=True, slots=True)
class Axis:
    """The time axis of a day, whole hours at both ends."""

    from_s: int
    to_s: int
    day: int = 0

    def percent(self, moment_s: int) -> float:
        """Return where a moment lies, in percent of the width, held inside the chart."""
        share = (moment_s - self.from_s) / (self.to_s - self.from_s)
        return round(100 * min(1.0, max(0.0, share)), 3)

    def span(self, from_s: int, to_s: int, title: str = "") -> Span:
        """Return the stretch between two moments."""
        left = self.percent(from_s)
        return Span(left, round(self.percent(to_s) - left, 3), title)

    def hours(self) -> list[int]:
        """Return the moments with a line."""
        return list(range(self.from_s, self.to_s + 1, HOUR_S))

    def labels(self, problem: Problem, wording: Wording) -> list[tuple[int, str]]:
        """Return the moments to label with what the clock shows then; the first of another day says of which.

        Of a long day, as with a night in it, every second hour is labelled.
        """
        hours = self.hours()
        labelled = hours[:: 1 if len(hours) <= MOST_LABELS else 2]
        days = [problem.clock.day_of(hour) for hour in labelled]
        is_first = [day != before for day, before in zip(days, [self.day, *days], strict=False)]
        return [
            (hour, wording.hour(hour, problem, self.day if new else day))
            for hour, day, new in zip(labelled, days, is_first, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, in percent of the chart's width."""

    left: float
    width: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One service."""

    span: Span
    visit: int
    number: int
    heading: str
    detail: str
    late: bool
    pinned: bool
    is_crew: bool = False
    pause: Span | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """The mark of a promised window below its bar, and the stretch by which the start misses it."""

    span: Span
    visit: int
    lane: int
    late: bool


@dataclass(frozen=True, slots=True)
class GanttRow:
    """One technician's row; `index` is the technician's number on the page, `load` what his day is filled with."""

    index: int
    load: str
    top: int
    shift: Span
    overtime: Span | None
    travel: tuple[Span, ...]
    pause: Span | None
    at_branch: Span | None
    bars: tuple[Bar, ...]
    promises: tuple[Promise, ...]
    late: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class GanttBlock:
    """Rows under one time axis."""

    rows: tuple[GanttRow, ...]
    height: int


@dataclass(frozen=True, slots=True)
class Gantt:
    """The whole chart."""

    axis: Axis
    layout: RowLayout
    roomy: bool
    blocks: tuple[GanttBlock, ...]

    @property
    def rows(self) -> tuple[GanttRow, ...]:
        """All rows, block after block."""
        return tuple(row for block in self.blocks for row in block.rows)


def draw_gantt(
    problem: Problem,
    days: Sequence[TechnicianDay],
    visit_index: dict[str, int],
    wording: Wording,
    *,
    axis: Axis | None = None,
    person_index: Mapping[str, int] | None = None,
) -> Gantt:
    """Return the chart of one day with all its technicians, unused ones included.

    Parameters
    ----------
    visit_index, person_index
        The numbers by which page elements of one visit, and of one technician, find each other; by default a
        technician's number is the row's.
    axis
        By default the one that the day itself needs.
    """
    axis = axis or axis_of(problem, days)
    roomy = len(days) <= ROOMY_ROWS
    layout = _ROOMY if roomy else _COMPACT
    rows = [
        _row(
            problem,
            day,
            index=number if person_index is None else person_index[day.technician.technician_id],
            top=number % ROWS_PER_BLOCK * layout.height,
            axis=axis,
            layout=layout,
            visit_index=visit_index,
            wording=wording,
        )
        for number, day in enumerate(days)
    ]
    blocks = [rows[k : k + ROWS_PER_BLOCK] for k in range(0, len(rows), ROWS_PER_BLOCK)]
    return Gantt(axis, layout, roomy, tuple(GanttBlock(tuple(block), len(block) * layout.height) for block in blocks))


def axis_of(problem: Problem, days: Sequence[TechnicianDay], day: int = 0) -> Axis:
    """Return the axis of a day, whole hours that hold every shift and route of all the days given."""
    moments = [moment - problem.clock.moment_s(own.shift.day) for own in days for moment in _ends(own)]
    midnight_s = problem.clock.moment_s(day)
    if not moments:
        return Axis(midnight_s + 8 * HOUR_S, midnight_s + 18 * HOUR_S, day)
    first, last = min(moments) // HOUR_S, -(-max(moments) // HOUR_S)
    return Axis(midnight_s + first * HOUR_S, midnight_s + max(last, first + 1) * HOUR_S, day)


def _ends(day: TechnicianDay) -> tuple[int, ...]:
    """Return when a technician's shift and route begin and end."""
    shift, route = (day.shift.start_s, day.shift.end_s), day.route
    return (*shift, route.depart_s, route.return_s) if route else shift


def _row(
    problem: Problem,
    day: TechnicianDay,
    *,
    index: int,
    top: int,
    axis: Axis,
    layout: RowLayout,
    visit_index: dict[str, int],
    wording: Wording,
) -> GanttRow:
    t = wording.translate
    overtime = None
    if day.route and day.overtime_s:
        title = t("Overtime {duration}", duration=wording.duration(day.overtime_s))
        overtime = axis.span(day.shift.end_s, day.route.return_s, title)
    pause = None
    if day.break_s:
        from_s, to_s = day.break_s
        ends = {"from_": wording.clock(from_s, problem, axis.day), "to": wording.clock(to_s, problem, axis.day)}
        pause = axis.span(from_s, to_s, t("Break {from_}–{to}", **ends))
    return GanttRow(
        index=index,
        load=wording.share(day.load_share),
        top=top,
        shift=axis.span(day.shift.start_s, day.shift.end_s),
        overtime=overtime,
        travel=tuple(
            axis.span(
                leg.leave_s,
                leg.arrive_s,
                t(
                    "Travel {duration}, {distance}",
                    duration=wording.way(leg.drive_s, leg.door_s),
                    distance=wording.length(leg.metres),
                ),
            )
            for leg in day.legs
            if leg.travel_s > 0
        ),
        pause=pause,
        at_branch=_at_branch(problem, day, axis, wording),
        bars=tuple(
            _bar(problem, day, number=number, axis=axis, visit=visit_index[stop.visit_id], wording=wording)
            for number, stop in enumerate(day.stops, start=1)
        ),
        promises=_promises(problem, day, axis=axis, lanes=layout.lanes, visit_index=visit_index),
        late=tuple(axis.span(stop.start_s - stop.lateness_s, stop.start_s) for stop in day.stops if stop.lateness_s),
    )


def _at_branch(problem: Problem, day: TechnicianDay, axis: Axis, wording: Wording) -> Span | None:
    """Return the stop at the branch on the way; it may take no time at all."""
    pause = day.branch_stop
    if pause is None:
        return None
    return axis.span(pause.start_s, pause.end_s, branch_title(problem, day, wording))


def branch_title(problem: Problem, day: TechnicianDay, wording: Wording) -> str:
    """Return what the pointer shows on a technician's stop at the branch, a line per fact."""
    pause, t = day.branch_stop, wording.translate
    if pause is None:
        raise ValueError("a day without a stop at the branch has no title for it")
    clock = (wording.clock(moment_s, problem, day.shift.day) for moment_s in (pause.start_s, pause.end_s))
    parts = [need for stop in day.tours[1] if day.leads(stop) for need in stop.parts]
    lines = [t("Stop at the branch"), problem.branch.name, "–".join(clock)]
    if parts:
        lines.append(t("Pick up: {parts}", parts=wording.parts(added(parts), problem)))
    return "\n".join(lines)


def _bar(problem: Problem, day: TechnicianDay, *, number: int, axis: Axis, visit: int, wording: Wording) -> Bar:
    stop = day.stops[number - 1]
    facts = problem.visit_by_id[stop.visit_id]
    order, customer = problem.order_of(facts), problem.customer_of(facts)
    return Bar(
        span=axis.span(stop.start_s, stop.end_s, stop_title(problem, day, number=number, wording=wording)),
        visit=visit,
        number=number,
        heading=customer.name or stop.visit_id,
        detail=" ".join(filter(None, (stop.visit_id, wording.kind(order.kind)))),
        late=stop.lateness_s > 0,
        pinned=stop.pinned,
        is_crew=len(stop.crew) > 1,
        pause=axis.span(stop.pause.start_s, stop.pause.end_s, pause_text(problem, stop.pause, wording, axis.day))
        if stop.pause
        else None,
    )


def stop_title(problem: Problem, own: TechnicianDay, *, number: int, wording: Wording) -> str:
    """Return what the pointer shows on a stop of a technician's day, counted from 1, a line per fact."""
    t, stop, day = wording.translate, own.stops[number - 1], own.shift.day
    leave, leave_by = (wording.clock(s, problem, day) for s in (own.leaves_s(number - 1), stop.leave_by_s))
    visit = problem.visit_by_id[stop.visit_id]
    order, customer = problem.order_of(visit), problem.customer_of(visit)
    window = wording.window(stop.window, problem, day)
    told = t("Promised {window}", window=window) if problem.promises_of(visit) else t("Told {window}", window=window)
    lines = [
        f"{number} · {customer.name}",
        " · ".join(filter(None, (stop.visit_id, wording.kind(order.kind), visit.place.address))),
        f"{wording.clock(stop.start_s, problem, day)}–{wording.clock(stop.end_s, problem, day)}",
        *([pause_text(problem, stop.pause, wording, day)] if stop.pause else []),
        told,
        t("Leave {time}, by {latest} at the latest", time=leave, latest=leave_by),
    ]
    if len(stop.crew) > 1:
        lines.append(crew_text(problem, stop, wording))
    if visit.after:
        lines.append(t("After {visits}", visits=wording.listed(earlier.visit_id for earlier in visit.after)))
    if stop.lateness_s:
        lines.append(t("Late {duration}", duration=wording.duration(stop.lateness_s)))
    if stop.pinned:
        lines.append(t("Pinned"))
    return "\n".join(lines)


def pause_text(problem: Problem, pause: Pause, wording: Wording, day: int) -> str:
    """Return when a service rests: `Pause 11:30–12:10`."""
    from_, to = (wording.clock(moment_s, problem, day) for moment_s in (pause.start_s, pause.end_s))
    return wording.translate("Pause {from_}–{to}", from_=from_, to=to)


def crew_text(problem: Problem, stop: Stop, wording: Wording) -> str:
    """Return who serves a visit together and who leads: `Crew: Ann Li, Ben Li; Ann Li leads`."""
    names = {who: wording.person(who, problem) for who in stop.crew}
    people, lead = wording.listed(names.values()), names.get(stop.lead, stop.lead)
    if not lead:
        return wording.translate("Crew: {people}", people=people)
    return wording.translate("Crew: {people}; {lead} leads", people=people, lead=lead)


def _promises(
    problem: Problem, day: TechnicianDay, *, axis: Axis, lanes: int, visit_index: dict[str, int]
) -> tuple[Promise, ...]:
    """Lay the promised windows of a row into lanes, so that overlapping ones stay apart as long as there is room."""
    windows = [(window, stop) for stop in day.stops for window in _promised_for(problem, stop)]
    free_from = [axis.from_s] * lanes
    promises = []
    for window, stop in sorted(windows, key=lambda pair: (pair[0], pair[1].visit_id)):
        lane = next((k for k in range(lanes) if free_from[k] <= window.open_s), free_from.index(min(free_from)))
        free_from[lane] = window.close_s
        promises.append(
            Promise(
                axis.span(window.open_s, window.close_s),
                visit_index[stop.visit_id],
                lane,
                stop.start_s > window.close_s,
            )
        )
    return tuple(promises)


def _promised_for(problem: Problem, stop: Stop) -> Iterable[Interval]:
    """Return the promised window that a stop was told; none where nothing was promised."""
    promised = problem.promises_of(problem.visit_by_id[stop.visit_id])
    return [window for window in promised if window == stop.window]
