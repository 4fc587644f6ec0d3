"""When a clock asks for a call: its deadline, as long as nobody has called (docs/rules.md, Clocks)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.promise.clocks import ClockName, call_back_clock, clocks_of

if TYPE_CHECKING:
    from optimizer.domain.order import Visit
    from optimizer.domain.planning_context import SetAside
    from optimizer.promise.clocks import Clock
    from optimizer.report.papers.case import Case


def first_contact_clock(case: Case, visit: Visit) -> Clock:
    """Return the clock of the first contact with a customer."""
    return next(clock for clock in clocks_of(case.problem, visit) if clock.name is ClockName.FIRST_CONTACT)


def contact_deadline_s(case: Case, visit: Visit) -> int | None:
    """Return until when a customer is called first; `None` when no such clock runs."""
    return _deadline_s(case, visit, ClockName.FIRST_CONTACT, ClockName.EMERGENCY_CONTACT)


def acknowledge_deadline_s(case: Case, visit: Visit) -> int | None:
    """Return until when a technician confirms a visit that was dispatched; `None` when no such clock runs."""
    return _deadline_s(case, visit, ClockName.ACKNOWLEDGE)


def call_back_deadline_s(case: Case, aside: SetAside) -> int | None:
    """Return until when a customer is called back after a visit; `None` when it is not known when the visit ended."""
    return call_back_clock(case.problem, aside.order).deadline_s


def _deadline_s(case: Case, visit: Visit, *names: ClockName) -> int | None:
    running = [clock for clock in clocks_of(case.problem, visit) if clock.name in names and clock.stopped_s is None]
    return min((clock.deadline_s for clock in running if clock.deadline_s is not None), default=None)
