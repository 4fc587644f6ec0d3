"""Figures that only grow: counted among the jobs that are there, and kept of those that were deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, case, func, select

from api.statuses import ENDED, Status
from api.store.engine import insert_unless_there
from api.store.tables import jobs, totals

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Upper ends of the classes of solve times, in seconds.
SOLVE_CLASSES_S = (1, 2, 5, 10, 20, 60, 120, 300, 600, 3600)


def within(end_s: float) -> str:
    """Return the name of a class of solves: those that took so long at most."""
    return f"solves_within_{end_s:g}_s"


def ended(status: Status) -> str:
    """Return the name of the figure of jobs that ended so."""
    return f"ended_{status}"


def all_figures(tx: Connection) -> dict[str, float]:
    """Return every figure, by name, over all jobs that ever ended."""
    found = _counted(tx, jobs.c.status.in_(ENDED))
    for name, value in tx.execute(select(totals.c.name, totals.c.value)):
        found[name] = found.get(name, 0.0) + value
    return found


def keep_figures(tx: Connection, job_ids: list[str]) -> None:
    """Keep the figures of jobs that are deleted in this transaction."""
    for name, value in _counted(tx, jobs.c.job_id.in_(job_ids)).items():
        if value:
            row = insert_unless_there(tx, totals).values(name=name, value=value)
            grown = {"value": totals.c.value + row.excluded.value}
            tx.execute(row.on_conflict_do_update(index_elements=["name"], set_=grown))


def _counted(tx: Connection, which: ColumnElement[bool]) -> dict[str, float]:
    """Return the figures of some jobs that have ended: a solve is one that was solved, a plan is one that is there."""
    solved, has_plan = jobs.c.status == Status.SOLVED, jobs.c.state.is_not(None)
    figures: dict[str, ColumnElement[float]] = {
        "solves": _sum(solved, 1),
        "solve_s": _sum(solved, jobs.c.elapsed_s),
        "served": _sum(has_plan, jobs.c.served),
        "asked": _sum(has_plan, jobs.c.visits),
        "refused": _sum(jobs.c.failure["code"].as_string() == "PLAN_BREAKS_RULES", 1),
    }
    figures |= {within(end): _sum(solved & (jobs.c.elapsed_s <= end), 1) for end in SOLVE_CLASSES_S}
    figures |= {ended(status): _sum(jobs.c.status == status, 1) for status in sorted(ENDED)}
    row = tx.execute(select(*figures.values()).where(which)).one()
    return {name: float(value or 0) for name, value in zip(figures, row, strict=True)}


def _sum(which: ColumnElement[bool], what: object) -> ColumnElement[float]:
    return func.sum(case((which, what), else_=0))
