"""The day as a Gantt chart: where every bar lies, in percent across and pixels down; the template draws it.

Percent across lets one drawing fill any screen while its text keeps its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.units import HOUR_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.domain.order import Interval
    from optimizer.domain.plan import Stop
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


@dataclass(frozen=True, slots=True)
class Axis:
    """The time axis, whole hours at both ends."""

    from_s: int
    to_s: int

    def percent(self, moment_s: int) -> float:
        """Return where a moment lies, in percent of the width, held inside the chart."""
        share = (moment_s - self.from_s) / (self.to_s - self.from_s)
        return round(100 * min(1.0, max(0.0, share)), 3)

    def span(self, from_s: int, to_s: int, title: str = "") -> Span:
        """Return the stretch between two moments."""
        left = self.percent(from_s)
        return Span(left, round(self.percent(to_s) - left, 3), title)

    def hours(self) -> list[int]:
        """Return the moments to label."""
        return list(range(self.from_s, self.to_s + 1, HOUR_S))


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


@dataclass(frozen=True, slots=True)
class Promise:
    """The mark of a promised window below its bar, and the stretch by which the start misses it."""

    span: Span
    visit: int
    lane: int
    late: bool


@dataclass(frozen=True, slots=True)
class GanttRow:
    """One technician's row."""

    index: int
    top: int
    shift: Span
    overtime: Span | None
    travel: tuple[Span, ...]
    pause: Span | None
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


def draw_gantt(problem: Problem, days: Sequence[TechnicianDay], visit_index: dict[str, int], wording: Wording) -> Gantt:
    """Return the chart of all technicians, unused ones included.

    Parameters
    ----------
    visit_index
        The number by which page elements of one visit find each other.
    """
    axis = _axis(days)
    roomy = len(days) <= ROOMY_ROWS
    layout = _ROOMY if roomy else _COMPACT
    rows = [
        _row(problem, day, index=index, axis=axis, layout=layout, visit_index=visit_index, wording=wording)
        for index, day in enumerate(days)
    ]
    blocks = [rows[k : k + ROWS_PER_BLOCK] for k in range(0, len(rows), ROWS_PER_BLOCK)]
    return Gantt(axis, layout, roomy, tuple(GanttBlock(tuple(block), len(block) * layout.height) for block in blocks))


def _axis(days: Sequence[TechnicianDay]) -> Axis:
    """Return whole hours that hold every shift and route."""
    moments = [moment for day in days for moment in (day.shift.start_s, day.shift.end_s)]
    for day in days:
        if day.route:
            moments += [day.route.depart_s, day.route.return_s]
    if not moments:
        return Axis(8 * HOUR_S, 18 * HOUR_S)
    first, last = min(moments) // HOUR_S, -(-max(moments) // HOUR_S)
    return Axis(first * HOUR_S, max(last, first + 1) * HOUR_S)


def _row(
    problem: Problem,
    day: TechnicianDay,
    *,
    index: int,
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
        pause = axis.span(from_s, to_s, t("Break {from_}–{to}", from_=wording.clock(from_s), to=wording.clock(to_s)))
    return GanttRow(
        index=index,
        top=index % ROWS_PER_BLOCK * layout.height,
        shift=axis.span(day.shift.start_s, day.shift.end_s),
        overtime=overtime,
        travel=tuple(
            axis.span(
                leg.leave_s,
                leg.arrive_s,
                t(
                    "Travel {duration}, {distance}",
                    duration=wording.duration(leg.travel_s),
                    distance=wording.kilometres(leg.metres),
                ),
            )
            for leg in day.legs
            if leg.travel_s > 0
        ),
        pause=pause,
        bars=tuple(
            _bar(problem, stop, number=number, axis=axis, visit=visit_index[stop.visit_id], wording=wording)
            for number, stop in enumerate(day.stops, start=1)
        ),
        promises=_promises(problem, day, axis=axis, lanes=layout.lanes, visit_index=visit_index),
        late=tuple(axis.span(stop.start_s - stop.lateness_s, stop.start_s) for stop in day.stops if stop.lateness_s),
    )


def _bar(problem: Problem, stop: Stop, *, number: int, axis: Axis, visit: int, wording: Wording) -> Bar:
    facts = problem.visit_by_id[stop.visit_id]
    order, customer = problem.order_of(facts), problem.customer_of(facts)
    return Bar(
        span=axis.span(stop.start_s, stop.end_s, stop_title(problem, stop, number=number, wording=wording)),
        visit=visit,
        number=number,
        heading=customer.name or stop.visit_id,
        detail=" ".join(filter(None, (stop.visit_id, wording.kind(order.kind)))),
        late=stop.lateness_s > 0,
        pinned=stop.pinned,
    )


def stop_title(problem: Problem, stop: Stop, *, number: int, wording: Wording) -> str:
    """Return what the pointer shows on a stop, a line per fact."""
    t = wording.translate
    visit = problem.visit_by_id[stop.visit_id]
    order, customer = problem.order_of(visit), problem.customer_of(visit)
    window = wording.window(stop.window)
    told = t("Promised {window}", window=window) if order.promised else t("Told {window}", window=window)
    lines = [
        f"{number} · {customer.name}",
        " · ".join(filter(None, (stop.visit_id, wording.kind(order.kind), visit.place.address))),
        f"{wording.clock(stop.start_s)}–{wording.clock(stop.end_s)}",
        told,
        t("Leave by {time}", time=wording.clock(stop.leave_by_s)),
    ]
    if stop.lateness_s:
        lines.append(t("Late {duration}", duration=wording.duration(stop.lateness_s)))
    if stop.pinned:
        lines.append(t("Pinned"))
    return "\n".join(lines)


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
    promised = problem.order_of(problem.visit_by_id[stop.visit_id]).promised
    return [window for window in promised if window == stop.window]
