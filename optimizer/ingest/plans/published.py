"""The published plans of a branch: one file a publishing, beside the branch's own files; no server needed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.order import Interval
from optimizer.domain.plan import Pause
from optimizer.domain.planning_context import Stage
from optimizer.ingest.plans.plan_file import TimeRoutes, read_plan
from optimizer.text.files import write_text

if TYPE_CHECKING:
    from optimizer.domain.plan import Cause, Plan, Reason, Route, Stop, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.domain.wall_clock import WallClock
    from optimizer.text.files import JsonObject

#: How a file's name writes the moment of its plan.
_MOMENT = "%Y-%m-%dT%H%M"
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:_to_(\d{4}-\d{2}-\d{2}))?_planned_(\d{4}-\d{2}-\d{2}T\d{4})\.json")


def published_folder(branch: str | Path) -> Path:
    """Return where a branch keeps its published plans: `published` in its folder, or beside its one file."""
    path = Path(branch)
    return path / "published" if path.is_dir() else path.with_name(f"{path.stem}.published")


def publish_plan(plan_file: str | Path, problem: Problem, branch: str | Path) -> Path:
    """Keep a plan file as the plan to stay near, at once and as a whole; return where.

    Parameters
    ----------
    problem
        The problem of the plan file: its days and its moment name the copy.
    """
    folder = published_folder(branch)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / published_name(problem)
    write_text(Path(plan_file).read_text(encoding="utf-8"), target)
    return target


def published_name(problem: Problem) -> str:
    """Return the name of a published plan's file: for which days, and at which moment it was planned."""
    as_of = problem.local_time(problem.as_of_s)
    days = problem.first_day.isoformat() + (f"_to_{problem.last_day.isoformat()}" if problem.days > 1 else "")
    return f"{days}_planned_{as_of.strftime(_MOMENT)}.json"


def published_plan(branch: str | Path, day: date, as_of: datetime, *, time_routes: TimeRoutes) -> Plan | None:
    """Return what was published by a moment (local time of the branch) for a day, `None` when nothing was.

    The plan is on the clock of that day, and goes on over the days after it that were published too: of each day the
    last plan for it counts, and of each visit the last plan that has it. One that holds routes only is timed.

    Raises
    ------
    InputError
        When a file has faults.
    """
    if _newest(branch, day, as_of) is None:
        return None  # what is published for later days alone need not be read
    plans = _newest_first(branch, day, as_of, time_routes)
    newest = next(plan for first, last, plan in plans if first <= day <= last)
    days: set[int] = set()
    said: set[str] = set()
    routes: list[Route] = []
    left_out: list[UnassignedVisit] = []
    for first, last, plan in plans:
        own = range(max(0, (first - day).days), (last - day).days + 1)
        of_days = [route for route in plan.routes if route.day in own and route.day not in days]
        routes += [kept for kept in (_without(route, said) for route in of_days) if kept.stops]
        left_out += [visit for visit in plan.unassigned if visit.visit_id not in said] if plan is newest else []
        said |= {stop.visit_id for route in plan.routes for stop in route.stops}
        days.update(own)
    return replace(
        newest,
        routes=tuple(sorted(routes, key=lambda route: (route.day, route.technician_id))),
        unassigned=tuple(sorted(left_out, key=lambda visit: visit.visit_id)),
    )


def last_moment(branch: str | Path, day: date, as_of: datetime = datetime.max) -> tuple[Stage, datetime] | None:
    """Return stage and moment of the last plan published for a day by a moment, both in the branch's time.

    `None` where there is none.
    """
    newest = _newest(branch, day, as_of)
    if newest is None:
        return None
    return stage_of(_run_of(newest)), datetime.strptime(newest.planned, _MOMENT)


def stage_of(run: JsonObject) -> Stage:
    """Return the stage at which a plan was made, by its record; a plan from elsewhere, which says none, is a draft."""
    stated = run.get("stage")
    return Stage(stated) if stated in tuple(Stage) else Stage.DRAFT


def _run_of(entry: _File) -> JsonObject:
    """Return the record of a published plan: how it was made."""
    run: JsonObject = json.loads(entry.path.read_text(encoding="utf-8")).get("run", {})
    return run


def told_windows(branch: str | Path, problem: Problem) -> frozenset[str] | None:
    """Return the visits whose customers know the window of the plan to stay near; `None` where all of them do.

    A draft tells nobody, unless it was made too late for a settling: then only the rows of the branch were told.

    Parameters
    ----------
    problem
        As the branch states it, before a published plan is laid over its rows.
    """
    day, as_of = problem.first_day, problem.local_time(problem.as_of_s)
    newest = _newest(branch, day, as_of)
    if newest is None:
        return None
    notice = problem.local_time(problem.notice_deadline_s(0))
    if _run_of(newest).get("stage") != Stage.DRAFT or newest.planned > notice.strftime(_MOMENT):
        return None
    return frozenset(said.visit_id for said in problem.published if said.told is not None)


def published_for(branch: str | Path, day: date, as_of: datetime) -> list[Path]:
    """Return the files of the plans that were published by a moment for a day, the newest first."""
    own = (entry for entry in _files(branch, day, as_of) if entry.first <= day <= entry.last)
    return [entry.path for entry in sorted(own, reverse=True)]


def last_day_of(path: Path) -> date | None:
    """Return the last day of a published plan by the name of its file; `None` of any other file."""
    match = _NAME.fullmatch(path.name)
    return date.fromisoformat(match[2] or match[1]) if match else None


class _File(NamedTuple):
    """A published plan's file: when it was planned, and for which days."""

    planned: str
    first: date
    last: date
    path: Path


def _files(branch: str | Path, day: date, as_of: datetime) -> list[_File]:
    """Return the files of what was published by a moment for a day or later."""
    folder = published_folder(branch)
    found = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        match = _NAME.fullmatch(path.name)
        if match and match[3] <= as_of.strftime(_MOMENT) and (match[2] or match[1]) >= day.isoformat():
            found.append(_File(match[3], date.fromisoformat(match[1]), date.fromisoformat(match[2] or match[1]), path))
    return found


def _newest(branch: str | Path, day: date, as_of: datetime) -> _File | None:
    """Return the file of the last plan that was published by a moment for a day, `None` when there is none."""
    return max((entry for entry in _files(branch, day, as_of) if entry.first <= day <= entry.last), default=None)


def routes_before(
    branch: str | Path, clock: WallClock, as_of: datetime, *, time_routes: TimeRoutes
) -> tuple[Route, ...]:
    """Return the routes that were published by a moment for the day before a clock's first, on that clock.

    Raises
    ------
    InputError
        When a file has faults.
    """
    plan = published_plan(branch, clock.first_day - timedelta(days=1), as_of, time_routes=time_routes)
    return () if plan is None else tuple(route for route in _on_clock(plan, clock, -1).routes if route.day == -1)


def _newest_first(
    branch: str | Path, day: date, as_of: datetime, time_routes: TimeRoutes
) -> list[tuple[date, date, Plan]]:
    """Return first day, last day and plan, on the day's clock, of what was published by a moment for it or later."""
    plans: list[tuple[date, date, Plan]] = []
    open_days: set[date] | None = None
    for _, first, last, path in sorted(_files(branch, day, as_of), reverse=True):
        own = {first + timedelta(days=n) for n in range((last - first).days + 1)}
        if open_days is not None and own <= open_days:
            continue  # every day of it was published again later
        open_days = own | (open_days or set())
        problem, _, plan = read_plan(path, time_routes=time_routes)
        clock = replace(problem.clock, first_day=day)
        plans.append((first, last, _on_clock(plan, clock, (first - day).days)))
    return plans


def _on_clock(plan: Plan, clock: WallClock, days: int) -> Plan:
    """Return a plan on a clock whose day 0 lies `days` before the plan's own."""
    by_s = clock.moment_s(days)
    if by_s == 0:
        return plan

    def moved(stop: Stop) -> Stop:
        return replace(
            stop,
            arrive_s=stop.arrive_s + by_s,
            start_s=stop.start_s + by_s,
            end_s=stop.end_s + by_s,
            leave_by_s=stop.leave_by_s + by_s,
            window=Interval(stop.window.open_s + by_s, stop.window.close_s + by_s),
            pause=stop.pause and Pause(stop.pause.start_s + by_s, stop.pause.end_s + by_s),
        )

    routes = []
    for route in plan.routes:
        pause, stop = route.break_, route.branch_stop
        routes.append(
            replace(
                route,
                day=route.day + days,
                depart_s=route.depart_s + by_s,
                return_s=route.return_s + by_s,
                stops=tuple(map(moved, route.stops)),
                break_=pause and replace(pause, start_s=pause.start_s + by_s),
                branch_stop=stop
                and replace(
                    stop,
                    arrive_s=stop.arrive_s + by_s,
                    start_s=stop.start_s + by_s,
                    end_s=stop.end_s + by_s,
                    leave_by_s=stop.leave_by_s + by_s,
                ),
            )
        )

    def later(reason: Reason) -> Reason:
        moment_s = None if reason.moment_s is None else reason.moment_s + by_s
        return replace(reason, day=reason.day + days, moment_s=moment_s)

    def caused(cause: Cause | None) -> Cause | None:
        return None if cause is None else replace(cause, day=cause.day + days)

    left_out = (replace(v, reasons=tuple(map(later, v.reasons)), cause=caused(v.cause)) for v in plan.unassigned)
    return replace(plan, routes=tuple(routes), unassigned=tuple(left_out))


def _without(route: Route, visit_ids: set[str]) -> Route:
    """Return a route without visits of which a later plan says something else."""
    stops = tuple(stop for stop in route.stops if stop.visit_id not in visit_ids)
    stop = route.branch_stop
    if len(stops) == len(route.stops) or stop is None:
        return replace(route, stops=stops)
    before = sum(one.visit_id not in visit_ids for one in route.stops[: stop.before])
    return replace(route, stops=stops, branch_stop=replace(stop, before=before))
