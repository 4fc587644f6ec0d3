"""The technician is required or at least not refused, and serves the area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.rules import Rule

if TYPE_CHECKING:
    from tests.worlds import World

ONE_FAULT = [(Rule.ALLOWED, 1)]


@pytest.mark.parametrize(
    ("facts", "people_allowed"),
    [
        ({}, {"Ann", "Ben"}),
        ({"required": frozenset({"Ann"})}, {"Ann"}),
        ({"prohibited": frozenset({"Ann"})}, {"Ben"}),
        ({"refused": frozenset({"Ben"})}, {"Ann"}),
        ({"required": frozenset({"Ann", "Ben"}), "refused": frozenset({"Ann"})}, {"Ben"}),
    ],
)
def test_who_may_serve(two_vans: World, facts: dict[str, object], people_allowed: set[str]) -> None:
    made = two_vans.with_job("B", **facts)
    for who in ("Ann", "Ben"):
        assert made.broken({who: ["B"]}) == ([] if who in people_allowed else ONE_FAULT)


def test_an_area_binds_only_when_both_sides_state_one(two_vans: World) -> None:
    north = two_vans.with_job("B", area="north")
    at_south = north.with_technician("Ann", areas=frozenset({"south"}))
    assert north.broken({"Ann": ["B"]}) == []
    assert at_south.broken({"Ann": ["B"]}) == ONE_FAULT
    assert at_south.broken({"Ann": ["C"]}) == []
    assert north.with_technician("Ann", areas=frozenset({"south", "north"})).broken({"Ann": ["B"]}) == []


def test_the_message_says_who_refuses_whom(two_vans: World) -> None:
    (violation,) = two_vans.with_job("B", refused=frozenset({"Ben"})).judge({"Ben": ["B"]}).violations
    assert violation.message == "The customer of visit B refuses Ben."
