"""What people call a house limit, and what has no exception."""

from __future__ import annotations

import pytest

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.rules import Rule
from optimizer.ingest.cells.limits import parse_limit, parse_said
from optimizer.ingest.cells.values import CellFault


@pytest.mark.parametrize("limit", HouseLimit)
def test_a_limit_is_known_by_its_own_name(limit: HouseLimit) -> None:
    assert parse_limit(f" {limit.upper()} ") == limit


@pytest.mark.parametrize(
    ("word", "limit"),
    [("Travel limit", "travel"), ("max_leg", "travel"), ("overtime limit", "overtime"), ("told window", "told")],
)
def test_other_words_for_a_limit(word: str, limit: str) -> None:
    assert parse_limit(word) == limit


@pytest.mark.parametrize("word", [*sorted(rule for rule in Rule if rule.is_hard), "certificate", "拒绝", "双人"])
def test_no_hard_rule_of_the_book_is_taken_for_another(word: str) -> None:
    """What has a limit for a part asks which one is meant; `travel_limit` has but one part."""
    if word == Rule.TRAVEL_LIMIT:
        assert parse_limit(word) == HouseLimit.TRAVEL
        return
    with pytest.raises(CellFault) as found:
        parse_limit(word)
    unclear = word in (Rule.ALLOWED, Rule.SHIFT, Rule.LOCK)
    assert found.value.code == ("CHOICE" if unclear else "EXCEPTION_NEVER")


def test_a_name_is_not_empty() -> None:
    assert parse_said(" 陈主管 ") == "陈主管"
    with pytest.raises(CellFault):
        parse_said(" ")
