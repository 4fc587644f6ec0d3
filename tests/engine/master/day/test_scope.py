"""Every rule is held by the model of a day, or is refused by name where a problem uses it."""

from __future__ import annotations

from importlib import import_module

import pytest

from optimizer.domain.rules import Rule
from optimizer.engine.arrays import R_TRAVEL
from optimizer.engine.master.day import scope
from optimizer.engine.master.day.answers import Gap, Status
from optimizer.engine.master.day.scope import HELD
from optimizer.exact import Asked, answer
from optimizer.running.warming import tiny_problem


def test_every_rule_has_its_entry_in_the_order_of_the_rules() -> None:
    assert list(HELD) == list(Rule)


@pytest.mark.parametrize("rule", Rule)
def test_what_an_entry_names_is_there_and_says_what_it_does(rule: Rule) -> None:
    entry = HELD[rule]
    if isinstance(entry, str):
        assert entry.endswith(".")
        assert len(entry.split()) >= 4
        return
    for name in entry:
        module, _, function = name.partition(".")
        assert getattr(import_module(f"optimizer.engine.master.day.{module}"), function).__doc__


def test_what_the_model_does_not_hold_of_a_rule_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, matrix = tiny_problem()
    monkeypatch.setitem(scope.LACKING, Rule.TRAVEL, "travel has a price")
    monkeypatch.setitem(scope.USES, Rule.TRAVEL, lambda arrays: bool(arrays.rates[R_TRAVEL]))
    found = answer(problem, matrix, Asked(), effort=1.0).answer
    assert found.status is Status.NOT_MODELLED
    assert found.gaps == (Gap(Rule.TRAVEL, "travel has a price"),)
    assert found.cents is None


def test_a_day_that_is_too_large_is_not_even_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope, "MOST_ARCS", 3)
    assert answer(*tiny_problem(), Asked(), effort=1.0).answer.status is Status.UNKNOWN
