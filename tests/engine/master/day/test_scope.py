"""Every rule is held by the model of a day, or is refused by name where a problem uses it."""

from __future__ import annotations

from importlib import import_module

import pytest

from optimizer.domain.rules import Rule
from optimizer.engine.master.day.scope import HELD


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
