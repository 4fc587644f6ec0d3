"""When those come home who work on the day before the days to plan, as far as it was published: their rest begins then.

Without a word of it they are taken to be home at the end of their shift.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.technician import Shift

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.domain.plan import Route
    from optimizer.domain.problem import Problem


def with_known_returns(problem: Problem, routes: Iterable[Route]) -> Problem:
    """Return the problem with the shifts of the day before ending when their routes do.

    Parameters
    ----------
    routes
        Those of the plan published for the day before, on the problem's clock.
    """
    around = {(shift.technician_id, shift.day): shift for shift in problem.shifts_around}
    for route in routes:
        key = (route.technician_id, route.day)
        if route.day != -1 or route.technician_id not in problem.technician_by_id:
            continue
        shift = around.get(key) or Shift(route.technician_id, -1, route.depart_s, route.return_s)
        around[key] = replace(shift, end_s=route.return_s, overtime_limit_s=0)
    return replace(
        problem, shifts_around=tuple(around[key] for key in sorted(around, key=lambda key: (key[1], key[0])))
    )
