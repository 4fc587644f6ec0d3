"""Every skill needed is held at its level, with a certificate valid that day."""

from __future__ import annotations

from datetime import timedelta

from optimizer.domain.order import Urgency
from optimizer.domain.policy import Floor
from optimizer.domain.rules import Rule
from optimizer.domain.technician import HeldSkill
from tests.worlds import MONDAY, World


def test_a_visit_without_needs_is_for_everyone(two_vans: World) -> None:
    assert two_vans.broken({"Ben": ["B"]}) == []


def test_one_level_too_low_is_one_level(two_vans: World) -> None:
    # Ben holds aircon at 1, A needs 2.
    assert two_vans.broken({"Ben": ["A"]}) == [(Rule.SKILL, 1)]


def test_the_level_needed_is_enough(two_vans: World) -> None:
    same = two_vans.with_technician("Ben", skills=(HeldSkill("aircon", 2),))
    assert same.broken({"Ben": ["A"]}) == []


def test_a_skill_not_held_is_missing_with_all_its_levels(two_vans: World) -> None:
    without = two_vans.with_technician("Ben", skills=())
    (violation,) = without.judge({"Ben": ["A"]}).violations
    assert (violation.amount, violation.unit) == (2, "levels")
    assert violation.message == "Ben does not have aircon; visit A needs aircon at level 2."


def test_the_certificate_counts_on_the_day_itself(two_vans: World) -> None:
    for until, fits in ((MONDAY, True), (MONDAY - timedelta(1), False)):
        held = (HeldSkill("aircon", 2, valid_until=until),)
        assert (two_vans.with_technician("Ben", skills=held).broken({"Ben": ["A"]}) == []) is fits
    for since, fits in ((MONDAY, True), (MONDAY + timedelta(1), False)):
        held = (HeldSkill("aircon", 2, valid_from=since),)
        assert (two_vans.with_technician("Ben", skills=held).broken({"Ben": ["A"]}) == []) is fits


def test_the_policy_raises_the_level_of_an_emergency(two_vans: World) -> None:
    emergency = two_vans.with_job("A", urgency=Urgency.EMERGENCY)
    strict = emergency.with_policy(level_floor=Floor(urgency={"emergency": 3}))
    held = (HeldSkill("aircon", 2),)
    assert emergency.with_technician("Ben", skills=held).broken({"Ben": ["A"]}) == []
    assert strict.with_technician("Ben", skills=held).broken({"Ben": ["A"]}) == [(Rule.SKILL, 1)]
