"""Weeks of a branch, day by day: planned at 16:00, settled, opened, carried out with times drawn from a seed, closed.

A day is carried out along its published routes: each service takes longer or shorter than planned, what comes after it
begins later, and what would begin after the shift is over is not begun (`no_time`). Who has not said how an order of
the day before ended is asked in the morning. Each day is a folder of its own; the step to the next is that of `paigong
close`, so that a simulated branch is a branch like any other.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from shutil import copytree
from typing import TYPE_CHECKING, Any

from optimizer.day.close import close_day
from optimizer.day.next_folder import write_next
from optimizer.domain.planning_context import AsideState, Stage
from optimizer.ingest.forms.columns import ResultRow
from optimizer.ingest.forms.typed_rows import sheet_text
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.plans.plan_file import write_plan
from optimizer.ingest.plans.published import publish_plan
from optimizer.ingest.read import read_intake, read_rows
from optimizer.moments.draft_settle_open import plan_stage
from optimizer.moments.publications import beside_published
from optimizer.text.files import write_text
from optimizer.travel.provider import travel_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from optimizer.day.order_states import OrderState
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.ingest.forms.columns import OrderRow

    #: The orders that come in on a day, by its date and the day's own generator.
    Arrivals = Callable[[date, random.Random], list[OrderRow]]


@dataclass(frozen=True, slots=True)
class Luck:
    """How a day goes.

    Parameters
    ----------
    spread_pct
        By how much a service takes longer or shorter than planned at most, in percent.
    fails
        The share of visits that do not end the order, by the reason.
    """

    spread_pct: int = 30
    fails: dict[str, float] = field(default_factory=lambda: {"customer_absent": 0.04, "no_part": 0.03})

    def word(self, rng: random.Random) -> str:
        """Return how a visit ends: done, or why not."""
        drawn = rng.random()
        for reason, share in self.fails.items():
            if drawn < share:
                return reason
            drawn -= share
        return "done"


@dataclass(frozen=True, slots=True)
class SimulatedDay:
    """One day that was lived: what it cost by the judge, and what became of its orders."""

    day: date
    folder: Path
    cost_cents: int
    states: dict[str, OrderState]


def simulate_days(
    branch: Path,
    out: Path,
    *,
    days: int,
    seed: int = 0,
    iterations: int = 2_000,
    luck: Luck | None = None,
    arrivals: Arrivals | None = None,
    **options: Any,
) -> Iterator[SimulatedDay]:
    """Yield the days that a branch lives, each closed into a folder of `out` named by the next date.

    The branch itself is not touched: it is copied to where its first day is lived. The same seed gives the same days.

    Parameters
    ----------
    iterations
        Moves of each search: work, not time, so that a day can be repeated.
    arrivals
        The orders that come in; by default nobody calls.
    options
        As for `solve`.

    Raises
    ------
    InputError
        When a folder has faults.
    """
    day = read_intake(branch).checked().first_day
    here = out / day.isoformat()
    copytree(branch, here)
    for _ in range(days):
        lived, here = _live(here, out, random.Random(f"{seed}/{day}"), luck or Luck(), arrivals,
                            seed=seed, iterations=iterations, **options)  # fmt: skip
        day = read_intake(here).checked().first_day
        yield lived


def _live(
    here: Path, out: Path, rng: random.Random, luck: Luck, arrivals: Arrivals | None, **options: Any
) -> tuple[SimulatedDay, Path]:
    """Return a day that was lived in a folder, and the folder of the next day."""
    cost_cents = 0
    for stage in (Stage.DRAFT, Stage.SETTLE, Stage.OPEN):
        intake = read_intake(here, ReadOptions(stage))
        problem = intake.checked()
        matrix, as_of = travel_for(problem, here), problem.local_time(problem.as_of_s)
        problem, near, told = beside_published(problem, here, stage)
        reported = intake.context.reported
        solved = plan_stage(problem, matrix, near, seconds=None, told=told, reported=reported, **options).outcome
        file = out / "plan.json"
        write_plan(solved.plan, solved.problem, solved.matrix, {"stage": str(stage)}, file)
        publish_plan(file, solved.problem, here)
        file.unlink()
        cost_cents = solved.judgement.cost_cents
    _, sheets, _ = read_rows(here, ReadOptions())
    results = [entry.row for entry in sheets.results]
    results += [
        ResultRow(order_id=aside.order.order_id, result=luck.word(rng), at=as_of, parts_back=True)
        for aside in intake.context.aside
        if aside.state is AsideState.NO_RESULT
    ]
    results += carried_out(solved.problem, solved.plan, luck, rng)
    write_text(sheet_text("results", results), here / "results.csv")
    if arrivals is not None:
        came = [*(entry.row for entry in sheets.orders), *arrivals(problem.first_day, rng)]
        write_text(sheet_text("orders", came), here / "orders.csv")
    closed = close_day(here)
    following = out / closed.next_day.isoformat()
    write_next(closed, here, following)
    states = {order.order_id: order.state for order in closed.orders}
    return SimulatedDay(closed.day, here, cost_cents, states), following


def carried_out(problem: Problem, plan: Plan, luck: Luck, rng: random.Random) -> list[ResultRow]:
    """Return what is reported of the first day of a plan as it is carried out, by order; parts come back each evening.

    A service that ends early saves nobody time, because the next customer was told a window; one that ends late
    delays all that follows.
    """
    results: dict[str, ResultRow] = {}
    for route in plan.routes:
        shift = next(one for one in problem.shifts if (one.technician_id, one.day) == (route.technician_id, route.day))
        late_s = 0
        for stop in route.stops if route.day == 0 else ():
            spread, word = rng.randint(-luck.spread_pct, luck.spread_pct), luck.word(rng)
            start_s = stop.start_s + late_s
            if start_s >= shift.end_s:
                word, end_s = "no_time", shift.end_s
            else:
                end_s = start_s + stop.work_s * (100 + spread) // 100
                late_s = max(0, end_s - stop.end_s)
            order_id = problem.visit_by_id[stop.visit_id].order_id
            at = problem.local_time(end_s - end_s % 60)
            reported = ResultRow(
                order_id=order_id, result=word, at=at, technician_id=route.technician_id, parts_back=True
            )
            results.setdefault(order_id, reported)
    return [results[order_id] for order_id in sorted(results)]
