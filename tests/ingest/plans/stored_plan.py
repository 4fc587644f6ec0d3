"""Makes the stored plan of today's format, for the stored problem: what a later release has to open.

    python -m tests.ingest.plans.stored_plan tests/cases/formats/plan-2.json

Run it when the format or a figure has changed before it is out; files of formats that are out stay as they are.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.explain.unassigned import explain_unassigned
from optimizer.ingest.plans.plan_file import write_plan
from optimizer.ingest.read import problem_from_json
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.report.figures import kpis
from optimizer.travel.provider import travel_for

if TYPE_CHECKING:
    from optimizer.judge.verdict import Routes

#: A crew, a kept lock, a stop at the branch, a visit that nobody can serve.
STORED = Path(__file__).parents[2] / "cases/formats"
ROUTES: Routes = {"T1": ["O1", "O2"], "T2": ["O2", "0", "O4"]}
RUN = {"seed": 0, "versions": {"paigong": "0.1.0"}, "stage": "draft"}


def write_stored_plan(path: Path) -> None:
    """Write the plan file."""
    problem = problem_from_json(json.loads((STORED / "problem-1.json").read_text(encoding="utf-8")))
    matrix = travel_for(problem)
    plan = time_routes(problem, matrix, ROUTES)
    plan = replace(plan, unassigned=explain_unassigned(problem, matrix, plan))
    judgement = judge_plan(problem, matrix, plan)
    assert judgement.is_clean, judgement.violations
    figures = kpis(problem, matrix, plan)
    write_plan(plan, problem, matrix, RUN, path, kpis=figures, accepted=judgement.accepted)


if __name__ == "__main__":
    write_stored_plan(Path(sys.argv[1]))
