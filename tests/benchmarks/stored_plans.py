"""Plans of one instance of every format and of generated days, as they were valued when they were stored.

    python -m tests.benchmarks.stored_plans

makes them anew. Benchmark days keep their numbers whatever the rule book learns, so that is for new instances alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.instances import read_instance
from optimizer.judge.verdict import judge_plan, time_routes
from tests.benchmarks import worlds
from tests.benchmarks.generated_days import generated_day
from tests.test_solver import plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.instances import Instance

STORED = Path(__file__).with_suffix(".json")
FILES = (
    worlds.SIX_ORDERS,
    worlds.THREE_REQUESTS,
    worlds.FOUR_ERRANDS,
    worlds.THREE_CUSTOMERS,
    worlds.TWO_VEHICLES,
    worlds.TWO_PRIZES,
    worlds.THREE_PATIENTS,
)
#: Seed, technicians and orders of each generated day.
DAYS = ((1, 2, 10), (2, 4, 24), (3, 6, 40), (4, 8, 60), (5, 8, 60))


def instances() -> dict[str, Instance]:
    """Return the instances by name."""
    found = {path.name: read_instance(path) for path in FILES}
    with TemporaryDirectory() as folder:
        for seed, technicians, orders in DAYS:
            path = Path(folder) / f"generated_{technicians}x{orders}_{seed}.json"
            path.write_text(generated_day(seed, technicians=technicians, orders=orders), encoding="utf-8")
            found[path.name] = read_instance(path)
    return found


def valued(instance: Instance, routes: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what a plan is worth: the format's own objective and faults, the judge's violations and cents by rule."""
    problem, matrix = instance.build()
    judgement, measured = judge_plan(problem, matrix, time_routes(problem, matrix, routes)), instance.measure(routes)
    return {
        "objective": round(measured.value, 4),
        "unserved": measured.unserved,
        "faults": list(measured.faults),
        "broken": [violation.message for violation in judgement.violations],
        "cents": {rule.value: cents for rule, cents in judgement.costs.items() if cents},
    }


def planned(instance: Instance) -> dict[str, list[str]]:
    """Return the routes of a plan of few moves."""
    problem, matrix = instance.build()
    return plan_of(problem, matrix, moves=2_000, seed=1).routes_by_technician()


def main() -> None:
    """Make and value all plans, and write the file."""
    rows = {}
    for name, instance in instances().items():
        routes = planned(instance)
        rows[name] = {"routes": routes, **valued(instance, routes)}
    STORED.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
