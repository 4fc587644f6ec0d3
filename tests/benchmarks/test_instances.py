"""Formats are found by content; best-known values come from the table beside the instance."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from benchmarks.errors import FormatError
from benchmarks.instances import BestKnown, read_instance
from benchmarks.measure import Measured
from optimizer.domain.rules import Rule
from optimizer.judge.costs import price_plan
from optimizer.judge.facts import Facts
from tests.benchmarks.worlds import (
    FOUR_ERRANDS,
    SIX_ORDERS,
    SIX_ORDERS_ROUTES,
    THREE_CUSTOMERS,
    THREE_PATIENTS,
    THREE_REQUESTS,
    THREE_REQUESTS_ROUTES,
    TWO_PRIZES,
    TWO_VEHICLES,
)

if TYPE_CHECKING:
    from pathlib import Path

#: One instance of every format.
WORLDS = (SIX_ORDERS, THREE_REQUESTS, FOUR_ERRANDS, THREE_CUSTOMERS, TWO_VEHICLES, TWO_PRIZES, THREE_PATIENTS)


def test_formats_are_found_by_content_whatever_the_name(tmp_path: Path) -> None:
    for source, expected in ((SIX_ORDERS, "days"), (THREE_REQUESTS, "pillac")):
        copy = tmp_path / f"{source.stem}.dat"
        shutil.copy(source, copy)
        assert read_instance(copy).format == expected


def test_an_instance_builds_its_problem_and_values_routes() -> None:
    day = read_instance(SIX_ORDERS)
    problem, matrix = day.build()
    assert matrix.keys == tuple(problem.places())
    assert day.measure(SIX_ORDERS_ROUTES).value == 134_961
    assert read_instance(THREE_REQUESTS).measure(THREE_REQUESTS_ROUTES).value == pytest.approx(310.8)


@pytest.mark.parametrize("source", WORLDS, ids=lambda source: source.name)
def test_a_rule_that_no_format_knows_costs_nothing_in_any(source: Path) -> None:
    costs = price_plan(Facts(*read_instance(source).build()), (), ())
    assert {rule for rule, cents in costs.items() if cents} == {Rule.UNASSIGNED}


def test_best_known_values_come_from_the_table_beside(tmp_path: Path) -> None:
    for name in ("R1.txt", "R2.txt", "R3.txt"):
        shutil.copy(THREE_REQUESTS, tmp_path / name)
    table = "instance,bks,convention,unserved_requests\nR1,300.5,minutes,0\nR2,200,minutes,1\n"
    (tmp_path / "bks.csv").write_text(table, encoding="utf-8")
    assert read_instance(tmp_path / "R1.txt").best_known == BestKnown(300.5, 0)
    assert read_instance(tmp_path / "R2.txt").best_known == BestKnown(200.0, 1)
    assert read_instance(tmp_path / "R3.txt").best_known is None
    assert read_instance(THREE_REQUESTS).best_known is None


def test_a_gap_compares_plans_that_leave_out_the_same_number(tmp_path: Path) -> None:
    shutil.copy(THREE_REQUESTS, tmp_path / "R1.txt")
    (tmp_path / "bks.csv").write_text("instance,bks\nR1,300\n", encoding="utf-8")
    instance = read_instance(tmp_path / "R1.txt")
    assert instance.gap_pct(Measured(303.0, unserved=0)) == pytest.approx(1.0)
    assert instance.gap_pct(Measured(250.0, unserved=1)) is None
    assert instance.gap_pct(Measured(303.0, unserved=0, faults=("late",))) is None


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("hello", encoding="utf-8")
    with pytest.raises(FormatError, match=r"x\.txt: not in a known format \(days, pillac, vrptw, vrplib, hhcrsp\)"):
        read_instance(tmp_path / "x.txt")
