"""Money, distances, times and dates as a country writes them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from optimizer.domain.region import DateOrder, DistanceUnit, Region
from optimizer.text.catalogue import translator
from optimizer.text.regional import (
    clock_format,
    clock_text,
    date_format,
    date_text,
    distance_number,
    distance_text,
    hour_text,
    hours_text,
    limit_text,
    money_format,
    money_number,
    money_text,
    numeric_day,
    stamp_format,
    stamp_text,
)

EN, ZH = translator("en"), translator("zh")
CHINA = Region()
OHIO = Region("USD", DistanceUnit.MILES, "en", "en-US", DateOrder.MONTH_FIRST, is_twelve_hours=True)
BERLIN = Region("EUR", DistanceUnit.KM, "en", "de-DE", DateOrder.DAY_FIRST)
LONDON = Region("GBP", DistanceUnit.MILES, "en", "en-GB", DateOrder.DAY_FIRST)


@pytest.mark.parametrize(
    ("currency", "text", "number_format"),
    [
        ("CNY", "¥1,234.50", '"¥"#,##0.00'),
        ("USD", "$1,234.50", '"$"#,##0.00'),
        ("EUR", "€1,234.50", '"€"#,##0.00'),
        ("JPY", "¥123,450", '"¥"#,##0'),
        ("KWD", "KWD\N{NO-BREAK SPACE}123.450", '"KWD\N{NO-BREAK SPACE}"#,##0.000'),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(currency: str, text: str, number_format: str) -> None:
    region = Region(currency=currency)
    assert money_text(123_450, region) == text
    assert money_format(region) == number_format


def test_an_amount_below_zero_has_its_sign_in_front() -> None:
    assert money_text(-5, OHIO) == "−$0.05"
    assert money_number(-5, OHIO) == -0.05
    assert money_number(-5, Region(currency="JPY")) == -5


def test_a_distance_is_in_the_unit_of_the_branch() -> None:
    assert [distance_text(16_093.44, region, EN) for region in (CHINA, OHIO)] == ["16.1 km", "10.0 mi"]
    assert distance_text(16_093.44, OHIO, ZH) == "10.0 英里"
    assert [distance_text(1_000_000, region, EN) for region in (CHINA, OHIO)] == ["1,000 km", "621 mi"]
    assert distance_number(16.09344, OHIO) == pytest.approx(10)


def test_a_limit_has_no_more_decimals_than_it_needs() -> None:
    assert [limit_text(80_000, CHINA, say) for say in (EN, ZH)] == ["80 km", "80 公里"]
    assert limit_text(72_420, OHIO, EN) == "45 miles"
    assert limit_text(12.5 * 1_609.344, OHIO, EN) == "12.5 miles"


@pytest.mark.parametrize(
    ("hour", "minute", "plain", "twelve", "chinese"),
    [
        (0, 5, "00:05", "12:05 AM", "上午12:05"),
        (8, 0, "08:00", "8:00 AM", "上午8:00"),
        (12, 0, "12:00", "12:00 PM", "下午12:00"),
        (23, 59, "23:59", "11:59 PM", "下午11:59"),
    ],
)
def test_a_clock_of_twelve_hours(hour: int, minute: int, plain: str, twelve: str, chinese: str) -> None:
    moment = datetime(2026, 11, 25, hour, minute, 20)
    assert clock_text(moment, CHINA, EN) == plain
    assert clock_text(moment, OHIO, EN).replace("\N{NO-BREAK SPACE}", " ") == twelve
    assert clock_text(moment, OHIO, ZH) == chinese
    assert clock_text(moment, CHINA, EN, has_seconds=True) == f"{plain}:20"


def test_a_time_is_not_broken_before_its_half_of_the_day() -> None:
    assert " " not in clock_text(datetime(2026, 11, 25, 8), OHIO, EN)
    assert hour_text(datetime(2026, 11, 25, 8), OHIO, EN) == "8\N{NO-BREAK SPACE}AM"
    assert hour_text(datetime(2026, 11, 25, 8), CHINA, EN) == "08:00"


def test_a_stretch_names_its_half_of_the_day_once() -> None:
    def stretch(opens: int, closes: int) -> str:
        day = datetime(2026, 11, 25)
        said = hours_text(day.replace(hour=opens), day.replace(hour=closes), OHIO, EN)
        return said.replace("\N{NO-BREAK SPACE}", " ")

    assert stretch(9, 11) == "9:00–11:00 AM"
    assert stretch(11, 13) == "11:00 AM–1:00 PM"
    assert stretch(13, 15) == "1:00–3:00 PM"


def test_days_of_digits_are_ordered_as_the_branch_orders_them() -> None:
    day, moment = date(2026, 11, 5), datetime(2026, 11, 5, 15, 20)
    regions = (CHINA, OHIO, LONDON, BERLIN)
    assert [numeric_day(day, region) for region in regions] == ["11-05", "11/5", "05/11", "05.11."]
    assert [date_text(day, region) for region in regions] == ["2026-11-05", "11/5/2026", "05/11/2026", "05.11.2026"]
    stamps = [stamp_text(moment, region, EN).replace("\N{NO-BREAK SPACE}", " ") for region in regions]
    assert stamps == ["11-05 15:20", "11/5 3:20 PM", "05/11 15:20", "05.11. 15:20"]


def test_a_spreadsheet_shows_them_alike() -> None:
    regions = (CHINA, OHIO, LONDON, BERLIN)
    assert [date_format(region) for region in regions] == ["yyyy-mm-dd", "m/d/yyyy", "dd/mm/yyyy", "dd.mm.yyyy"]
    assert [stamp_format(region) for region in regions] == [
        "mm-dd hh:mm",
        "m/d h:mm AM/PM",
        "dd/mm hh:mm",
        "dd.mm. hh:mm",
    ]
    assert clock_format(OHIO) == "h:mm AM/PM"
