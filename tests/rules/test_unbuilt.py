"""A visit that needs a crew, a tool or another visit first is recognised and never planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import PartNeed
from optimizer.domain.rules import Rule

if TYPE_CHECKING:
    from tests.worlds import World


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"crew_size": 2}, Rule.CREW),
        ({"tools": (PartNeed("ladder", 1),)}, Rule.TOOL),
        ({"after": ("B",)}, Rule.PRECEDENCE),
    ],
)
def test_an_unbuilt_rule_keeps_a_visit_out(one_van: World, facts: dict[str, object], rule: Rule) -> None:
    needy = one_van.with_job("A", **facts)
    assert needy.broken({"Ann": ["B"]}) == []
    (violation,) = needy.judge({"Ann": ["A", "B"]}).violations
    assert (violation.rule, violation.amount, violation.unit) == (rule, 1, "visits")
    assert violation.message == f"Visit A needs the rule {rule}, which cannot be planned yet."
