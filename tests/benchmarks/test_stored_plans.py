"""Plans that were stored keep their objective and their cents, whatever the rule book has learned since."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.benchmarks.stored_plans import DAYS, FILES, STORED, instances, valued

if TYPE_CHECKING:
    from benchmarks.instances import Instance

ROWS: dict[str, dict[str, Any]] = json.loads(STORED.read_text(encoding="utf-8"))


@cache
def known() -> dict[str, Instance]:
    """Return the instances by name, read once."""
    return instances()


def test_there_is_a_plan_of_every_format_and_of_generated_days() -> None:
    assert list(ROWS) == list(known())
    assert {instance.format for instance in known().values()} == {"days", "pillac", "vrptw", "vrplib", "hhcrsp"}
    assert len(ROWS) == len(FILES) + len(DAYS) >= 10
    assert sum(len(stops) for row in ROWS.values() for stops in row["routes"].values()) > 150


@pytest.mark.parametrize("name", ROWS)
def test_a_stored_plan_keeps_its_objective_to_the_cent(name: str) -> None:
    row = ROWS[name]
    found = valued(known()[name], row["routes"])
    assert found == {key: value for key, value in row.items() if key != "routes"}
    assert found["faults"] == found["broken"] == []
