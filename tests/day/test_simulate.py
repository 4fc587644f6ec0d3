"""A branch that lives: the same seed gives the same days, and no order is lost."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.day.simulate import Luck, carried_out, simulate_days
from optimizer.domain.units import at
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake, read_rows
from optimizer.judge.verdict import time_routes
from optimizer.travel.provider import travel_for
from tests.day.test_close import rows, world
from tests.ingest.worlds import write_folder

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from optimizer.day.simulate import SimulatedDay
    from optimizer.ingest.forms.columns import OrderRow


def lived(branch: Path, out: Path, *, days: int) -> list[SimulatedDay]:
    _, sheets, _ = read_rows(branch, ReadOptions())
    like = sheets.orders.entries[1].row

    def arrivals(day: date, rng: random.Random) -> list[OrderRow]:
        numbers = range(rng.randint(1, 2))
        return [like.but(order_id=f"N{day:%m%d}{number}", requested=(), due_day=None) for number in numbers]

    return list(simulate_days(branch, out, days=days, seed=7, iterations=50, arrivals=arrivals))


def assert_lived(tmp_path: Path, days: int) -> None:
    sheets = world()
    yesterdays = {"order_id": "O0", "requested": "", "planned_on": "2026-11-20", "planned_technician": "T1"}
    sheets["orders"].append(dict(sheets["orders"][1]) | yesterdays)
    branch = write_folder(tmp_path / "branch", sheets)
    one, two = (lived(branch, tmp_path / name, days=days) for name in ("one", "two"))
    assert [(day.day, day.cost_cents, day.states) for day in one] == [
        (day.day, day.cost_cents, day.states) for day in two
    ]
    assert len({day.day for day in one}) == days
    seen: set[str] = set()
    for day in one:
        assert seen <= set(day.states), "what was there is there, or archived"
        seen = {order for order, state in day.states.items() if state not in ("archived", "cancelled")}
    last = sorted((tmp_path / "one").iterdir())[-1]
    assert {row["order_id"] for row in rows(last, "orders")} == seen
    for name in ("orders", "parts", "loans", "technicians"):
        assert rows(last, name) == rows(tmp_path / "two" / last.name, name)


def test_the_same_seed_gives_the_same_days_and_no_order_is_lost(tmp_path: Path) -> None:
    assert_lived(tmp_path, 2)


@pytest.mark.night
def test_twenty_days_are_the_same_for_a_seed(tmp_path: Path) -> None:
    assert_lived(tmp_path, 20)


def test_a_service_that_takes_longer_delays_what_follows_until_the_shift_is_over(tmp_path: Path) -> None:
    branch = write_folder(tmp_path / "branch", world())
    problem = read_intake(branch).checked()
    plan = time_routes(problem, travel_for(problem, branch), {("T1", 0): ["O1", "O2"]})
    as_planned = carried_out(problem, plan, Luck(spread_pct=0, fails={}), random.Random(0))
    stops = plan.routes[0].stops
    assert [(row.order_id, row.result, row.at) for row in as_planned] == [
        (stop.visit_id, "done", problem.local_time(stop.end_s - stop.end_s % 60)) for stop in stops
    ]
    never = carried_out(problem, plan, Luck(spread_pct=0, fails={"no_part": 1.0}), random.Random(0))
    assert {row.result for row in never} == {"no_part"}
    slow = Luck(spread_pct=0, fails={})
    late = replace(plan.routes[0], stops=tuple(replace(stop, start_s=stop.start_s + at(12)) for stop in stops))
    assert {row.result for row in carried_out(problem, replace(plan, routes=(late,)), slow, random.Random(0))} == {
        "no_time"
    }
