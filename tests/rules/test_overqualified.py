"""Each skill level above the needed one costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import SkillNeed
from optimizer.domain.rules import Rule

if TYPE_CHECKING:
    from tests.worlds import World


@pytest.mark.parametrize(
    ("needs", "cents"),
    [
        ((), 0),
        ((SkillNeed("aircon", 3),), 0),
        ((SkillNeed("aircon", 1),), 400),
        ((SkillNeed("aircon", 2), SkillNeed("electric", 1)), 200),  # Ann holds aircon 3 and electric 1.
    ],
)
def test_levels_above_are_summed_over_the_needed_skills(
    two_vans: World, needs: tuple[SkillNeed, ...], cents: int
) -> None:
    assert two_vans.with_job("B", skills=needs).judge({"Ann": ["B"]}).costs[Rule.OVERQUALIFIED] == cents
