"""What follows from a locale."""

from __future__ import annotations

import pytest

from optimizer.domain.currencies import CURRENCIES
from optimizer.domain.region import NOON_REST, DateOrder, DistanceUnit, PaperSize
from optimizer.ingest.cells.locales import (
    CURRENCY_OF,
    date_order_of,
    distance_unit_of,
    has_twelve_hours,
    no_calls_of,
    paper_of,
    parse_locale,
)
from optimizer.ingest.cells.values import CellFault


@pytest.mark.parametrize(
    ("text", "locale"),
    [("en-US", "en-US"), ("en_us", "en-US"), ("zh-Hans-CN", "zh-CN"), ("de_DE.UTF-8", "de-DE"), ("FR", "fr")],
)
def test_a_locale_is_read_however_it_is_spelt(text: str, locale: str) -> None:
    assert parse_locale(text) == locale


@pytest.mark.parametrize(
    ("text", "near"), [("en-GBR", "en-GB"), ("us", ""), ("english", ""), ("de-DX", "de-DE"), ("", "")]
)
def test_an_unknown_one_is_a_fault_that_names_the_nearest(text: str, near: str) -> None:
    with pytest.raises(CellFault) as found:
        parse_locale(text)
    assert found.value.code == "LOCALE_UNKNOWN"
    assert found.value.details["near"] == near


@pytest.mark.parametrize(
    ("locale", "order"),
    [
        ("en-US", DateOrder.MONTH_FIRST),
        ("en-GB", DateOrder.DAY_FIRST),
        ("de", DateOrder.DAY_FIRST),
        ("fr-CA", None),
        ("en", None),
        ("zh-CN", None),
        ("ja", None),
        ("", None),
    ],
)
def test_the_order_of_a_date_is_known_where_there_is_one(locale: str, order: DateOrder | None) -> None:
    assert date_order_of(locale) is order


def test_miles_and_hours_by_country() -> None:
    assert [distance_unit_of(locale) for locale in ("en-US", "en-GB", "de-DE", "en")] == [
        DistanceUnit.MILES,
        DistanceUnit.MILES,
        DistanceUnit.KM,
        DistanceUnit.KM,
    ]
    assert [has_twelve_hours(locale) for locale in ("en-US", "en-CA", "fr-CA", "en-GB", "en")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_paper_and_hours_without_calls_by_country() -> None:
    sizes = [paper_of(locale) for locale in ("en-US", "fr-CA", "es-MX", "en-GB", "en", "")]
    assert sizes == [*[PaperSize.LETTER] * 3, *[PaperSize.A4] * 3]
    assert [no_calls_of(locale) for locale in ("", "zh", "zh-CN")] == [(NOON_REST,)] * 3
    assert [no_calls_of(locale) for locale in ("en-US", "en", "de", "zh-SG")] == [()] * 4


def test_every_country_has_a_currency_that_there_is() -> None:
    assert set(CURRENCY_OF.values()) <= CURRENCIES
