"""Currency, language, unit of distances and weekend in cells."""

from __future__ import annotations

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.units import at
from optimizer.ingest.cells.regional import (
    parse_currency,
    parse_distance_unit,
    parse_language,
    parse_no_calls,
    parse_paper,
    parse_weekend,
)
from optimizer.ingest.cells.values import CellFault


@pytest.mark.parametrize(
    ("text", "code"), [("usd", "USD"), ("RMB", "CNY"), ("人民币", "CNY"), ("€", "EUR"), ("JPY", "JPY")]
)
def test_a_currency_by_its_code_or_its_plain_name(text: str, code: str) -> None:
    assert parse_currency(text) == code


@pytest.mark.parametrize(("text", "near"), [("USDD", "USD"), ("$", ""), ("dollar", "us dollar")])
def test_a_sign_of_many_currencies_is_none(text: str, near: str) -> None:
    with pytest.raises(CellFault) as found:
        parse_currency(text)
    assert (found.value.code, found.value.details["near"]) == ("CURRENCY_UNKNOWN", near)


def test_languages_and_units_in_peoples_words() -> None:
    assert [parse_language(text) for text in ("en", "English", "中文", "ZH")] == ["en", "en", "zh", "zh"]
    assert [parse_distance_unit(text) for text in ("km", "公里", "Miles", "mi")] == ["km", "km", "mi", "mi"]
    for parse in (parse_language, parse_distance_unit, parse_paper):
        with pytest.raises(CellFault, match="CHOICE"):
            parse("furlong")


def test_paper_and_hours_without_calls() -> None:
    assert [parse_paper(text) for text in ("a4", "US Letter", "letter")] == ["A4", "Letter", "Letter"]
    assert [parse_no_calls(value) for value in ("none", "无", [])] == [(), (), ()]
    assert parse_no_calls("12:00-14:00") == (Interval(at(12), at(14)),)


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("Sat-Sun", (5, 6)),
        ("Fri, Sat", (4, 5)),
        ("fri; sat", (4, 5)),
        ("周五、周六", (4, 5)),
        ("周日", (6,)),
        ("none", ()),
        (["Fri", "Sat"], (4, 5)),
        ([], ()),
    ],
)
def test_a_weekend_is_any_days(value: object, days: tuple[int, ...]) -> None:
    assert parse_weekend(value) == days


@pytest.mark.parametrize(
    ("value", "code"), [("holidays", "WEEKEND_FORMAT"), ("Mon-Sun", "WEEKEND_ALL"), ([5], "LIST_OF_TEXTS")]
)
def test_some_day_is_left_to_work_on(value: object, code: str) -> None:
    with pytest.raises(CellFault) as found:
        parse_weekend(value)
    assert found.value.code == code
