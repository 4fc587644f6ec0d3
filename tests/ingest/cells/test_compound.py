"""Cells that hold more than one value: what comes before with its gaps, and loads, in English, Chinese and JSON."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.domain.order import GapFrom, Load, Predecessor, ToolNeed
from optimizer.domain.units import DAY_S, HOUR_S, MINUTE_S
from optimizer.ingest.cells.compound import parse_loads, parse_predecessors, parse_tool_needs
from optimizer.ingest.cells.values import CellFault

TWO_HOURS = Predecessor("V1", GapFrom.END, 2 * HOUR_S)
VISIT = Predecessor("V1", GapFrom.START, 30 * MINUTE_S, 4 * HOUR_S, same_people=True)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("V1", Predecessor("V1")),
        ("o 3", Predecessor("o 3")),
        ("V1 +2h", TWO_HOURS),
        ("V1 end +2h", TWO_HOURS),
        ("V1 +120", TWO_HOURS),
        ("V1 +1h60min", TWO_HOURS),
        ("V1 ＋2小时", TWO_HOURS),
        ("V1 +PT2H", TWO_HOURS),
        ("V1 ..1d", Predecessor("V1", max_gap_s=DAY_S)),
        ("V1 +1.5h..2天", Predecessor("V1", GapFrom.END, 90 * MINUTE_S, 2 * DAY_S)),
        ("V1 start", Predecessor("V1", GapFrom.START)),
        ("V1 same", Predecessor("V1", same_people=True)),
        ("V1 start+30min..4h same", VISIT),
        ("V1 START + 30 min .. 4 h SAME", VISIT),
        ("V1 开始+30分钟..4小时 同人", VISIT),
        ("V1 开始+30分钟～4小时 同一人", VISIT),
    ],
)
def test_a_predecessor_and_its_gap(cell: str, expected: Predecessor) -> None:
    assert parse_predecessors(cell) == (expected,)


def test_several_predecessors_are_sorted_and_each_is_read() -> None:
    assert [p.visit_id for p in parse_predecessors("B; A +1h；C")] == ["A", "B", "C"]
    both = parse_predecessors("A +1h; A start..5h")
    assert [(p.gap_from, p.max_gap_s) for p in both] == [(GapFrom.END, None), (GapFrom.START, 5 * HOUR_S)]


def test_json_says_the_same_with_ids_and_objects() -> None:
    visit = {"visit_id": "V1", "gap_from": "start", "min_gap": "PT30M", "max_gap": "PT4H", "same_people": True}
    assert parse_predecessors([visit, "V2"]) == (VISIT, Predecessor("V2"))
    assert parse_predecessors([{"visit_id": "V1 +2h"}]) == (Predecessor("V1 +2h"),)  # an object holds any id


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("V1 +2x", "AFTER_FORMAT"),
        ("V1 +", "AFTER_FORMAT"),
        ("V1 +-2h", "AFTER_FORMAT"),
        ("V1 +2h..", "AFTER_FORMAT"),
        ("V1 ..later", "AFTER_FORMAT"),
        ("V1 +4h..2h", "GAP_REVERSED"),
        ("V1; V1 +2h", "LIST_DOUBLE"),
        ([5], "LIST_OF_TEXTS"),
        ([{"id": "V1"}], "AFTER_FORMAT"),
        ([{"visit_id": "V1", "same_people": "yes"}], "AFTER_FORMAT"),
        ([{"visit_id": "V1", "min_gap": 30}], "AFTER_FORMAT"),
        ([{"visit_id": "V1", "min_gap": "-PT5M"}], "DURATION_NEGATIVE"),
        ([{"visit_id": "V1", "gap_from": "middle"}], "CHOICE"),
        ([{"visit_id": "V1", "min_gap": "PT2H", "max_gap": "PT1H"}], "GAP_REVERSED"),
    ],
)
def test_what_is_no_predecessor(cell: Any, code: str) -> None:
    with pytest.raises(CellFault) as caught:
        parse_predecessors(cell)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "cell", ["kg:20 crates:2", "kg:20; crates:2", "kg：20，crates：2", "crates:2 kg:20",
             [{"quantity": "kg", "amount": 20}, {"quantity": "crates", "amount": 2}]]
)  # fmt: skip
def test_loads_by_quantity(cell: Any) -> None:
    assert parse_loads(cell) == (Load("crates", 2), Load("kg", 20))


@pytest.mark.parametrize(
    ("cell", "code"), [("kg:-5", "AMOUNT_NEGATIVE"), ("kg:1.5", "AMOUNT_NEGATIVE"), ("kg:1 kg:2", "LIST_DOUBLE")]
)
def test_what_is_no_load(cell: str, code: str) -> None:
    with pytest.raises(CellFault) as caught:
        parse_loads(cell)
    assert caught.value.code == code


def test_tools_of_earlier_plans_are_read() -> None:
    assert parse_tool_needs([{"tool_id": "ladder", "quantity": 2}]) == (ToolNeed("ladder", 2),)
    assert parse_tool_needs([{"tool_id": "ladder", "units": 2}]) == parse_tool_needs("ladder:2")
