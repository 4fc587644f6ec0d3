"""What `paigong promise` looks at beside the rules: orders that are not planned, and what the published plan says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.ingest.plans.published import last_moment, published_plan, told_windows
from optimizer.judge.verdict import time_routes
from optimizer.promise.report import Published

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.order import Visit
    from optimizer.domain.planning_context import PlanningContext
    from optimizer.domain.problem import Problem


def with_aside(problem: Problem, context: PlanningContext) -> Problem:
    """Return the problem with the orders that today's plan has or has done, so that they can be asked about too."""
    customers = {customer.customer_id: customer for customer in problem.customers}
    return replace(
        problem,
        orders=(*problem.orders, *(aside.order for aside in context.aside)),
        visits=(*problem.visits, *(aside.visit for aside in context.aside)),
        customers=tuple(({aside.customer.customer_id: aside.customer for aside in context.aside} | customers).values()),
    )


def said_of(visit: Visit, branch: Path, problem: Problem) -> Published | None:
    """Return what the last plan published for these days says of a visit; `None` where there is none."""
    day, as_of = problem.first_day, problem.local_time(problem.as_of_s)
    moment, plan = last_moment(branch, day, as_of), published_plan(branch, day, as_of, time_routes=time_routes)
    if moment is None or plan is None:
        return None
    told, as_of_s = told_windows(branch, problem), problem.clock.moment_of(moment[1])
    stops = [(route, stop) for route in plan.routes for stop in route.stops if stop.visit_id == visit.visit_id]
    if not stops:
        return Published(as_of_s)
    _, stop = stops[0]
    rows = {said.visit_id: said.told for said in problem.published}
    window = stop.window if told is None else rows.get(stop.visit_id)
    return Published(as_of_s, tuple(route.technician_id for route, _ in stops), stop.start_s, window)
