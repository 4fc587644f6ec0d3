"""The demo branch: made by its script, believable, and with the troubles it promises."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks.demo_branch import make_sheets
from optimizer.ingest.read import read_branch, read_branch_report

FOLDER = Path(__file__).parent.parent / "data" / "hangzhou"


@pytest.mark.parametrize("name", sorted(make_sheets()))
def test_the_files_are_what_the_script_makes(name: str) -> None:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        stored = list(csv.DictReader(stream))
    made = [{key: str(value) for key, value in row.items()} for row in make_sheets()[name]]
    assert stored == made


def test_it_reads_without_a_fault() -> None:
    problem, report = read_branch_report(FOLDER)
    assert problem is not None
    assert not report.has_errors
    assert len(problem.technicians) == 8
    assert len(problem.visits) == 60


def test_it_holds_the_troubles_of_a_real_day() -> None:
    problem = read_branch(FOLDER)
    demand = sum(need.quantity for visit in problem.visits for need in visit.parts if need.part_id == "P01")
    supply = sum(p.on_hand for p in problem.parts if p.part_id == "P01") + sum(
        a.quantity for a in problem.arrivals if a.part_id == "P01"
    )
    assert demand > supply
    assert {loan.technician_id for loan in problem.loans} == {"T01", "T03"}
    assert problem.customer_by_id["K015"].refused == {"T05", "T08"}
    assert sum(order.carried_over for order in problem.orders) == 4
    assert [visit.visit_id for visit in problem.visits if visit.crew_size > 1] == ["D019"]
    clash = [problem.order_by_id[key].promised for key in ("D016", "D017")]
    assert clash[0] == clash[1]
