"""Twenty days closed one into the next by the command: no order lost or doubled, stock and loans add up each day.

The days are drawn from a seed, and booked a second time here, in the plainest way: what came, what was picked up, what
came back, who still has what. Nobody needs a good plan for that: technicians take the orders in turn.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.ingest.plans.plan_file import write_plan
from optimizer.ingest.plans.published import publish_plan
from optimizer.ingest.read import read_intake
from optimizer.judge.verdict import time_routes
from optimizer.travel.provider import travel_for
from tests.day.test_close import Cells, rows
from tests.ingest.worlds import write_folder

if TYPE_CHECKING:
    from pathlib import Path


DAYS = 20
PEOPLE = ("T1", "T2", "T3")
PARTS = ("P1", "P2")
#: Where the orders of a folder still live, and where they have gone.
LIVING, GONE = {"open", "under_way", "carried_over", "done"}, {"archived", "cancelled"}


class Weeks:
    """A branch and its books, from day to day."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.rng, self.count = folder, random.Random(seed), 0
        self.received: set[str] = set()
        self.gone: set[str] = set()
        self.cancelled: set[str] = set()
        self.stock: Counter[str] = Counter(dict.fromkeys(PARTS, 9))
        #: The parts of each open loan, and what each visit without a result has picked up.
        self.loans: dict[str, tuple[str, int]] = {}
        self.out: dict[str, tuple[str, list[tuple[str, int]]]] = {}
        self.coming: list[tuple[date, str, int]] = []
        self.branch = folder / "day-00"
        hours = {"date": "2026-11-23", "start": "08:30", "end": "17:30"}
        write_folder(
            self.branch,
            {
                "branch": [{"branch_id": "HZ", "lat": "30.27", "lon": "120.15", "plan_date": "2026-11-23",
                            "as_of": "2026-11-20 16:00"}],
                "customers": [{"customer_id": f"C{n}"} for n in range(5)],
                "orders": [self.order("2026-11-20 10:00") for _ in range(8)],
                "technicians": [{"technician_id": who} for who in PEOPLE],
                "shifts": [hours | {"technician_id": who} for who in PEOPLE],
                "parts": [{"part_id": part, "on_hand": "9", "as_of": "2026-11-20 15:00"} for part in PARTS],
            },
        )  # fmt: skip

    def order(self, received: str) -> Cells:
        self.count += 1
        order_id = f"SO{self.count:03d}"
        self.received.add(order_id)
        part = self.rng.choice(["", f"{self.rng.choice(PARTS)}:{self.rng.randint(1, 2)}"])
        place = {"lat": f"30.{self.rng.randint(25, 29)}", "lon": f"120.1{self.rng.randint(0, 9)}"}
        customer = f"C{self.rng.randrange(5)}"
        return {"order_id": order_id, "customer_id": customer, "received": received, "service_min": "30",
                "parts": part, **place}  # fmt: skip

    def change(self, sheet: str, more: list[Cells]) -> None:
        """Add rows to a sheet, as people type them."""
        if more:
            write_folder(self.branch, {sheet: [*rows(self.branch, sheet), *more]})

    def live(self, number: int) -> None:
        """Plan a day, let it happen, and close it."""
        problem = read_intake(self.branch).checked()
        day = problem.first_day
        ids = [visit.visit_id for visit in problem.visits]
        routes = {(who, 0): ids[n::3][:3] for n, who in enumerate(PEOPLE)}
        matrix = travel_for(problem, self.branch)
        plan = time_routes(problem, matrix, {key: list(visits) for key, visits in routes.items() if visits})
        write_plan(plan, problem, matrix, {}, self.folder / "plan.json")
        publish_plan(self.folder / "plan.json", problem, self.branch)
        late = sorted(self.out)
        results = [self.result(order, f"{problem.local_time(problem.as_of_s).date()} 17:30") for order in late]
        served = [(stop, route.technician_id) for route in plan.routes for stop in route.stops]
        for stop, who in served:
            self.out[stop.visit_id] = (who, [(need.part_id, need.quantity) for need in stop.parts])
            self.stock.subtract(dict(self.out[stop.visit_id][1]))
        for place, (stop, _) in enumerate(served):
            luck = self.rng.random()
            if luck < 0.1 and place and stop.visit_id not in late:
                self.cancel(stop.visit_id)
            elif luck < 0.8:
                results.append(self.result(stop.visit_id, f"{day} 15:{place:02d}", day))
        self.change("results", results)
        self.come(day)
        self.give_back(day)
        self.change("orders", [self.order(f"{day} 09:30") for _ in range(self.rng.randint(2, 6))])
        self.close(number)

    def result(self, order: str, moment: str, day: date | None = None) -> Cells:
        word = self.rng.choice(["done", "done", "done", "no_time", "customer_absent", "no_part"])
        is_back = self.rng.random() < 0.6
        who, parts = self.out.pop(order)
        planned_on = (day or date.fromisoformat(moment[:10])).strftime("%Y%m%d")
        for part, count in parts:
            if is_back and word != "done":
                self.stock[part] += count
            elif not is_back:
                self.loans[f"{order}-{part}-{planned_on}"] = (part, count)
        return {"order_id": order, "result": word, "at": moment, "technician_id": who,
                "parts_back": "yes" if is_back else "no"}  # fmt: skip

    def cancel(self, order: str) -> None:
        """Take an order out of the sheet, although a plan has it; its parts are with whoever took them."""
        kept = [row for row in rows(self.branch, "orders") if row["order_id"] != order]
        write_folder(self.branch, {"orders": kept})
        del self.out[order]
        self.cancelled.add(order)

    def come(self, day: date) -> None:
        part, count, on = self.rng.choice(PARTS), self.rng.randint(1, 4), day + timedelta(days=self.rng.randint(0, 4))
        self.change("arrivals", [{"part_id": part, "quantity": str(count), "usable_on": on.isoformat()}])
        self.coming.append((on, part, count))
        for come, part, count in self.coming:
            self.stock[part] += count if come <= day else 0
        self.coming = [entry for entry in self.coming if entry[0] > day]

    def give_back(self, day: date) -> None:
        there = [row["loan_id"] for row in rows(self.branch, "loans")]
        back = [loan_id for loan_id in there if self.rng.random() < 0.5]
        returns = []
        for loan_id in back:
            part, count = self.loans.pop(loan_id)
            condition = self.rng.choice(["unused", "faulty"])
            self.stock[part] += count if condition == "unused" else 0
            returns.append({"loan_id": loan_id, "condition": condition, "at": f"{day} 14:00"})
        self.change("returns", returns)

    def close(self, number: int) -> None:
        """Close the day by the command, and compare the books."""
        out = self.folder / f"day-{number + 1:02d}"
        run = CliRunner().invoke(app, ["close", str(self.branch), "--out", str(out), "--lang", "en"])
        assert run.exit_code == 0, run.output
        again = CliRunner().invoke(app, ["close", str(self.branch), "--out", str(out), "--lang", "en"])
        assert "the same to the byte" in again.output
        said = rows(out / "archive" / sorted(path.name for path in (out / "archive").iterdir())[-1], "closed")
        state = {row["order_id"]: row["state"] for row in said}
        assert len(state) == len(said), "each order is something once"
        there = [row["order_id"] for row in rows(out, "orders")]
        assert sorted(there) == sorted(order for order, what in state.items() if what in LIVING)
        self.gone |= {order for order, what in state.items() if what in GONE}
        assert self.gone.isdisjoint(there)
        assert self.gone | set(there) == self.received
        assert {order for order, what in state.items() if what == "cancelled"} <= self.cancelled
        assert {row["part_id"]: int(row["on_hand"]) for row in rows(out, "parts")} == dict(self.stock)
        assert {row["loan_id"] for row in rows(out, "loans")} == set(self.loans)
        assert sum(row["state"] == "under_way" for row in said) == len(self.out)
        self.branch = out


def lived(folder: Path, seed: int, days: int) -> Weeks:
    folder.mkdir()
    weeks = Weeks(folder, seed)
    for number in range(days):
        weeks.live(number)
    return weeks


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_week_adds_up(tmp_path: Path) -> None:
    weeks = lived(tmp_path / "week", 1, 5)
    assert weeks.gone, "something was archived, or nothing is looked at"


@pytest.mark.night
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_twenty_days_add_up(seed: int, tmp_path: Path) -> None:
    weeks = lived(tmp_path / "weeks", seed, DAYS)
    assert weeks.gone - weeks.cancelled
    assert weeks.cancelled


@pytest.mark.night
def test_the_same_seed_gives_the_same_weeks(tmp_path: Path) -> None:
    lived(tmp_path / "one", 5, 10)
    lived(tmp_path / "two", 5, 10)
    assert files(tmp_path / "one") == files(tmp_path / "two")
