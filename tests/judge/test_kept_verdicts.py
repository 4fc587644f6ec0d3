"""The judge finds in 160 kept worlds what it found before: each violation, each cent, each moment."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from optimizer.domain.rules import Rule
from tests.judge.dealt import KEPT, WORLDS, verdict_of


@cache
def kept() -> list[dict[str, Any]]:
    return json.loads(KEPT.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.mark.parametrize("world", range(WORLDS))
def test_the_verdict_is_the_one_that_is_kept(world: int) -> None:
    assert verdict_of(world) == kept()[world]


def test_every_rule_is_broken_or_priced_somewhere() -> None:
    broken = {line.partition(" ")[0] for verdict in kept() for line in verdict["broken"]}
    assert broken >= {rule for rule in Rule if rule.is_hard} - {Rule.ONCE, Rule.READY}
    assert {rule for verdict in kept() for rule in verdict["costs"]} == {rule for rule in Rule if not rule.is_hard}
    assert sum(not verdict["broken"] for verdict in kept()) > 10
    assert any(verdict["accepted"] for verdict in kept())
