"""One order of a branch in China, for the cases of promises and clocks, with the calendar of 2026 by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.domain.order import Customer, Order, Place, ServiceLog, Visit
from optimizer.domain.policy import Policy
from optimizer.domain.problem import Branch, Problem
from optimizer.domain.working_time import WorkingCalendar
from optimizer.travel.matrix import UNREACHABLE, TravelMatrix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.promise import PromiseProfile

#: The day to plan of every case: Monday 23 November 2026.
FIRST_DAY = date(2026, 11, 23)
HOME = Place(31.2, 121.4)
_METRES_PER_DEGREE = math.radians(1) * 6_371_008.8

#: Public holidays of 2026, first and last day, and the weekend days worked instead.
_HOLIDAYS = [
    ("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"),
    ("06-19", "06-21"), ("09-25", "09-27"), ("10-01", "10-07"),
]  # fmt: skip
_WORKED = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


def _public_days() -> dict[date, bool]:
    days = {date.fromisoformat(f"2026-{day}"): True for day in _WORKED}
    for first, last in _HOLIDAYS:
        day = date.fromisoformat(f"2026-{first}")
        while day <= date.fromisoformat(f"2026-{last}"):
            days[day] = False
            day += timedelta(days=1)
    # Of 2027 only the days fixed by law are known in November 2026.
    days[date(2027, 1, 1)] = False
    return days


PUBLIC_DAYS = _public_days()


def moment(text: str) -> int:
    """Return the clock's seconds of `11-21 10:00` (of 2026), `2025-12-31 10:00` or a bare date (its midnight)."""
    day, _, time = text.partition(" ")
    full = day if day.count("-") == 2 else f"2026-{day}"
    point = datetime.fromisoformat(f"{full} {time or '00:00'}")
    return round((point - datetime.combine(FIRST_DAY, datetime.min.time())).total_seconds())


def a_day(text: str) -> date:
    """Return the date of `11-21` (of 2026) or `2027-01-04`."""
    return date.fromisoformat(text if text.count("-") == 2 else f"2026-{text}")


def north(km: float) -> Place:
    """Return the place so many kilometres north of the branch, as the crow flies."""
    return Place(HOME.lat + km * 1000 / _METRES_PER_DEGREE, HOME.lon)


#: A square whose sides lie 0.1 degrees away from the branch.
SQUARE = (Place(31.1, 121.3), Place(31.1, 121.5), Place(31.3, 121.5), Place(31.3, 121.3))
#: The square without its north-east quarter.
ELL = (
    Place(31.1, 121.3), Place(31.1, 121.5), Place(31.2, 121.5),
    Place(31.2, 121.4), Place(31.3, 121.4), Place(31.3, 121.3),
)  # fmt: skip


def promise_world(
    *,
    received: str | None = None,
    km: float | None = 10.0,
    place: Place | None = None,
    radius_km: float | None = 25.0,
    area: tuple[Place, ...] = (),
    is_reachable: bool = True,
    days: Mapping[str, bool] | None = None,
    ready: str | None = None,
    due: str | None = None,
    agreed: str | None = None,
    as_of: str = "11-20 16:00",
    profile: PromiseProfile | None = None,
    log: Mapping[str, str] | None = None,
    **facts: Any,
) -> tuple[Problem, TravelMatrix, Visit]:
    """Return a branch with one order; `km` is the matrix distance, `None` when the matrix has no metres.

    The place lies as far north as the matrix says, unless another is given. `log` holds moments by the name of the
    field without its `_s`.
    """
    calendar = PUBLIC_DAYS | {a_day(text): working for text, working in (days or {}).items()}
    branch = Branch(
        "B",
        "Branch",
        HOME,
        calendar=WorkingCalendar(calendar, frozenset({2027})),
        service_area=area,
        service_radius_m=None if radius_km is None else round(radius_km * 1000),
    )
    order = Order(
        "V",
        "C",
        received_s=None if received is None else moment(received),
        due_day=None if due is None else a_day(due),
        agreed_day=None if agreed is None else a_day(agreed),
        log=ServiceLog(**{f"{name}_s": moment(text) for name, text in (log or {}).items()}),
    )
    away = north(10.0 if km is None else km) if place is None else place
    visit = Visit("V", "V", away, 1800, ready_s=None if ready is None else moment(ready))
    policy = Policy(arrival_lead_s=0)
    problem = Problem(
        branch=branch,
        first_day=FIRST_DAY,
        as_of_s=moment(as_of),
        customers=(Customer("C", "Wang"),),
        orders=(replace(order, **facts),),
        visits=(visit,),
        technicians=(),
        shifts=(),
        policy=policy if profile is None else replace(policy, promise=profile),
    )
    return problem, _matrix(km, is_reachable=is_reachable), visit


def _matrix(km: float | None, *, is_reachable: bool) -> TravelMatrix:
    seconds, metres = np.zeros((1, 2, 2), dtype=np.int32), np.zeros((1, 2, 2), dtype=np.int32)
    seconds[0, 0, 1] = seconds[0, 1, 0] = 1800 if is_reachable else UNREACHABLE
    metres[0, 0, 1] = metres[0, 1, 0] = UNREACHABLE if km is None else round(km * 1000)
    return TravelMatrix(("branch", "V"), ("car",), seconds, metres)
