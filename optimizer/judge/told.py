"""The judge's own reading of what people are told: the window of a customer, and from when on it can begin at all.

Without a line of what the plan was made with (docs/rules.md, Told windows).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.order import Interval
from optimizer.domain.units import FAR_FUTURE_S, HOUR_S, MINUTE_S
from optimizer.judge.windows import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.judge.facts import Facts, Service
    from optimizer.judge.timing import TimedStop, TimedTour


def first_arrivals(timed: Iterable[TimedTour]) -> dict[str, int]:
    """Return the earliest moment at which everybody of each visit can be there by these routes.

    It is that of a route whose visits take no time at all; its stop at the branch ends as planned.
    """
    found: dict[str, int] = {}
    for one in timed:
        for visit_id, moment_s in _arrivals(one):
            found[visit_id] = max(found.get(visit_id, -FAR_FUTURE_S), moment_s)
    return found


def _arrivals(timed: TimedTour) -> Iterator[tuple[str, int]]:
    tour, now_s = timed.tour, timed.tour.leaves_s
    for place, service in enumerate(tour.places):
        if place == tour.floor_leg:
            now_s = max(now_s, tour.floor_s)
        now_s += tour.legs_s[place]
        if service.visit is None:
            now_s = timed.places[place].end_s
            continue
        now_s = max(now_s, service.ready_s, service.floor_s, service.locked_from_s)
        yield service.visit.visit_id, now_s
        for window in service.windows:
            if now_s <= window.close_s + service.max_lateness_s:
                now_s = max(now_s, window.open_s)
                break


def told_windows(facts: Facts, timed: TimedTour, from_s: Mapping[str, int]) -> list[Interval | None]:
    """Return what the customer of each place is told; `None` for a stop at the branch.

    Parameters
    ----------
    from_s
        The earliest moment at which somebody can be at each visit.
    """
    return [
        None if service.visit is None else _told(facts, service, service.visit, stop, from_s)
        for service, stop in zip(timed.tour.places, timed.places, strict=True)
    ]


def _told(facts: Facts, service: Service, visit: Visit, stop: TimedStop, from_s: Mapping[str, int]) -> Interval:
    """Return the promised window used, else what was told before and still holds the start, else a new window.

    Whom a kept lock holds outside every window, and what has begun, is promised nothing.
    """
    problem, visit_id, start_s = facts.problem, visit.visit_id, stop.start_s
    promised = [
        said for said in sorted(problem.promises_of(visit)) if said.open_s < problem.end_s and said.close_s >= 0
    ]
    is_free = visit_id in problem.off_window | problem.begun.keys()
    if 0 <= stop.window < len(promised) and not is_free:
        return promised[stop.window]
    said = facts.published.get(visit_id)
    if said is not None and said.told is not None and said.told.open_s <= start_s <= said.told.close_s:
        return said.told
    half_s = problem.policy.told_half_width_s
    if not problem.policy.told_width_s:
        return Interval(start_s - half_s, start_s + half_s)
    opens_s, closes_s = _wide(problem, visit, start_s)
    words = words_of(problem, visit)
    bounds = [(_said_from(from_s[visit_id], start_s, problem.policy.told_grid_s), FAR_FUTURE_S)]
    bounds += [(stretch.open_s, stretch.close_s) for stretch in service.hours or ()]
    bounds += words[stop.window : stop.window + 1] if stop.window >= 0 else ()
    for first_s, last_s in bounds:
        if first_s <= start_s <= last_s:
            opens_s, closes_s = max(opens_s, first_s), min(closes_s, last_s)
    return Interval(opens_s, closes_s)


def _said_from(there_s: int, start_s: int, grid_s: int) -> int:
    """Return the moment at which somebody can be there, in the coarsest steps up to the start: 5 min, 1, or none."""
    steps_s = [step_s for step_s in (min(grid_s, 5 * MINUTE_S), min(grid_s, MINUTE_S)) if step_s]
    behind = [there_s + -there_s % step_s for step_s in steps_s]
    return next((moment_s for moment_s in behind if moment_s <= start_s), there_s)


def _wide(problem: Problem, visit: Visit, start_s: int) -> tuple[int, int]:
    """Return the window before anything is cut off it: the last on the grid to hold the start, or an earlier one."""
    day = problem.clock.day_of(start_s)
    midnight_s, noon_s = problem.clock.moment_s(day), problem.clock.moment_s(day, 12 * HOUR_S)
    if visit.place.approximate:
        return (midnight_s, noon_s) if start_s < noon_s else (noon_s, problem.clock.moment_s(day + 1))
    width_s = problem.policy.told_width_s[problem.customer_of(visit).kind]
    step_s = min(width_s, problem.policy.told_grid_s)
    if not step_s:
        return start_s, start_s + width_s
    opens_s = start_s - (start_s - midnight_s) % step_s
    # One step back at a time, while the first third of the window before holds the start as well.
    while 3 * (start_s - opens_s + step_s) <= width_s:
        opens_s -= step_s
    return opens_s, opens_s + width_s
