"""Dials are set by name, and nothing else passes for one."""

from __future__ import annotations

import pytest

from optimizer.engine.search.dials import D_BLINK, D_REMOVED, DIALS, dial_values


def test_every_dial_has_a_place_of_its_own() -> None:
    places = [place for place, _, _ in DIALS.values()]
    assert sorted(places) == list(range(len(DIALS)))


def test_a_changed_dial_leaves_the_others_as_they_are() -> None:
    usual, changed = dial_values({}), dial_values({"blink": 0})
    assert changed[D_BLINK] == 0
    assert changed[D_REMOVED] == usual[D_REMOVED] > 0
    assert (changed != usual).sum() == 1


@pytest.mark.parametrize("changed", [{"blinks": 1}, {"blink": -1}])
def test_an_unknown_dial_or_a_negative_value_is_refused(changed: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected one of removed, string"):
        dial_values(changed)
