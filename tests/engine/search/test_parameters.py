"""Search parameters are set by name, and nothing else passes for one."""

from __future__ import annotations

import pytest

from optimizer.engine.search.parameters import PARAM_BLINK, PARAM_REMOVED, PARAMETERS, parameter_values


def test_every_parameter_has_an_entry_of_its_own() -> None:
    entries = [entry for entry, _, _ in PARAMETERS.values()]
    assert sorted(entries) == list(range(len(PARAMETERS)))


def test_a_changed_parameter_leaves_the_others_as_they_are() -> None:
    usual, changed = parameter_values({}), parameter_values({"blink": 0})
    assert changed[PARAM_BLINK] == 0
    assert changed[PARAM_REMOVED] == usual[PARAM_REMOVED] > 0
    assert (changed != usual).sum() == 1


@pytest.mark.parametrize("changed", [{"blinks": 1}, {"blink": -1}])
def test_an_unknown_parameter_or_a_negative_value_is_refused(changed: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected one of removed, string"):
        parameter_values(changed)
