"""The judge finds in each kept world what it found before: each violation, each cent, each moment."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from optimizer.domain.rules import Rule
from tests.judge.dealt import KEPT, SEEDS, verdict_of


@cache
def kept() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("world", SEEDS)
def test_the_verdict_is_the_one_that_is_kept(world: int) -> None:
    assert verdict_of(world) == kept()[SEEDS.index(world)]


def test_as_many_verdicts_as_worlds_are_kept() -> None:
    assert len(kept()) == len(SEEDS)


def test_every_rule_is_broken_or_priced_somewhere() -> None:
    broken = {line.partition(" ")[0] for verdict in kept() for line in verdict["broken"]}
    assert broken >= {rule for rule in Rule if rule.is_hard} - {Rule.ONCE, Rule.READY, Rule.FLOOR}
    assert {rule for verdict in kept() for rule in verdict["costs"]} == {rule for rule in Rule if not rule.is_hard}
    assert sum(not verdict["broken"] for verdict in kept()) > 10
    assert any(verdict["accepted"] for verdict in kept())
