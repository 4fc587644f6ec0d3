"""Spellings: what counts as one name, and which known name a misspelt one is near."""

from __future__ import annotations

import pytest

from optimizer.faults.spelling import bare, folded, is_part_of, nearest, plain


@pytest.mark.parametrize("name", ["T01", "t01", "Ｔ01", "ｔ０１", " T 01", "T\u200b01", "T\u300001"])
def test_case_width_and_spaces_are_no_difference(name: str) -> None:
    assert folded(name) == "t01"


def test_numbers_are_not_the_same_for_their_first_digits() -> None:
    assert len({plain(name) for name in ("T1", "T10", "T11", "T100", "1T")}) == 5
    assert plain("T0") == plain("T00") != plain("T")
    assert bare("S1-01") != bare("S-101")


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("123", ["00123", "00124"], "00123"),
        ("7", ["007", "17"], "007"),
        ("T-1", ["T1", "T2"], "T1"),
        ("promissed", ["promised", "requested"], "promised"),
        ("servcie", ["service_min", "skills"], "service_min"),
        ("空調", ["空调", "冰箱"], "空调"),
        ("西湖区", ["西湖", "拱墅"], "西湖"),
        ("余杭", ["杭州市余杭区", "西湖区"], "杭州市余杭区"),
        ("水泵", ["水箱", "水管"], ""),  # two are as near as each other
        ("p1", ["P01", "P001"], "P01"),
        ("T9", ["A", "B"], ""),
    ],
)
def test_the_name_that_is_near(name: str, known: list[str], near: str) -> None:
    assert nearest(name, known) == near


def test_a_single_letter_is_part_of_nothing() -> None:
    assert is_part_of("西湖", "西湖区")
    assert not is_part_of("区", "西湖区")
