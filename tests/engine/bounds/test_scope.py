"""Every rule has its place in the bound, and what is left out of one is named where a problem uses it."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import pytest

from optimizer.domain.order import Load, ToolNeed
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Tool
from optimizer.engine.bounds.scope import HELD, USES, Where, relaxed_in
from optimizer.engine.indexing import build_arrays
from optimizer.running.warming import tiny_problem


def test_every_rule_has_its_entry_in_the_order_of_the_rules() -> None:
    assert list(HELD) == list(Rule)


@pytest.mark.parametrize("rule", Rule)
def test_an_entry_names_what_holds_a_rule_or_says_what_is_left_out(rule: Rule) -> None:
    held = HELD[rule]
    assert bool(held.by) == (held.where in (Where.LABEL, Where.ROW, Where.PRICE))
    for name in held.by:
        module, _, function = name.partition(".")
        assert getattr(import_module(f"optimizer.engine.bounds.{module}"), function).__doc__
    if held.where is Where.RELAXED:
        assert held.without
    if held.without:
        assert held.without.endswith(".")
        assert len(held.without.split()) >= 4


def test_whatever_is_left_out_is_looked_for() -> None:
    assert {rule for rule, held in HELD.items() if held.without} == set(USES)


def test_a_plain_day_relaxes_nothing() -> None:
    problem, matrix = tiny_problem()
    assert relaxed_in(build_arrays(problem, matrix).arrays) == ()


def test_what_a_problem_uses_of_what_is_left_out_is_named() -> None:
    problem, matrix = tiny_problem()
    visits = tuple(replace(v, tools=(ToolNeed("ladder", 1),), loads=(Load("kg", 5),)) for v in problem.visits)
    problem = replace(problem, visits=visits, tools=(Tool("ladder", "ladder", 1),))
    assert relaxed_in(build_arrays(problem, matrix).arrays) == (Rule.LOAD, Rule.TOOL)
