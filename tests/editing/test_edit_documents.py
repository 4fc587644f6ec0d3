"""Edits as JSON: read as they are written, and every fault of their form at once."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.problem import LockLevel
from optimizer.domain.units import MINUTE_S
from optimizer.editing.edit_documents import edits_from_json, edits_to_json
from optimizer.editing.edits import Allow, Fix, Forbid, Move, Release, Unassign
from optimizer.errors import InputError
from tests.worlds import job, person, world

PROBLEM = world([job("A", place=10)], [person("Ann"), person("Ben")], days=2).problem


def test_edits_are_read_as_they_are_written() -> None:
    edits = [
        Move("A", "Ann"),
        Move("A", "Ben", day=1, position=0, crew=("Ann",)),
        Fix("A"),
        Fix("A", LockLevel.START, 10 * MINUTE_S),
        Release("A"),
        Forbid("A", "Ann"),
        Unassign("A"),
        Allow(LimitException("A", HouseLimit.OVERTIME, 30 * MINUTE_S, "Li", "the customer waits", "Ann")),
        Allow(LimitException("A", HouseLimit.VISITS, 2, "Li", "a short one")),
    ]
    written = edits_to_json(edits, PROBLEM)
    assert edits_from_json(written, PROBLEM) == edits
    assert written[:2] == [
        {"edit": "move", "visit": "A", "technician": "Ann"},
        {"edit": "move", "visit": "A", "technician": "Ben", "date": "2026-11-24", "position": 0, "crew": ["Ann"]},
    ]
    assert written[7]["amount"] == 30


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        ([], "EDIT_SHAPE", "/edits"),
        ({"edit": "move"}, "EDIT_SHAPE", "/edits"),
        ([{"edit": "swap", "visit": "A"}], "EDIT_SHAPE", "/edits/0"),
        ([{"edit": "move", "visit": "A"}], "KEY_MISSING", "/edits/0/technician"),
        ([{"edit": "unlock", "visit": "A", "levle": "day"}], "PLAN_KEY_UNKNOWN", "/edits/0/levle"),
        ([{"edit": "unlock", "visit": 7}], "EDIT_SHAPE", "/edits/0/visit"),
        ([{"edit": "move", "visit": "A", "technician": "Ann", "position": -1}], "EDIT_SHAPE", "/edits/0/position"),
        ([{"edit": "move", "visit": "A", "technician": "Ann", "date": "24.11.2026"}], "EDIT_SHAPE", "/edits/0/date"),
        ([{"edit": "move", "visit": "A", "technician": "Ann", "crew": "Ben"}], "EDIT_SHAPE", "/edits/0/crew"),
        ([{"edit": "lock", "visit": "A", "level": "prefix"}], "EDIT_SHAPE", "/edits/0/level"),
        ([{"edit": "allow", "visit": "A", "rule": "skill", "amount": 1, "by": "Li", "why": "x"}],
         "EDIT_SHAPE", "/edits/0/rule"),
    ],
)  # fmt: skip
def test_a_form_that_is_none_is_named_with_its_place(document: Any, code: str, path: str) -> None:
    with pytest.raises(InputError) as raised:
        edits_from_json(document, PROBLEM)
    assert [(issue.code, issue.path) for issue in raised.value.report.errors] == [(code, path)]
