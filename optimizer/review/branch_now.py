"""A plan against the branch as it is now: what of its facts differs, and what the plan breaks with those of now."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule
from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog, IssueReport
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.promise.due_day import with_due_days
from optimizer.review.differences import Difference, Side, differences_touching
from optimizer.review.some_days import Frame, after_days, on_days
from optimizer.travel.plausible import travel_doubts
from optimizer.travel.provider import travel_for

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime
    from pathlib import Path

    from optimizer.domain.plan import Route
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.ingest.build.geocode import GeocoderSettings
    from optimizer.ingest.plans.plan_file import PlanFile
    from optimizer.travel.matrix import TravelMatrix


@dataclass(frozen=True, slots=True)
class Comparison:
    """A plan beside the facts of now.

    Parameters
    ----------
    differences
        What differs from the facts that it was made for and concerns it.
    violations
        What it breaks with the facts of now: who is there, when, with what. Its costs and what it leaves out are no
        claims about these.
    doubts
        What is doubtful about the branch of now, where it was read.
    """

    differences: tuple[Difference, ...] = ()
    violations: tuple[Violation, ...] = ()
    doubts: IssueReport = field(default_factory=IssueReport)


def compare_with_branch(
    file: PlanFile, branch: Path, *, as_of: datetime | None = None, geocoder: GeocoderSettings | None = None
) -> Comparison:
    """Judge a plan against its branch as it is now.

    Parameters
    ----------
    as_of
        What was reported after this moment is not seen; by default the plan's own moment.

    Raises
    ------
    InputError
        When the branch has faults, is another one, or plans other days.
    """
    run, moment = file.run, as_of or file.problem.local_time(file.problem.as_of_s)
    datum = run.get("datum")
    options = ReadOptions(
        as_of=moment,
        days=file.problem.days,
        skip_bad=run.get("skip_bad") is True,
        datum=datum if isinstance(datum, str) else None,
        geocoder=geocoder,
    )
    intake = read_intake(branch, options)
    problem = intake.checked()
    check_is_same(file.problem, problem, branch.name)
    matrix = travel_for(problem, branch)
    doubts = intake.report.with_more(travel_doubts(problem, matrix, branch))
    return replace(compare(file, problem, matrix), doubts=doubts)


def check_is_same(before: Problem, now: Problem, name: str, *, dates: Collection[date] | None = None) -> None:
    """Check that two problems are of one branch and of the same days.

    Parameters
    ----------
    name
        That of the file or folder of now.
    dates
        The days that both have to plan, where they need not plan the same.

    Raises
    ------
    InputError
        When they are not.
    """
    log = IssueLog(form="json", file=name)
    if before.branch.branch_id != now.branch.branch_id:
        log.add("PLAN_OTHER_BRANCH", value=before.branch.branch_id, branch=now.branch.branch_id)
    if dates is None:
        has_days = (before.first_day, before.days) == (now.first_day, now.days)
    else:
        has_days = all(one.first_day <= day <= one.last_day for one in (before, now) for day in dates)
    if not has_days:
        log.add("PLAN_OTHER_DAYS", value=_days(before), days=_days(now))
    if log.has_errors:
        raise InputError(log.report())


def _days(problem: Problem) -> str:
    first, last = problem.first_day.isoformat(), problem.last_day.isoformat()
    return first if first == last else f"{first} – {last}"


def compare(file: PlanFile, now: Problem, matrix: TravelMatrix, *, dates: Collection[date] | None = None) -> Comparison:
    """Judge a plan with the facts of now, which may be of a later moment.

    Parameters
    ----------
    dates
        The days of the plan, one after another, that these facts are about, where they are not about all of them; the
        facts may begin on another day than the plan.
    """
    plan, before = file.plan, with_due_days(file.problem, file.matrix)
    earlier: tuple[Route, ...] = ()
    if dates is not None:
        part = on_days(plan, before, now, dates)
        plan, before, now, earlier = part.plan, part.before, part.now, part.earlier
    frame = Frame(before, now)
    now = _as_planned(frame, matrix)
    then_and_now = Side.of(before, file.matrix), Side.of(now, matrix)
    if before.as_of_s == now.as_of_s and len({side.digests for side in then_and_now}) == 1:
        return Comparison()
    judged = after_days(now, file.problem, earlier)
    if file.is_timed:
        moved = frame.plan(plan)
    else:
        routes = {(route.technician_id, frame.day(route.day)): route.stop_ids for route in plan.routes}
        moved = time_routes(judged, matrix, routes)
    found = judge_plan(judged, matrix, moved, rules=file.rules).violations
    return Comparison(
        differences_touching(plan, *then_and_now),
        tuple(one for one in found if one.rule is not Rule.UNASSIGNED and one.unit != "cents"),
    )


def _as_planned(frame: Frame, matrix: TravelMatrix) -> Problem:
    """Return the problem of now with what planning added to the facts: what was told, received, due, locked and kept.

    That a lock was lifted changes nothing for a plan that keeps it; a new one or another counts.
    """
    before, now = frame.before, frame.now
    told = {entry.visit_id for entry in before.published}
    published = [frame.published(entry) for entry in before.published if entry.visit_id in now.visit_by_id]
    published += [entry for entry in now.published if entry.visit_id not in told]
    names = {(lock.visit_id, lock.level, lock.technician_id) for lock in now.locks}
    locked = (
        frame.lock(lock)
        for lock in before.locks
        if (lock.visit_id, lock.level, lock.technician_id) not in names
        and lock.visit_id in now.visit_by_id
        and lock.technician_id in now.technician_by_id
    )
    received = {
        order.order_id: frame.moment_s(order.log.acknowledged_s)
        for order in before.orders
        if order.log.acknowledged_s is not None
    }
    orders = tuple(
        replace(order, log=replace(order.log, acknowledged_s=received[order.order_id]))
        if order.log.acknowledged_s is None and order.order_id in received
        else order
        for order in now.orders
    )
    policy = replace(now.policy, broken_locks=before.policy.broken_locks)
    locks = (*now.locks, *locked)
    # When those came home who worked the day before, planning knows from what was published for it.
    around = tuple(s for s in before.shifts_around if s.day < 0 and s.technician_id in now.technician_by_id)
    around += tuple(shift for shift in now.shifts_around if shift.day >= 0)
    told_now = replace(now, published=tuple(published), orders=orders, policy=policy, locks=locks, shifts_around=around)
    return with_due_days(told_now, matrix)
